"""Every committed record: today's code gives the losses that it keeps of its first steps.

Of runs that differ by `NUMBERS` alone, the first of the first seed is trained again: no code knows the others, and
``scripts/watch.py`` trains all of them every week.

Losses are compared as far as two machines can be: see ``figures_src.records.replays``.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from figures_src import processes
from figures_src.experiments import assembly
from figures_src.experiments.experiment import AnyExperiment, Outcome
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records import replays, store
from figures_src.records.replays import ALIKE, BFLOAT16, FLOAT64
from figures_src.training.machine import Machine
from figures_src.training.trainer import Result, Run, Trainer

ROOT = Path(__file__).parents[2]
STRAYS, STRAYED = 0.05, 0.01
"""Between two processors: where a unit's variance is nearly nothing in some batch, BN divides a rounding by it."""
NUMBERS = ("seed", "learning_rate", "learning_rates", "sigma", "depth", "batch_size")
"""What a run is given, and no code asks for."""
RECORDED = sorted(path.stem for path in store.RECORDS.glob("*.json"))
"""Read from the folder: no record can be left out."""


@pytest.fixture(scope="module")
def apprentice() -> Iterator[ProcessPoolExecutor]:
    """A process with the kernels of the records that trains for all of them: each of its own would import torch."""
    with processes.pool(1, "training") as pool:
        with replays.recorded_kernels():
            pool.submit(os.getpid).result()
        yield pool


def same(run: Any) -> Any:
    """A run as it is."""
    return run


def faster(run: Any) -> Any:
    """A learning rate one per cent too high."""
    return replace(run, learning_rate=1.01 * run.learning_rate)


def replay(
    experiment: AnyExperiment, config: Any, apprentice: ProcessPoolExecutor, folder: Path, change: Callable[[Any], Any]
) -> Outcome:
    """The first steps of `some` of its runs, trained again."""
    places = some(config.runs())

    def train_some(title: str, runs: Sequence[Run], machine: Machine, trainer: Trainer) -> list[Result]:
        if trainer.load:
            trainer.load(machine.data)
        reached: list[int] = []
        # Another process knows no function of this file, but those of Python: steps go to a list, and bool() says no.
        told = [apprentice.submit(trainer, change(runs[place]), machine, reached.append, bool) for place in places]
        return [each.result() for each in told]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "train_all", train_some)
        return experiment.replay(config, Machine(folder))


@pytest.fixture(scope="module", params=RECORDED)
def replayed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, apprentice: ProcessPoolExecutor
) -> tuple[str, Outcome]:
    """The name of a record, and its first steps trained again."""
    experiment = EXPERIMENTS[request.param]
    folder = tmp_path_factory.mktemp(experiment.name)
    return experiment.name, replay(experiment, experiment.config, apprentice, folder, same)


def some(runs: Sequence[Any]) -> list[int]:
    """Places of the first of the runs alike but for `NUMBERS`."""
    told = [field.name for field in fields(runs[0]) if field.name not in NUMBERS]
    places: dict[Any, int] = {}
    for place in sorted(range(len(runs)), key=lambda place: getattr(runs[place], "seed", 0)):
        places.setdefault(tuple(getattr(runs[place], name) for name in told), place)
    return sorted(places.values())


