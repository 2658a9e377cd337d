"""From records to figures to post: what is out of date, why, and how it is made again.

Freshness is a comparison of digests: the manifest keeps, for each product, the digests of all it was made from
and of the files it consists of. Nothing heavy is imported until something has to be made.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from figures_src.article import notebook_links
from figures_src.article.listing import SOURCES
from figures_src.catalogue import FIGURES, Figure, article_records
from figures_src.files import forget_partial, sha256, sha256_of_files, write_whole
from figures_src.imports import closure
from figures_src.processes import cores, pool
from figures_src.records import store

if TYPE_CHECKING:
    from figures_src.records.record import Record

ROOT = Path(__file__).parents[1]
PACKAGE = Path(__file__).parent
POST = "post"
CARD = "card"
"""The picture that other sites show beside a link to the article."""
CARD_FILE = "card.png"
PALETTE = "palette"
"""The colours of page and notebook, in files of the repository's own skin."""
WORKBOOK = "workbook"
"""The notebook that readers run."""
WORKBOOK_RECORD = "mnist_curves"
"""Whose curves stand behind the reader's."""
SKIN = (ROOT / "_sass", ROOT / "docs" / "theme" / "stylesheets")
"""Where that is; a copy of the package alone has none."""
JUPYTER = ROOT / "assets" / "jupyter"
TEXT_SUFFIXES = (".j2", ".bib", ".json", ".toml")
DRAWING_LIBRARIES = ("contourpy", "matplotlib", "numpy", "pillow", "scipy")
ARTICLE_LIBRARIES = ("bibtexparser", "jinja2", "latex2mathml", "numpy", "scipy")
"""Distributions whose version may change what is drawn, or written."""
VARIANTS = ("light", "dark", "light-narrow", "dark-narrow")
OTHERS = (CARD, PALETTE, WORKBOOK, POST)
"""Products that are no figure."""
Digests = dict[str, str]


@dataclass(frozen=True)
class Place:
    """Where the products of a preset go."""

    preset: str
    figures: Path
    post: Path
    plays: Path

    @property
    def manifest(self) -> Path:
        """The table of digests, beside the figures."""
        return self.figures / "manifest.json"


FULL = Place(
    "full",
    ROOT / "assets" / "figures",
    ROOT / "_posts" / "2021-04-05-normalisation-par-lots.md",
    ROOT / "assets" / "plays",
)
QUICK = Place(
    "quick",
    ROOT / "build" / "quick" / "figures",
    ROOT / "build" / "quick" / "post.md",
    ROOT / "build" / "quick" / "plays",
)
DRAFT = ROOT / "build" / "draft" / "post.md"
"""A post of which the records deny some sentences, for whoever trains on another processor."""
WRITTEN = (
    FULL.figures,
    FULL.post.parent,
    FULL.plays,
    store.RECORDS,
    QUICK.post.parent,
    QUICK.plays,
    ROOT / "build" / "checkpoints",
    *SKIN,
    JUPYTER,
)
"""Folders that a build writes."""


@dataclass(frozen=True)
class State:
    """One product: its digests now, and why it has to be made again (nothing when it is up to date)."""

    name: str
    inputs: Digests
    reasons: tuple[str, ...]


def examine(place: Place, ids: Iterable[str]) -> list[State]:
    """Compare the figures named, the card, the skin and, last, the post with what the manifest remembers of them."""
    manifest = _read_manifest(place)
    inputs = {name: figure_inputs(place, FIGURES[name]) for name in ids} | {CARD: card_inputs()}
    if place.preset == FULL.preset and all(folder.is_dir() for folder in SKIN):
        inputs[PALETTE] = palette_inputs()
        if store.load_sidecar(WORKBOOK_RECORD):
            inputs[WORKBOOK] = workbook_inputs(place)
    return [_state(place, manifest, name, told) for name, told in {**inputs, POST: post_inputs(place)}.items()]


def orphans(place: Place) -> list[str]:
    """Files among the figures that no row of the catalogue makes."""
    expected = {name for figure in FIGURES.values() for name in figure_files(figure)} | {place.manifest.name, CARD_FILE}
    present = (path.name for path in place.figures.glob("*") if not path.name.startswith("."))
    return sorted(f"{name}: no figure of the catalogue makes it; delete it" for name in set(present) - expected)


def lacking(place: Place) -> str:
    """What the post rests on and this place does not have, as where only some figures were made; "" for nothing."""
    where = store.folder(place.preset)
    if records := [name for name in article_records() if not store.load_sidecar(name, where)]:
        return f"{place.preset} record of {', '.join(records)}"
    drawn = {path.name for path in place.figures.glob("*.svg")}
    undrawn = [name for name, figure in FIGURES.items() if not drawn.issuperset(drawings(figure))]
    return f"drawing of {', '.join(undrawn)}" if undrawn else ""


def drawings(figure: Figure) -> list[str]:
    """Names of the variants of a figure."""
    return [f"{figure.id}-{variant}.svg" for variant in VARIANTS]


