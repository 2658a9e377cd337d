"""The numbers that the article quotes of classic mistakes with BN; accuracies and their losses are fractions of one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures_src.experiments.estimates import Estimate, estimate
from figures_src.experiments.few_images.measures import accuracy, at_best, at_edge, best_rate
from figures_src.experiments.mistakes import measures
from figures_src.experiments.mistakes.measures import MISTAKES, OLD
from figures_src.experiments.mistakes.runs import DOMAINS, TRAINED, Arm, Way
from figures_src.records.record import Record

RECORD = "mistakes"


@dataclass(frozen=True)
class MistakeFacts:
    """What each mistake loses, by its name in `figures_src.experiments.mistakes.measures.MISTAKES`."""

    seeds: int
    images: int
    """How many are learnt."""
    batch_size: int
    rate: float
    """The best of the right network."""
    right: Estimate
    """Its accuracy."""
    lost: Mapping[str, Estimate]
    """At the best rate of what a mistake is held against; negative where it gains."""
    at_best: Mapping[str, Estimate]
    """With each network at its own best rate, for the mistakes made while learning."""
    last_in_weights: Estimate
    """What a last batch of one image still loses with recomputed statistics."""
    dropout_in_weights: Estimate
    """What dropout before the last BN still loses with recomputed statistics."""
    tuned: Mapping[str, Mapping[str, Estimate]]
    """Accuracy on images of a domain, by domain and by what was frozen."""
    returned: Mapping[str, Mapping[str, Estimate]]
    """The same networks on the images that were learnt before."""
    diverged: int
    """Networks left in evaluation mode whose loss ends at no number, at the best rate of the right network."""
    edges: tuple[str, ...]
    """Networks whose best rate is the lowest or the highest tried."""

    @property
    def ordered(self) -> tuple[str, ...]:
        """Names of the mistakes, the dearest first."""
        return tuple(sorted(self.lost, key=lambda name: -self.lost[name].mean))

    @property
    def free(self) -> tuple[str, ...]:
        """Names of those whose loss cannot be told from zero, in the same order."""
        return tuple(name for name in self.ordered if not self.lost[name].clear)


def mistake_facts(record: Record) -> MistakeFacts:
    """Numbers of the record."""
    arrays, config = record.arrays, record.config

    def tuned(domain: str, images: int) -> Mapping[str, Estimate]:
        return {str(way): _share(measures.tuned(arrays, domain, way, images)) for way in Way}

    last_losses = accuracy(arrays, Arm.EVALUATING, best_rate(arrays, Arm.CORRECT), "last_loss")
    return MistakeFacts(
        seeds=len(config["seeds"]),
        images=config["learnt_images"],
        batch_size=config["batch_size"],
        rate=best_rate(arrays, Arm.CORRECT),
        right=_share(at_best(arrays, Arm.CORRECT)),
        lost={name: _share(mistake.lost(arrays)) for name, mistake in MISTAKES.items()},
        at_best={name: _share(mistake.at_best(arrays)) for name, mistake in MISTAKES.items() if mistake.at_best},
        last_in_weights=_share(measures.lost_in_weights(arrays, Arm.LAST_ONE)),
        dropout_in_weights=_share(measures.lost_in_weights(arrays, Arm.DROPOUT_BEFORE, Arm.DROPOUT_AFTER)),
        tuned={domain: tuned(domain, measures.NEW) for domain in DOMAINS},
        returned={domain: tuned(domain, OLD) for domain in DOMAINS},
        diverged=int((~np.isfinite(last_losses)).sum()),
        edges=tuple(str(arm) for arm in TRAINED if at_edge(arrays, arm)),
    )


def _share(values: np.ndarray) -> Estimate:
    return estimate(values / 100)
