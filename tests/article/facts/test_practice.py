import pytest

from figures_src.article.facts.practice import LEARNING_RATES, PLACEMENT, gather
from figures_src.published import load


def test_every_variant_of_the_published_table_has_its_rate():
    assert list(LEARNING_RATES) == load("ioffe2015_fig3_imagenet_table").columns["arm"].tolist()


@pytest.mark.parametrize(("arm", "times"), [("bn_baseline", 1), ("bn_x5", 5), ("bn_x30", 30), ("bn_x5_sigmoid", 5)])
def test_the_names_of_the_variants_tell_their_rates(arm, times):
    assert LEARNING_RATES[arm] == pytest.approx(times * LEARNING_RATES["inception"])


def test_the_benchmark_points_both_ways():
    after, before = PLACEMENT["after_plain"], PLACEMENT["before"]
    assert after.googlenet_orthogonal < before.googlenet_orthogonal, "each row from the same weights"
    assert after.caffenet > PLACEMENT["before_plain"].caffenet > PLACEMENT["without_bn"].caffenet
    assert after.googlenet < before.googlenet < PLACEMENT["without_bn"].googlenet
    assert all(0.4 < place.caffenet < 0.6 for place in PLACEMENT.values())


def test_the_facts_cannot_be_changed_by_a_template():
    with pytest.raises(TypeError):
        gather()["placement"]["after"] = None
