"""Templates of the article and of the notebook, with signs of their own; belongs to no room.

Braces are left to TeX and to Jekyll's Liquid: neither ever meets Jinja.
"""

import traceback
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def environment(*folders: Path, kind: type[Environment] = Environment) -> Environment:
    """Templates of these folders; naming what does not exist is an error."""
    return kind(
        extensions=["jinja2.ext.do"],
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # what it writes is this repository’s own Markdown
    )


def place_of(error: Exception, root: Path = Path(__file__).parents[1]) -> str:
    """File and line of the template, or of the package where no template was at work, that an error came from."""
    every = traceback.extract_tb(error.__traceback__)
    templates = [frame for frame in every if frame.filename.endswith(".j2")]
    frames = templates or [frame for frame in every if root in Path(frame.filename).parents]
    return ", ".join(f"{_within(Path(frame.filename), root)}, line {frame.lineno}" for frame in frames[-1:])


def _within(path: Path, root: Path) -> Path:
    return path.relative_to(root) if root in path.parents else path
