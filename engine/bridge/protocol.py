"""The messages of protocol 1.0 and their codec. Bytes in, messages out; no I/O.

A message is one or two parts: a msgpack map (the header) with its `type`, and for an `observe` with a frame
the pixel bytes. `docs/protocol.md` describes every field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias, cast

import msgpack

from engine.bridge.fields import MAX_INTEGER, Fields, ProtocolError, unpack_map
from engine.bridge.limits import DEFAULT_LIMITS, Limits
from npc.types import Target

VERSION = "1.0"
CAPABILITIES = ("inspect", "jpeg", "png", "webp")
CHANNELS = {"rgb": 3, "rgba": 4, "bgra": 4}
ENCODED = ("jpeg", "png", "webp")

Buffer: TypeAlias = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Frame:
    """What the player sees.

    `pixels` is any C-contiguous buffer (bytes, a numpy array): raw rows from the top, or an image file.
    `bottom_up` says that the first row is the lowest. Encoded frames may leave width and height 0.
    """

    pixels: Any
    width: int = 0
    height: int = 0
    format: str = "rgb"
    bottom_up: bool = False

    @classmethod
    def from_array(cls, rgb: Any) -> Frame:
        """A frame from a numpy array, uint8 [H, W, 3], first row on top."""
        import numpy as np  # here, so that games without numpy need not have it

        return cls(np.ascontiguousarray(rgb), rgb.shape[1], rgb.shape[0])

    @property
    def expected_bytes(self) -> int | None:
        """Bytes of a raw frame of this size; None for encoded frames."""
        channels = CHANNELS.get(self.format)
        return None if channels is None else self.width * self.height * channels

    def check(self, limits: Limits) -> None:
        """Refuse a frame whose description and bytes disagree.

        Raises:
            ProtocolError: `frame_format` or `frame_size`.
        """
        if self.format not in CHANNELS and self.format not in ENCODED:
            raise ProtocolError(
                "frame_format",
                f"Frame format '{self.format}' is not known.",
                f"Use one of: {', '.join((*CHANNELS, *ENCODED))}.",
            )
        view, wanted = memoryview(self.pixels), self.expected_bytes
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
                f"The frame has {size} bytes, but {self.width}x{self.height} {self.format} needs {wanted}.",
                "Check width, height, format and row padding.",
            )


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the player said. The id is the client's own and never used twice in a session."""

    id: str
    text: str
    to: tuple[str, ...]  # NPCs that are spoken to; each answers once
    speaker: str = "player"


@dataclass(frozen=True, slots=True)
class Hello:
    """Client → server, first: who I am. `session` stays the same when the client comes back."""

    TYPE: ClassVar = "hello"
    client: str
    session: str
    version: str = VERSION
    capabilities: tuple[str, ...] = ()
    token: str | None = None

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Hello:
        return cls(
            fields.name("client", limits),
            fields.name("session", limits),
            fields.text("version", 16),
            fields.texts("capabilities", 32, limits.name, ()),
            fields.text("token", 512) if fields.has("token") else None,
        )


@dataclass(frozen=True, slots=True)
class Welcome:
    """Server → client: what answers here. `resumed` is true when the session's NPCs still stand."""

    TYPE: ClassVar = "welcome"
    server: str
    provider: str
    bundle: str
    resumed: bool
    version: str = VERSION
    capabilities: tuple[str, ...] = CAPABILITIES
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Welcome:
        labels = {head: tuple(classes) for head, classes in fields.mapping("labels", 64).items()}
        return cls(
            fields.text("server", 256),
            fields.text("provider", 64),
            fields.text("bundle", 256),
            fields.flag("resumed"),
            fields.text("version", 16),
            fields.texts("capabilities", 64, 64, ()),
            labels,
            fields.mapping("limits", 64),
        )


@dataclass(frozen=True, slots=True)
class Spawn:
    """Client → server: an NPC enters. `persona` is a name that the server knows, or a whole card."""

    TYPE: ClassVar = "spawn"
    npc: str
    persona: str | Mapping[str, Any]
    watch: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Spawn:
        inline = fields.is_map("persona")
        persona = fields.mapping("persona", 64) if inline else fields.text("persona", 256, least=1)
        return cls(fields.name("npc", limits), persona, fields.texts("watch", limits.watch, limits.phrase, ()))


@dataclass(frozen=True, slots=True)
class Spawned:
    """Server → client: the NPC stands; `name` is its name on the card."""

    TYPE: ClassVar = "spawned"
    npc: str
    name: str

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Spawned:
        return cls(fields.name("npc", limits), fields.text("name", 256))


@dataclass(frozen=True, slots=True)
class Despawn:
    """Client → server: an NPC leaves; what waits for it is dropped."""

    TYPE: ClassVar = "despawn"
    npc: str

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Despawn:
        return cls(fields.name("npc", limits))


@dataclass(frozen=True, slots=True)
class Observe:
    """Client → server: what the NPCs see, and what was said to some of them."""

    TYPE: ClassVar = "observe"
    seq: int
    npcs: tuple[str, ...]
    frame: Frame | None = None
    utterance: Utterance | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    captured_at: float | None = None  # seconds on the game's clock
    inspect: bool = False

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Observe:
        npcs = fields.texts("npcs", limits.npcs, limits.name)
        if not npcs:
            raise ProtocolError("field", "`observe.npcs` is empty.", "Name the NPCs that see this.")
        return cls(
            fields.integer("seq", 0, MAX_INTEGER),
            npcs,
            _read_frame(fields, frame, limits),
            _read_utterance(fields, npcs, limits),
            fields.mapping("state", limits.state, {}),
            fields.number("captured_at") if fields.has("captured_at") else None,
            fields.flag("inspect"),
        )


