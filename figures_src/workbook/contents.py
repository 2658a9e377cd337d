"""The file that readers run, made of a template, of the project's code and of what the record of graph 2 holds.

The template is Markdown: its blocks of code become cells of code, what is between them cells of text. Code is cut from
the files that the project runs, as text: making the notebook imports no torch.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from figures_src import french, templating
from figures_src.article.listing import WORKBOOK, extracts
from figures_src.article.typography import typeset
from figures_src.datasets.mnist import MNIST
from figures_src.datasets.sources import Mirror
from figures_src.experiments.intervals import interval
from figures_src.experiments.mnist.measures import MATCHED
from figures_src.figures.common import ARM_LABELS, ARMS, arm_colours
from figures_src.records.record import Record
from figures_src.style import LIGHT

PACKAGE = Path(__file__).parents[1]
TEMPLATE = "contents.md.j2"
RECORD = "mnist_curves"
FILE = WORKBOOK.removeprefix("/")
"""Its path in the repository."""
FENCE = re.compile(r"^```python(?P<metadata>[^\n]*)\n(?P<code>.*?)^```\n", re.DOTALL | re.MULTILINE)
CHECKER = re.compile(r" +# type: ignore\[[\w-]+\]$", re.MULTILINE)
"""What mypy alone reads."""
EARLY, EVERY = 2000, 1000
"""Every recorded step until there, then one in so many: enough for a band, and short enough for a cell."""


@dataclass(frozen=True)
class Cell:
    """A piece of text or of code."""

    kind: str
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def files(records: Mapping[str, Record]) -> dict[str, bytes]:
    """The notebook, by its path in the repository."""
    return {FILE: notebook(cells(text(records[RECORD])))}


def text(record: Record) -> str:
    """The template, filled in."""
    jinja = templating.environment(Path(__file__).parent)
    mirrors = [supply.source.base_url for supply in MNIST.remote if isinstance(supply.source, Mirror)]
    return jinja.get_template(TEMPLATE).render(
        code=code,
        run=record.sidecar["common"],
        rate=record.config["learning_rates"][MATCHED],
        sidecar=record.sidecar,
        mirrors=mirrors,
        parts=MNIST.parts,
        recorded=recorded(record),
        looks=dict(zip(ARMS, zip(ARM_LABELS, arm_colours(LIGHT), strict=True), strict=True)),
        date=french.date,
        number=french.shortest,
        words=french.words,
    )


def code(module: str, *names: str) -> str:
    """Definitions of a module of the package, named by its path, as the project runs them.

    Raises:
        KeyError: there is no such definition; the message names the nearest one.
    """
    found = extracts((PACKAGE / module).read_text(encoding="utf-8"), names)
    return CHECKER.sub("", "\n\n\n".join(found))


def recorded(record: Record) -> str:
    """Error and loss of the recorded seeds as a table: least, most, and the 95 % interval of the mean."""
    arrays = record.arrays
    rows = [row for row, step in enumerate(arrays["step"].tolist()) if step <= EARLY or step % EVERY == 0]
    lines = [",".join(["arm", "step", *(f"{what}_{part}" for what in ("error", "loss") for part in _PARTS)])]
    for arm, name in enumerate(ARMS):
        error = _spread(1 - arrays["test_accuracy"][MATCHED, arm])
        loss = _spread(arrays["test_loss"][MATCHED, arm])
        for row in rows:
            numbers = [f"{values[row]:.4f}" for values in (*error, *loss)]
            lines.append(",".join([name, str(arrays["step"][row]), *numbers]))
    return "\n".join(lines)


_PARTS = ("least", "most", "low", "high")


def _spread(values: np.ndarray) -> tuple[np.ndarray, ...]:
    """Over the seeds, by `_PARTS`."""
    mean = interval(values)
    return values.min(0), values.max(0), mean.low, mean.high


def cells(page: str) -> Iterator[Cell]:
    """Cut a page in Markdown at its blocks of code; what follows ``python`` on the fence is the cell's metadata."""
    at = 0
    for fence in FENCE.finditer(page):
        if before := page[at : fence.start()].strip():
            yield Cell("markdown", typeset(before))
        yield Cell("code", fence["code"].strip("\n"), json.loads(fence["metadata"] or "{}"))
        at = fence.end()
    if rest := page[at:].strip():
        yield Cell("markdown", typeset(rest))


def notebook(parts: Iterator[Cell]) -> bytes:
    """The file in Jupyter's format 4.5; the same cells give the same bytes."""
    told = {
        "cells": [_cell(f"cell-{number:02}", cell) for number, cell in enumerate(parts, 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def _cell(name: str, cell: Cell) -> dict[str, Any]:
    told = {"cell_type": cell.kind, "id": name, "metadata": dict(cell.metadata)}
    told["source"] = cell.source.splitlines(keepends=True)
    return told | ({"execution_count": None, "outputs": []} if cell.kind == "code" else {})
