"""What a record does not tell: an error in the article, a mark in its quick version; the one place that decides.

Templates read facts through an environment, and write numbers through functions of `figures_src.french`. Here both
are made to stop at what is not known (full records), or to go on with `UNKNOWN`, which conditions take for false,
arithmetic leaves as it is, and the page shows as `MARK` (quick records, which end before most of what is told).
"""

import math
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Self

import numpy as np
from jinja2 import Environment, Undefined
from jinja2.runtime import Context

from figures_src.experiments.estimates import NotMeasured

MARK = "non mesuré"


class Unknown:
    """Stands for what was not measured: every operation gives it back, every comparison is false."""

    def __str__(self) -> str:
        return MARK

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __float__(self) -> float:
        return math.nan

    def __format__(self, specification: str) -> str:
        return MARK

    def __getattr__(self, name: str) -> Self:
        if name.startswith("__"):  # what Python and Jinja ask an object for, such as __html__
            raise AttributeError(name)
        return self

    def _same(self, *_: object) -> Self:
        return self

    def _never(self, _: object) -> bool:
        return False

    __call__ = __getitem__ = __neg__ = __pos__ = __abs__ = __round__ = _same
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _same
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = _same
    __lt__ = __le__ = __gt__ = __ge__ = _never


UNKNOWN = Unknown()


class Strict(Environment):
    """Facts of full records: one that is not a finite number is an error where it is read."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read ``obj.attribute``.

        Raises:
            NotMeasured: it is not finite.
        """
        return _finite(super().getattr(obj, attribute), attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Read ``obj[argument]``.

        Raises:
            NotMeasured: it is not finite.
        """
        return _finite(super().getitem(obj, argument), argument)


class _LenientCalls(Context):
    def call(self, function: Callable[..., Any], *arguments: Any, **settings: Any) -> Any:
        """Call what a template calls, such as a curve at a step."""
        found = super().call(function, *arguments, **settings)
        return UNKNOWN if _lacks(found) else found


class Lenient(Environment):
    """Facts of quick records: what is not there, nor finite, nor computable from it, is `UNKNOWN`."""

    context_class = _LenientCalls

    def __init__(self, *arguments: Any, **settings: Any):
        super().__init__(*arguments, **settings)
        self.tests["none"] = lambda value: value is None or value is UNKNOWN

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Read ``obj.attribute``; a name that the class of ``obj`` does not have is still an error."""
        return _told(lambda: super(Lenient, self).getattr(obj, attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Read ``obj[argument]``, such as a step that was not reached."""
        found = _told(lambda: super(Lenient, self).getitem(obj, argument))
        return UNKNOWN if isinstance(found, Undefined) else found


def marked(function: Callable[..., str]) -> Callable[..., str]:
    """The same function of French text, which writes `MARK` for what is not known or that it cannot write."""

    @wraps(function)
    def write(*arguments: Any, **settings: Any) -> str:
        if any(_lacks(argument) for argument in arguments):
            return MARK
        try:
            return function(*arguments, **settings)
        except ValueError:
            return MARK

    return write


def _told(read: Callable[[], Any]) -> Any:
    try:
        found = read()
    except (ValueError, ZeroDivisionError):
        return UNKNOWN
    return UNKNOWN if _lacks(found) else found


def _lacks(value: Any) -> bool:
    return value is None or value is UNKNOWN or _no_number(value)


def _no_number(value: Any) -> bool:
    return isinstance(value, float | np.floating) and not math.isfinite(value)


def _finite(value: Any, name: object) -> Any:
    if _no_number(value):
        raise NotMeasured(f"{name} is {value}: the record does not tell it; change the sentence, or its condition")
    return value