def figure_files(figure: Figure) -> list[str]:
    """Names of the files that a figure consists of."""
    tables = [f"{figure.id}.csv"] if figure.has_table else []
    data = [f"{figure.id}.json"] if figure.has_data else []
    digits = [f"{figure.id}.bin"] if figure.has_digits else []
    return [*drawings(figure), *tables, *data, *digits]


def figure_inputs(place: Place, figure: Figure) -> Digests:
    """Digests of all that decides what a figure looks like."""
    own = PACKAGE / "figures" / f"{figure.id}.py"
    code = closure([own, PACKAGE / "style.py", PACKAGE / "svg.py"])
    shared = _within(code, "figures", "style.py", "svg.py")
    curves = [PACKAGE / "published" / f"{name}.csv" for name in figure.published]
    return {
        "drawing": sha256_of_files([own], ROOT),
        "style": sha256_of_files([*(shared - {own}), *_fonts()], ROOT),
        "numbers": sha256_of_files(code - shared, ROOT),
        **{f"record {name}": _record_digest(place, name) for name in figure.needs},
        **{f"published {path.stem}": sha256_of_files([path], ROOT) for path in curves},
        "libraries": _versions(DRAWING_LIBRARIES),
    }


def card_inputs() -> Digests:
    """Digests of all that decides what the card looks like."""
    return {
        "drawing": sha256_of_files([*closure([PACKAGE / "card.py"]), *_fonts()], ROOT),
        "libraries": _versions(DRAWING_LIBRARIES),
    }


def palette_inputs() -> Digests:
    """Digests of all that decides the colours of page and notebook."""
    return {"colours": sha256_of_files(closure([PACKAGE / "palette.py"]), ROOT)}


def workbook_inputs(place: Place) -> Digests:
    """Digests of all that decides what the notebook holds that readers run."""
    room = PACKAGE / "workbook"
    code = closure([room / "contents.py", room / "alone.py"])
    return {
        "code": sha256_of_files([*code, *room.glob("*.j2")], ROOT),
        f"record {WORKBOOK_RECORD}": _record_digest(place, WORKBOOK_RECORD),
        "libraries": _versions(ARTICLE_LIBRARIES),
    }


def post_inputs(place: Place) -> Digests:
    """Digests of all that decides what the post says."""
    texts = [path for path in (PACKAGE / "article").rglob("*") if path.suffix in TEXT_SUFFIXES]
    shown = [PACKAGE / "catalogue.toml", *SOURCES.values()]
    code = closure([PACKAGE / "publish.py"])
    article = _within(code, "article", "catalogue.py", "publish.py")
    figures = [place.figures / name for figure in FIGURES.values() for name in figure_files(figure)]
    return {
        "article": sha256_of_files([*article, *texts, *shown], ROOT),
        "figures": sha256_of_files([path for path in figures if path.exists()], ROOT),
        "notebook": sha256(json.dumps(notebook_links.anchors()).encode()),
        **{f"record {name}": _record_digest(place, name) for name in article_records()},
        "numbers": sha256_of_files(code - article, ROOT),
        "published": sha256_of_files((PACKAGE / "published").glob("*.csv"), ROOT),
        "libraries": _versions(ARTICLE_LIBRARIES),
    }


def make_figures(place: Place, states: Iterable[State], jobs: int, done: Callable[[str], None]) -> None:
    """Draw each figure in its four variants and the card in its one, write the skin's files, and remember their inputs.

    Raises:
        WorkerKilled: a process was killed; the figures told as done are.
    """
    names = [state.name for state in states]
    # Drawing waits for nothing: more processes than cores only take memory.
    with pool(max(min(jobs, cores(), len(names)), 1), "drawing", os.chdir, ROOT) as drawers:
        for state, files in zip(states, drawers.map(draw_files, names, [place.preset] * len(names)), strict=True):
            for name, content in files.items():
                write_whole(folder_of(place, state.name) / name, content)
            _remember(place, state, {name: sha256(content) for name, content in files.items()})
            done(state.name)


def draw_files(name: str, preset: str) -> dict[str, bytes]:
    """Contents of the files of one figure, of the card, of the palette or of the readers' notebook, by name."""
    from figures_src import card, palette, style
    from figures_src.svg import svg_bytes  # brings matplotlib, which a build with nothing to do never needs

    if name == CARD:
        return {CARD_FILE: card.png_bytes()}
    if name == PALETTE:
        return palette.files()
    if name == WORKBOOK:
        from figures_src.workbook import contents

        return contents.files(load_records([WORKBOOK_RECORD], preset))
    figure = FIGURES[name]
    records = load_records(figure.needs, preset)
    module = import_module(f"figures_src.figures.{name}")
    files = {f"{name}.csv": module.table(records).to_csv()} if figure.has_table else {}
    if figure.has_data:
        files[f"{name}.json"] = module.data(records)
    if figure.has_digits:
        files[f"{name}.bin"] = module.digits(records)
    for variant in VARIANTS:
        theme = style.DARK if "dark" in variant else style.LIGHT
        layout = style.NARROW if "narrow" in variant else style.WIDE
        drawn = module.draw(records, theme, layout)
        if preset == "quick":
            style.stamp(drawn, "Version rapide : ne pas publier", theme)
        files[f"{name}-{variant}.svg"] = svg_bytes(drawn, f"{name}-{variant}", described=variant == "light")
    return files


