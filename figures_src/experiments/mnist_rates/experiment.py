"""Control of E1's grid: what is left of the speed when each arm has its own rate, rates of 10 and 30 included.

Declared before the run: the settings of ``mnist_grid``, whose best cell with batch normalization was at the edge, at a
rate of 3; no rate under 1 was the best of its σ there for either arm, in speed or in accuracy, so that none is tried
again. Steps are counted to 95 % and to 97 % of the test images, every 100 steps up to 4 000 and every 500 from then
on, where the fastest cells have long arrived. 10 000 training images are set aside and choose the cells. A cell whose
loss ends above where it began, or is no number, is recorded as it is.
"""

from functools import partial

from figures_src.experiments.experiment import Experiment
from figures_src.experiments.mnist.experiment import GRID, run_grid
from figures_src.experiments.mnist_rates.predictions import verdicts
from figures_src.experiments.mnist_rates.runs import MnistRates

MNIST_RATES = Experiment(
    name="mnist_rates",
    question="Que reste-t-il de l’avance de la BN quand chaque réseau a son propre taux d’apprentissage ?",
    config=MnistRates(),
    quick=MnistRates(sigmas=(0.01, 0.1), learning_rates=(3.0, 30.0), seeds=(0, 1), steps=300, validation_images=200),
    protocol=1,
    dataset=GRID.dataset,
    dataset_sha256=GRID.dataset_sha256,
    run=partial(run_grid, title="mnist_rates"),
    verdicts=verdicts,
    replay=GRID.replay,
)
