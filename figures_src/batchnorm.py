"""Batch normalization (Ioffe & Szegedy, 2015, arXiv 1502.03167v3), in the symbols of the paper.

First the mathematics: pure functions. Then the bookkeeping: two modules equal to `torch.nn.BatchNorm1d` and
`torch.nn.BatchNorm2d`, from which they take how γ, β and the running statistics are held, and nothing of what
is computed. PyTorch's tools that know its layer by `isinstance` know them too; those that want its very class or
its code (`torch.fx`, `torch.jit.script`, quantization) refuse them.

In the functions, `z` has any shape and `dim` names the axes over which one mean is taken: (0,) for (m, C),
(0, 2, 3) for images (N, C, H, W), (1,) for S networks trained side by side (S, m, C). Statistics, γ and β
keep these axes, with size 1, so that they broadcast against `z`.
"""

import math
from typing import ClassVar

import torch
from torch import Tensor, nn

# --- Training: the four equations of Algorithm 1 ------------------------------------------------------


def mean(z: Tensor, dim: tuple[int, ...]) -> Tensor:
    """Equation (1): μ = 1/m Σ z."""
    return z.mean(dim, keepdim=True)


def variance(z: Tensor, mu: Tensor, dim: tuple[int, ...]) -> Tensor:
    """Equation (2): σ² = 1/m Σ (z − μ)², the *biased* variance."""
    # Not E[z²] − μ²: where |μ| ≫ σ, that difference of two large numbers loses every digit of σ².
    return (z - mu).square().mean(dim, keepdim=True)


def normalize(z: Tensor, mu: Tensor, sigma2: Tensor, eps: float) -> Tensor:
    """Equation (3): ẑ = (z − μ) / √(σ² + ε)."""
    return (z - mu) / torch.sqrt(sigma2 + eps)


def scale_and_shift(z_hat: Tensor, gamma: Tensor | float, beta: Tensor | float) -> Tensor:
    """Equation (4): y = γ ẑ + β."""
    return gamma * z_hat + beta


# --- Training: the gradient of the layer, section 3 ---------------------------------------------------


def batch_norm_gradient(
    dy: Tensor, z_hat: Tensor, gamma: Tensor, inverse_std: Tensor, dim: tuple[int, ...]
) -> tuple[Tensor, Tensor, Tensor]:
    """From dy, the gradient of the loss with respect to y, to (dz, dγ, dβ).

    Write s = √(σ² + ε), so that z − μ = s ẑ. The six expressions of the paper are

        dẑ  = dy γ
        dσ² = Σ dẑ (z − μ) · (−½ s⁻³)          = −½ s⁻² Σ dẑ ẑ
        dμ  = −s⁻¹ Σ dẑ − dσ² · 2/m Σ (z − μ)  = −s⁻¹ Σ dẑ            since Σ (z − μ) = 0
        dz  = s⁻¹ dẑ + dσ² · 2/m (z − μ) + 1/m dμ
        dγ  = Σ dy ẑ
        dβ  = Σ dy

    and the first three, put into the fourth, leave

        dz  = γ/s · (dy − (dβ + dγ ẑ) / m).

    So Σ dz = 0, and Σ dz ẑ = 0 but for ε: shifting or scaling a batch would not change the loss.

    `dy` and `z_hat` have the shape of z, as dz; `gamma` and `inverse_std` = 1/s that of μ, as dγ and dβ.
    """
    dgamma = (dy * z_hat).sum(dim, keepdim=True)
    dbeta = dy.sum(dim, keepdim=True)
    dz = gamma * inverse_std * (dy - (dbeta + dgamma * z_hat) / count(dy, dim))
    return dz, dgamma, dbeta


# --- Evaluation: the population's μ and σ², Algorithm 2 -----------------------------------------------


def count(z: Tensor, dim: tuple[int, ...]) -> int:
    """m, the number of values behind one mean."""
    return math.prod([z.size(d) for d in dim])


def unbiased(sigma2: Tensor, m: int) -> Tensor:
    """Estimate the population's variance from m > 1 values: m/(m − 1) σ² (Algorithm 2, step 10)."""
    return m / (m - 1) * sigma2


def moving_average(old: Tensor, new: Tensor, momentum: float) -> Tensor:
    """Move `old` towards `new`. `momentum` weighs the *new* value: PyTorch's convention."""
    return (1 - momentum) * old + momentum * new


