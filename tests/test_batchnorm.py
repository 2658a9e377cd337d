"""The equations against numbers worked by hand, closed forms and autograd; the modules against `torch.nn`."""

import itertools
import math
from functools import partial
from typing import Any, cast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.ao.quantization import fuse_modules
from torch.autograd import gradcheck, gradgradcheck
from torch.func import replace_all_batch_norm_modules_
from torch.optim.swa_utils import update_bn
from torch.testing import assert_close

from figures_src.batchnorm import (
    BatchNorm1d,
    BatchNorm2d,
    batch_norm_gradient,
    count,
    mean,
    moving_average,
    normalize,
    scale_and_shift,
    unbiased,
    variance,
)

EPS = 1e-5
# A busy machine must not fail a property for being slow.
patient = settings(deadline=None)
PAIRS = {BatchNorm1d: nn.BatchNorm1d, BatchNorm2d: nn.BatchNorm2d}


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.double) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.double).to(dtype)


def batch_norm(z: Tensor, gamma: Any = 1.0, beta: Any = 0.0, eps: float = EPS, dim: tuple[int, ...] = (0,)) -> Tensor:
    mu = mean(z, dim)
    return scale_and_shift(normalize(z, mu, variance(z, mu, dim), eps), gamma, beta)


# --- The four equations, by hand ----------------------------------------------------------------------


def test_equations_by_hand():
    z = torch.tensor([[1.0, 10.0], [2.0, 10.0], [6.0, 40.0]], dtype=torch.double)
    mu = mean(z, (0,))
    sigma2 = variance(z, mu, (0,))
    assert mu.tolist() == [[3, 20]]
    assert_close(sigma2, torch.tensor([[14 / 3, 200.0]], dtype=torch.double))  # (4 + 1 + 9)/3, (100 + 100 + 400)/3
    eps = 1 / 3  # 14/3 + 1/3 = 5
    z_hat = normalize(z, mu, sigma2, eps)
    assert_close(z_hat[:, 0] * math.sqrt(5), torch.tensor([-2.0, -1.0, 3.0], dtype=torch.double))
    gamma, beta = torch.tensor([[2.0, 1.0]]), torch.tensor([[0.5, 0.0]])
    y = scale_and_shift(z_hat, gamma, beta)
    assert_close(y[:, 0], torch.tensor([-4.0, -2.0, 6.0], dtype=torch.double) / math.sqrt(5) + 0.5)


def test_evaluation_by_hand():
    assert count(torch.empty(4, 3, 5, 2), (0, 2, 3)) == 40
    assert unbiased(torch.tensor([3.0]), 4).tolist() == [4.0]
    assert moving_average(torch.tensor(10.0), torch.tensor(20.0), 0.25).item() == 12.5


def test_running_statistics_by_hand():
    layer = BatchNorm1d(1, momentum=0.25)
    layer(torch.tensor([[1.0], [2.0], [6.0]]))  # μ = 3, unbiased variance 7
    assert layer.running_mean.tolist() == [0.75]
    assert layer.running_var.tolist() == [2.5]  # 0.75 · 1 + 0.25 · 7
    y = layer.eval()(torch.tensor([[0.75 + 2 * math.sqrt(2.5 + EPS)]]))
    assert_close(y, torch.tensor([[2.0]]))


def test_gradient_by_hand():
    # Two values: ẑ = (−1, 1) and s = 1, so dγ = dy₂ − dy₁ and dβ = dy₁ + dy₂ leave nothing to dz.
    z_hat = torch.tensor([[-1.0], [1.0]])
    one = torch.ones(1, 1)
    dz, dgamma, dbeta = batch_norm_gradient(torch.tensor([[3.0], [5.0]]), z_hat, one, one, (0,))
    assert dz.tolist() == [[0.0], [0.0]]
    assert (dgamma.item(), dbeta.item()) == (2.0, 8.0)


def test_gradient_by_hand_of_four_values():
    z_hat = torch.tensor([[-1.0], [-1.0], [1.0], [1.0]])
    dy = torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    gamma, inverse_std = torch.tensor([[2.0]]), torch.tensor([[0.5]])
    dz, dgamma, dbeta = batch_norm_gradient(dy, z_hat, gamma, inverse_std, (0,))
    assert dz.flatten().tolist() == [0.5, -0.5, 0.0, 0.0]  # dy − (1 − ẑ)/4
    assert (dgamma.item(), dbeta.item()) == (-1.0, 1.0)


