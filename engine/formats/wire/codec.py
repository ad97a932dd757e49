"""The codec of protocol 1.0. Bytes in, messages out; no I/O.

A message is one or two parts: a msgpack map (the header) with its `type`, and for an `observe` with a frame
the pixel bytes. `docs/protocol.md` describes every field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import msgpack

from engine.formats.wire.client_messages import VERSION, Buffer, Bye, Despawn, Frame, Hello, Observe, Ping, Spawn, Utterance
from engine.formats.wire.constants import DEFAULT_LIMITS, Limits
from engine.formats.wire.fields import MAX_INTEGER, Fields, ProtocolError, unpack_map
from engine.formats.wire.server_messages import CAPABILITIES, Ack, Error, Event, Pong, Spawned, Welcome, WireDecision

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
    "Hello",
    "Observe",
    "Ping",
    "Pong",
    "ServerMessage",
    "Spawn",
    "Spawned",
    "Utterance",
    "Welcome",
    "WireDecision",
    "decode_client",
    "decode_server",
    "encode",
]

ClientMessage: TypeAlias = Hello | Spawn | Despawn | Observe | Ping | Bye
ServerMessage: TypeAlias = Welcome | Spawned | Ack | WireDecision | Event | Pong | Error | Bye

_FROM_CLIENT = {kind.TYPE: kind for kind in (Hello, Spawn, Despawn, Observe, Ping, Bye)}
_FROM_SERVER = {kind.TYPE: kind for kind in (Welcome, Spawned, Ack, WireDecision, Event, Pong, Error, Bye)}


def encode(message: ClientMessage | ServerMessage) -> list[Any]:
    """The parts of a message: the header, and the pixels of a frame."""
    fields = {"type": message.TYPE} | {name: _plain(getattr(message, name)) for name in message.__slots__}
    parts: list[Any] = [msgpack.packb({name: value for name, value in fields.items() if value is not None})]
    if isinstance(message, Observe) and message.frame is not None:
        parts.append(message.frame.pixels)
    return parts


_SCALARS = frozenset((str, int, float, bool, bytes, type(None)))


def _plain(value: Any) -> Any:
    """What msgpack can pack: nested messages become maps, a frame loses its pixels."""
    if type(value) in _SCALARS:  # most are, and what follows is slow
        return value
    if hasattr(value, "__slots__") and hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__slots__ if name != "pixels"}
    return dict(value) if isinstance(value, Mapping) else value


def decode_client(parts: Sequence[Buffer], limits: Limits = DEFAULT_LIMITS) -> ClientMessage:
    """What a client sent.

    Raises:
        ProtocolError: `malformed`, `header_size`, `unknown_type`, `field`, `frame_format` or `frame_size`.
    """
    return cast(ClientMessage, _decode(parts, _FROM_CLIENT, limits))


def decode_server(parts: Sequence[Buffer], limits: Limits = DEFAULT_LIMITS) -> ServerMessage:
    """What a server sent; raises as `decode_client`."""
    return cast(ServerMessage, _decode(parts, _FROM_SERVER, limits))


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
        if frame is not None and kind != Observe.TYPE:
            raise ProtocolError("malformed", f"`{kind}` has no second part.", "Only `observe` carries a frame.")
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
    return error
