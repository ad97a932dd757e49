"""A turn of a conversation: an utterance, clause by clause, with its percepts and the ledger of who speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.memory import Person
from npc.memory.ledger import Ledger
from npc.parts import CharacterParts
from npc.types import Percept


@dataclass(slots=True)
class Turn:
    """One utterance, as far as the grammar has it.

    Attributes:
        clauses: each with its percept; the first is the one that decides.
        told: what the speaker told of himself, as (kind, value).
        gifts: coins, and what else was handed over for nothing, as `told` has it.
        replied: the answer that needs no model, where there is one; `also`: to what else was said with it.
        settled: clauses that need no further answer.
    """

    parts: CharacterParts
    percept: Percept
    person: Person
    clauses: list[tuple[Clause, Percept]]
    told: Sequence[tuple[str, str]] = ()
    gifts: Sequence[tuple[str, str]] = ()
    replied: Reply | None = None
    also: Sequence[Reply] = ()
    settled: list[Clause] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        return self.person.ledger

    @property
    def clause(self) -> Clause:
        """The one that decides."""
        return self.clauses[0][0]

    @property
    def heard(self) -> Percept:
        """The percept of the clause that decides."""
        return self.clauses[0][1]

    @property
    def as_read(self) -> tuple[str, ...]:
        """How each clause was read, for whoever asks why; the one that decides first."""
        return tuple(
            f"read as {clause.sense}{f' ({clause.meaning.ask})' if clause.meaning.ask else ''}: {clause.text}"
            + "".join(f" [{c.joint} {c.text}]" for c in clause.conditions)
            for clause, _ in self.clauses
        )

    @property
    def all_heard(self) -> list[Percept]:
        """What feelings are moved by: the percept of each clause that was perceived alone."""
        heard = {id(percept.intent): percept for _, percept in self.clauses}
        return list(heard.values()) if len(self.percept.clauses) > 1 else [self.heard]


def trace_of(person: Person) -> tuple[str, ...]:
    """What stands between the two, for whoever asks why."""
    ledger = person.ledger
    told: dict[str, object] = {
        "meant": ", ".join(thing.phrase for thing in ledger.things[-3:]),
        "forbidden": ", ".join(f"{f.action} {f.thing}".strip() for f in ledger.forbidden),
        "on the table": ", ".join(f"{b.item} ({b.state})" for b in ledger.bids[-3:]),
        "quests": ", ".join(f"{quest}: {step}" for quest, step in person.quests.items()),
        "told of himself": ", ".join(f"{key}: {value}" for key, value in ledger.facts.items()),
    }
    return tuple(f"{name}: {value}" for name, value in told.items() if value)
