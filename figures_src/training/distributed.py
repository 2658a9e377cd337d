"""Many processes as one: who this one is, means over all of them, and one checkpoint that they share."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from figures_src.batchnorm import count, mean, moving_average, normalize, scale_and_shift, unbiased
from figures_src.training.checkpoint import Checkpoint

ALONE = {"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0"}
CHANNELS = (0, 2, 3)
"""Axes of (N, C, H, W) over which the statistics of a channel are taken."""


@dataclass(frozen=True)
class Place:
    """This process among all of them, and the device it computes on."""

    rank: int
    processes: int
    device: str

    @property
    def leads(self) -> bool:
        """Whether it is the one that writes files and speaks."""
        return self.rank == 0


@contextmanager
def joined(device: str) -> Iterator[Place]:
    """Join the processes that torchrun started, or stand alone without it: NCCL between GPUs, gloo elsewhere."""
    rank, processes, local = (int(os.environ.get(name, ALONE[name])) for name in ALONE)
    if device == "cuda":
        torch.cuda.set_device(local)
    backend = "nccl" if device == "cuda" else "gloo"
    alone: dict[str, Any] = {} if "MASTER_ADDR" in os.environ else {"store": dist.HashStore()}  # type: ignore[attr-defined]
    dist.init_process_group(backend, rank=rank, world_size=processes, **alone)
    try:
        yield Place(rank, processes, device)
    finally:
        gc.collect()  # a learner is in a cycle: were it freed later, its threads would outlive their group, and abort
        dist.destroy_process_group()


class Disagreement(ValueError):
    """The processes were not given the same work; the message says what differs."""


def same_everywhere(what: str, value: str) -> None:
    """Refuse to go on where processes do not agree.

    Raises:
        Disagreement: another process has another value.
    """
    found: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(found, value)
    if set(found) != {value}:
        raise Disagreement(f"{what} differs between processes: every machine needs the same copy")


def gathered(names: set[str]) -> list[str]:
    """The union of what every process has, in order."""
    found: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(found, names)
    return sorted(set().union(*found))


def totals(values: list[float], device: str) -> list[float]:
    """Sums over all processes."""
    summed = torch.tensor(values, dtype=torch.float64, device=device)
    dist.all_reduce(summed)
    return [float(value) for value in summed]


def anywhere(happened: bool, device: str) -> bool:
    """Whether something happened to any process: all of them learn it at once."""
    (processes,) = totals([happened], device)
    return processes > 0


def share_statistics(network: nn.Module) -> None:
    """Give every process the running statistics of the first: each has followed its own share until now."""
    for buffer in network.buffers():
        dist.broadcast(buffer, 0)


@dataclass(frozen=True)
class SharedCheckpoint(Checkpoint):
    """Written by the first process alone, and read by it for all: the others may be on other machines."""

    def save(self, state: dict[str, np.ndarray]) -> None:
        """Write the state of the first process: that of all, but for running statistics, which all take from it."""
        if dist.get_rank() == 0:
            super().save(state)

    def load(self) -> dict[str, np.ndarray] | None:
        """Return the saved state on every process."""
        found = [super().load() if dist.get_rank() == 0 else None]
        dist.broadcast_object_list(found, 0)
        return found[0]


def learner(network: nn.Module, sync_bn: bool, device: str) -> DistributedDataParallel:
    """The network, its gradients averaged over the processes, and its statistics too if they are to be.

    Running statistics are left where they are: by default every forward pass would wait for those of the first process.
    PyTorch's own synchronized layer computes on GPUs only: on a processor ours stands in for it.
    """
    if sync_bn and device == "cuda":
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
    elif sync_bn:
        _synchronise(network)
    devices = [torch.cuda.current_device()] if device == "cuda" else None
    return DistributedDataParallel(network, device_ids=devices, forward_sync_buffers=False)


class SyncBatchNorm2d(nn.BatchNorm2d):
    """Batch normalization by the mean and the variance of equal shares (N, C, H, W) held by all processes."""

    def forward(self, z: Tensor) -> Tensor:
        """Equations (1) to (4) of Ioffe & Szegedy 2015 on the whole batch; as the plain layer in evaluation."""
        if not self.training:
            return super().forward(z)
        x = z.float()
        mu = mean_over_processes(mean(x, CHANNELS))
        sigma2 = mean_over_processes(mean((x - mu).square(), CHANNELS))
        self._track(mu.detach().flatten(), sigma2.detach().flatten(), dist.get_world_size() * count(x, CHANNELS))
        gamma, beta = (vector.view(1, -1, 1, 1) for vector in (self.weight, self.bias))
        return scale_and_shift(normalize(x, mu, sigma2, self.eps), gamma, beta).to(z.dtype)

    @torch.no_grad()
    def _track(self, mu: Tensor, sigma2: Tensor, m: int) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked.add_(1)
        self.running_mean.copy_(moving_average(self.running_mean, mu, self.momentum))
        self.running_var.copy_(moving_average(self.running_var, unbiased(sigma2, m), self.momentum))


def mean_over_processes(own: Tensor) -> Tensor:
    """The mean of what every process holds; gradients flow back to all of them."""
    shared: Tensor = _MeanOverProcesses.apply(own)  # type: ignore[no-untyped-call]
    return shared


class _MeanOverProcesses(torch.autograd.Function):
    """A mean that every process's loss depends on: its gradient is the mean of theirs."""

    @staticmethod
    def forward(ctx: Any, own: Tensor) -> Tensor:
        return _mean(own)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return _mean(gradients[0])


def _mean(own: Tensor) -> Tensor:
    summed = own.contiguous().clone()
    dist.all_reduce(summed)
    return summed / dist.get_world_size()


def _synchronise(network: nn.Module) -> None:
    """Turn every normalization of a network into the synchronized one, keeping its parameters."""
    for layer in network.modules():
        if type(layer) is nn.BatchNorm2d:
            layer.__class__ = SyncBatchNorm2d
