"""The commands that errors, the article and the notebook tell to type; belongs to no room.

Debian has no plain ``python`` and lets ``pip`` install nothing outside an environment: both are named in theirs.
"""

PYTHON = ".venv/bin/python"
BUILD = f"{PYTHON} scripts/build_figures.py"
