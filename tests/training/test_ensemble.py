"""Steps with a rate and a decay of their own, and half-size digits."""

from typing import Any

import numpy as np
import pytest
import torch

from figures_src.networks.ensemble import Architecture, Ensemble
from figures_src.training.ensemble import Digits, Steps, accuracies, half_size
from figures_src.training.randomness import INITIAL, torch_generator
from tests.experiments.digit_samples import digits

CELLS = ((0.1, 0.0), (0.5, 0.01), (2.0, 0.3))


def ensemble() -> Ensemble:
    shape = Architecture(inputs=4, width=3, depth=2, outputs=2, batch_norm=True)
    return Ensemble(shape, len(CELLS), [torch_generator(0, INITIAL)], torch.float64)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_steps_are_those_of_torch_optim(momentum: float) -> None:
    made = ensemble()
    rates, decays = torch.tensor(CELLS, dtype=torch.float64).unbind(dim=1)
    steps = Steps(rates, decays, momentum)
    velocities = steps.velocities(made)
    alone = []
    for network, (rate, decay) in enumerate(CELLS):
        own = {name: x.detach()[network].clone().requires_grad_() for name, x in made.parameters.items()}
        groups: list[dict[str, Any]] = [
            {"params": [x for name, x in own.items() if name.startswith("weight")], "weight_decay": decay},
            {"params": [x for name, x in own.items() if not name.startswith("weight")]},
        ]
        alone.append((own, torch.optim.SGD(groups, lr=rate, momentum=momentum)))
    for step in range(4):
        drawn = torch_generator(step)
        gradients = {name: torch.randn(x.shape, generator=drawn, dtype=x.dtype) for name, x in made.parameters.items()}
        for network, (own, optimizer) in enumerate(alone):
            for name, x in own.items():
                x.grad = gradients[name][network].clone()
            optimizer.step()
        steps.take(made, gradients, velocities)
    for network, (own, _) in enumerate(alone):
        for name, x in own.items():
            torch.testing.assert_close(made.parameters[name][network], x, msg=name)


def test_half_size_digits_are_means_of_four_pixels() -> None:
    dataset = digits(40)
    learnt, judged = half_size(dataset, torch.float64)
    raw = np.array([image[:2, :2].mean() for image in dataset.train.images])
    assert learnt.images.shape == (40, 196)
    assert np.corrcoef(raw, learnt.images[:, 0].numpy())[0, 1] == pytest.approx(1)
    assert float(learnt.images.mean()) == pytest.approx(0, abs=1e-12)
    assert float(learnt.images.std(correction=0)) == pytest.approx(1)
    assert float(judged.images.mean()) != pytest.approx(0, abs=1e-6), "standardized by what is learnt, not by itself"


def test_accuracy_counts_every_image_of_every_network() -> None:
    _, judged = half_size(digits(judging=2500), torch.float64)
    shape = Architecture(inputs=196, width=3, depth=1, outputs=2, batch_norm=True)
    made = Ensemble(shape, 2, [torch_generator(0, INITIAL)], torch.float64)
    for answer in (0, 1):
        made.parameters["bias.1"].data[answer, :, 0] = torch.tensor([100.0, 0.0] if answer == 0 else [0.0, 100.0])
    shares = [float((judged.labels == answer).double().mean()) for answer in (0, 1)]
    np.testing.assert_allclose(accuracies(made, judged.images[:50], judged), shares)
    zeros = Digits(judged.images, torch.zeros(2500, dtype=torch.int64))
    assert accuracies(made, judged.images[:50], zeros).tolist() == [1, 0]
