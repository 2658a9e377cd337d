import numpy as np
import pytest

from figures_src.article.facts.imagenet import ImageNetFacts, gather
from figures_src.published import load


@pytest.fixture(scope="module")
def imagenet() -> ImageNetFacts:
    return gather()["imagenet"]


def test_the_table_is_the_one_printed(imagenet):
    assert imagenet.threshold == pytest.approx(0.722)
    assert list(imagenet.variants) == ["inception", "bn_baseline", "bn_x5", "bn_x30", "bn_x5_sigmoid"]
    assert [v.steps for v in imagenet.variants.values()] == [31_000_000, 13_300_000, 2_100_000, 2_700_000, None]
    bests = [v.best for v in imagenet.variants.values()]
    assert bests == pytest.approx([0.722, 0.727, 0.730, 0.748, 0.698])


def test_speedups_are_ratios_to_the_network_without_bn(imagenet):
    found = [round(v.speedup, 1) if v.speedup else None for v in imagenet.variants.values()]
    assert found == [1.0, 2.3, 14.8, 11.5, None]
    assert (imagenet.fastest.arm, imagenet.best.arm) == ("bn_x5", "bn_x30")


def test_curves_and_table_tell_the_same_story(imagenet):
    curves = load("ioffe2015_fig2_imagenet_accuracy")
    for name, variant in imagenet.variants.items():
        curve = curves.where(arm=name)
        # The paper's curves were cut before their best points: up to a quarter of a point under the printed value.
        assert curve["validation_accuracy"].max() == pytest.approx(variant.best, abs=0.0025)
        if variant.steps:
            there = np.interp(variant.steps, curve["step"], curve["validation_accuracy"])
            assert there == pytest.approx(imagenet.threshold, abs=0.0015)
