"""Numbers that the article quotes from the published curves of Santurkar et al. 2018 (arXiv 1805.11604v3).

Accuracies are fractions of one; steps count updates and are rounded to the 100 updates that separate two points
of the paper's curves. A `Quotient` holds the same quantity without and with batch normalization.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures_src.experiments.estimates import Pair
from figures_src.experiments.vgg.measures import ACCURACY, BETA_STEPS, MATCHED
from figures_src.published import load
from figures_src.published.shifts import CURVES, early_median

ARMS = ("without_bn", "with_bn")
SPACING = 100
"""Updates between two points of the curves of VGG."""
CLASSES = 10
"""Of CIFAR-10."""
SHORTEST_MOVE = 0.5
"""In learning rates: the paper explores from half of the learning rate to four times it (section 3.2)."""


@dataclass(frozen=True)
class Quotient(Pair[float | None]):
    """One quantity of the two networks; None where the figure does not let its curve be told from another mark."""

    @property
    def ratio(self) -> float:
        """With over without.

        Raises:
            ValueError: one of them could not be read.
        """
        if self.without_bn is None or self.with_bn is None:
            raise ValueError("no ratio: one of the two curves could not be read off the figure")
        return self.with_bn / self.without_bn

    @property
    def gain(self) -> float:
        """Without over with."""
        return 1 / self.ratio


@dataclass(frozen=True)
class Training:
    """A curve of training accuracy."""

    steps_to_good: int | None
    """None when it never reaches `ACCURACY`."""
    best: float


@dataclass(frozen=True)
class Gradients:
    """One layer of one network: medians over the first `EARLY_SHARE` of the training."""

    network: str
    learning_rate: float
    layer: int
    l2: Quotient
    cosine: Quotient


@dataclass(frozen=True)
class Smoothness:
    """Effective β of figure 4c."""

    early_max: Quotient
    late_median: Quotient
    shortest: float
    """η_min, the shortest of the moves, in the unit of the learning rate."""

    @property
    def floor(self) -> float:
        """What the quantity comes to when the gradient changes by its own length within the shortest move."""
        return 1 / self.shortest


@dataclass(frozen=True)
class SanturkarFacts:
    """What the figures 1 to 4 of the paper show, in numbers."""

    good_accuracy: float
    rates: Mapping[float, Mapping[str, Training]]
    """By learning rate, then by arm."""
    noise: Mapping[str, Training]
    """The three arms of figure 2."""
    noise_toll: float
    """Share of the steps that BN saves, up to `good_accuracy`, which the noise takes back."""
    gradients: tuple[Gradients, ...]
    final_loss: Mapping[float, Quotient]
    """Last loss of the deep linear network, by learning rate."""
    linear_first_loss: tuple[float, float]
    """The lowest and the highest of its first losses."""
    loss_band: Quotient
    """Mean over training of the height of the band of losses met along the gradient."""
    gradient_band: Quotient
    """The same for the change of the gradient."""
    first_loss: Quotient
    """Loss at the first step: middle of its band."""
    chance_loss: float
    """Cross-entropy of a network that holds the ten classes for equally likely."""
    smoothness: Smoothness
    early_steps: int

    def layer(self, network: str, learning_rate: float, layer: int) -> Gradients:
        """The gradients of one layer.

        Raises:
            KeyError: the paper does not show it.
        """
        wanted = (network, learning_rate, layer)
        for row in self.gradients:
            if (row.network, row.learning_rate, row.layer) == wanted:
                return row
        raise KeyError(f"{wanted}: choose among {[(r.network, r.learning_rate, r.layer) for r in self.gradients]}")


def gather() -> dict[str, Any]:
    """What the templates may name."""
    return {"santurkar": santurkar_facts()}


def santurkar_facts() -> SanturkarFacts:
    """Read the published curves."""
    noise = _noise()
    return SanturkarFacts(
        good_accuracy=ACCURACY,
        rates=_rates(),
        noise=noise,
        noise_toll=_noise_toll(**{arm: training.steps_to_good for arm, training in noise.items()}),
        gradients=_gradients(),
        final_loss=_final_losses(),
        linear_first_loss=_linear_first_losses(),
        loss_band=_band("loss"),
        gradient_band=_band("gradient_l2_change"),
        first_loss=_first_loss(),
        chance_loss=math.log(CLASSES),
        smoothness=_smoothness(),
        early_steps=BETA_STEPS,
    )


def _rates() -> dict[float, dict[str, Training]]:
    curves = load("santurkar2018_fig1a_train_accuracy")
    rates = np.unique(curves.columns["learning_rate"]).tolist()
    return {rate: {arm: _training(curves.where(arm=arm, learning_rate=rate)) for arm in ARMS} for rate in rates}


def _noise() -> dict[str, Training]:
    curves = load("santurkar2018_fig2_train_accuracy")
    return {arm: _training(curves.where(arm=arm)) for arm in (*ARMS, "noisy_bn")}


def _noise_toll(without_bn: int | None, with_bn: int | None, noisy_bn: int | None) -> float:
    if without_bn is None or with_bn is None or noisy_bn is None:
        raise ValueError(f"figure 2 shows three networks that all reach {ACCURACY}: restore its CSV file")
    return (noisy_bn - with_bn) / (without_bn - with_bn)


def _training(curve: Mapping[str, np.ndarray]) -> Training:
    accuracy = curve["train_accuracy_percent"] / 100
    reached = np.flatnonzero(accuracy >= ACCURACY)
    step = SPACING * round(curve["step"][reached[0]] / SPACING) if reached.size else None
    return Training(step, float(accuracy.max()))


def _gradients() -> tuple[Gradients, ...]:
    columns = load(CURVES).columns
    shown = zip(*(columns[name].tolist() for name in ("network", "learning_rate", "layer")), strict=True)
    order = sorted(set(shown), key=lambda key: (key[0] != "vgg", -key[1], key[2]))
    return tuple(
        Gradients(network, rate, layer, _early(network, rate, layer, "l2"), _early(network, rate, layer, "cosine"))
        for network, rate, layer in order
    )


def _early(network: str, learning_rate: float, layer: int, metric: str) -> Quotient:
    """Medians over the first `EARLY_SHARE` of the training of one panel of figure 3; ``metric`` is "l2" or "cosine"."""
    return Quotient(*(early_median(network, learning_rate, layer, metric, arm) for arm in ARMS))


def _final_losses() -> dict[float, Quotient]:
    curves = load("santurkar2018_fig3_train_loss_dln")
    rates = np.unique(curves.columns["learning_rate"]).tolist()
    rows = {rate: [curves.where(arm=arm, learning_rate=rate) for arm in ARMS] for rate in rates}
    return {rate: Quotient(*(float(row["train_loss"][-1]) for row in pair)) for rate, pair in rows.items()}


def _linear_first_losses() -> tuple[float, float]:
    losses = load("santurkar2018_fig3_train_loss_dln").where(step=0)["train_loss"]
    return float(losses.min()), float(losses.max())


def _band(metric: str) -> Quotient:
    rows = [load("santurkar2018_fig4ab_ranges").where(metric=metric, arm=arm) for arm in ARMS]
    return Quotient(*(float((row["high"] - row["low"]).mean()) for row in rows))


def _first_loss() -> Quotient:
    rows = [load("santurkar2018_fig4ab_ranges").where(metric="loss", arm=arm, step=0) for arm in ARMS]
    return Quotient(*(float((row["low"] + row["high"])[0] / 2) for row in rows))


def _smoothness() -> Smoothness:
    rows = [load("santurkar2018_fig4c_beta").where(arm=arm) for arm in ARMS]
    curves = [(row["step"] <= BETA_STEPS, row["effective_beta_smoothness"]) for row in rows]
    return Smoothness(
        early_max=Quotient(*(float(beta[early].max()) for early, beta in curves)),
        late_median=Quotient(*(float(np.median(beta[~early])) for early, beta in curves)),
        shortest=SHORTEST_MOVE * MATCHED,
    )
