"""What a run of the networks that tell cars is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.runs import ConvolutionalRun


@dataclass(frozen=True, kw_only=True)
class CarsRun(ConvolutionalRun):
    """Automobile or not, on CIFAR-10, as many of one as of the other; then shown shifted test images.

    ``angles`` in degrees; ``light`` is what is left of it, ``fog`` the share of it in each pixel, in [0, 1].
    """

    angles: tuple[float, ...]
    light: tuple[float, ...]
    fog: tuple[float, ...]
    learnt_per_answer: int = 5000
    shown_per_answer: int = 1000
    population_batches: int = 100
