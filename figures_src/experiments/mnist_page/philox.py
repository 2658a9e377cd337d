"""Random numbers by place, the same as those of ``assets/js/philox.js``: a reader's page can repeat a seed.

Philox 4×32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC '11). It has no
state: a word is a function of the key (the seed, what the draw is for) and of a counter (its block, the stream).
NumPy has the 4×64 variant alone, whose products a browser's numbers cannot hold.
"""

import numpy as np

M0, M1 = 0xD2511F53, 0xCD9E8D57
"""Multipliers of a round."""
W0, W1 = 0x9E3779B9, 0xBB67AE85
"""What the words of the key grow by, from round to round."""
ROUNDS = 10
WORD = 2**32
WEIGHTS, ORDER = 0, 1
"""What a draw is for: the second word of the key, after the seed."""


def philox(counter: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """Four words of 32 bits for each counter of four: (…, 4) → (…, 4), as uint64."""
    c0, c1, c2, c3 = np.moveaxis(counter.astype(np.uint64), -1, 0)
    k0, k1 = key
    for _ in range(ROUNDS):
        product0, product1 = np.uint64(M0) * c0, np.uint64(M1) * c2
        c0, c1 = (product1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0), product1 % np.uint64(WORD)
        c2, c3 = (product0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1), product0 % np.uint64(WORD)
        k0, k1 = (k0 + W0) % WORD, (k1 + W1) % WORD
    return np.stack([c0, c1, c2, c3], axis=-1)


def words(seed: int, purpose: int, stream: int, count: int) -> np.ndarray:
    """``count`` words of a stream, (count,)."""
    block = np.arange(-(-count // 4))
    nothing = np.zeros_like(block)
    return philox(np.stack([block, nothing + stream, nothing, nothing], axis=-1), (seed, purpose)).ravel()[:count]


def normals(seed: int, purpose: int, stream: int, count: int) -> np.ndarray:
    """``count`` values of the standard normal law, float64, by Box and Muller's method: two words give two."""
    uniform = (words(seed, purpose, stream, count + count % 2) + 0.5) / WORD
    radius, angle = np.sqrt(-2 * np.log(uniform[::2])), 2 * np.pi * uniform[1::2]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).ravel()[:count]


def permutation(seed: int, purpose: int, stream: int, count: int) -> np.ndarray:
    """0 … count − 1 in the order of as many words, (count,)."""
    return np.argsort(words(seed, purpose, stream, count), kind="stable")
