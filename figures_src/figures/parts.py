"""Graph of E5.2: the accuracy that a part of BN gives, each arm at its own best rate, beside that of the whole."""

from matplotlib.figure import Figure

from figures_src.experiments.few_images.measures import at_best, best_rate
from figures_src.experiments.parts.runs import Part
from figures_src.figures import accuracies
from figures_src.figures.accuracies import Row
from figures_src.figures.common import Records, Table
from figures_src.records.record import Record
from figures_src.style import Layout, Theme

RECORD = "parts"
ALL, PART, BATCHLESS = "Tout ou rien", "Une partie de la BN", "Sans regarder le lot"
NAMES = {
    Part.WHOLE: (ALL, "BN entière", "with_bn"),
    Part.WITHOUT: (ALL, "sans BN", "without_bn"),
    Part.CENTRED: (PART, "centrer seulement", "ink"),
    Part.SCALED: (PART, "réduire seulement", "ink"),
    Part.PLAIN: (PART, "sans γ ni β", "ink"),
    Part.DETACHED: (PART, "statistiques sans gradient", "ink"),
    Part.AFFINE: (PART, "γ et β seuls appris", "ink"),
    Part.WEIGHTS: (BATCHLESS, "poids standardisés", "ink"),
}
"""Group, name and colour of each arm, in the order of the rows."""


def lines(record: Record) -> list[Row]:
    """The rows, from the top."""
    whole = at_best(record.arrays, Part.WHOLE)
    return [
        Row(*names, best_rate(record.arrays, part), at_best(record.arrays, part), None if part is Part.WHOLE else whole)
        for part, names in NAMES.items()
    ]


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """A row an arm."""
    record = records[RECORD]
    return accuracies.draw(lines(record), theme, layout, accuracies.subtitle(record), "écart à la BN entière")


def table(records: Records) -> Table:
    """Accuracies in per cent, gaps to BN in points."""
    rows = tuple((line.name, *accuracies.cells(line)) for line in lines(records[RECORD]))
    return Table(("arm", *accuracies.COLUMNS), rows)