def test_variance_survives_a_large_mean():
    z = torch.tensor([[10000.0], [10001.0], [10002.0], [10003.0]])
    mu = mean(z, (0,))
    assert variance(z, mu, (0,)).item() == 1.25
    assert (z.square().mean() - mu.square()).item() != 1.25  # what the textbook formula gives in float32


@pytest.mark.parametrize(
    ("shape", "dim", "kept"),
    [
        ((6, 4), (0,), (1, 4)),
        ((6, 4, 3), (0, 2), (1, 4, 1)),
        ((6, 4, 3, 2), (0, 2, 3), (1, 4, 1, 1)),
        ((5, 6, 4), (1,), (5, 1, 4)),
    ],
)
def test_reduced_axes(shape, dim, kept):
    z = normal(*shape)
    mu = mean(z, dim)
    sigma2 = variance(z, mu, dim)
    assert mu.shape == sigma2.shape == kept
    assert_close(sigma2, torch.var(z, dim, correction=0, keepdim=True))
    assert_close(unbiased(sigma2, count(z, dim)), torch.var(z, dim, correction=1, keepdim=True))


def test_networks_side_by_side_are_normalized_apart():
    z = normal(5, 60, 4)
    together = batch_norm(z, dim=(1,))
    for network, alone in enumerate(z):
        assert torch.equal(together[network], batch_norm(alone))


# --- Properties of any batch --------------------------------------------------------------------------


@st.composite
def batches(draw: st.DrawFn) -> Tensor:
    """A batch (m, C) of finite values whose channels are not constant."""
    m, channels = draw(st.integers(2, 12)), draw(st.integers(1, 4))
    z = normal(m, channels, seed=draw(st.integers(0, 10_000)))
    scale, shift = draw(st.floats(1e-3, 1e3)), draw(st.floats(-1e3, 1e3))
    return scale * z + shift


@patient
@given(batches())
def test_normalized_batch_has_mean_0_and_variance_short_of_1_by_eps(z):
    sigma2 = variance(z, mean(z, (0,)), (0,))
    z_hat = batch_norm(z)
    zero = torch.zeros_like(sigma2)
    assert_close(mean(z_hat, (0,)), zero, rtol=0, atol=1e-9)
    assert_close(variance(z_hat, zero, (0,)), sigma2 / (sigma2 + EPS), rtol=1e-7, atol=1e-9)


@patient
@given(batches(), st.floats(0.01, 100), st.floats(-100, 100))
def test_invariance_to_scale_and_shift_without_eps(z, scale, shift):
    assert_close(batch_norm(scale * z + shift, eps=0.0), batch_norm(z, eps=0.0), rtol=1e-6, atol=1e-6)


@patient
@given(batches(), st.floats(-100, -0.01))
def test_a_negative_scale_flips_the_sign(z, scale):
    assert_close(batch_norm(scale * z, eps=0.0), -batch_norm(z, eps=0.0), rtol=1e-6, atol=1e-6)


@patient
@given(batches(), st.floats(-3, 3), st.floats(-3, 3))
def test_gamma_and_beta_set_the_moments(z, gamma, beta):
    y = batch_norm(z, gamma, beta, eps=0.0)
    mu = mean(y, (0,))
    assert_close(mu, torch.full_like(mu, beta), rtol=0, atol=1e-7)
    assert_close(variance(y, mu, (0,)), torch.full_like(mu, gamma**2), rtol=1e-6, atol=1e-7)


@patient
@given(batches(), st.integers(0, 10_000))
def test_gradient_is_orthogonal_to_shift_and_scale(z, seed):
    dy = normal(*z.shape, seed=seed)
    mu = mean(z, (0,))
    sigma2 = variance(z, mu, (0,))
    for eps in (0.0, EPS):
        z_hat, inverse_std = normalize(z, mu, sigma2, eps), torch.rsqrt(sigma2 + eps)
        dz, dgamma, _ = batch_norm_gradient(dy, z_hat, torch.ones_like(mu), inverse_std, (0,))
        zero = torch.zeros_like(mu)
        assert_close(dz.sum(0, keepdim=True) / inverse_std, zero, rtol=0, atol=1e-8)
        # Along ẑ only ε is left: Σ dz ẑ = dγ/s · ε/(σ² + ε).
        left = dgamma * eps / (sigma2 + eps)
        assert_close((dz * z_hat).sum(0, keepdim=True) / inverse_std, left, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("shape", "dim"), [((6, 4), (0,)), ((3, 4, 5), (0, 2)), ((2, 4, 3, 3), (0, 2, 3)), ((5, 6, 4), (1,))]
)
@pytest.mark.parametrize("eps", [1e-12, EPS, 0.5])
def test_closed_form_gradient_equals_autograd(shape, dim, eps):
    z, dy = normal(*shape).mul(3).add(2).requires_grad_(), normal(*shape, seed=1)
    mu = mean(z, dim)
    sigma2 = variance(z, mu, dim)
    gamma, beta = (normal(*mu.shape, seed=seed).requires_grad_() for seed in (2, 3))
    z_hat = normalize(z, mu, sigma2, eps)
    expected = torch.autograd.grad(scale_and_shift(z_hat, gamma, beta), (z, gamma, beta), dy)
    with torch.no_grad():
        found = batch_norm_gradient(dy, z_hat, gamma, torch.rsqrt(sigma2 + eps), dim)
    assert_close(found, expected)