# --- Bookkeeping: running statistics, refusals --------------------------------------------------------


class _BatchNorm(nn.modules.batchnorm._BatchNorm):
    # The base holds `weight`, which is γ, `bias`, which is β, `running_mean`, `running_var` and `num_batches_tracked`.
    _ranks: ClassVar[tuple[int, ...]]  # the numbers of axes that z may have

    def forward(self, z: Tensor) -> Tensor:
        """Normalize by the statistics of the batch in training, by the running ones in evaluation.

        Raises:
            ValueError: z has the wrong number of axes, or one value per channel in training; ε too small.
            RuntimeError: z has another number of channels, or another dtype, than the layer.

        """
        use_batch = self.training or self.running_mean is None
        self._refuse_unfit(z, use_batch)
        # Half precision is too coarse to add up a batch in: the equations are computed in float32.
        x = z.float() if z.dtype in _HALF else z
        if use_batch:
            dim = _all_but_channels(x)
            mu = mean(x, dim)
            sigma2 = variance(x, mu, dim)
            self._track(mu.detach(), sigma2.detach(), count(x, dim))
        else:
            mu = _per_channel(self.get_buffer("running_mean"), x)
            sigma2 = _per_channel(self.get_buffer("running_var"), x)
        z_hat = normalize(x, mu, sigma2, self.eps)
        gamma = 1.0 if self.weight is None else _per_channel(self.weight, x)
        beta = 0.0 if self.bias is None else _per_channel(self.bias, x)
        return scale_and_shift(z_hat, gamma, beta).to(z.dtype)

    def _track(self, mu: Tensor, sigma2: Tensor, m: int) -> None:
        if not (self.training and self.track_running_stats) or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        # Without a momentum all batches weigh alike: the n-th one 1/n.
        momentum = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        if m > 0:  # as in PyTorch, an empty batch is counted
            _move(self.get_buffer("running_mean"), mu, momentum)
            _move(self.get_buffer("running_var"), unbiased(sigma2, m), momentum)

    def _refuse_unfit(self, z: Tensor, use_batch: bool) -> None:
        if z.dim() not in self._ranks:
            ranks = " or ".join(f"{rank}D" for rank in self._ranks)
            raise ValueError(f"expected {ranks} input (got {z.dim()}D input): (batch, channels, positions…)")
        if use_batch and count(z, _all_but_channels(z)) == 1:
            size = f"got input size {z.size()}: use a larger batch, or eval()"
            raise ValueError(f"Expected more than 1 value per channel when training, {size}")
        if self.eps < 0 or (use_batch and self.eps == 0):
            bound = "positive during training" if use_batch else "non-negative"
            raise ValueError(f"batch_norm eps must be {bound}, but got {self.eps}: 1e-5 is usual")
        for name in ("running_mean", "running_var", "weight", "bias"):
            _refuse_mismatch(name, getattr(self, name), z)


class BatchNorm1d(_BatchNorm, nn.BatchNorm1d):
    """Batch normalization of (N, C) or (N, C, L): same arguments and results as `torch.nn.BatchNorm1d`."""

    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm, nn.BatchNorm2d):
    """Batch normalization of (N, C, H, W): same arguments and results as `torch.nn.BatchNorm2d`."""

    _ranks = (4,)


_HALF = (torch.float16, torch.bfloat16)


def _all_but_channels(z: Tensor) -> tuple[int, ...]:
    return (0, *range(2, z.dim()))


def _per_channel(vector: Tensor, x: Tensor) -> Tensor:
    return vector.to(x.dtype).view(-1, *[1] * (x.dim() - 2))


def _move(running: Tensor, new: Tensor, momentum: float) -> None:
    running.copy_(moving_average(running.to(new.dtype), new.flatten(), momentum))


def _refuse_mismatch(name: str, vector: Tensor | None, z: Tensor) -> None:
    if vector is None:
        return
    if len(vector) != z.size(1):
        mend = f"build the layer with num_features={z.size(1)}"
        raise RuntimeError(f"{name} should contain {z.size(1)} elements not {len(vector)}: {mend}")
    if vector.dtype != z.dtype and not (z.dtype in _HALF and vector.dtype == torch.float32):
        raise RuntimeError(f"mixed dtype: {name} is {vector.dtype}, input {z.dtype}: convert one by .to()")
