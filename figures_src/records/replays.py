"""How far the first losses of a run, trained again, can be compared with those that a record keeps."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from figures_src.experiments.experiment import Outcome
from figures_src.training.machine import processor

BFLOAT16, FLOAT64 = "bfloat16 autocast", "float64"
KERNELS = {name: "AVX512_CORE_BF16" for name in ("DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA")}
"""Those that records are made with: a newer processor, kept to them, multiplies in bfloat16 to the same bit."""
LIMIT = "ATEN_CPU_CAPABILITY"
"""The variable that makes a processor add as an older one would."""
ALIKE = 2e-5
ROUNDED = (0.006, 0.1)
"""Of the losses before any update, three roundings of bfloat16 apart, and after one: seeds are 0.01 and more apart, and
a missing update 0.5. After two, batch normalization has made 30 % of a rounding."""
GROWTH = 10.0
"""Of a rounding on its way through a network, at most, for two computers to give it losses that are `ALIKE`."""
CARD = "card "
DRAWN = "noisy_bn"
"""The arm whose noise is drawn by the device's own generator: another kind of device draws another noise."""


def tolerances(sidecar: Mapping[str, Any], precision: str, computer: str, steps: int) -> np.ndarray:
    """Relative tolerance of each loss that can be compared, from the first step on.

    All of them on the record's own computer; in bfloat16 where the kernels are its own; and in float64, whose rounding
    20 steps do not carry beyond `ALIKE`. Elsewhere another order of additions is carried on, and grows with each step:
    two losses can be compared, closely in float32.
    """
    if sidecar.get("precision", Outcome.precision) != precision:
        return np.array(ROUNDED)
    between_processors = not any(map(_is_card, (computer_of(sidecar), computer))) and LIMIT not in computer
    if computer_of(sidecar) == computer or precision == FLOAT64 or (precision == BFLOAT16 and between_processors):
        return np.full(steps, ALIKE)
    return np.array(ROUNDED) if precision == BFLOAT16 else np.full(2, ALIKE)


def comparable(sidecar: Mapping[str, Any], arms: np.ndarray, growth: np.ndarray, computer: str) -> np.ndarray:
    """Which runs, by their arms and the growth of a rounding in their networks, a computer can train again.

    A device of another kind, those that draw no noise on it; another computer, those that carry its roundings no
    further than `GROWTH`.
    """
    same_kind = _is_card(computer) == (sidecar["device"] == "cuda")
    same = computer_of(sidecar) == computer
    return np.asarray(((arms != DRAWN) | same_kind) & ((growth <= GROWTH) | same))


def rounding_growth(runs: Sequence[Any]) -> np.ndarray:
    """How much larger a rounding leaves the networks of each run than it came in; 1 where a run says nothing of it."""
    return np.array([getattr(run, "rounding_growth", 1.0) for run in runs])


def computer_of(sidecar: Mapping[str, Any]) -> str:
    """What computed a record, as far as its rounding depends on it; all of them where some runs were taken over."""
    makers = [sidecar, *([sidecar["taken_over"]] if "taken_over" in sidecar else [])]
    return " and ".join(dict.fromkeys(_maker(maker) for maker in makers))


def this_computer(device: str = "cpu") -> str:
    """What computes here, in the words of `computer_of`; a processor made to add as another has no name of its own."""
    if device == "cuda":
        from figures_src.training.precision import card_name  # brings torch, which a run on a card needs anyway

        return CARD + card_name()
    return f"{processor()} {LIMIT}={os.environ[LIMIT]}" if LIMIT in os.environ else processor()


@contextmanager
def recorded_kernels() -> Iterator[None]:
    """Let processes that begin within the block multiply with `KERNELS`; this one read its own when it began."""
    before = {name: os.environ.get(name) for name in KERNELS}
    os.environ.update(KERNELS)
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def _maker(told: Mapping[str, Any]) -> str:
    return CARD + str(told["accelerator"]) if "accelerator" in told else str(told["processor"])


def _is_card(computer: str) -> bool:
    return CARD in computer


def differing(again: np.ndarray, recorded: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    """Rows (runs,) whose first losses, (runs, steps), differ by more; what is not finite is so in both."""
    steps = len(tolerance)
    alike = np.isclose(again[:, :steps], recorded[:, :steps], rtol=tolerance, atol=0, equal_nan=True)
    return np.asarray(~alike.all(axis=1))
