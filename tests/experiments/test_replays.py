"""The committed records of E2 to E4: today's code gives the losses that they keep of their first steps."""

from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.batch_statistics import BATCH_STATISTICS
from figures_src.experiments.cars import SHIFT_CARS
from figures_src.experiments.cars_border.experiment import CARS_BORDER
from figures_src.experiments.dln import DLN, DLN_SUM
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.inception import GRID, INCEPTION_CPU
from figures_src.experiments.shoes import SHIFT_SHOES
from figures_src.experiments.statistics_to_fit.experiment import STATISTICS_TO_FIT
from figures_src.experiments.vgg import VGG_CPU
from figures_src.experiments.vgg_channels import VGG_CHANNELS
from figures_src.records import produce, store
from figures_src.training.machine import Machine

TRAINED = (
    *(VGG_CPU, VGG_CHANNELS, DLN, DLN_SUM, GRID, INCEPTION_CPU),
    *(SHIFT_SHOES, SHIFT_CARS, CARS_BORDER, BATCH_STATISTICS, STATISTICS_TO_FIT),
)
RECORDED = [experiment for experiment in TRAINED if store.load_sidecar(experiment.name)]
FIRST_LOSSES, ROUNDING = 5, 0.01


@pytest.mark.slow
@pytest.mark.parametrize("experiment", RECORDED, ids=lambda experiment: experiment.name)
def test_the_record_replays(tmp_path: Path, experiment: Experiment) -> None:
    record = store.load(experiment.name)
    again, recorded = experiment.replay(experiment.config, Machine(tmp_path, jobs=2)), record.arrays["replay_loss"]
    last = recorded[:, -1]
    assert np.ptp(last[np.isfinite(last)]) > 1e-3, "the runs must differ for this to mean anything"
    if record.sidecar["processor"] == produce._processor() or record.sidecar["precision"] == "float64":
        np.testing.assert_allclose(again, recorded, rtol=2e-5)
    else:
        # Another processor rounds bfloat16 elsewhere; the difference grows with the steps.
        np.testing.assert_allclose(again[:, :FIRST_LOSSES], recorded[:, :FIRST_LOSSES], rtol=ROUNDING)
