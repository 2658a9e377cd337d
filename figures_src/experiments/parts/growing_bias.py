"""The example of Ioffe & Szegedy 2015, section 2: a bias before a centring whose gradient is left out.

One unit adds a bias b to its inputs x, and the mean over the batch is taken away. The loss, ½·mean (y - t)², does not
depend on b. A step that takes the mean for a constant moves b all the same, by the same amount at each step.
"""

import numpy as np


def centred(x: np.ndarray, b: float) -> np.ndarray:
    """What leaves the unit: x + b less its mean over the batch, (m,)."""
    return (x + b) - np.mean(x + b)


def moved(x: np.ndarray, b: float, t: np.ndarray, rate: float) -> float:
    """The bias after a step of gradient descent that takes the mean for a constant."""
    return float(b - rate * np.mean(centred(x, b) - t))


def rightly_moved(x: np.ndarray, b: float, t: np.ndarray, rate: float) -> float:
    """The same, the mean being a function of b: what it adds to the gradient takes all of it away."""
    slope = centred(x, b) - t
    return float(b - rate * (np.mean(slope) - np.mean(slope)))


def loss(x: np.ndarray, b: float, t: np.ndarray) -> float:
    """½·mean (y - t)²."""
    return float(0.5 * np.mean(np.square(centred(x, b) - t)))


def example(rate: float, steps: int, images: int = 64) -> dict[str, np.ndarray]:
    """Biases and losses at each step, (steps + 1,), without and with the gradient of the mean."""
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((2, images))
    t = t - 1
    found: dict[str, np.ndarray] = {}
    for name, step in (("growing", moved), ("still", rightly_moved)):
        biases = [0.0]
        for _ in range(steps):
            biases.append(step(x, biases[-1], t, rate))
        found[f"{name}_bias"] = np.array(biases)
        found[f"{name}_loss"] = np.array([loss(x, b, t) for b in biases])
    return found
