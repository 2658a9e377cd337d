"""What the README and the lock files say is so."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TARGETS = sorted(set(re.findall(r"^\| `make (\w+)`|^make (\w+)", README, re.M)))
FLAGS = re.findall(r"^\| `(--[a-z]+)", README, re.M)


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))


def test_every_target_of_the_readme_is_one_of_the_makefile() -> None:
    assert len(TARGETS) >= 7
    for target in ("".join(names) for names in TARGETS):
        dry_run = ["make", "--dry-run", target]
        result = subprocess.run(dry_run, cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr


def test_every_flag_of_the_readme_is_one_of_the_command() -> None:
    assert len(FLAGS) >= 8
    command = [sys.executable, str(ROOT / "scripts" / "build_figures.py"), "--help"]
    text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [flag for flag in FLAGS if flag not in text] == []


def test_every_script_that_the_documents_run_is_there_and_knows_its_flags() -> None:
    text = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"\.venv/bin/python (scripts/\w+\.py)([^`\n]*)", text))
    assert {"scripts/build_figures.py", "scripts/build_notebook.py"} <= {script for script, _ in commands}
    for script, words in commands:
        assert (ROOT / script).exists(), script
        if flags := re.findall(r"--[a-z-]+", words):
            command = [sys.executable, script, "--help"]
            told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
            assert [flag for flag in flags if flag not in told] == [], script


def test_no_command_asks_for_a_python_or_a_pip_outside_the_environment() -> None:
    """Debian has no plain `python`, and its `pip` installs nothing outside an environment."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    told = re.compile(r"(README|CONTRIBUTING)\.md|(figures_src|scripts)/.*\.(py|j2|toml|sh)")
    bare = re.compile(r"(?<![\w./-])(python (scripts/|-m )|pip install )")
    named = [name for name in listed.split("\0") if told.fullmatch(name)]
    assert len(named) > 200
    assert [name for name in named if bare.search((ROOT / name).read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("lock", "extra"),
    [
        ("requirements.txt", None),
        ("requirements-test.txt", "test"),
        ("requirements-notebook.txt", "notebook"),
        ("requirements-fonts.txt", "fonts"),
    ],
)
def test_the_lock_files_hold_what_the_project_declares(lock: str, extra: str | None) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["optional-dependencies"][extra] if extra else project["dependencies"]
    locked = pins("requirements.txt") | pins(lock)
    assert {name: locked.get(name) for name, _ in (line.split("==") for line in declared)} == dict(
        line.split("==") for line in declared
    )
    assert not [name for name in locked if name.startswith("nvidia")]
    assert "+" not in locked["torch"]
