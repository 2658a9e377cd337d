"""Which images are learnt and which are shown: pure functions of labels and of a generator."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from figures_src.datasets import Images


@dataclass(frozen=True)
class Labelled:
    """Images uint8 (N, H, W, C) and their answers int64 (N,)."""

    images: np.ndarray
    labels: np.ndarray

    def __getitem__(self, rows: slice | np.ndarray) -> "Labelled":
        """Some of them."""
        return Labelled(self.images[rows], self.labels[rows])


def rows_of_classes(labels: np.ndarray, classes: Collection[int], count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw ``count`` rows, as evenly as can be over ``classes`` (the first ones give one more), class by class.

    Raises:
        ValueError: a class has not enough images.
    """
    ordered = sorted(classes)
    chosen = []
    for place, label in enumerate(ordered):
        wanted = count // len(ordered) + (place < count % len(ordered))
        rows = np.flatnonzero(labels == label)
        if wanted > len(rows):
            raise ValueError(f"class {label} has {len(rows)} images, not {wanted}: ask for fewer")
        chosen.append(rng.permutation(rows)[:wanted])
    return np.concatenate(chosen)


def labelled(split: Images, rows: np.ndarray, labels: np.ndarray) -> Labelled:
    """The images of these rows, with a channel axis whatever the data set, and the answers given."""
    images = split.images[rows]
    return Labelled(images if images.ndim == 4 else images[..., None], np.asarray(labels, dtype=np.int64))


def yes_or_no(
    split: Images, yes: Collection[int], no: Collection[int], count: int, rng: np.random.Generator
) -> Labelled:
    """``count`` images of the classes ``yes`` (answer 1) and as many of ``no`` (answer 0), shuffled.

    Shuffled because a network shown them in training mode needs mixed batches, as those that it learnt were.
    """
    rows = np.concatenate([rows_of_classes(split.labels, classes, count, rng) for classes in (yes, no)])
    answers = np.repeat([1, 0], count)
    order = rng.permutation(len(rows))
    return labelled(split, rows[order], answers[order])


def any_of(split: Images, count: int, rng: np.random.Generator) -> Labelled:
    """``count`` images drawn without regard to their class, with their own labels."""
    rows = rng.permutation(len(split.labels))[:count]
    return labelled(split, rows, split.labels[rows])
