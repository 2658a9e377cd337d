"""Records on disk: whole, verified, fresh."""

import json
import random
import re
import shlex
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from figures_src.article.facts import shift as facts_shift
from figures_src.catalogue import FIGURES
from figures_src.experiments.arrays import Arrays
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.prediction import Verdict
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.networks.normalization import Normalization
from figures_src.records import produce, store
from figures_src.records.record import Record
from figures_src.records.store import DamagedRecord, UnsealedRecord
from figures_src.training.machine import Machine, Maker

COMMITTED = sorted(path.stem for path in store.RECORDS.glob("*.json"))


@dataclass(frozen=True)
class Config:
    steps: int = 3

    def runs(self) -> list["Config"]:
        return [self]


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    return (Verdict("la perte décroît", "< 1", float(arrays["loss"][-1]), 1.0, 1, "", bool(arrays["loss"][-1] < 1)),)


TOY = Experiment(
    name="toy",
    question="?",
    config=Config(),
    quick=Config(1),
    protocol=1,
    dataset="none",
    dataset_sha256="0" * 64,
    run=lambda config, machine: Outcome({"loss": np.linspace(2, 0, config.steps)}, 1.23),
    verdicts=verdicts,
    replay=lambda config, machine: Outcome({}, 0),
)


def record() -> Record:
    told = {**store.meaning(TOY, "full"), "key": store.record_key(TOY, "full")}
    return Record("toy", {"loss": np.arange(4.0), "step": np.arange(4)}, told)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    store.save(record(), tmp_path)
    loaded = store.load("toy", tmp_path)
    np.testing.assert_array_equal(loaded.arrays["loss"], record().arrays["loss"])
    assert loaded.arrays["step"].dtype == np.int64
    assert loaded.config == {"steps": 3}
    assert not loaded.quick


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    store.save(record(), tmp_path / "a")
    store.save(record(), tmp_path / "b")
    for name in ("toy.npz", "toy.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["toy.json", "toy.npz"]


@pytest.mark.parametrize("damage", ["flip", "truncate", "delete"])
def test_damaged_arrays_are_refused_with_the_mend(tmp_path: Path, damage: str) -> None:
    store.save(record(), tmp_path)
    path = tmp_path / "toy.npz"
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    if damage == "delete":
        path.unlink()
    else:
        path.write_bytes(content if damage == "flip" else content[:-7])
    with pytest.raises(DamagedRecord, match="--retrain toy"):
        store.load("toy", tmp_path)


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("name", COMMITTED)
@pytest.mark.parametrize(("suffix", "flips"), [(".json", 150), (".npz", 30)])
def test_any_flipped_bit_of_a_committed_record_is_refused(tmp_path: Path, name: str, suffix: str, flips: int) -> None:
    for path in (store.RECORDS / f"{name}.json", store.RECORDS / f"{name}.npz"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    store.load(name, tmp_path)
    content = (tmp_path / f"{name}{suffix}").read_bytes()
    for bit in random.Random(name).sample(range(8 * len(content)), flips):
        (tmp_path / f"{name}{suffix}").write_bytes(flipped(content, bit))
        with pytest.raises(DamagedRecord, match=f"{name}{suffix}"):
            store.load(name, tmp_path)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('"steps": 15000', '"steps": 15001'),
        ('"bound": 0.65,', '"bound": 0.650,'),
        ('"seconds": 28867.7', '"seconds": 28867.8'),
        ('"measured": 10.531250000000005', '"measured": 10.531250000000006'),
        ('"device": "cpu",\n', '"device": "cpu",\n\n'),
    ],
)
def test_an_edited_sidecar_is_refused_though_it_may_read_the_same(tmp_path: Path, was: str, now: str) -> None:
    text = (store.RECORDS / "vgg.json").read_text()
    assert was in text
    (tmp_path / "vgg.json").write_text(text.replace(was, now))
    with pytest.raises(DamagedRecord, match=r"vgg\.json is damaged"):
        store.load_sidecar("vgg", tmp_path)


