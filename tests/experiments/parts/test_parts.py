"""The parts of BN: what is trained, and the predictions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.parts import experiment, predictions
from figures_src.experiments.parts.predictions import PREDICTIONS
from figures_src.experiments.parts.runs import Part
from figures_src.networks.normalization import Normalization
from figures_src.records import store
from figures_src.training.machine import Machine
from tests.experiments.parts.samples import part_arrays

EXPECTED = {"without_bn": 50, "with_bn": 55, "centring_only": 52, "scaling_only": 54.5, "no_gamma_beta": 55.5,
            "statistics_without_gradient": 40, "gamma_beta_only": 30, "weight_standardisation": 54}  # fmt: skip


def test_predictions_can_be_met() -> None:
    found = part_arrays(EXPECTED, elsewhere={"statistics_without_gradient": 15}, drift=3)
    measured = {name: verdict.measured for name, verdict in zip(PREDICTIONS, predictions.verdicts(found), strict=True)}
    assert all(verdict.met for verdict in predictions.verdicts(found))
    assert measured == pytest.approx({
        "whole": 5, "centred": -3, "scaled": -0.5, "scaled_against_centred": 2.5, "plain": 0.5, "detached": -15,
        "detached_rate": 15, "detached_drift": 3, "affine": 30, "affine_against_whole": -25, "weights": -1,
        "weights_against_none": 4,
    })  # fmt: skip


def test_predictions_can_fail() -> None:
    contrary = {"without_bn": 54, "with_bn": 55, "centring_only": 55, "scaling_only": 51, "no_gamma_beta": 58,
                "statistics_without_gradient": 54, "gamma_beta_only": 45, "weight_standardisation": 50}  # fmt: skip
    found = part_arrays(contrary, elsewhere={"statistics_without_gradient": 50}, drift=1)
    met = {name for name, each in zip(PREDICTIONS, predictions.verdicts(found), strict=True) if each.met}
    assert met == {"affine"}
    assert not predictions.verdicts(part_arrays({**contrary, "gamma_beta_only": 15}))[8].met


def test_the_protocol_is_the_declared_one() -> None:
    config = experiment.PARTS.config
    runs = config.runs()
    assert {run.kind for run in runs} == set(Part)
    alike = {
        replace(run, kind=Part.WHOLE, normalization=Normalization.BATCH, learning_rate=0.1, seed=0) for run in runs
    }
    assert len(alike) == 1
    assert {run.normalization for run in runs if run.kind in (Part.WITHOUT, Part.WEIGHTS)} == {"without_bn"}
    assert {run.normalization for run in runs if run.kind not in (Part.WITHOUT, Part.WEIGHTS)} == {"with_bn"}
    assert runs[0].steps == 400


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(experiment.PARTS.quick, images_seen=256, learnt_images=128, widths=(4, 4), measured_images=64)
    found = experiment.PARTS.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES)).arrays
    assert found["test_accuracy"].shape == (16,)
    assert found["growing_bias"].shape == found["bias_step"].shape == (21,)
    again = experiment.PARTS.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays["replay_loss"]
    np.testing.assert_array_equal(again, found["replay_loss"])
