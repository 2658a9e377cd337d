"""What a run with a mistake in it is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass
from enum import StrEnum

from figures_src.experiments.few_images.runs import FewImagesProtocol, FewImagesRun
from figures_src.networks.normalization import Normalization


class Arm(StrEnum):
    """A network learnt rightly, those that a mistake changes while they learn, and what some of these are held against.

    Mistakes made after the training are readings of the right network: see ``measures.READINGS``.
    """

    CORRECT = "correct"
    """A BN before each ReLU, statistics of each channel over the whole batch, PyTorch's running averages."""
    COLUMNS = "axis_of_columns"
    """Statistics of each column of pixels: ``axis=-1`` where channels come first."""
    UNITS = "axis_of_units"
    """Statistics of each pixel of each channel, over the batch alone: a dense layer's BN after a convolution."""
    ACCUMULATED = "accumulated_by_8"
    """Gradients of batches of 8 added up to one of 128; averages move at each of them."""
    ACCUMULATED_BY_TWO = "accumulated_by_2"
    CARDS = "cards_of_16"
    """Eight cards of 16 images, statistics of each alone; what is kept is what the first card saw."""
    LAST_ONE = "last_batch_of_1"
    """Every epoch ends with a batch of one image."""
    LAST_TWO = "last_batch_of_2"
    DECAY_WEIGHTS = "decay_on_weights"
    """Decay on what convolutions and classifier multiply by: right, and what the next one is held against."""
    DECAY_ALL = "decay_on_all"
    """Decay on γ and β (and the classifier's bias) too."""
    BIAS = "bias_kept"
    """Convolutions keep the bias that the mean takes away."""
    DROPOUT_AFTER = "dropout_after_bn"
    """Half of what enters the classifier dropped: after the last BN, and what the next one is held against."""
    DROPOUT_BEFORE = "dropout_before_bn"
    """Half of what enters the last convolution dropped: before a BN."""
    EPSILON = "epsilon_outside"
    """(z - μ) / (σ + ε)."""
    EVALUATING = "left_in_evaluation"
    """``eval()`` for a look after the first epoch, and never ``train()`` again."""
    TUNED = "fine_tuned"
    """The right network, tuned on another domain in every one of ``Way``."""


TRAINED = tuple(arm for arm in Arm if arm is not Arm.TUNED)
GROUPS = {Arm.ACCUMULATED: 8, Arm.ACCUMULATED_BY_TWO: 2, Arm.CARDS: 16}
REST = {Arm.LAST_ONE: 1, Arm.LAST_TWO: 2}
"""Images of the last batch of an epoch."""
DOMAINS = ("fogged", "rotated")


class Way(StrEnum):
    """What of the normalizations goes on learning on the other domain; everything else always does."""

    WHOLE = "whole"
    AFFINE_FROZEN = "affine_frozen"
    """γ and β are frozen, the layers stay in training mode."""
    STATISTICS_FROZEN = "statistics_frozen"
    """The layers are in evaluation mode, γ and β learn."""
    FROZEN = "frozen"

    @property
    def moving(self) -> bool:
        """Whether statistics are those of the batch, and averages move."""
        return self in (Way.WHOLE, Way.AFFINE_FROZEN)

    @property
    def affine(self) -> bool:
        """Whether γ and β learn."""
        return self in (Way.WHOLE, Way.STATISTICS_FROZEN)


@dataclass(frozen=True, kw_only=True)
class MistakeRun(FewImagesRun):
    """A network with a mistake in it.

    ``decay`` is that of the arms that have one: ten times the usual 5·10⁻⁴, for the training is short, and what a decay
    does goes by rate times decay times steps. ``tuned_images`` of another domain are learnt ``tuned_epochs`` times, in
    batches of ``tuned_batch``, at each of ``tuned_rates``.
    """

    kind: Arm
    decay: float = 5e-3
    dropout: float = 0.5
    fog: float = 0.75
    angle: float = 45.0
    tuned_images: int = 1024
    tuned_batch: int = 32
    tuned_epochs: int = 5
    tuned_rates: tuple[float, ...] = (0.01, 0.03, 0.1)

    @property
    def arm(self) -> str:
        """The mistake."""
        return str(self.kind)

    @property
    def rest(self) -> int:
        """Images of the last batch of an epoch, after the whole ones; none where it is left out."""
        return REST.get(self.kind, 0)

    @property
    def steps(self) -> int:
        """Updates from the first to the last, small batches counted."""
        whole = self.images_seen // self.batch_size
        return whole + whole // self.epoch_steps if self.rest else whole


@dataclass(frozen=True)
class MistakesProtocol(FewImagesProtocol):
    """Arms at their rates, and for every seed a network to be tuned at one."""

    arms: tuple[Arm, ...] = TRAINED
    decay: float = 5e-3
    dropout: float = 0.5
    fog: float = 0.75
    angle: float = 45.0
    tuned_after: tuple[float, ...] = (0.1,)
    tuned_images: int = 1024
    tuned_batch: int = 32
    tuned_epochs: int = 5
    tuned_rates: tuple[float, ...] = (0.01, 0.03, 0.1)

    def runs(self) -> list[MistakeRun]:
        """In the order of `cells`; at the end the networks that are tuned."""
        shared = self.shared(MistakeRun)
        tuned = [(seed, Arm.TUNED, rate) for seed in self.seeds for rate in self.tuned_after]
        return [
            MistakeRun(normalization=Normalization.BATCH, kind=arm, learning_rate=rate, seed=seed, **shared)
            for seed, arm, rate in (*self.cells({str(arm): arm for arm in self.arms}), *tuned)
        ]
