"""What a card leaves open: actions and topics without lines of its own, questions without an answer, nothing said unasked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from npc.behaviour import load_behaviour
from npc.card_edit import Addition
from npc.card_file import Where, shown
from npc.persona import Persona
from npc.variables import TOPIC_VARIABLES

FEW = 3  # lines under one key, with which a character repeats itself within a short talk
_SILENT = frozenset({"idle"})  # actions that need no words
# What games tell most often, for a card that says nothing of its own accord.
_BARKS: tuple[tuple[str, dict[str, object]], ...] = (
    ("it gets dark", {"state": {"hour": ">= 21"}}),
    ("the day begins", {"state": {"hour": ">= 6", "morning": True}}),
    ("it begins to rain", {"state": {"raining": True}}),
)
NOTE = "draft"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that a card lacks.

    Attributes:
        about: when it would be said, in words.
        action: what the character does with it.
        where: the list that a line belongs to; of a fact the name that it would get.
        question: of a fact, what players have asked.
        others: lines that are said there now, the card's or the common ones.
        when: of a bark, its condition.
        most: how many lines are wanted.
    """

    kind: Literal["line", "fact", "bark"]
    about: str
    action: str
    where: Where
    question: str = ""
    others: tuple[str, ...] = ()
    when: dict[str, object] | None = None
    most: int = 1

    @property
    def called(self) -> str:
        """What a report calls it."""
        return f"fact for “{shown(self.question)}”" if self.kind == "fact" else ".".join(map(str, self.where))

    def addition(self, line: str) -> Addition:
        """What a line would add to the card."""
        if self.kind == "fact":
            return Addition(self.where, {"asked": [self.question], "say": [line]}, named=True, note=NOTE)
        if self.kind == "bark":
            return Addition(self.where, {"when": self.when, "say": [line]}, note=NOTE)
        return Addition(self.where, line, note=NOTE)


def gaps(persona: Persona, missed: Sequence[str] = ()) -> list[Gap]:
    """What the card lacks, the most urgent first: answers that were wanted, actions, topics of conversation, barks.

    Args:
        missed: what players said without getting an answer (`npc.coverage`).
    """
    return [*_facts(persona, missed), *_lines(persona), *_barks(persona)]


def _facts(persona: Persona, missed: Sequence[str]) -> Iterator[Gap]:
    if "talk" in persona.boundaries:
        return
    asked = {question.lower().strip(" ?.!") for question in persona.questions}
    taken = set(persona.knowledge)
    for text in dict.fromkeys(" ".join(text.split()) for text in missed):
        if not 2 < len(text) <= 200 or text.lower().strip(" ?.!") in asked or len(taken) >= 100:
            continue
        name = _name(text, taken)
        taken.add(name)
        yield Gap("fact", "a player asks this", "talk", ("knowledge", name), question=text)


def _name(text: str, taken: set[str]) -> str:
    words = [word for word in "".join(c if c.isalnum() else " " for c in text.lower()).split() if len(word) > 3]
    name = "_".join((words or ["asked"])[-2:])[:40]
    return next(n for n in (name, *(f"{name}_{k}" for k in range(2, len(taken) + 3))) if n not in taken)


def _lines(persona: Persona) -> Iterator[Gap]:
    behaviour = load_behaviour()
    actions = [name for name in behaviour.actions if name not in _SILENT and name not in persona.boundaries]
    for key in (*actions, "unclear", "unknown", *behaviour.topics):
        own = persona.lines.get(key, ())
        if key in behaviour.topics and all(line.variables.intersection(TOPIC_VARIABLES) for line in behaviour.topics[key]):
            continue  # what is said there has to name what is spoken of: that is the author's to word
        plain = [line.say for line in own if not line.specificity]
        if len(plain) >= FEW or (own and key in behaviour.topics):
            continue
        common = behaviour.topics.get(key) or behaviour.lines.get(key, ())
        others = tuple(plain) or tuple(line.say for line in common)[:FEW]
        action = key if key in behaviour.actions else "talk"
        wanted = FEW - len(plain) if key not in behaviour.topics else 1
        yield Gap("line", _about(key, action), action, ("lines", key), others=others, most=wanted)


def _about(key: str, action: str) -> str:
    if key == "unclear":
        return "it has not understood"
    if key == "unknown":
        return "it does not know the answer"
    return (
        f"it does this: {action.replace('_', ' ')}"
        if key == action
        else f"in talk, where the others are said ({key.replace('_', ' ')})"
    )


def _barks(persona: Persona) -> Iterator[Gap]:
    if persona.barks or "talk" in persona.boundaries:
        return
    for about, when in _BARKS:
        yield Gap("bark", f"{about}, and nobody has said anything", "talk", ("barks",), when=when)
