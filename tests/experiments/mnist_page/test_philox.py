"""The generator: its authors' known answers, its laws, and the same numbers in a browser's JavaScript."""

from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.mnist_page.philox import ORDER, WEIGHTS, WORD, normals, permutation, philox, words
from tests.experiments.mnist_page.in_node import evaluate

KNOWN = {
    ((0, 0, 0, 0), (0, 0)): (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ((WORD - 1,) * 4, (WORD - 1,) * 2): (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)): (
        *(0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}
"""Of philox4x32 with ten rounds, from the `kat_vectors` of the authors' library, Random123."""


@pytest.mark.parametrize(("place", "answer"), KNOWN.items())
def test_the_answers_are_those_of_its_authors(
    tmp_path: Path, place: tuple[tuple[int, ...], tuple[int, int]], answer: tuple[int, ...]
) -> None:
    counter, key = place
    assert philox(np.array(counter), key).tolist() == list(answer)
    assert evaluate(tmp_path, "return m.philox.philox(a[0], a[1]);", counter, key) == list(answer)


@pytest.mark.parametrize(("seed", "purpose", "stream", "count"), [(0, WEIGHTS, 3, 1001), (9999, ORDER, 70, 6)])
def test_a_browser_draws_the_same_numbers(tmp_path: Path, seed: int, purpose: int, stream: int, count: int) -> None:
    program = "return [m.philox.words(...a), m.philox.normals(...a), m.philox.permutation(...a)];"
    theirs, normal, order = evaluate(tmp_path, program, seed, purpose, stream, count)
    assert theirs == words(seed, purpose, stream, count).tolist()
    # Logarithms and cosines may differ in their last bit.
    np.testing.assert_allclose(normal, normals(seed, purpose, stream, count), rtol=1e-13, atol=1e-15)
    assert order == permutation(seed, purpose, stream, count).tolist()


def test_normals_are_normal_and_streams_differ() -> None:
    one, other = normals(0, WEIGHTS, 0, 100_000), normals(0, WEIGHTS, 1, 100_000)
    assert one.mean() == pytest.approx(0, abs=0.015)
    assert one.std() == pytest.approx(1, abs=0.01)
    assert np.mean(np.abs(one) < 1.959964) == pytest.approx(0.95, abs=0.004)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.015
    assert np.all(normals(0, WEIGHTS, 0, 7) == one[:7])


def test_a_permutation_holds_each_number_once() -> None:
    order = permutation(5, ORDER, 0, 2000)
    assert sorted(order.tolist()) == list(range(2000))
    assert order.tolist() != permutation(5, ORDER, 1, 2000).tolist()
