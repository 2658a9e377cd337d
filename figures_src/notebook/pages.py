"""The pages of the notebook as Markdown, from the registry, the records and the catalogue alone.

Delimiters are those of the article's Jinja pass; an undefined name is an error.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError

from figures_src import french, templating
from figures_src.article import markup
from figures_src.article.predictions import prediction_table
from figures_src.article.references import REFERENCES
from figures_src.article.typography import typeset
from figures_src.catalogue import Figure
from figures_src.experiments.experiment import AnyExperiment
from figures_src.experiments.prediction import Standing
from figures_src.notebook import commands, reference, results, unreproduced, vocabulary, written
from figures_src.notebook.curves import Quantity, networks
from figures_src.notebook.figures import figure_markup
from figures_src.notebook.views import drawn
from figures_src.records.record import Record

HERE = Path(__file__).parent
TEXTS = HERE.parent / "experiments"
"""Each text stands in the folder of its experiment."""
STORY = "## Protocole {#protocole}"
"""Where the results end: predictions and curves stand between them and how they were found."""
NEEDED_PARTS = ("{#resultats}", "{#protocole}", "{#non-dit}")
ARTICLE = "apprentissage-profond/2021/04/05/normalisation-par-lots.html"
"""The article's address from the root of the site, which Jekyll makes from the post's date and category."""
SITE_ROOT = "../"
"""From the notebook's front page to the root of the site; pages below it are one level deeper."""
UNSETTLED = {"failed": Standing.FAILED, "undecided": Standing.OPEN, "lone": Standing.LONE}
"""Parts of the page on what is not reproduced, and the standing of what each lists."""


class MissingText(Exception):
    """An experiment has a record and nobody told its story."""


class TextDenied(ValueError):
    """A text names what does not exist, or says what its record denies."""

    def __init__(self, error: Exception):
        super().__init__(f"{templating.place_of(error)}: {type(error).__name__}: {error}")


@dataclass(frozen=True)
class Notebook:
    """All that the pages are made from."""

    experiments: Mapping[str, AnyExperiment]
    records: Mapping[str, Record]
    figures: Mapping[str, Figure]
    texts: Path = TEXTS

    @property
    def recorded(self) -> list[AnyExperiment]:
        """The experiments that have a record, in the order of the registry."""
        return [experiment for name, experiment in self.experiments.items() if name in self.records]

    @property
    def seconds(self) -> float:
        """Computing time of all the records, summed over processes."""
        return float(sum(record.sidecar["seconds"] for record in self.records.values()))


def pages(notebook: Notebook) -> dict[str, str]:
    """Every page, by its file name.

    Raises:
        MissingText: an experiment with a record has no French text, or it lacks a part.
        TextDenied: a text names what does not exist, or says what its record denies.
        ValueError: an explanation of a failure does not match the records.
        jinja2.UndefinedError: a template names what does not exist.
    """
    jinja = environment(notebook)
    found = {f"{experiment.name}.md": experiment_page(jinja, notebook, experiment) for experiment in notebook.recorded}
    shared = _shared(notebook)
    for name in ("index", "relancer", "ajouter", "ecarts"):
        found[f"{name}.md"] = jinja.get_template(f"templates/{name}.md.j2").render(shared)
    for page in reference.pages():
        facts = {"name": page.name, "purpose": page.room.purpose, "modules": page.modules}
        found[page.path] = jinja.get_template("templates/api.md.j2").render(facts)
    found["api/index.md"] = jinja.get_template("templates/api_index.md.j2").render(pages=reference.pages())
    return {name: _typeset(page) for name, page in found.items()}


def navigation(notebook: Notebook) -> list[Any]:
    """The table of contents, as MkDocs wants it."""
    return [
        {"Carnet": "index.md"},
        {"Expériences": [{vocabulary.experiment(each.name): f"{each.name}.md"} for each in notebook.recorded]},
        {"Tout relancer": "relancer.md"},
        {"Non reproduit": "ecarts.md"},
        {"Ajouter une expérience": "ajouter.md"},
        {"Code": ["api/index.md", *({page.name: page.path} for page in reference.pages())]},
    ]


