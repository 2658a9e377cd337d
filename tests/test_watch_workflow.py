"""The weekly watch: each command of its workflow is one that this checkout answers, and the lock holds every pin."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "watch.yml").read_text("utf-8"))
JOBS: dict[str, Any] = WORKFLOW["jobs"]
COMMANDS = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))
VALIDATOR = "requirements-validator"


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> set[tuple[str, str]]:
    return {(normalized(name), pinned) for name, pinned in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M)}


def hashed(text: str) -> set[tuple[str, str]]:
    """Pins of a lock that are followed by a hash, and hold on any system."""
    return {
        (normalized(name), pinned)
        for name, pinned in re.findall(r"^([\w.-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}", text, re.M)
    }


def lock_of(requirements: Path) -> Path:
    return ROOT / (f"{VALIDATOR}.lock" if requirements.stem == VALIDATOR else "requirements.lock")


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: str(path.name))
def test_every_pin_is_in_the_lock_with_a_hash(path: Path) -> None:
    asked = pins(path.read_text("utf-8"))
    assert asked
    assert asked - hashed(lock_of(path).read_text("utf-8")) == set(), "run `make lock`"


@pytest.mark.parametrize("name", ["requirements.lock", f"{VALIDATOR}.lock"])
def test_nothing_in_a_lock_is_without_a_hash(name: str) -> None:
    """With one that is, pip refuses all."""
    text = (ROOT / name).read_text("utf-8")
    entries = re.findall(r"^[\w.-]+==.*\n(?=(.*))", text, re.M)
    assert len(entries) > 40
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_a_pin_without_its_hash_would_be_seen() -> None:
    assert hashed("torch==2.13.0\nnumpy==2.4.6 \\\n    --hash=sha256:" + "a" * 64) == {("numpy", "2.4.6")}


def test_it_runs_every_week_and_by_hand() -> None:
    started = WORKFLOW[True]  # YAML reads "on" so
    assert "workflow_dispatch" in started
    [schedule] = started["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"])


def test_it_tries_three_systems_with_pinned_and_with_newest_libraries() -> None:
    matrix = JOBS["commands"]["strategy"]["matrix"]
    assert {system.partition(":")[0] for system in matrix["system"]} == {"debian", "ubuntu"}
    assert len(matrix["system"]) == 3
    assert "" in matrix["newest"]
    assert any({"torch", "matplotlib"} <= set(newest.split()) for newest in matrix["newest"])
    assert all(job["strategy"]["fail-fast"] is False for job in JOBS.values()), "one that fails must not hide another"


def test_each_target_and_file_that_it_names_is_here() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for command in COMMANDS:
        for target in re.findall(r"^make (\S+)", command, re.M):
            pattern = re.escape(target.replace(".venv", "$(VENV)"))
            assert re.search(rf"^{pattern}:", makefile, re.M), target
        for path in re.findall(r"(?:scripts/\S+|\.ci/\S+|requirements\S+)", command):
            assert (ROOT / path).is_file(), path
    assert any("--require-hashes" in command for command in COMMANDS)
    assert any("scripts/watch.py" in command for command in COMMANDS)
