"""One step of stochastic gradient descent for S perceptrons at once, in place.

Why not autograd: a network of 99 400 weights is so small that half of a PyTorch loop's time goes to building
graphs, starting kernels and faulting in fresh memory pages. Here the gradients are written out (for the layer
of batch normalization, those of ``batchnorm.py``) and every result lands in a tensor allocated once.
The test suite holds this step against autograd through ``batchnorm.py`` and through ``torch.nn``.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from figures_src.networks.perceptron import PerceptronEnsemble


@dataclass(frozen=True)
class Batches:
    """A training set in the memory of the device: images (N, inputs) float32, labels (N,) int64.

    ``lit`` counts the leading pixels to use in training: the ones after them are zero in every image, so that
    their weights have a gradient of exactly zero.
    """

    images: Tensor
    labels: Tensor
    lit: int


class EnsembleSGD:
    """Plain SGD, no momentum, no weight decay, mean cross-entropy over each network's own batch of m images."""

    def __init__(self, ensemble: PerceptronEnsemble, data: Batches, batch_size: int, learning_rate: float):
        self.ensemble, self.data, self.learning_rate = ensemble, data, learning_rate
        networks, device = len(ensemble.weights[0]), data.images.device
        sizes = (data.lit, *ensemble.architecture.sizes[1:])

        def workspace(width: int) -> Tensor:
            return torch.empty(networks, batch_size, width, device=device)

        self._shape = (networks, batch_size, 1)
        self._x = [workspace(width) for width in sizes[:-1]]
        self._z = [workspace(width) for width in sizes[1:]]
        self._dz = [workspace(width) for width in sizes[1:]]
        self._products = [workspace(width) for width in sizes[1:-1]]
        self._rstd: list[Tensor] = [torch.empty(0)] * len(ensemble.gamma)
        self._minus_one_mth = torch.full(self._shape, -1 / batch_size, device=device)
        # The pixels that no training image lights are left out; the view keeps the whole matrix in step.
        self._weights = [ensemble.weights[0][:, :, : data.lit], *ensemble.weights[1:]]

    @torch.no_grad()
    def step(self, rows: Tensor) -> None:
        """Descend once along the gradient of the images whose row numbers are given, (S·m,)."""
        labels = self._load(rows)
        self._forward()
        self._softmax_gradient(labels)
        self._backward()

    def _load(self, rows: Tensor) -> Tensor:
        torch.index_select(self.data.images, 0, rows, out=self._x[0].view(len(rows), -1))
        return self.data.labels.index_select(0, rows).view(self._shape)

    def _forward(self) -> None:
        hidden = len(self._weights) - 1
        for layer in range(hidden):
            torch.bmm(self._x[layer], self._weights[layer].mT, out=self._z[layer])
            if self.ensemble.architecture.batch_norm:
                before_sigmoid = self._normalize(layer)
            else:
                before_sigmoid = self._z[layer].add_(self.ensemble.biases[layer])
            torch.sigmoid(before_sigmoid, out=self._x[layer + 1])
        torch.baddbmm(self.ensemble.biases[-1], self._x[-1], self._weights[-1].mT, out=self._z[-1])

    def _normalize(self, layer: int) -> Tensor:
        """Equations (1) to (4) in place: leaves ẑ where z was, returns y in the workspace of the products."""
        ensemble, z, products = self.ensemble, self._z[layer], self._products[layer]
        m = z.shape[1]
        mu = z.mean(dim=1, keepdim=True)
        z.sub_(mu)
        var = torch.mul(z, z, out=products).mean(dim=1, keepdim=True)
        momentum = ensemble.architecture.momentum
        ensemble.running_mean[layer].lerp_(mu, momentum)
        ensemble.running_var[layer].lerp_(var * (m / (m - 1)), momentum)
        self._rstd[layer] = torch.rsqrt(var + ensemble.architecture.eps)
        z.mul_(self._rstd[layer])
        return torch.addcmul(ensemble.beta[layer], ensemble.gamma[layer], z, out=products)

    def _softmax_gradient(self, labels: Tensor) -> None:
        """Gradient of the mean cross-entropy at the logits: (softmax - one-hot) / m."""
        gradient = torch.softmax(self._z[-1], dim=-1, out=self._dz[-1])
        gradient.mul_(-self._minus_one_mth).scatter_add_(2, labels, self._minus_one_mth)

    def _backward(self) -> None:
        output = len(self._weights) - 1
        for layer in range(output, -1, -1):
            dz = self._dz[layer]
            if layer < output:
                activation = self._x[layer + 1]
                torch.ops.aten.sigmoid_backward.grad_input(dz, activation, grad_input=dz)
            if layer < output and self.ensemble.architecture.batch_norm:
                self._normalize_backward(layer)
            else:
                self.ensemble.biases[layer - output - 1].sub_(dz.sum(dim=1, keepdim=True), alpha=self.learning_rate)
            if layer:
                torch.bmm(dz, self._weights[layer], out=self._dz[layer - 1])
            self._weights[layer].baddbmm_(dz.mT, self._x[layer], alpha=-self.learning_rate)

    def _normalize_backward(self, layer: int) -> None:
        """Ioffe & Szegedy 2015, section 3: dz = γ/√(σ²+ε) · (dy - Σdy/m - ẑ·Σ(dy·ẑ)/m), and descend on γ, β."""
        gamma, beta = self.ensemble.gamma[layer], self.ensemble.beta[layer]
        dy, z_hat = self._dz[layer], self._z[layer]
        m = dy.shape[1]
        dbeta = dy.sum(dim=1, keepdim=True)
        dgamma = torch.mul(dy, z_hat, out=self._products[layer]).sum(dim=1, keepdim=True)
        dy.sub_(z_hat.mul_(dgamma), alpha=1 / m).sub_(dbeta, alpha=1 / m)
        dy.mul_(gamma * self._rstd[layer])
        gamma.sub_(dgamma, alpha=self.learning_rate)
        beta.sub_(dbeta, alpha=self.learning_rate)
