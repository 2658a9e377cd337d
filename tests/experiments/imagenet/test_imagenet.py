"""The protocol of ImageNet: the paper's rates, and what its updates cost."""

import re
from pathlib import Path

import pytest

from figures_src.experiments.imagenet.experiment import PUBLISHED_STEPS, ImageNetProtocol, experiment, full_run_cost
from figures_src.experiments.inception.measures import PUBLISHED
from figures_src.experiments.inception.runs import DataParallel
from figures_src.networks.normalization import Normalization
from figures_src.records import store


def test_rates_are_the_published_ones() -> None:
    rates = {arm.name: ImageNetProtocol(arm=arm.name).runs()[0].learning_rate for arm in PUBLISHED}
    published = {"inception": 0.0015, "bn_baseline": 0.0015, "bn_x5": 0.0075, "bn_x30": 0.045, "bn_x5_sigmoid": 0.0075}
    assert rates == pytest.approx(published)


def test_a_run_is_the_paper_s_network_on_its_images() -> None:
    (run,) = ImageNetProtocol(arm="inception").runs()
    assert (run.network, run.side, run.classes, run.batch_size) == ("bn_inception", 224, 1000, 32)
    assert run.normalization is Normalization.NONE


def test_how_a_run_is_shared_out_is_part_of_its_key() -> None:
    spreads = (DataParallel(), DataParallel(2), DataParallel(2, sync_bn=True), DataParallel(augmented=False))
    experiments = [experiment(ImageNetProtocol(spread=spread), "0" * 64, lambda *_: None) for spread in spreads]
    assert len({store.record_key(found, "full") for found in experiments}) == 4


@pytest.mark.parametrize(("processes", "batch"), [(3, 32), (32, 32), (2, 7)])
def test_a_batch_that_cannot_be_shared_out_is_refused_with_one_that_can(processes: int, batch: int) -> None:
    with pytest.raises(ValueError, match=f"choose a multiple of {processes}, such as") as refusal:
        DataParallel(processes).share(batch)
    assert DataParallel(processes).share(int(str(refusal.value).rpartition(" ")[2])) >= 2


@pytest.mark.parametrize(("processes", "batch"), [(1, 28), (2, 28), (3, 30)])
def test_a_batch_larger_than_the_images_is_refused_with_one_that_fits(processes: int, batch: int) -> None:
    with pytest.raises(ValueError, match=f"a batch of {batch} is more than the 27 images") as refusal:
        DataParallel(processes).admit(batch, 27)
    DataParallel(processes).admit(int(str(refusal.value).split()[-3]), 27)


def test_cost_of_the_published_updates() -> None:
    cost = full_run_cost("bn_x5", 1000)
    assert cost.images == 67_200_000
    assert cost.epochs == pytest.approx(52.45, abs=0.01)
    assert cost.hours == pytest.approx(18.667, abs=0.001)
    with pytest.raises(KeyError):
        full_run_cost("bn_x5_sigmoid", 1000)


def test_the_readme_s_costs_are_those_of_its_throughputs() -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text()
    slow, fast = (float(rate) for rate in re.findall(r"(\d+) images/s \|", text.replace(",", "")))
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) M \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", text, re.MULTILINE)
    assert [row[0] for row in rows] == sorted(PUBLISHED_STEPS, key=lambda arm: -PUBLISHED_STEPS[arm])
    for arm, *cells in rows:
        images, epochs, days, hours = (int(cell.replace(",", "")) for cell in cells)
        cost = full_run_cost(arm, slow)
        assert (images, epochs) == (round(cost.images / 1e6), round(cost.epochs))
        assert (days, hours) == (round(cost.hours / 24), round(full_run_cost(arm, fast).hours))
