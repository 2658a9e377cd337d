"""CONTRIBUTING's five steps, followed in a copy: a folder, a row, a record, and all the rest by itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("figures_src", "scripts", "assets", "_posts", "tests", "pyproject.toml", "_config.yml")
FILES = {
    "__init__.py": '"""A line that is fitted."""\n',
    "runs.py": """
from dataclasses import dataclass, replace

from figures_src.runs import SingleNetwork


@dataclass(frozen=True)
class LineRun(SingleNetwork):
    learning_rate: float
    seed: int
    steps: int = 40
    arm: str = "without_bn"
    replay_steps: int = 20

    @property
    def label(self) -> str:
        return f"line seed={self.seed}"

    def cut_short(self):
        return replace(self, steps=self.replay_steps)
""",
    "training.py": """
import numpy as np
import torch


def train(run, data, machine, report, should_stop):
    draw = torch.Generator().manual_seed(run.seed)
    inputs = torch.randn(64, generator=draw, dtype=torch.float64)
    slope, losses = torch.zeros((), dtype=torch.float64, requires_grad=True), []
    for step in range(run.steps):
        loss = ((slope - 2) * inputs).square().mean()
        (gradient,) = torch.autograd.grad(loss, slope)
        slope = (slope - run.learning_rate * gradient).detach().requires_grad_()
        losses.append(loss.item())
        report(step + 1)
    return {"train_loss": np.array(losses), "replay_loss": np.array(losses[: run.replay_steps]),
            "precision": np.array("float64")}, 0.1
""",
    "measures.py": """
def last_loss(arrays):
    return arrays["train_loss"][:, -1]
""",
    "predictions.py": """
from figures_src.experiments.prediction import Bound, Prediction, by_name
from figures_src.experiments.toy_line.measures import last_loss

PREDICTIONS = by_name([Prediction("fitted", "Perte finale", Bound("≤", 0.5, ""))])


def verdicts(arrays):
    return (PREDICTIONS["fitted"].judge_mean(last_loss(arrays)),)
""",
    "experiment.py": """
from dataclasses import dataclass

import numpy as np

from figures_src.experiments.assembly import replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.toy_line.predictions import verdicts
from figures_src.experiments.toy_line.runs import LineRun
from figures_src.training.trainer import Trainer

TRAINER = Trainer(None, "figures_src.experiments.toy_line.training")


@dataclass(frozen=True)
class LineProtocol:
    seeds: tuple[int, ...] = (0, 1, 2)
    steps: int = 40

    def runs(self):
        return [LineRun(0.1, seed, self.steps) for seed in self.seeds]


def told(config, machine):
    return {"loss_step": np.arange(config.steps)}


TOY_LINE = Experiment("toy_line", "Une droite apprend-elle ?", LineProtocol(), LineProtocol(steps=20), 1,
                      "Gaussian draws", "0" * 64, running("toy_line", TRAINER, told), verdicts, replaying(TRAINER))
""",
    "toy_line.md.j2": """## Résultats {#resultats}

Oui, à peu près.

## Protocole {#protocole}

Une droite, << config.seeds | length >> graines.

## Ce que l’article ne dit pas {#non-dit}

Rien.
""",
}
PAGE = """
from figures_src.notebook import build
from figures_src.notebook.pages import pages
print(pages(build.committed())["toy_line.md"])
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    folder = copy / "figures_src" / "experiments" / "toy_line"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    registry = copy / "figures_src" / "experiments" / "registry.py"
    text = registry.read_text().replace("*(INCEPTION_GRID, ", "TOY_LINE,\n        *(INCEPTION_GRID, ")
    line = "from figures_src.experiments.toy_line.experiment import TOY_LINE\n"
    registry.write_text(
        text.replace("from figures_src.experiments.vgg.", f"{line}from figures_src.experiments.vgg.", 1)
    )
    return copy


def run(tree: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"}
    command = [sys.executable, *arguments]
    process = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def test_a_folder_and_a_row_make_an_experiment(tree: Path) -> None:
    assert "toy_line" in run(tree, "scripts/build_figures.py", "--list")
    run(tree, "scripts/build_figures.py", "--retrain", "toy_line", "--only", "sbn_1a")
    assert (tree / "figures_src" / "records" / "toy_line.json").is_file()
    page = run(tree, "-c", PAGE)
    assert "Une droite apprend-elle" in page
    assert "tenue" in page
    replayed = run(tree, "-m", "pytest", "-q", "tests/experiments/test_replays.py", "-k", "toy_line")
    assert "2 passed" in replayed


def test_what_lacks_its_text_is_told(tree: Path) -> None:
    text = tree / "figures_src" / "experiments" / "toy_line" / "toy_line.md.j2"
    text.unlink()
    program = PAGE.replace("print(", "import sys\ntry:\n    print(") + "except Exception as error:\n    print(error)\n"
    assert "write toy_line.md.j2 in" in run(tree, "-c", program)
