"""A prediction stands in the history before its record: the code that made the record held it, word for word."""

import subprocess
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from figures_src.experiments.prediction import Prediction
from figures_src.records import store

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent.name for path in (ROOT / "figures_src" / "experiments").glob("*/predictions.py"))
RECORDED = [name for name in FOLDERS if store.load_sidecar(name) is not None]


def path_of(name: str) -> str:
    return f"figures_src/experiments/{name}/predictions.py"


def git(*arguments: str) -> str:
    """What git says; the test is skipped where the history is not at hand, as in an archive or a shallow clone."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the history is not at hand: {done.stderr.strip()}")
    return done.stdout


def predictions_in(source: str) -> Mapping[str, Prediction]:
    namespace: dict[str, Any] = {"__name__": "then"}
    exec(compile(source, "predictions.py", "exec"), namespace)
    found: Mapping[str, Prediction] = namespace["PREDICTIONS"]
    return found


@pytest.mark.parametrize("name", RECORDED)
def test_the_code_that_made_a_record_held_its_predictions(name: str) -> None:
    commit = store.load(name).sidecar["commit"]
    assert not commit.endswith("-dirty"), "code that was never committed may have held other predictions"
    then = predictions_in(git("show", f"{commit}:{path_of(name)}"))
    assert then == import_module(f"figures_src.experiments.{name}.predictions").PREDICTIONS


@pytest.mark.parametrize("name", FOLDERS)
def test_another_bound_is_another_prediction(name: str) -> None:
    """Read from the text as git keeps it: what the test above compares can differ."""
    source = (ROOT / path_of(name)).read_text()
    now = import_module(f"figures_src.experiments.{name}.predictions").PREDICTIONS
    assert predictions_in(source) == now
    assert predictions_in(source.replace('Bound("≥", ', 'Bound("≥", 1 + ')) != now
