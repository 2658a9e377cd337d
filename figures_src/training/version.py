"""Whether another computer would train as this one does: the code, the libraries and the kernels that decide bits."""

import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

from figures_src.training.checkpoint import code_digest

LIBRARIES = ("torch", "numpy", "scipy", "pillow", "distributed")
"""The last one is there for what is sent, not for bits."""
KERNELS = ("DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")
"""Variables that choose how a processor multiplies and adds; PyTorch reads them once, when it is loaded."""
CODE, STALE = "code", "stale"


def kernels() -> dict[str, str]:
    """Those variables that are set in this process."""
    return {name: os.environ[name] for name in KERNELS if name in os.environ}


def impose(chosen: Mapping[str, str]) -> bool:
    """Choose kernels for this process; whether that is still possible."""
    if "torch" in sys.modules:
        return kernels() == chosen
    for name in KERNELS:
        os.environ.pop(name, None)
    os.environ.update(chosen)
    return True


def versions() -> dict[str, str]:
    """Everything that two computers must have alike.

    Raises:
        PackageNotFoundError: a library is not installed.
    """
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}, CODE: code_digest()}


@cache
def at_first() -> Mapping[str, str]:
    """The versions when this process was first asked: what it has loaded is of that code, whatever the disk has now."""
    return versions()


def introduction(chosen: Mapping[str, str]) -> dict[str, str]:
    """What a worker tells of itself before it is given work; ``chosen`` are the kernels it is to train with."""
    told = dict(at_first())
    if not impose(chosen):
        told[STALE] = "it has loaded PyTorch with other kernels"
    elif versions() != told:
        told[STALE] = "its code has changed since it started"
    return told


def refusal(asked: Mapping[str, str], told: Mapping[str, str]) -> str:
    """Why a worker cannot train, and the mend; nothing where it can."""
    if STALE in told:
        return f"{told[STALE]}: start it again"
    wrong = [name for name in asked if asked[name] != told.get(name)]
    if wrong == [CODE]:
        return (
            f"its training code is another ({told[CODE][:12]}, not {asked[CODE][:12]}): check out the same commit there"
        )
    named = [f"{name} {told.get(name)}, not {asked[name]}" for name in wrong if name != CODE]
    return f"it has {', '.join(named)}: install the same versions there (`make figures`)" if named else ""