def _read_frame(fields: Fields, part: Buffer | None, limits: Limits) -> Frame | None:
    if not fields.has("frame"):
        if part is not None:
            raise ProtocolError(
                "frame_size",
                "A frame part came, but the header has no `frame`.",
                "Describe the frame in the header, or leave the second part away.",
            )
        return None
    if part is None:
        raise ProtocolError(
            "frame_size",
            "The header has a `frame`, but no frame part came.",
            "Send the pixels as the second part.",
        )
    header = fields.inside("frame")
    frame = Frame(
        part,
        header.integer("width", 0, limits.side, 0),
        header.integer("height", 0, limits.side, 0),
        header.text("format", 16),
        header.flag("bottom_up"),
    )
    frame.check(limits)
    return frame


def _read_utterance(fields: Fields, npcs: tuple[str, ...], limits: Limits) -> Utterance | None:
    if not fields.has("utterance"):
        return None
    inner = fields.inside("utterance")
    to = inner.texts("to", limits.npcs, limits.name, ()) or npcs
    strangers = [npc for npc in to if npc not in npcs]
    if strangers:
        raise ProtocolError(
            "field",
            f"`observe.utterance.to` names '{strangers[0]}', which is not in `npcs`.",
            "List everybody who is spoken to in `npcs` too.",
        )
    return Utterance(
        inner.name("id", limits),
        inner.text("text", limits.text, least=1),
        to,
        inner.text("speaker", limits.name, "player", least=1),
    )


@dataclass(frozen=True, slots=True)
class Ack:
    """Server → client: these utterances are in safe hands; their decisions follow."""

    TYPE: ClassVar = "ack"
    utterances: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Ack:
        return cls(fields.texts("utterances", limits.utterances, limits.name))


@dataclass(frozen=True, slots=True)
class WireDecision:
    """Server → client: what one NPC does about observation `seq`; `utterance_id` is set where it was spoken to.

    `target` is in fractions of the frame, y downwards, also for frames that came bottom up. `frame_age` is
    the seconds from the arrival of the observation to this decision. `inspect` is there only when it was
    asked for.
    """

    TYPE: ClassVar = "decision"
    npc: str
    seq: int
    action: str
    emotion: str
    utterance_id: str | None = None
    target: Target | None = None
    line: str = ""
    confidence: float = 0.0
    reason: str = ""
    frame_age: float = 0.0
    captured_at: float | None = None
    inspect: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> WireDecision:
        target = fields.inside("target") if fields.has("target") else None
        return cls(
            fields.name("npc", limits),
            fields.integer("seq", 0, MAX_INTEGER),
            fields.text("action", 64),
            fields.text("emotion", 64),
            fields.name("utterance_id", limits) if fields.has("utterance_id") else None,
            Target(target.number("x"), target.number("y"), target.number("p")) if target else None,
            fields.text("line", limits.header, ""),
            fields.number("confidence", 0.0),
            fields.text("reason", limits.header, ""),
            fields.number("frame_age", 0.0),
            fields.number("captured_at") if fields.has("captured_at") else None,
            fields.mapping("inspect", 64) if fields.has("inspect") else None,
        )


@dataclass(frozen=True, slots=True)
class Ping:
    """Either way: are you there? `id` comes back in the pong."""

    TYPE: ClassVar = "ping"
    id: int

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Ping:
        return cls(fields.integer("id", 0, MAX_INTEGER))


@dataclass(frozen=True, slots=True)
class Pong:
    """Server → client: I am; `counters` counts this session's traffic since its first hello."""

    TYPE: ClassVar = "pong"
    id: int
    counters: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Pong:
        return cls(fields.integer("id", 0, MAX_INTEGER), fields.mapping("counters", 64, {}))


@dataclass(frozen=True, slots=True)
class Error:
    """Server → client: what was refused, why, and what to do.

    `seq`, `npc` and `utterance` say what it belongs to, as far as that is known.
    """

    TYPE: ClassVar = "error"
    code: str
    message: str
    fix: str = ""
    seq: int | None = None
    npc: str | None = None
    utterance: str | None = None

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Error:
        return cls(
            fields.text("code", 64),
            fields.text("message", limits.header),
            fields.text("fix", limits.header, ""),
            fields.integer("seq", 0, MAX_INTEGER) if fields.has("seq") else None,
            fields.text("npc", limits.name) if fields.has("npc") else None,
            fields.text("utterance", limits.name) if fields.has("utterance") else None,
        )


@dataclass(frozen=True, slots=True)
class Bye:
    """Either way: I leave. From a client it ends the session; from a server it means: come back later."""

    TYPE: ClassVar = "bye"

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Bye:
        return cls()


ClientMessage: TypeAlias = Hello | Spawn | Despawn | Observe | Ping | Bye
ServerMessage: TypeAlias = Welcome | Spawned | Ack | WireDecision | Pong | Error | Bye

_FROM_CLIENT = {kind.TYPE: kind for kind in (Hello, Spawn, Despawn, Observe, Ping, Bye)}
_FROM_SERVER = {kind.TYPE: kind for kind in (Welcome, Spawned, Ack, WireDecision, Pong, Error, Bye)}


def encode(message: ClientMessage | ServerMessage) -> list[Any]:
    """The parts of a message: the header, and the pixels of a frame."""
    fields = {"type": message.TYPE} | {name: _plain(getattr(message, name)) for name in message.__slots__}
    parts: list[Any] = [msgpack.packb({name: value for name, value in fields.items() if value is not None})]
    if isinstance(message, Observe) and message.frame is not None:
        parts.append(message.frame.pixels)
    return parts


def _plain(value: Any) -> Any:
    """What msgpack can pack: nested messages become maps, a frame loses its pixels."""
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
