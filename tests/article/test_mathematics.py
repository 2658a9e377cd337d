from xml.etree import ElementTree as ET

import pytest

from figures_src.article.mathematics import mathml


def tree(tex: str, display: bool = False) -> ET.Element:
    return ET.fromstring(mathml(tex, display))


def text(element: ET.Element) -> str:
    return "".join(element.itertext())


def test_epsilon_is_inside_the_root():
    root = tree(r"\frac{z - \mu}{\sqrt{\sigma^2 + \varepsilon}}").find(".//msqrt")
    assert text(root) == "σ2+ε"
    assert text(root.find(".//msup")) == "σ2"


@pytest.mark.parametrize(
    ("tex", "symbol", "name"),
    [(r"\mu", "μ", "mu"), (r"\sigma", "σ", "sigma"), (r"\gamma", "γ", "gamma"), (r"\beta", "β", "beta")],
)
def test_symbols_carry_their_class(tex, symbol, name):
    assert mathml(tex) == f'<math><mi class="sym-{name}">{symbol}</mi></math>'


def test_a_hat_is_a_small_accent_that_does_not_stretch():
    accent = tree(r"\hat{z}").find(".//mover")
    assert accent.get("accent") == "true"
    assert (accent[1].text, accent[1].get("stretchy")) == ("ˆ", "false")
    assert text(accent[0]) == "z"
    assert "^" not in mathml(r"\hat{z}^{(i)}")


def test_a_superscript_is_as_high_with_a_hat_as_without():
    padded = tree(r"\hat{z}^{(i)}").find(".//msup")[0]
    assert (padded.tag, padded.get("height")) == ("mpadded", "0.47em")


def test_a_hat_under_a_fraction_bar_is_as_high_as_it_looks():
    above, below = tree(r"\frac{\hat{z}}{\hat{y}}").find(".//mfrac")
    assert (above.get("height"), below.get("height")) == ("0.47em", "0.8em")


def test_a_norm_is_one_sign_and_no_assembly():
    assert {sign.get("stretchy") for sign in tree(r"\left\lVert g \right\rVert").iter("mo")} == {"false"}


def test_a_decimal_comma_belongs_to_its_number():
    numbers = [number.text for number in tree(r"a = 0{,}1 + 2{,}05 x").iter("mn")]
    assert numbers == ["0,1", "2,05"]


def test_limits_of_a_displayed_sum_are_under_and_over():
    assert [text(part) for part in tree(r"\sum_{i=1}^{m} z", display=True).find(".//munderover")] == ["∑", "i=1", "m"]


def test_display_is_said_only_where_it_is_meant():
    assert tree("x", display=True).get("display") == "block"
    assert tree("x").get("display") is None


def test_it_is_one_line():
    assert "\n" not in mathml(r"\frac{1}{m} \sum_{i=1}^{m} \left( z^{(i)} - \mu \right)^2", True)


@pytest.mark.parametrize("tex", ["\beta", "\frac{1}{2}", "\x0bx"])
def test_a_backslash_eaten_by_the_template_is_noticed(tex):
    with pytest.raises(ValueError, match="double the backslashes"):
        mathml(tex)


def test_nothing_is_no_equation():
    with pytest.raises(ValueError, match="needs TeX"):
        mathml("  ")
