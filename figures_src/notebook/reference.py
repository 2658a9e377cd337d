"""The reference of the code, room by room: which pages there are, and which modules each holds."""

from dataclasses import dataclass
from pathlib import Path

from figures_src.experiments.experiment import AnyExperiment

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Room:
    """A page of the reference: a folder of the package, or some modules of its root."""

    name: str
    purpose: str
    """In French."""

    @property
    def file(self) -> str:
        """The page's file, as its neighbours link to it."""
        return f"{self.name}.md"

    @property
    def path(self) -> str:
        """The page's file among the sources."""
        return f"api/{self.file}"


SHARED = "shared"
"""The page of what lies at the root of the package."""

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


def modules(room: Room) -> list[str]:
    """Dotted names of the modules of a page: a package first, then what is in it."""
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
