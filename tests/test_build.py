"""The main command, on a copy of the tree where it writes."""

import errno
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from figures_src import build, imports, palette
from figures_src.catalogue import FIGURES, article_records
from figures_src.files import write_whole
from figures_src.imports import closure, imported
from figures_src.publish import Written
from figures_src.workbook import contents

ROOT = Path(__file__).parents[1]
PRODUCTS = ("assets/figures", "assets/jupyter", "assets/plays", "_posts", "_sass", "docs")


def shown(paths: Iterable[Path]) -> set[str]:
    return {path.relative_to(build.PACKAGE).as_posix() for path in paths}


def test_what_a_module_is_made_of_is_found_through_all_it_imports() -> None:
    figure = shown(closure([build.PACKAGE / "figures" / "gbn_8.py"]))
    assert {
        "figures/gbn_8.py",
        "experiments/vgg_controls/measures.py",
        "experiments/vgg/measures.py",
        "style.py",
    } <= figure
    assert not figure & {"experiments/registry.py", "experiments/vgg/training.py", "figures/gbn_7.py", "publish.py"}
    article = shown(closure([build.PACKAGE / "publish.py"]))
    assert {"figures/grid_cells.py", "figures/signals.py", "experiments/vgg/landscape.py", "article/play.py"} <= article


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", None])
def test_what_was_parsed_is_remembered_and_a_damaged_memory_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    monkeypatch.setattr(imports, "MEMORY", tmp_path / "imports.json")
    source = (build.PACKAGE / "imports.py").read_bytes()
    for content in (None, damage):
        if content is not None:
            imports.MEMORY.write_bytes(content)
        for cached in (imports._memory, imported):
            cached.cache_clear()
        assert "figures_src.files" in imported(source)
        imports.remember()
    assert json.loads(imports.MEMORY.read_bytes()).keys() == {imports._digest(source)}


def test_what_another_version_of_the_reader_remembered_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = b"import json"
    before = imports._digest(source)
    monkeypatch.setattr(imports, "_own", lambda: b"another")
    assert imports._digest(source) != before


def test_every_way_to_import_a_module_is_followed(tmp_path: Path) -> None:
    package = tmp_path / "house"
    (package / "room").mkdir(parents=True)
    sources = {
        "a.py": "import house.b\nfrom house import c\nfrom house.room import name\nimport os, sys\n",
        "b.py": "from house.room.d import thing\nif True:\n    import house.e\n",
        "c.py": "def late():\n    import house.f\n",
        **dict.fromkeys(["__init__.py", "e.py", "f.py", "g.py", "room/__init__.py", "room/d.py"], "import house.a\n"),
    }
    for name, text in sources.items():
        (package / name).write_text(text)
    found = {path.relative_to(package).as_posix() for path in closure([package / "a.py"], package)}
    assert found == {"a.py", "b.py", "c.py", "e.py", "__init__.py", "room/__init__.py", "room/d.py"}


def test_every_module_that_draws_or_writes_is_digested(monkeypatch: pytest.MonkeyPatch) -> None:
    digested: set[Path] = set()

    def note(paths: Iterable[Path], root: Path) -> str:
        digested.update(paths)
        return "digest"

    monkeypatch.setattr(build, "sha256_of_files", note)
    for figure in FIGURES.values():
        digested.clear()
        build.figure_inputs(build.FULL, figure)
        assert closure([build.PACKAGE / "figures" / f"{figure.id}.py", build.PACKAGE / "style.py"]) <= digested
    digested.clear()
    build.post_inputs(build.FULL)
    assert closure([build.PACKAGE / "publish.py"]) <= digested
    texts = {build.PACKAGE / name for name in ("catalogue.toml", "batchnorm.py", "article/references.bib")}
    assert texts | set((build.PACKAGE / "article").rglob("*.j2")) <= digested


