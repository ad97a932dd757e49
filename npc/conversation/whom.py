"""Whom "him", "her" and "the other one" mean where nobody fits who was spoken of: whoever is in view."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from npc.conversation.clause import Clause
from npc.conversation.referring import DONE_TO_SOMEBODY, handed_to
from npc.conversation.things import ALIKE, Thing, between, beyond_doubt, table
from npc.language.kinds import PERSON, akin, he_or_she, is_alive, is_anybody, to_look_for
from npc.language.senses import meaning_of
from npc.memory.ledger import Meant
from npc.types import Percept

# Of these several in view may be meant, and one of them is a foe.
_TO_A_FOE = DONE_TO_SOMEBODY - {"heal"} | {"block"}
_TO_THINGS = frozenset({"catch", "get", "grab", "hit", "kick", "strike"})  # as well
_HIM = re.compile(r"(?:him|her|he|she)\b", re.IGNORECASE)
_OTHER = re.compile(r"(?:the other|another)\b", re.IGNORECASE)


def in_sight(clause: Clause, percept: Percept, looked: Percept, foes: Collection[str]) -> tuple[Clause, Percept]:
    """The clause of an order with whoever is in view in the place of "him", where one alone can be meant.

    Args:
        percept: of the clause; handed back with the place of who is meant.
        looked: of the utterance, with what is in view.
        foes: phrases of what is a threat to the character: of several in view it is they who are attacked and stopped.
    """
    verb, word = clause.meaning.verb, clause.lost.lower()
    him, other = _HIM.fullmatch(word) is not None, clause.other is not None and _OTHER.match(word) is not None
    if not word or not (him or clause.other is not None or verb in DONE_TO_SOMEBODY - _TO_THINGS):
        return clause, percept
    alive = [thing for thing in table(beyond_doubt(looked)) if _lives(thing.phrase) or thing.phrase in foes]
    hostile = [thing for thing in alive if thing.phrase in foes and is_alive(thing.phrase)]
    if other and clause.other is not None:  # than the one who was spoken of
        alive = [thing for thing in alive if not _is_same(thing, clause.other)]
    one = _only(hostile) if verb in _TO_A_FOE and hostile else _likeliest(alive, word) if him else None
    if one is None and clause.other is not None and not other:  # "hit it" is of the barrel, "her" is the guard after all
        one = _spoken_of(clause.other, percept)
    one = one or _only(alive)
    if one is None:
        return clause, percept
    text = re.sub(rf"\b{re.escape(clause.lost)}\b", f"the {one.phrase}", clause.text, count=1, flags=re.IGNORECASE)
    if handed_to(meaning_of(text)):  # "give the bread to him" is of the bread
        return replace(clause, lost="", text=text, meaning=meaning_of(text)), percept
    target = one.target if one.places else percept.target
    return replace(clause, thing=one.phrase, lost="", other=None, text=text), replace(percept, target=target)


def _is_same(thing: Thing, meant: Meant) -> bool:
    """Whether somebody in view is who was meant: by name, or by where he stands."""
    there = meant.x is not None and meant.y is not None and between((meant.x, meant.y), thing) < ALIKE
    return there or akin(thing.phrase, meant.phrase) or thing.phrase in to_look_for(meant.phrase)


def _spoken_of(meant: Meant, percept: Percept) -> Thing:
    """What was spoken of, wherever the words point."""
    at = percept.target
    return Thing(meant.phrase, at.x if at else 0.0, at.y if at else 0.0, at.p if at else 0.0)


def _lives(phrase: str) -> bool:
    return is_alive(phrase) or (akin(phrase, PERSON) and not is_anybody(phrase))


def _likeliest(things: Sequence[Thing], word: str) -> Thing | None:
    """The only one who is as a rule called so; else the only one of whom that is open."""
    sex = {"he": "him", "she": "her"}.get(word, word)
    fits = [thing for thing in things if he_or_she(thing.phrase) == sex]
    return _only(fits or [thing for thing in things if not he_or_she(thing.phrase)])


def _only(things: Sequence[Thing]) -> Thing | None:
    return things[0] if len(things) == 1 else None
