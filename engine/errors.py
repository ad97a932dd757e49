"""The one error type that is shown to people: what is wrong and how to put it right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_OURS = frozenset({"engine", "npc", "export", "demo_game"})


class EngineError(Exception):
    """A fault with a name and a remedy.

    Every command line of the project prints it as one line and exits with status 2; the bridge
    turns it into an error reply.

    Args:
        code: short machine-readable name, e.g. `bundle_hash`.
        message: one sentence: what was found and where.
        fix: one sentence: what the reader can do about it.
    """

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(f"{message} {fix}".strip())
        self.code = code
        self.message = message
        self.fix = fix


@contextmanager
def needs_extra(extra: str, task: str) -> Iterator[None]:
    """Around imports that a plain install lacks: what is missing becomes one sentence with the command that brings it.

    Args:
        extra: of `pyproject.toml`, e.g. `train`.
        task: what needs it, at the beginning of a sentence: `Training`.

    Raises:
        EngineError: `extra_missing`. A missing module of our own is a fault of ours and raised as it is.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] in _OURS:
            raise
        raise EngineError(
            "extra_missing",
            f"{task} needs '{missing.name}', which is not installed.",
            f"Run: pip install 'npc-engine[{extra}]', or in a checkout: pip install -e '.[{extra}]'.",
        ) from None
