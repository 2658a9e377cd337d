"""PyTorch's own tables of batch-norm samples, run through our modules.

The tables ship in the wheel (`torch.testing._internal.common_modules`); PyTorch's `test/test_modules.py` drives
them. The checks below are those of that file that concern a module on a CPU, each also compared with `torch.nn`.
"""

import copy
import io
import itertools
from dataclasses import dataclass
from typing import Any
from unittest import mock

import hypothesis
import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.testing import assert_close

from figures_src import batchnorm

# Importing PyTorch's tables freezes the flags of torch.backends and loads a hypothesis profile, for the whole
# process: every other test of the session would run under those settings.
PROFILE = hypothesis.settings.get_current_profile_name()
with mock.patch.object(torch.backends, "disable_global_flags"):
    from torch.testing._internal.common_modules import ModuleErrorEnum, module_db
hypothesis.settings.load_profile(PROFILE)

OURS: dict[type[nn.Module], type[nn.Module]] = {
    nn.BatchNorm1d: batchnorm.BatchNorm1d,
    nn.BatchNorm2d: batchnorm.BatchNorm2d,
}
TABLES = {info.module_cls: info for info in module_db if info.module_cls in OURS}


@dataclass(frozen=True)
class Case:
    theirs: type[nn.Module]
    index: int
    dtype: torch.dtype
    training: bool

    def row(self, **options: Any) -> Any:
        torch.manual_seed(self.index)
        info = TABLES[self.theirs]
        options = {"device": "cpu", "dtype": self.dtype, "requires_grad": False} | options
        return info.module_inputs_func(info, training=self.training, **options)[self.index]

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        given = self.row().constructor_input
        return given.args, given.kwargs

    def input(self, **options: Any) -> torch.Tensor:
        return self.row(**options).forward_input.args[0]

    def fresh(self, cls: type[nn.Module], **factory: Any) -> nn.Module:
        args, kwargs = self.arguments()
        return cls(*args, **kwargs, **factory).train(self.training)

    def ours(self) -> nn.Module:
        """Our module, away from its initial state so that no parameter or statistic is neutral."""
        module = self.fresh(OURS[self.theirs], dtype=self.dtype)
        generator = torch.Generator().manual_seed(1)
        for tensor in itertools.chain(module.parameters(), module.buffers()):
            if tensor.is_floating_point():
                tensor.data.uniform_(0.5, 2, generator=generator)
        return module

    def both(self) -> tuple[nn.Module, nn.Module]:
        ours, theirs = self.ours(), self.fresh(self.theirs, dtype=self.dtype)
        theirs.load_state_dict(ours.state_dict())
        return ours, theirs


def rows() -> list[Any]:
    found = []
    for theirs, info in TABLES.items():
        samples = info.module_inputs_func(info, device="cpu", dtype=torch.double, requires_grad=False, training=True)
        for (index, sample), dtype, training in itertools.product(enumerate(samples), info.dtypes, (True, False)):
            name = f"{theirs.__name__}-{sample.desc or 'plain'}-{str(dtype)[6:]}-{'train' if training else 'eval'}"
            found.append(pytest.param(Case(theirs, index, dtype, training), id=name))
    return found


ROWS = rows()
each_row = pytest.mark.parametrize("case", ROWS)
each_double_row = pytest.mark.parametrize("case", [row for row in ROWS if row.values[0].dtype == torch.double])


def gradients(module: nn.Module, z: torch.Tensor, dy: torch.Tensor) -> list[torch.Tensor]:
    return list(torch.autograd.grad(module(z), (z, *module.parameters()), dy))


def assert_same_state(ours: nn.Module, theirs: nn.Module) -> None:
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert_close(dict(ours.state_dict()), dict(theirs.state_dict()))


def test_both_tables_are_there() -> None:
    counts = {theirs.__name__: sum(row.values[0].theirs is theirs for row in ROWS) for theirs in OURS}
    # 8 and 7 samples in torch 2.13, each in two dtypes and two modes.
    assert counts == {"BatchNorm1d": 32, "BatchNorm2d": 28}


@each_row
def test_forward_and_statistics_equal_pytorch(case):
    ours, theirs = case.both()
    for shift in range(3):
        z = case.input() + shift
        assert_close(ours(z), theirs(z))
        assert_same_state(ours, theirs)


@each_row
def test_gradients_equal_pytorch(case):
    ours, theirs = case.both()
    z = case.input(requires_grad=True)
    dy = torch.randn_like(z)
    assert_close(gradients(ours, z, dy), gradients(theirs, z, dy))


@each_row
def test_factory_arguments_reach_every_tensor(case):
    module = case.fresh(OURS[case.theirs], device="cpu", dtype=case.dtype)
    tensors = list(itertools.chain(module.parameters(), module.buffers()))
    assert all(tensor.device.type == "cpu" for tensor in tensors)
    assert {tensor.dtype for tensor in tensors} <= {case.dtype, torch.long}
    assert_same_state(module, case.fresh(case.theirs, device="cpu", dtype=case.dtype))