def environment(notebook: Notebook) -> Environment:
    """What every template may name."""
    jinja = templating.environment(HERE, notebook.texts.parent)
    jinja.globals.update(results.vocabulary(notebook.records))
    jinja.globals.update(
        command=commands.command,
        explained=commands.explained,
        work=work,
        unbroken=unbroken,
        integer=french.integer,
        number=french.number,
        setting=french.shortest,
        plural=french.plural,
        duration=french.duration,
        date=french.date,
        text_of=vocabulary.text_of,
        place_of=reference.place_of,
        listed=listed,
        cells=lambda cells: french.sentence_list([_cell(*cell) for cell in cells]),
        experiment_link=lambda name: f"[`{name}`]({name}.md)" if name in notebook.records else f"`{name}`",
        see=lambda name: figure_link(notebook.figures[name]),
    )
    return jinja


def work(key: str, place: str = "") -> str:
    """A link to a work, and where in it."""
    reference = REFERENCES[key]
    link = f'<a href="{escape(reference.url)}">{escape(reference.short, quote=False)}</a>'
    return f"{link}, {place}" if place else link


def unbroken(question: str) -> str:
    """A question in which no line ends between a verb and its subject: "réduit-elle" stays whole."""
    return re.sub(r"\w+(?:-t)?-(?:elles?|ils?|on)\b", r'<span class="unbroken">\g<0></span>', question)


def listed(values: Iterable[Any]) -> str:
    """Values as a sentence lists them; apart by semicolons where they have commas of their own."""
    texts = [vocabulary.text_of(value) for value in values]
    sentence = french.sentence_list(texts)
    return sentence if not any("," in text for text in texts) else " ; ".join(texts[:-1]) + f" et {texts[-1]}"


def _cell(arm: str, learning_rate: float) -> str:
    return f"{vocabulary.text_of(arm)} au taux {french.shortest(learning_rate)}"


def experiment_page(jinja: Environment, notebook: Notebook, experiment: AnyExperiment) -> str:
    """The page of one experiment with a record."""
    record = notebook.records[experiment.name]
    found = drawn(experiment, record.arrays)
    runs = experiment.config.runs()
    rows, count = networks(runs), sum(run.networks for run in runs)
    told, story = _text(jinja, notebook, experiment.name, record)
    context = {
        "name": experiment.name,
        "title": vocabulary.experiment(experiment.name),
        "experiment": experiment,
        "sidecar": record.sidecar,
        "dataset": vocabulary.dataset(experiment.dataset),
        "seeds": _seeds(len({row.seed for row in rows}), count),
        "figures": figure_links(notebook.figures, experiment.name),
        "results": told,
        "text": story,
        "configuration": configuration_table(record),
        "varying": _varying(rows),
        "predictions": predictions(notebook.records, experiment.name),
        "curves": [_curve(experiment.name, quantity) for quantity in found],
        "noisy": any(row.arm == "noisy_bn" for row in rows),
        "undrawn": ", ".join(f"`{name}`" for name in undrawn(record, found)),
        "machine": machine_table(record),
        "files": file_table(notebook, experiment.name, found),
        "replayed": record.arrays["replay_loss"].shape[-1],
        "module": reference.module_of(experiment),
    }
    return jinja.get_template("templates/experiment.md.j2").render(context)


def undrawn(record: Record, found: Iterable[Quantity]) -> list[str]:
    """Arrays that no curve shows, neither as they are nor through a view; axes left out."""
    shown = {name for quantity in found for name in (quantity.array, quantity.name.source)}
    return sorted(name for name, values in record.arrays.items() if values.ndim > 1 and name not in shown)


def _text(jinja: Environment, notebook: Notebook, name: str, record: Record) -> tuple[str, str]:
    """The results of an experiment, then how they were found."""
    path = next(notebook.texts.glob(f"*/{name}.md.j2"), None)
    if path is None:
        folder = notebook.texts / "NAME"
        raise MissingText(f"{name} has a record and no French text: write {name}.md.j2 in {folder} ({_parts()})")
    settings = {"config": record.config, "common": record.sidecar["common"]}
    try:
        text = jinja.get_template(path.relative_to(notebook.texts.parent).as_posix()).render(settings)
    except (TemplateError, LookupError, TypeError, ValueError) as error:
        raise TextDenied(error) from error
    absent = [part for part in NEEDED_PARTS if part not in text]
    if absent:
        raise MissingText(f"{path} lacks the part {absent[0]}: it needs three headings ({_parts()})")
    told, heading, story = text.partition(STORY)
    return told.strip(), f"{heading}{story}".strip()


