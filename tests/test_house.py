"""The rules of the house: imports run one way, no torch where none is needed, and functions that ask for little."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from figures_src.catalogue import FIGURES
from figures_src.imports import closure, imported

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "figures_src"
EXPERIMENTS = sorted(path.parent for path in (PACKAGE / "experiments").glob("*/__init__.py"))

# A room may import from those on its line or before; files.py and its like stand before all rooms.
ORDER = (
    {"batchnorm", "commands", "files", "french", "imports", "processes", "ruby", "settings", "templating"},
    {"datasets"},
    {"networks"},
    {"runs"},
    {"training"},
    {"experiments"},
    {"records", "published"},
    {"style", "svg"},
    {"figures"},
    {"card", "palette"},
    {"catalogue"},
    {"article"},
    {"publish"},
    {"notebook", "workbook"},
    {"build"},
    {"jekyll", "paper"},
    {"archive"},
)
MOST_PARAMETERS = 6
TORCH_FREE = (
    "figures",
    "card.py",
    "palette.py",
    "article",
    "catalogue.py",
    "publish.py",
    "style.py",
    "records",
    "published",
    "notebook",
    "build.py",
    "archive",
)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def rank(name: str) -> int:
    return next(line for line, rooms in enumerate(ORDER) if name in rooms)


def imports(path: Path) -> list[str]:
    """Names of the modules that a file imports, wherever in the file."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    assert all(node.level == 0 for node in froms), f"{path}: imports are absolute"
    return plain + [
        f"{node.module}.{alias.name}" if node.module == "figures_src" else str(node.module)
        for node in froms
        for alias in node.names
    ]


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.name != "__init__.py")


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for module in imports(path):
        if module.startswith("figures_src."):
            assert rank(room(module)) <= rank(own), f"{own} imports {module}, which comes after it"


@pytest.mark.parametrize("name", TORCH_FREE)
def test_no_torch_is_named_where_none_is_needed(name: str) -> None:
    place = PACKAGE / name
    paths = [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))
    assert paths
    for path in paths:
        assert not any(module.split(".")[0] == "torch" for module in imports(path)), path


@pytest.mark.parametrize("folder", EXPERIMENTS, ids=lambda folder: str(folder.name))
def test_an_experiment_keeps_torch_to_its_training(folder: Path) -> None:
    """Only ``training.py``, and what it alone imports, may: keys, figures and sentences are made without."""
    alone = closure([folder / "training.py"]) if (folder / "training.py").is_file() else set()
    others = closure(path for path in PACKAGE.rglob("*.py") if path.name != "training.py" and path not in alone)
    for path in folder.glob("*.py"):
        assert path in alone - others or not any(name.split(".")[0] == "torch" for name in imports(path)), path


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_made_of_few_modules_and_none_that_trains(name: str) -> None:
    """What it is made of is what redraws it when it changes."""
    found = {path.relative_to(PACKAGE) for path in closure([PACKAGE / "figures" / f"{name}.py"])}
    assert len(found) <= 20
    assert {path.parts[0] for path in found}.isdisjoint({"training", "datasets"})


def test_a_figure_of_two_widths_says_in_records_where_things_are() -> None:
    """Numbers chosen in the middle of calls are found by nobody who wants to move a panel."""
    two = [path for path in (PACKAGE / "figures").glob("*.py") if "layout.stacked" in path.read_text()]
    assert len(two) > 20
    for path in two:
        assigned = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)]
        names = {name.id for node in assigned for name in ast.walk(node) if isinstance(name, ast.Name)}
        assert names >= {"WIDE", "NARROW"}, path


def numbers_by_width(tree: ast.AST) -> list[str]:
    """Conditional expressions on the width that choose between numbers."""
    chosen = [node for node in ast.walk(tree) if isinstance(node, ast.IfExp) and "stacked" in ast.unparse(node.test)]
    return [
        ast.unparse(node)
        for node in chosen
        for branch in (node.body, node.orelse)
        if isinstance(branch, ast.Constant) and isinstance(branch.value, int | float)
    ]


def test_no_call_of_a_figure_chooses_a_number_by_its_width() -> None:
    found = {path.name: numbers_by_width(ast.parse(path.read_text())) for path in (PACKAGE / "figures").glob("*.py")}
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert numbers_by_width(ast.parse("shift = 26 if board.layout.stacked else 0"))


def test_the_article_is_made_of_nothing_that_trains() -> None:
    found = {path.relative_to(PACKAGE).parts[0] for path in closure([PACKAGE / "publish.py"])}
    assert found.isdisjoint({"training", "datasets"})


@pytest.mark.parametrize("name", ["figures", "article", "published", "style.py", "card.py", "publish.py"])
def test_what_draws_and_writes_imports_the_package_at_its_top(name: str) -> None:
    """What a function imports escapes the digests that say whether a figure is fresh."""
    place = PACKAGE / name
    for path in [place] if place.suffix == ".py" else place.rglob("*.py"):
        own = {module for module in imports(path) if module.startswith("figures_src.")}
        assert own <= imported(path.read_bytes()), path


@pytest.mark.parametrize(
    "module", ["build", "publish", "catalogue", "experiments.registry", "records.produce", "style", "notebook.build"]
)
def test_importing_the_upper_rooms_does_not_bring_torch(module: str) -> None:
    program = f"import sys, figures_src.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    """All but the object or the class itself."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return [argument for argument in named if argument.arg not in ("self", "cls")]


@pytest.mark.parametrize("folder", ["figures_src", "scripts", "tests"])
def test_no_function_has_more_than_six_parameters(folder: str) -> None:
    """What goes together is a small frozen dataclass; its own ``__init__``, which nobody writes, may be longer."""
    functions = [
        (path, node)
        for path in sorted((TESTS.parent / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    assert functions
    found = [
        f"{path.relative_to(TESTS.parent)}:{function.lineno}: {len(parameters(function))}"
        for path, function in functions
        if len(parameters(function)) > MOST_PARAMETERS
    ]
    assert found == []


def untyped(function: ast.FunctionDef) -> bool:
    bare = any(argument.annotation is None for argument in parameters(function))
    return bare or (function.returns is None and function.name != "__init__")


def test_what_tests_share_is_typed() -> None:
    """mypy sees it of what they call, but fixtures and hooks are called by pytest."""
    found = [
        f"{path.relative_to(TESTS)}: {node.name}"
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("test_") and untyped(node)
    ]
    assert found == []


def test_the_order_names_every_room() -> None:
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in sources()}
    assert rooms == set().union(*ORDER)
