"""The codec: bytes to messages and back, without any I/O. See docs/protocol.md for every field.

A message is one ZeroMQ multipart message: a msgpack map (the header), and for `observe` with a frame a second
part with the pixels. Headers have a `type`; everything else depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgpack

from engine.errors import EngineError
from engine.perception.frame import ENCODED, RAW_CHANNELS, Frame

VERSION = (1, 0)


class ProtocolError(EngineError):
    """A message that cannot be accepted; its code, sentence and fix go back to the sender."""


@dataclass(frozen=True)
class Limits:
    """What the server accepts. Sizes are checked before anything is allocated for them."""

    header: int = 64 * 1024  # bytes
    frame: int = 64 * 1024 * 1024  # bytes
    text: int = 2000  # characters of one utterance
    npcs: int = 256  # per client
    watch: int = 32  # phrases per NPC
    phrase: int = 80  # characters of a watch phrase
    name: int = 64  # characters of client names and NPC ids
    waiting: int = 64  # utterances of one client that wait for an answer


Header = Mapping[str, Any]


@dataclass(frozen=True)
class Observe:
    """What came from the game. `to` are those of `npcs` who hear `text`; all of them see `frame`."""

    seq: int
    npcs: tuple[str, ...]
    frame: Frame | None = None
    text: str = ""
    utterance: str | None = None
    to: tuple[str, ...] = ()
    state: Mapping[str, object] = field(default_factory=dict)
    inspect: bool = False


def encode(message_type: str, **fields: object) -> bytes:
    """A header as bytes; fields that are None are left away."""
    body = {"type": message_type} | {k: v for k, v in fields.items() if v is not None}
    return bytes(msgpack.packb(body, use_bin_type=True))


def decode_header(data: bytes | memoryview, limits: Limits) -> dict[str, Any]:
    """A header with a `type`.

    Raises:
        ProtocolError: `header_size` or `header`.
    """
    if len(data) > limits.header:
        raise ProtocolError("header_size", f"The header has {len(data)} bytes.", f"Send at most {limits.header}.")
    try:
        header = msgpack.unpackb(data, raw=False, strict_map_key=True)
    except (ValueError, TypeError, msgpack.exceptions.UnpackException, RecursionError):
        raise ProtocolError("header", "The first part is not a msgpack map.", "See docs/protocol.md.") from None
    if not isinstance(header, dict) or not isinstance(header.get("type"), str):
        raise ProtocolError("header", "The header has no `type`.", "See docs/protocol.md.")
    return header


def decode_observe(header: Header, part: memoryview | bytes | None, limits: Limits) -> Observe:
    """An `observe` message.

    Raises:
        ProtocolError: with the code and the sentence that go back to the game.
    """
    npcs = strings(header, "npcs", limits.name, limits.npcs)
    if not npcs:
        raise ProtocolError("npcs", "`npcs` is empty.", "Name at least one spawned NPC.")
    text = string(header, "text", limits.text, required=False)
    utterance = string(header, "utterance", limits.name, required=False) or None
    if text.strip() and utterance is None:
        raise ProtocolError("utterance", "`text` came without an `utterance` id.", "Give every utterance an id of its own.")
    to = strings(header, "to", limits.name, limits.npcs) if header.get("to") is not None else npcs
    if not set(to) <= set(npcs):
        raise ProtocolError("to", "`to` names NPCs that are not in `npcs`.", "List them in `npcs` too.")
    state = header.get("state", {})
    if not isinstance(state, dict):
        raise ProtocolError("state", "`state` is not a map.", "Send a map of tags, or leave it away.")
    return Observe(
        integer(header, "seq"),
        npcs,
        _frame(header.get("frame"), part, limits),
        text,
        utterance,
        to,
        state,
        bool(header.get("inspect", False)),
    )


def _frame(spec: object, part: memoryview | bytes | None, limits: Limits) -> Frame | None:
    if spec is None:
        if part is not None:
            raise ProtocolError("frame_size", "A frame part came without a `frame` field.", "Describe the frame in the header.")
        return None
    if not isinstance(spec, dict) or part is None:
        raise ProtocolError(
            "frame",
            "`frame` is announced, but its part or its description is missing.",
            "Send the pixels as second part, and width, height and format in the header.",
        )
    kind = string(spec, "format", 8)
    if kind not in RAW_CHANNELS and kind not in ENCODED:
        raise ProtocolError(
            "frame_format", f"Frame format '{kind}' is not known.", f"Use one of: {', '.join((*RAW_CHANNELS, *ENCODED))}."
        )
    size = len(part) if isinstance(part, bytes) else part.nbytes
    if size > limits.frame:
        raise ProtocolError("frame_size", f"The frame has {size} bytes.", f"Send at most {limits.frame}.")
    raw = kind in RAW_CHANNELS
    frame = Frame(
        part,
        integer(spec, "width") if raw else 0,
        integer(spec, "height") if raw else 0,
        kind,
        bool(spec.get("bottom_up", False)),
    )
    if raw and (frame.width < 1 or frame.height < 1 or size != frame.expected_bytes):
        raise ProtocolError(
            "frame_size",
            f"The frame part has {size} bytes, but {frame.width}x{frame.height} {kind} needs {frame.expected_bytes}.",
            "Check width, height, format and row padding.",
        )
    return frame


def string(header: Header, name: str, longest: int, *, required: bool = True) -> str:
    """A text field of at most `longest` characters; "" where it is absent and not required."""
    value = header.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > longest or (required and not value):
        raise ProtocolError(
            name, f"`{name}` must be a text of {1 if required else 0} to {longest} characters.", "Shorten or fill in the field."
        )
    return value


def strings(header: Header, name: str, longest: int, most: int) -> tuple[str, ...]:
    """A list of at most `most` texts without repetition."""
    value = header.get(name)
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > most:
        raise ProtocolError(name, f"`{name}` must be a list of at most {most} texts.", "See docs/protocol.md.")
    if any(not isinstance(v, str) or not v or len(v) > longest for v in value):
        raise ProtocolError(
            name, f"`{name}` holds something else than texts of 1 to {longest} characters.", "See docs/protocol.md."
        )
    return tuple(dict.fromkeys(value))


def integer(header: Header, name: str) -> int:
    """A non-negative whole number."""
    value = header.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ProtocolError(name, f"`{name}` must be a whole number from 0.", "See docs/protocol.md.")
    return value


def check_version(header: Header) -> None:
    """Refuse clients of another major version."""
    version = header.get("version")
    if not isinstance(version, (list, tuple)) or len(version) != 2 or version[0] != VERSION[0]:
        raise ProtocolError(
            "version",
            f"This server speaks protocol {VERSION[0]}.{VERSION[1]}, the client {version!r}.",
            "Update the plug-in or the server, so that both have the same major version.",
        )