def _parts() -> str:
    return "## Résultats {#resultats}, ## Protocole {#protocole}, ## Ce que l’article ne dit pas {#non-dit}"


def _seeds(seeds: int, count: int) -> str:
    return (
        f"{seeds} {french.plural(seeds, 'graine')}, {french.integer(count)} {french.plural(count, 'réseau', 'réseaux')}"
    )


def _varying(rows: Sequence[Any]) -> str:
    names = [name for name, _ in rows[0].settings]
    values = {name: list(dict.fromkeys(dict(row.settings)[name] for row in rows)) for name in names}
    said = [f"{vocabulary.setting(name)} ({_listed(name, found)})" for name, found in values.items()]
    return french.sentence_list(said) if said else ""


def _listed(name: str, values: Iterable[Any]) -> str:
    texts = [vocabulary.setting_value(name, value) for value in values]
    plain = vocabulary.setting_value(name, "").strip()
    return " ; ".join(text.removeprefix(plain).strip(" :") for text in texts)


def configuration_table(record: Record) -> str:
    """The configuration, then what all runs share and the configuration leaves at its defaults."""
    given = dict(_flat(record.config))
    defaults = {name: value for name, value in _flat(record.sidecar["common"]) if name not in given}
    rows = [_setting_row(record.name, name, value, "déclaré") for name, value in given.items()]
    rows += [_setting_row(record.name, name, value, "par\u00a0défaut") for name, value in defaults.items()]
    return markup.table(["Réglage", "Valeur", "Origine"], "Configuration", rows, words=True, stacked=True)


