"""Definitions as the article shows them: cut from the files that run, never copied.

The files are read as text, so that writing the article does not import torch.
"""

import ast
import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from figures_src.commands import closest

_PACKAGE = Path(__file__).parents[1]
SOURCES = {
    "batchnorm": _PACKAGE / "batchnorm.py",
    "growing_bias": _PACKAGE / "experiments" / "parts" / "growing_bias.py",
}
"""Files that the article shows parts of, by name."""
EXAMPLES = Path(__file__).parent / "examples"
CODE = "/assets/code"
"""Where the page serves copies of files of the package; the layout puts the site's base path before it."""
WORKBOOK = "/assets/jupyter/normalisation-par-lots.ipynb"
"""Where it serves the notebook that readers run, which `figures_src.workbook` makes."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Named = Definition | ast.Assign


def listing(*names: str, source: str = "batchnorm", docstrings: bool = True) -> str:
    """Return a Markdown block of code with the definitions named, in the order asked, as the source has them.

    Args:
        names: functions, classes, or methods written `Class.method`.
        source: which of `SOURCES`.
        docstrings: whether to show them, too.

    Raises:
        KeyError: there is no such source, or no such definition in it; the message names the nearest one.
    """
    path = SOURCES[closest(source, SOURCES, "source")]
    return _code("\n\n".join(extracts(path.read_text(encoding="utf-8"), names, docstrings=docstrings)))


def example(name: str) -> str:
    """Return a Markdown block of code with one of the programs of ``examples/``, which the tests run.

    Raises:
        KeyError: there is no such program; the message names the nearest one.
    """
    programs = {path.stem: path for path in EXAMPLES.glob("*.txt")}
    return _code(programs[closest(name, programs, "example")].read_text(encoding="utf-8").strip())


def source_link(text: str, module: str = SOURCES["batchnorm"].name) -> str:
    """A link to the whole file of a module, named by its path in the package."""
    return f'<a href="{CODE}/{module}">{escape(text, quote=False)}</a>'


def workbook_link(text: str) -> str:
    """A link to the notebook that readers run, which a browser keeps: it would show what the file holds as text."""
    return f'<a href="{WORKBOOK}" download>{escape(text, quote=False)}</a>'


def _code(code: str) -> str:
    """A block of code; kramdown hands the attribute to it: names and comments are English in a French page."""
    return f'```python\n{code}\n```\n{{: lang="en"}}'


def extracts(source: str, names: Sequence[str], *, docstrings: bool = True) -> list[str]:
    """Return the text of each definition or constant named, flush left, with its decorators and comments.

    Raises:
        KeyError: `source` has no such definition; the message names the nearest one.
        SyntaxError: `source` is not Python.
    """
    found = dict(_definitions(ast.parse(source)))
    lines = source.splitlines()
    return [_text(found[closest(name, found, "definition")], lines, docstrings) for name in names]


def _definitions(parent: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, Named]]:
    for node in parent.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield prefix + node.targets[0].id, node
        if isinstance(node, Definition):
            yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node, f"{prefix}{node.name}.")


def _text(definition: Named, lines: Sequence[str], docstrings: bool) -> str:
    decorators = [] if isinstance(definition, ast.Assign) else definition.decorator_list
    first = min([definition.lineno, *(decorator.lineno for decorator in decorators)])
    dropped = set() if docstrings else {line for node in ast.walk(definition) for line in _docstring(node, lines)}
    kept = [lines[line - 1] for line in range(first, (definition.end_lineno or first) + 1) if line not in dropped]
    return textwrap.dedent("\n".join(kept))


def _docstring(node: ast.AST, lines: Sequence[str]) -> range:
    """Lines of the docstring and of the blank one after it; none where nothing else is in the body."""
    if not isinstance(node, Definition) or ast.get_docstring(node) is None or len(node.body) == 1:
        return range(0)
    end = node.body[0].end_lineno or node.body[0].lineno
    return range(node.body[0].lineno, end + 1 + (not lines[end].strip()))
