"""Every command of the notebook is run, or, where it would take hours, read by the program it calls."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from figures_src.experiments.registry import EXPERIMENTS
from figures_src.notebook import build, commands

ROOT = Path(__file__).parents[2]
QUICKLY_RUN = ("list", "check", "why")


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def words(line: str) -> list[str]:
    """What a shell would hand to the program, which must be the one of this environment."""
    program, *rest = line.split()
    assert program == commands.PYTHON
    return rest


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the main command reads and writes."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("figures_src", "scripts", "assets", "_posts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.mark.parametrize("name", QUICKLY_RUN)
@pytest.mark.slow
def test_commands_that_write_nothing_are_run(tree, name):
    arguments = [str(tree / word) if word.endswith(".py") else word for word in words(commands.COMMANDS[name].line)]
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"}
    process = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    assert ("mnist_curves" if name == "list" else "everything is up to date") in process.stdout


@pytest.mark.parametrize("name", [name for name, known in commands.COMMANDS.items() if commands.BUILD in known.line])
def test_commands_that_take_longer_are_read_by_the_program(tmp_path, monkeypatch, name):
    """The program's own parser and checks, with nothing behind them."""
    line = commands.COMMANDS[name].line.format(" ".join(EXPERIMENTS)).replace("DOSSIER", str(tmp_path))
    main = script("build_figures")
    asked = []
    for action in ("make", "list_all"):
        monkeypatch.setattr(main, action, lambda *options: asked.append(options))
    monkeypatch.setattr(main, "report", lambda *options, **_: asked.append(options))
    monkeypatch.setattr(sys, "argv", words(line))
    assert main.main() == 0
    assert len(asked) == 1
    if name == "retrain":
        assert asked[0][0].retrain == list(EXPERIMENTS)
    if name == "quick":
        assert asked[0][0].preset == "quick"
    if name == "data":
        assert asked[0][0].data == tmp_path


@pytest.mark.parametrize(
    "target", [known.line.split()[1] for known in commands.COMMANDS.values() if known.line[:5] == "make "]
)
def test_make_knows_its_targets(target):
    process = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr


def test_the_notebook_command_is_read_by_its_program():
    module = script("build_notebook")
    assert words(commands.COMMANDS["notebook"].line) == ["scripts/build_notebook.py"]
    app = typer.Typer()
    app.command()(module.main)
    options = {parameter.name: parameter.default for parameter in typer.main.get_command(app).params}
    assert options["destination"] == build.ROOT / "_site" / "carnet"


@pytest.mark.slow
def test_the_cheapest_experiment_is_rerun_as_its_page_says(tree):
    """Quick, in the copy: what --retrain would do for hours, in seconds."""
    program = (
        "import sys; sys.argv[1:] = []\n"
        "from pathlib import Path\n"
        "from figures_src.experiments.registry import EXPERIMENTS\n"
        "from figures_src.records import produce, store\n"
        "from figures_src.training.machine import Machine\n"
        "if __name__ == '__main__':\n"
        f"    machine = Machine(Path({str(tree / 'checkpoints')!r}))\n"
        "    from dataclasses import replace\n"
        "    toy = replace(EXPERIMENTS['dln'], quick=replace(EXPERIMENTS['dln'].quick, steps=20))\n"
        "    record = produce.produce(toy, 'quick', machine)\n"
        "    print(record.arrays['train_loss'].shape, store.is_fresh(toy, 'quick'))\n"
    )
    path = tree / "rerun.py"
    path.write_text(program, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    process = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, env=environment, check=False)
    assert process.returncode == 0, process.stderr
    runs = len(EXPERIMENTS["dln"].quick.runs())
    assert f"({runs}, 3) True" in process.stdout
