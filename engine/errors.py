"""Faults that are shown to people, and what is said where an extra is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from npc.errors import Fault

__all__ = ["EngineError", "Fault", "needs_extra"]

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
