"""Commands whose options are the fields of a dataclass: one record instead of a parameter for each."""

from collections.abc import Callable
from inspect import signature
from typing import TypeVar

Asked = TypeVar("Asked")


def command(options: type[Asked], act: Callable[[Asked], None]) -> Callable[..., None]:
    """What typer runs: it reads the fields of ``options`` where it would read the parameters of a function."""

    def run(**given: object) -> None:
        act(options(**given))

    run.__doc__ = act.__doc__
    vars(run)["__signature__"] = signature(options)
    return run
