"""Graph of E5.3: BN before the ReLU, after it, or nowhere, in two networks, each at its own best rate."""

from matplotlib.figure import Figure

from figures_src.experiments.few_images.measures import at_best, best_rate
from figures_src.experiments.places.runs import Architecture, Place, arm_of
from figures_src.figures import accuracies
from figures_src.figures.accuracies import Row
from figures_src.figures.common import Records, Table
from figures_src.records.record import Record
from figures_src.style import Layout, Theme

RECORD = "places"
NETWORKS = {Architecture.PLAIN: "Réseau simple", Architecture.RESIDUAL: "Réseau résiduel"}
NAMES = {
    Place.BEFORE: ("BN avant la ReLU", "with_bn"),
    Place.AFTER: ("BN après la ReLU", "ink"),
    Place.NOWHERE: ("sans BN", "without_bn"),
}
"""Name and colour of each place, in the order of the rows."""


def lines(record: Record) -> list[Row]:
    """The rows, from the top."""
    return [_line(record, architecture, place) for architecture in NETWORKS for place in NAMES]


def _line(record: Record, architecture: Architecture, place: Place) -> Row:
    arm, before = arm_of(architecture, place), arm_of(architecture, Place.BEFORE)
    reference = None if arm == before else at_best(record.arrays, before)
    found = best_rate(record.arrays, arm), at_best(record.arrays, arm)
    return Row(NETWORKS[architecture], *NAMES[place], *found, reference)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """A row a place, network after network."""
    record = records[RECORD]
    return accuracies.draw(
        lines(record), theme, layout, accuracies.subtitle(record, "depuis les mêmes poids, "), "écart à la BN avant"
    )


def table(records: Records) -> Table:
    """Accuracies in per cent, gaps to BN before the ReLU in points."""
    rows = tuple((line.group, line.name, *accuracies.cells(line)) for line in lines(records[RECORD]))
    return Table(("network", "place", *accuracies.COLUMNS), rows)