@pytest.mark.parametrize(
    ("roots", "libraries"),
    [
        (["card.py", *(f"figures/{name}.py" for name in FIGURES)], build.DRAWING_LIBRARIES),
        (["publish.py"], build.ARTICLE_LIBRARIES),
    ],
)
def test_the_versions_of_all_libraries_that_draw_or_write_are_digested(
    roots: list[str], libraries: tuple[str, ...]
) -> None:
    modules = closure(build.PACKAGE / name for name in roots)
    named = {name.partition(".")[0] for path in modules for name in imported(path.read_bytes())}
    distributions = {"PIL": "pillow"}
    outside = {distributions.get(name, name) for name in named - sys.stdlib_module_names}
    # Progress bars of downloads put nothing into a figure.
    assert outside - {"figures_src", "rich"} <= set(libraries)


def test_a_template_edited_while_the_post_is_written_leaves_it_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = build.Place("full", tmp_path / "figures", tmp_path / "post.md", tmp_path / "plays")
    monkeypatch.setattr(build, "load_records", lambda names, preset: {})
    monkeypatch.setattr("figures_src.publish.render", lambda records, figures: Written("text", {"batch": "inside"}))
    monkeypatch.setattr(build, "post_inputs", lambda place: {"article": "before"})
    state = build.examine(place, [])[-1]
    monkeypatch.setattr(build, "post_inputs", lambda place: {"article": "after"})
    build.make_post(place, state)
    assert build.examine(place, [])[-1].reasons == ("article changed",)
    (tmp_path / "plays" / "batch.txt").write_text("another")
    assert build.examine(place, [])[-1].reasons == ("article changed", "plays/batch.txt was edited by hand")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the command reads and writes, brought up to date by itself."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("figures_src", "scripts", "assets", "_posts", "_sass", "docs"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, copy / name)
    return copy


