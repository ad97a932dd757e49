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
class Mark:
    """When a word is spoken, or the lips have a shape: seconds from the beginning of the speech."""

    text: str
    began: float
    ended: float


def _read_mark(fields: Fields, limits: Limits) -> Mark:
    return Mark(
        fields.text("text", 64),
        fields.number("began"),
        fields.number("ended"),
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    """How an utterance was spoken that was not typed: what `heard` said of it."""

    confidence: float = 1.0
    began: float | None = None
    ended: float | None = None
    tone: Mapping[str, str | int | float | bool] = field(default_factory=dict)


def _read_spoken(fields: Fields, limits: Limits) -> Spoken:
    return Spoken(
        fields.number("confidence", 1.0),
        fields.number("began") if fields.has("began") else None,
        fields.number("ended") if fields.has("ended") else None,
        fields.values("tone", 16, limits.name),
    )


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the player said."""

    id: str
    text: str
    to: tuple[str, ...]
    speaker: str = "player"
    spoken: Spoken | None = None


def _read_utterance(fields: Fields, limits: Limits) -> Utterance:
    return Utterance(
        fields.name("id", limits),
        fields.text("text", limits.text, least=1),
        fields.texts("to", limits.npcs, limits.name, (), ids=True),
        fields.text("speaker", limits.name, "player", least=1),
        _read_spoken(fields.inside("spoken"), limits) if fields.has("spoken") else None,
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
    voice: str | None = None

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Hello:
        return cls(
            fields.name("client", limits),
            fields.name("session", limits),
            fields.text("version", 16),
            fields.texts("capabilities", 32, limits.name, ()),
            fields.text("token", 512) if fields.has("token") else None,
            fields.text("voice", 512) if fields.has("voice") else None,
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
class Hear:
    """A piece of what a microphone hears: game → server → voice process. PCM is mono, signed 16 bit, little-endian.

    The first piece (0) says how it is to be heard, the last one has `end`.
    """

    TYPE: ClassVar = "hear"
    hearing: str
    piece: int
    pcm: bytes = b""
    captured_at: float | None = None
    to: tuple[str, ...] = ()
    rate: int = 16000
    open: bool = False
    end: bool = False
    drop: bool = False
    words: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Hear:
        return cls(
            fields.name("hearing", limits),
            fields.integer("piece", 0, MAX_INTEGER),
            fields.data("pcm", limits.pcm),
            fields.number("captured_at") if fields.has("captured_at") else None,
            fields.texts("to", limits.npcs, limits.name, (), ids=True),
            fields.integer("rate", 0, 48000, 16000),
            fields.flag("open"),
            fields.flag("end"),
            fields.flag("drop"),
            fields.texts("words", 256, limits.phrase, ()),
        )


@dataclass(frozen=True, slots=True)
class Speak:
    """A line to be spoken aloud: game → server → voice process."""

    TYPE: ClassVar = "speak"
    speech: str
    npc: str
    text: str
    emotion: str = ""
    line_id: str = ""
    name: str = ""
    voice: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Speak:
        return cls(
            fields.name("speech", limits),
            fields.name("npc", limits),
            fields.text("text", limits.text, least=1),
            fields.text("emotion", 64, ""),
            fields.text("line_id", 64, ""),
            fields.text("name", 256, ""),
            fields.mapping("voice", 16, {}),
        )


@dataclass(frozen=True, slots=True)
class Hush:
    """A speech ends before its end: game → server → voice process, and server → game."""

    TYPE: ClassVar = "hush"
    speech: str

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Hush:
        return cls(
            fields.name("speech", limits),
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard: voice process → server → game.

    Words are told while they come, each time all of the line so far; the last time `final` is set. The game then says
    them: an `observe` with an utterance that has `utterance` for its id, and `spoken`.
    """

    TYPE: ClassVar = "heard"
    hearing: str
    line: int
    text: str
    final: bool = False
    confidence: float = 0.0
    began: float | None = None
    ended: float | None = None
    tone: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    over: bool = False
    utterance: str | None = None

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Heard:
        return cls(
            fields.name("hearing", limits),
            fields.integer("line", 0, MAX_INTEGER),
            fields.text("text", limits.text),
            fields.flag("final"),
            fields.number("confidence", 0.0),
            fields.number("began") if fields.has("began") else None,
            fields.number("ended") if fields.has("ended") else None,
            fields.values("tone", 16, limits.name),
            fields.flag("over"),
            fields.name("utterance", limits) if fields.has("utterance") else None,
        )


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece of a speech: voice process → server → game. PCM is mono, signed 16 bit, little-endian.

    Times of words and of shapes of the lips come with any piece, once each, before or with their sound.
    """

    TYPE: ClassVar = "sound"
    speech: str
    piece: int
    pcm: bytes = b""
    rate: int = 16000
    words: tuple[Mark, ...] = ()
    shapes: tuple[Mark, ...] = ()
    end: bool = False
    fault: str = ""

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Sound:
        return cls(
            fields.name("speech", limits),
            fields.integer("piece", 0, MAX_INTEGER),
            fields.data("pcm", limits.pcm),
            fields.integer("rate", 0, 48000, 16000),
            tuple(_read_mark(inside, limits) for inside in fields.each("words", 64)),
            tuple(_read_mark(inside, limits) for inside in fields.each("shapes", 256)),
            fields.flag("end"),
            fields.text("fault", 256, ""),
        )


@dataclass(frozen=True, slots=True)
class Look:
    """Client → server: what a phrase looks like in this game, one picture at a time."""

    TYPE: ClassVar = "look"
    phrase: str
    number: int = 0
    frame: Frame | None = None

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Look:
        return checks.look(
            cls(
                fields.text("phrase", limits.phrase, least=1),
                fields.integer("number", 0, 7, 0),
                _read_frame(fields.inside("frame"), part, limits) if checks.has_part(fields, "frame", part) else None,
            ),
            limits,
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
    about: str | None = None

    @classmethod
    def read(cls, fields: Fields, part: Buffer | None, limits: Limits) -> Error:
        return cls(
            fields.text("code", 64),
            fields.text("message", REPLY_HEADER),
            fields.text("fix", REPLY_HEADER, ""),
            fields.integer("seq", 0, MAX_INTEGER) if fields.has("seq") else None,
            fields.text("npc", limits.name, ids=True) if fields.has("npc") else None,
            fields.text("utterance", limits.name, ids=True) if fields.has("utterance") else None,
            fields.text("about", limits.name, ids=True) if fields.has("about") else None,
        )


ClientMessage: TypeAlias = Hello | Spawn | Despawn | Observe | Hear | Speak | Hush | Heard | Sound | Look | Ping | Bye
ServerMessage: TypeAlias = (
    Welcome | Spawned | Ack | WireDecision | Event | Pong | Error | Hear | Speak | Hush | Heard | Sound | Bye
)
SPARSE: Mapping[str, tuple[str, ...]] = {  # lists that a message leaves out where they are empty
    "sound": ("words", "shapes"),
    "decision": ("effects",),
}
WITH_PART = ("observe", "look")  # messages that may have a second part
_CLIENT = (
    Hello,
    Spawn,
    Despawn,
    Observe,
    Hear,
    Speak,
    Hush,
    Heard,
    Sound,
    Look,
    Ping,
    Bye,
)
OF_CLIENT = {kind.TYPE: kind for kind in _CLIENT}
_SERVER = (
    Welcome,
    Spawned,
    Ack,
    WireDecision,
    Event,
    Pong,
    Error,
    Hear,
    Speak,
    Hush,
    Heard,
    Sound,
    Bye,
)
OF_SERVER = {kind.TYPE: kind for kind in _SERVER}
