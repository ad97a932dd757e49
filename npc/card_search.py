"""The whole card searched for what a question names, before it is said that nobody knows.

Likeness of meaning (`Percept.knowledge`) finds a fact by its questions. Where that is faint, the words of the question tell:
the rarer a word is in the card, the more it says (Sparck Jones 1972), and what is asked further about a fact is searched, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log

from npc.conditions import Line
from npc.conversation.episodes import asks_back
from npc.conversation.reply import Reply
from npc.facts import told_of
from npc.language.after import stems
from npc.language.plain import plain
from npc.language.senses import Ask, Sense, about_whom
from npc.parts import best
from npc.persona import Persona
from npc.smalltalk import NEAR
from npc.turn import Turn

_ASKED, _FURTHER, _SAID = (
    1.0,
    0.9,
    0.7,
)  # what a word counts in a question of a fact, in one that goes on about it, in an answer
_LEAST, _TOGETHER = 0.45, 0.75  # share of the rare words that a fact has to have; with its likeness, to be meant
_MORE, _SURELY = 0.6, 0.85  # and where small talk is near, too
_TALK = 0.7  # likeness from which small talk is meant
_FEW, _ALONE = 2, 0.35  # of fewer words the likeness has to say something, too
_MOST, _PARTLY = 0.7, 0.4
_FAR = 0.5  # and more, where it goes on about another fact
_REFERS = re.compile(r"\b(?:it|that|this|they|them|he|she|him|her|there)\b", re.IGNORECASE)
_NAMED = re.compile(r"(?<=[\w,] )(?!I\b|I')[A-Z][\w']+")
_LITTLE = stems(
    "good best better well great thing make think want need use really people anybody ever much more put with any some no not "
    "like one ones which kind sort people ask"
)
# Answers that say no more than that nobody knows, in the way in which it was asked.
IGNORANT = frozenset(
    {
        "unknown", "to_question", "to_is_it", "to_what_is", "to_why", "to_should", "to_what_should", "to_how_to", "to_how",
        "to_who", "to_where", "to_when", "to_acquainted", "to_did", "to_which",
    }
)  # fmt: skip
_OPEN = frozenset({Ask.NONE, Ask.HOW_LONG, Ask.COUNT, Ask.WHY})


def instead(turn: Turn, reply: Reply | None) -> Reply | None:
    """What the card knows of it instead of an answer that knows nothing; the answer, where it knows no more."""
    clause, percept = turn.clause, turn.heard
    if clause.sense is not Sense.QUESTION or clause.meaning.ask not in _OPEN or asks_back(clause.text) or not percept.talk:
        return reply
    if reply is None and best(percept.knowledge)[1] >= NEAR:
        return reply  # that is told as it is
    named = not _names(tuple(_facts(turn.parts.persona))).isdisjoint(stems(clause.text)) and about_whom(clause.text) != "you"
    talked = reply is not None and reply.topic.startswith("on_") and (named or best(percept.talk)[1] < _TALK)
    if reply is not None and reply.topic not in IGNORANT and not talked:
        return reply
    name, share, likeness = nearest(turn.parts.persona, clause.text, percept.knowledge)
    least, together = (_MORE, _SURELY) if talked else (_LEAST, _TOGETHER)
    sought = stems(clause.text) - _LITTLE
    if not name or name == turn.ledger.told or share < least or share + likeness < together:
        return reply
    asks_on = bool(turn.ledger.told) and _REFERS.search(clause.text) is not None  # "how often should he drink it?" of a cough
    whole = stems(plain(" ".join(next(of for of in _facts(turn.parts.persona) if of[0] == name)).replace("_", " ")))
    if share < _MOST and likeness < _PARTLY and len(sought & whole) < _FEW:  # one word of several, and hardly near
        return reply
    if len(sought) < _FEW and likeness < (_FAR if asks_on else _ALONE) and not named:
        return reply
    fact = turn.parts.persona.knowledge[name]
    entries = {key: len(sought & stems(plain(f"{key} {_words(lines)}"))) for key, lines in fact.further.items()}
    key = max(entries, key=entries.__getitem__, default="")
    more = entries.get(key, 0) > len(sought & stems(plain(f"{' '.join(fact.asked)} {_words(fact.say)}")))
    why = f"finds in its card what is asked: {name}{f': {key}' if more else ''} ({share:.2f}, {likeness:.2f})"
    return told_of(turn, name, fact.further[key] if more else fact.say, why) or reply


def nearest(persona: Persona, question: str, likeness: Mapping[str, float]) -> tuple[str, float, float]:
    """The fact that has most of what a question names and is nearest to it: its name, the share of the words, the likeness."""
    weights, rare = _index(tuple(_facts(persona)))
    sought = {word: rare.get(word, log(1 + len(weights))) for word in stems(question) - _LITTLE}
    whole = sum(sought.values())
    if not whole:
        return "", 0.0, 0.0
    shares = {
        name: sum(rarity * has.get(word, 0.0) for word, rarity in sought.items()) / whole for name, has in weights.items()
    }
    found = max(shares, key=lambda name: (shares[name] + likeness.get(name, 0.0), name), default="")
    return found, shares.get(found, 0.0), likeness.get(found, 0.0)


@lru_cache(maxsize=32)
def _index(facts: tuple[tuple[str, str, str, str], ...]) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Fact -> stem -> what it counts; stem -> how rare it is."""
    found: dict[str, dict[str, float]] = {}
    seen: Counter[str] = Counter()
    for name, *texts in facts:
        weights: dict[str, float] = {}
        for text, weight in zip(texts, (_SAID, _FURTHER, _ASKED), strict=True):
            weights |= dict.fromkeys(stems(plain(text)), weight)
        found[name] = weights
        seen.update(weights.keys())
    return found, {word: log((1 + len(facts)) / n) for word, n in seen.items()}


@lru_cache(maxsize=32)
def _names(facts: tuple[tuple[str, str, str, str], ...]) -> frozenset[str]:
    """Whom and what the card calls by a name: stems of words that have a capital amid a sentence."""
    return frozenset().union(*(stems(word) for _, *texts in facts for text in texts for word in _NAMED.findall(text)))


def _facts(persona: Persona) -> Iterable[tuple[str, str, str, str]]:
    for name, fact in persona.knowledge.items():
        said = " ".join((_words(fact.say), *map(_words, fact.further.values())))
        yield name, said, " ".join(fact.further), f"{' '.join(fact.asked)} {name.replace('_', ' ')}"


def _words(lines: Sequence[Line]) -> str:
    return " ".join(line.say for line in lines)
