"""The figures to play with: the browser computes what Python does, from the first state on, by keyboard too."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page
from scipy.stats import norm

from figures_src import batchnorm, build, french
from figures_src.article import play, play_train
from figures_src.article.facts.mnist import grid_facts
from figures_src.article.playable import NAMES
from figures_src.figures.signals import gaussian, sigmoid
from tests.site.site_checks import until, visit

pytestmark = [pytest.mark.site, pytest.mark.browser]

SCRIPTS = Path(__file__).parents[2] / "assets" / "js"
LARGEST = 8_192
RANDOM = np.random.default_rng(20210405)


@pytest.fixture(scope="module")
def laboratory(browser: Browser, site_url: str) -> Iterator[Page]:
    """A page of the site, where its modules can be imported."""
    with visit(browser, f"{site_url}/404.html") as seen:
        yield seen.page


@pytest.fixture(scope="module")
def article(browser: Browser, post_url: str) -> Iterator[Page]:
    with visit(browser, post_url) as seen:
        yield seen.page


def call(page: Page, module: str, expression: str, *arguments: Any) -> Any:
    """Evaluate an expression of `m`, the module, and `a`, the arguments."""
    program = f"async ([url, ...a]) => {{ const m = await import(url); return {expression}; }}"
    return page.evaluate(program, [f"/assets/js/{module}.js", *arguments])


def test_no_script_is_large(measured: Callable[[str, object], None]) -> None:
    sizes = {path.name: path.stat().st_size for path in sorted(SCRIPTS.glob("*.js"))}
    measured("scripts, bytes", ", ".join(f"{name} {size}" for name, size in sizes.items()))
    assert {"theme.js", "page.js", "play_gamma_beta.js", "play_batch.js", "play_grid.js"} <= set(sizes)
    assert max(sizes.values()) <= LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_what_can_be_played_with_is_asked_for_when_the_reader_comes_near(
    browser: Browser, post_url: str, name: str
) -> None:
    with visit(browser, post_url, patient=True) as seen:
        assert [address for address in seen.requests if "/play_" in address or "/plays/" in address] == []
        seen.page.locator(f"figure:has(#play-{name.replace('_', '-')})").scroll_into_view_if_needed()
        until(seen.page, f"performance.getEntriesByType('resource').some(r => r.name.endsWith('/play_{name}.js'))")


NOT_ANCHORED = "addEventListener('DOMContentLoaded', () => document.documentElement.style.overflowAnchor = 'none')"
"""As a browser that leaves what is read to move when what is above grows."""


@pytest.mark.parametrize("program", ["", NOT_ANCHORED], ids=["anchored", "not anchored"])
def test_what_is_read_stays_where_it_is_while_figures_above_come_to_life(
    browser: Browser, site_url: str, post_url: str, program: str
) -> None:
    below = "document.querySelector('figure:has(#play-train)').nextElementSibling"
    top, height = f"{below}.getBoundingClientRect().top", "document.documentElement.scrollHeight"
    with visit(browser, f"{site_url}/404.html") as seen:
        seen.page.add_init_script(program)
        seen.page.goto(post_url, wait_until="networkidle")
        before = seen.page.evaluate(f"{below}.scrollIntoView({{behavior: 'instant'}}), [{top}, {height}]")
        until(seen.page, "document.querySelectorAll('.playable').length >= 2")
        seen.page.wait_for_timeout(300)
        now = seen.page.evaluate(f"[{top}, {height}]")
    assert abs(now[1] - before[1]) > 50
    assert now[0] == pytest.approx(before[0], abs=2)


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_the_four_equations_are_those_of_the_package(laboratory: Page, size: int) -> None:
    z, gamma, beta = RANDOM.normal(3, 5, size), float(RANDOM.normal()), float(RANDOM.normal())
    batch = torch.from_numpy(z)[:, None]
    mu = batchnorm.mean(batch, (0,))
    sigma2 = batchnorm.variance(batch, mu, (0,))
    z_hat = batchnorm.normalize(batch, mu, sigma2, 1e-5)
    y = batchnorm.scale_and_shift(z_hat, gamma, beta)
    program = """(() => { const mu = m.mean(a[0]), s = m.variance(a[0], mu), h = m.normalize(a[0], mu, s, 1e-5);
        return [mu, s, h, m.scaleAndShift(h, a[1], a[2])]; })()"""
    ours = call(laboratory, "batchnorm", program, z.tolist(), gamma, beta)
    for one, other in zip(ours, (mu.item(), sigma2.item(), z_hat[:, 0].tolist(), y[:, 0].tolist()), strict=True):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9)


def test_the_curves_are_those_of_the_schemas(laboratory: Page) -> None:
    x = np.concatenate([RANDOM.uniform(-9, 9, 300), [0, -40, 40]])
    mu, sigma = 0.7, 1.9
    program = "[a[0].map(m.sigmoid), a[0].map(x => m.gaussian(x, a[1], a[2])), a[0].map(m.normalCdf)]"
    ours = call(laboratory, "batchnorm", program, x.tolist(), mu, sigma)
    for one, other in zip(ours, (sigmoid(x), gaussian(x, mu, sigma), norm.cdf(x)), strict=True):
        assert one == pytest.approx(other.tolist(), rel=1e-9, abs=1e-12)


def test_shares_and_heights_are_those_of_the_first_state(laboratory: Page) -> None:
    pairs = np.column_stack([RANDOM.uniform(0.5, 4, 50), RANDOM.uniform(-4, 4, 50)])
    ours = call(laboratory, "play_gamma_beta", "a[0].map(p => Object.values(m.shares(...p)))", pairs.tolist())
    assert np.array(ours) == pytest.approx(np.array([play.shares(*pair) for pair in pairs]), abs=1e-9)
    accuracies = RANDOM.uniform(0, 1, 50)
    heights = call(laboratory, "play_grid", "a[0].map(m.height)", accuracies.tolist())
    assert heights == pytest.approx(play.height(accuracies).tolist(), abs=1e-9)
    signals = [*RANDOM.normal(0, 10, 50).tolist(), 0.0, -100.0, 1e9]
    heights = call(laboratory, "train_view", "a[0].map(m.inFrame)", signals)
    assert heights == pytest.approx([play_train.signal_height(signal) for signal in signals], abs=1e-9)


def test_the_bands_of_a_reader_s_networks_are_those_of_the_record(laboratory: Page) -> None:
    record = build.load_records(["mnist_page"], "full")["mnist_page"]
    data = json.loads((build.FULL.figures / "train_mnist.json").read_bytes())
    program = "m.CHOICES.length && ['without_bn', 'with_bn'].map(arm => m.band(a[0].step, a[0].settings[0][arm]))"
    state = play_train.train(record)
    for ours, arm in zip(call(laboratory, "train_view", program, data), state["arms"], strict=True):
        one, other = ([float(n) for n in NUMBER.findall(path)] for path in (ours, arm["band"]))
        assert one == pytest.approx(other, abs=0.11)
    program = """[a[0].settings.map(s => m.recorded(a[0], {...s}) === s),
        m.recorded(a[0], {...a[0].settings[0], sigma: 3}) ?? null]"""
    assert call(laboratory, "train_view", program, data) == [[True] * len(data["settings"]), None]


def test_numbers_are_written_as_in_the_article(laboratory: Page) -> None:
    values = [*RANDOM.normal(0, 10.0 ** RANDOM.integers(-3, 6, 200)).tolist(), 0.0, -0.001, 1234567.891, -0.0, 1.005]
    for decimals, signed in ((0, False), (1, True), (2, False)):
        ours = call(laboratory, "french", "a[0].map(x => m.number(x, a[1], a[2]))", values, decimals, signed)
        assert ours == [french.number(value, decimals, signed=signed) for value in values]
    settings = [0.003, 0.1, 1.0, 12.5, 30.0]
    assert call(laboratory, "french", "a[0].map(m.shortest)", settings) == [
        french.shortest(value) for value in settings
    ]


def test_an_example_alone_loses_everything_and_the_population_saves_it(laboratory: Page) -> None:
    program = "[...a[0].map(z => m.state([z])), ...a[0].map(z => m.state([z], {mu: 1, sigma2: 4}))].map(s => s.zHat[0])"
    training_one, training_other, one, other = call(laboratory, "play_batch", program, [-3.0, 5.0])
    assert training_one == training_other == 0
    assert (one, other) == pytest.approx((-2, 2), rel=1e-5)


def test_a_batch_drawn_is_of_the_population(laboratory: Page) -> None:
    program = "Array.from({length: 4000}, () => m.drawn({mu: 1, sigma2: 4}))"
    drawn = np.array(call(laboratory, "play_batch", program))
    assert drawn.min() >= -6
    assert drawn.max() <= 6
    assert drawn.mean() == pytest.approx(1, abs=0.15)
    assert drawn.std() == pytest.approx(2, abs=0.1)


def parts(figure: Locator) -> dict[str, str]:
    """What every part of a figure shows: its words and its attributes but for those of the browser's own."""
    script = """f => Object.fromEntries([...f.querySelectorAll('[data-part]')].map(p => [p.dataset.part,
        p.textContent + ' ' + [...p.attributes].map(a => `${a.name}=${a.value}`).sort().join(' ')]))"""
    return dict(figure.evaluate(script))


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.mark.parametrize("name", NAMES)
def test_scripts_start_from_what_was_written_for_them(
    browser: Browser, article: Page, post_url: str, name: str
) -> None:
    with visit(browser, post_url, java_script_enabled=False) as seen:
        inside = (build.FULL.plays / f"{name}.txt").read_text(encoding="utf-8")
        seen.page.set_content(f"<main>{inside}</main>")
        static = parts(seen.page.locator("main"))
    article.wait_for_timeout(500)  # the sentence that is read aloud waits for the hand to rest
    alive = parts(article.locator(f"#play-{name.replace('_', '-')}"))
    assert len(static) >= 7
    assert alive.keys() == static.keys()
    for part, text in static.items():
        assert NUMBER.sub("#", alive[part]) == NUMBER.sub("#", text), part
        ours, theirs = ([float(n) for n in NUMBER.findall(shown)] for shown in (alive[part], text))
        # Coordinates are written to a tenth of a thousandth of the frame; the last digit may be rounded either way.
        assert ours == pytest.approx(theirs, abs=0.11), part


