"""The checks that PyTorch's `test/test_nn.py` names `test_batchnorm_*`, put to our modules.

Left out: what only an accelerator can show (cuDNN, MIOpen, SyncBatchNorm).
"""

import itertools
from collections import OrderedDict
from typing import Any

import pytest
import torch
from torch import nn
from torch.autograd import forward_ad, gradcheck, gradgradcheck
from torch.testing import assert_close

from figures_src.batchnorm import BatchNorm1d, BatchNorm2d

HALVES = [torch.bfloat16, torch.float16]
# (dtype of the input, dtype of the module): plain, then mixed.
DTYPES = [(d, d) for d in (torch.float64, torch.float32, *HALVES)] + [(d, torch.float32) for d in HALVES]
each_dtype = pytest.mark.parametrize(("dtype", "module_dtype"), DTYPES)


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def buffers(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: buffer.clone() for name, buffer in module.named_buffers()}


def randomised(module: nn.Module) -> nn.Module:
    for parameter in module.parameters():
        parameter.data.uniform_()
    return module


def test_less_than_one_value_per_channel_is_refused():
    with pytest.raises(ValueError, match="Expected more than 1 value per channel"):
        BatchNorm1d(10)(torch.rand(1, 10, 1))


@pytest.mark.parametrize("name", ["running_mean", "running_var", "weight", "bias"])
@pytest.mark.parametrize("size", [9, 11, 1])
@pytest.mark.parametrize("training", [True, False])
def test_a_vector_of_another_size_than_the_input_is_refused(name, size, training):
    layer = BatchNorm1d(10).train(training)
    wrong = torch.rand(size)
    setattr(layer, name, nn.Parameter(wrong) if name in ("weight", "bias") else wrong)
    with pytest.raises(RuntimeError, match=f"{name} should contain 10 elements not {size}"):
        layer(torch.rand(2, 10))


@pytest.mark.parametrize("training", [True, False])
def test_buffers_are_untouched_when_stats_are_not_tracked(training):
    layer = BatchNorm1d(4).train(training)
    layer.track_running_stats = False
    before = buffers(layer)
    layer(torch.rand(32, 4))
    assert_close(buffers(layer), before, rtol=0, atol=0)


@each_dtype
def test_simple_average(dtype, module_dtype):
    layer = BatchNorm1d(3, momentum=None, dtype=module_dtype)
    initial = buffers(layer)
    batches = torch.rand(4, 3, dtype=dtype), torch.rand(4, 3, dtype=dtype)
    outputs, seen = [], []
    for batch in batches:
        outputs.append(layer(batch))
        seen.append(buffers(layer))
        layer.reset_running_stats()
        assert_close(buffers(layer), initial, rtol=0, atol=0)
    for batch, output in zip(batches, outputs, strict=True):
        assert_close(layer(batch), output)
    for name in ("running_mean", "running_var"):
        assert not torch.equal(seen[0][name], initial[name])
        assert_close(buffers(layer)[name], (seen[0][name] + seen[1][name]) / 2)
    assert layer.num_batches_tracked == 2


@pytest.mark.parametrize("momentum", [0.0, 0.1, 1.0, None])
@each_dtype
def test_cumulative_and_moving_averages_follow_pytorch(momentum, dtype, module_dtype):
    ours, theirs = (cls(3, momentum=momentum, dtype=module_dtype) for cls in (BatchNorm1d, nn.BatchNorm1d))
    for step in range(5):
        batch = torch.randn(8, 3).mul(step + 1).add(step).to(dtype)
        ours(batch), theirs(batch)
        assert_close(buffers(ours), buffers(theirs))


@each_dtype
def test_update_of_stats_in_training_only(dtype, module_dtype):
    layer = BatchNorm1d(3, dtype=module_dtype)
    batch = torch.rand(4, 3, dtype=dtype)
    before = buffers(layer)
    layer(batch)
    after = buffers(layer)
    assert all(not torch.equal(before[name], after[name]) for name in before)
    layer.eval()(batch)
    assert_close(buffers(layer), after, rtol=0, atol=0)


