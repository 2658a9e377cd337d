"""When predictions were written: every one of a record is dated, and the history says the same where it is at hand."""

import subprocess
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from figures_src.experiments.prediction import Bound, Prediction
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.notebook import written
from figures_src.records import store
from figures_src.records.record import Record

RECORDED = [name for name in EXPERIMENTS if (store.load_sidecar(name) or {}).get("verdicts")]


@pytest.mark.parametrize("name", RECORDED)
def test_every_prediction_of_a_record_is_dated(name: str) -> None:
    dated = written.known().get(name, {})
    told = [verdict.prediction for verdict in store.load(name).verdicts]
    assert [words for words in told if words not in dated] == [], "run scripts/date_predictions.py"
    assert set(dated) == set(told)
    assert max(found.date for found in dated.values()) <= store.load(name).sidecar["date"]


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.slow
def test_the_history_says_the_same(name: str) -> None:
    try:
        assert written.found(store.load(name)) == written.known()[name]
    except written.NoHistory as error:
        pytest.skip(f"the history is not at hand: {error}")


def history(tmp_path: Path, *sources: str) -> list[str]:
    """One commit a source of a module of predictions, a day each."""
    path = tmp_path / "figures_src" / "experiments" / "toy" / "predictions.py"
    path.parent.mkdir(parents=True)
    run(tmp_path, "init", "--quiet")
    commits = []
    for day, source in enumerate(sources, start=1):
        path.write_text(source)
        when = f"2026-11-{day:02}T12:00:00"
        run(tmp_path, "add", "-f", str(path))
        run(tmp_path, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "-m", "m", date=when)
        commits.append(run(tmp_path, "rev-parse", "HEAD").strip())
    return commits


def run(where: Path, *arguments: str, date: str = "") -> str:
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
    done = subprocess.run(["git", "-C", str(where), *arguments], capture_output=True, text=True, check=True,
                          env={"PATH": "/usr/bin:/bin", "HOME": str(where), **dates})  # fmt: skip
    return done.stdout


WORDS = "Avec BN, la perte finale, rapportée à celle du début"
FIRST = f'judge("{WORDS}", "≤ 0,5", 0)\n'


def record(commit: str) -> Record:
    verdict = Prediction("loss", WORDS, Bound("≤", 0.5)).judge(0.1)
    return Record("toy", {}, {"commit": commit, "verdicts": [asdict(verdict)]})


def test_a_prediction_is_dated_by_the_first_commit_that_holds_it_as_it_stands(tmp_path: Path) -> None:
    commits = history(tmp_path, "x = 1\n", FIRST, FIRST + "y = 2\n")
    (found,) = written.found(record(commits[-1]), tmp_path).values()
    assert found == written.Written(commits[1][:12], date(2026, 11, 2).isoformat())


def test_another_bound_is_another_day(tmp_path: Path) -> None:
    commits = history(tmp_path, FIRST.replace("0,5", "0,9"), FIRST)
    (found,) = written.found(record(commits[-1]), tmp_path).values()
    assert found.commit == commits[1][:12]


def test_words_that_the_code_of_the_record_lacks_are_told(tmp_path: Path) -> None:
    commits = history(tmp_path, "x = 1\n")
    with pytest.raises(ValueError, match="does not hold 'Avec BN"):
        written.found(record(commits[0]), tmp_path)
