"""What a memory consists of, as data that can be kept: episodes, people, and the state of the character itself.

All times are seconds of the character's own life: they go on where they stopped when a game is loaded again. `pack` makes
bytes of a whole memory, for a game's own save file.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

from npc.affect import Degree, Relationship
from npc.errors import RecollectionError
from npc.language.phrases import things_named
from npc.memory.ledger import Ledger

# Forgetting follows a power law with exponent -1/2 (Wixted & Ebbesen 1991; the decay of ACT-R, Anderson & Schooler
# 1991): what mattered little (0.1) fades within half an hour, a threat (0.8) within two days of play.
FADING = 600.0
FORGOTTEN = 0.05
TRIFLE = 0.1  # the salience of what nobody has given one
_MARK = b"NPCM\x01"  # the last byte is the version of what follows
_MOST = 4 << 20  # bytes of the unpacked memory: a full one has about 200,000

LONGEST_TEXT = 500
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
LONGEST_NAME = 120
MOST_PLANNED = 8
MOST_QUESTS = 64
MOST_SPOKEN_OF = 24
Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Something that happened. A server holds many thousands: slots make one a fifth of the size of a model.

    Attributes:
        what: an intent ("insult"), an event that the game told ("attacked"), or "saw".
        did: the action that the character answered with.
        text: the words, or the phrase that was seen.
        salience: 0..1, how much it matters.
        source: names the utterance that it comes from; the same one is never taken in twice.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: int
    time: FiniteFloat
    speaker: Name
    what: Name
    did: Name = ""
    text: Text = ""
    emotion: Name = ""
    salience: Share = TRIFLE
    source: Name = ""

    @property
    def kind(self) -> tuple[str, str, str]:
        """What makes it one more of the same."""
        return self.speaker, self.what, self.did

    def strength(self, now: float) -> float:
        """How well it is remembered at `now`, 0..1; below `FORGOTTEN` it is not."""
        return float(self.salience * (1.0 + max(0.0, now - self.time) / FADING) ** -0.5)

    @property
    def fades_at(self) -> float:
        """When it is forgotten."""
        return float(self.time + FADING * ((self.salience / FORGOTTEN) ** 2 - 1.0))


def _nothing_told() -> dict[Literal["ever", "visit"], set[str]]:
    return {"ever": set(), "visit": set()}


class SpokenOf(_Record):
    """What is left of words that are forgotten: how often a thing was named in them, and when last."""

    times: int = Field(default=1, ge=1)
    last: FiniteFloat = 0.0


class Person(_Record):
    """Somebody who has spoken to the character, or done something to it.

    Attributes:
        heard: how many things this person has said.
        last: when the last of them was said (while there is none: when they met).
        told: lines that are said to a person once for ever, or once a visit, and were.
        ledger: what stands between the two: things meant, orders, bids, promises.
        quests: where quests of the card stand that have begun.
        spoke_of: things that were named in what is forgotten by now; of too many those that were named least, longest ago.
    """

    relationship: Relationship = Field(default_factory=Relationship)
    heard: int = 0
    met: FiniteFloat = 0.0
    last: FiniteFloat = 0.0
    told: dict[Literal["ever", "visit"], set[Text]] = Field(default_factory=_nothing_told)
    ledger: Ledger = Field(default_factory=Ledger)
    quests: dict[Name, Name] = Field(default_factory=dict, max_length=MOST_QUESTS)
    spoke_of: dict[Name, SpokenOf] = Field(default_factory=dict, max_length=MOST_SPOKEN_OF + 1)

    def sum_up(self, episode: Episode) -> None:
        """Keep of an episode that is about to be forgotten what it was about."""
        for thing in things_named(episode.text):
            known = self.spoke_of.get(thing)
            times = known.times + 1 if known is not None else 1
            self.spoke_of[thing] = SpokenOf(
                times=times, last=max(episode.time, known.last if known is not None else episode.time)
            )
            if len(self.spoke_of) > MOST_SPOKEN_OF:
                del self.spoke_of[
                    min(self.spoke_of, key=lambda name: (self.spoke_of[name].times, self.spoke_of[name].last, name))
                ]


class PlannedOrder(_Record):
    """An order that waits: for the one before it to be done, or for its condition.

    Attributes:
        text: as it was understood; what it is of: `action`, at `x`, `y` where that was in view, and `thing`.
        when: `then` (once the action `after` is no longer under way), `sees` and `gone` (a phrase in view, no longer in view),
            `back` (the speaker speaks again after a while), `said` (the speaker says the words in `after`), `after` (the second
            `due` of the character's life), `hour` (the game's hour `due`, told to it at the hour `x`).
        action: empty where the standing order is to end.
        intent: what the words were understood as, which rules of the card may ask for when its turn has come.
        but: who does not count of a `sees`: "let nobody near but the smith".
        lifts: what was forbidden is done after all, and no longer forbidden: "only if it bites, then you can".
        lasting: it stays after it was carried out: "warn me whenever you see a wolf".
    """

    when: Literal["then", "sees", "gone", "back", "said", "after", "hour"]
    action: Name = ""
    intent: Name = ""
    speaker: Name = ""
    text: Text = ""
    thing: Name = ""
    phrase: Name = ""
    emotion: Name = "neutral"
    confidence: Share = 0.0
    x: FiniteFloat | None = None
    y: FiniteFloat | None = None
    due: FiniteFloat = 0.0
    after: Name = ""
    but: Name = ""
    lifts: bool = False
    lasting: bool = False
    seen: bool = False  # `gone`: the phrase has been in view


class StandingOrder(_Record):
    """A standing order: the action, for whom, how long it still lasts, and the steps that follow it."""

    action: Name
    emotion: Name
    speaker: Name
    lasts: FiniteFloat | None = None  # None: until told otherwise
    confidence: Share = 0.0
    plan: Name = ""
    steps: tuple[Name, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """What it does and will do."""
        return (self.action, *self.steps)


EPISODE: TypeAdapter[Episode] = TypeAdapter(Episode)


class CharacterState(_Record):
    """The character itself.

    Attributes:
        mood: valence, arousal and dominance, each in -1..1; None: as its temperament is.
        planned: orders that wait for their turn or their condition.
        choices: how often chance has chosen a line, so that it goes on with the same chances.
        said: the last lines that it said.
        event: the last event that the game told.
    """

    now: FiniteFloat = 0.0
    mood: tuple[Degree, Degree, Degree] | None = None
    standing: StandingOrder | None = None
    planned: tuple[PlannedOrder, ...] = Field(default=(), max_length=MOST_PLANNED)
    choices: int = 0
    said: tuple[Text, ...] = ()
    event: Text = ""
    next_episode: int = 0


class MemoryData(_Record):
    """All that a character remembers."""

    life: CharacterState = Field(default_factory=CharacterState)
    people: dict[Name, Person] = Field(default_factory=dict, max_length=1024)
    episodes: tuple[Episode, ...] = Field(default=(), max_length=1024)


def pack(recollection: MemoryData) -> bytes:
    """Bytes that `unpack` reads: a mark, then zlib-compressed JSON, whose checksum finds damage."""
    return _MARK + zlib.compress(recollection.model_dump_json().encode(), 6)


def unpack(data: bytes) -> MemoryData:
    """The memory in `data`.

    Raises:
        RecollectionError: `snapshot`: these bytes are no memory, were damaged, or are of another version.
    """
    if data[:4] != _MARK[:4]:
        raise _fault("These bytes are no snapshot of a character.")
    if data[:5] != _MARK:
        raise _fault(f"This snapshot is of version {data[4] if len(data) > 4 else 0}, this engine reads {_MARK[4]}.")
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data[5:], _MOST)
    except zlib.error:
        raise _fault("This snapshot is damaged.") from None
    if not unpacker.eof:
        raise _fault("This snapshot is cut off or far too large.")
    try:
        return MemoryData.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise _fault(f"This snapshot is broken at `{place}`: {first['msg']}.") from None


def _fault(message: str) -> RecollectionError:
    return RecollectionError("snapshot", message, "Load another save, or let the character begin anew.")