@each_dtype
def test_evaluation_repeats_itself(dtype, module_dtype):
    z = torch.rand(4, 3).to(dtype).requires_grad_()
    dy = torch.rand(4, 3).to(dtype)
    layer = BatchNorm1d(3, dtype=module_dtype).eval()
    untracked = BatchNorm1d(3, track_running_stats=False, dtype=module_dtype)
    first = [(y := layer(z)), torch.autograd.grad(y, z, dy)[0]]
    again = [(y := layer(z)), torch.autograd.grad(y, z, dy)[0]]
    assert_close(again, first, rtol=0, atol=0)
    in_training = [(y := untracked(z)), torch.autograd.grad(y, z, dy)[0]]
    in_evaluation = [(y := untracked.eval()(z)), torch.autograd.grad(y, z, dy)[0]]
    assert_close(in_evaluation, in_training, rtol=0, atol=0)


@each_dtype
@pytest.mark.parametrize("training", [True, False])
def test_affine_with_neutral_parameters_changes_nothing(dtype, module_dtype, training):
    z = torch.rand(4, 3).to(dtype).requires_grad_()
    dy = torch.rand(4, 3).to(dtype)
    plain, affine = (BatchNorm1d(3, affine=a, dtype=module_dtype).train(training) for a in (False, True))
    without = [(y := plain(z)), torch.autograd.grad(y, z, dy)[0]]
    assert without[0].dtype == without[1].dtype == dtype
    assert_close([(y := affine(z)), torch.autograd.grad(y, z, dy)[0]], without)


def test_grad_and_gradgrad_through_an_unused_affine():
    z = torch.randn(4, 5, 6, dtype=torch.double, requires_grad=True)
    layer = BatchNorm1d(5, affine=False, dtype=torch.double)
    assert gradcheck(layer, (z,))
    assert gradgradcheck(layer, (z,), fast_mode=True)


@pytest.mark.parametrize("shape", [(4, 8, 10, 10), (4, 1, 9, 9), (4, 9, 1, 1)])
@each_dtype
@pytest.mark.parametrize("training", [True, False])
def test_channels_last_agrees_with_contiguous(shape, dtype, module_dtype, training):
    z = torch.randn(shape).to(dtype)
    dy = torch.randn(shape).to(dtype)
    layer = randomised(BatchNorm2d(shape[1], dtype=module_dtype)).train(training)
    reference = nn.BatchNorm2d(shape[1], dtype=module_dtype).train(training)
    reference.load_state_dict(layer.state_dict())
    results = {}
    for module, layout in itertools.product((layer, reference), (torch.contiguous_format, torch.channels_last)):
        z_in = z.contiguous(memory_format=layout).requires_grad_()
        y = module(z_in)
        grads = torch.autograd.grad(y, (z_in, *module.parameters()), dy.contiguous(memory_format=layout))
        assert y.is_contiguous(memory_format=layout)
        results[module, layout] = [y, *grads]
    expected = results[reference, torch.contiguous_format]
    # The gradients are sums of up to 400 products: an absolute error of a few units of the input's precision.
    tolerance = 2e-2 if dtype in HALVES else 1e-4
    for layout in (torch.contiguous_format, torch.channels_last):
        assert_close(results[layer, layout], expected, rtol=tolerance, atol=tolerance)


def test_non_contiguous_input_in_evaluation():
    z = torch.arange(6.0).reshape(1, 3, 2, 1).permute(0, 2, 1, 3)
    layer = randomised(BatchNorm2d(2)).eval()
    out = layer(z)
    assert out.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(out, layer(z.contiguous()))


def test_half_does_not_overflow():
    z = (
        torch.randn(64, 4, 8, 8).mul(100).add(3e4).to(torch.float16)
    )  # the sum of a channel is 1.2e8, float16 ends at 65504
    y, expected = BatchNorm2d(4)(z), nn.BatchNorm2d(4)(z)
    assert torch.isfinite(y).all()
    assert_close(y, expected, rtol=2e-3, atol=2e-3)


