"""Experiment E3 again, with the controls that its conclusions lacked (protocol of ``experiments.vgg``).

Same networks, images, seeds and order of batches as ``vgg``. What is added, and why:

- Noisy networks are judged by statistics taken again without noise, too: moving averages taken under noise are not
  those of the network that is judged without.
- Probes are in float32, and walk along the gradient at fixed distances as well as at multiples of the rate; noisy
  networks walk once with the noise held, once with a fresh draw at each length.
- Multiples of the rate go down to 1/8: whether the plateau of the effective β follows the smallest length looked at.
- Five seeds everywhere; at the rate 0.01 as well, with the noisy arm.
- Without BN, a network of thirteen ReLUs also starts from He weights, at five rates: the initial scale is then not
  mistaken for the normalization. Rates are searched on seed 0 (``vgg_initial_grid``): the one that reaches 90 %
  soonest, or is the most accurate where none does; five seeds are trained at the best of each arm (``vgg_initial``),
  for as long, nearly twice what BN took there: where the other arm is not done by then, the ratio is bounded.

The noise is drawn by the generator of the device: another kind of device draws another noise.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.vgg.measures import BATCH, LOW, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg.runs import LandscapeProbe, VggSettings, steps_of
from figures_src.experiments.vgg_controls.predictions import (
    control_verdicts,
    grid_verdicts,
    initial_verdicts,
    length_verdicts,
    low_verdicts,
)
from figures_src.experiments.vgg_controls.runs import ControlRun
from figures_src.networks.normalization import Initial, Normalization
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

Cell = tuple[Normalization, float]


TRAINER = Trainer(load_cifar10, "figures_src.experiments.vgg_controls.training")


@dataclass(frozen=True, kw_only=True)
class ControlProtocol(VggSettings):
    """Every cell (arm, rate) with every seed."""

    cells: tuple[Cell, ...] = ((STANDARD, MATCHED), (BATCH, MATCHED), (NOISY, MATCHED))
    seeds: tuple[int, ...] = tuple(range(5))
    initial: Initial = Initial.GLOROT

    def runs(self) -> list[ControlRun]:
        """Seeds, then cells."""
        shared = shared_settings(self, ControlRun)
        cells = product(self.seeds, self.cells)
        return [ControlRun(normalization=arm, learning_rate=rate, seed=seed, **shared) for seed, (arm, rate) in cells]


def told(config: ControlProtocol, machine: Machine) -> Told:
    """The steps of the measurements, and the distances walked along the gradient."""
    first = config.runs()[0]
    return {**steps_of(first), "distance": np.array(first.distance_line)}


QUICK = ControlProtocol(
    seeds=(0,), steps=40, divisor=32, batch_size=32, accuracy_every=10, evaluate_every=20, shift_every=20,
    histogram_every=20, landscape=LandscapeProbe(every=20),
)  # fmt: skip

VGG_CONTROLS = Experiment(
    name="vgg_controls",
    question="La BN bruitée dit-elle ce que fait le bruit, et les bandes ce que fait la BN ?",
    config=ControlProtocol(),
    quick=QUICK,
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("vgg_controls", TRAINER, told),
    verdicts=control_verdicts,
    replay=replaying(TRAINER),
)
VGG_LOW_RATE = replace(
    VGG_CONTROLS,
    name="vgg_low_rate",
    question="À petit taux, la BN augmente-t-elle le décalage de covariables rapporté au gradient ?",
    config=ControlProtocol(cells=((STANDARD, LOW), (BATCH, LOW), (NOISY, LOW)), steps=5000),
    quick=replace(QUICK, cells=((STANDARD, LOW), (BATCH, LOW), (NOISY, LOW))),
    run=running("vgg_low_rate", TRAINER, told),
    verdicts=low_verdicts,
)
VGG_LENGTHS = replace(
    VGG_CONTROLS,
    name="vgg_lengths",
    question="Le plateau du β effectif suit-il la plus petite longueur sondée, ou le taux ?",
    config=ControlProtocol(
        cells=tuple(product((STANDARD, BATCH), (0.05, 0.2))),
        seeds=(0,),
        steps=4000,
        landscape=LandscapeProbe(every=200),
    ),
    quick=replace(QUICK, cells=tuple(product((STANDARD, BATCH), (0.05, 0.2))), steps=12),
    run=running("vgg_lengths", TRAINER, told),
    verdicts=length_verdicts,
)
UNPROBED = LandscapeProbe(every=0)
VGG_INITIAL_GRID = replace(
    VGG_CONTROLS,
    name="vgg_initial_grid",
    question="Avec des poids faits pour des ReLU, à quels taux un VGG-16 apprend-il, avec et sans BN ?",
    config=ControlProtocol(
        cells=tuple(product((STANDARD, BATCH), (0.02, 0.05, 0.1, 0.2, 0.5))),
        seeds=(0,),
        initial=Initial.HE,
        steps=6000,
        shift_every=0,
        landscape=UNPROBED,
    ),
    quick=replace(
        QUICK,
        cells=tuple(product((STANDARD, BATCH), (0.1, 0.5))),
        initial=Initial.HE,
        shift_every=0,
        landscape=UNPROBED,
    ),
    run=running("vgg_initial_grid", TRAINER, told),
    verdicts=grid_verdicts,
)
VGG_INITIAL = replace(
    VGG_INITIAL_GRID,
    name="vgg_initial",
    question="La BN va-t-elle plus vite qu’un réseau aux poids faits pour des ReLU, chacun à son meilleur taux ?",
    config=replace(
        VGG_INITIAL_GRID.config,
        cells=((STANDARD, 0.05), (BATCH, MATCHED)),
        seeds=tuple(range(5)),
        histogram_every=0,
    ),
    quick=replace(VGG_INITIAL_GRID.quick, cells=((STANDARD, 0.05), (BATCH, MATCHED)), histogram_every=0),
    run=running("vgg_initial", TRAINER, told),
    verdicts=initial_verdicts,
)
