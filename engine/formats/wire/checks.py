"""The rules over several fields, which no schema tells: every language writes them once, by hand.

Some NPC sees an observation; who is spoken to sees it too; there is a frame part if and only if the header describes one; a
raw frame has the bytes that its size asks for; boxes are fractions of the frame; a picture of a phrase is small.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import Fault
from engine.formats.boxes import Ltrb
from engine.formats.frame import MADE, Frame
from engine.formats.pixels import CHANNELS, ENCODED
from engine.formats.wire.constants import Limits
from engine.formats.wire.fields import Fields, ProtocolError, checked_name

if TYPE_CHECKING:
    from engine.formats.wire.messages import Buffer, Look, Observe

FARTHEST = 10.0  # frames beyond the edge; what lies farther out was counted in pixels


def observe(message: Observe) -> Observe:
    """The message, with everybody who sees it as listeners where it names none.

    Raises:
        ProtocolError: `field`.
    """
    if not message.npcs:
        raise ProtocolError("field", "`observe.npcs` is empty.", "Name the NPCs that see this.")
    said = message.utterance
    if said is None:
        return message
    if not said.to:
        return replace(message, utterance=replace(said, to=message.npcs))
    seers = set(message.npcs)
    for npc in said.to:
        if npc not in seers:
            raise ProtocolError(
                "field",
                f"`observe.utterance.to` names '{npc}', which is not in `npcs`.",
                "List everybody who is spoken to in `npcs` too.",
            )
    return message


def look(message: Look, limits: Limits) -> Look:
    """The message, if its picture is small enough.

    Raises:
        ProtocolError: `frame_size`.
    """
    size = memoryview(message.frame.pixels).nbytes if message.frame is not None else 0
    if size > limits.picture:
        raise ProtocolError(
            "frame_size",
            f"The picture of '{message.phrase}' has {size} bytes.",
            f"Send at most {limits.picture}: 128 pixels a side show enough of a thing.",
        )
    return message


def has_part(fields: Fields, name: str, part: Buffer | None) -> bool:
    """Whether there is a frame, described and sent.

    Raises:
        ProtocolError: `frame_size` where it is one of the two.
    """
    if fields.has(name) and part is None:
        raise ProtocolError(
            "frame_size",
            f"The header has a `{name}`, but no frame part came.",
            "Send the pixels as the second part.",
        )
    if part is not None and not fields.has(name):
        raise ProtocolError(
            "frame_size",
            f"A frame part came, but the header has no `{name}`.",
            "Describe the frame in the header, or leave the second part away.",
        )
    return part is not None


def frame(sent: Frame, limits: Limits) -> Frame:
    """The frame, if description and bytes agree.

    Raises:
        ProtocolError: `frame_format` or `frame_size`.
    """
    if not isinstance(sent, Frame):
        raise ProtocolError("frame_format", f"The frame is of the type {type(sent).__name__}, no Frame.", MADE)
    if sent.format not in CHANNELS and sent.format not in ENCODED:
        raise ProtocolError(
            "frame_format",
            f"Frame format '{sent.format}' is not known.",
            f"Use one of: {', '.join((*CHANNELS, *ENCODED))}.",
        )
    try:
        view, wanted = sent.buffer, sent.expected_bytes
    except Fault as error:
        raise ProtocolError(error.code, error.message, error.fix) from None
    if not view.c_contiguous:
        raise ProtocolError("frame_size", "The pixels are not contiguous.", "Use numpy.ascontiguousarray.")
    size = view.nbytes
    if not 1 <= size <= limits.frame:
        raise ProtocolError(
            "frame_size",
            f"The frame has {size} bytes.",
            f"Send 1 to {limits.frame} bytes: scale the picture down or send JPEG.",
        )
    if wanted is not None and (size != wanted or wanted == 0):
        raise ProtocolError(
            "frame_size",
            f"The frame has {size} bytes, but {sent.width}x{sent.height} {sent.format} needs {wanted}.",
            "Check width, height, format and row padding.",
        )
    return sent


def boxes(fields: Fields, name: str, entries: int, limits: Limits) -> dict[str, Ltrb]:
    """Boxes by id; none where the field is absent.

    Raises:
        ProtocolError: `field`, also where a box is in pixels, or has its sides the wrong way round.
    """
    if not fields.has(name):
        return {}
    inside, made = fields.inside(name), dict[str, Ltrb]()
    for entity in fields.names(name, entries):
        left, top, right, bottom = inside.numbers(checked_name(entity, f"frame.{name}", limits), 4)
        made[entity] = (left, top, right, bottom)
        _check_box(entity, made[entity])
    return made


def _check_box(name: str, box: Ltrb) -> None:
    """Refuse what is a box, but not in the frame's fractions."""
    shown = ", ".join(f"{side:g}" for side in box)
    if max(map(abs, box)) > FARTHEST:
        raise ProtocolError(
            "field",
            f"The box of '{name}' in `observe.frame.entities` is [{shown}], which looks like pixels.",
            "Send left, top, right, bottom as fractions of the frame: pixels divided by its width and height.",
        )
    left, top, right, bottom = box
    if left > right or top > bottom:
        raise ProtocolError(
            "field",
            f"The box of '{name}' in `observe.frame.entities` is [{shown}], which ends before it begins.",
            "Send left, top, right, bottom (not width and height), y downwards.",
        )
