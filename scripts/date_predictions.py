"""Find in the history when each prediction was written, and keep it in figures_src/notebook/written.json.

To run after a record is committed, where the whole history is at hand. The work is done in
figures_src/notebook/written.py.
"""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import run  # starts the project's Python, before what another lacks

# isort: split
import typer

from figures_src.experiments.registry import EXPERIMENTS
from figures_src.files import write_whole
from figures_src.notebook import written
from figures_src.records import store


def main() -> None:
    """Date the predictions of every record."""
    names = [name for name in EXPERIMENTS if store.load_sidecar(name) is not None]
    try:
        rows = {name: written.found(store.load(name)) for name in names}
    except (written.NoHistory, ValueError) as error:
        sys.exit(f"date_predictions.py: {error}")
    write_whole(written.TABLE, written.to_json(rows).encode())
    print(f"{sum(map(len, rows.values()))} predictions, in {written.TABLE}")


if __name__ == "__main__":
    run(lambda: typer.run(main))
