"""Where the thing of an order is: what words point at, checked against what was found of it in view."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from npc.conversation.clause import Clause
from npc.conversation.referring import anchor_of
from npc.conversation.things import at_place, is_beyond, placed_in, rival
from npc.language.kinds import FIXED, to_look_for, whole_of
from npc.language.phrases import PRONOUN, kind_of, singular
from npc.language.places import read_relation
from npc.second_opinion import SURE
from npc.turn import Turn
from npc.types import Found, Target

_THERE = 0.7  # presence from which it is
_DOUBTFUL = 0.3  # presence below which it is there only where the words point at it, too
_NOWHERE = 0.1  # presence below which it is not
_AT = 0.12  # of the frame's width: what the words point at is the thing that was found
_NEXT = re.compile(r"\bnext (?!to\b)[a-z]", re.IGNORECASE)


def checked(clause: Clause, target: Target | None, looked: Sequence[Found]) -> Target | None:
    """Where the thing of an order is: where the words point, if what they name may be there, else where that was found.

    None where it is not in view, wherever the words may seem to point: who is asked for a key does not hand over the chest.
    """
    found = found_of(looked, clause)
    if not found:
        return target
    best_one = max(found, key=lambda d: d.p)
    if best_one.p < _NOWHERE:
        names = to_look_for(whole_of(singular(clause.thing)))
        whole = max((d for d in looked if d.phrase.lower() in names), key=lambda d: d.p, default=None)
        return Target(whole.x, whole.y, whole.p) if whole is not None and whole.p >= _THERE else None
    places = [at for d in found if d.p >= max(_DOUBTFUL, best_one.p / 2) for at in ((d.x, d.y), *d.others)]
    places = places or [(best_one.x, best_one.y)]
    if (not_this := clause.other) is not None and not_this.x is not None and not_this.y is not None:  # "the other one"
        here = Target(not_this.x, not_this.y, 1.0)
        elsewhere = [at for at in places if _apart(here, at) >= _AT]
        if elsewhere and best_one.p >= _DOUBTFUL:
            if _NEXT.search(clause.text) is not None:
                x, y = min([at for at in elsewhere if at[0] > here.x] or elsewhere, key=lambda at: at[0])
                return Target(x, y, best_one.p)
            if at := placed_in(clause.text, clause.thing):  # "not that one, the one on the left"
                x, y = at_place(at, elsewhere)
                return Target(x, y, best_one.p)
            x, y = min(elsewhere, key=lambda at: _apart(target, at) if target is not None else 0.0)
            return Target(x, y, best_one.p)
        if target is None or _apart(target, (here.x, here.y)) < _AT:  # there is no other
            return None
    at = placed_in(clause.text, clause.thing)
    if is_beyond(at, max(len(places), best_one.count, best_one.most)):
        return None
    if len(places) > 1 and at:  # "the potion on the right"
        x, y = at_place(at, places)
        return Target(x, y, best_one.p)
    if len(places) > 1 and (by := _by_anchor(clause, places, looked)) is not None:  # "the barrel by the fire"
        return Target(*by, best_one.p)
    if target is not None and any(_apart(target, at) < _AT for at in places):
        return target
    if best_one.p < (_THERE if target is None else _DOUBTFUL) or clause.other is not None:
        return target if clause.other is not None else None
    if target is None:
        return Target(best_one.x, best_one.y, best_one.p)
    x, y = min(places, key=lambda at: _apart(target, at))
    return Target(x, y, best_one.p)


def _by_anchor(clause: Clause, places: Sequence[tuple[float, float]], looked: Sequence[Found]) -> tuple[float, float] | None:
    """Of several places the one that is nearest to what words place the thing by; None where that is not in view."""
    relation, names = read_relation(clause.text), to_look_for(anchor_of(clause.meaning))
    anchor = max((d for d in looked if d.phrase.lower() in names), key=lambda d: d.p, default=None)
    if relation is None or relation.kind != "near" or anchor is None or anchor.p < _THERE:
        return None
    others = anchor.others if anchor.phrase.lower() in FIXED else ()  # there are several trees; a second bread may be an apple
    there = [Target(x, y, anchor.p) for x, y in ((anchor.x, anchor.y), *others)]
    return min(places, key=lambda at: min(_apart(one, at) for one in there))


def where_it_was(turn: Turn, clause: Clause) -> Target | None:
    """Where "it" is, of what was meant last and is there still: of three barrels the one that was spoken of."""
    last = turn.ledger.thing
    if last is None or last.x is None or last.y is None or clause.other is not None or not PRONOUN.search(clause.said):
        return None
    here, found = Target(last.x, last.y, SURE), found_of(turn.percept.looked, clause)
    there = any(_apart(here, at) < _AT for d in found if d.p >= _DOUBTFUL for at in ((d.x, d.y), *d.others))
    return here if there and kind_of(last.phrase) == kind_of(singular(clause.thing)) else None


def rival_of(clause: Clause, target: Target | None, looked: Sequence[Found]) -> Found | None:
    """What it really is that the words point at, where something else explains its place better: no apple is a potion."""
    found = found_of(looked, clause)
    if not found or target is None or not clause.meaning.is_deed_of_a_thing:
        return None
    return rival(looked, singular(clause.thing), (target.x, target.y), max(d.p for d in found))


def found_of(looked: Sequence[Found], clause: Clause) -> list[Found]:
    """What was found of the thing of an order that is of one; nothing where it was not looked for."""
    if not (clause.meaning.is_deed_of_a_thing or clause.meaning.goes_to_a_thing) or not clause.thing:
        return []
    names = {singular(clause.thing), *to_look_for(singular(clause.thing))}
    return [d for d in looked if d.phrase.lower() in names]


def _apart(target: Target, at: tuple[float, float]) -> float:
    """Of the frame's width, for a frame that is as wide as most."""
    return math.hypot(target.x - at[0], (target.y - at[1]) * 9 / 16)
