"""The messages, written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from engine.formats.frame import Frame
from engine.formats.wire import checks
from engine.formats.wire.constants import CAPABILITIES, MAX_INTEGER, REPLY_HEADER, VERSION, Limits
from engine.formats.wire.fields import Fields
from npc.types import Effect, Target

Buffer: TypeAlias = bytes | memoryview


def _read_target(fields: Fields, limits: Limits) -> Target:
    return Target(
        fields.number("x"),
        fields.number("y"),
        fields.number("p"),
    )


def _read_effect(fields: Fields, limits: Limits) -> Effect:
    return Effect(
        fields.text("kind", 80, least=1),
        fields.values("values", 16, 1000),
    )


def _read_frame(fields: Fields, part: Buffer | None, limits: Limits) -> Frame:
    return checks.frame(
        Frame(
            part,
            fields.integer("width", 0, limits.side, 0),
            fields.integer("height", 0, limits.side, 0),
            fields.text("format", 16),
            fields.flag("bottom_up"),
            checks.boxes(fields, "entities", limits.entities, limits),
        ),
        limits,
    )


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the player said."""

    id: str
    text: str
    to: tuple[str, ...]
    speaker: str = "player"


def _read_utterance(fields: Fields, limits: Limits) -> Utterance:
    return Utterance(
        fields.name("id", limits),
        fields.text("text", limits.text, least=1),
        fields.texts("to", limits.npcs, limits.name, (), ids=True),
        fields.text("speaker", limits.name, "player", least=1),
    )


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
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Hello:
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
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Spawn:
        return cls(
            fields.name("npc", limits),
            fields.card("persona", 64, 256, least=1),
            fields.texts("watch", limits.watch, limits.phrase, ()),
        )


@dataclass(frozen=True, slots=True)
class Despawn:
    """Client → server: an NPC leaves; what waits for it is dropped."""

    TYPE: ClassVar = "despawn"
    npc: str

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Despawn:
        return cls(
            fields.name("npc", limits),
        )


@dataclass(frozen=True, slots=True)
class Observe:
    """Client → server: what the NPCs see, and what was said to some of them."""

    TYPE: ClassVar = "observe"
    seq: int
    npcs: tuple[str, ...]
    frame: Frame | None = None
    utterance: Utterance | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    captured_at: float | None = None
    inspect: bool = False

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Observe:
        return checks.observe(
            cls(
                fields.integer("seq", 0, MAX_INTEGER),
                fields.texts("npcs", limits.npcs, limits.name, ids=True),
                _read_frame(fields.inside("frame"), part, limits) if checks.has_part(fields, "frame", part) else None,
                _read_utterance(fields.inside("utterance"), limits) if fields.has("utterance") else None,
                fields.mapping("state", limits.state, {}),
                fields.number("captured_at") if fields.has("captured_at") else None,
                fields.flag("inspect"),
            ),
        )


@dataclass(frozen=True, slots=True)
class Ping:
    """Client → server: are you there? `id` comes back in the pong."""

    TYPE: ClassVar = "ping"
    id: int

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Ping:
        return cls(
            fields.integer("id", 0, MAX_INTEGER),
        )


@dataclass(frozen=True, slots=True)
class Bye:
    """Either way: I leave. From a client it ends the session; from a server it means: come back later."""

    TYPE: ClassVar = "bye"

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Bye:
        return cls()


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
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Welcome:
        return cls(
            fields.text("server", 256),
            fields.text("provider", 64),
            fields.text("bundle", 256),
            fields.required_flag("resumed"),
            fields.text("version", 16),
            fields.texts("capabilities", 64, 64, ()),
            fields.labels("labels", 64),
            fields.integers("limits", 64),
        )


@dataclass(frozen=True, slots=True)
class Spawned:
    """Server → client: the NPC stands; `name` is its name on the card."""

    TYPE: ClassVar = "spawned"
    npc: str
    name: str

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Spawned:
        return cls(
            fields.name("npc", limits),
            fields.text("name", 256),
        )


@dataclass(frozen=True, slots=True)
class Ack:
    """Server → client: these utterances are in safe hands; their decisions follow."""

    TYPE: ClassVar = "ack"
    utterances: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Ack:
        return cls(
            fields.texts("utterances", limits.utterances, limits.name, ids=True),
        )


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
    effects: tuple[Effect, ...] = ()
    line_id: str | None = None

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> WireDecision:
        return cls(
            fields.name("npc", limits),
            fields.integer("seq", 0, MAX_INTEGER),
            fields.text("action", 64),
            fields.text("emotion", 64),
            fields.name("utterance_id", limits) if fields.has("utterance_id") else None,
            _read_target(fields.inside("target"), limits) if fields.has("target") else None,
            fields.text("line", REPLY_HEADER, ""),
            fields.number("confidence", 0.0),
            fields.text("reason", REPLY_HEADER, ""),
            fields.number("frame_age", 0.0),
            fields.number("captured_at") if fields.has("captured_at") else None,
            fields.mapping("inspect", 64) if fields.has("inspect") else None,
            fields.name("entity", limits) if fields.has("entity") else None,
            tuple(_read_effect(inside, limits) for inside in fields.each("effects", 32)),
            fields.name("line_id", limits) if fields.has("line_id") else None,
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
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Event:
        return cls(
            fields.name("npc", limits),
            fields.text("kind", 64),
            fields.text("text", REPLY_HEADER, ""),
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
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Pong:
        return cls(
            fields.integer("id", 0, MAX_INTEGER),
            fields.integers("counters", 64, {}),
        )


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
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Error:
        return cls(
            fields.text("code", 64),
            fields.text("message", REPLY_HEADER),
            fields.text("fix", REPLY_HEADER, ""),
            fields.integer("seq", 0, MAX_INTEGER) if fields.has("seq") else None,
            fields.text("npc", limits.name, ids=True) if fields.has("npc") else None,
            fields.text("utterance", limits.name, ids=True) if fields.has("utterance") else None,
        )


ClientMessage: TypeAlias = Hello | Spawn | Despawn | Observe | Ping | Bye
ServerMessage: TypeAlias = Welcome | Spawned | Ack | WireDecision | Event | Pong | Error | Bye
SPARSE: Mapping[str, tuple[str, ...]] = {"decision": ("effects",)}  # lists that a message leaves out where they are empty
OF_CLIENT = {kind.TYPE: kind for kind in (Hello, Spawn, Despawn, Observe, Ping, Bye)}
OF_SERVER = {kind.TYPE: kind for kind in (Welcome, Spawned, Ack, WireDecision, Event, Pong, Error, Bye)}
