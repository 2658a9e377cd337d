"""The reference of the code, room by room: which pages there are, and which modules each holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from figures_src.experiments.experiment import AnyExperiment

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Room:
    """A part of the reference: a folder of the package, or some modules of its root."""

    name: str
    purpose: str
    """In French."""


@dataclass(frozen=True)
class Page:
    """Some modules of a room, few enough for a telephone to load."""

    room: Room
    number: int
    modules: Sequence[str]

    @property
    def name(self) -> str:
        """What the table of contents calls it: "figures", then "figures (2)"."""
        return self.room.name if self.number == 1 else f"{self.room.name} ({self.number})"

    @property
    def file(self) -> str:
        """Its file, as its neighbours link to it."""
        return f"{self.room.name}.md" if self.number == 1 else f"{self.room.name}-{self.number}.md"

    @property
    def path(self) -> str:
        """Its file among the sources."""
        return f"api/{self.file}"


MOST = 10
"""Modules of a page: some 25 KB each, as a page."""
SHARED = "shared"
"""The part of what lies at the root of the package."""

ROOMS = (
    Room("batchnorm", "Les équations de l’article, en fonctions puis en modules PyTorch."),
    Room("datasets", "Aller chercher les données, les vérifier, les décoder."),
    Room("networks", "Les réseaux de neurones."),
    Room("training", "Les boucles d’entraînement, les ensembles de graines, les sondes."),
    Room("experiments", "Les configurations, les prédictions et la façon d’exécuter chaque expérience."),
    Room("records", "Ce qui a été mesuré : écrire, vérifier et relire les enregistrements."),
    Room("published", "Les courbes publiées par les articles, en nombres."),
    Room("figures", "Une figure, un module : des enregistrements aux dessins."),
    Room("article", "Le gabarit de l’article : nombres, équations, références, typographie."),
    Room("notebook", "Ce carnet."),
    Room("workbook", "Le notebook Jupyter que le lecteur exécute, découpé dans le code."),
    Room("archive", "L’archive d’une version : qui a fait quel fichier, quand, par quelle expérience."),
    Room(
        SHARED,
        "Ce qui sert à toutes les pièces : le style, le français, les intervalles, le catalogue, la construction.",
    ),
)


def pages() -> list[Page]:
    """Every page, room by room."""
    return [
        Page(room, number, found[first : first + MOST])
        for room in ROOMS
        for found in [modules(room)]
        for number, first in enumerate(range(0, len(found), MOST), start=1)
    ]


def place_of(name: str) -> str:
    """Where a module, or what is in it, stands: the page's file among the sources, and its anchor there.

    An experiment declared elsewhere has no page of its own: the list of all of them stands for it.

    Raises:
        KeyError: it is of the package, and no page has it.
    """
    if not name.startswith(f"{PACKAGE.name}."):
        return "api/index.md"
    places = {module: page.path for page in pages() for module in page.modules}
    for module in (name, name.rpartition(".")[0]):
        if module in places:
            return f"{places[module]}#{name}"
    raise KeyError(f"no page of the reference has {name}")


def modules(room: Room) -> list[str]:
    """Dotted names of the modules of a room: a package first, then what is in it."""
    names = {known.name for known in ROOMS}
    if room.name == SHARED:
        return [f"figures_src.{name}" for name in _modules_in(PACKAGE, "*.py") if name not in names]
    own = f"figures_src.{room.name}"
    return [own, *(f"{own}.{name}" for name in _modules_in(PACKAGE / room.name, "**/*.py"))]


def _modules_in(folder: Path, pattern: str) -> list[str]:
    found = (path.relative_to(folder).with_suffix("") for path in folder.glob(pattern) if path.stem[0] != "_")
    return sorted(".".join(path.parts) for path in found)


def module_of(experiment: AnyExperiment) -> str:
    """Where an experiment is declared: its configuration's own module."""
    return type(experiment.config).__module__