def run(
    tree: Path, *arguments: str, without_torch: bool = True, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command in the copy; a module that refuses to be imported stands where torch would be."""
    trap = tree / "torch.py"
    if without_torch:
        trap.write_text("raise AssertionError('torch was imported')")
    command = [sys.executable, str(tree / "scripts" / "build_figures.py"), *arguments]
    environment = {**os.environ, "COLUMNS": "200", **variables}
    process = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    trap.unlink(missing_ok=True)
    return process


def products(tree: Path) -> dict[str, bytes]:
    paths = [path for name in PRODUCTS for path in sorted((tree / name).rglob("*")) if path.is_file()]
    return {str(path.relative_to(tree)): path.read_bytes() for path in paths}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--only", "gbn_22"], "did you mean 'gbn_2'"),
        (["--only", "gbn_3", "gbn4"], "did you mean 'gbn_4'"),
        (["--retrain", "mnist_curve"], "did you mean 'mnist_curves'"),
        (["--only", "GBN_1"], "did you mean 'gbn_1'"),
        (["--retrain", "Mnist_Curves"], "did you mean 'mnist_curves'"),
        (["--device", "cudda"], "did you mean 'cuda'"),
        (["--onyl", "gbn_2"], "--only"),
        (["--jobs", "0"], "greater than or equal to 1"),
        (["--data", "/nowhere/at/all"], "no such folder"),
    ],
)
def test_misspelt_words_cost_one_line(tree: Path, arguments: list[str], told: str) -> None:
    process = run(tree, *arguments)
    assert process.returncode == 2
    assert told in process.stderr
    assert process.stderr.count("\n") == 1
    assert process.stdout == ""


def test_the_committed_tree_is_what_its_sources_give(tree: Path) -> None:
    process = run(tree, "--check")
    assert process.stdout.strip() == "everything is up to date"
    assert process.returncode == 0


def test_nothing_to_do_changes_nothing_and_needs_no_torch(tree: Path) -> None:
    before = products(tree)
    process = run(tree)
    assert process.returncode == 0, process.stderr
    assert "up to date" in process.stdout
    assert products(tree) == before


def test_list_names_every_figure_and_experiment(tree: Path) -> None:
    listed = run(tree, "--list").stdout
    assert all(name in listed for name in [*FIGURES, "mnist_curves", "mnist_grid"])


@pytest.mark.whole
def test_redrawing_everything_gives_the_committed_bytes(tree: Path) -> None:
    """Also on a machine that never made them: the committed figures are those of this code and these records."""
    before = products(tree)
    for path in (tree / "assets" / "figures").iterdir():
        path.unlink()
    for path in (tree / "assets" / "plays").iterdir():
        path.unlink()
    for name in (build.FULL.post.relative_to(ROOT), *map(Path, [*palette.files(), contents.FILE])):
        (tree / name).unlink()
    process = run(tree)
    assert process.returncode == 0, process.stderr
    assert products(tree) == before


def test_an_edited_figure_is_found_and_mended(tree: Path) -> None:
    before = products(tree)
    svg = tree / "assets" / "figures" / "gbn_3-dark.svg"
    svg.write_bytes(svg.read_bytes() + b" ")
    process = run(tree, "--check")
    assert process.returncode == 1
    assert "gbn_3: gbn_3-dark.svg was edited by hand" in process.stdout
    assert "gbn_3-dark.svg was edited" in run(tree, "--why", "--only", "gbn_3").stdout
    assert svg.read_bytes() == before["assets/figures/gbn_3-dark.svg"] + b" "
    assert run(tree).returncode == 0
    assert products(tree) == before


def test_a_stranger_among_the_figures_is_reported(tree: Path) -> None:
    stranger = tree / "assets" / "figures" / "gbn_99-light.svg"
    stranger.touch()
    process = run(tree, "--check")
    stranger.unlink()
    assert process.returncode == 1
    assert "gbn_99-light.svg" in process.stdout


def test_only_redraws_only_what_it_names(tree: Path) -> None:
    for name in ("gbn_3.csv", "gbn_4.csv"):
        (tree / "assets" / "figures" / name).unlink()
    assert run(tree, "--only", "gbn_3").returncode == 0
    assert (tree / "assets" / "figures" / "gbn_3.csv").exists()
    assert not (tree / "assets" / "figures" / "gbn_4.csv").exists()
    assert run(tree).returncode == 0
    assert (tree / "assets" / "figures" / "gbn_4.csv").exists()


def test_a_quick_schema_is_drawn_where_no_quick_record_is_and_the_post_waits(tree: Path) -> None:
    process = run(tree, "--quick", "--only", "sbn_3")
    assert process.returncode == 0, process.stderr
    assert re.search(r"^ *post +not written +no quick record of ", process.stdout, re.MULTILINE)
    assert (tree / "build" / "quick" / "figures" / "sbn_3-light.svg").exists()
    assert not (tree / "build" / "quick" / "post.md").exists()


def kept(tree: Path) -> dict[str, bytes]:
    """All that a quick build must leave alone: what is published, and the package with its records."""
    sources = (path for path in sorted((tree / "figures_src").rglob("*")) if path.is_file())
    return products(tree) | {str(path): path.read_bytes() for path in sources if "__pycache__" not in path.parts}


IN_ONE_PROCESS = """
import runpy, sys
from figures_src.training import pool

def train(title, runs, machine, trainer):
    if trainer.load:
        trainer.load(machine.data)
    return [trainer(run, machine, lambda step: None, lambda: False) for run in runs]

pool._train = train
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""The command, without the processes that train for each experiment: thirty of them would import torch for longer than
quick networks take to train. `tests/training/test_pool.py` is about these."""


@pytest.mark.whole
def test_a_whole_quick_build_ends_with_its_own_labelled_post_and_touches_nothing_else(tree: Path) -> None:
    before, place = kept(tree), tree / "build" / "quick"
    command = [
        sys.executable,
        "-c",
        IN_ONE_PROCESS,
        str(tree / "scripts" / "build_figures.py"),
        "--quick",
        "--jobs",
        "1",
    ]
    process = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]
    assert kept(tree) == before
    post = (place / "post.md").read_text()
    head, body = post.split("---\n", 2)[1:]
    assert "published: false" in head
    assert "version rapide" in head
    assert "Version rapide" in body.lstrip().partition("\n")[0]
    assert set(FIGURES) <= set(re.findall(r'<(?:figure|div) id="(\w+)"', body))
    figures = re.findall('<figure id="\\w+" class="figure">.*?</figure>', body)
    assert len(figures) == len(FIGURES) - 1, "two halves of one schema"
    assert [figure for figure in figures if "Mesuré ici" in figure] == []
    drawings = set(re.findall(r'(?:src|srcset)="([^"]+\.svg)"', body))
    assert drawings
    assert all((place / drawing).exists() for drawing in drawings)
    again = run(tree, "--quick")
    assert again.returncode == 0, again.stderr
    assert (place / "post.md").read_text() == post


def test_a_damaged_record_stops_the_build_with_the_mend(tree: Path) -> None:
    before = products(tree)
    archive = tree / "figures_src" / "records" / "mnist_curves.npz"
    content = archive.read_bytes()
    archive.write_bytes(content[:-100])
    (tree / "assets" / "figures" / "gbn_2.csv").unlink()
    process = run(tree)
    archive.write_bytes(content)
    assert process.returncode == 1
    assert process.stderr.count("\n") == 1
    assert "--retrain mnist_curves" in process.stderr
    assert run(tree).returncode == 0
    assert products(tree) == before


HOSTILE: dict[str, Any] = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "MPLCONFIGDIR": "/proc/nowhere",
    "HOME": "/proc/nowhere",
    "OMP_NUM_THREADS": "garbage",
    "OPENBLAS_NUM_THREADS": "garbage",
    "PYTHONHASHSEED": "7",
    "PYTHONINSPECT": "1",
    "PYTHONIOENCODING": "ascii",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONWARNINGS": "error",
    "LC_ALL": "C",
    "COLUMNS": "garbage",
    "TERM": "garbage",
    "NO_COLOR": "1",
    "TZ": "garbage",
    "SOURCE_DATE_EPOCH": "garbage",
}


def test_no_inherited_variable_breaks_a_build_or_changes_its_bytes(tree: Path, tmp_path: Path) -> None:
    before = products(tree)
    (tmp_path / "numpy.py").write_text("raise AssertionError('the numpy of another Python')")
    style = tmp_path / "matplotlibrc"
    style.write_text("svg.fonttype: none\nfont.size: 40\nno such setting\n")
    for name in ("gbn_3-light.svg", "gbn_4.csv", build.CARD_FILE):
        (tree / "assets" / "figures" / name).unlink()
    process = run(tree, PYTHONPATH=str(tmp_path), MATPLOTLIBRC=str(style), **HOSTILE)
    assert process.returncode == 0
    assert process.stderr == ""
    assert products(tree) == before
    assert "Graphique" in run(tree, "--list", **HOSTILE).stdout


@pytest.mark.parametrize("option", ["--list", "--check", "--why"])
def test_what_writes_nothing_asks_for_no_lock(tree: Path, option: str) -> None:
    """As in a tree that cannot be written: a file stands where the folder of the lock would be."""
    folder = tree / "build"
    aside = folder.rename(tree / "aside") if folder.exists() else None
    folder.touch()
    process = run(tree, option)
    folder.unlink()
    if aside:
        aside.rename(folder)
    assert process.returncode == 0
    assert process.stderr == ""


def test_a_build_forgets_what_killed_ones_left_half_written(tree: Path) -> None:
    left = [tree / folder / ".old.svg.4242.partial" for folder in ("assets/figures", "_posts", "figures_src/records")]
    fresh = tree / "assets" / "figures" / ".new.svg.4242.partial"  # of workers that still save
    for path in [*left, fresh]:
        path.touch()
    for path in left:
        os.utime(path, (0, 0))
    (tree / "build").mkdir(exist_ok=True)
    (tree / "build" / "lock").write_text("4242")  # of a dead process: nobody holds it
    assert run(tree).returncode == 0
    assert not any(path.exists() for path in left)
    assert fresh.exists()
    fresh.unlink()


def test_no_more_processes_draw_than_there_are_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    @contextmanager
    def counted(workers: int, *_: object) -> Iterator[ThreadPoolExecutor]:
        asked.append(workers)
        with ThreadPoolExecutor(1) as executor:
            yield executor

    monkeypatch.setattr(build, "pool", counted)
    monkeypatch.setattr(build, "cores", lambda: 3)
    monkeypatch.setattr(build, "draw_files", lambda name, preset: {f"{name}.csv": b""})
    place = build.Place("quick", tmp_path, tmp_path / "post.md", tmp_path)
    states = [build.State(name, {}, ("never made",)) for name in ("gbn_1", "gbn_2", "gbn_3", "gbn_4")]
    for jobs, count in ((100, 4), (100, 2), (2, 4)):
        build.make_figures(place, states[:count], jobs, lambda name: None)
    assert asked == [3, 2, 2]


def test_a_second_build_waits_and_says_so(tree: Path) -> None:
    lock = tree / "build" / "lock"
    lock.parent.mkdir(exist_ok=True)
    command = [sys.executable, str(tree / "scripts" / "build_figures.py")]
    with lock.open("w") as file:
        file.write("4242")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
            assert waiting.stdout is not None
            assert "process 4242" in waiting.stdout.readline()
            assert waiting.poll() is None
            fcntl.flock(file, fcntl.LOCK_UN)
            assert waiting.wait(60) == 0


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("experiments/intervals.py", "COVERAGE = 0.95", "COVERAGE = 0.80", "numbers changed"),
        ("experiments/vgg/landscape.py", "(2 * l2 * eta) ** 2", "(7 * l2 * eta) ** 2", "numbers changed"),
        ("experiments/mnist/measures.py", "EARLY_STEPS = 5000", "EARLY_STEPS = 5001", "no fresh record"),
        ("published/__init__.py", "import", "\nimport", "numbers changed"),
        ("figures/drawing.py", "import", "\nimport", "style changed"),
        ("batchnorm.py", "Equation (1)", "Equation (1) ", "article changed"),
    ],
)
def test_a_change_of_any_code_behind_a_number_is_seen(tree: Path, path: str, old: str, new: str, told: str) -> None:
    source = tree / "figures_src" / path
    content = source.read_text()
    assert old in content
    source.write_text(content.replace(old, new, 1))
    process = run(tree, "--check")
    source.write_text(content)
    assert process.returncode == 1
    assert told in process.stdout


@pytest.mark.parametrize("content", ["[]", "{}", "{", '{"gbn_2": 3}'])
def test_a_manifest_of_nonsense_means_that_all_is_made_again(tree: Path, content: str) -> None:
    manifest = tree / "assets" / "figures" / "manifest.json"
    before = manifest.read_bytes()
    manifest.write_text(content)
    process = run(tree, "--why")
    manifest.write_bytes(before)
    assert "gbn_2: never made" in process.stdout
    assert process.stderr == ""


@pytest.mark.parametrize("content", ["[]", "{}", "{"])
def test_a_sidecar_of_nonsense_stops_the_check_with_the_mend(tree: Path, content: str) -> None:
    sidecar = tree / "figures_src" / "records" / "mnist_grid.json"
    before = sidecar.read_bytes()
    sidecar.write_text(content)
    process = run(tree, "--check")
    sidecar.write_bytes(before)
    assert process.returncode == 1
    assert "--retrain mnist_grid" in process.stderr
    assert process.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["--check"], ["--why"]])
def test_an_edited_sidecar_stops_the_command_with_the_mend(tree: Path, arguments: list[str]) -> None:
    sidecar = tree / "figures_src" / "records" / "vgg.json"
    before = sidecar.read_text()
    sidecar.write_text(before.replace('"steps": 15000', '"steps": 15001'))
    process = run(tree, *arguments)
    sidecar.write_text(before)
    assert process.returncode == 1
    assert f"git checkout -- {sidecar}" in process.stderr
    assert process.stderr.count("\n") == 1


def test_why_a_record_would_be_trained_again_is_told_before_it_is(tree: Path) -> None:
    source = tree / "figures_src" / "experiments" / "deep_linear" / "experiment.py"
    content = source.read_text()
    source.write_text(content.replace("protocol=1", "protocol=2"))
    checked, built = run(tree, "--check"), run(tree)
    source.write_text(content)
    assert "protocol: 1 → 2" in checked.stdout
    assert built.returncode != 0, "torch is not to be had here"
    assert "protocol: 1 → 2" in built.stdout
    assert f"git checkout -- {source}" in built.stdout


def test_missing_arrays_are_no_record(tree: Path) -> None:
    archive = tree / "figures_src" / "records" / "mnist_grid.npz"
    aside = archive.rename(archive.with_suffix(".aside"))
    process = run(tree, "--check")
    aside.rename(archive)
    assert process.returncode == 1
    assert "mnist_grid: no fresh record" in process.stdout


@pytest.mark.slow
def working(pid: int) -> float:
    """Seconds of computing of the busiest process that another one started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    told = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
    return max((int(each[11]) for each in told), default=0) / os.sysconf("SC_CLK_TCK")


def test_ctrl_c_ends_the_command_with_130_and_says_how_to_go_on(tree: Path) -> None:
    command = [sys.executable, str(tree / "scripts" / "build_figures.py"), "--retrain", "mnist_grid"]
    record = tree / "figures_src" / "records" / "mnist_grid.npz"
    before = record.read_bytes()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 60
        while working(process.pid) < 3:  # seconds, the first of which import torch
            assert process.poll() is None
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command to go on" in errors
    assert "Traceback" not in errors
    assert record.read_bytes() == before
    assert list(tree.glob("build/checkpoints/full/mnist_grid/**/*.npz"))


@pytest.mark.parametrize("refusal", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_refuses_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int) -> None:
    path = tmp_path / "figure.svg"
    write_whole(path, b"old")

    def refuse(_: int) -> None:
        raise OSError(refusal, os.strerror(refusal), str(path))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match=os.strerror(refusal)):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_storage_troubles_are_told_in_one_line(tree: Path) -> None:
    """A file stands where the folder of the figures should be: nothing can be written there."""
    figures = tree / "assets" / "figures"
    aside = figures.rename(tree / "assets" / "aside")
    figures.touch()
    process = run(tree)
    figures.unlink()
    aside.rename(figures)
    assert process.returncode == 1
    assert process.stderr.count("\n") == 1
    assert "figures" in process.stderr


def test_a_draft_marks_what_the_records_deny_and_leaves_the_post(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "DRAFT", tmp_path / "draft" / "post.md")
    post = build.FULL.post.read_bytes()
    records = build.load_records(article_records(), "full")
    curves = records["mnist_curves"]
    swapped = {**curves.arrays, "test_accuracy": curves.arrays["test_accuracy"][:, ::-1]}
    records["mnist_curves"] = replace(curves, arrays=swapped)
    monkeypatch.setattr(build, "load_records", lambda names, preset: records)
    denied = build.make_draft()
    told = build.DRAFT.read_text()
    assert denied == len(re.findall(r"\(non vérifié ici.: ", told)) > 0
    assert "published: false" in told
    assert "brouillon, à ne pas publier" in told
    assert build.FULL.post.read_bytes() == post