def test_a_seal_does_not_excuse_a_key_of_another_configuration_or_name(tmp_path: Path) -> None:
    edited = {**store.read_unverified("vgg", store.RECORDS), "protocol": 2}
    store.save_sidecar("vgg", edited, tmp_path)
    store.save_sidecar("dln", store.load_sidecar("vgg"), tmp_path)
    for name in ("vgg", "dln"):
        with pytest.raises(DamagedRecord, match="key"):
            store.load_sidecar(name, tmp_path)


def commands(error: BaseException) -> list[list[str]]:
    """What an error tells to type, as a shell splits it."""
    return [shlex.split(told) for told in re.findall(r"`([^`]*)`", str(error))]


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_the_mend_of_a_committed_record_can_be_typed_whatever_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    where = tmp_path / "a folder's $(name)"
    monkeypatch.setattr(store, "RECORDS", where)
    store.save(record(), where)
    (where / f"toy{suffix}").write_bytes(flipped((where / f"toy{suffix}").read_bytes(), 100))
    with pytest.raises(DamagedRecord) as refusal:
        store.load("toy", where)
    assert ["git", "checkout", "--", str(where / "toy.json"), str(where / "toy.npz")] in commands(refusal.value)


def unseal(where: Path, name: str = "toy") -> None:
    """Make a record what it was before sidecars were sealed."""
    told = json.loads((where / f"{name}.json").read_bytes())
    older = {field: value for field, value in told.items() if field not in ("runs", store.SEAL)}
    (where / f"{name}.json").write_text(json.dumps(older))


def test_a_record_not_sealed_is_refused_then_sealed_with_its_arrays_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "RECORDS", tmp_path)
    store.save(record(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    unseal(tmp_path)
    with pytest.raises(UnsealedRecord) as refusal:
        store.is_fresh(TOY, "full")
    assert commands(refusal.value)[-1][-2:] == ["--seal", "toy"]
    assert produce.seal(TOY, "full")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert not produce.seal(TOY, "full"), "it is sealed"


def test_what_cannot_be_trusted_is_not_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RECORDS", tmp_path)
    with pytest.raises(FileNotFoundError):
        produce.seal(TOY, "full")
    store.save(record(), tmp_path)
    sidecar, archive = tmp_path / "toy.json", tmp_path / "toy.npz"
    sidecar.write_text(sidecar.read_text().replace('"protocol": 1', '"protocol": 2'))
    with pytest.raises(DamagedRecord, match="sealed"):
        produce.seal(TOY, "full")
    unseal(tmp_path)
    with pytest.raises(DamagedRecord, match="key"):
        produce.seal(TOY, "full")
    sidecar.write_text(sidecar.read_text().replace('"protocol": 2', '"protocol": 1'))
    archive.write_bytes(flipped(archive.read_bytes(), 300))
    with pytest.raises(DamagedRecord, match=r"toy\.npz"):
        produce.seal(TOY, "full")


def test_a_damaged_sidecar_is_refused(tmp_path: Path) -> None:
    store.save(record(), tmp_path)
    (tmp_path / "toy.json").write_text("{")
    with pytest.raises(DamagedRecord, match=r"toy\.json is damaged"):
        store.load("toy", tmp_path)


def test_no_record_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"`\.venv/bin/python scripts/build_figures\.py`"):
        store.load("toy", tmp_path)


def test_a_missing_or_damaged_quick_record_names_the_command_that_makes_quick_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "QUICK_RECORDS", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"build_figures\.py --quick`"):
        store.load("toy", tmp_path)
    (tmp_path / "toy.json").write_text("{")
    with pytest.raises(DamagedRecord, match=r"--quick --retrain toy") as refusal:
        store.load("toy", tmp_path)
    assert "git checkout" not in str(refusal.value), "quick records are not committed"


def test_the_key_follows_configuration_data_protocol_and_preset() -> None:
    variants = [
        TOY,
        replace(TOY, config=Config(4)),
        replace(TOY, dataset_sha256="1" * 64),
        replace(TOY, protocol=2),
        replace(TOY, name="other"),
    ]
    keys = {store.record_key(experiment, "full") for experiment in variants} | {store.record_key(TOY, "quick")}
    assert len(keys) == 6


