import fcntl
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from figures_src.article import moved
from figures_src.imports import closure
from figures_src.notebook import build, drawing
from figures_src.notebook.pages import MissingText, Notebook
from figures_src.records import store
from tests.notebook import samples

pytestmark = pytest.mark.slow


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """The toy's, its record on disk."""
    monkeypatch.setattr(store, "RECORDS", tmp_path / "records")
    store.save(samples.record(), tmp_path / "records")
    return samples.notebook(tmp_path / "texts")


def test_sources_hold_the_record_its_numbers_and_its_drawings(notebook, tmp_path):
    where = tmp_path / "sources"
    build.write_sources(notebook, where)
    assert (where / "records" / "toy.npz").read_bytes() == (tmp_path / "records" / "toy.npz").read_bytes()
    lines = (where / "records" / "toy-test_accuracy.csv").read_text().splitlines()
    assert lines[0].split(",")[:2] == ["step", "learning_rate=0.03125 without_bn seed=3"]
    assert lines[3] == "2,0,0.1,0.4,0.5,0.2,0.3,0.6,0.7"
    page = (where / "toy.md").read_text(encoding="utf-8")
    for address in re.findall(r'(?:src|href)="\.\./((?:drawings|records)/[^"]+)"', page):
        assert (where / address).is_file(), address


def test_drawings_are_kept_while_their_record_and_their_code_stay(notebook, tmp_path, monkeypatch):
    where = tmp_path / "sources"
    drew: list[str] = []
    build.write_sources(notebook, where, drew.append)
    build.write_sources(notebook, where, drew.append)
    assert drew == ["toy"]
    changed = samples.record()
    changed.sidecar["verdicts"].pop()
    notebook.records["toy"] = changed
    build.write_sources(notebook, where, drew.append)
    assert drew == ["toy", "toy"]
    another = Path(moved.__file__)
    assert another not in closure(build.DRAWERS)
    monkeypatch.setattr(build, "DRAWERS", (*build.DRAWERS, another))
    build.write_sources(notebook, where, drew.append)
    assert drew == ["toy"] * 3
    assert {"style.py", "french.py", "vocabulary.py"} <= {path.name for path in closure(build.DRAWERS)}


@pytest.mark.parametrize("option", ["--destination", "--sources"])
def test_a_folder_of_other_things_is_not_emptied(tmp_path, option):
    letters, here = tmp_path / "letters", tmp_path / "here"
    letters.mkdir()
    (letters / "one.txt").write_text("dear")
    places = {"--destination": here, "--sources": here, option: letters}
    command = [sys.executable, str(build.ROOT / "scripts" / "build_notebook.py")]
    options = [word for name, place in places.items() for word in (name, str(place))]
    result = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert f"{letters} holds other things" in result.stderr
    assert (letters / "one.txt").read_text() == "dear"


def test_what_is_no_longer_made_goes(notebook, tmp_path):
    where = tmp_path / "sources"
    for name in ("old.md", "drawings/gone/a-light.svg"):
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text("old")
    build.write_sources(notebook, where)
    assert not (where / "old.md").exists()
    assert not (where / "drawings" / "gone").exists()


def test_a_missing_text_is_told_before_anything_is_drawn(notebook, tmp_path, monkeypatch):
    monkeypatch.setattr(drawing, "panel_files", lambda *_: pytest.fail("drawn before the texts were looked at"))
    (notebook.texts / "toy" / "toy.md.j2").unlink()
    with pytest.raises(MissingText):
        build.write_sources(notebook, tmp_path / "sources")
    assert not (tmp_path / "sources").exists()


def test_the_committed_records_are_all_read():
    names = {path.stem for path in store.RECORDS.glob("*.json")}
    assert set(build.committed().records) == names
    assert all(json.loads((store.RECORDS / f"{name}.json").read_text())["preset"] == "full" for name in names)


def test_a_second_build_waits_for_the_first(tmp_path):
    where = tmp_path / "sources"

    def is_taken() -> bool:
        other = os.open(where, os.O_RDONLY)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(other)
        return False

    with build.alone(where):
        assert is_taken()
    assert not is_taken()
