"""The archive of a commit: whole, dated by the history, the same twice, and valid; else refused."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from figures_src.catalogue import FIGURES
from figures_src.files import sha256
from figures_src.records import store

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
METADATA = "ro-crate-metadata.json"
VALIDATOR = ROOT / "build" / "validator" / "bin" / "python"
Graph = dict[str, dict[str, Any]]


def git(folder: Path, *arguments: str) -> str:
    own = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *own, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def clone_of(source: Path, target: Path, *options: str) -> Path:
    git(target.parent, "clone", "--quiet", *options, source.as_uri(), str(target))
    return target


def archive(tree: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(tree / "scripts" / "build_archive.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This tree as a commit of its own, with what is not committed yet."""
    tree = clone_of(ROOT, tmp_path_factory.mktemp("archive") / "clone")
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
        else:
            (tree / name).unlink(missing_ok=True)
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--allow-empty", "--message", "As it is")
    return tree


@pytest.fixture(scope="module")
def packed(clone: Path) -> Path:
    done = archive(clone)
    assert done.returncode == 0, done.stderr
    (path,) = (clone / "build" / "archive").glob("*.zip")
    return path


@pytest.fixture(scope="module")
def graph(packed: Path) -> Graph:
    with zipfile.ZipFile(packed) as opened:
        return {entity["@id"]: entity for entity in json.loads(opened.read(METADATA))["@graph"]}


def listed(value: Any) -> list[str]:
    """Where a property leads, be it one link or several."""
    return [link["@id"] for link in (value if isinstance(value, list) else [value] if value else [])]


def test_it_holds_every_file_of_the_commit_as_described(clone: Path, packed: Path, graph: Graph) -> None:
    names = set(filter(None, git(clone, "ls-files", "-z").split("\0")))
    with zipfile.ZipFile(packed) as opened:
        assert set(opened.namelist()) == {*names, METADATA}
        assert opened.testzip() is None
        for name in names:
            assert graph[name]["sha256"] == sha256(opened.read(name))
            assert graph[name]["contentSize"] == str(opened.getinfo(name).file_size)
    assert set(listed(graph["./"]["hasPart"])) == names


def test_each_record_and_each_figure_names_what_made_it(clone: Path, graph: Graph) -> None:
    actions = [entity for entity in graph.values() if entity["@type"] == "CreateAction"]
    made = {path: action for action in actions for path in listed(action["result"])}
    for sidecar in (clone / "figures_src" / "records").glob("*.json"):
        told = store.load_sidecar(sidecar.stem)
        assert told is not None
        run = graph[f"#run-{sidecar.stem}"]
        assert {f"figures_src/records/{sidecar.stem}{suffix}" for suffix in (".npz", ".json")} == set(
            listed(run["result"])
        )
        assert run["endTime"] == told["date"]
        taken_over = told.get("taken_over", {"runs": 0})["runs"]
        assert f"{len(told['runs']) - taken_over} of the {len(told['runs'])} runs" in run["description"]
        assert (f"#run-{sidecar.stem}-before" in graph) == bool(taken_over)
        code = graph[listed(run["instrument"])[0]]
        assert code["version"] == told["commit"]
        needed = {graph[name]["name"]: graph[name]["softwareVersion"] for name in listed(code["softwareRequirements"])}
        assert needed == {**told["libraries"], "python": told["python"]}
    for name, figure in FIGURES.items():
        action = made[f"assets/figures/{name}-light.svg"]
        assert listed(graph[listed(action["instrument"])[0]]["isBasedOn"]) == [f"figures_src/figures/{name}.py"]
        read = {Path(path).stem for path in listed(action.get("object"))}
        assert read == {*figure.needs, *figure.published}
    assert graph["./"]["mainEntity"]["@id"] in made


def test_every_link_leads_to_something_described(graph: Graph) -> None:
    def links(value: Any) -> list[str]:
        if isinstance(value, list):
            return [link for item in value for link in links(item)]
        return [value["@id"]] if isinstance(value, dict) else []

    dead = {
        link
        for name, entity in graph.items()
        if name != METADATA
        for value in entity.values()
        for link in links(value)
        if link not in graph
    }
    assert dead == set()


def test_another_clone_gives_the_same_description(clone: Path, packed: Path, tmp_path: Path) -> None:
    other = clone_of(clone, tmp_path / "other")
    done = archive(other, "--destination", str(tmp_path / "kept"))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(packed) as one, zipfile.ZipFile(tmp_path / "kept" / packed.name) as two:
        assert one.read(METADATA) == two.read(METADATA)


def test_what_cannot_be_archived_is_refused_with_its_mend(clone: Path, tmp_path: Path) -> None:
    shallow = archive(clone_of(clone, tmp_path / "shallow", "--depth", "1"))
    assert shallow.returncode
    assert "git fetch --unshallow" in shallow.stderr
    edited = clone_of(clone, tmp_path / "edited")
    (edited / "README.md").write_text("Edited.\n")
    assert "commit them first" in archive(edited).stderr
    figure = edited / "assets" / "figures" / "gbn_2-light.svg"
    figure.write_text("<svg/>\n")
    git(edited, "commit", "--quiet", "--all", "--message", "A figure by hand")
    told = archive(edited).stderr
    assert "gbn_2: gbn_2-light.svg was edited by hand" in told
    assert "run `make figures` and commit" in told
    (edited / ".zenodo.json").write_text("{}\n")
    assert "--zenodo" in archive(edited).stderr
    shutil.rmtree(edited / ".git")
    assert archive(edited, "--zenodo").returncode == 0
    assert "make the archive in a clone" in archive(edited).stderr
    assert not list((edited / "build").rglob("*.zip"))


def validate(path: Path) -> "subprocess.CompletedProcess[str]":
    command = [str(VALIDATOR), str(ROOT / "figures_src" / "archive" / "validate.py"), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.skipif(not VALIDATOR.exists(), reason="`make archive` installs the validator")
@pytest.mark.whole
def test_the_validator_of_ro_crate_accepts_it_and_refuses_a_broken_one(packed: Path, tmp_path: Path) -> None:
    done = validate(packed)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / "broken"
    with zipfile.ZipFile(packed) as opened:
        told = json.loads(opened.read(METADATA))
    kept = [entity for entity in told["@graph"] if entity["@type"] != "CreateAction"][:2]
    action = {"@id": "#run", "@type": "CreateAction", "name": "Without an instrument"}
    broken.mkdir()
    (broken / METADATA).write_text(json.dumps({**told, "@graph": [*kept, action]}))
    refused = validate(broken)
    assert refused.returncode == 1
    assert "instrument" in refused.stdout
