"""Random numbers that depend on what they are for, never on how far a generator has run: a resumed run finds them."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

INITIAL, ORDER, HELD_OUT, PROBE, NOISE, DATA, CROP = range(7)
"""What a draw is for: the second word of the entropy, after the seed."""


class Shuffled(Protocol):
    """What decides the order of the batches."""

    @property
    def seeds(self) -> tuple[int, ...]:
        """One order for each."""

    @property
    def batch_size(self) -> int:
        """Images a batch."""


def numpy_generator(*entropy: int) -> np.random.Generator:
    """A generator of its own for each tuple of numbers."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def torch_generator(*entropy: int, device: str = "cpu") -> torch.Generator:
    """The same for PyTorch."""
    (word,) = np.random.SeedSequence(entropy).generate_state(1, np.uint64)
    return torch.Generator(device).manual_seed(int(word))


def batch_rows(run: Shuffled, images: int, first_step: int) -> Iterator[Tensor]:
    """Row numbers of each batch, (S·m,), from the given step on; every seed shuffles for itself.

    An epoch's order depends on (seed, epoch) alone: all arms see the same batches, and a resumed run finds
    its place without any generator's state.
    """
    per_epoch = images // run.batch_size
    epoch, offset = divmod(first_step, per_epoch)
    while True:
        orders = [numpy_generator(seed, ORDER, epoch).permutation(images) for seed in run.seeds]
        kept = np.stack(orders)[:, : per_epoch * run.batch_size].reshape(len(run.seeds), per_epoch, -1)
        rows = torch.from_numpy(np.ascontiguousarray(kept.swapaxes(0, 1)).reshape(per_epoch, -1))
        yield from rows[offset:]
        epoch, offset = epoch + 1, 0
