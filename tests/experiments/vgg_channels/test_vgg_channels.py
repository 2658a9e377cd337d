"""Experiment E3 channel by channel."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.arrays import rows_of
from figures_src.experiments.vgg import measures as vgg
from figures_src.experiments.vgg.experiment import VGG_CPU
from figures_src.experiments.vgg.measures import BATCH, NOISY, STANDARD
from figures_src.experiments.vgg.runs import LandscapeProbe
from figures_src.experiments.vgg_channels import measures as channels
from figures_src.experiments.vgg_channels.experiment import VGG_CHANNELS
from figures_src.experiments.vgg_channels.predictions import verdicts
from figures_src.records import store
from figures_src.training.machine import Machine
from tests.experiments.samples import channel_arrays as arrays


def test_moves_are_counted_in_deviations_after_the_first_probe() -> None:
    measured = arrays({STANDARD: 0.25, BATCH: 0.1, NOISY: 0.5})
    np.testing.assert_allclose(channels.channel_moves(measured, STANDARD), [0.25] * 3)
    measured["channel_mean"][0, :, 1] *= 4
    np.testing.assert_allclose(channels.channel_moves(measured, STANDARD), [0.25, 1, 0.25])
    (verdict,) = verdicts(measured)
    assert (verdict.measured, verdict.met) == (0.5, False)
    assert verdicts(arrays({STANDARD: 0.25, NOISY: 0.5}))[0].met


def test_a_channel_that_never_varies_does_not_count() -> None:
    measured = arrays({STANDARD: 0.25, NOISY: 0.5})
    measured["channel_deviation"][..., 1] = 0
    np.testing.assert_allclose(channels.channel_moves(measured, STANDARD), [0.25] * 3)
    measured["channel_deviation"][0] = 0
    assert np.isnan(channels.channel_moves(measured, STANDARD)).all()


def test_networks_are_the_first_seed_of_the_main_experiment() -> None:
    found = VGG_CHANNELS.config.runs()
    main = VGG_CPU.config.runs()[:3]
    assert [replace(run, evaluate_every=0, shift_every=0, landscape=LandscapeProbe(every=0)) for run in main] == found


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(VGG_CHANNELS.quick, steps=20, divisor=32, histogram_every=10)
    found = VGG_CHANNELS.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES)).arrays
    assert found["channel_mean"].shape == (3, 3, 3, 16)
    assert np.isnan(found["channel_mean"][:, :, 0, 2:]).all(), "layer 2 has 64 / 32 channels"
    assert np.isfinite(found["channel_mean"][:, :, 2]).all()
    np.testing.assert_allclose(found["histogram_mean"], found["channel_mean"][..., 0], rtol=1e-5)
    np.testing.assert_allclose(found["histogram_deviation"], found["channel_deviation"][..., 0], rtol=1e-5)
    again = VGG_CHANNELS.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays["replay_loss"]
    np.testing.assert_array_equal(again, found["replay_loss"])


def test_the_recorded_networks_are_those_of_the_main_experiment() -> None:
    """Step by step: a probe that changed the training would show here."""
    seen, main = (store.load(name).arrays for name in ("vgg_channels", "vgg"))
    assert np.isfinite(seen["channel_mean"])[0, 0].sum(axis=-1).tolist() == [16, 128, 128]
    for arm in (STANDARD, BATCH, NOISY):
        own, theirs = (rows_of(arrays, arm, vgg.MATCHED)[0] for arrays in (seen, main))
        assert (seen["seed"][own], main["seed"][theirs]) == (0, 0)
        np.testing.assert_array_equal(seen["train_loss"][own], main["train_loss"][theirs])
