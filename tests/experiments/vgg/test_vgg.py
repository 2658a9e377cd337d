"""Experiment E3 on VGG: what is trained, and the predictions."""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.arrays import rows_of
from figures_src.experiments.prediction import by_name
from figures_src.experiments.vgg import measures as vgg
from figures_src.experiments.vgg.experiment import QUICK, VGG_CPU, VGG_FULL_WIDTH
from figures_src.experiments.vgg.landscape import effective_beta
from figures_src.experiments.vgg.measures import BATCH, HIGH, LOW, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg.predictions import LANDSCAPE, SHIFT, SPEED, verdicts
from figures_src.experiments.vgg.runs import LandscapeProbe
from figures_src.records import store
from figures_src.training.machine import Machine
from tests.experiments.samples import LENGTHS, STEPS
from tests.experiments.samples import vgg_arrays as arrays


def met(measured: dict[str, np.ndarray]) -> list[str]:
    """Names of the predictions that these arrays meet."""
    return [verdict.name for verdict in verdicts(measured) if verdict.met]


def test_the_published_numbers_meet_every_prediction() -> None:
    favourable = arrays(height=8)
    assert met(favourable) == [*SPEED, *SHIFT, *LANDSCAPE]
    measured = by_name(verdicts(favourable))
    assert {name: round(measured[name].measured, 2) for name in SPEED} == {
        "steps": 0.48, "high_rate": 17, "high_rate_with_bn": 97,
        "noisy_not_faster": 1.5, "noise_cost": 1.5, "noisy_against_standard": 0.73,
    }  # fmt: skip


def test_every_prediction_can_fail() -> None:
    contrary = arrays(standard=1600, with_bn=3300, noisy=1500, height=0.5, stressed=0.4)
    contrary["train_accuracy"][rows_of(contrary, BATCH, HIGH)] = 0.5
    contrary["shift_difference"][rows_of(contrary, BATCH, LOW)] = 0.1
    beta = effective_beta(contrary)
    assert beta.shape == (10, len(STEPS))
    assert met(contrary) == ["noise_cost", "noisy_against_standard", "usual_beta"]
    late = arrays(with_bn=1000, noisy=15_000)
    late["landscape_change_squared"][rows_of(late, STANDARD, MATCHED)] *= 4
    assert not {"noise_cost", "noisy_against_standard", "usual_beta"} & set(met(late))


def test_a_standard_network_that_never_arrives_only_weakens_the_claims() -> None:
    never = arrays(standard=math.inf)
    assert by_name(verdicts(never))["steps"].measured == pytest.approx(1600 / 15_000)
    assert "steps" in met(never)


def test_a_bn_network_that_never_arrives_fails() -> None:
    never = arrays(with_bn=math.inf)
    assert np.isinf(vgg.steps_to(never, BATCH, MATCHED)).all()
    assert "steps" not in met(never)


def test_steps_to_is_the_first_step_that_reaches_the_level() -> None:
    assert vgg.steps_to(arrays(), STANDARD, MATCHED).tolist() == [3300, 3300]


def test_the_protocol_is_the_declared_one() -> None:
    runs = VGG_CPU.config.runs()
    counts = Counter((run.normalization, run.learning_rate) for run in runs)
    assert counts == {(STANDARD, 0.1): 3, (BATCH, 0.1): 3, (NOISY, 0.1): 3, (STANDARD, 0.5): 1, (BATCH, 0.5): 1,
                      (STANDARD, 0.01): 1, (BATCH, 0.01): 1}  # fmt: skip
    assert len({replace(run, normalization=BATCH, learning_rate=1, seed=0) for run in runs}) == 1
    assert (runs[0].steps, runs[0].batch_size, runs[0].divisor) == (15_000, 128, 4)
    assert (runs[0].shift_layers, runs[0].histogram_layers) == ((5, 10), (2, 9, 13))
    np.testing.assert_allclose(0.1 * runs[0].landscape.multiples(), LENGTHS)
    assert VGG_FULL_WIDTH.config == replace(VGG_CPU.config, divisor=1)
    assert store.record_key(VGG_CPU, "full") != store.record_key(VGG_FULL_WIDTH, "full")


def test_replayed_runs_are_the_first_steps_of_the_recorded_ones() -> None:
    kept = {"steps", "evaluate_every", "shift_every", "histogram_every", "landscape"}
    for short, full in ((run.cut_short(), run) for run in VGG_CPU.config.runs()):
        changed = {name for name, value in vars(full).items() if getattr(short, name) != value}
        assert changed == kept
        assert short.steps == full.replay_steps


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    """On the real images, through the pool, from runs to record and back."""
    tiny = replace(QUICK, steps=20, divisor=32, evaluate_every=0, histogram_every=10, shift_every=10,
                   accuracy_every=10, landscape=LandscapeProbe(every=10))  # fmt: skip
    outcome = VGG_CPU.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES))
    assert outcome.precision in ("bfloat16 autocast", "float32")
    assert outcome.arrays["histogram_counts"].shape == (7, 3, 3, 120)
    assert by_name(verdicts(outcome.arrays)).keys() == {*SPEED, *SHIFT, *LANDSCAPE}
    again = VGG_CPU.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays["replay_loss"]
    np.testing.assert_array_equal(again, outcome.arrays["replay_loss"])
    assert np.unique(again[:, -1]).size == 7, "the runs must differ for this to mean anything"
