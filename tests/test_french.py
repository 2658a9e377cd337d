import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures_src import french

NNBSP, NBSP = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0.973, 2, "0,97"),
        (-0.5, 1, "−0,5"),
        (50_000, 0, f"50{NNBSP}000"),
        (1234567.891, 1, f"1{NNBSP}234{NNBSP}567,9"),
        (-0.001, 2, "0,00"),
    ],
)
def test_number(value, decimals, written):
    assert french.number(value, decimals) == written


@pytest.mark.parametrize(("value", "written"), [(0.46, "+0,5"), (-0.46, "−0,5"), (0.01, "0,0")])
def test_signed_number(value, written):
    assert french.number(value, 1, signed=True) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("write", [french.number, french.percent, french.points, french.significant, french.shortest])
def test_a_number_that_is_not_one_is_refused(write, value):
    with pytest.raises(ValueError, match="cannot stand in a sentence"):
        write(value)


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_number_reads_back(value, decimals):
    text = french.number(value, decimals).replace(NNBSP, "").replace("−", "-").replace(",", ".")
    assert float(text) == pytest.approx(value, abs=0.51 * 10**-decimals)


@pytest.mark.parametrize(
    ("value", "written"), [(0.1, "0,1"), (0.03, "0,03"), (3.0, "3"), (1e-5, "0,00001"), (10, "10")]
)
def test_a_setting_keeps_its_own_decimals(value, written):
    assert french.shortest(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.01234, "0,012"), (0.4, "0,40"), (12.3, "12"), (0.0996, "0,10"), (2711, "2 700"), (0, "0,0")],
)
def test_significant_digits(value, written):
    assert french.significant(value) == written


def test_percent_and_points():
    assert french.percent(0.97318, 1) == f"97,3{NNBSP}%"
    assert french.points(0.023) == f"2,3{NBSP}points"
    assert french.points(0.0199, 1) == f"2,0{NBSP}points"
    assert french.points(0.0046, 2, signed=True) == f"+0,46{NBSP}point"
    assert french.points(-0.05, 0, signed=True) == f"−5{NBSP}points"


def test_counts():
    assert french.integer(10_000.0) == f"10{NNBSP}000"
    with pytest.raises(ValueError, match="use number"):
        french.integer(2.5)
    assert [french.words(count) for count in (2, 3, 10)] == ["deux", "trois", "dix"]
    with pytest.raises(ValueError, match="with integer"):
        french.words(11)
    assert (french.plural(1.9, "point"), french.plural(2, "point")) == ("point", "points")


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.2, "moins d’une seconde"), (59.4, "59 s"), (725, "12 min 5 s"), (3780, "1 h 3 min"), (7200, "2 h")],
)
def test_duration(seconds, written):
    assert french.duration(seconds).replace(NBSP, " ") == written


@pytest.mark.parametrize(
    ("iso", "written"), [("2021-04-05", "5 avril 2021"), ("2026-11-01T12:00:00+00:00", "1er novembre 2026")]
)
def test_date(iso, written):
    assert french.date(iso).replace(NBSP, " ") == written


def test_sentence_list():
    assert french.sentence_list(["a"]) == "a"
    assert french.sentence_list(["a", "b", "c"]) == "a, b et c"
