"""What goes back to clients: errors with what they belong to, packed whatever is in them."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Sequence
from itertools import islice

from engine.bridge.mailbox import Job
from engine.bridge.observability import event
from engine.errors import Fault
from engine.formats.wire.codec import ClientMessage, Error, Observe, ServerMessage, Utterance, encode
from engine.formats.wire.constants import MAX_INTEGER
from npc.types import Effect

_EFFECTS, _VALUES = 32, 16  # of one decision, and of one effect; these bounds are those of protocol.yaml
_KIND, _NAME, _LONGEST = 80, 64, 1000  # characters of a kind, of a value's name, and of a value
_FOLDERS = re.compile(r"(?<![\w./\\])(?:[A-Za-z]:[\\/]|/)(?:[^\\/\n:*?\"<>|]+[\\/])+(?=[^\\/\s:]+)")


def without_paths(text: str) -> str:
    """`text` without the folders of this machine: file names are enough for an author."""
    return _FOLDERS.sub("", text)


def packed(message: ServerMessage) -> list[bytes]:
    """The parts of a message; one that cannot be packed costs its receiver this answer, and nobody else anything."""
    try:
        return encode(message)
    except Exception:
        event("unsendable", level=logging.ERROR, fault=True, kind=message.TYPE)
    seq, npc = getattr(message, "seq", None), getattr(message, "npc", None)
    utterance = getattr(message, "utterance_id", None)
    return encode(Error("internal", "The answer could not be packed.", "The server's log says more.", seq, npc, utterance))


def sendable(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects of a decision within the protocol's bounds: what a card makes too many or too long is cut, and logged.

    A client would refuse the whole decision for it, and ask for it again for ever.
    """
    cut = tuple(made for effect in effects[:_EFFECTS] if (made := _bounded(effect)) is not None)
    if cut != tuple(effects):
        event("effects_cut", level=logging.WARNING, kinds=sorted({effect.kind[:_KIND] for effect in effects}))
    return cut


def _bounded(effect: Effect) -> Effect | None:
    """An effect within bounds; None where it has no kind that could be sent."""
    if not 1 <= len(effect.kind) <= _KIND:
        return None
    values = {
        name: value[:_LONGEST] if isinstance(value, str) else value
        for name, value in effect.values.items()
        if 1 <= len(name) <= _NAME and _is_value(value)
    }
    return Effect(effect.kind, dict(islice(values.items(), _VALUES)))


def _is_value(value: object) -> bool:
    match value:
        case str() | bool():
            return True
        case int():
            return abs(value) <= MAX_INTEGER
        case float():
            return math.isfinite(value)
    return False


def error_about(message: ClientMessage, error: Fault) -> Error:
    """What a message gets that is refused."""
    if isinstance(message, Observe):
        said = message.utterance
        return Error(error.code, error.message, error.fix, message.seq, None, said.id if said else None)
    about = getattr(message, "hearing", None) or getattr(message, "speech", None)
    npc = getattr(message, "npc", None)
    return Error(error.code, without_paths(error.message), without_paths(error.fix), None, npc, None, about)


def refusal(job: Job, error: Fault) -> Error:
    """What a job gets that cannot be decided."""
    return Error(error.code, without_paths(error.message), without_paths(error.fix), job.observe.seq, job.npc.id, heard(job))


def heard(job: Job) -> str | None:
    """Id of the utterance that the NPC of this job was told, if any."""
    said: Utterance | None = job.observe.utterance
    return said.id if said is not None and job.text else None
