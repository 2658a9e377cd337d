"""A notebook small enough to reason about: one experiment, two arms, two seeds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from figures_src.catalogue import FIGURES
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.prediction import Bound, Prediction, Verdict
from figures_src.networks.normalization import Normalization
from figures_src.notebook.pages import Notebook
from figures_src.records.record import Record

TEXT = """## Résultats {#resultats}

À << setting(config.rates[0]) >>, oui<< held(config.rates[0] < 1, config.rates) >>.

<< result("taux", "Les taux", ["Taux", "Écart"], [[setting(config.rates[0]), "1"]]) >>

## Protocole {#protocole}

Un essai à << setting(config.rates[0]) >>.

## Ce que l’article ne dit pas {#non-dit}

Rien.
"""


@dataclass(frozen=True)
class ToyRun:
    """One network."""

    normalization: Normalization
    learning_rate: float
    seed: int
    steps: int = 2

    @property
    def networks(self) -> int:
        """One."""
        return 1


@dataclass(frozen=True)
class Toy:
    """Two arms, two rates, two seeds."""

    rates: tuple[float, ...] = (0.03125, 1e-7)
    seeds: tuple[int, ...] = (3, 4)

    def runs(self) -> list[ToyRun]:
        """Seeds first, as VGG orders them."""
        arms = (Normalization.NONE, Normalization.BATCH)
        return [ToyRun(arm, rate, seed) for seed in self.seeds for rate in self.rates for arm in arms]


def verdicts() -> tuple[Verdict, ...]:
    """One met, one denied, one left open, one judged on a single seed."""
    return (
        Prediction("met", "Tenue", Bound("≥", 1)).judge(1.5),
        Prediction("denied", "Niée", Bound("≥", 3, decimals=3)).judge(2.125),
        Prediction("open", "Ouverte", Bound(">", 0, "points")).judge_mean(np.array([-1.0, 1.5])),
        Prediction("alone", "Seule", Bound("≥", 1)).judge_mean(np.array([1.5])),
    )


def arrays() -> dict[str, np.ndarray]:
    """Row r of ``test_accuracy`` goes from 0.1 to r/10."""
    end = np.arange(8) / 10
    return {
        "step": np.array([0, 1, 2]),
        "test_accuracy": np.stack([np.full(8, 0.1), end / 2, end], axis=1),
        "shift_difference": np.arange(8 * 3 * 2, dtype=float).reshape(8, 3, 2) + 1,
        "shift_step": np.array([0, 1, 2]),
        "shift_layer": np.array([9, 17]),
        "replay_loss": np.ones((8, 20)),
        "pictures": np.zeros((6, 28, 28), dtype=np.uint8),
        "seed": np.arange(8),
    }


def record(name: str = "toy") -> Record:
    """As `produce` writes it."""
    sidecar = {
        "experiment": name, "preset": "full", "key": "c0ffee", "protocol": 1, "dataset": "MNIST",
        "dataset_sha256": "beef", "config": {"rates": [0.03125, 1e-7], "seeds": [3, 4]}, "common": {"steps": 2},
        "verdicts": [vars(verdict) for verdict in verdicts()], "seconds": 3725.0, "date": "2026-11-01",
        "device": "cpu", "precision": "float64", "threads": 1, "jobs": 2, "processor": "A <Processor>",
        "python": "3.11.7", "libraries": {"torch": "2.13.0", "numpy": "2.4.6"}, "commit": "0123456789ab",
    }  # fmt: skip
    return Record(name, arrays(), sidecar)


def experiment(name: str = "toy", run: Callable[[Any, Any], Outcome] | None = None) -> Experiment[Toy]:
    """Registered, and never run here."""

    def refuse(config: Any, machine: Any) -> Any:
        raise AssertionError("the notebook runs nothing")

    return Experiment(
        name, "Un jouet apprend-il ?", Toy(), Toy(), 1, "MNIST", "beef", run or refuse, lambda _: verdicts(), refuse
    )


def notebook(texts: Path, records: Mapping[str, Record] | None = None) -> Notebook:
    """One experiment with a record and its text, and one that waits for its own."""
    (texts / "experiments" / "toy").mkdir(parents=True, exist_ok=True)
    (texts / "experiments" / "toy" / "toy.md.j2").write_text(TEXT, encoding="utf-8")
    known = {name: experiment(name) for name in ("toy", "waiting")}
    return Notebook(known, {"toy": record()} if records is None else records, FIGURES, texts / "experiments")
