"""What the benchmarks share: seconds for one step, alone or on every core at once, and the rate of a matrix product."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Barrier
from typing import Any

import torch

from figures_src.processes import cores, pool, spawning

ROUNDS = 5
CORES = cores()

_together: Barrier
Prepare = Callable[..., Callable[[int], Any]]
"""Builds, in a process of its own, the step to be timed."""


def seconds_per_step(step: Callable[[int], Any], warm_up: int, steps: int) -> float:
    """Mean over the steps that follow the warm-up; a step is told its number."""
    for number in range(warm_up):
        step(number)
    started = time.perf_counter()
    for number in range(warm_up, warm_up + steps):
        step(number)
    return (time.perf_counter() - started) / steps


def on_every_core(prepare: Prepare, arguments: Sequence[Any], warm_up: int, steps: int) -> float:
    """Seconds for one step when every core makes its own at the same time, divided by the number of cores.

    Raises:
        WorkerKilled: a process was killed.
        Exception: whatever the first process that failed raised.
    """
    together = spawning().Barrier(CORES)
    with pool(CORES, "timing", _share, together) as timers:
        runs = [timers.submit(_one_core, prepare, arguments, warm_up, steps) for _ in range(CORES)]
        try:
            return statistics.mean(run.result() for run in as_completed(runs)) / CORES
        except BrokenProcessPool:
            raise  # the pool has ended the others
        except Exception:
            together.abort()  # the others wait there for the one that failed
            raise


def _share(barrier: Barrier) -> None:
    """Give a new process the place where all meet; a barrier cannot be sent with a task."""
    global _together
    _together = barrier


def _one_core(prepare: Prepare, arguments: Sequence[Any], warm_up: int, steps: int) -> float:
    torch.set_num_threads(1)
    step = prepare(*arguments)
    _together.wait()
    return seconds_per_step(step, warm_up, steps)


def product_rate(dtype: torch.dtype, size: int = 2048) -> float:
    """FLOP/s of the machine's matrix product, all threads, on square matrices that fill its caches."""
    matrix = torch.rand(size, size).to(dtype)
    matrix @ matrix
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        matrix @ matrix
        times.append(time.perf_counter() - started)
    return float(2 * size**3 / statistics.median(times))


def by_turns(one: Callable[[], float], other: Callable[[], float]) -> tuple[float, float, float]:
    """Medians of two costs measured by turns, and the median of their ratio in each round."""
    rounds = [(one(), other()) for _ in range(ROUNDS)]
    ones, others = zip(*rounds, strict=True)
    return statistics.median(ones), statistics.median(others), statistics.median(a / b for a, b in rounds)
