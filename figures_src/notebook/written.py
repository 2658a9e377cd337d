"""When each prediction was written: the commit whose code held it first, and has held it until its record was made.

The answers are kept in `written.json`, for a shallow clone or an archive has no history.
``scripts/date_predictions.py`` finds them; a test does again where the history is at hand.
"""

import ast
import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from figures_src.experiments.prediction import AFTER_TRIAL, Verdict
from figures_src.records.record import Record

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_suffix(".json")
DIGITS = 12
SHARE = 0.8
"""How much of the words of a prediction the strings of a source make up at least: an f-string fills in the rest."""
SHORTEST = 4


@dataclass(frozen=True)
class Written:
    """The commit that wrote a prediction, and its day."""

    commit: str
    date: str


class NoHistory(Exception):
    """The commits are not at hand, as in an archive or a shallow clone."""


def known(table: Path = TABLE) -> Mapping[str, Mapping[str, Written]]:
    """By record, then by the words of the prediction."""
    kept = json.loads(table.read_text(encoding="utf-8"))
    return {name: {words: Written(*found) for words, found in rows.items()} for name, rows in kept.items()}


def found(record: Record, root: Path = ROOT) -> dict[str, Written]:
    """What the history says of the predictions of a record.

    Raises:
        NoHistory: the history is not at hand.
        ValueError: the code that made the record does not hold one of them.
    """
    lineage = _lineage(record.sidecar["commit"].removesuffix("-dirty"), root)
    return {verdict.prediction: _first(verdict, lineage, root) for verdict in record.verdicts}


def _first(verdict: Verdict, lineage: Sequence[tuple[str, str]], root: Path) -> Written:
    """The oldest of the commits without a gap, from the record's own backwards, that hold a prediction."""
    held: Written | None = None
    for commit, date in lineage:
        if not holds(_sources(commit, root), verdict):
            break
        held = Written(commit[:DIGITS], date)
    if held is None:
        raise ValueError(f"commit {lineage[0][0][:DIGITS]} does not hold {verdict.prediction!r}: look for its words")
    return held


def holds(sources: Iterable[str], verdict: Verdict) -> bool:
    """Whether one of these sources has the words and the bound of a prediction."""
    words = _plain(verdict.prediction.removesuffix(AFTER_TRIAL))
    return any(
        verdict.bound in numbers and _covered(words, strings) >= SHARE * len(words)
        for strings, numbers in map(_constants, sources)
    )


def _covered(words: str, strings: frozenset[str]) -> int:
    """How many signs of some words are those of strings, the longest first."""
    whole = len(words)
    for string in sorted(strings, key=lambda string: (-len(string), string)):
        if string in words:
            words = words.replace(string, "\n")
    return whole - len(words.replace("\n", ""))


@cache
def _constants(source: str) -> tuple[frozenset[str], frozenset[float]]:
    """The strings of a Python source, and its numbers, those of its strings of comparison too."""
    values = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    strings = frozenset(_plain(value) for value in values if isinstance(value, str) and len(value) >= SHORTEST)
    numbers = {float(value) for value in values if isinstance(value, (int, float))}
    told = [re.fullmatch(r"[≥≤<>] ?([−-]?[\d,]+).*", string) for string in strings]
    typed = {float(match[1].replace(",", ".").replace("−", "-")) for match in told if match}
    return strings, frozenset(numbers | typed | {-value for value in numbers})


def _plain(words: str) -> str:
    return " ".join(words.split())


def _lineage(commit: str, root: Path) -> list[tuple[str, str]]:
    """The commits that changed the package, from one backwards, each with its day."""
    lines = _git(root, "log", "--first-parent", "--format=%H %cs", commit).splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


@cache
def _sources(commit: str, root: Path) -> tuple[str, ...]:
    """The modules of the experiments as a commit has them."""
    listed = _git(root, "ls-tree", "-r", commit, "figures_src/").splitlines()
    rows = [line.split(maxsplit=3) for line in listed]
    return tuple(_blob(blob, root) for _, _, blob, path in rows if re.search(r"experiments?[/.].*py$", path))


@cache
def _blob(blob: str, root: Path) -> str:
    return _git(root, "cat-file", "blob", blob)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoHistory(done.stderr.strip())
    return done.stdout


def to_json(rows: Mapping[str, Mapping[str, Written]]) -> str:
    """The table as it is kept."""
    kept = {
        name: {words: [found.commit, found.date] for words, found in each.items()}
        for name, each in rows.items()
        if each
    }
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
