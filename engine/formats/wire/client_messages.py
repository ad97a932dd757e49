"""What a client sends. `docs/protocol.md` describes every field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from engine.formats.wire.constants import Limits
from engine.formats.wire.entities import Box, read_entities
from engine.formats.wire.fields import MAX_INTEGER, Fields, ProtocolError

VERSION = "1.0"
CHANNELS = {"rgb": 3, "rgba": 4, "bgra": 4}
ENCODED = ("jpeg", "png", "webp")

Buffer: TypeAlias = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Frame:
    """What the player sees.

    `pixels` is any C-contiguous buffer (bytes, a numpy array): raw rows from the top, or an image file.
    `bottom_up` says that the first row is the lowest. Encoded frames may leave width and height 0.
    `entities` are boxes of things in it, by the game's ids: left, top, right, bottom, as fractions of the frame, y
    downwards. A decision whose target lies on one of them names it.
    """

    pixels: Any
    width: int = 0
    height: int = 0
    format: str = "rgb"
    bottom_up: bool = False
    entities: Mapping[str, Box] = field(default_factory=dict)

    @classmethod
    def from_array(cls, rgb: Any, entities: Mapping[str, Box] | None = None) -> Frame:
        """A frame from a numpy array, uint8 [H, W, 3], first row on top."""
        import numpy as np  # here, so that games without numpy need not have it

        return cls(np.ascontiguousarray(rgb), rgb.shape[1], rgb.shape[0], entities=entities or {})

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
        read_entities(header, limits),
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
class Ping:
    """Client → server: are you there? `id` comes back in the pong."""

    TYPE: ClassVar = "ping"
    id: int

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Ping:
        return cls(fields.integer("id", 0, MAX_INTEGER))


@dataclass(frozen=True, slots=True)
class Bye:
    """Either way: I leave. From a client it ends the session; from a server it means: come back later."""

    TYPE: ClassVar = "bye"

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Bye:
        return cls()
