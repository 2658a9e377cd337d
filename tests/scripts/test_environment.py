"""What every script begins with: the project's Python and package, whatever was typed, copied or inherited."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hangups_heard")]

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path.name for path in (ROOT / "scripts").glob("*.py") if "__main__" in path.read_text("utf-8"))
OLDEST_THAT_SAYS_SO = (3, 8)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python in which nothing is installed."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    return str(folder / "bin" / "python")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, whose path has a space; what it draws says that it is the copy."""
    copy = tmp_path_factory.mktemp("a copy") / "of mine"
    for name in ("figures_src", "scripts", "assets", "_posts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    module = copy / "figures_src" / "french.py"
    module.write_text(module.read_text("utf-8") + '\nprint("the copy")\n', "utf-8")
    return copy


def run(python: str, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    command = [python, *arguments]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("name", [*SCRIPTS, "_environment.py"])
def test_an_old_python_can_read_every_script(name: str) -> None:
    ast.parse((ROOT / "scripts" / name).read_text("utf-8"), feature_version=OLDEST_THAT_SAYS_SO)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_bare_python_costs_one_line_that_names_the_mend(bare: str, tree: Path, name: str) -> None:
    process = run(bare, str(tree / "scripts" / name))
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.startswith(f"{name}: ")
    assert process.stderr.count("\n") == 1
    assert "make figures" in process.stderr
    assert "pip install -e ." in process.stderr


@pytest.mark.parametrize("name", [name for name in SCRIPTS if not name.startswith("_")])
def test_what_a_script_does_not_know_is_refused_before_it_works(name: str) -> None:
    script = str(ROOT / "scripts" / name)
    told = run(sys.executable, script, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert f"Usage: {name}" in told.stdout
    refused = run(sys.executable, script, "--no-such-option")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no such option: --no-such-option" in refused.stderr.lower()


def test_a_bare_python_goes_on_with_the_environment_that_make_made(bare: str, tree: Path) -> None:
    venv.create(tree / ".venv", symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = tree / ".venv" / "lib" / version / "site-packages"
    (packages / "those.pth").write_text(sysconfig.get_path("purelib"))
    process = run(bare, str(tree / "scripts" / "build_figures.py"), "--only", "gbn 2")
    shutil.rmtree(tree / ".venv")
    assert process.returncode == 2
    assert "did you mean 'gbn_2'" in process.stderr


@pytest.mark.parametrize("variables", [{}, {"PYTHONSAFEPATH": "1"}, {"PYTHONPATH": str(ROOT)}])
def test_a_copy_works_on_itself(tree: Path, variables: dict[str, str]) -> None:
    process = run(sys.executable, str(tree / "scripts" / "build_figures.py"), "--check", **variables)
    assert process.stdout.startswith("the copy\n")
    assert "numbers changed" in process.stdout


def test_the_processes_of_a_copy_work_on_it_too(tree: Path) -> None:
    """The parent draws nothing, and says "the copy" once."""
    process = run(sys.executable, str(tree / "scripts" / "build_figures.py"), "--only", "gbn_2", "--jobs", "1")
    assert process.returncode == 0, process.stderr
    assert process.stdout.count("the copy") == 2


def test_a_library_that_make_does_not_bring_is_named_in_a_line(tree: Path) -> None:
    absent = tree / "fontTools"
    absent.mkdir()
    (absent / "__init__.py").write_text("raise ModuleNotFoundError('no fontTools', name='fontTools')")
    process = run(sys.executable, str(tree / "scripts" / "subset_fonts.py"))
    shutil.rmtree(absent)
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "requirements-fonts.txt" in process.stderr


ENDINGS = """
import sys
sys.path.insert(0, {scripts!r})
from _environment import run

def main():
    {statement}

if __name__ == "__main__":
    run(main)
"""


Ends = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def end(tmp_path: Path) -> Ends:
    def ended(statement: str, **options: Any) -> subprocess.CompletedProcess[str]:
        program = tmp_path / "program.py"
        program.write_text(ENDINGS.format(scripts=str(ROOT / "scripts"), statement=statement))
        return subprocess.run([sys.executable, str(program)], stderr=subprocess.PIPE, text=True, **options)

    return ended


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_stop_a_script_in_a_line(end: Ends, name: str) -> None:
    process = end(f"import signal; signal.raise_signal(signal.{name})")
    assert process.returncode == 130
    assert process.stderr.strip().count("\n") == 0
    assert "run the same command" in process.stderr


def test_nohup_keeps_a_script_at_work(end: Ends) -> None:
    process = end(
        "import signal; signal.raise_signal(signal.SIGHUP)",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    assert process.returncode == 0


def test_a_reader_that_has_gone_costs_no_traceback(end: Ends) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = end("print('word ' * 100)", stdout=writing)
    os.close(writing)
    assert process.returncode == 1
    assert process.stderr == ""


def test_a_full_disk_is_told_in_a_line(end: Ends) -> None:
    with Path("/dev/full").open("w") as full:
        process = end("print('word')", stdout=full)
    assert process.returncode == 1
    assert process.stderr.count("\n") == 1
    assert "disk is full" in process.stderr


def test_a_closed_output_is_no_fault(end: Ends) -> None:
    assert end("print('word')", preexec_fn=lambda: os.close(1)).returncode == 0


def test_a_fault_of_the_code_keeps_its_traceback(end: Ends) -> None:
    assert "Traceback" in end("1 / 0").stderr
