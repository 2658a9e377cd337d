"""The in-place step against autograd, through our layers and through torch.nn."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from figures_src.batchnorm import BatchNorm1d
from figures_src.experiments.mnist.sgd import Batches, EnsembleSGD
from figures_src.networks.perceptron import Architecture, PerceptronEnsemble

SEEDS, BATCH, INPUTS, LIT = (3, 7, 11), 12, 40, 32
HIDDEN = (9, 8, 7)


def batches() -> Batches:
    generator = torch.Generator().manual_seed(0)
    images = (torch.rand(200, INPUTS, generator=generator) > 0.6).float()
    labels = torch.randint(0, 10, (200,), generator=generator)
    return Batches(images[:, :LIT].contiguous(), labels, LIT)


def ensemble(batch_norm: bool) -> PerceptronEnsemble:
    return PerceptronEnsemble(Architecture(INPUTS, HIDDEN, 10, batch_norm), 0.5, SEEDS)


def sequential(source: PerceptronEnsemble, network: int, norm: type[nn.Module]) -> nn.Sequential:
    """The same network as an ordinary module, from the ensemble's state."""
    layers: list[nn.Module] = []
    batch_norm = source.architecture.batch_norm
    for layer, (into, out) in enumerate(pairwise(source.architecture.sizes)):
        last = layer == len(HIDDEN)
        linear = nn.Linear(into, out, bias=last or not batch_norm)
        linear.weight.data.copy_(source.weights[layer][network])
        if linear.bias is not None:
            linear.bias.data.copy_(source.biases[-1 if last else layer][network, 0])
        layers.append(linear)
        if not last:
            layers += [norm(out), nn.Sigmoid()] if batch_norm else [nn.Sigmoid()]
    return nn.Sequential(*layers)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("norm", [BatchNorm1d, nn.BatchNorm1d])
def test_ten_steps_equal_autograd(batch_norm: bool, norm: type[nn.Module]) -> None:
    data, nets = batches(), ensemble(batch_norm)
    twins = [sequential(nets, network, norm) for network in range(len(SEEDS))]
    optimizers = [torch.optim.SGD(twin.parameters(), lr=0.3) for twin in twins]
    sgd = EnsembleSGD(nets, data, BATCH, 0.3)
    generator = torch.Generator().manual_seed(1)
    for _ in range(10):
        rows = torch.randint(0, 200, (len(SEEDS), BATCH), generator=generator)
        sgd.step(rows.flatten())
        for twin, optimizer, own in zip(twins, optimizers, rows, strict=True):
            images = torch.nn.functional.pad(data.images[own], (0, INPUTS - LIT))
            optimizer.zero_grad()
            nn.functional.cross_entropy(twin(images), data.labels[own]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    for network, twin in enumerate(twins):
        linears = [module for module in twin if isinstance(module, nn.Linear)]
        for layer, linear in enumerate(linears):
            torch.testing.assert_close(nets.weights[layer][network], linear.weight.data, rtol=2e-4, atol=2e-6)
        torch.testing.assert_close(nets.biases[-1][network, 0], linears[-1].bias.data, rtol=2e-4, atol=2e-6)
        for layer, module in enumerate(module for module in twin if isinstance(module, norm)):
            for ours, theirs in (
                (nets.gamma, module.weight),
                (nets.beta, module.bias),
                (nets.running_mean, module.running_mean),
                (nets.running_var, module.running_var),
            ):
                torch.testing.assert_close(ours[layer][network, 0], theirs.data, rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_step_moves_the_weights(batch_norm: bool) -> None:
    nets = ensemble(batch_norm)
    before = {name: tensor.clone() for name, tensor in nets.state()}
    EnsembleSGD(nets, batches(), BATCH, 0.3).step(torch.arange(len(SEEDS) * BATCH))
    for name, tensor in nets.state():
        assert not torch.equal(tensor, before[name]), name


def test_weights_of_pixels_never_lit_stay_as_drawn() -> None:
    nets = ensemble(batch_norm=True)
    drawn = nets.weights[0][:, :, LIT:].clone()
    EnsembleSGD(nets, batches(), BATCH, 0.3).step(torch.arange(len(SEEDS) * BATCH))
    assert torch.equal(nets.weights[0][:, :, LIT:], drawn)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_networks_of_an_ensemble_never_meet(batch_norm: bool) -> None:
    """One network trained alone ends as it does among others."""
    together, alone = ensemble(batch_norm), PerceptronEnsemble(Architecture(INPUTS, HIDDEN, 10, batch_norm), 0.5, [7])
    data, rows = batches(), torch.arange(len(SEEDS) * BATCH).view(len(SEEDS), BATCH)
    EnsembleSGD(together, data, BATCH, 0.3).step(rows.flatten())
    EnsembleSGD(alone, data, BATCH, 0.3).step(rows[1])
    np.testing.assert_allclose(together.weights[1][1], alone.weights[1][0], rtol=1e-5, atol=1e-7)


def test_both_arms_of_a_seed_start_from_the_same_weights() -> None:
    for without, with_bn in zip(ensemble(False).weights, ensemble(True).weights, strict=True):
        assert torch.equal(without, with_bn)


@pytest.mark.parametrize("population", [False, True])
def test_logits_equal_torch(population: bool) -> None:
    nets, data = ensemble(batch_norm=True), batches()
    for mean, variance in zip(nets.running_mean, nets.running_var, strict=True):
        mean.uniform_(-1, 1)
        variance.uniform_(0.5, 2)
    images = torch.nn.functional.pad(data.images[:50], (0, INPUTS - LIT))
    ours = nets.logits(images, population=population)
    for network in range(len(SEEDS)):
        twin = sequential(nets, network, nn.BatchNorm1d)
        for layer, module in enumerate(module for module in twin if isinstance(module, nn.BatchNorm1d)):
            module.running_mean.copy_(nets.running_mean[layer][network, 0])
            module.running_var.copy_(nets.running_var[layer][network, 0])
        twin.train(not population)
        torch.testing.assert_close(ours[network], twin(images).detach(), rtol=1e-4, atol=1e-5)
