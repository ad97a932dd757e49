"""The one error that is shown to people: what is wrong, where, and how to put it right."""

from __future__ import annotations

from npc.text import valid


class Fault(Exception):
    """Something that its user can put right.

    Every command of the project prints it as one line and exits with status 2; the bridge turns it into an error reply.

    Args:
        code: short machine-readable name, e.g. `unknown_trait`.
        message: one sentence: what was found and where; it begins with `file:line` where a file is at fault.
        fix: one sentence: what the reader can do about it.
    """

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        self.code = code
        self.message, self.fix = valid(message), valid(fix)  # they may name what a stranger or a file system wrote
        super().__init__(f"{self.message} {self.fix}".strip())


class PersonaError(Fault):
    """A fault in a persona card or in the choice of one."""


class RecollectionError(Fault):
    """A memory that cannot be read or kept."""


NpcError = Fault  # the name until 0.2
