"""The commands that the notebook shows: a test runs or parses every one of them."""

from dataclasses import dataclass
from html import escape

from figures_src.commands import BUILD as BUILD
from figures_src.commands import PYTHON as PYTHON


@dataclass(frozen=True)
class Command:
    """A line to type, and what it does, in French; ``{}`` stands for what the page fills in."""

    line: str
    effect: str


COMMANDS = {
    "figures": Command("make figures", "crée l’environnement, puis refait ce qui doit l’être"),
    "test": Command("make test-all", "installe les outils des tests, puis lance tous les tests"),
    "build": Command(BUILD, "entraîne ce qui n’a pas d’enregistrement, redessine ce qui a changé, récrit l’article"),
    "list": Command(f"{BUILD} --list", "montre les figures et les expériences, et ne fait rien"),
    "check": Command(f"{BUILD} --check", "n’écrit rien ; échoue si un fichier n’est pas celui que donnent les sources"),
    "why": Command(f"{BUILD} --why", "n’écrit rien ; dit pourquoi chaque figure serait redessinée"),
    "only": Command(f"{BUILD} --only gbn_2", "ne refait que cette figure, et l’article"),
    "retrain": Command(f"{BUILD} --retrain {{}}", "refait l’entraînement, quoi qu’il y ait d’enregistré"),
    "quick": Command(
        f"{BUILD} --quick", "refait tout en quelques minutes, écourté, dans un dossier à part ; jamais publié"
    ),
    "data": Command(f"{BUILD} --data DOSSIER", "lit les données dans votre dossier au lieu de les télécharger"),
    "site": Command("make site", "construit l’article et ce carnet dans le dossier `_site`"),
    "notebook": Command(f"{PYTHON} scripts/build_notebook.py", "reconstruit ce carnet seul, dans `_site/carnet`"),
    "serve": Command("make serve", "montre l’article à l’adresse `http://127.0.0.1:4000`, récrit à chaque changement"),
}


def command(name: str, *words: str) -> str:
    """A command as a block of code.

    Raises:
        KeyError: there is no such command.
    """
    return f"```sh\n{COMMANDS[name].line.format(' '.join(words))}\n```"


def explained(name: str) -> str:
    """A command and what it does, as a sentence above its block.

    Raises:
        KeyError: there is no such command.
    """
    effect = escape(COMMANDS[name].effect, quote=False)
    return f"{effect[0].upper()}{effect[1:]} :\n\n{command(name)}"
