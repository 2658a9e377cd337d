"""A prediction stands in the history before its record: the code that made the record held it, word for word.

The first experiments wrote theirs as sentences with a threshold beside them. What became of these is compared with
the last sidecars of that time.
"""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records import store

ROOT = Path(__file__).parents[2]
SENTENCES = "ab7058c5d556"
"""The last commit at which some predictions were sentences."""
FOLDERS = sorted(path.parent.name for path in (ROOT / "figures_src" / "experiments").glob("*/predictions.py"))
OF_SENTENCES = ("batch_statistics", "cars", "deep_linear", "inception", "mnist", "shoes", "vgg", "vgg_channels")
"""Folders of the experiments that were run before predictions were objects: no new one is."""
JUDGED = {name: sidecar for name in EXPERIMENTS if (sidecar := store.load_sidecar(name) or {}).get("verdicts")}


def folder_of(name: str) -> str:
    """That of the experiment behind a record."""
    return type(EXPERIMENTS[name].config).__module__.split(".")[-2]


def path_of(folder: str) -> str:
    return f"figures_src/experiments/{folder}/predictions.py"


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


@pytest.mark.parametrize("name", [name for name in JUDGED if folder_of(name) not in OF_SENTENCES])
def test_the_code_that_made_a_record_held_its_predictions(name: str) -> None:
    commit, path = JUDGED[name]["commit"], path_of(folder_of(name))
    assert not commit.endswith("-dirty"), "code that was never committed may have held other predictions"
    now = predictions_in((ROOT / path).read_text())
    assert now
    assert predictions_in(git("show", f"{commit}:{path}")) == now


@pytest.mark.parametrize("folder", FOLDERS)
def test_another_bound_is_another_prediction(folder: str) -> None:
    """Read from the text as git keeps it: what the test above compares can differ."""
    source = (ROOT / path_of(folder)).read_text()
    assert predictions_in(re.sub(r'Bound\(("[^"]+"), ', r"Bound(\1, 1 + ", source)) != predictions_in(source)


@pytest.mark.parametrize("name", [name for name in JUDGED if folder_of(name) in OF_SENTENCES])
def test_what_was_a_sentence_asks_for_the_same(name: str) -> None:
    """The bound, its sign and its unit are those of the threshold that stood beside it."""
    then = json.loads(git("show", f"{SENTENCES}:figures_src/records/{name}.json"))
    kept = ("prediction", "bound", "unit", "decimals")
    assert then["key"] == JUDGED[name]["key"], "the record of another run: take its folder out of `OF_SENTENCES`"
    for old, new in zip(then["verdicts"], JUDGED[name]["verdicts"], strict=True):
        assert {field: new[field] for field in kept} == {field: old[field] for field in kept}
        unit = " σ" if new["unit"] == "σ" else ""  # the one threshold that left out its unit
        assert new["threshold"] == old["threshold"] + unit
        assert new["threshold"].startswith(new["op"])
