"""What the README and the lock files say is so."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TARGETS = sorted(set(re.findall(r"^\| `make ([\w-]+)`|^make ([\w-]+)", README, re.M)))
PYTHONS = ("3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0")
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


@pytest.mark.slow
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
        ("requirements-archive.txt", "archive"),
        ("requirements-cluster.txt", "cluster"),
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


@pytest.mark.parametrize(
    "lock", ["requirements.txt", *(f"requirements-{name}.txt" for name in ("test", "notebook", "archive"))]
)
def test_every_pin_holds_on_the_pythons_promised(lock: str) -> None:
    """Debian 12 has Python 3.11.2, and never a later 3.11."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = SpecifierSet(project["requires-python"])
    assert [version for version in PYTHONS if version not in promised] == []
    for name, version in pins(lock).items():
        installed = metadata(name)
        assert installed["Version"].split("+")[0] == version, f"{name}: run `make test-all`, which installs it"
        asked = SpecifierSet(installed["Requires-Python"] or "")
        assert [python for python in PYTHONS if python not in asked] == [], name


def test_a_clone_has_the_same_files_whatever_git_does_to_ends_of_lines(tmp_path: Path) -> None:
    """What is published is compared by digest; and a symbolic link would be a file that holds a path."""
    clone = tmp_path / "clone"
    settings = ["-c", "core.autocrlf=true", "-c", "core.symlinks=false", "-c", "core.eol=crlf"]
    subprocess.run(["git", *settings, "clone", "--quiet", str(ROOT), str(clone)], check=True)
    listed = subprocess.run(["git", "ls-files", "-s", "-z"], cwd=clone, capture_output=True, text=True, check=True)
    entries = [line.split(maxsplit=3) for line in listed.stdout.split("\0") if line]
    names = "\n".join(name for *_, name in entries)
    hashing = ["git", "hash-object", "--no-filters", "--stdin-paths"]
    hashed = subprocess.run(hashing, cwd=clone, input=names, capture_output=True, text=True, check=True)
    assert len(entries) > 400
    assert hashed.stdout.split() == [digest for _, digest, *_ in entries]
    assert [name for mode, *_, name in entries if mode == "120000"] == []