def test_producing_writes_all_that_is_needed_to_trust_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RECORDS", tmp_path)
    assert not store.is_fresh(TOY, "full")
    produce.produce(TOY, "full", Machine(tmp_path / "checkpoints", jobs=2, threads=3))
    assert store.is_fresh(TOY, "full")
    assert not store.is_fresh(replace(TOY, protocol=2), "full")
    sidecar = store.load("toy", tmp_path).sidecar
    assert sidecar["config"] == {"steps": 3}
    assert sidecar["seconds"] == 1.2
    assert sidecar["verdicts"][0]["met"] is True
    assert sidecar["libraries"]["torch"].startswith("2.13.0")
    assert set(sidecar["libraries"]) == {"torch", "numpy", "scipy", "pillow"}
    assert (sidecar["jobs"], sidecar["threads"]) == (2, 3)
    assert {"commit", "date", "device", "processor", "python", "key"} <= set(sidecar)


def test_a_record_says_which_computers_of_a_cluster_made_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RECORDS", tmp_path)
    makers = [Maker("tcp://a:1", "a", "Xeon"), Maker("tcp://a:2", "a", "Xeon"), Maker("tcp://b:1", "b", "EPYC")]

    def run(config: Config, machine: Machine) -> Outcome:
        machine.makers.update(enumerate([*makers, makers[0]]))
        return TOY.run(config, machine)

    produce.produce(replace(TOY, run=run), "full", Machine(tmp_path / "checkpoints", scheduler="tcp://a:8786"))
    sidecar = store.load("toy", tmp_path).sidecar
    assert (sidecar["processor"], sidecar["jobs"]) == ("EPYC and Xeon", 3)
    assert sidecar["workers"] == [
        {"host": "b", "processor": "EPYC", "workers": 1, "runs": 1},
        {"host": "a", "processor": "Xeon", "workers": 2, "runs": 3},
    ]


def test_a_record_is_judged_again_without_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RECORDS", tmp_path)
    produce.produce(TOY, "full", Machine(tmp_path / "checkpoints"))
    arrays = (tmp_path / "toy.npz").read_bytes()
    assert produce.is_judged(TOY, "full")
    never = replace(TOY.verdicts({"loss": np.zeros(1)})[0], measured=float("nan"), met=False)
    stricter = replace(TOY, verdicts=lambda arrays: (never,), run=lambda config, machine: pytest.fail("trained"))
    assert not produce.is_judged(stricter, "full")
    produce.judge_again(stricter, "full")
    assert produce.is_judged(stricter, "full"), "a verdict that is not a number must be found again"
    assert store.is_fresh(stricter, "full")
    assert store.load("toy", tmp_path).sidecar["verdicts"][0]["met"] is False
    assert (tmp_path / "toy.npz").read_bytes() == arrays


@pytest.mark.parametrize(("factor", "same"), [(1 + 1e-13, True), (1 + 1e-6, False)])
def test_another_order_of_additions_is_no_other_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: float, same: bool
) -> None:
    monkeypatch.setattr(store, "RECORDS", tmp_path)
    measuring = replace(TOY, verdicts=lambda arrays: (Verdict("", "", 0.4, 1.0, 1, "", True, 0.1),))
    produce.produce(measuring, "full", Machine(tmp_path / "checkpoints"))
    elsewhere = replace(TOY, verdicts=lambda arrays: (Verdict("", "", 0.4 * factor, 1.0, 1, "", True, 0.1),))
    assert produce.is_judged(elsewhere, "full") is same