def losses(name: str, again: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """First losses of every network of a record, trained again and recorded: (networks, steps)."""
    record, runs = store.load(name), EXPERIMENTS[name].config.runs()
    both = (record.arrays["replay_loss"], again.arrays["replay_loss"])
    recorded, now = (values.reshape(-1, values.shape[-1]) for values in both)
    places = range(len(runs)) if len(again.arrays["replay_loss"]) == len(runs) else some(runs)
    # Several networks may be of one run; the first of them are trained again.
    networks = len(now) // len(places)
    recorded = recorded.reshape(len(runs), -1, recorded.shape[-1])[places, :networks].reshape(now.shape)
    arms = record.arrays.get("arm", np.full(len(runs), "")).reshape(len(runs), -1)[places, 0].repeat(networks)
    growth = replays.rounding_growth([runs[place] for place in places]).repeat(networks)
    kept = replays.comparable(record.sidecar, arms, growth, replays.this_computer())
    assert kept.any(), "no run of the record can be compared here"
    return now[kept], recorded[kept]


def tolerances_here(name: str, again: Outcome) -> np.ndarray:
    """Those of a record on this machine, as it is set up."""
    steps = again.arrays["replay_loss"].shape[-1]
    return replays.tolerances(store.load(name).sidecar, again.precision, replays.this_computer(), steps)


def check(again: np.ndarray, recorded: np.ndarray, tolerance: np.ndarray, strays: float = 0) -> None:
    """Compare the losses of as many steps as there are tolerances; what is not finite is so in both.

    ``strays``: share of the networks that may be `STRAYED` instead, once they have been updated.

    Raises:
        AssertionError: they differ by more.
    """
    for step, bound in enumerate(tolerance):
        now, then = again[:, step], recorded[:, step]
        far = ~np.isclose(now, then, rtol=bound, atol=0, equal_nan=True)
        if step and far.mean() <= strays:
            bound = max(bound, STRAYED)
        np.testing.assert_allclose(now, then, rtol=bound, err_msg=f"loss of step {step}")


@pytest.mark.slow
def test_the_record_replays(replayed: tuple[str, Outcome]) -> None:
    name, outcome = replayed
    again, recorded = losses(name, outcome)
    last = store.load(name).arrays["replay_loss"][..., -1]
    assert np.ptp(last[np.isfinite(last)]) > 1e-3, "the runs must differ for this to mean anything"
    check(again, recorded, tolerances_here(name, outcome), STRAYS)


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
    assert replays.comparable(ON_CARD, arms, np.ones(2), "A").tolist() == [True, False]
    assert replays.comparable(ON_CARD, arms, np.ones(2), "card H").tolist() == [True, True]
    assert replays.comparable(ON_CARD, arms, np.ones(2), "card B").tolist() == [True, True]
    assert replays.comparable(RECORD, arms, np.ones(2), "A").tolist() == [True, True]


def test_a_network_that_carries_roundings_far_is_compared_on_its_own_computer_alone() -> None:
    runs = EXPERIMENTS["depth_training"].config.runs()
    growth = replays.rounding_growth(runs)
    arms = np.array([run.arm for run in runs])
    assert replays.comparable(RECORD, arms, growth, "A").all()
    elsewhere = replays.comparable(RECORD, arms, growth, "B")
    assert {(run.arm, run.depth) for run, kept in zip(runs, elsewhere, strict=True) if not kept} == {
        ("with_bn, plain", depth) for depth in (20, 40, 80)
    }


@pytest.mark.slow
def test_a_record_in_bfloat16_replays_where_the_processor_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import torch\ntorch.cpu.get_capabilities = dict\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    monkeypatch.setenv("PYTHONPATH", path)  # workers read it when they begin
    experiment = EXPERIMENTS["vgg_channels"]
    with processes.pool(1, "training") as another, replays.recorded_kernels():
        again = replay(experiment, experiment.config, another, tmp_path, same)
    assert again.precision == "float32"
    tolerance = tolerances_here("vgg_channels", again)
    check(*losses("vgg_channels", again), tolerance)
    with pytest.raises(AssertionError, match="loss of step 0"):
        check(again.arrays["replay_loss"], np.roll(losses("vgg_channels", again)[1], 1, axis=0), tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dln", "mnist_statistics", "shift_cars"])
def test_a_learning_rate_one_per_cent_off_is_seen_on_any_processor(
    tmp_path: Path, apprentice: ProcessPoolExecutor, name: str
) -> None:
    experiment = EXPERIMENTS[name]
    again = replay(experiment, experiment.config, apprentice, tmp_path, faster)
    with pytest.raises(AssertionError, match="loss of step 1"):
        check(*losses(name, again), tolerances_here(name, again), STRAYS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vgg_channels", "inception_grid"])
def test_it_is_seen_in_bfloat16_by_the_processor_of_the_record(
    tmp_path: Path, apprentice: ProcessPoolExecutor, name: str
) -> None:
    experiment = EXPERIMENTS[name]

    def losses_of(change: Callable[[Any], Any]) -> np.ndarray:
        return replay(experiment, experiment.quick, apprentice, tmp_path, change).arrays["replay_loss"]

    recorded = losses_of(same)
    check(losses_of(same), recorded, np.full(20, ALIKE))
    with pytest.raises(AssertionError, match="loss of step"):
        check(losses_of(faster), recorded, np.full(20, ALIKE))
