"""What goes back to clients: errors with what they belong to, packed whatever is in them."""

from __future__ import annotations

import logging
import re

from engine.bridge.mailbox import Job
from engine.bridge.observability import event
from engine.errors import Fault
from engine.formats.wire.codec import ClientMessage, Error, Observe, ServerMessage, Utterance, encode

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


def error_about(message: ClientMessage, error: Fault) -> Error:
    """What a message gets that is refused."""
    if isinstance(message, Observe):
        said = message.utterance
        return Error(error.code, error.message, error.fix, message.seq, None, said.id if said else None)
    return Error(error.code, without_paths(error.message), without_paths(error.fix), None, getattr(message, "npc", None))


def refusal(job: Job, error: Fault) -> Error:
    """What a job gets that cannot be decided."""
    return Error(error.code, without_paths(error.message), without_paths(error.fix), job.observe.seq, job.npc.id, heard(job))


def heard(job: Job) -> str | None:
    """Id of the utterance that the NPC of this job was told, if any."""
    said: Utterance | None = job.observe.utterance
    return said.id if said is not None and job.text else None