def _setting_row(experiment: str, name: str, value: Any, origin: str) -> list[str]:
    said, code = vocabulary.setting(name, experiment), f"<code>{escape(name)}</code>"
    return [said if said == code else f"{said} {code}", markup.verbatim(vocabulary.value_of(name, value)), origin]


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Settings within settings, by their dotted names."""
    for name, value in sorted(settings.items()):
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def predictions(records: Mapping[str, Record], name: str) -> str:
    """The table of predictions, in the words and colours of the article; nothing where there are none.

    Each stands beside what a paper's own curves give, where it has any, and the commit that wrote it.
    """
    checks = unreproduced.checks(records, name)
    if not checks:
        return ""
    told = zip(checks, results.published(name, checks), strict=True)
    dated = written.known().get(name, {})
    days = [_written(dated[check.verdict.prediction]) for check in checks] if dated else []
    beside = [replace(check, published=value) for check, value in told]
    return prediction_table(beside, "Prédictions et verdicts", written=days)


def _written(found: written.Written) -> str:
    return f"écrite le {french.date(found.date)}, <code>{found.commit[:7]}</code>"


def machine_table(record: Record) -> str:
    """What made the record, and how long it took."""
    sidecar = record.sidecar
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(sidecar["libraries"].items()))
    device = markup.DEVICES.get(sidecar["device"], sidecar["device"])
    precision = " ; ".join(map(vocabulary.text_of, sidecar.get("precision", "float32").split(" and ")))
    rows = [
        ["Temps de calcul", french.duration(sidecar["seconds"])],
        ["Date", french.date(sidecar["date"])],
        ["Machine", f"{device.removeprefix('sur ')} ({escape(sidecar['processor'])})"],
        ["Processus", f"{sidecar['jobs']}, {_threads(sidecar['threads'])} chacun"],
        ["Précision", precision],
        ["Logiciels", f"<code>Python {sidecar['python']}, {escape(libraries)}</code>"],
        ["Commit", f'<code class="digest">{sidecar["commit"]}</code>'],
    ]
    return markup.table(["Mesure", "Valeur"], "Temps, machine et précision", rows, words=True)


def _threads(threads: int) -> str:
    return "d’un fil" if threads == 1 else f"de {threads} fils"


def file_table(notebook: Notebook, name: str, found: Iterable[Quantity]) -> str:
    """Links to the record and to its numbers as plain text.

    They are HTML, for what they lead to is not among the sources that MkDocs knows.
    """
    rows = [
        [_download(f"../records/{name}.npz"), "tous les tableaux, pour NumPy"],
        [
            _download(f"../records/{name}.json"),
            "configuration, clé, machine, verdicts, et empreinte du fichier précédent",
        ],
        *([_download(f"../records/{name}-{quantity.array}.csv"), quantity.name.title] for quantity in found),
        *(
            [_download(f"../{SITE_ROOT}assets/figures/{figure.id}.csv"), f"nombres du {markup.label(figure).lower()}"]
            for figure in _figures_of(notebook.figures, name)
            if figure.has_table
        ),
    ]
    return markup.table(["Fichier", "Ce qu’il contient"], "Fichiers à télécharger", rows, words=True)


def _download(address: str) -> str:
    return f'<a href="{address}" download>{address.rpartition("/")[2]}</a>'


def _figures_of(figures: Mapping[str, Figure], name: str) -> list[Figure]:
    return [figure for figure in figures.values() if name in figure.needs]


def figure_links(figures: Mapping[str, Figure], name: str) -> str:
    """Links to the figures of the article that a record feeds; nothing where there are none."""
    links = [figure_link(figure) for figure in _figures_of(figures, name)]
    return french.sentence_list(links) if links else ""


def figure_link(figure: Figure) -> str:
    """A link from the page of an experiment to a figure of the article."""
    return f'<a href="../{SITE_ROOT}{ARTICLE}#{figure.id}">{markup.label(figure)}</a>'


def _curve(name: str, quantity: Quantity) -> dict[str, str]:
    return {
        "title": quantity.name.title,
        "anchor": f"courbe-{quantity.array.replace('_', '-')}",
        "html": figure_markup(name, quantity),
    }


def _shared(notebook: Notebook) -> dict[str, Any]:
    """What the pages that are not of one experiment tell."""
    found = unreproduced.gaps(notebook.records.values())
    waiting = [name for name in notebook.experiments if name not in notebook.records]
    return {
        "article": f"{SITE_ROOT}{ARTICLE}",
        "experiments": experiments_table(notebook),
        "costs": cost_table(notebook),
        "seconds": notebook.seconds,
        "hours": notebook.seconds / 3600,
        "awaited": french.sentence_list([f"`{name}`" for name in waiting]) if waiting else "",
        "recorded": [experiment.name for experiment in notebook.recorded],
        "example": notebook.recorded[0].name,
        **{
            heading: [unreproduced.describe(gap) for gap in found if gap.check.standing is standing]
            for heading, standing in UNSETTLED.items()
        },
        "missing": unreproduced.missing(),
    }


def experiments_table(notebook: Notebook) -> str:
    """The experiments with a record, their questions, and what became of their predictions."""
    rows = [
        [_page_link(experiment.name), experiment.question, _tally(notebook.records, experiment.name)]
        for experiment in notebook.recorded
    ]
    heads = ["Expérience", "Question", "Prédictions"]
    return markup.table(heads, "Expériences enregistrées", rows, words=True, stacked=True)


def _page_link(name: str, up: str = "") -> str:
    return f'<a href="{up}{name}/">{vocabulary.experiment(name)}</a> <code>{name}</code>'


def _tally(records: Mapping[str, Record], name: str) -> str:
    """How many predictions were met, failed, left open or judged on one seed."""
    found = [check.standing for check in unreproduced.checks(records, name)]
    said = [_count(standing, found.count(standing)) for standing in Standing if standing in found]
    return ", ".join(said) or "aucune"


def _count(standing: Standing, count: int) -> str:
    words = f"sur {standing}" if standing is Standing.LONE else french.plural(count, standing)
    return f"{count}{french.NO_BREAK_SPACE}{words}"


def cost_table(notebook: Notebook) -> str:
    """Measured computing time of each experiment."""
    rows = [_cost_row(notebook.records[experiment.name]) for experiment in notebook.recorded]
    rows.append(["Total", french.duration(notebook.seconds), ""])
    heads = ["Expérience", "Temps de calcul", "Processeur"]
    return markup.table(heads, "Temps de calcul mesurés", rows, words=True, stacked=True)


def _cost_row(record: Record) -> list[str]:
    return [
        _page_link(record.name, "../"),
        french.duration(record.sidecar["seconds"]),
        escape(record.sidecar["processor"]),
    ]


def _typeset(page: str) -> str:
    """French typography, in the description too, which the rest of the house takes for code."""
    return typeset(re.sub(r"(?<=^description: )\".*\"$", _typeset_description, page, count=1, flags=re.MULTILINE))


def _typeset_description(match: re.Match[str]) -> str:
    return f'"{typeset(match[0][1:-1])}"'
