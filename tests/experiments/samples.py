"""Arrays of E3 small enough to write by hand, shaped as the recorded ones are."""

import numpy as np

from figures_src.experiments.vgg.measures import BATCH, HIGH, LOW, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg_controls.measures import RATE_LINE
from figures_src.experiments.vgg_controls.runs import DISTANCE_LINE

STEPS = np.arange(0, 15_001, 100)
LENGTHS = np.linspace(0.05, 0.4, 8)


def curve(reached: float, level: float = 0.97) -> np.ndarray:
    """Accuracy that jumps to its level at a step."""
    return np.where(STEPS[1:] >= reached, level, 0.1)


def vgg_arrays(standard: float = 3300, with_bn: float = 1600, noisy: float = 2400, height: float = 4.0,
           stressed: float = 0.17) -> dict[str, np.ndarray]:  # fmt: skip
    """Two seeds of each compared arm; losses and gradients whose ranges are ``height`` times larger without BN."""
    runs = [(STANDARD, MATCHED, curve(standard)), (BATCH, MATCHED, curve(with_bn)), (NOISY, MATCHED, curve(noisy))] * 2
    runs += [(STANDARD, HIGH, curve(0, stressed)), (BATCH, HIGH, curve(3200)), (STANDARD, LOW, curve(1)),
             (BATCH, LOW, curve(1))]  # fmt: skip
    count, times = len(runs), len(STEPS)
    scale = np.array([1.0 if arm is not STANDARD else height for arm, _, _ in runs])[:, None, None]
    ramp = np.broadcast_to(np.linspace(0, 1, 8), (count, times, 8))
    slope = scale * np.where(STEPS <= 5000, 1, 1 / scale[:, :, 0])[..., None]  # β alike beyond 5 000 steps
    return {
        "arm": np.array([str(arm) for arm, _, _ in runs]),
        "run_learning_rate": np.array([rate for _, rate, _ in runs]),
        "seed": np.arange(count)[::-1],
        "train_accuracy": np.stack([accuracy for _, _, accuracy in runs]),
        "accuracy_step": STEPS[1:],
        "replay_loss": np.full((count, 20), np.log(10)),
        "test_accuracy": np.stack([accuracy[99::50] - 0.1 for _, _, accuracy in runs]),
        "shift_step": STEPS,
        "shift_layer": np.array([5, 10]),
        "shift_difference": np.broadcast_to(height / scale, (count, times, 2)).copy(),
        "shift_norm": np.broadcast_to(2 * height / scale, (count, times, 2)).copy(),
        "shift_cosine": np.full((count, times, 2), 0.75),
        "landscape_step": STEPS,
        "landscape_length": np.broadcast_to(LENGTHS, (count, 8)),
        "landscape_loss": scale * ramp,
        "landscape_change_squared": (slope * (1 + 2 * ramp) * LENGTHS) ** 2,
        "landscape_change_gradient": np.zeros((count, times, 8)),
        **{f"landscape_{name}": np.ones((count, times))
           for name in ("norm_squared", "weights_weights", "weights_gradient", "gradient_gradient")},
    }  # fmt: skip


def dln_arrays(difference: float, cosine: float, loss: float) -> dict[str, np.ndarray]:
    """Two seeds of each arm at both rates; numbers are those of BN over standard, and of the standard arm.

    The losses start at 50 thousand; the shifts of the last two thirds are a hundred times smaller.
    """
    cells = [(arm, rate) for rate in (1e-6, 1e-7) for arm in (STANDARD, BATCH)] * 2
    is_bn = np.array([arm is BATCH for arm, _ in cells])[:, None, None]
    steps = np.arange(0, 10_001, 1250)
    fading = np.where(steps <= steps[-1] / 3, 1.0, 0.01)[None, :, None]
    train_loss = np.where(is_bn[..., 0], 1.0, loss) * np.ones((8, 9))
    train_loss[:, 0] = 50_000
    return {
        "arm": np.array([str(arm) for arm, _ in cells]),
        "run_learning_rate": np.array([rate for _, rate in cells]),
        "seed": np.repeat([0, 1], 4),
        "shift_step": steps,
        "shift_layer": np.array([9, 17]),
        "shift_difference": np.where(is_bn, difference, 1.0) * fading * np.ones((8, 9, 2)),
        "shift_cosine": np.where(is_bn, 0, cosine) * np.ones((8, 9, 2)),
        "shift_norm": 2 * np.ones((8, 9, 2)),
        "train_loss": train_loss,
    }


def channel_arrays(moves: dict[str, float]) -> dict[str, np.ndarray]:
    """Two channels, the third absent, whose means go to and fro by so many deviations; step 0 is far away."""
    count = len(moves)
    mean = np.full((count, 5, 3, 3), np.nan)
    deviation = np.full_like(mean, np.nan)
    for row, move in enumerate(moves.values()):
        deviation[row, ..., :2] = 2
        mean[row, ..., :2] = (2 * move * np.array([100, 0, 1, 0, 1]))[:, None, None]
    return {
        "arm": np.array(list(moves)),
        "run_learning_rate": np.full(count, MATCHED),
        "seed": np.zeros(count),
        "histogram_layer": np.array([2, 9, 13]),
        "channel_mean": mean,
        "channel_deviation": deviation,
    }


