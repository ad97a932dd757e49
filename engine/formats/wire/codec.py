"""The codec of protocol 1.0. Bytes in, messages out; no I/O.

A message is one or two parts: a msgpack map (the header) with its `type`, and for an `observe` or a `look` with a
frame the pixel bytes. `docs/protocol.md` describes every field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgpack

from engine.formats.frame import Frame
from engine.formats.wire.constants import CAPABILITIES, DEFAULT_LIMITS, MAX_INTEGER, REPLY_LIMITS, VERSION, Limits
from engine.formats.wire.fields import Fields, ProtocolError, unpack_map
from engine.formats.wire.messages import (
    OF_CLIENT,
    OF_SERVER,
    SPARSE,
    WITH_PART,
    Ack,
    Buffer,
    Bye,
    ClientMessage,
    Despawn,
    Error,
    Event,
    Hear,
    Heard,
    Hello,
    Hush,
    Look,
    Mark,
    Observe,
    Ping,
    Pong,
    ServerMessage,
    Sound,
    Spawn,
    Spawned,
    Speak,
    Spoken,
    Utterance,
    Welcome,
    WireDecision,
)
from npc.text import is_whole, valid

__all__ = [
    "CAPABILITIES",
    "VERSION",
    "Ack",
    "Bye",
    "ClientMessage",
    "Despawn",
    "Error",
    "Event",
    "Frame",
    "Hear",
    "Heard",
    "Hello",
    "Hush",
    "Look",
    "Mark",
    "Observe",
    "Ping",
    "Pong",
    "ServerMessage",
    "Sound",
    "Spawn",
    "Spawned",
    "Speak",
    "Spoken",
    "Utterance",
    "Welcome",
    "WireDecision",
    "decode_client",
    "decode_server",
    "encode",
]


def encode(message: ClientMessage | ServerMessage) -> list[Any]:
    """The parts of a message: the header, and the pixels of a frame.

    Halves of characters that belong together are joined. One that stays alone is refused in what a client says, where its
    author can mend it; in what a server says it becomes U+FFFD, so that no answer is lost for it.

    Raises:
        ProtocolError: `field`, for half a character in a client's message.
    """
    fields = {"type": message.TYPE} | {name: _plain(getattr(message, name)) for name in message.__slots__}
    header = {name: value for name, value in fields.items() if value is not None}
    for name in SPARSE.get(message.TYPE, ()):
        if not header[name]:
            del header[name]
    try:
        parts: list[Any] = [msgpack.packb(header)]
    except UnicodeEncodeError:
        parts = [msgpack.packb(_whole(header, message.TYPE, message.TYPE in OF_CLIENT))]
    if isinstance(message, Observe | Look) and message.frame is not None:
        parts.append(message.frame.pixels)
    return parts


def _whole(value: Any, where: str, strict: bool) -> Any:
    """`value` with no half of a character in it; `where` it stands in the message, for people."""
    match value:
        case str():
            if strict and not is_whole(value):
                raise ProtocolError(
                    "field",
                    f"`{where}` holds half a character (a lone surrogate): {value[:40]!a}.",
                    "Send whole characters: text cut between the two halves of an emoji has to be cut elsewhere.",
                )
            return valid(value)
        case Mapping():
            return {_whole(name, where, strict): _whole(entry, f"{where}.{name}", strict) for name, entry in value.items()}
        case list() | tuple():
            return [_whole(entry, where, strict) for entry in value]
    return value


_SCALARS = frozenset((str, int, float, bool, bytes, type(None)))


def _plain(value: Any) -> Any:
    """What msgpack can pack: nested messages become maps, a frame loses its pixels."""
    if type(value) in _SCALARS:  # most are, and what follows is slow
        return value
    if hasattr(value, "__slots__") and hasattr(value, "__dataclass_fields__"):
        fields = ((name, getattr(value, name)) for name in value.__slots__ if name != "pixels")
        return {name: _plain(entry) for name, entry in fields if entry is not None}
    if isinstance(value, tuple) and value and hasattr(value[0], "__dataclass_fields__"):
        return [_plain(entry) for entry in value]
    return dict(value) if isinstance(value, Mapping) else value


def decode_client(parts: Sequence[Buffer], limits: Limits = DEFAULT_LIMITS) -> ClientMessage:
    """What a client sent.

    Raises:
        ProtocolError: `malformed`, `header_size`, `unknown_type`, `field`, `frame_format` or `frame_size`.
    """
    return cast(ClientMessage, _decode(parts, OF_CLIENT, limits))


def decode_server(parts: Sequence[Buffer], limits: Limits = REPLY_LIMITS) -> ServerMessage:
    """What a server sent; raises as `decode_client`."""
    return cast(ServerMessage, _decode(parts, OF_SERVER, limits))


def _decode(parts: Sequence[Buffer], kinds: Mapping[str, Any], limits: Limits) -> Any:
    if not 1 <= len(parts) <= 2:
        raise ProtocolError("malformed", f"The message has {len(parts)} parts.", "Send a header, and at most a frame.")
    values = unpack_map(parts[0], limits)
    kind = values.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        raise ProtocolError(
            "unknown_type",
            f"'{str(kind)[:64]}' is not a message type here.",
            f"Use one of: {', '.join(kinds)}.",
        )
    frame = parts[1] if len(parts) == 2 else None
    try:
        if frame is not None and kind not in WITH_PART:
            fix = "Only `observe` and `look` carry one."
            raise ProtocolError("malformed", f"`{kind}` has no second part.", fix)
        return kinds[kind].read(Fields(values, kind), frame, limits)
    except ProtocolError as error:
        raise _placed(error, values, limits) from None


def _placed(error: ProtocolError, values: Mapping[str, Any], limits: Limits) -> ProtocolError:
    """The error with what it belongs to, as far as the broken message tells."""

    def name(value: object) -> str | None:
        return value if isinstance(value, str) and len(value) <= limits.name else None

    seq, utterance = values.get("seq"), values.get("utterance")
    error.seq = seq if isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq <= MAX_INTEGER else None
    error.npc = name(values.get("npc"))
    error.utterance = name(utterance.get("id")) if isinstance(utterance, dict) else None
    error.about = name(values.get("hearing")) or name(values.get("speech"))
    return error
