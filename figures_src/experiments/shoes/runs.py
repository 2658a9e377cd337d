"""What a run of the shoe networks is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.runs import ConvolutionalRun, TwoAnswers


@dataclass(frozen=True, kw_only=True)
class ShoesRun(TwoAnswers, ConvolutionalRun):
    """Shoe or not, on Fashion-MNIST, from a training set whose only shoes are sneakers.

    ``learnt_per_answer`` images of sneakers, and as many of clothes and bags, are learnt; ``shown_per_answer`` of each
    make the groups shown, and as many others of the test images the reference that these are compared with.
    Histograms of each channel have ``bins`` bins over ± ``reach``, in standard deviations of the population.
    """

    bins: int = 240
    reach: float = 6.0