@each_row
def test_conversions_reach_every_tensor(case):
    module = case.ours()
    for convert in ("double", "float", "bfloat16"):
        getattr(module, convert)()
        dtypes = {t.dtype for t in itertools.chain(module.parameters(), module.buffers())}
        assert dtypes <= {getattr(torch, {"double": "float64", "float": "float32"}.get(convert, convert)), torch.long}
        assert module(case.input().to(getattr(torch, convert))).dtype == getattr(torch, convert)


@each_row
def test_repr_equals_pytorch(case):
    ours, theirs = case.both()
    assert repr(ours) == repr(theirs)


@each_row
def test_a_copy_gives_the_same_output(case):
    module = case.ours()
    stored = io.BytesIO()
    torch.save(module, stored)
    stored.seek(0)
    copies = torch.load(stored, weights_only=False), copy.deepcopy(module)
    z = case.input()
    y = module(z)
    for duplicate in copies:
        assert torch.equal(duplicate(z), y)
        assert_close(dict(duplicate.state_dict()), dict(module.state_dict()), rtol=0, atol=0)


@each_row
def test_state_dict_loads_both_ways(case):
    ours, theirs = case.both()
    assert ours.state_dict()._metadata == theirs.state_dict()._metadata
    assert theirs.load_state_dict(ours.state_dict()) == ours.load_state_dict(theirs.state_dict())
    fresh = case.fresh(OURS[case.theirs], dtype=case.dtype)
    fresh.load_state_dict(theirs.state_dict())
    assert torch.equal(fresh(case.input()), ours(case.input()))


@each_row
def test_non_contiguous_input_and_gradient(case):
    ours, theirs = case.both()
    z = case.input()
    dy = torch.randn_like(z)
    expected = gradients(theirs, z.clone().requires_grad_(), dy)
    for strided_z, strided_dy in itertools.product((False, True), repeat=2):
        z_in = interleaved(z) if strided_z else z.clone()
        dy_in = interleaved(dy) if strided_dy else dy
        assert_close(gradients(ours, z_in.requires_grad_(), dy_in), expected)


def interleaved(z: torch.Tensor) -> torch.Tensor:
    spread = torch.stack([z, z], dim=-1)[..., 0].detach()
    assert z.numel() == 0 or not spread.is_contiguous()
    return spread


@each_double_row
def test_first_and_second_derivatives(case):
    module = case.ours()
    inputs = (case.input(requires_grad=True), *module.parameters())
    assert gradcheck(lambda z, *_: module(z), inputs)
    assert gradgradcheck(lambda z, *_: module(z), inputs, fast_mode=True)


@pytest.mark.parametrize("case", [row for row in ROWS if row.values[0].theirs is nn.BatchNorm2d])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_output_and_gradient_keep_the_memory_format(case, layout):
    ours, theirs = case.both()
    ours.to(memory_format=layout)
    z = case.input().contiguous(memory_format=layout).requires_grad_()
    y, expected = ours(z), theirs(z.detach().clone().requires_grad_())
    (dz,) = torch.autograd.grad(y, z, torch.randn_like(y))
    assert_close(y, expected)
    assert y.is_contiguous(memory_format=layout)
    assert dz.is_contiguous(memory_format=layout)


@each_row
def test_train_and_eval_differ(case):
    module = case.ours()
    del module.training
    with pytest.raises(AttributeError, match="training"):
        module(case.input())
    assert TABLES[case.theirs].train_and_eval_differ


@each_row
def test_built_under_a_device_context_then_given_memory(case):
    with torch.device("meta"):
        module = case.fresh(OURS[case.theirs], dtype=case.dtype)
    assert all(tensor.is_meta for tensor in itertools.chain(module.parameters(), module.buffers()))
    if module.momentum is not None:  # the cumulative average needs the number of batches, a value
        assert module(case.input().to("meta")).shape == case.input().shape
    module.to_empty(device="cpu").reset_parameters()
    assert_same_state(module, case.fresh(case.theirs, dtype=case.dtype))


@pytest.mark.parametrize("theirs", OURS)
@pytest.mark.parametrize("dtype", [torch.float, torch.double])
def test_error_inputs(theirs, dtype):
    info = TABLES[theirs]
    rows = info.module_error_inputs_func(info, device="cpu", dtype=dtype, requires_grad=False, training=True)
    assert len(rows) == 2
    for row in rows:
        assert row.error_on is ModuleErrorEnum.FORWARD_ERROR
        given = row.module_error_input
        module = OURS[theirs](*given.constructor_input.args, **given.constructor_input.kwargs)
        with pytest.raises(row.error_type, match=row.error_regex):
            module(*given.forward_input.args)
