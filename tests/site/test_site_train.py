"""The figure in which a reader trains: by keyboard, at their own demand, and with what the record holds."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page

from figures_src.article import play_train
from figures_src.experiments.mnist_page.runs import DEFAULT, TRIED
from figures_src.records import store
from tests.site.firefox import in_firefox
from tests.site.site_checks import until, visit

pytestmark = [pytest.mark.site, pytest.mark.browser]

SCRIPTS = Path(__file__).parents[2] / "assets" / "js"
OWN = (
    "digits",
    "matrices",
    "normalization",
    "perceptron",
    "philox",
    "play_train",
    "train_view",
    "train_worker",
    "trainer",
)
HEAVIEST = 12_288
ASKED = ("train_worker.js", "train_mnist.bin", "train_mnist.json")
TOLD = "document.querySelector('#play-train [data-part=told]').textContent"
SAID = f"""window.said = []; new MutationObserver(() => said.push({TOLD})).observe(
    document.querySelector('#play-train [data-part=told]'), {{ childList: true }});"""
FOLLOWED, FEWER, GROWN = 200, 20, 10
"""Steps: at the default setting, elsewhere, and of batches of two, whose roundings grow (see
``tests/experiments/mnist_page/test_in_javascript.py``)."""
ASKED_FOR = json.dumps([{**vars(setting), "seed": 0} for setting in (DEFAULT, *TRIED)])
LOSSES = f"""
    const {{ fetchDigits }} = await import('/assets/js/digits.js');
    const {{ advance, begin }} = await import('/assets/js/trainer.js');
    const {{ sizes }} = await (await fetch('/assets/figures/train_mnist.json')).json();
    const digits = await fetchDigits('/assets/figures/train_mnist.bin', sizes.training + sizes.held_out);
    return {ASKED_FOR}.map((setting, place) => {{
      const run = begin(digits, setting, sizes);
      return Array.from({{ length: place ? {FEWER} : {FOLLOWED} }}, () => advance(run));
    }});"""
DRAWN = """window.drawn = 0; new MutationObserver(() => window.drawn += 1).observe(
    document.querySelector('#play-train [data-part=with_bn-curve]'), { attributes: true });"""


@pytest.fixture
def page(browser: Browser, post_url: str) -> Iterator[Page]:
    with visit(browser, post_url, width=360, patient=True) as seen:
        yield ready(seen.page)


def ready(page: Page) -> Page:
    """A page whose figure has come to life."""
    page.locator("figure:has(#play-train)").scroll_into_view_if_needed()
    until(page, "document.querySelector('.playable > #play-train')")
    page.evaluate("import('/assets/js/play_train.js').then(() => true)")
    return page


def part(page: Page, name: str) -> Locator:
    return page.locator(f"#play-train [data-part='{name}']")


def reached(page: Page) -> int:
    """The step that the figure shows."""
    return int(re.sub(r"\D", "", (part(page, "progress").text_content() or "").partition(" sur")[0]))


def test_the_scripts_are_light(measured: Callable[[str, str], None]) -> None:
    sizes = {name: len(gzip.compress((SCRIPTS / f"{name}.js").read_bytes(), 9)) for name in OWN}
    measured("scripts that train, compressed bytes", f"{sum(sizes.values())}")
    assert sum(sizes.values()) <= HEAVIEST


def test_nothing_starts_or_is_fetched_before_it_is_asked_for(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, patient=True) as seen:
        ready(seen.page).wait_for_timeout(300)
        assert [url for url in seen.requests if url.endswith(ASKED)] == []
        assert (reached(seen.page), seen.page.workers) == (0, [])
        part(seen.page, "once").press("Enter")
        until(seen.page, f"{TOLD}.includes('À 0 pas')")
        assert {name for name in ASKED for url in seen.requests if url.endswith(name)} == set(ASKED)
        assert seen.console == []


def test_the_keyboard_starts_pauses_steps_and_restarts(page: Page) -> None:
    go = part(page, "go")
    go.press("Enter")
    until(page, "document.querySelector('#play-train [data-part=with_bn-curve]').getAttribute('d').includes('L')")
    assert go.text_content() == "Pause"
    go.press("Enter")
    page.wait_for_timeout(500)
    paused = reached(page)
    assert paused > 0
    assert go.text_content() == "Continuer"
    part(page, "once").press("Enter")
    page.wait_for_timeout(500)
    assert reached(page) == paused + 1
    page.wait_for_timeout(300)
    assert reached(page) == paused + 1
    part(page, "again").press("Enter")
    assert (reached(page), go.text_content(), page.workers) == (0, "Entraîner", [])
    assert part(page, "with_bn-curve").get_attribute("d") == ""


def check_losses(ours: list[list[list[float]]]) -> None:
    """Of the first seed at every setting, then step, then arm: with two images rounding soon decides."""
    record = store.load("mnist_page").arrays["batch_loss"][:, :, 0]
    for setting, losses, recorded in zip((DEFAULT, *TRIED), ours, record, strict=True):
        found = np.transpose(losses)
        apart = np.abs(found - recorded[:, : found.shape[1]]) / recorded[:, : found.shape[1]]
        assert apart[:, 0].max() < 1e-9
        assert apart[:, :GROWN].max() < 1e-3
        assert setting.batch_size == 2 or apart.max() < 1e-7, setting.name


def test_in_chromium_losses_are_those_of_the_record(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/404.html") as seen:
        check_losses(seen.page.evaluate(f"async () => {{ {LOSSES} }}"))


def test_in_firefox_too(built_site: Path, tmp_path: Path) -> None:
    probe = f"""<!DOCTYPE html><meta charset="utf-8"><script type="module">
        const losses = async () => {{ {LOSSES} }};
        const told = await losses().catch((error) => String(error));
        fetch('/report', {{ method: 'POST', body: JSON.stringify(told) }});</script>"""
    losses = in_firefox(built_site, probe, tmp_path)
    assert not isinstance(losses, str), losses
    check_losses(losses)


def test_a_setting_is_kept_in_the_address_and_found_there_again(browser: Browser, post_url: str, page: Page) -> None:
    page.locator("#train-learning_rate").select_option("3")
    page.locator("#train-seed").fill("12")
    page.locator("#train-seed").press("Tab")
    until(page, "location.search.includes('graine=12')")
    assert "taux=3" in page.url
    until(page, "document.querySelector('#play-train [data-part=unmeasured]').getAttribute('display') === 'inline'")
    assert part(page, "with_bn-band").get_attribute("d") == ""
    with visit(browser, page.url, patient=True) as seen:
        other = ready(seen.page)
        until(other, "document.querySelector('#train-seed').value === '12'")
        assert other.locator("#train-learning_rate").input_value() == "3"
        assert (reached(other), other.workers) == (0, [])
    with visit(browser, f"{post_url}?taux=7&lot=60&graine=abc", patient=True) as seen:
        other = ready(seen.page)
        assert other.locator("#train-learning_rate").input_value() == "0.1"
        assert other.locator("#train-seed").input_value() == "0"


def test_what_may_be_tried_runs_to_the_end_speaks_four_times_and_leaves_the_page_calm(page: Page) -> None:
    page.evaluate(SAID)
    pairs = play_train.train(store.load("mnist_page"))["tried"]["pairs"]["choices"]
    page.locator(f"#play-train [data-try='{pairs}']").press("Enter")
    until(page, f"{TOLD}.includes('À 1\\u202f000 pas')")
    said = page.evaluate("said")
    assert [re.sub(r"[^\d]", "", sentence.partition(" pas")[0]) for sentence in said] == ["0", "250", "500", "1000"]
    assert part(page, "go").text_content() == "Entraîner"
    assert page.workers == []
    assert page.locator("#train-batch_size").input_value() == "2"
    assert part(page, "unmeasured").get_attribute("display") == "none"


def test_a_page_that_is_hidden_stops(page: Page) -> None:
    part(page, "go").press("Enter")
    until(page, f"{TOLD}.includes('À 0 pas')")
    page.evaluate("""Object.defineProperty(document, 'hidden', { value: true, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))""")
    assert part(page, "go").text_content() == "Continuer"
    page.wait_for_timeout(400)
    before = reached(page)
    page.wait_for_timeout(400)
    assert reached(page) == before


def test_little_motion_is_little(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, patient=True, reduced_motion="reduce") as seen:
        page = ready(seen.page)
        page.evaluate(DRAWN)
        page.locator("#play-train [data-try]").nth(2).press("Enter")
        until(page, f"{TOLD}.includes('À 1\\u202f000 pas')")
        assert 5 <= page.evaluate("window.drawn") <= 13


def test_digits_that_do_not_come_are_told(page: Page) -> None:
    page.route("**/train_mnist.bin", lambda route: route.abort())
    part(page, "go").press("Enter")
    until(page, f"{TOLD}.includes('n’a pas pu commencer')")
    assert part(page, "go").text_content() == "Entraîner"


@pytest.mark.alone
def test_the_page_stays_free_while_a_worker_trains(page: Page, measured: Callable[[str, str], None]) -> None:
    page.evaluate("""window.long = [0]; new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) long.push(duration); }).observe({ entryTypes: ['longtask'] })""")
    part(page, "go").press("Enter")
    until(page, f"{TOLD}.includes('À 250 pas')")
    measured(
        "training in the page",
        f"{part(page, 'progress').text_content()}, longest task {page.evaluate('Math.max(...long)')} ms",
    )
    assert page.evaluate("Math.max(...long)") <= 50