def test_checkpoints_are_forgotten_only_after_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RECORDS", tmp_path)
    checkpoint = tmp_path / "checkpoints" / "run.npz"
    checkpoint.parent.mkdir()
    checkpoint.touch()
    full_disk = replace(TOY, run=lambda config, machine: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space"):
        produce.produce(full_disk, "full", Machine(checkpoint.parent))
    assert checkpoint.exists()
    produce.produce(TOY, "full", Machine(checkpoint.parent))
    assert not checkpoint.exists()


def test_quick_records_live_apart(tmp_path: Path) -> None:
    assert store.folder("quick") != store.folder("full")
    assert "build" in store.folder("quick").parts


def test_every_record_has_its_experiment_and_every_figure_its_records() -> None:
    assert {name for figure in FIGURES.values() for name in figure.needs} <= set(COMMITTED) <= set(EXPERIMENTS)


def first_alike(arrays: Arrays) -> list[int]:
    """For each run, the first one that differs from it by nothing but its seed: (runs,)."""
    settings = [arrays[name].tolist() for name in ("arm", "run_learning_rate", "batch_size", "group") if name in arrays]
    cells = list(zip(*settings, strict=True))
    return [cells.index(cell) for cell in cells]


PARTLY_KNOWN = {
    *(("scale", array) for array in ("angle", "cosine")),
    ("depth_initial", "log_squared_gradient"),
    *product(("depth_training", "depth_training_long"), ("train_loss", "replay_loss")),
    *product(("parts", "places"), ("last_loss", "replay_loss")),
    *(("parts", array) for array in ("kept_mean", "kept_deviation")),
    *(("mistakes", array) for array in ("last_loss", "reading_accuracy", "tuned_accuracy")),
    ("mnist_page", "replay_loss"),
}
"""A gradient that is zero has no direction, a network that its rate destroys no loss; some have fewer layers, no BN, or
are neither read otherwise nor tuned; and batches of two images are followed for two steps."""


@pytest.mark.parametrize("name", COMMITTED)
def test_committed_records_are_fresh_full_and_sound(name: str) -> None:
    loaded = store.load(name)
    experiment = EXPERIMENTS[name]
    assert not loaded.quick
    assert store.is_fresh(experiment, "full")
    # A network that its rate destroys may have no finite loss, nor a direction: that is what was measured.
    sound: slice | np.ndarray = slice(None)
    if "diverged_at" in loaded.arrays:
        sound = loaded.arrays["diverged_at"] < 0
    elif "run_learning_rate" in loaded.arrays:
        sound = loaded.arrays["run_learning_rate"] < 0.5
    for array_name, array in loaded.arrays.items():
        if array.dtype.kind in "fiu" and array.size:  # steps of probes that were not asked for are none
            by_run = "run_learning_rate" in loaded.arrays and len(array) == len(loaded.arrays["arm"])
            rows = sound if by_run else ...
            known = np.isfinite(array[rows])
            # Layers of fewer channels than the widest are filled up, alike in every network and at every look.
            filled = known[:1, :1] if array_name in ("channel_mean", "channel_deviation") else np.True_
            if name in facts_shift.RECORDS and rows is sound:
                # What needs statistics is unknown without BN, and more images than were at hand were not averaged:
                # alike for every seed.
                filled = known[first_alike(loaded.arrays)]
                assert array_name == "precise_accuracy" or known[loaded.arrays["arm"] == Normalization.BATCH].all()
            if array_name == "evaluation_accuracy" or array_name.startswith("line_rate_fresh"):
                # There are no statistics without BN, and no noise but in the noisy arm.
                whole = np.isfinite(array)
                filled = whole[first_alike(loaded.arrays)][rows]
                noisy = loaded.arrays["arm"] == Normalization.NOISY
                assert whole[noisy].all()
                if array_name.startswith("line_rate_fresh") and not noisy.any():
                    continue
            assert (name, array_name) in PARTLY_KNOWN or (known == filled).all(), array_name
            assert np.isfinite(array[rows]).any(), array_name


@pytest.mark.parametrize("name", COMMITTED)
def test_recorded_verdicts_are_those_of_the_recorded_arrays(name: str) -> None:
    loaded = store.load(name)
    again = EXPERIMENTS[name].verdicts(loaded.arrays)
    assert [verdict.prediction for verdict in again] == [row["prediction"] for row in loaded.sidecar["verdicts"]]
    for verdict, row in zip(again, loaded.sidecar["verdicts"], strict=True):
        assert verdict.measured == pytest.approx(row["measured"], rel=1e-6, nan_ok=True)
        assert verdict.met == row["met"]


def test_a_judgement_is_remembered_until_the_record_or_the_code_that_judges_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = EXPERIMENTS["dln"]
    before = produce.judgement(experiment, "full")
    assert before == produce.judgement(experiment, "full") != produce.judgement(EXPERIMENTS["dln_sum"], "full")
    monkeypatch.setattr(produce, "sha256_of_files", lambda paths, root: f"edited {len(list(paths))}")
    assert produce.judgement(experiment, "full") != before
