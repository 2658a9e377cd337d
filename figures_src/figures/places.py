"""Graph of E5.3: BN before the ReLU, after it, or nowhere, in two networks, each at its own best rate."""

from matplotlib.figure import Figure

from figures_src.experiments.few_images.measures import at_best, best_rate
from figures_src.experiments.places.runs import Architecture, Place, arm_of
from figures_src.figures import accuracies, drawing
from figures_src.figures.accuracies import Row
from figures_src.figures.common import Records, Table
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

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
    shown = lines(record)
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, _subtitle(record), accuracies.height(shown, layout))
        accuracies.draw(sheet, shown, accuracies.marks_around(shown), "écart à la BN avant")
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Accuracies in per cent, gaps to BN before the ReLU in points."""
    rows = tuple((line.group, line.name, *accuracies.cells(line)) for line in lines(records[RECORD]))
    return Table(("network", "place", *accuracies.COLUMNS), rows)


def _subtitle(record: Record) -> str:
    epochs = record.config["images_seen"] // record.config["learnt_images"]
    seeds = len(record.config["seeds"])
    return drawing.tidy(
        f"Précision sur les images de test après {epochs} époques de CIFAR-10, depuis les mêmes poids, chaque réseau à "
        f"son meilleur taux. Points clairs : les graines ; moyenne de {seeds} graines, intervalles à 95 %."
    )
