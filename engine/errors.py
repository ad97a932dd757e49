"""The one error type that is shown to people: what is wrong and how to put it right."""

from __future__ import annotations


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
