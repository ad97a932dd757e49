"""Characters as a server keeps them, and what goes into and comes out of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from npc import Character, Persona
from npc.log import Recorder
from npc.memory import Key


@dataclass(eq=False, slots=True, weakref_slot=True)
class Mind:
    """A character, what it watches for, where its memory is kept, and the latest time that it knows."""

    character: Character
    asked: tuple[str, ...] = ()  # phrases that the game watches for
    key: Key = ("", "")
    time: float = 0.0
    log: Recorder | None = None
    unsaved: bool = False  # a write failed: the whole memory is due, not what has changed since
    watch: tuple[str, ...] = field(init=False)  # what the game asked for, and what the card names

    def __post_init__(self) -> None:
        self.ask(self.asked)

    def ask(self, asked: Sequence[str]) -> None:
        """Watch for these phrases of the game, beside the card's own."""
        self.asked = tuple(asked)
        persona = self.character.persona
        self.watch = tuple(dict.fromkeys((*asked, *persona.watch, *persona.places)))

    def recast(self, persona: Persona) -> None:
        """Go on under an edited card; a log ends there, since it is of one card."""
        self.character.recast(persona)
        self.ask(self.asked)
        self.log = None

    def at(self, time: float) -> float:
        """`time`, but never earlier than before: a game's clock may jump back, a character's may not."""
        self.time = max(self.time, time)
        return self.time


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a character that no observation waits for; the fields are those of the protocol's events."""

    mind: Mind
    kind: str
    text: str
    utterance: str | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What one NPC gets from the game beside the frame.

    `time` is in seconds; `source` names the utterance among those of all sessions, `utterance` is its game's id for it;
    `places` are the boxes of "you" and "me" in the frame, see `Query`.
    """

    mind: Mind
    time: float
    text: str = ""
    speaker: str = "player"
    state: Mapping[str, object] = field(default_factory=dict)
    inspect: bool = False
    source: str = ""
    utterance: str | None = None
    places: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
