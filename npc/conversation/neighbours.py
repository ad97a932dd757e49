"""What is next to a thing in view, behind it, or between two."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation import identify
from npc.conversation.clause import Clause
from npc.conversation.comparing import anchor_of, unsure
from npc.conversation.reply import Reply
from npc.conversation.things import (
    ALIKE,
    DOUBTFUL,
    SURE,
    Thing,
    between,
    beyond_doubt,
    in_a_sentence,
    named,
    named_by,
    some,
    standing,
    stands,
    table,
)
from npc.language.kinds import PERSON, akin, is_anybody
from npc.language.phrases import kind_of, plural, singular, thing_in
from npc.types import Percept, Target

_TWO = re.compile(r"^(?:the |those |these )?(?:two|both(?: of)?(?: the)?) ", re.IGNORECASE)
_AND = re.compile(r" and (?:the |an? |that )?", re.IGNORECASE)
_WHO = re.compile(r"(?:and )?who\b", re.IGNORECASE)
_THINGS = frozenset({"thing", "object", "item"})
EVERYWHERE = frozenset({"ground", "floor", "earth", "grass", "screen", "picture"})  # "what is on the ground here?"
_BEARS = frozenset({"table", "counter", "shelf", "bench", "desk", "tray", "board"})  # of which one sees what lies on it


def beside(clause: Clause, percept: Percept) -> Reply | None:
    """What stands by a thing, or between two; None where the words place it by nothing: "what is on the ground here?"."""
    anchor = anchor_of(clause)
    if not anchor or anchor in EVERYWHERE:
        return None
    relation = clause.meaning.values.get("relation", "near")
    if relation == "between":
        return _amid(clause, percept)
    by = named_by(percept, anchor)
    if (by is None or by.p < DOUBTFUL) and kind_of(anchor) in _THINGS:  # "next to that roundish thing"
        by = identify.like(anchor, percept) or by
        anchor = by.phrase if by is not None else anchor
    if (by is None or by.p < SURE) and kind_of(singular(anchor)) in _BEARS:
        return None
    if by is None or by.p < DOUBTFUL:
        return Reply("absent", f"looked for {anchor or 'it'} and sees none", {"thing": anchor})
    seen = (_others(t, by) if akin(t.phrase, anchor) else t for t in table(beyond_doubt(percept)))
    others = [(t, at) for t in seen if (at := standing(t, by, relation)) is not None]
    if _WHO.match(clause.text):
        others = [(t, at) for t, at in others if akin(t.phrase, PERSON) and not is_anybody(t.phrase)]
        if not others:
            sought = f"{PERSON} {relation} the {anchor}"
            return Reply("absent", f"sees nobody {relation} {anchor}", {"thing": sought})
    if not others:
        return Reply("beside_none", f"sees nothing {relation} {anchor}", {"thing": anchor, "relation": relation})
    others.sort(key=lambda found: between(found[1], by))
    near = [replace(t, count=(n := sum(stands(at, by, relation) for at in t.places)), most=n) for t, _ in others[:3]]
    values = {"seen": in_a_sentence([some(t) for t in near]), "thing": anchor, "relation": relation}
    first, at = others[0]
    why = f"sees {first.phrase} {relation} {anchor}"
    names = tuple(t.phrase for t in near)
    return Reply("beside", why, values, "point_at", Target(*at, first.p), names=names)


def _amid(clause: Clause, percept: Percept) -> Reply:
    """What is between two things: not much farther than the straight way from one to the other."""
    ends = [singular(thing_in(words)) for words in _AND.split(_TWO.sub("", clause.meaning.values.get("anchor", "")))]
    found = [named(percept, end) for end in ends]
    if len(ends) == 1 and found[0] is not None and len(found[0].places) > 1:  # "between the two houses"
        (ax, ay), (bx, by) = sorted(found[0].places)[0], sorted(found[0].places)[-1]
        found = [replace(found[0], places=((ax, ay),)), replace(found[0], places=((bx, by),))]
    missing = next((end for end, t in zip(ends, found, strict=False) if t is None or t.p < SURE), None)
    if missing is not None or len(found) != 2:
        return Reply("absent", f"looked for {missing} and sees none", {"thing": missing}) if missing else unsure("", 0.0)
    one, other = (t for t in found if t is not None)
    far = min(between(at, other) for at in one.places)
    amid = [
        (t, at)
        for t in table(beyond_doubt(percept))
        for at in t.places
        if between(at, one) + between(at, other) <= 1.2 * far
        and min(between(at, one), between(at, other)) >= max(ALIKE, far / 8)
    ]
    about = {"thing": " and the ".join(ends) if len(ends) > 1 else plural(ends[0]), "relation": "between"}
    if not amid:
        return Reply("beside_none", f"sees nothing between {' and '.join(ends)}", about)
    names = tuple(dict.fromkeys(t.phrase for t, _ in amid))
    first, at = amid[0]
    values = {**about, "seen": in_a_sentence([some(replace(t, count=1, most=1)) for t, _ in amid[:3]])}
    return Reply("beside", f"sees {first.phrase} between both", values, "point_at", Target(*at, first.p), names=names)


def _others(thing: Thing, anchor: Thing) -> Thing:
    """A thing of the anchor's kind without the anchor itself: the red potion beside the blue one."""
    places = tuple(at for at in thing.places if between(at, anchor) >= ALIKE)
    return replace(thing, places=places)