def shown(page: Page, part: str) -> str:
    return page.locator(f"[data-part='{part}']").text_content() or ""


def told(page: Page, figure: str, word: str) -> str:
    """The sentence of a figure once it holds a word; it waits for the hand to rest."""
    status = page.locator(f"#play-{figure} [role='status']")
    until(page, f"document.querySelector('#play-{figure} [role=status]').textContent.includes('{word}')")
    return status.text_content() or ""


def test_gamma_and_beta_answer_to_the_keyboard(article: Page) -> None:
    article.locator("#play-gamma").focus()
    article.keyboard.press("End")
    article.locator("#play-beta").focus()
    article.keyboard.press("Home")
    article.keyboard.press("ArrowRight")
    assert (shown(article, "gamma-value"), shown(article, "beta-value")) == ("4,0", "−3,9")
    assert "entre −11,9 et 4,1" in told(article, "gamma-beta", "−3,9")
    straight, _, flat = play.shares(4.0, -3.9)
    assert shown(article, "straight-share") == french.percent(straight, 0)
    assert shown(article, "flat-share") == french.percent(flat, 0)
    article.locator("#play-gamma-beta button").first.press("Enter")
    assert (shown(article, "gamma-value"), shown(article, "beta-value")) == ("1,0", "0,0")


def test_a_batch_of_one_shows_why_evaluation_needs_the_population(article: Page) -> None:
    article.locator("#play-size").focus()
    article.keyboard.press("Home")
    assert article.locator("#play-batch tbody tr:visible").count() == 1
    slider = article.locator("#play-batch input[data-example]").first
    for key in ("Home", "End"):
        slider.press(key)
        assert (shown(article, "z-hat-0"), shown(article, "sigma2-value")) == ("0,00", "0,00")
    assert "C’est pourquoi l’évaluation" in told(article, "batch", "pourquoi")
    article.locator("[data-part='evaluation']").check()
    assert (shown(article, "mu-value"), shown(article, "sigma2-value")) == ("1,00", "4,00")
    assert shown(article, "z-hat-0") == "2,50"


