"""What the notebook calls the names of the code (`vocabulary.toml`); a name that is not there keeps its own."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from figures_src import french

TABLE = Path(__file__).with_suffix(".toml")
LONG_LIST = 5


class LastAxis(StrEnum):
    """What the axis of an array after time holds."""

    PERCENTILES = "percentiles"
    """The 15th, 50th and 85th: three lines of one curve."""
    RANGE = "range"
    """Values along a line of the landscape: what is drawn is the largest minus the smallest."""
    PARTS = "parts"
    """A few things of one kind, such as layers: a panel for each."""


@dataclass(frozen=True)
class ArrayName:
    """How an array of a record is shown."""

    title: str
    unit: str = ""
    steps: tuple[str, ...] = ()
    """Arrays that may say when it was measured; "index" counts from zero. None: found by the names."""
    last: LastAxis = LastAxis.PARTS
    parts: tuple[str, ...] = ()
    """What the places of the axis after time are; none: layers."""
    arms: tuple[str, ...] = ()
    """Arms that it was measured in; none: all."""
    source: str = ""
    """The array of the record that a view takes it from."""
    scale: str = "linear"


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def array_name(name: str) -> ArrayName:
    """How an array is shown; one that the table does not know keeps its name."""
    known = dict(_table()["arrays"].get(name, {"title": name}))
    lists = {field: tuple(known.pop(field, ())) for field in ("steps", "parts", "arms")}
    return ArrayName(**known | lists | {"last": LastAxis(known.get("last", LastAxis.PARTS))})


def axis_name(axis: str) -> str:
    """What is written under a horizontal axis whose places an array gives."""
    return str(_table()["axes"].get(axis, _table()["axes"]["step"]))


def axis_key(axis: str) -> str:
    """The head of the column of these places in a file of numbers."""
    return axis if axis in _table()["axes"] else "step"


def rank(name: str) -> tuple[int, str]:
    """Where an array comes among others: the order of the table, then by name those it does not know."""
    known = list(_table()["arrays"])
    return (known.index(name) if name in known else len(known), name)


def setting(name: str, experiment: str = "") -> str:
    """What a setting is called, as HTML, in an experiment where it has a name of its own."""
    names = {**_table()["settings"], **_table()["settings_of"].get(experiment, {})}
    return escape(names.get(name, ""), quote=False) or f"<code>{escape(name)}</code>"


def value_of(name: str, value: Any) -> str:
    """The value of a setting, where its name stands beside it: "celles des images" and not "non"."""
    return _own_word(name, value) or text_of(value)


def _own_word(name: str, value: Any) -> str:
    """What a value of this setting is called, where the table says so."""
    return str(_table()["values"].get(name, {}).get(str(value).lower(), ""))


def setting_value(name: str, value: Any) -> str:
    """A setting and its value in a few words, as plain text: "taux d’apprentissage 0,1"."""
    text, called = value_of(name, value), _table()["settings"].get(name, name)
    if isinstance(value, bool) and _own_word(name, value):
        return text if name == "batch_norm" else f"{called} : {text}"
    return f"{called} {text}"


def experiment(name: str) -> str:
    """What an experiment is called."""
    return str(_table()["experiments"].get(name, name))


def dataset(name: str) -> str:
    """What a data set is called."""
    return str(_table()["datasets"].get(name, name))


def text_of(value: Any) -> str:
    """A value of a configuration in French, as plain text."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, (int, float)):
        return quantity(value)
    if _is_list(value):
        return _text_of_sequence(value)
    return str(_table()["words"].get(str(value), value))


def _text_of_sequence(values: Sequence[Any]) -> str:
    whole = all(isinstance(value, int) for value in values)
    if whole and len(values) > LONG_LIST and list(values) == list(range(values[0], values[0] + len(values))):
        return f"{values[0]} à {values[-1]}"
    texts = [f"({text_of(value)})" if _is_list(value) else text_of(value) for value in values]
    # A comma between numbers that have commas of their own would be read as one of these.
    return (" ; " if any(isinstance(value, float) for value in values) else ", ").join(texts)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def quantity(value: float) -> str:
    """A number as French writes it, in powers of ten where its zeros would have to be counted."""
    if value and not 1e-4 <= abs(value) < 1e7:
        mantissa, _, exponent = f"{value:.6e}".partition("e")
        power = f"10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
        head = french.shortest(float(mantissa))
        return power if head == "1" else f"{head} × {power}"
    return french.shortest(value)
