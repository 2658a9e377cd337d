"""A prediction stands in the history before its record: the code that made the record held it, word for word."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records import store

ROOT = Path(__file__).parents[2]
JUDGED_LATER = {"shoes"}
"""Its one `Prediction` was written when the arrays were there already, and its text says so."""
FORMER = {"inception": "figures_src/experiments/inception.py"}
"""Where predictions stood before each experiment had a folder."""
FOLDERS = sorted(
    path.parent.name
    for path in (ROOT / "figures_src" / "experiments").glob("*/predictions.py")
    if "Prediction(" in path.read_text() and path.parent.name not in JUDGED_LATER
)
RECORDED = {
    name: folder
    for name, experiment in EXPERIMENTS.items()
    if (folder := type(experiment.config).__module__.split(".")[-2]) in FOLDERS
    and (store.load_sidecar(name) or {}).get("verdicts")
}
"""The folder of each record's experiment."""


def path_of(name: str) -> str:
    return f"figures_src/experiments/{name}/predictions.py"


def git(*arguments: str) -> str:
    """What git says; the test is skipped where the history is not at hand, as in an archive or a shallow clone."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the history is not at hand: {done.stderr.strip()}")
    return done.stdout


def predictions_in(source: str) -> list[str]:
    """Every call that makes a prediction or its bound, as it is written, without what formats it."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return sorted(ast.unparse(call) for call in calls if ast.unparse(call.func) in ("Prediction", "Bound"))


@pytest.mark.parametrize("name", RECORDED)
def test_the_code_that_made_a_record_held_its_predictions(name: str) -> None:
    commit, folder = store.load(name).sidecar["commit"], RECORDED[name]
    assert not commit.endswith("-dirty"), "code that was never committed may have held other predictions"
    held = [path_of(folder), FORMER.get(folder, "")]
    path = next(path for path in held if not path or git("ls-tree", "--name-only", commit, path))
    then = predictions_in(git("show", f"{commit}:{path}"))
    now = predictions_in((ROOT / path_of(folder)).read_text())
    assert now
    assert then == now


@pytest.mark.parametrize("name", FOLDERS)
def test_another_bound_is_another_prediction(name: str) -> None:
    """Read from the text as git keeps it: what the test above compares can differ."""
    source = (ROOT / path_of(name)).read_text()
    assert predictions_in(re.sub(r'Bound\(("[^"]+"), ', r"Bound(\1, 1 + ", source)) != predictions_in(source)
