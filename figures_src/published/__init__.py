"""The papers' curves as numbers, and their loader; see the README beside this file for how they were read."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np

from figures_src.commands import closest

FOLDER = Path(__file__).parent
IOFFE = "Ioffe et Szegedy (2015)"
SANTURKAR = "Santurkar et coll. (2018)"
_VECTOR = "0,2 % d’un axe"
_STEPS = "0,2 % d’un axe ; itérations à ± 1 %"


@dataclass(frozen=True)
class _Origin:
    """Where in its paper a file was read, and how exactly; French, for the page shows it."""

    paper: str
    place: str
    accuracy: str


ORIGINS: Mapping[str, _Origin] = MappingProxyType(
    {
        "ioffe2015_fig1a_test_accuracy": _Origin(IOFFE, "figure 1a", "± 0,3 point ; ± 300 itérations"),
        "ioffe2015_fig1bc_percentiles": _Origin(IOFFE, "figures 1b et 1c", _VECTOR),
        "ioffe2015_fig2_imagenet_accuracy": _Origin(IOFFE, "figure 2", _VECTOR),
        "ioffe2015_fig3_imagenet_table": _Origin(IOFFE, "figure 3", "tableau imprimé"),
        "santurkar2018_fig1a_train_accuracy": _Origin(SANTURKAR, "figure 1a", _VECTOR),
        "santurkar2018_fig2_train_accuracy": _Origin(SANTURKAR, "figure 2", _VECTOR),
        "santurkar2018_fig3_ics": _Origin(SANTURKAR, "figure 3", _STEPS),
        "santurkar2018_fig3_train_accuracy_vgg": _Origin(SANTURKAR, "figure 3", _STEPS),
        "santurkar2018_fig3_train_loss_dln": _Origin(SANTURKAR, "figure 3", _STEPS),
        "santurkar2018_fig4ab_ranges": _Origin(SANTURKAR, "figures 4a et 4b", _VECTOR),
        "santurkar2018_fig4c_beta": _Origin(SANTURKAR, "figure 4c", _VECTOR),
    }
)


@dataclass(frozen=True)
class Published:
    """One file of published numbers.

    ``columns`` maps a column's name to its values, in the order of the file: floats (nan where the paper has
    nothing), integers or strings.
    ``source`` names paper and figure, ``accuracy`` how exactly it was read; both in French.
    """

    name: str
    source: str
    accuracy: str
    columns: Mapping[str, np.ndarray]

    def where(self, **values: str | float) -> Mapping[str, np.ndarray]:
        """Columns of the rows that hold these values, such as ``where(arm="with_bn", percentile=50)``.

        Raises:
            KeyError: no such column, or no row holds the value; the message lists what there is.
        """
        kept = np.ones(len(next(iter(self.columns.values()))), dtype=bool)
        for column, value in values.items():
            kept &= self._column(column) == value
            if not kept.any():
                choices = ", ".join(str(choice) for choice in np.unique(self.columns[column]))
                raise KeyError(f"{self.name} has no row with {column}={value!r}: choose among {choices}")
        return {name: column[kept] for name, column in self.columns.items()}

    def _column(self, name: str) -> np.ndarray:
        if name not in self.columns:
            raise KeyError(f"{self.name} has no column {name!r}: choose among {', '.join(self.columns)}")
        return self.columns[name]


@lru_cache
def load(name: str) -> Published:
    """Read one file of published numbers.

    Raises:
        KeyError: no such file; the message names the nearest one.
    """
    with (FOLDER / f"{closest(name, ORIGINS, 'published curves')}.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    columns = {column: _values(cells) for column, *cells in zip(header, *rows, strict=True)}
    origin = ORIGINS[name]
    return Published(name, f"{origin.paper}, {origin.place}", origin.accuracy, MappingProxyType(columns))


def _values(cells: list[str]) -> np.ndarray:
    """Whole numbers, floats or strings; an empty cell is nan (numpy's own reader would make it -1 among integers)."""
    try:
        numbers = np.array([float(cell or "nan") for cell in cells])
    except ValueError:
        return np.array(cells)
    whole = all(cell.lstrip("-").isdigit() for cell in cells)
    return numbers.astype(np.int64) if whole else numbers
