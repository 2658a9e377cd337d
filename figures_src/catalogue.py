"""The one table of figures: everything the page says of a figure, and what the figure is made from.

Titles, captions and alternative texts are in French and go through the Jinja pass with the article's own
context, so that the numbers in them come from the records.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a figure is drawn from."""

    GRAPH = "Graphique"
    SCHEMA = "Schéma"


@dataclass(frozen=True)
class Figure:
    """A row of the catalogue. ``figures_src/figures/<id>.py`` draws it."""

    id: str
    kind: Kind
    number: str
    title: str
    caption: str
    alt: str
    needs: tuple[str, ...] = ()
    """Records it is drawn from."""
    published: tuple[str, ...] = ()
    """Published curves drawn behind ours, by the names of their CSV files."""
    sources: tuple[str, ...] = ()
    """Keys of the papers cited."""


_ROWS = (
    Figure(
        id="gbn_2",
        kind=Kind.GRAPH,
        number="2",
        title="Avec ou sans BN : MNIST",
        caption="",
        alt="",
        needs=("mnist_curves",),
        published=("ioffe2015_fig1a_test_accuracy",),
        sources=("ioffe2015",),
    ),
    Figure(
        id="grid_mnist",
        kind=Kind.GRAPH,
        number="2 bis",
        title="Le même réseau, selon l’initialisation et le taux d’apprentissage",
        caption="",
        alt="",
        needs=("mnist_grid",),
    ),
    Figure(
        id="gbn_3",
        kind=Kind.GRAPH,
        number="3",
        title="Ce qui entre dans la dernière sigmoïde cachée",
        caption="",
        alt="",
        needs=("mnist_curves",),
        published=("ioffe2015_fig1bc_percentiles",),
        sources=("ioffe2015",),
    ),
    Figure(
        id="gbn_4",
        kind=Kind.GRAPH,
        number="4",
        title="Le même signal de près",
        caption="",
        alt="",
        needs=("mnist_curves",),
    ),
)

FIGURES: Mapping[str, Figure] = {figure.id: figure for figure in _ROWS}
