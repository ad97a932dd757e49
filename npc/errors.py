"""What is wrong with a card or a memory, where, and how to put it right."""

from __future__ import annotations


class NpcError(Exception):
    """Something that its user can put right.

    Args:
        code: short machine-readable name, e.g. `unknown_trait`.
        message: one sentence that begins with `file:line` where a file is at fault.
        fix: one sentence: what to do about it.
    """

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(f"{message} {fix}".strip())
        self.code = code
        self.message = message
        self.fix = fix


class PersonaError(NpcError):
    """A fault in a persona card or in the choice of one."""


class RecollectionError(NpcError):
    """A memory that cannot be read or kept."""
