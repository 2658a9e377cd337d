"""What was expected of the experiments on depth, written before they were run; no trial had shown an outcome.

Growths are those of ‖∂L/∂x_l‖², a layer, towards the input; theory's are in `figures_src.experiments.depth.theory`.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.depth import measures, theory
from figures_src.experiments.depth.measures import (
    PLAIN_BATCH,
    PLAIN_STANDARD,
    RESIDUAL_BATCH,
    RESIDUAL_STANDARD,
    growth,
    row,
)
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

NEAR = Bound("≤", 0.05, "", absolute=True, decimals=3)

INITIAL = by_name([
    Prediction("relu", "Avec BN, ReLU, MNIST : croissance par couche rapportée à la théorie, moins 1", NEAR),
    Prediction("tanh", "Avec BN, tanh, MNIST : croissance par couche rapportée à la théorie, moins 1", NEAR),
    Prediction("sigmoid", "Avec BN, sigmoïde, MNIST : croissance par couche rapportée à la théorie, moins 1", NEAR),
    Prediction("control_relu", "Sans BN, ReLU, MNIST : croissance par couche, moins 1", NEAR),
    Prediction("control_sigmoid", "Sans BN, sigmoïde, MNIST : croissance par couche", Bound("≤", 0.1, "", decimals=3)),
    Prediction("relu_sizes", "Avec BN, ReLU, entrées gaussiennes, toutes tailles de lot : croissance moins 1, écart "
               "relatif à la théorie", Bound("≤", 0.1, "", decimals=3)),
    Prediction("linear_sizes", "Avec BN, linéaire, entrées gaussiennes, toutes tailles de lot : croissance moins 1, "
               "écart relatif à la théorie", Bound("≤", 0.25, "", decimals=3)),
    Prediction("linear_digits", "Avec BN, linéaire, MNIST : croissance moins 1, rapportée à celle de la théorie",
               Bound("≥", 2)),
    Prediction("residual", "Avec BN, résiduel, ReLU : logarithme de la croissance du haut en bas, rapporté à la "
               "théorie, moins 1", Bound("≤", 0.1, "", absolute=True, decimals=3)),
    Prediction("control_residual", "Sans BN, résiduel, ReLU : croissance par couche rapportée à 2, moins 1", NEAR),
])  # fmt: skip

LADDER = by_name([
    Prediction("residual_with", "Avec BN, résiduel : plus grande profondeur apprise", Bound("≥", 80, "", decimals=0)),
    Prediction("residual_without", "Sans BN, résiduel : plus grande profondeur apprise",
               Bound("≤", 40, "", decimals=0)),
    Prediction("plain_with", "Avec BN, sans raccourci : plus grande profondeur apprise",
               Bound("≤", 40, "", decimals=0)),
    Prediction("plain_order", "Sans raccourci, plus grande profondeur apprise : sans BN rapportée à avec BN",
               Bound("≥", 1)),
])  # fmt: skip


def initial_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Each prediction of the networks that are not trained, one value a seed."""
    relu = row(arrays, PLAIN_BATCH, "relu")
    size = int(arrays["batch_size"][relu])
    found: dict[str, np.ndarray] = {
        "relu": growth(arrays, relu) / theory.relu(size) - 1,
        "tanh": growth(arrays, row(arrays, PLAIN_BATCH, "tanh")) / theory.large_batch("tanh") - 1,
        "sigmoid": growth(arrays, row(arrays, PLAIN_BATCH, "sigmoid")) / theory.large_batch("sigmoid") - 1,
        "control_relu": growth(arrays, row(arrays, PLAIN_STANDARD, "relu")) - 1,
        "control_sigmoid": growth(arrays, row(arrays, PLAIN_STANDARD, "sigmoid")),
        "relu_sizes": measures.excess_error(arrays, "relu"),
        "linear_sizes": measures.excess_error(arrays, "linear"),
        "linear_digits": (growth(arrays, row(arrays, PLAIN_BATCH, "linear")) - 1) / (theory.linear(size) - 1),
        "residual": _residual(arrays),
        "control_residual": growth(arrays, row(arrays, RESIDUAL_STANDARD, "relu")) / 2 - 1,
    }
    return tuple(INITIAL[name].judge_mean(values) for name, values in found.items())


def _residual(arrays: Arrays) -> np.ndarray:
    whole = measures.whole_growth(arrays, row(arrays, RESIDUAL_BATCH, "relu"))
    return whole / measures.residual_theory("relu", int(arrays["depth"])) - 1


def ladder_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Each prediction of the networks that learn, one value a seed."""
    deepest = {arm: measures.deepest(arrays, arm) for arm in measures.ARMS}
    return (
        LADDER["residual_with"].judge_mean(deepest[RESIDUAL_BATCH]),
        LADDER["residual_without"].judge_mean(deepest[RESIDUAL_STANDARD]),
        LADDER["plain_with"].judge_mean(deepest[PLAIN_BATCH]),
        LADDER["plain_order"].judge_ratio(paired_ratio(deepest[PLAIN_STANDARD], deepest[PLAIN_BATCH])),
    )
