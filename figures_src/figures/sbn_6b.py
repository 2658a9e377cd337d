"""Schema 6b: the same shots, each series normalised."""

from matplotlib.figure import Figure

from figures_src.figures import boundary
from figures_src.figures.common import Records, Table
from figures_src.style import Layout, Theme


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Points, the boundary fitted to them, and how it varies with the sample."""
    return boundary.picture(theme, layout, normal=True)


def table(records: Records) -> Table:
    """The points, and on which side each falls."""
    return boundary.table(normal=True)