def test_closed_form_gradient_equals_the_six_expressions_of_the_paper():
    z, dy, gamma = normal(7, 3), normal(7, 3, seed=1), normal(1, 3, seed=2)
    m, mu = 7, mean(z, (0,))
    sigma2 = variance(z, mu, (0,))
    dz_hat = dy * gamma
    dsigma2 = (dz_hat * (z - mu) * -0.5 * (sigma2 + EPS) ** -1.5).sum(0)
    dmu = (dz_hat * -1 / torch.sqrt(sigma2 + EPS)).sum(0) + dsigma2 * (-2 * (z - mu)).sum(0) / m
    dz = dz_hat / torch.sqrt(sigma2 + EPS) + dsigma2 * 2 * (z - mu) / m + dmu / m
    z_hat = normalize(z, mu, sigma2, EPS)
    found = batch_norm_gradient(dy, z_hat, gamma, torch.rsqrt(sigma2 + EPS), (0,))
    assert_close(found, (dz, (dy * z_hat).sum(0, keepdim=True), dy.sum(0, keepdim=True)))


# --- The modules against torch.nn ---------------------------------------------------------------------

SHAPES = [(BatchNorm1d, (8, 4)), (BatchNorm1d, (8, 4, 5)), (BatchNorm2d, (8, 4, 5, 3))]
# dtype of the input, of the module, and how far two correct layers may be: a few units of the coarser one.
DTYPES = [
    (torch.float64, torch.float64, 1e-10),
    (torch.float32, torch.float32, 2e-5),
    (torch.bfloat16, torch.bfloat16, 1.6e-2),
    (torch.bfloat16, torch.float32, 1.6e-2),
    (torch.float16, torch.float16, 2e-3),
    (torch.float16, torch.float32, 2e-3),
]
OPTIONS = [
    {"momentum": momentum, "eps": eps, "affine": affine, "bias": bias, "track_running_stats": track}
    for momentum, eps in ((0.1, 1e-5), (0.7, 0.1), (None, 1e-5))
    for affine, bias in ((True, True), (True, False), (False, True))
    for track in (True, False)
]


def layers(ours: Any, channels: int, dtype: torch.dtype, options: dict[str, Any]) -> tuple[Any, Any]:
    """Our layer and PyTorch's with the same, not neutral, parameters."""
    layer, reference = (cls(channels, dtype=dtype, **options) for cls in (ours, PAIRS[ours]))
    for seed, parameter in enumerate(layer.parameters()):
        parameter.data.copy_(normal(channels, seed=seed + 10))
    reference.load_state_dict(layer.state_dict())
    return layer, reference


def step(layer: nn.Module, z: Tensor, dy: Tensor) -> list[Tensor]:
    z = z.clone().requires_grad_()
    y = layer(z)
    return [y, *torch.autograd.grad(y, (z, *layer.parameters()), dy)]


