"""The one table of figures (`catalogue.toml`): all the page says of a figure, and what the figure is made from.

Titles, captions and alternative texts go through the Jinja pass with the article's own context, so that the
numbers in them come from the records.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_suffix(".toml")


class Kind(StrEnum):
    """What a figure is drawn from."""

    GRAPH = "Graphique"
    SCHEMA = "Schéma"


@dataclass(frozen=True)
class Figure:
    """A row of the table. ``figures_src/figures/<id>.py`` draws it."""

    id: str
    kind: Kind
    number: str
    title: str
    """The idea of the figure, in a few words."""
    caption: str
    """How to read it."""
    alt: str
    """What it shows, for whoever cannot see it."""
    needs: tuple[str, ...] = ()
    """Records it is drawn from."""
    published: tuple[str, ...] = ()
    """Published curves it shows, by the names of their CSV files."""
    sources: tuple[str, ...] = ()
    """Keys of the papers cited."""
    has_table: bool = True
    """Whether it shows numbers, which the page then offers for download."""
    has_data: bool = False
    """Whether a script of the page reads its numbers, from ``<id>.json``."""
    has_digits: bool = False
    """Whether a script of the page reads digits besides, from ``<id>.bin``."""


QUOTED = (
    "cars_border",
    "depth_training",
    "dln_sum",
    "inception_grid",
    "linear_problems",
    "mistakes",
    "mnist_rates",
    "statistics_to_fit",
    "vgg_controls",
    "vgg_initial",
    "vgg_initial_grid",
    "vgg_lengths",
    "vgg_low_rate",
)
"""Records that sentences quote and no figure shows."""


def read(path: Path = TABLE) -> Mapping[str, Figure]:
    """Read the table.

    Raises:
        ValueError: a row lacks a field, has one too many, or leaves one empty.
    """
    return {name: _figure(name, row) for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def _figure(name: str, row: dict[str, Any]) -> Figure:
    known = {field.name for field in fields(Figure)} - {"id"}
    wrong = sorted(set(row) - known) + sorted({"kind", "number", "title", "caption", "alt"} - set(row))
    empty = [field for field, value in row.items() if value in ("", [])]
    if wrong or empty:
        raise ValueError(f"{TABLE.name}, [{name}]: look at {', '.join(wrong + empty)} (unknown, missing or empty)")
    values = {field: _frozen(value) for field, value in row.items()}
    return Figure(name, Kind(values.pop("kind")), **values)


def _frozen(value: Any) -> Any:
    """Make a value of TOML fit for a frozen row."""
    if isinstance(value, list):
        return tuple(value)
    return value.strip() if isinstance(value, str) else value


FIGURES: Mapping[str, Figure] = read()


def article_records() -> tuple[str, ...]:
    """Every record that the article rests on."""
    return tuple(sorted({name for figure in FIGURES.values() for name in figure.needs} | set(QUOTED)))