def load_records(names: Iterable[str], preset: str) -> "dict[str, Record]":
    """The records named, verified."""
    return {name: store.load(name, store.folder(preset)) for name in names}


def make_post(place: Place, state: State) -> None:
    """Run the Jinja pass over everything that has a record, and remember what the post was made from.

    What can be played with is written beside it: the page fetches it.

    The state was taken before: a template edited in between leaves the post stale, not falsely fresh.

    Raises:
        PostNotWritten: the templates cannot tell what the records hold; the error names the template.
    """
    from figures_src.publish import PostNotWritten, render  # brings Jinja and the MathML converter

    records = load_records(article_records(), place.preset)
    try:
        written = render(records, place.figures)
    except Exception as error:
        raise PostNotWritten(error) from error
    plays = {place.plays / f"{name}.txt": text for name, text in written.plays.items()}
    contents = {path: text.encode() for path, text in [(place.post, written.post), *plays.items()]}
    for path, content in contents.items():
        write_whole(path, content)
    where = folder_of(place, state.name)
    _remember(place, state, {path.relative_to(where).as_posix(): sha256(content) for path, content in contents.items()})


def make_draft() -> int:
    """Write what the article would be with today's records, and return how many sentences they deny.

    Raises:
        PostNotWritten: the templates cannot tell what the records hold; the error names the template.
    """
    from figures_src.article.assertions import NOT_VERIFIED
    from figures_src.publish import PostNotWritten, render

    try:
        content = render(load_records(article_records(), FULL.preset), FULL.figures, draft=True).post
    except Exception as error:
        raise PostNotWritten(error) from error
    DRAFT.parent.mkdir(parents=True, exist_ok=True)
    write_whole(DRAFT, content.encode())
    return content.count(f"({NOT_VERIFIED}")


@contextmanager
def lock(waiting: Callable[[str], None]) -> Iterator[None]:
    """Let one build at a time write; a second one says whom it waits for.

    Raises:
        OSError: the tree cannot be written to.
    """
    path = ROOT / "build" / "lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            waiting(file.read().strip() or "?")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        forget_partial(WRITTEN)
        yield


def _state(place: Place, manifest: Mapping[str, Mapping[str, Digests]], name: str, inputs: Digests) -> State:
    known = manifest.get(name)
    if known is None:
        return State(name, inputs, ("never made",))
    changed = sorted(set(inputs.items()) ^ set(known["inputs"].items()))
    reasons = [f"{kind} changed" for kind in dict.fromkeys(kind for kind, _ in changed)]
    where = folder_of(place, name)
    for file, digest in known["outputs"].items():
        path = where / file
        if not path.exists():
            reasons.append(f"{file} is missing")
        elif sha256(path.read_bytes()) != digest:
            reasons.append(f"{file} was edited by hand")
    return State(name, inputs, tuple(reasons))


def folder_of(place: Place, name: str) -> Path:
    """That from which the files of a product are named."""
    article = Path(os.path.commonpath([place.post, place.plays]))
    return {POST: article, PALETTE: ROOT, WORKBOOK: ROOT}.get(name, place.figures)


def _remember(place: Place, state: State, outputs: Digests) -> None:
    manifest = _read_manifest(place)
    known = {name: entry for name, entry in manifest.items() if name in FIGURES or name in OTHERS}
    known[state.name] = {"inputs": state.inputs, "outputs": outputs}
    write_whole(place.manifest, (json.dumps(known, indent=1, sort_keys=True) + "\n").encode())


def _read_manifest(place: Place) -> dict[str, dict[str, Digests]]:
    """What is remembered; a damaged manifest only means that everything is made again."""
    try:
        manifest = json.loads(place.manifest.read_bytes())
        return {name: {part: dict(entry[part]) for part in ("inputs", "outputs")} for name, entry in manifest.items()}
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _fonts() -> list[Path]:
    return [path for path in (PACKAGE / "fonts").glob("*") if path.suffix in (".otf", ".ttf")]


def _within(modules: Iterable[Path], *rooms: str) -> set[Path]:
    return {path for path in modules if path.relative_to(PACKAGE).parts[0] in rooms}


def _versions(libraries: Iterable[str]) -> str:
    return ", ".join(f"{name} {_version(name)}" for name in libraries)


@cache
def _version(library: str) -> str:
    return version(library)


def _record_digest(place: Place, name: str) -> str:
    sidecar = store.load_sidecar(name, store.folder(place.preset))
    return str(sidecar[store.SEAL]) if sidecar else "no record"
