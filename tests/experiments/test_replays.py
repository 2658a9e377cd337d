"""Every committed record: today's code gives the losses that it keeps of its first steps.

Of runs that differ by seed and rate alone, the first one of the first seed and the last one of the last seed are
trained again: no code knows the others.

Losses are compared as far as two machines can be: see ``figures_src.records.replays``.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from figures_src.experiments import assembly
from figures_src.experiments.experiment import AnyExperiment, Outcome
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.processes import cores
from figures_src.records import replays, store
from figures_src.records.replays import ALIKE, BFLOAT16, FLOAT64
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all

ROOT = Path(__file__).parents[2]
RECORDED = sorted(path.stem for path in store.RECORDS.glob("*.json"))
"""Read from the folder: no record can be left out."""


@pytest.fixture(scope="module", params=RECORDED)
def replayed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Outcome]:
    """The name of a record, and its first steps trained again."""
    experiment = EXPERIMENTS[request.param]
    machine = Machine(tmp_path_factory.mktemp(experiment.name), jobs=cores())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "train_all", train_ends)
        return experiment.name, with_recorded_kernels(experiment, machine)


def train_ends(title: str, runs: Sequence[Any], *others: Any) -> Any:
    """Train what `ends` names."""
    return train_all(title, [runs[place] for place in ends(runs)], *others)


def ends(runs: Sequence[Any]) -> list[int]:
    """Places of the first and last of runs alike but for seed and rate; all where a run has several seeds."""
    if not hasattr(runs[0], "seed"):
        return list(range(len(runs)))
    places: dict[Any, list[int]] = {}
    for place in sorted(range(len(runs)), key=lambda place: runs[place].seed):
        places.setdefault(replace(runs[place], seed=0, learning_rate=1.0), []).append(place)
    return sorted({place for found in places.values() for place in (found[0], found[-1])})


def with_recorded_kernels(experiment: AnyExperiment, machine: Machine) -> Outcome:
    """First steps of the full runs, in processes that read the variables when they begin."""
    with replays.recorded_kernels():
        return experiment.replay(experiment.config, machine)


def losses(name: str, again: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """First losses of every network of a record, trained again and recorded: (networks, steps)."""
    record = store.load(name)
    both = (record.arrays["replay_loss"], again.arrays["replay_loss"])
    recorded, now = (values.reshape(-1, values.shape[-1]) for values in both)
    arms = record.arrays.get("arm", np.full(len(now), ""))
    if len(now) < len(recorded):
        some = ends(EXPERIMENTS[name].config.runs())
        recorded, arms = recorded[some], arms[some]
    # Networks trained side by side are of one arm, which is named once.
    kept = replays.comparable(record.sidecar, np.repeat(arms, len(now) // len(arms)), "cpu")
    return now[kept], recorded[kept]


def tolerances_here(name: str, again: Outcome) -> np.ndarray:
    """Those of a record on this machine, as it is set up."""
    steps = again.arrays["replay_loss"].shape[-1]
    return replays.tolerances(store.load(name).sidecar, again.precision, replays.this_computer(), steps)


def check(again: np.ndarray, recorded: np.ndarray, tolerance: np.ndarray) -> None:
    """Compare the losses of as many steps as there are tolerances; what is not finite is so in both.

    Raises:
        AssertionError: they differ by more.
    """
    for step, bound in enumerate(tolerance):
        np.testing.assert_allclose(again[:, step], recorded[:, step], rtol=bound, err_msg=f"loss of step {step}")


@pytest.mark.slow
def test_the_record_replays(replayed: tuple[str, Outcome]) -> None:
    name, outcome = replayed
    again, recorded = losses(name, outcome)
    last = recorded[:, -1]
    assert np.ptp(last[np.isfinite(last)]) > 1e-3, "the runs must differ for this to mean anything"
    check(again, recorded, tolerances_here(name, outcome))


@pytest.mark.slow
def test_the_record_replays_to_the_last_step(replayed: tuple[str, Outcome]) -> None:
    name, outcome = replayed
    again, recorded = losses(name, outcome)
    comparable = len(tolerances_here(name, outcome))
    if comparable < recorded.shape[-1]:
        made = store.load(name).sidecar
        pytest.skip(
            f"{name}: after {comparable} losses rounding has grown; recorded in {made.get('precision')} on "
            f"{replays.computer_of(made)}, replayed in {outcome.precision} on {replays.this_computer()}"
        )
    check(again, recorded, tolerances_here(name, outcome))


RECORD = {"precision": BFLOAT16, "processor": "A", "device": "cpu"}
ON_CARD = {**RECORD, "device": "cuda", "accelerator": "H"}
GROWN = {"processor": "A", "taken_over": {"processor": "B"}}
LIMITED = "A ATEN_CPU_CAPABILITY=avx2"


@pytest.mark.parametrize(
    ("sidecar", "precision", "computer", "compared"),
    [
        (RECORD, BFLOAT16, "A", [ALIKE] * 20),
        (RECORD, BFLOAT16, "B", [ALIKE] * 20),
        (RECORD, BFLOAT16, LIMITED, replays.ROUNDED),
        (RECORD, "float32", "A", replays.ROUNDED),
        ({"processor": "A"}, "float32", "A", [ALIKE] * 20),
        ({"processor": "A"}, "float32", LIMITED, [ALIKE] * 2),
        ({"processor": "A"}, "float32", "B", [ALIKE] * 2),
        ({"precision": FLOAT64, "processor": "A"}, FLOAT64, LIMITED, [ALIKE] * 20),
        (ON_CARD, BFLOAT16, "A", replays.ROUNDED),
        (ON_CARD, BFLOAT16, "card H", [ALIKE] * 20),
        (GROWN, "float32", "A", [ALIKE] * 2),
    ],
)
def test_what_is_compared_follows_the_arithmetic(
    sidecar: Mapping[str, Any], precision: str, computer: str, compared: Sequence[float]
) -> None:
    assert replays.tolerances(sidecar, precision, computer, steps=20).tolist() == list(compared)


def test_scripts_train_with_the_kernels_of_the_records() -> None:
    place = spec_from_file_location("_environment", ROOT / "scripts" / "_environment.py")
    assert place
    assert place.loader
    environment = module_from_spec(place)
    place.loader.exec_module(environment)
    assert environment.IMPOSED.items() >= replays.KERNELS.items()


def test_noise_drawn_on_a_card_is_compared_on_a_card_alone() -> None:
    arms = np.array(["without_bn", "noisy_bn"])
    assert replays.comparable(ON_CARD, arms, "cpu").tolist() == [True, False]
    assert replays.comparable(ON_CARD, arms, "cuda").tolist() == [True, True]
    assert replays.comparable(RECORD, arms, "cpu").tolist() == [True, True]


@pytest.mark.slow
def test_a_record_in_bfloat16_replays_where_the_processor_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import torch\ntorch.cpu.get_capabilities = dict\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    monkeypatch.setenv("PYTHONPATH", path)  # workers read it when they begin
    again = with_recorded_kernels(EXPERIMENTS["vgg_channels"], Machine(tmp_path, jobs=2))
    assert again.precision == "float32"
    tolerance = tolerances_here("vgg_channels", again)
    check(*losses("vgg_channels", again), tolerance)
    with pytest.raises(AssertionError, match="loss of step 0"):
        check(again.arrays["replay_loss"], np.roll(losses("vgg_channels", again)[1], 1, axis=0), tolerance)


@pytest.fixture
def faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """A learning rate one per cent too high."""

    def train_faster(title: str, runs: Sequence[Any], *others: Any) -> Any:
        return train_all(title, [replace(run, learning_rate=1.01 * run.learning_rate) for run in runs], *others)

    monkeypatch.setattr(assembly, "train_all", train_faster)


@pytest.mark.slow
@pytest.mark.usefixtures("faster")
@pytest.mark.parametrize("name", ["dln", "mnist_statistics", "shift_cars"])
def test_a_learning_rate_one_per_cent_off_is_seen_on_any_processor(tmp_path: Path, name: str) -> None:
    experiment = EXPERIMENTS[name]
    again = with_recorded_kernels(experiment, Machine(tmp_path, jobs=2))
    with pytest.raises(AssertionError, match="loss of step 1"):
        check(*losses(name, again), tolerances_here(name, again))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vgg_channels", "inception_grid"])
def test_it_is_seen_in_bfloat16_by_the_processor_of_the_record(
    tmp_path: Path, request: pytest.FixtureRequest, name: str
) -> None:
    experiment = EXPERIMENTS[name]

    def losses_of(folder: str) -> np.ndarray:
        return experiment.replay(experiment.quick, Machine(tmp_path / folder, jobs=2)).arrays["replay_loss"]

    recorded = losses_of("recorded")
    check(losses_of("again"), recorded, np.full(20, ALIKE))
    request.getfixturevalue("faster")
    with pytest.raises(AssertionError, match="loss of step"):
        check(losses_of("faster"), recorded, np.full(20, ALIKE))
