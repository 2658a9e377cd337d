"""The page's trainer: gradients, and the losses of PyTorch from the same seeds, on the digits that the page fetches."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from figures_src.build import FULL
from figures_src.experiments.mnist_page.digits import of_record
from figures_src.experiments.mnist_page.measures import NAMES
from figures_src.experiments.mnist_page.philox import ORDER, WEIGHTS, normals, permutation
from figures_src.experiments.mnist_page.runs import DEFAULT, TRIED, Setting
from figures_src.records import store
from tests.experiments.mnist_page.in_node import evaluate

FIRST, LATER = 1e-5, 1e-3
"""Relative differences of losses that a reader is promised: at the first step, and as far as they are followed."""
FEWER, PAIRED, GROWN = 20, 2, 10
STEPS = {DEFAULT.name: 200, "pairs": PAIRED, "pairs_by_batch": PAIRED}
"""How far losses are followed. With two images the gradient that BN lets through is a difference of equals, all but a
part of ε/σ²: in single precision it is rounding, and PyTorch itself departs from PyTorch (see below). In double
precision a rounding grows seven times a step, and may be followed for `GROWN`, not for twenty; a rate three times lower
leaves five seeds of ten as far apart."""
IN_DOUBLE = 1e-7
"""What both keep to when PyTorch computes in double precision, too."""

GRADIENTS = """
  const [sizes, batchNorm] = a;
  const digits = { starts: Uint32Array.from([0, 3, 7, 9, 14]), labels: Uint8Array.from([0, 2, 1, 2]),
    lit: Uint16Array.from([0, 4, 8, 1, 2, 3, 9, 5, 11, 0, 2, 6, 7, 10]) };
  const images = Uint32Array.from([0, 1, 2, 3]);
  const { network, workspace, drawn, step } = m.perceptron;
  const fresh = () => network(drawn(4, sizes), 0.7, batchNorm, sizes);
  const loss = (net) => step(net, workspace(net, 4), digits, images, 0, 0.1);
  const learnt = fresh();
  step(learnt, workspace(learnt, 4), digits, images, 1, 0.1);
  const pairs = [];
  fresh().layers.forEach((layer, l) => {
    for (const name of ['weight', 'beta', 'gamma']) (layer[name] ?? []).forEach((before, i) => {
      const [up, down] = [fresh(), fresh()];
      up.layers[l][name][i] += 1e-5;
      down.layers[l][name][i] -= 1e-5;
      pairs.push([before - learnt.layers[l][name][i], (loss(up) - loss(down)) / 2e-5]);
    });
  });
  return pairs;
"""

LOSSES = """
  const fs = await import('node:fs');
  const bytes = (await import('node:zlib')).gunzipSync(fs.readFileSync(a[0]));
  const { sizes } = JSON.parse(fs.readFileSync(a[1]));
  const digits = m.digits.decode(bytes, sizes.training + sizes.held_out);
  return a[2].map(([setting, steps, due]) => {
    const run = m.trainer.begin(digits, setting, sizes);
    const [losses, seen] = [[], []];
    for (let step = 0; step < steps; step++) {
      if (due.includes(step)) seen.push(m.trainer.judge(run));
      losses.push(m.trainer.advance(run));
    }
    return { losses, seen };
  });