@pytest.mark.parametrize(("ours", "shape"), SHAPES)
@pytest.mark.parametrize(("dtype", "module_dtype", "tolerance"), DTYPES)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: "-".join(map(str, o.values())))
def test_training_then_evaluation_equal_torch(ours, shape, dtype, module_dtype, tolerance, options):
    layer, reference = layers(ours, shape[1], module_dtype, options)
    for batch in range(3):
        z = normal(*shape, seed=batch).mul(2).add(batch).to(dtype)
        dy = normal(*shape, seed=100 + batch, dtype=dtype)
        layer.train(batch < 2), reference.train(batch < 2)
        found, expected = step(layer, z, dy), step(reference, z, dy)
        assert_close(found, expected, rtol=tolerance, atol=tolerance)
        assert_close(layer.state_dict(), reference.state_dict(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("module_dtype", [torch.float32, None])
def test_half_precision_is_computed_in_float32_and_rounded_once(half, module_dtype):
    layer, _ = layers(BatchNorm1d, 4, module_dtype or half, {"momentum": None})
    wide, _ = layers(BatchNorm1d, 4, torch.float32, {"momentum": None})
    wide.load_state_dict(layer.state_dict())
    z = normal(64, 4).add(5).to(half)
    assert torch.equal(layer(z), wide(z.float()).to(half))
    for name in ("running_mean", "running_var"):
        assert torch.equal(layer.get_buffer(name), wide.get_buffer(name).to(layer.get_buffer(name).dtype))


@pytest.mark.parametrize(("ours", "shape"), [(BatchNorm1d, (5, 3)), (BatchNorm2d, (2, 3, 2, 2))])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_derivatives_in_double_precision(ours, shape, training, affine):
    layer, _ = layers(ours, 3, torch.double, {"affine": affine})
    inputs = (normal(*shape).requires_grad_(), *layer.train(training).parameters())
    assert gradcheck(lambda z, *_: layer(z), inputs)
    assert gradgradcheck(lambda z, *_: layer(z), inputs)


@pytest.mark.parametrize("ours", PAIRS)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: "-".join(map(str, o.values())))
def test_state_and_repr_equal_torch(ours, options):
    layer, reference = ours(4, **options), PAIRS[ours](4, **options)
    assert repr(layer) == repr(reference)
    state, wanted = layer.state_dict(), cast(Any, reference.state_dict())
    assert state._metadata == wanted._metadata
    assert list(state) == list(wanted)
    assert_close(dict(layer.state_dict()), dict(reference.state_dict()), rtol=0, atol=0)
    for to, of in itertools.permutations((layer, reference)):
        to.load_state_dict(of.state_dict(), strict=True)


def test_trained_state_goes_both_ways():
    layer, reference = BatchNorm1d(4), nn.BatchNorm1d(4)
    layer(normal(8, 4, dtype=torch.float32)), reference(normal(8, 4, seed=1, dtype=torch.float32))
    z = normal(8, 4, seed=2, dtype=torch.float32)
    for to, of in ((nn.BatchNorm1d(4), layer), (BatchNorm1d(4), reference)):
        to.load_state_dict(of.state_dict())
        assert to.num_batches_tracked == 1
        assert_close(to.eval()(z), of.eval()(z))


def test_resets():
    layer = BatchNorm1d(2)
    fresh = {name: tensor.clone() for name, tensor in layer.state_dict().items()}
    layer(torch.randn(4, 2))
    layer.weight.data.fill_(3)
    layer.reset_running_stats()
    assert layer.weight.tolist() == [3, 3]
    assert (layer.running_mean.tolist(), layer.running_var.tolist(), layer.num_batches_tracked) == ([0, 0], [1, 1], 0)
    layer.reset_parameters()
    assert_close(dict(layer.state_dict()), fresh, rtol=0, atol=0)


# --- PyTorch's tools, which know a layer by its class ---------------------------------------------------


@pytest.mark.parametrize(("ours", "shape"), SHAPES)
def test_population_statistics_are_gathered_as_in_torch(ours, shape):
    layer, reference = layers(ours, shape[1], torch.float32, {})
    loader = [normal(*shape, seed=seed, dtype=torch.float32).add(seed) for seed in range(3)]
    for each in (layer, reference):
        each(normal(*shape, seed=9, dtype=torch.float32))  # to be forgotten
        update_bn(loader, nn.Sequential(each))
    assert layer.num_batches_tracked == 3
    assert layer.momentum == 0.1
    assert_close(layer.state_dict(), reference.state_dict())


@pytest.mark.parametrize("ours", PAIRS)
@pytest.mark.parametrize("affine", [True, False])
def test_converted_to_the_synchronized_layer_of_torch(ours, affine):
    layer, _ = layers(ours, 4, torch.float32, {"affine": affine, "eps": 0.1})
    (converted,) = nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(layer))  # type: ignore[no-untyped-call]
    assert type(converted) is nn.SyncBatchNorm
    assert converted.eps == 0.1
    assert_close(converted.state_dict(), layer.state_dict(), rtol=0, atol=0)


@pytest.mark.parametrize(("ours", "shape"), SHAPES)
def test_statistics_taken_away_for_functional_transforms(ours, shape):
    layer, reference = layers(ours, shape[1], torch.float32, {})
    for each in (layer, reference):
        replace_all_batch_norm_modules_(nn.Sequential(each))
    assert list(layer.state_dict()) == ["weight", "bias"]
    z = normal(5, *shape, dtype=torch.float32)
    assert_close(torch.vmap(layer)(z), torch.vmap(reference)(z))


