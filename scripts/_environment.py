"""How every script here begins and ends: with the project's Python, its package and settings, and without a traceback.

A script imports this first. Any Python since 3.8 can read it, and the scripts, so that one too old can say so.
"""

import errno
import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
OLDEST = (3, 11)
NEEDED = ("jinja2", "matplotlib", "numpy", "torch", "typer")
"""Libraries that tell a Python prepared for the project from another; their folders are looked for, none is loaded."""
STARTED_AGAIN = "NORMALISATION_STARTED_AGAIN"
STOPPED = 130

READ_AT_START = (
    "PYTHONEXECUTABLE",
    "PYTHONHOME",
    "PYTHONINSPECT",
    "PYTHONOPTIMIZE",
    "PYTHONPATH",
    "PYTHONWARNINGS",
)
"""Modules of others, or another meaning of the project's own: only a new start forgets them."""
FORGOTTEN = ("MATPLOTLIBRC", "SOURCE_DATE_EPOCH", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
"""Another's style and date, and the repository of a hook of Git, whose commit a record would tell for ours."""
KERNELS = {name: "AVX512_CORE_BF16" for name in ("DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA")}
"""Those of the records: a newer processor, kept to them, trains in bfloat16 to the same bit."""
IMPOSED = {"MPLBACKEND": "agg", "MPLCONFIGDIR": str(ROOT / "build" / "matplotlib"), **KERNELS}
"""A notebook names a backend that is not here; and there may be no home to keep matplotlib's list of fonts in."""


def failed(message: str) -> int:
    """One line on standard error; the exit status of a failure."""
    print(f"{Path(sys.argv[0]).name}: {message}", file=sys.stderr)
    return 1


def refuse(message: str) -> NoReturn:
    """One line on standard error, exit status 2."""
    failed(message)
    raise SystemExit(2)


def run(main: "Callable[[], object]") -> NoReturn:
    """Run a script, and exit with the status it returns; what stopped it is told in one line.

    A reader that has gone (``| head``) ends it without a word. A fault of the code keeps its traceback.
    """
    _hear_signals()
    try:
        status = main()
        if sys.stdout:
            sys.stdout.flush()
    except KeyboardInterrupt:
        status = STOPPED
    except SystemExit as error:
        status = error.code
    except BrokenPipeError:
        status = _unread()
    except OSError as error:
        status = failed(_storage_advice(error))
    except ModuleNotFoundError as error:
        _name_the_mend(error)
        raise
    except Exception as error:
        if not type(error).__module__.startswith("figures_src"):
            raise
        status = failed(str(error))
    raise SystemExit(_stopped() if status == STOPPED else status)


def _hear_signals() -> None:
    """Let SIGTERM, and SIGHUP unless ``nohup`` turned it off, stop a script as Ctrl-C does."""
    if "LOCAL_RANK" in os.environ:
        return  # torchrun stops its processes itself, and one that waits for another would not hear
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: "FrameType | None") -> NoReturn:
    raise KeyboardInterrupt


def _stopped() -> int:
    """Say how to go on; the exit status of a command that Ctrl-C ended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # heard already
    print("\nstopped; run the same command to go on from where it was", file=sys.stderr)
    return STOPPED


def _unread() -> int:
    """Send the rest nowhere, lest the last flush fail again; the exit status of an output that nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 1


def _storage_advice(error: OSError) -> str:
    """What to do about a disk that refuses."""
    advice = {
        errno.ENOSPC: "the disk is full; nothing half-written was left: free some space and run again",
        errno.EROFS: "the tree is read-only; --check, --why and --list work without writing",
        errno.EACCES: "no permission to write there; --check, --why and --list work without writing",
    }
    told = advice.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename}: {told}" if error.filename else told


def _is_the_program() -> bool:
    """Whether a script of this folder was typed, and not imported by a test or a process of its own."""
    program = getattr(sys.modules["__main__"], "__file__", None)
    typed = getattr(sys, "orig_argv", sys.argv)
    return program is not None and Path(program).resolve().parent == HERE and _same(program, typed)


def _same(program: str, typed: "list[str]") -> bool:
    return any(word.endswith(".py") and Path(word).resolve() == Path(program).resolve() for word in typed)


def _prepare() -> None:
    """Go on with a Python in which the project is installed, and with what it says of its own environment."""
    again = os.environ.pop(STARTED_AGAIN, "")
    fit = sys.version_info >= OLDEST and all(find_spec(name) for name in NEEDED)
    if not again and not fit and os.access(PYTHON, os.X_OK):
        _start_again(str(PYTHON))
    if not fit:
        refuse(
            f"this Python, {sys.version.split()[0]}, lacks what the project needs: run `make figures`, which makes "
            ".venv, or `python3 -m venv .venv && .venv/bin/pip install -e .` with Python 3.11 or later"
        )
    if not again and _is_misled():
        _start_again(sys.executable)
    _settle()


def _is_misled() -> bool:
    """Whether Python was started in a way that changes what it reads or runs."""
    inherited = any(os.environ.get(name) for name in READ_AT_START)
    return bool(inherited or sys.flags.optimize or sys.getfilesystemencoding() != "utf-8")


def _start_again(python: str) -> NoReturn:
    """Become another Python, that reads and writes files in UTF-8; the terminal keeps its encoding."""
    environment = {name: value for name, value in os.environ.items() if name not in READ_AT_START}
    environment.update({STARTED_AGAIN: "yes", "PYTHONUTF8": "1"})
    if sys.stdout:
        environment.setdefault("PYTHONIOENCODING", sys.stdout.encoding)
    os.execve(python, [python, str(sys.modules["__main__"].__file__), *sys.argv[1:]], environment)


def _settle() -> None:
    """Forget the variables that would break or change a build, and tell whatever is told line by line."""
    for name in list(os.environ):
        garbage = name.endswith("_NUM_THREADS") and not os.environ[name].replace(",", "").isdigit()
        if garbage or name in FORGOTTEN:
            del os.environ[name]
    os.environ.update(IMPOSED)
    sys.excepthook = _tell
    if sys.stdout:
        sys.stdout.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]


def _name_the_mend(error: BaseException) -> None:
    """Tell where a library comes from that the environment lacks, as those of one script alone; nothing else."""
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("figures_src"):
        refuse(
            f"{error.msg}: run `make figures`; the libraries of fonts, notebook and archive are brought by "
            "`.venv/bin/pip install -r requirements-fonts.txt -r requirements-notebook.txt -r requirements-archive.txt`"
        )


def _tell(kind: "type[BaseException]", error: BaseException, trace: "TracebackType | None") -> None:
    """Tell what goes wrong before a script runs."""
    _name_the_mend(error)
    sys.__excepthook__(kind, error, trace)


sys.path.insert(0, str(ROOT))  # before a copy of the package that was installed from another folder
if _is_the_program():
    _prepare()
