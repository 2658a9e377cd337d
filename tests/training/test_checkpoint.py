"""What a checkpoint's name is made of: a run goes on only where it would have had the same bits."""

import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from figures_src.training import checkpoint
from figures_src.training.checkpoint import run_key

PACKAGE = Path(checkpoint.__file__).parents[1]
CODE = (
    "batchnorm.py",
    "datasets/image_folder.py",
    "networks/vgg.py",
    "training/randomness.py",
    "training/probes/drift.py",
    "experiments/cars_border/training.py",
    "experiments/mnist/sgd.py",
)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the code, which the key is then made of."""
    copied = tmp_path / "figures_src"
    for path in PACKAGE.rglob("*.py"):
        target = copied / path.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    monkeypatch.setattr(checkpoint, "__file__", str(copied / "training" / "checkpoint.py"))
    checkpoint.code_digest.cache_clear()
    yield copied
    checkpoint.code_digest.cache_clear()


@pytest.mark.parametrize("name", CODE)
def test_edited_code_has_no_checkpoint(package: Path, name: str) -> None:
    before = run_key("run")
    (package / name).write_text((package / name).read_text() + "EDITED = True\n")
    assert run_key("run") == before, "a process runs the code that it has read"
    checkpoint.code_digest.cache_clear()
    assert run_key("run") != before


@pytest.mark.parametrize("library", ["torch", "pillow"])
def test_another_library_has_no_checkpoint(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    before = run_key("run")
    monkeypatch.setattr(checkpoint, "version", lambda name: "0" if name == library else version(name))
    assert run_key("run") != before


def test_the_same_run_finds_its_checkpoint() -> None:
    assert run_key("run", 1) == run_key("run", 1) != run_key("run", 2)


def test_what_decides_no_bit_keeps_the_checkpoint(package: Path) -> None:
    before = run_key("run")
    for name in ("figures/gbn_2.py", "experiments/vgg/predictions.py", "article/language.py"):
        (package / name).write_text((package / name).read_text() + "EDITED = True\n")
    checkpoint.code_digest.cache_clear()
    assert run_key("run") == before