def control_arrays(
    rate: float = MATCHED, relative: float = 0.8, near: float = 0.7, judged: tuple[float, ...] = (0.55, 0.82, 0.72)
) -> dict[str, np.ndarray]:
    """Two seeds of each arm. Bands along a step are four times wider without BN, at fixed distances ``near`` times.

    The gradient's shift is ``relative`` times that without BN, in shares of its length. Accuracies on test images are
    .72 without BN, .78 and .79 with it, and ``judged`` with noisy BN.
    """
    usual, arms = vgg_arrays(), [STANDARD, BATCH, NOISY] * 2
    count, times, lengths = len(arms), len(STEPS), len(RATE_LINE)
    without = np.array([arm is STANDARD for arm in arms])
    band = np.where(without, 4.0, 1.0)[:, None, None] * np.linspace(0, 1, lengths) * np.ones((times, 1))
    ways = {STANDARD: (0.72, np.nan, np.nan), BATCH: (0.78, 0.79, np.nan), NOISY: judged}
    seeds = np.array([0, 0, 0, 1, 1, 1])
    fixed = np.where(without, near, 1.0)[:, None, None] * np.array(DISTANCE_LINE) * np.ones((times, 1))
    shift = np.where(without, 0.5, 0.5 * relative)[:, None, None] * np.ones((times, 2))
    kept = ("train_accuracy", "replay_loss", "test_accuracy")
    shared = ("accuracy_step", "shift_step", "shift_layer", "landscape_step")
    first = {name: usual[name][:count] for name in kept} | {name: usual[name] for name in shared}
    return first | {
        "arm": np.array([str(arm) for arm in arms]),
        "run_learning_rate": np.full(count, rate),
        "seed": seeds,
        "train_loss": np.ones((count, times - 1)),
        "evaluation_accuracy": np.array([ways[arm] for arm in arms])[:, None] + 0.002 * seeds[:, None, None],
        "shift_difference": 2 * shift,
        "shift_norm": np.full((count, times, 2), 2.0),
        "shift_cosine": np.where(without, 0.6, 0.75)[:, None, None] * np.ones((times, 2)),
        "landscape_length": np.broadcast_to(rate * np.array(RATE_LINE), (count, lengths)),
        "landscape_loss": band,
        "landscape_change_squared": (0.1 + np.clip(band - band[..., [2]], 0, None) / 100) ** 2,
        "landscape_change_gradient": np.zeros((count, times, lengths)),
        "distance": np.array(DISTANCE_LINE),
        "line_distance_loss": fixed,
        "line_rate_fresh_loss": np.where(without[:, None, None], np.nan, 0.9 * band),
        **{f"landscape_{name}": np.ones((count, times))
           for name in ("norm_squared", "weights_weights", "weights_gradient", "gradient_gradient")},
    }  # fmt: skip


def initial_arrays() -> dict[str, np.ndarray]:
    """Two rates, one seed: without BN .8 at most, with it .97 after 3,000 steps."""
    arms, rates = [STANDARD, STANDARD, BATCH, BATCH], [0.1, 0.5, 0.1, 0.5]
    return {
        "arm": np.array([str(arm) for arm in arms]),
        "run_learning_rate": np.array(rates),
        "seed": np.zeros(4, dtype=int),
        "train_accuracy": np.stack([curve(0, 0.8), curve(0, 0.1), curve(3000), curve(4000)]),
        "test_accuracy": np.stack([curve(0, 0.7), curve(0, 0.1), curve(3000), curve(4000)])[:, 99::50],
        "accuracy_step": STEPS[1:],
    }


def tuned_arrays() -> dict[str, np.ndarray]:
    """One rate an arm, two seeds: without BN .8 at most, with it .97 after 3,000 and 4,000 steps."""
    arms, rates = [STANDARD, BATCH, STANDARD, BATCH], [0.05, 0.1, 0.05, 0.1]
    return {
        "arm": np.array([str(arm) for arm in arms]),
        "run_learning_rate": np.array(rates),
        "seed": np.array([0, 0, 1, 1]),
        "train_accuracy": np.stack([curve(0, 0.8), curve(3000), curve(0, 0.7), curve(4000)]),
        "accuracy_step": STEPS[1:],
    }


def length_arrays() -> dict[str, np.ndarray]:
    """Two rates, one seed: the gradient's change is one whatever the length, so β is the inverse of the shortest."""
    arms, rates = [STANDARD, BATCH, STANDARD, BATCH], np.array([0.05, 0.05, 0.2, 0.2])
    steps, lengths = np.arange(0, 4001, 200), np.array(RATE_LINE)
    return {
        "arm": np.array([str(arm) for arm in arms]),
        "run_learning_rate": rates,
        "seed": np.zeros(4, dtype=int),
        "landscape_step": steps,
        "landscape_length": rates[:, None] * lengths,
        "landscape_change_squared": np.ones((4, len(steps), len(lengths))),
        "landscape_norm_squared": np.ones((4, len(steps))),
    }


def problem_arrays() -> dict[str, np.ndarray]:
    """Three problems: with half of the sum, shifts with BN are .1, 10 and 1,000 times those without."""
    times = 3
    ratios = np.array([[1.0, 100.0, 1e4], [0.1, 10.0, 1e3], [0.01, 1.0, 100.0], [1e-3, 0.1, 10.0]])[..., None, None]
    difference = np.stack([np.ones((4, 3, times, 2)), ratios * np.ones((times, 2))])
    loss = np.stack([np.ones((4, 3, times)), np.broadcast_to(np.array([0.25, 0.5, 0.75])[:, None], (4, 3, times))])
    return {
        "loss_factor": np.array([0.25, 0.5, 0.75, 1.0]),
        "shift_layer": np.array([9, 17]),
        "shift_difference": difference,
        "shift_norm": np.ones_like(difference),
        "shift_cosine": np.full_like(difference, 0.99),
        "train_loss": loss,
    }
