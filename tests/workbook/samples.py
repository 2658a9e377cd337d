"""The readers' notebook as committed, and how it is run."""

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from figures_src.workbook import contents

ROOT = Path(__file__).parents[2]
PATH = ROOT / contents.FILE
PARAMETERS = "parameters"
"""The tag of the cell of settings; what runs the notebook with others writes them in a cell after it."""


def committed() -> Any:
    return nbformat.read(PATH, as_version=4)  # type: ignore[no-untyped-call]


def code_cells(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def text_of(notebook: Any) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def imported(cells: list[str]) -> set[str]:
    """Packages that the cells import."""
    nodes = [node for cell in cells for node in ast.walk(ast.parse(cell))]
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in plain + froms}


def executed(settings: dict[str, Any], asked: str, folder: Path) -> tuple[Any, Any]:
    """Run the notebook in a folder with some settings of its own; it, and the value asked of it at the end, by JSON."""
    notebook = committed()
    at = next(row for row, cell in enumerate(notebook.cells) if PARAMETERS in cell.metadata.get("tags", ()))
    own = "\n".join(f"{name} = {value!r}" for name, value in settings.items())
    new = nbformat.v4.new_code_cell
    notebook.cells.insert(at + 1, new(own))  # type: ignore[no-untyped-call]
    notebook.cells.append(new(f"import json\nprint(json.dumps({asked}))"))  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute()
    return notebook, json.loads(notebook.cells[-1].outputs[0].text)
