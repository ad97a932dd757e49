"""What a server sends. `docs/protocol.md` describes every field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from engine.formats.wire.client_messages import VERSION, Buffer
from engine.formats.wire.constants import Limits
from engine.formats.wire.fields import MAX_INTEGER, Fields
from npc.types import Target

CAPABILITIES = ("events", "inspect", "jpeg", "png", "webp")


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
        heads = fields.inside("labels")
        labels = {head: heads.texts(head, 1024, 64) for head in fields.mapping("labels", 64)}
        return cls(
            fields.text("server", 256),
            fields.text("provider", 64),
            fields.text("bundle", 256),
            fields.flag("resumed"),
            fields.text("version", 16),
            fields.texts("capabilities", 64, 64, ()),
            labels,
            fields.integers("limits", 64),
        )


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
    asked for. `entity` is the one of the frame's that `target` lies on, if any.
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
    entity: str | None = None

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
            fields.name("entity", limits) if fields.has("entity") else None,
        )


@dataclass(frozen=True, slots=True)
class Event:
    """Server → client: something about an NPC that no observation waits for, to clients with the capability `events`.

    `kind` says what; a client ignores kinds that it does not know. `text` is for people. `utterance_id` is set where
    it belongs to something that was said; `more` says that a longer text of this kind follows and takes its place.
    """

    TYPE: ClassVar = "event"
    npc: str
    kind: str
    text: str = ""
    utterance_id: str | None = None
    more: bool = False

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Event:
        return cls(
            fields.name("npc", limits),
            fields.text("kind", 64),
            fields.text("text", limits.header, ""),
            fields.name("utterance_id", limits) if fields.has("utterance_id") else None,
            fields.flag("more"),
        )


@dataclass(frozen=True, slots=True)
class Pong:
    """Server → client: I am; `counters` counts this session's traffic since its first hello."""

    TYPE: ClassVar = "pong"
    id: int
    counters: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields, frame: Buffer | None, limits: Limits) -> Pong:
        return cls(fields.integer("id", 0, MAX_INTEGER), fields.integers("counters", 64, {}))


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
