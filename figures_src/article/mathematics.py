"""TeX to MathML, with the repairs that browsers and French readers need."""

import re
from functools import cache
from xml.etree import ElementTree as ET

SYMBOL_CLASSES = {"μ": "sym-mu", "σ": "sym-sigma", "γ": "sym-gamma", "β": "sym-beta", "ε": "sym-epsilon"}
SHORT_LETTERS = set("acemnorsuvwxyz")
LETTER_HEIGHT, HAT_HEIGHT = "0.47em", "0.58em"
"""Of a short letter: what a superscript should see, hat or no hat, and what keeps the hat clear of the letter."""
TOP_OF_HAT = "0.8em"
"""What a fraction bar should see of it."""
NORM = "‖"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'


def _require_tex(tex: str) -> None:
    r"""Refuse what `"\beta"` becomes when a template forgets to double its backslash: a backspace and "eta"."""
    if not tex.strip():
        raise ValueError("an equation needs TeX")
    if _CONTROL.search(tex):
        raise ValueError(f"control character in {tex!r}: double the backslashes of TeX in templates")


def _colour_symbols(root: ET.Element) -> None:
    for identifier in root.iter("mi"):
        if identifier.text in SYMBOL_CLASSES:
            identifier.set("class", SYMBOL_CLASSES[identifier.text])


def _place_hats(root: ET.Element) -> None:
    """Replace ASCII carets: fonts draw them at the height of capitals, and browsers stretch them."""
    for parent in root.iter():
        for index, accented in enumerate(parent):
            if accented.tag != "mover" or accented[-1].text != "^":
                continue
            accented[-1].text = "\u02c6"
            accented[-1].set("stretchy", "false")
            accented.set("accent", "true")
            if accented[0].tag == "mi" and accented[0].text in SHORT_LETTERS:
                accented[0] = _padded(accented[0], HAT_HEIGHT)
                parent[index] = _padded(accented, LETTER_HEIGHT)


def _padded(element: ET.Element, height: str) -> ET.Element:
    padded = ET.Element("mpadded", height=height)
    padded.append(element)
    return padded


def _clear_bars(root: ET.Element) -> None:
    """Say to the bar of a fraction how high the hats under it reach, or Firefox has them meet."""
    for fraction in root.iter("mfrac"):
        for padded in fraction[1].iter("mpadded"):
            if padded.get("height") == LETTER_HEIGHT:
                padded.set("height", TOP_OF_HAT)


def _keep_norms_whole(root: ET.Element) -> None:
    """Draw ‖ as one sign: stretched, it is made of pieces, between which Firefox leaves gaps."""
    for operator in root.iter("mo"):
        if operator.text == NORM:
            operator.set("stretchy", "false")


def _close_ellipses(root: ET.Element) -> None:
    """Let the commas around "…" space it: as an operator it would add its own space on one side."""
    for operator in root.iter("mo"):
        if operator.text == "…":
            operator.attrib |= {"lspace": "0", "rspace": "0"}


def _join_decimals(root: ET.Element) -> None:
    """Make one number of the three that latex2mathml gives for `0{,}1`, or the comma gets a space after it."""
    for parent in root.iter():
        children = list(parent)
        for whole, comma, decimals in zip(children, children[1:], children[2:], strict=False):
            if _is_number(whole) and _is_group_of_comma(comma) and _is_number(decimals):
                whole.text = f"{whole.text},{decimals.text}"
                parent.remove(comma)
                parent.remove(decimals)


def _is_number(element: ET.Element) -> bool:
    return element.tag == "mn"


def _is_group_of_comma(element: ET.Element) -> bool:
    return element.tag == "mrow" and [(child.tag, child.text) for child in element] == [("mo", ",")]


def _unwrap(root: ET.Element) -> None:
    """Drop `mrow`s with one child: they weigh as much as what they hold."""
    for parent in root.iter():
        for index, child in enumerate(parent):
            while child.tag == "mrow" and len(child) == 1:
                child = child[0]
            parent[index] = child


@cache
def mathml(tex: str, display: bool = False) -> str:
    """Turn TeX into one line of MathML.

    The symbols μ, σ, γ, β, ε carry a class each (`sym-mu` …), so that the page can colour them. Raises
    ValueError for empty TeX or for a control character.
    """
    _require_tex(tex)
    from latex2mathml.converter import convert  # costs a tenth of a second

    root = ET.fromstring(convert(tex, display="block" if display else "inline").replace(_NAMESPACE, ""))
    if not display:
        root.attrib.pop("display", None)
    repairs = (_join_decimals, _unwrap, _place_hats, _clear_bars, _keep_norms_whole, _close_ellipses, _colour_symbols)
    for repair in repairs:
        repair(root)
    return ET.tostring(root, encoding="unicode", short_empty_elements=False)
