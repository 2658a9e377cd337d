"""What the installer asks for where something is missing, and the environment that it makes, keeps, or makes again."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TOOLS = ("python", "npm", "jekyll", "browser", "java", "links", "spelling")
# What a bare Debian has, as far as the installer uses it.
BARE = ("bash", "cp", "dirname", "env", "grep", "mkdir", "mktemp", "realpath", "rm", "sh")


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The part of a checkout that the installer reads, in a folder with a name of signs."""
    tree = tmp_path / "a folder, l’autre's"
    for name in ("scripts/install_tools.sh", "_config.yml", "figures_src/__init__.py"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tree / name)
    return tree


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine without root, with the programs of a bare Debian and those put in its folder."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in BARE:
        (folder / name).symlink_to(shutil.which(name))
    for name, text in {"id": "echo 1000", "sudo": "exit 1", "apt-get": "exit 1"}.items():
        program(folder / name, text)
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A Python that makes environments quickly: without pip."""
    path = tmp_path / "python"
    venv = f'exec "{sys.executable}" -I -m venv --without-pip "$4"'
    program(path, f'case "$*" in "-I -m venv "*) {venv} ;; esac\nexec "{sys.executable}" "$@"')
    return path


def install(tree: Path, machine: Path, *tools: str, **variables: object) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine), **{name: str(value) for name, value in variables.items()}}
    command = ["bash", "scripts/install_tools.sh", *tools]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, env=environment, check=False)


def test_all_that_is_missing_is_named_at_once(tree, machine):
    result = install(tree, machine, *TOOLS)
    assert result.returncode == 1
    (told,) = result.stderr.splitlines()
    packages = "python3 python3-venv npm jekyll tzdata chromium libatomic1 firefox-esr default-jre-headless"
    missing = [*packages.split(), "ruby-html-proofer", "hunspell", "hunspell-fr"]
    assert [name for name in missing if f" {name}" not in told.split("apt-get")[1]] == []


def test_the_packages_of_jekyll_hold_its_plugins(tree, machine):
    program(machine / "jekyll", "exit 1")
    plugins = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["plugins"]
    told = install(tree, machine, "jekyll").stderr
    assert plugins
    assert [plugin for plugin in plugins if f" ruby-{plugin}" not in told] == []


def test_a_jekyll_that_loads_the_plugins_is_left_alone_whatever_is_inherited(tree, machine):
    program(machine / "jekyll", 'grep -q jekyll-feed _config.yml && exit "${#BUNDLE_GEMFILE}${#RUBYOPT}"')
    result = install(tree, machine, "jekyll", BUNDLE_GEMFILE="/elsewhere/Gemfile", RUBYOPT="-rbundler/setup")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("wrong", ["pyhton3", "/nowhere/python3", "false"])
def test_a_wrong_python_is_told_and_nothing_is_lost(tree, machine, python, wrong):
    program(machine / "false", "exit 1")
    mark = made(tree, machine, python)
    result = install(tree, machine, "python", "environment", PYTHON=wrong)
    assert result.returncode == 1
    assert f"PYTHON={wrong}" in result.stderr
    assert "make PYTHON=" in result.stderr
    assert mark.exists()


def made(tree: Path, machine: Path, python: Path) -> Path:
    """Make the environment, and put a mark in it which is lost when it is made again."""
    result = install(tree, machine, "python", "environment", PYTHON=python)
    assert result.returncode == 0, result.stderr
    mark = tree / ".venv" / "mark"
    mark.touch()
    return mark


def package(tree: Path) -> Path:
    """Where the environment of a tree finds the package, from any folder."""
    command = [str(tree / ".venv" / "bin" / "python"), "-I", "-c", "import figures_src; print(figures_src.__file__)"]
    return Path(subprocess.run(command, cwd="/", capture_output=True, text=True, check=True).stdout.strip()).parent


def test_a_whole_environment_is_kept(tree, machine, python):
    mark = made(tree, machine, python)
    assert package(tree) == tree / "figures_src"
    for variables in ({"PYTHON": python}, {}):
        assert install(tree, machine, "python", "environment", **variables).returncode == 0
        assert mark.exists()


def test_the_environment_of_a_copy_is_the_copys(tree, machine, python, tmp_path):
    made(tree, machine, python)
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy, symlinks=True)
    assert package(copy) == copy / "figures_src"
    assert install(copy, machine, "python", "environment", PYTHON=python).returncode == 0
    assert not (copy / ".venv" / "mark").exists()
    assert package(copy) == copy / "figures_src"


def killed_while_made(environment: Path) -> None:
    (environment / ".python").unlink()


def killed_while_filled(environment: Path) -> None:
    (environment / ".unfinished").touch()


def python_removed(environment: Path) -> None:
    (environment / "bin" / "python").unlink()


@pytest.mark.parametrize("damage", [killed_while_made, killed_while_filled, python_removed])
def test_a_damaged_environment_is_made_again(tree, machine, python, damage):
    mark = made(tree, machine, python)
    damage(mark.parent)
    assert install(tree, machine, "python", "environment", PYTHON=python).returncode == 0
    assert not mark.exists()
    assert package(tree) == tree / "figures_src"


def test_another_python_is_heard(tree, machine, python, tmp_path):
    mark = made(tree, machine, python)
    other = tmp_path / "other"
    program(other, f'case "$*" in *SOABI*) echo /elsewhere cpython-399 ;; *) exec "{python}" "$@" ;; esac')
    assert install(tree, machine, "python", "environment", PYTHON=other).returncode == 0
    assert not mark.exists()


def test_a_python_too_old_is_refused(tree, machine, python, tmp_path):
    old = tmp_path / "old"
    program(old, f'case "$*" in *version_info*3,*) exit 1 ;; *) exec "{python}" "$@" ;; esac')
    result = install(tree, machine, "python", PYTHON=old)
    assert result.returncode == 1
    assert "3.11" in result.stderr
    assert not (tree / ".venv").exists()