def test_every_cell_of_the_grid_tells_what_the_record_holds(article: Page) -> None:
    record = build.load_records(["mnist_grid"], "full")["mnist_grid"]
    facts = grid_facts(record)
    data = json.loads((build.FULL.figures / "grid_mnist.json").read_bytes())
    sentences = call(article, "play_grid", "a[0].cells.map((_, i) => m.state(a[0], i).told)", data)
    assert sentences == [play.grid_told(facts, cell) for cell in range(len(facts.cells))]
    assert len(sentences) == 20


def test_the_grid_is_walked_with_the_arrow_keys(article: Page) -> None:
    radios = article.locator("#play-grid input[type='radio']")
    radios.nth(0).check()
    curve = article.locator("#play-grid [data-part='with_bn-curve']")
    before = curve.get_attribute("d")
    for key, expected in (("ArrowRight", 1), ("ArrowDown", 6), ("ArrowLeft", 5), ("ArrowLeft", 5), ("ArrowUp", 0)):
        article.keyboard.press(key)
        assert article.evaluate("Number(document.activeElement.value)") == expected
    article.keyboard.press("ArrowDown")
    assert curve.get_attribute("d") != before
    assert "Écart-type initial 0,03, taux 0,03" in told(article, "grid", "0,03, taux 0,03")