def test_large_batch():
    # Against PyTorch in float64: in float32 its own sums over 200 000 rows are 1e-4 away.
    z = torch.randn(200_000, 2).mul(3).add(50)
    ours, theirs = BatchNorm1d(2), nn.BatchNorm1d(2, dtype=torch.double)
    assert_close(ours(z).double(), theirs(z.double()), rtol=1e-5, atol=1e-5)
    assert_close(buffers(ours.double()), buffers(theirs), rtol=1e-6, atol=1e-6)


def test_non_affine_half_input_keeps_its_type():
    z = torch.randn(16, 3, 24, 24, dtype=torch.half)
    layer = BatchNorm2d(3, affine=False)
    assert layer(z).dtype == layer.eval()(z).dtype == torch.half
    assert layer.running_mean.dtype == torch.float32


@pytest.mark.parametrize(
    ("layer", "shape"), [(BatchNorm2d(3), (0, 3, 2, 2)), (BatchNorm2d(3), (2, 3, 0, 2)), (BatchNorm1d(3), (0, 3))]
)
def test_empty_batch(layer, shape):
    z = torch.randn(shape, requires_grad=True)
    y = layer(z)
    y.sum().backward()
    assert y.shape == z.grad.shape == shape
    assert layer.running_mean.tolist() == layer.weight.grad.tolist() == layer.bias.grad.tolist() == [0, 0, 0]
    assert layer.running_var.tolist() == [1, 1, 1]
    assert layer.num_batches_tracked == 1


def test_load_state_dict_of_version_1():
    layer = BatchNorm2d(3)
    assert layer.state_dict()["num_batches_tracked"] == 0
    layer.num_batches_tracked = torch.tensor(10)
    layer.load_state_dict(OrderedDict(), strict=False)
    assert layer.num_batches_tracked == 10
    with torch.device("meta"):
        built_on_meta = BatchNorm2d(3)
    built_on_meta.load_state_dict(OrderedDict(), assign=True, strict=False)
    assert built_on_meta.num_batches_tracked.device.type == "cpu"
    assert built_on_meta.num_batches_tracked == 0


def test_a_state_without_the_count_loads_only_in_version_1():
    state: Any = nn.BatchNorm1d(3).state_dict()
    del state["num_batches_tracked"]
    with pytest.raises(RuntimeError, match="num_batches_tracked"):
        BatchNorm1d(3).load_state_dict(state)
    state._metadata[""]["version"] = 1
    BatchNorm1d(3).load_state_dict(state)


# Forward-mode differentiation makes torch itself call its deprecated torch.jit.script.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("training", [True, False])
def test_forward_mode_derivative(training):
    z, tangent = torch.randn(2, 6, 3, dtype=torch.double)
    ours, theirs = (cls(3, dtype=torch.double).train(training) for cls in (BatchNorm1d, nn.BatchNorm1d))
    derivatives = []
    for module in (ours, theirs):
        with forward_ad.dual_level():
            y = module(forward_ad.make_dual(z, tangent))  # type: ignore[no-untyped-call]
            derivatives.append(forward_ad.unpack_dual(y).tangent)  # type: ignore[no-untyped-call]
            assert forward_ad.unpack_dual(module.running_mean).tangent is None  # type: ignore[no-untyped-call]
    assert_close(*derivatives)
    assert_close(buffers(ours), buffers(theirs))


@pytest.mark.parametrize("training", [True, False])
def test_autocast_to_bfloat16(training):
    convolution = nn.Conv2d(3, 8, 3)
    z = torch.randn(4, 3, 8, 8)
    ours, theirs = (cls(8).train(training) for cls in (BatchNorm2d, nn.BatchNorm2d))
    with torch.autocast("cpu", torch.bfloat16):
        y, expected = ours(convolution(z)), theirs(convolution(z))
    assert y.dtype == expected.dtype == torch.bfloat16
    assert_close(y, expected)
    assert_close(buffers(ours), buffers(theirs))
