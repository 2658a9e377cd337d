import ast
import subprocess
import sys

import pytest

from figures_src.article import listing as module
from figures_src.article.listing import CODE, SOURCES, extracts, listing, source_link
from figures_src.article.typography import typeset

SAMPLE = '''"""A module."""

import math


def plain(x):
    """Say what it does."""
    # Why: a reason.
    return x  # kept


@decorated
@twice(1)
class Layer:
    """A class.

    Two paragraphs.
    """

    size = 3

    @property
    def width(self):
        """One line."""

        return self.size

    async def later(self):
        """Nothing but this."""


def last(): return 0
'''


def test_a_function_as_it_stands_and_without_its_docstring():
    assert extracts(SAMPLE, ["plain"]) == [
        'def plain(x):\n    """Say what it does."""\n    # Why: a reason.\n    return x  # kept'
    ]
    assert extracts(SAMPLE, ["plain"], docstrings=False) == [
        "def plain(x):\n    # Why: a reason.\n    return x  # kept"
    ]


def test_a_class_comes_with_its_decorators_and_loses_every_docstring_that_can_go():
    (layer,) = extracts(SAMPLE, ["Layer"], docstrings=False)
    assert layer.splitlines() == [
        "@decorated",
        "@twice(1)",
        "class Layer:",
        "    size = 3",
        "",
        "    @property",
        "    def width(self):",
        "        return self.size",
        "",
        "    async def later(self):",
        '        """Nothing but this."""',
    ]
    ast.parse(layer)


def test_methods_are_named_by_their_class_and_stand_flush_left():
    assert extracts(SAMPLE, ["Layer.width", "last"], docstrings=False) == [
        "@property\ndef width(self):\n    return self.size",
        "def last(): return 0",
    ]


@pytest.mark.parametrize(("wrong", "nearest"), [("plane", "plain"), ("Layer.with", "Layer.width"), ("lats", "last")])
def test_what_does_not_exist_is_refused_with_its_nearest_neighbour(wrong, nearest):
    with pytest.raises(KeyError, match=f"no definition '{wrong}': did you mean '{nearest}'"):
        extracts(SAMPLE, ["plain", wrong])


def test_every_line_shown_is_a_line_of_the_file_that_runs():
    block = listing("mean", "variance", "normalize", "scale_and_shift")
    first, *code, fence, attributes = block.splitlines()
    assert (first, fence, attributes) == ("```python", "```", '{: lang="en"}')
    assert set(code) <= set(SOURCES["batchnorm"].read_text().splitlines())
    functions = ast.parse("\n".join(code)).body
    assert [function.name for function in functions if isinstance(function, ast.FunctionDef)] == [
        "mean",
        "variance",
        "normalize",
        "scale_and_shift",
    ]
    assert "Equation (1)" in block
    assert "Equation (1)" not in listing("mean", docstrings=False)


def test_a_class_or_a_method_of_the_source_is_whole_code():
    for name in ("_BatchNorm", "_BatchNorm.forward", "_BatchNorm._track", "BatchNorm2d"):
        for docstrings in (True, False):
            (text,) = extracts(SOURCES["batchnorm"].read_text(), [name], docstrings=docstrings)
            (definition,) = ast.parse(text).body
            assert isinstance(definition, ast.FunctionDef | ast.ClassDef)
            assert definition.name == name.split(".")[-1]


def test_the_listing_follows_the_source(tmp_path, monkeypatch):
    monkeypatch.setitem(SOURCES, "batchnorm", tmp_path / "batchnorm.py")
    SOURCES["batchnorm"].write_text("def mean(z):\n    return z.mean()\n")
    assert listing("mean") == '```python\ndef mean(z):\n    return z.mean()\n```\n{: lang="en"}'
    with pytest.raises(KeyError, match="no definition 'variance'"):
        listing("variance")


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_is_shown_is_one_that_the_post_depends_on(name: str) -> None:
    assert SOURCES[name].is_file()
    with pytest.raises(KeyError, match=f"did you mean '{name}'"):
        listing("mean", source=f"{name}s")


def test_typography_leaves_code_alone():
    block = f"Avant.\n\n{listing('_BatchNorm.forward')}\n\nAprès.\n"
    assert typeset(block) == block


def test_a_link_points_to_the_very_file():
    assert source_link("fichier <1>") == f'<a href="{CODE}/batchnorm.py">fichier &lt;1&gt;</a>'
    assert source_link("code", "figures/gbn_2.py") == f'<a href="{CODE}/figures/gbn_2.py">code</a>'


def test_no_torch():
    program = "import sys, figures_src.article.listing as l; l.listing('mean'); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.slow
def test_the_six_lines_train_and_answer():
    code = module.example("six_lines").removeprefix("```python\n").partition("\n```")[0]
    assert len(code.splitlines()) == 6
    program = f"""
import torch
from torch import nn
images, labels = torch.randn(8, 784), torch.arange(8) % 10
class Optimizer:
    def step(self):
        assert all(p.grad is not None for p in model.parameters())
optimizer = Optimizer()
{code}
assert answer.shape == () and 0 <= answer < 10 and not model.training and hidden[0].bias is None
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_misspelt_example_is_refused_with_its_nearest_neighbour():
    with pytest.raises(KeyError, match="did you mean 'six_lines'"):
        module.example("six_line")
