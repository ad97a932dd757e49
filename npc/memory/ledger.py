"""What stands between a character and one who speaks to it: things meant, orders, bids, promises, what was told of oneself.

A ledger belongs to a person and is kept with it (`npc.memory.records.Person`), so that a conversation goes on after a restart.
Everything in it is bounded: it grows with no line that a player says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, field_validator

LONGEST = 120  # characters of a phrase: of a longer one the beginning is kept


def _beginning(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value


Phrase = Annotated[str, BeforeValidator(_beginning), Field(max_length=LONGEST)]
SaidText = Annotated[str, Field(max_length=500)]

MOST = 8  # things, bids, promises, forbidden deeds, lines that are kept of each; what is older gives way
SPOKEN_OF = 3  # lines about something else after which a fact is spoken of no more
MOST_FACTS = 24  # that a speaker told of himself
MOST_SAYINGS = 3  # of each kind
MOST_KINDS = 12
MOST_LINES = 10  # of its own that a character can repeat
MOST_DEEDS = 24  # things that changed hands; what is older is counted in with what is newer of the same


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Meant(_Entry):
    """A thing that words meant: its phrase ("red potion"), and where it was then, in fractions of the frame."""

    phrase: Phrase
    time: FiniteFloat = 0.0
    x: float | None = None
    y: float | None = None

    @property
    def kind(self) -> str:
        """The word for things of its kind: "potion" of "red potion"."""
        return self.phrase.rsplit(" ", 1)[-1]


class Order(_Entry):
    """The last thing that the speaker wanted done, as it was understood."""

    text: SaidText
    verb: Phrase = ""
    thing: Phrase = ""
    time: FiniteFloat = 0.0


class Forbidden(_Entry):
    """A deed that the speaker has forbidden: an action, of one thing or (empty) of any but (empty: none) one."""

    action: Phrase
    thing: Phrase = ""
    but: Phrase = ""

    def of(self, thing: str) -> bool:
        """Whether it is of this thing: a ban on the chest is one on the treasure chest, and "all but the key" none on it."""
        if self.but and thing:
            return not _same(self.but, thing)
        return not self.thing or _same(self.thing, thing)


def _same(a: str, b: str) -> bool:
    """Whether two phrases may name one thing: "chest" and "treasure chest" may, "red potion" and "blue potion" do not."""
    return a == b or (bool(a and b) and (a.endswith(f" {b}") or b.endswith(f" {a}")))


class Bid(_Entry):
    """An offer on the table: so many coins, or a thing, for `count` of an item. `by` is `player` or `npc`.

    `buys`: the character gets the item, and pays; otherwise it sells.
    """

    item: Phrase
    by: Phrase = "player"
    price: int | None = None
    against: Phrase = ""
    state: Phrase = "open"  # open, agreed, paid (an agreed sale), refused
    time: FiniteFloat = 0.0
    count: int = 1
    buys: bool = False


class Deed(_Entry):
    """What changed hands: so many of an item, for coins or for a thing.

    `what` is, of the character: `sold`, `bought`, `refunded` (took back what it had sold), `paid` (got the coins in hand),
    `given` (got it as a gift), `gave`, `kept` (holds it for the speaker) or `returned` (gave back what it held). Of `paid` the
    price is what was in the hand, which may be more than what was due.
    """

    what: Phrase
    item: Phrase = ""
    count: int = 1
    price: int = 0
    against: Phrase = ""
    time: FiniteFloat = 0.0


class Promise(_Entry):
    """What somebody gave his word on; `by` is `player` or `npc`."""

    text: SaidText
    by: Phrase = "player"
    time: FiniteFloat = 0.0


class Heard(_Entry):
    """A line of the speaker, and what it was for."""

    text: SaidText
    sense: Phrase = ""
    intent: Phrase = ""
    time: FiniteFloat = 0.0


class Line(_Entry):
    """What the character said itself, and to which words."""

    text: Annotated[str, BeforeValidator(lambda text: text[:240]), Field(max_length=240)]
    to: Phrase = ""
    time: FiniteFloat = 0.0


class Ledger(BaseModel):
    """All of it, for one speaker.

    Attributes:
        things: what was meant lately, the latest last.
        handed: what it holds of the speaker's, the latest last; `deeds`: all that changed hands between the two.
        facts: what the speaker told of himself: `name`, `home`, `likes`, `dog` …
        sayings: what the speaker told, asked and bade, by kind (`seeks`, `fears`, `goes`, `plans`, `told`, `asked`, `order`,
            `ban`, `offer`, `message`, `waits`: bidden for a case), the latest last, however much was said since.
        lines: what the character said itself, the latest last; what it only told back is none of it.
        visits: how often the speaker has come (`npc.memory.memory.VISIT`).
        told: the fact of the card that the last answer told; `topic`: the one still spoken of, `aside`: lines since then.
        talk: the topic of small talk of the last answer; `theirs`: the last one of the speaker's own life, `theirs_aside`:
            lines since then.
        reason: the cause of what it did then; `line`: the last line that was said to this speaker.
        asked: what the character has asked and waits to hear: `which`, `deal`, `goods`, `wares`, `you` (empty: nothing).
    """

    model_config = ConfigDict(extra="forbid")

    things: tuple[Meant, ...] = Field(default=(), max_length=MOST)
    place: Meant | None = None
    person: Meant | None = None
    order: Order | None = None
    question: Order | None = None
    forbidden: tuple[Forbidden, ...] = Field(default=(), max_length=MOST)
    bids: tuple[Bid, ...] = Field(default=(), max_length=MOST)
    rounds: dict[Phrase, int] = Field(default={}, max_length=MOST)
    promises: tuple[Promise, ...] = Field(default=(), max_length=MOST)
    handed: tuple[Phrase, ...] = Field(default=(), max_length=MOST)
    deeds: tuple[Deed, ...] = Field(default=(), max_length=MOST_DEEDS)
    facts: dict[Phrase, Phrase] = Field(default={}, max_length=MOST_FACTS)
    first: Heard | None = None
    first_order: Heard | None = None
    first_question: Heard | None = None
    heard: tuple[Heard, ...] = Field(default=(), max_length=MOST)
    sayings: dict[Phrase, tuple[Heard, ...]] = Field(default={}, max_length=MOST_KINDS)
    lines: tuple[Line, ...] = Field(default=(), max_length=MOST_LINES)
    visits: int = Field(default=0, ge=0)
    told: Phrase = ""
    topic: Phrase = ""
    aside: int = Field(default=0, ge=0)
    talk: Phrase = ""
    theirs: Phrase = ""
    theirs_aside: int = Field(default=0, ge=0)
    reason: Phrase = ""
    line: SaidText = ""
    asked: Phrase = ""

    @field_validator("rounds", mode="before")
    @classmethod
    def _latest(cls, rounds: Any) -> Any:
        """Those of 0.2's first days had no bound."""
        return dict(list(rounds.items())[-MOST:]) if isinstance(rounds, dict) else rounds

    @property
    def thing(self) -> Meant | None:
        """What "it" means: what was meant last; of what was named in one line, that which was in view."""
        if not self.things:
            return None
        last = self.things[-1]
        same = (thing for thing in reversed(self.things) if thing.time == last.time and thing.x is not None)
        return last if last.x is not None or not last.time else next(same, last)

    def tell(self, fact: str) -> None:
        """Note the fact that the last answer told (empty: none); one is spoken of for some lines more."""
        self.told = fact
        self.aside = 0 if fact else self.aside + 1
        self.topic = fact or (self.topic if self.aside <= SPOKEN_OF else "")

    def talk_of(self, topic: str, theirs: bool, detail: bool = False) -> None:
        """Note the topic of small talk of the last answer (empty: it was none).

        Args:
            theirs: it is of the speaker's own life.
            detail: and only how something is put, which leaves what it is a detail of.
        """
        self.talk = topic
        self.theirs_aside = 0 if theirs else self.theirs_aside + 1
        if self.theirs_aside > SPOKEN_OF:
            self.theirs = ""
        elif theirs and not (detail and self.theirs):
            self.theirs = topic

    def mean(self, meant: Meant) -> None:
        """Take up a thing as the latest that was meant."""
        others = tuple(thing for thing in self.things if thing.phrase != meant.phrase)
        self.things = (*others, meant)[-MOST:]

    def hear(self, heard: Heard) -> None:
        """Note a line of the speaker."""
        self.first = self.first or heard
        if heard.sense == "order":
            self.first_order = self.first_order or heard
        elif heard.sense == "question":
            self.first_question = self.first_question or heard
        self.heard = (*self.heard, heard)[-MOST:]

    def keep(self, kind: str, text: str, now: float) -> None:
        """Keep what the speaker said as one of the last of its kind; what he says again counts once."""
        said = Heard(text=text[:500], sense=kind, time=now)
        others = tuple(heard for heard in self.sayings.get(kind, ()) if heard.text != said.text)
        self.sayings[kind] = (*others, said)[-MOST_SAYINGS:]

    def say(self, text: str, to: str, now: float) -> None:
        """Note a line of the character, and the words that it was said to."""
        self.lines = (*self.lines, Line(text=text, to=to, time=now))[-MOST_LINES:]

    def learn(self, name: str, value: str) -> None:
        """Note what the speaker tells of himself; the newest of a kind counts, and the oldest gives way."""
        self.facts.pop(name, None)
        self.facts[name[:120]] = value[:120]
        while len(self.facts) > MOST_FACTS:
            del self.facts[next(iter(self.facts))]

    def take_in(self, facts: Iterable[tuple[str, str]]) -> None:
        """Note what the speaker tells of himself and hands over (`npc.language.told`). A name outlasts its mere mention."""
        for kind, value in facts:
            if kind == "handed":
                self.handed = (*self.handed, value[:120])[-MOST:]
            elif value != "yes" or kind not in self.facts:
                self.learn(kind, value)

    def forbid(self, action: str, thing: str = "", but: str = "") -> None:
        """From now on this is not done for this speaker, until it is lifted; `but`: with any other thing."""
        entry = Forbidden(action=action, thing=thing, but=but)
        self.forbidden = (*(f for f in self.forbidden if f != entry), entry)[-MOST:]

    def lift(self, action: str, thing: str = "") -> bool:
        """Allow it again; whether it was forbidden."""
        left = tuple(f for f in self.forbidden if f.action != action or (thing and f.thing and not _same(f.thing, thing)))
        changed, self.forbidden = len(left) < len(self.forbidden), left
        return changed

    def forbids(self, action: str, thing: str = "") -> bool:
        """Whether this deed is forbidden, of this thing or of any."""
        return any(f.action == action and f.of(thing) for f in self.forbidden)

    def bid(self, bid: Bid) -> None:
        """Put an offer on the table; an older one for the same item by the same side is off."""
        self.bids = (*(b for b in self.bids if (b.item, b.by) != (bid.item, bid.by)), bid)[-MOST:]

    def did(self, deed: Deed) -> None:
        """Note what changed hands; where there are too many, the oldest is counted in with the next of its kind, or goes."""
        deeds = [*self.deeds, deed]
        while len(deeds) > MOST_DEEDS:
            old = deeds.pop(0)
            same = next(
                (n for n, d in enumerate(deeds) if (d.what, d.item, d.against) == (old.what, old.item, old.against)), None
            )
            if same is not None:
                sums = {"count": deeds[same].count + old.count, "price": deeds[same].price + old.price}
                deeds[same] = deeds[same].model_copy(update=sums)
        self.deeds = tuple(deeds)

    def haggle(self, item: str) -> int:
        """Note one more round of haggling over an item; how many there were before."""
        before = self.rounds.pop(item, 0)
        self.rounds[item] = before + 1
        while len(self.rounds) > MOST:
            del self.rounds[next(iter(self.rounds))]
        return before

    def open_bid(self, by: str) -> Bid | None:
        """The newest offer of one side that is neither agreed nor refused."""
        return next((b for b in reversed(self.bids) if b.by == by and b.state == "open"), None)
