"""What a run of the networks that tell cars is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.runs import BothArms, ConvolutionalRun, TwoAnswers


@dataclass(frozen=True, kw_only=True)
class Weather:
    """``light`` is what is left of it, ``fog`` the share of it in each pixel, in [0, 1]."""

    light: tuple[float, ...] = (0.75, 0.5, 0.35, 0.2, 0.1)
    fog: tuple[float, ...] = (0.2, 0.4, 0.6, 0.75, 0.9)


@dataclass(frozen=True, kw_only=True)
class CarsRun(Weather, TwoAnswers, ConvolutionalRun):
    """Automobile or not, on CIFAR-10, as many of one as of the other; then shown shifted test images.

    ``angles`` in degrees.
    """

    angles: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class WeatherProtocol(Weather, BothArms):
    """Networks of the same seed learn the same images in the same order, in every protocol."""

    images_seen: int = 100_000
    learnt_per_answer: int = 5000
    shown_per_answer: int = 1000
