"""Numbers of the style: French numbers, contrasts, colours as the colour-blind see them, the bytes of an SVG."""

import io
import re
from dataclasses import asdict
from itertools import combinations, pairwise
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager
from matplotlib.figure import Figure
from PIL import Image

from figures_src import style
from figures_src.figures import drawing
from figures_src.svg import TOLERANCE, _distance, _path, lighter_png, svg_bytes, thinned, words

# Machado, Oliveira & Fernandes 2009, severity 1, for linear RGB.
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
TEXT_COLOURS = [name for name in asdict(style.LIGHT) if name not in ("name", "paper", "faint")]
ARMS = ("with_bn", "without_bn", "noisy_bn", "published")


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    dark, light = sorted(float(linear(colour) @ TO_XYZ[1]) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    x, y, z = np.cbrt(TO_XYZ @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: str, other: str, seen_by: np.ndarray) -> float:
    """CIE 1976 difference of two colours; 2.3 is just noticeable."""
    return float(np.linalg.norm(lab(seen_by @ linear(one)) - lab(seen_by @ linear(other))))


def mixed(colour: str, paper: str, alpha: float) -> str:
    parts = [
        round(alpha * int(colour[at : at + 2], 16) + (1 - alpha) * int(paper[at : at + 2], 16)) for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)


def test_contrast_of_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", style.THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("name", TEXT_COLOURS)
def test_every_colour_can_be_text(theme, name):
    assert contrast(getattr(theme, name), theme.paper) >= 4.5


@pytest.mark.parametrize("theme", style.THEMES, ids=lambda theme: theme.name)
def test_published_lines_stay_visible_though_translucent(theme):
    line = mixed(theme.published, theme.paper, drawing.BEHIND["alpha"])
    assert contrast(line, theme.paper) >= 3


@pytest.mark.parametrize("theme", style.THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("seen_by", [np.eye(3), PROTANOPIA, DEUTERANOPIA], ids=["all", "protanopia", "deuteranopia"])
def test_arms_differ_for_everyone(theme, seen_by):
    gaps = {(a, b): distance(getattr(theme, a), getattr(theme, b), seen_by) for a, b in combinations(ARMS, 2)}
    assert gaps["with_bn", "without_bn"] >= 70
    assert min(gaps.values()) >= 15, gaps


@pytest.mark.parametrize("theme", style.THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("seen_by", [np.eye(3), PROTANOPIA, DEUTERANOPIA], ids=["all", "protanopia", "deuteranopia"])
def test_greek_letters_differ_for_everyone(theme, seen_by):
    letters = ("mu", "sigma", "gamma", "beta")
    assert min(distance(getattr(theme, a), getattr(theme, b), seen_by) for a, b in combinations(letters, 2)) >= 15


def test_the_fonts_are_the_shipped_ones_and_hold_what_figures_write():
    style.install_fonts()
    needed = "ÀÇÉÈÊËÎÏÔÙÛàâçéèêëîïôùûüœŒæ«»’–— \u00a0\u202f\u2212×·²³ᵉ±≥≤≠≈→←↑↓∞√∑∂∆%‰σμγβεηλθΔΣ0123456789,()[]"
    faces: tuple[tuple[int, Literal["normal", "italic"]], ...] = ((400, "normal"), (600, "normal"), (400, "italic"))
    for weight, slant in faces:
        wanted = font_manager.FontProperties(family=style.FAMILY, weight=weight, style=slant)
        path = Path(font_manager.findfont(wanted, fallback_to_default=False))
        assert path.parent == style.FONTS
        characters = font_manager.get_font(str(path)).get_charmap()
        assert [c for c in needed if ord(c) not in characters] == []
    assert "SIL OPEN FONT LICENSE" in (style.FONTS / "LICENSE.md").read_text().upper()


@given(st.lists(st.tuples(st.floats(0, 700), st.floats(0, 400)), min_size=2, max_size=60))
def test_thinned_curves_stay_within_the_tolerance(points):
    curve = np.array(points)
    thin = thinned(curve)
    assert (thin[[0, -1]] == curve[[0, -1]]).all()
    for point in curve:
        gaps = [_distance(point[None], a, b)[0] for a, b in pairwise(thin)]
        assert min(gaps) <= TOLERANCE + 1e-9


def test_a_straight_line_needs_two_points():
    line = np.stack([np.linspace(0, 10, 50), np.linspace(0, 5, 50)], axis=1)
    assert len(thinned(line)) == 2


def small_figure() -> Figure:
    with style.rc(style.LIGHT, style.NARROW):
        sheet = drawing.begin(style.LIGHT, style.NARROW, "Été à 95\u202f%, σ = 0,1", 200)
        axes = sheet.panel(40, 10, 200, 120)
        axes.plot([0, 1, 2], [0, 1, 0.5], color=style.LIGHT.with_bn)
        axes.fill_between([0, 1, 2], [0, 0.5, 0], [1, 1, 1], alpha=0.2)
        return drawing.finish(sheet)


def test_svg_is_small_plain_and_its_own():
    first, second = (svg_bytes(small_figure(), "sample") for _ in range(2))
    other = svg_bytes(small_figure(), "other").decode()
    text = first.decode()
    assert first == second
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root.get("viewBox")) == ("340", f"0 0 340 {root.get('height')}")
    assert not re.search(r"<\?xml|<!DOCTYPE|<!--|metadata|xlink|<text|<style|<image", text)
    assert not re.search(r"\d\.\d{5}", text), "coordinates are rounded"
    mine, others = (set(re.findall(r' id="([^"]+)"', svg)) for svg in (text, other))
    assert len(mine) == text.count(" id=")
    assert not mine & others, "two figures can stand inline in one page"
    references = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    assert {a or b for a, b in references} == mine


def test_svg_paths_keep_their_places():
    assert _path("M 10 20 \nL 30.04 20 \nL 30.04 50 \nz", 1, 1) == "m10 20l20 0 0 30z"
    moved = _path("M 0 0 \nL 0.333 5 \nL 0.666 -5 \nL 0.999 5", 1, 1)
    assert sum(float(x) for x in re.findall(r"(-?[\d.]+) ?-?[\d.]+", moved)) == pytest.approx(1.0)


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert("RGBA").save(buffer, "png")
    return buffer.getvalue()


def test_a_picture_of_few_colours_is_lighter_pixel_for_pixel():
    noise = np.random.default_rng(20210411).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    for few in (noise // 128 * 128, noise[..., :1].repeat(3, axis=2) // 16 * 16):
        content = lighter_png(png(few))
        assert len(content) < len(png(few))
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")), few)
    assert lighter_png(png(noise)) == png(noise), "too many colours for a palette"
    glass = Image.new("RGBA", (32, 32), (200, 100, 50, 128))
    buffer = io.BytesIO()
    glass.save(buffer, "png")
    assert lighter_png(buffer.getvalue()) == buffer.getvalue(), "a palette would be opaque"


def test_a_stamp_is_written_across():
    figure = Figure(figsize=(5, 3), dpi=72)
    style.stamp(figure, "Essai rapide : ne pas publier", style.LIGHT)
    assert figure.texts[0].get_text() == "Essai rapide : ne pas publier"
    assert float(figure.texts[0].get_fontsize()) >= style.SMALLEST_TEXT


def test_a_drawing_says_its_words_once_and_no_numbers() -> None:
    figure = Figure()
    for text, label in (("Les notes", style.NOTE), ("avec BN", ""), ("avec BN", ""), ("10", ""), ("µ", "")):
        figure.text(0, 0, text, label=label)
    assert words(figure) == ["avec BN"]
    assert "<desc>avec BN</desc>" in svg_bytes(figure, "a", described=True).decode()
    assert b"<desc>" not in svg_bytes(figure, "a")
