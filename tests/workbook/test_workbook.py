"""The notebook that readers run: alone, of the project's own code, in French, and with the numbers of the record."""

import gzip
import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import nbformat
import numpy as np
import pytest

from figures_src.article import language
from figures_src.datasets import load_mnist
from figures_src.datasets.locations import cache_folder
from figures_src.datasets.mnist import MNIST
from figures_src.experiments.mnist.measures import MATCHED
from figures_src.experiments.mnist.runs import MnistCurves
from figures_src.figures.common import ARMS
from figures_src.files import sha256
from figures_src.records import store
from figures_src.training.randomness import batch_rows
from figures_src.workbook import alone, contents
from tests.workbook.samples import PATH, ROOT, code_cells, committed, executed, imported, text_of

NEEDED = {"matplotlib", "numpy", "torch"}


def test_it_is_a_notebook_of_that_format() -> None:
    nbformat.validate(committed())


def test_it_needs_three_libraries_and_nothing_of_the_project() -> None:
    packages = imported(code_cells(committed()))
    assert packages - sys.stdlib_module_names == NEEDED


def test_no_name_is_missing_and_no_import_is_idle() -> None:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F", str(PATH)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_its_definitions_are_those_of_the_project() -> None:
    """Written once: each is a piece of a file of the package, but for what mypy alone reads there."""
    sources = [contents.CHECKER.sub("", path.read_text("utf-8")) for path in (ROOT / "figures_src").rglob("*.py")]
    blocks = [
        block
        for cell in code_cells(committed())
        for block in cell.split("\n\n\n")
        if block.startswith(("def ", "class ", "@"))
    ]
    assert len(blocks) > 20
    assert [block for block in blocks if not any(block in source for source in sources)] == []


def test_its_text_is_french_without_a_fault() -> None:
    page = language.read(language.to_html(text_of(committed())))
    assert language.spelling(page, language.known_words()) == []
    assert language.typography(block.text for block in page.blocks) == []
    assert language.leftovers(page) == []


def test_the_band_is_that_of_the_graph() -> None:
    record = store.load(contents.RECORD)
    band = alone.read_recorded(contents.recorded(record))
    steps = record.arrays["step"].tolist()
    for number, arm in enumerate(ARMS):
        rows = band[band["arm"] == arm]
        assert rows["step"][-1] == steps[-1]
        error = 1 - record.arrays["test_accuracy"][MATCHED, number][:, [steps.index(step) for step in rows["step"]]]
        np.testing.assert_allclose(rows["error_least"], error.min(0), atol=1e-4)
        np.testing.assert_allclose(rows["error_most"], error.max(0), atol=1e-4)
        np.testing.assert_allclose((rows["error_low"] + rows["error_high"]) / 2, error.mean(0), atol=1e-4)


def test_a_page_is_cut_at_its_code_and_keeps_what_cells_say_of_themselves() -> None:
    page = 'Un texte: *court*.\n\n```python {"tags": ["a"]}\nx = "a : b"\n```\n\n```python\ny = 2\n```\nFin !\n'
    told = list(contents.cells(page))
    assert [(cell.kind, dict(cell.metadata)) for cell in told] == [
        ("markdown", {}),
        ("code", {"tags": ["a"]}),
        ("code", {}),
        ("markdown", {}),
    ]
    assert [cell.source for cell in told] == ["Un texte\u00a0: *court*.", 'x = "a : b"', "y = 2", "Fin\u202f!"]


def test_batches_are_those_of_the_recorded_run() -> None:
    run = MnistCurves(seeds=(3,)).runs()[0]
    ours = itertools.islice(alone.batches(130, run.batch_size, 3), 5)
    for rows, recorded in zip(ours, batch_rows(run, 130, 0), strict=False):
        assert rows.tolist() == recorded.tolist()


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """An address that gives the files of a folder."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    thread = Thread(target=http.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_address[1]}/"
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def test_images_are_taken_intact_or_not_at_all(tmp_path: Path) -> None:
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6])
    mirror, kept = tmp_path / "mirror", tmp_path / "kept"
    for name, served in (("good", content), ("altered", content[:-1] + b"\0")):
        (mirror / name).mkdir(parents=True)
        (mirror / name / "digits.gz").write_bytes(gzip.compress(served))
    (mirror / "cut").mkdir()
    (mirror / "cut" / "digits.gz").write_bytes(gzip.compress(content)[:-6])
    with server(mirror) as url:
        bad = [f"{url}{name}/" for name in ("absent", "altered", "cut")]
        fetch = partial(alone.fetch, "digits", sha256(content), kept)
        with pytest.raises(OSError, match="placez ce fichier dans le dossier") as refusal:
            fetch(bad)
        assert all(name in str(refusal.value) for name in bad)
        assert not kept.exists()
        assert fetch([*bad, f"{url}good/"]) == content
    assert fetch([]) == content
    (kept / "digits").write_bytes(b"altered since")
    with pytest.raises(OSError, match="digits"):
        fetch([])
    assert alone.decode(content).tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.slow
def test_it_runs_and_gives_the_recorded_curves_of_a_recorded_seed(tmp_path: Path) -> None:
    """Its own network, autograd and layer against what the project's ensembles recorded."""
    load_mnist()  # into the folder that it is told to read
    settings = {"STEPS": 400, "SEED": 0, "FOLDER": str(cache_folder() / MNIST.name)}
    asked = "{arm: [curve.step.tolist(), curve.accuracy.tolist()] for arm, curve in curves.items()}"
    notebook, told = executed(settings, asked, tmp_path)
    arrays = store.load(contents.RECORD).arrays
    for number, arm in enumerate(ARMS):
        steps, accuracy = told[arm]
        assert steps == arrays["step"][: len(steps)].tolist()
        assert len(steps) == 3
        np.testing.assert_allclose(accuracy, arrays["test_accuracy"][MATCHED, number, 0, : len(steps)], atol=2e-3)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    assert list(tmp_path.iterdir()) == []
