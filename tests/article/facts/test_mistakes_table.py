"""The table of mistakes: the dearest first, those that cost nothing kept; each one is a mistake that was measured."""

import re
from pathlib import Path

from figures_src import publish, templating
from figures_src.article.facts.mistakes import mistake_facts
from figures_src.experiments.mistakes.measures import MISTAKES
from tests.article.facts.test_few_images import record
from tests.experiments.mistakes.samples import mistake_arrays


def rendered(points: dict[str, float]) -> list[str]:
    """The rows of the table."""
    jinja = templating.environment(Path(publish.TEMPLATES))
    jinja.globals.update(publish._vocabulary(), **publish._numbers(quick=False), held=lambda *_: "")
    facts = mistake_facts(record("mistakes", mistake_arrays(points)))
    page = jinja.get_template("sections/_e5_mistakes.md.j2").render(mistakes=facts)
    return re.findall(r"<tr><th scope=\"row\">.*?</tr>", page)


def test_the_dearest_mistake_comes_first_and_those_that_cost_nothing_stay() -> None:
    rows = rendered({"bias_kept": 3, "sorted_128": 40, "moving_0.9": -2})
    assert 10 < len(rows) < len(MISTAKES)
    assert "classe par classe" in rows[0]
    assert ">40,0 (± 0,0)<" in rows[0]
    assert "bias=False" in rows[1]
    assert "−2,0" in rows[-1]
    assert sum(">0,0 (± 0,0)<" in row for row in rows) == len(rows) - 3


def test_every_mistake_told_is_one_that_was_measured() -> None:
    text = (Path(publish.TEMPLATES) / "sections" / "_e5_mistakes.md.j2").read_text(encoding="utf-8")
    told = re.findall(r'^  "([\w.]+)": \[', text, re.MULTILINE)
    assert len(told) == len(set(told)) == len(rendered({}))
    assert set(told) <= set(MISTAKES)
