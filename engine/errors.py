"""Faults that are shown to people: what is said where an extra is missing, and the runner of commands that shows them."""

from __future__ import annotations

import codecs
import contextlib
import functools
import io
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from npc.errors import Fault

__all__ = ["EngineError", "Fault", "needs_extra", "run_command"]

_OURS = frozenset({"engine", "npc", "export", "demo_game"})


EngineError = Fault  # the name until 0.2


@contextmanager
def needs_extra(extra: str, task: str) -> Iterator[None]:
    """Around imports that a plain install lacks: what is missing becomes one sentence with the command that brings it.

    Args:
        extra: of `pyproject.toml`, e.g. `train`.
        task: what needs it, at the beginning of a sentence: `Training`.

    Raises:
        Fault: `extra_missing`. A missing module of our own is a fault of ours and raised as it is.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] in _OURS:
            raise
        raise Fault(
            "extra_missing",
            f"{task} needs '{missing.name}', which is not installed.",
            f"Run: pip install 'npc-engine[{extra}]', or in a checkout: pip install -e '.[{extra}]'.",
        ) from None


def run_command(load: Callable[[], Callable[..., Any]], arguments: Sequence[str], prog: str, text: str | None = None) -> None:
    """Run a Typer command and end the process where it fails: faults become one line on standard error and status 2.

    A process may have none of the standard streams (a windowed one), or others may have closed them: that is no reason to stop.

    Args:
        load: gives the command's function, which may import what an install lacks.
        prog: how the user called it.
        text: its help; by default the function's docstring.
    """
    _mend_streams()
    try:
        import typer

        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(help=text)(_with_numbers(load()))
        app(list(arguments), prog_name=prog)
    except Fault as error:
        _end(f"error: {error}", 2)
    except OSError as error:  # a path that no command looked at with care
        where = f"{error.filename}: " if error.filename is not None else ""
        _end(f"error: {where}{error.strerror or error}. Check the path.", 2)
    except KeyboardInterrupt:
        sys.exit(130)


def _with_numbers(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, where every number that it gets is one: `inf` passes a lower bound, `nan` passes where there is none."""

    @functools.wraps(function)
    def checked(**options: Any) -> Any:
        for name, value in options.items():
            option = f"--{name.replace('_', '-')} {value}"
            if isinstance(value, float) and not math.isfinite(value):
                raise Fault("usage", f"{option} is no number to work with.", "Give a finite one.")
            if isinstance(value, int) and abs(value) > sys.maxsize:
                raise Fault("usage", f"{option} is beyond what can be counted.", "Give a smaller one.")
        return function(**options)

    return checked


def _mend_streams() -> None:
    """Descriptors that are closed lead nowhere, or the next file to be opened would get what is written to them.

    What a code page lacks is replaced on its way out, and what is no text on its way in.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest one that is free
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            is_ascii = (
                codecs.lookup(stream.encoding).name == "ascii"
            )  # what comes in may as well be UTF-8, of which it is a part
            stream.reconfigure(encoding="utf-8" if is_ascii and stream is sys.stdin else stream.encoding, errors="replace")


def _end(line: str, status: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)
    sys.exit(status)