"""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Of matrices this small, two threads mostly wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def train(folder: Path, asked: list[tuple[Setting, int, int, list[int]]]) -> list[dict[str, Any]]:
    """Losses of both arms at each step, and what is seen at some: for each setting, seed, number of steps."""
    figures = [str(FULL.figures / f"train_mnist.{suffix}") for suffix in ("bin", "json")]
    told = [({**vars(setting), "seed": seed}, steps, due) for setting, seed, steps, due in asked]
    return evaluate(folder, LOSSES, *figures, told)


def relative(ours: Any, theirs: Any) -> np.ndarray:
    return np.abs(np.asarray(ours) - np.asarray(theirs)) / np.abs(np.asarray(theirs))


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("sizes", [[12, 6, 5, 4, 3], [12, 9, 3]])
def test_gradients_are_those_of_finite_differences(tmp_path: Path, sizes: list[int], batch_norm: bool) -> None:
    gradient, difference = np.array(evaluate(tmp_path, GRADIENTS, sizes, batch_norm)).T
    assert len(gradient) > sum(one * other for one, other in itertools.pairwise(sizes))
    np.testing.assert_allclose(gradient, difference, rtol=1e-5, atol=1e-9)
    assert np.abs(gradient).max() > 0.01


@pytest.mark.slow
def test_a_browser_repeats_the_first_seed_of_the_record(tmp_path: Path) -> None:
    record = store.load("mnist_page")
    due = {DEFAULT.name: [0, 50, 100, 150], "pairs": [0], "pairs_by_batch": [0]}
    asked = [(s, 0, STEPS.get(s.name, FEWER), due.get(s.name, [10])) for s in (DEFAULT, *TRIED)]
    for (setting, _, steps, seen_at), found in zip(asked, train(tmp_path, asked), strict=True):
        row = NAMES.index(setting.name)
        apart = relative(np.transpose(found["losses"]), record.arrays["batch_loss"][row, :, 0, :steps])
        assert apart[:, 0].max() < FIRST / 1e5
        assert apart.max() < IN_DOUBLE, setting.name
        if setting.batch_size == 2:
            (longer,) = train(tmp_path, [(setting, 0, GROWN, [])])
            assert (
                relative(np.transpose(longer["losses"]), record.arrays["batch_loss"][row, :, 0, :GROWN]).max() < LATER
            )
        columns = np.searchsorted(record.arrays["step"], seen_at)
        for seen, column in zip(found["seen"], columns, strict=True):
            for arm in (0, 1):
                accuracy = record.arrays["held_out_accuracy"][row, arm, 0, column]
                assert seen[arm]["accuracy"] == pytest.approx(float(accuracy), abs=0.0011)
                np.testing.assert_allclose(
                    seen[arm]["signal"], record.arrays["layer_percentiles"][row, arm, 0, column], rtol=1e-4, atol=1e-5
                )


def independent_losses(setting: Setting, seed: int, steps: int, dtype: torch.dtype = torch.float32) -> np.ndarray:
    """The same protocol written again: PyTorch's own layer, autograd and SGD. (2, steps)."""
    found = of_record(store.load("mnist_page").arrays)
    images, labels = torch.tensor(found.pixels, dtype=dtype), torch.tensor(found.labels.astype(np.int64))
    losses = np.zeros((2, steps))
    for arm in (0, 1):
        layers: list[torch.nn.Module] = []
        for number, (into, out) in enumerate([(784, 100), (100, 100), (100, 100), (100, 10)]):
            linear = torch.nn.Linear(into, out, dtype=dtype)
            linear.weight.data = setting.sigma * torch.tensor(normals(seed, WEIGHTS, number, into * out)).view(
                out, into
            )
            linear.weight.data = linear.weight.data.to(dtype)
            linear.bias.data.zero_()
            norm = [torch.nn.BatchNorm1d(out, momentum=setting.momentum, dtype=dtype)] if arm else []
            layers += [linear] if number == 3 else [linear, *norm, torch.nn.Sigmoid()]
        net = torch.nn.Sequential(*layers)
        descent = torch.optim.SGD(net.parameters(), lr=setting.learning_rate)
        size, per_epoch = setting.batch_size, 2000 // setting.batch_size
        for step in range(steps):
            first = step % per_epoch * size
            rows = torch.tensor(permutation(seed, ORDER, step // per_epoch, 2000)[first : first + size])
            descent.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(images[rows]).double(), labels[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            descent.step()
            losses[arm, step] = loss.item()
    return losses


@pytest.mark.slow
def test_from_any_seed_losses_are_those_of_pytorch(tmp_path: Path) -> None:
    """A seed that no record holds, and a setting, against a second PyTorch network in single precision."""
    other = replace(DEFAULT, sigma=0.3, learning_rate=1.0, batch_size=16, momentum=0.3)
    asked = [(s, 4321, STEPS.get(s.name, FEWER)) for s in (DEFAULT, *TRIED)] + [(other, 77, FEWER)]
    found = train(tmp_path, [(*each, []) for each in asked])
    for (setting, seed, steps), ours in zip(asked, found, strict=True):
        apart = relative(np.transpose(ours["losses"]), independent_losses(setting, seed, steps))
        assert apart[:, 0].max() < FIRST
        assert apart.max() < LATER, setting


@pytest.mark.slow
def test_with_two_images_pytorch_does_not_follow_itself_and_only_the_outcome_can_be_compared(tmp_path: Path) -> None:
    """Why losses of batches of two are followed for `PAIRED` steps; where they lead is the same."""
    pairs = next(setting for setting in TRIED if setting.name == "pairs")
    single, double = (independent_losses(pairs, 0, FEWER, dtype) for dtype in (torch.float32, torch.float64))
    assert relative(single[0], double[0]).max() < LATER, "without BN, nothing of the kind"
    assert relative(single[1], double[1]).max() > 10 * LATER
    record = store.load("mnist_page")
    accuracy = record.arrays["held_out_accuracy"][NAMES.index("pairs"), :, :, -1]
    found = train(tmp_path, [(pairs, seed, 1001, [1000]) for seed in range(3)])
    for arm, spread in ((0, 0.005), (1, 0.12)):
        ours = [each["seen"][0][arm]["accuracy"] for each in found]
        assert np.min(ours) >= accuracy[arm].min() - spread
        assert np.max(ours) <= accuracy[arm].max() + spread


def test_the_digits_weigh_little() -> None:
    assert (FULL.figures / "train_mnist.bin").stat().st_size <= 85_000
    told = json.loads((FULL.figures / "train_mnist.json").read_bytes())
    assert len(told["settings"]) == 1 + len(TRIED)