@pytest.mark.parametrize("ours", PAIRS)
def test_whoever_looks_for_the_layer_of_torch_finds_ours(ours):
    assert isinstance(ours(4), PAIRS[ours])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("tool", "refusal"),
    [
        (torch.fx.symbolic_trace, "symbolically traced"),
        (torch.jit.script, "has no attribute '_ranks'"),
        (partial(fuse_modules, modules_to_fuse=[["0", "1"]]), "did not find fuser method"),
    ],
    ids=["fx", "jit.script", "quantization"],
)
def test_tools_that_want_the_very_class_refuse_ours_aloud(tool, refusal):
    with pytest.raises(Exception, match=refusal):
        tool(nn.Sequential(nn.Conv2d(3, 4, 1), BatchNorm2d(4)).eval())


# --- Refusals -----------------------------------------------------------------------------------------

WRONG = [
    # layer, options, training, shape, dtype
    *((BatchNorm1d, {}, training, shape, torch.float)
      for training in (True, False) for shape in ((), (4,), (4, 4, 4, 4))),
    *((BatchNorm2d, {}, training, shape, torch.float)
      for training in (True, False) for shape in ((4, 4), (4, 4, 4))),
    (BatchNorm1d, {}, True, (1, 4), torch.float),
    (BatchNorm1d, {}, True, (1, 4, 1), torch.float),
    (BatchNorm2d, {}, True, (1, 4, 1, 1), torch.float),
    (BatchNorm1d, {"track_running_stats": False}, False, (1, 4), torch.float),
    (BatchNorm1d, {"eps": 0.0}, True, (3, 4), torch.float),
    (BatchNorm1d, {"eps": -1.0}, True, (3, 4), torch.float),
    (BatchNorm1d, {"eps": -1.0}, False, (3, 4), torch.float),
    *((BatchNorm1d, {"affine": affine}, training, (3, c), torch.float)
      for affine in (True, False) for training in (True, False) for c in (1, 3, 5)),
    (BatchNorm1d, {"track_running_stats": False}, True, (3, 5), torch.float),
    *((BatchNorm1d, {"dtype": module}, training, (3, 4), dtype)
      for training in (True, False)
      for module, dtype in itertools.permutations((torch.float, torch.double, torch.bfloat16, torch.half), 2)
      if (module, dtype) not in ((torch.float, torch.bfloat16), (torch.float, torch.half))),
    *((BatchNorm1d, {}, training, (3, 4), torch.long) for training in (True, False)),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "options", "training", "shape", "dtype"), WRONG)
def test_refusals_are_those_of_torch(ours, options, training, shape, dtype):
    layer, reference = (cls(4, **options).train(training) for cls in (ours, PAIRS[ours]))
    with pytest.raises((ValueError, RuntimeError)) as expected:
        reference(torch.ones(shape, dtype=dtype))
    family = ValueError if expected.type is ValueError else RuntimeError
    with pytest.raises(family) as found:
        layer(torch.ones(shape, dtype=dtype))
    words = str(expected.value).split(" (CPU)")[0] if expected.type is not NotImplementedError else "mixed dtype"
    assert str(found.value).startswith(words)
    if layer.num_batches_tracked is not None:  # refused before anything was counted
        assert layer.num_batches_tracked == 0


ACCEPTED = [
    (BatchNorm1d, {}, True, (1, 4, 2)),
    (BatchNorm1d, {}, True, (0, 4)),
    (BatchNorm1d, {}, True, (3, 4, 0)),
    (BatchNorm1d, {"momentum": None}, True, (0, 4)),
    (BatchNorm2d, {}, True, (0, 4, 2, 2)),
    (BatchNorm1d, {}, False, (1, 4)),
    (BatchNorm1d, {}, False, (0, 4)),
    (BatchNorm1d, {"eps": 0.0}, False, (3, 4)),
    (BatchNorm1d, {"affine": False, "track_running_stats": False}, True, (3, 9)),
]


@pytest.mark.parametrize(("ours", "options", "training", "shape"), ACCEPTED)
def test_what_torch_accepts_is_accepted(ours, options, training, shape):
    layer, reference = (cls(4, **options).train(training) for cls in (ours, PAIRS[ours]))
    z = normal(*shape, dtype=torch.float32)
    assert_close(step(layer, z, z), step(reference, z, z))
    assert_close(dict(layer.state_dict()), dict(reference.state_dict()))


def test_compiles_without_a_graph_break():
    layer, reference = BatchNorm2d(4), nn.BatchNorm2d(4)
    z = normal(3, 4, 5, 5, dtype=torch.float32)
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    assert_close(compiled(z), reference(z))
    assert_close(dict(layer.state_dict()), dict(reference.state_dict()))
