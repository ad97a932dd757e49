"""Whether questions find the knowledge that answers them, however they are put.

`questions.yaml` holds questions in other words than the cards have, and some that no card can answer. What finds them is
handed in, since sentence vectors need a model: `python -m engine knowledge` measures with one, and this package by shared
words alone, for comparison.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

import yaml

from npc.character import Character
from npc.evaluation.steadiness import scripted
from npc.persona import Persona, characters, load_persona
from npc.types import Percept

CANDIDATES = 20  # facts among which the right one has to be found
_QUESTIONS = Path(__file__).with_name("questions.yaml")

# How near words come to each fact of a card.
Likeness: TypeAlias = Callable[[Persona, str], Mapping[str, float]]
# What perception makes of words that are said to a character, without `knowledge`.
Reader: TypeAlias = Callable[[str, float], Percept]


@dataclass(frozen=True, slots=True)
class KnowledgeResult:
    """Shares of the questions.

    `r_at_1`: the right fact is the nearest of its card; `r_at_1_of_20`: of 20, the card's and others of other cards.
    Of what the character says then: `answered` right, `mistaken` (another fact), the rest gets another reply.
    `admitted`: of what the card cannot answer, that no fact is told.
    """

    questions: int
    r_at_1: float
    r_at_1_of_20: float
    answered: float
    mistaken: float
    admitted: float


@dataclass(frozen=True, slots=True)
class KnowledgeCase:
    """A question to a shipped character; `fact` names the right one, empty: it knows none."""

    who: str
    text: str
    fact: str


def cases() -> list[KnowledgeCase]:
    """All questions; those that nobody can answer are asked of every character."""
    entries = yaml.safe_load(_QUESTIONS.read_text(encoding="utf-8"))
    known = [KnowledgeCase(who, text, fact) for who in _cards() for fact, texts in entries[who].items() for text in texts]
    return known + [KnowledgeCase(who, text, "") for who in _cards() for text in entries["unknown"]]


def knowledge(likeness: Likeness, read: Reader | None = None, seed: int = 0) -> KnowledgeResult:
    """Ask every shipped character everything that is in `questions.yaml`.

    Args:
        read: None takes every question for one (`ask_about`), as a model would that makes no mistakes.
    """
    questions, cards = cases(), _cards()
    known = [q for q in questions if q.fact]
    near = {q: likeness(cards[q.who], q.text) for q in questions}
    told = {q: _told(q, near[q], read or _as_a_question) for q in questions}
    return KnowledgeResult(
        len(known),
        _share(_nearest(near[q]) == q.fact for q in known),
        _share(_found_among_twenty(q, likeness, random.Random(f"{seed}/{q.who}/{q.text}")) for q in known),
        _share(told[q] == q.fact for q in known),
        _share(told[q] not in ("", q.fact) for q in known),
        _share(not told[q] for q in questions if not q.fact),
    )


def _found_among_twenty(question: KnowledgeCase, likeness: Likeness, rng: random.Random) -> bool:
    """Whether the right fact is the nearest of its card's, and of as many of other cards as make twenty.

    Facts of other cards that go by the same name (`self`, `news`) would be right as well, and are left out.
    """
    cards, own = _cards(), _cards()[question.who].knowledge
    others = [(who, name) for who in cards if who != question.who for name in cards[who].knowledge if name not in own]
    drawn = {f"{who}/{name}": cards[who].knowledge[name] for who, name in rng.sample(others, CANDIDATES - len(own))}
    mixed = Persona(name="all", knowledge={**own, **drawn})
    return _nearest(likeness(mixed, question.text)) == question.fact


def _told(question: KnowledgeCase, near: Mapping[str, float], read: Reader) -> str:
    """The fact that the character tells, once it has come to know who asks; empty: none."""
    character = Character(_cards()[question.who], question.who)
    for n in range(3):  # one of them talks to nobody before that
        character.tick(scripted("greet", "neutral", 1.0 + n))
    decision = character.tick(replace(read(question.text, 60.0), knowledge=near))
    if decision.action != "talk" or "cause: words" not in decision.trace:
        return ""
    return next((entry.removeprefix("knows: ") for entry in decision.trace if entry.startswith("knows: ")), "")


def _as_a_question(text: str, time: float) -> Percept:
    return replace(scripted("ask_about", "neutral", time), text=text)


def _nearest(likeness: Mapping[str, float]) -> str:
    return max(likeness, key=likeness.__getitem__, default="")


def _share(hits: Iterable[bool]) -> float:
    counted = list(hits)
    return sum(counted) / len(counted)


@cache
def _cards() -> dict[str, Persona]:
    """The shipped characters, each with the facts that questions are written for: of a fact that lies close to another of its
    card nobody can say which one of them a question is after."""
    entries = yaml.safe_load(_QUESTIONS.read_text(encoding="utf-8"))
    return {name: _with(load_persona(name), entries[name]) for name in characters()}


def _with(persona: Persona, facts: Collection[str]) -> Persona:
    return persona.model_copy(update={"knowledge": {name: persona.knowledge[name] for name in facts}})
