"""Which arithmetic a device is trained in: bfloat16 products where it has them, float32 elsewhere."""

from contextlib import AbstractContextManager
from enum import StrEnum

import torch


class Precision(StrEnum):
    """As records tell it. Parameters, gradients and updates are float32 in both."""

    BFLOAT16 = "bfloat16 autocast"
    FLOAT32 = "float32"


def best_precision(device: str) -> Precision:
    """Bfloat16 where the processor multiplies it natively: emulated, it is slower than float32."""
    if device == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        capabilities = torch.cpu.get_capabilities()
        native = any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16"))
    return Precision.BFLOAT16 if native else Precision.FLOAT32


def card_name() -> str:
    """What the card that trains is called."""
    return torch.cuda.get_device_name()


def arithmetic(precision: Precision, device: str) -> AbstractContextManager[object]:
    """The context in which losses are computed."""
    return torch.autocast(device, torch.bfloat16, enabled=precision is Precision.BFLOAT16)
