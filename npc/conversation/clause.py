"""A clause as it is to be understood, and an utterance as its clauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from npc.language.clauses import Joint
from npc.language.kinds import COMMON
from npc.language.senses import Ask, Meaning, Sense
from npc.memory.ledger import Meant

DEEDS = frozenset({Sense.ORDER, Sense.FORBID, Sense.LIFT, Sense.CEASE, Sense.RELEASE})


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as it is to be understood.

    Attributes:
        said: as the player said it; `text`: completed, for perception.
        thing: the phrase for the thing that it is about, without article; empty where it names none.
        other: a thing that is not meant: "the other one" is somewhere else.
        lost: the word that stands for nothing that is known ("it").
        look_for: phrases that have to be looked for in the frame before it can be answered.
        always: of a condition, that it may hold again and again.
        conditions: what must be or become true for it: clauses joined by if, when, until, unless, before.
    """

    said: str
    text: str
    meaning: Meaning
    joint: Joint = ""
    thing: str = ""
    other: Meant | None = None
    lost: str = ""
    look_for: tuple[str, ...] = ()
    conditions: tuple[Clause, ...] = ()
    always: bool = False

    @property
    def sense(self) -> Sense:
        return self.meaning.sense

    @property
    def is_deed(self) -> bool:
        """Whether it asks for something to be done, or not to be done."""
        return self.sense in DEEDS


@dataclass(frozen=True, slots=True)
class Reading:
    """An utterance, clause by clause."""

    clauses: tuple[Clause, ...] = ()
    whole: bool = True  # it is one clause that needs no completion: perception hears it as it was said
    asked: Mapping[str, str] = field(default_factory=dict)  # of clauses that only their meaning told: the form of question

    @property
    def texts(self) -> tuple[str, ...]:
        """What perception is to hear clause by clause; nothing where the utterance stands as it is."""
        return () if self.whole else tuple(clause.text for clause in self.clauses)

    @property
    def look_for(self) -> tuple[str, ...]:
        """Phrases that have to be looked for in the frame."""
        conditions = (c for clause in self.clauses for c in clause.conditions)
        return tuple(dict.fromkeys(phrase for clause in (*self.clauses, *conditions) for phrase in clause.look_for))

    @property
    def asks_for_all(self) -> bool:
        """Whether it asks for whatever is in view."""
        return {*COMMON} <= {*self.look_for}

    @property
    def asks_colour(self) -> bool:
        return any(clause.meaning.ask in {Ask.COLOUR, Ask.LOOKS} or "hue" in clause.meaning.values for clause in self.clauses)
