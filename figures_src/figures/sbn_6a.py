"""Schema 6a: why inputs are normalised: shots as they come."""

from matplotlib.figure import Figure

from figures_src.figures import boundary
from figures_src.figures.common import Records, Table
from figures_src.style import Layout, Theme


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Points, the boundary fitted to them, and how it varies with the sample."""
    return boundary.picture(theme, layout, normal=False)


def table(records: Records) -> Table:
    """The points, and on which side each falls."""
    return boundary.table(normal=False)
