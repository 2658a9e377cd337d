"""Schema 1b: a perceptron with BN, and what each of its layers receives."""

from matplotlib.figure import Figure

from figures_src.figures import perceptron
from figures_src.figures.common import Records, Table
from figures_src.style import Layout, Theme


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Links as thick as what they carry varies; densities of a batch simulated with a declared seed."""
    return perceptron.picture(theme, layout, with_bn=True)


def table(records: Records) -> Table:
    """The densities drawn."""
    return perceptron.table(with_bn=True)
