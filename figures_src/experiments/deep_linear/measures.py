"""What is read off the arrays of the deep linear network."""

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.intervals import Ratio, paired_ratio
from figures_src.experiments.shifts import Place, early_shift_ratio
from figures_src.networks.normalization import Normalization

STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
HIGH, LOW = 1e-6, 1e-7


def least_shift_ratio(arrays: Arrays, learning_rate: float) -> Ratio:
    """Shift with BN over without, early, in the layer where it is least."""
    places = [Place(learning_rate, layer) for layer in arrays["shift_layer"].tolist()]
    return min((early_shift_ratio(arrays, place) for place in places), key=lambda ratio: ratio.value)


def final_loss_ratio(arrays: Arrays, learning_rate: float) -> Ratio:
    """Final loss without BN over with BN, by seed, each of which is a problem of its own."""
    standard, with_bn = (arrays["train_loss"][rows_of(arrays, arm, learning_rate), -1] for arm in (STANDARD, BATCH))
    return paired_ratio(standard, with_bn)
