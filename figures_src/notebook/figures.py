"""The figures of a page: panels side by side, light and dark, each with what it shows in words."""

import csv
import io
from html import escape

from figures_src import french
from figures_src.article.typography import typeset
from figures_src.notebook import drawing, vocabulary
from figures_src.notebook.curves import Panel, Quantity

THEMES = ("light", "dark")
PERCENTILES = (15, 50, 85)


def panel_name(quantity: Quantity, place: int) -> str:
    """File name of a panel, without theme nor ending."""
    return f"{quantity.array}-{place + 1}"


def panel_title(panel: Panel) -> str:
    """What sets a panel apart from the others, as plain text; nothing where it is alone."""
    words = [vocabulary.setting_value(name, value) for name, value in panel.settings]
    return ", ".join([*words, panel.part] if panel.part else words)


def figure_markup(experiment: str, quantity: Quantity) -> str:
    """The figure of a quantity, on one line: a blank one would end the HTML block."""
    panels = "".join(_panel(experiment, quantity, place) for place in range(len(quantity.panels)))
    table = f'<a href="../records/{experiment}-{quantity.array}.csv" download>Nombres (CSV)</a>'
    return (
        f'<figure class="curves"><div class="panels">{panels}</div>'
        f"<figcaption>{caption(quantity)} {table}.</figcaption></figure>"
    )


def caption(quantity: Quantity) -> str:
    """What the lines are, beyond what the heading says."""
    seeds = {line.run.seed for panel in quantity.panels for line in panel.lines}
    said = [f"{len(seeds)} {french.plural(len(seeds), 'graine')}"]
    if quantity.panels[0].lines[0].values.shape[1] == len(PERCENTILES):
        said.append("percentiles 15, 50 et 85")
    if quantity.name.scale == "log":
        said.append("échelle logarithmique")
    if (step := drawing.thinning(len(quantity.steps))) > 1:
        said.append(f"un relevé sur {step} est dessiné")
    source = quantity.name.source
    origin = f", tiré de <code>{source}</code>" if source else ""
    return f"<code>{quantity.array}</code>{origin} : {', '.join(said)}."


def _panel(experiment: str, quantity: Quantity, place: int) -> str:
    panel = quantity.panels[place]
    title = panel_title(panel)
    head = f'<p class="panel-title">{escape(title[0].upper() + title[1:])}</p>' if title else ""
    return f'<div class="panel">{head}{_images(experiment, quantity, place)}</div>'


def _images(experiment: str, quantity: Quantity, place: int) -> str:
    alternative = escape(typeset(alternative_text(quantity, quantity.panels[place])), quote=True)
    shared = f'width="{drawing.WIDTH}" height="{drawing.HEIGHT}" alt="{alternative}" loading="lazy" decoding="async"'
    name = f"../drawings/{experiment}/{panel_name(quantity, place)}"
    return "".join(f'<img class="only-{theme}" src="{name}-{theme}.svg" {shared}>' for theme in THEMES)


def alternative_text(quantity: Quantity, panel: Panel) -> str:
    """Where the lines of each arm begin and end."""
    title = panel_title(panel)
    said = [f"{quantity.name.title}{f', {title}' if title else ''}."]
    for arm in panel.arms():
        lines = [line.values for line in panel.lines if line.run.arm == arm]
        count = f"{len(lines)} {french.plural(len(lines), 'graine')}"
        first, last = (_range(quantity, drawing.ends(quantity, lines, place)) for place in (0, -1))
        said.append(f"{vocabulary.text_of(arm).capitalize().replace(' bn', ' BN')}, {count} : de {first} à {last}.")
    return " ".join(said)


def _range(quantity: Quantity, bounds: tuple[float, float] | None) -> str:
    if bounds is None:
        return "rien de fini"
    low, high = (_short(quantity, bound) for bound in bounds)
    return low if low == high else f"[{low} ; {high}]"


def _short(quantity: Quantity, value: float) -> str:
    percent = quantity.name.unit == "%"
    text = vocabulary.quantity(float(f"{100 * value if percent else value:.4g}"))
    return f"{text} %" if percent else text


def to_csv(quantity: Quantity) -> bytes:
    """The numbers of a quantity, one column a line; decimal points, for any program."""
    columns = [
        (
            f"{_key(panel, line.run.arm)} seed={line.run.seed}{_suffix(line.values.shape[1], place)}",
            line.values[:, place],
        )
        for panel in quantity.panels
        for line in panel.lines
        for place in range(line.values.shape[1])
    ]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([vocabulary.axis_key(quantity.axis), *(head for head, _ in columns)])
    for row, step in enumerate(quantity.steps):
        writer.writerow([int(step), *(f"{values[row]:.5g}" for _, values in columns)])
    return buffer.getvalue().encode()


def _key(panel: Panel, arm: str) -> str:
    settings = [f"{name}={value}" for name, value in panel.settings]
    return " ".join([*settings, *([panel.part.replace("couche ", "layer=")] if panel.part else []), arm])


def _suffix(lines: int, place: int) -> str:
    return f" percentile={PERCENTILES[place]}" if lines == len(PERCENTILES) else ""
