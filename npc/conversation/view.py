"""Speaking of what is in view: whether, how many, which colour, where, next to what, which is nearer.

Everything is answered from the percept: what the words had looked for, and what is watched for. "No" and "I cannot tell" are
answers, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from npc.conversation import identify, portrait
from npc.conversation.clause import Clause
from npc.conversation.comparing import anchor_of, left_or_right, nearer, unsure
from npc.conversation.neighbours import EVERYWHERE, beside
from npc.conversation.reply import Reply
from npc.conversation.things import (
    ALIKE,
    AWAY,
    CLOSE,
    DOUBTFUL,
    NEAR,
    SOME,
    SURE,
    Thing,
    at_place,
    between,
    beyond_doubt,
    called,
    how_many,
    in_a_sentence,
    named,
    named_by,
    number,
    placed_in,
    rival,
    seen,
    some,
    standing,
    stands,
    table,
    thing_of,
    where,
)
from npc.language.described import has_quality
from npc.language.kinds import PERSON, akin, is_anybody
from npc.language.phrases import colour_in, kind_of, plural, singular, thing_in, with_article
from npc.language.senses import Ask
from npc.types import Found, Percept, Target

_ANYBODY = re.compile(r"\b(?:any|some) ?(?:one|body)\b|^(?:and )?who\b", re.IGNORECASE)
_THINGS = frozenset({"thing", "object", "item"})
_MORE = re.compile(r"\b(?:any|some) (?:more|others?)\b|\bmore (?:of|than)\b|\banother\b", re.IGNORECASE)
# "Is there something you would recommend?" is not of the view.
_SOMETHING_TO = re.compile(
    r"\b(?:anything|something) (?:that )?(?:you|I|we|one) (?:would|could|can|might|should|know|have)\b(?! see)", re.I
)
_UNCOUNTED = frozenset({"bread"})
_SIZE = re.compile(r"\b(?:bigg|small|larg|tall|heavi|old|strong)(?:er|est)\b", re.IGNORECASE)
_STATE = re.compile(r"\b(?:open|closed|shut|locked|unlocked|empty|full)\b", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:any|some)where (?:near|close|by|around)\b", re.IGNORECASE)  # not only next to it
_DANGERS = re.compile(r"(?:threat|danger|foe|hostile)s?|enemy|enemies", re.IGNORECASE)
_SIDES = {"left": "on the left", "right": "on the right", "middle": "in the middle"}
_FEW = 3  # things that are named once more where there is nothing else
_THAT = re.compile(r"\b(?:that|this|it)\b", re.IGNORECASE)
_VERY = re.compile(r"\bvery (?:left|right)\b", re.IGNORECASE)  # "what is on the very left?" is one thing
_MIDST, _MIDDLE = frozenset({"middle", "centre", "center"}), 0.14  # of the frame's width, to each side of its middle
# Of which there may be several kinds.
_PURPOSES = frozenset(
    {"food", "drink", "weapon", "animal", "beast", "creature", "monster", "plant", "building", "fruit", "seat", "cover"}
)
_NAMED = frozenset({"food", "drink", "fruit", "plant", "seat", "cover"})  # which of them it is says more than that there is one
_NOBODY = frozenset({"it", "him", "her", "them", "they", "he", "she", "that", "those"})  # of whom nothing is known


def answer(clause: Clause, percept: Percept, feared: frozenset[str] = frozenset()) -> Reply | None:
    """The answer to a question about the view; None where the clause is none.

    Args:
        feared: phrases that the character takes for a threat or hazard, beside what everybody does.
    """
    asks: dict[Ask, Callable[[Clause, Percept], Reply]] = {
        Ask.VIEW: _view,
        Ask.PRESENT: _present,
        Ask.CLAIM: _claimed,
        Ask.COUNT: _count,
        Ask.COLOUR: _colour,
        Ask.BESIDE: _beside,
        Ask.NEARER: nearer,
        Ask.FAR: _far,
        Ask.INSIDE: _inside,
        **dict.fromkeys(portrait.ASKS, portrait.answer),
    }
    if clause.meaning.ask in identify.ASKS:
        return identify.answer(clause, percept, feared)
    ask = asks.get(clause.meaning.ask)
    if ask is None or (clause.meaning.ask is Ask.PRESENT and not clause.thing and _SOMETHING_TO.search(clause.text)):
        return None
    if not clause.thing and clause.meaning.thing.lower() in _NOBODY:
        colour = clause.meaning.ask is Ask.COLOUR
        return Reply("what_thing", f"does not know what `{clause.meaning.thing}` means") if colour else None
    if not percept.has_frame and clause.meaning.ask in portrait.ASKS:
        return None  # "where is the inn?" may still be known
    if not percept.has_frame:
        return Reply("blind", "was asked what it sees, and has no picture")
    reply = ask(clause, percept)
    if reply.values.get("thing") == "" and reply.topic != "cannot_tell":  # no line speaks of a thing without a name
        return Reply("what_thing", "does not know what is meant")
    return reply


def _view(clause: Clause, percept: Percept) -> Reply:
    side, hue, kind = (clause.meaning.values.get(name, "").lower() for name in ("side", "hue", "kind"))
    found = table(beyond_doubt(percept)) if not hue else _of_hue(percept, hue, singular(kind))
    if "else" in clause.meaning.values:
        return _besides(clause, found)
    if quality := clause.meaning.values.get("quality", "").lower():
        found = [t for t in found if has_quality(quality, t.phrase, t.colour)]
        if not found:
            sought = {"thing": singular(quality) if _DANGERS.fullmatch(quality) else f"{quality} thing"}
            return Reply("absent", f"was asked for what is {quality}, and sees nothing of it", sought)
    if _ANYBODY.search(clause.text):
        who = clause.text.lower().removeprefix("and ").startswith("who")
        people = [t for t in found if who and akin(t.phrase, PERSON) and not is_anybody(t.phrase)]
        if not people:
            return _present(replace(clause, thing=PERSON), percept)
        found = people
    if "alone" in clause.meaning.values:
        return _company(found)
    things = [part for t in found if (part := _on(side, t) if side else t) is not None][:SOME]
    if _VERY.search(clause.text) and found:
        sign = 1.0 if side == "right" else -1.0
        x, y, thing = max(((x, y, t) for t in found for x, y in t.places), key=lambda at: sign * at[0])
        values = {"thing": thing.phrase, "seen": with_article(thing.phrase), "place": where(x, y)}
        why = f"was asked what is farthest {side}"
        return Reply("names_it", why, values, "point_at", Target(x, y, thing.p), names=(thing.phrase,))
    if side in _MIDST and _THAT.search(clause.text):  # what is that in the middle?
        things = sorted(things, key=lambda t: abs(t.x - 0.5))[:1]
    if not things and hue:
        named_so = f"{hue} {singular(kind) or 'thing'}"
        return Reply("absent", f"was asked for what is {hue}, and sees nothing of it", {"thing": named_so})
    if not things:
        return Reply("view_none", f"was asked what it sees {side}".rstrip() + ": nothing that it knows")
    things.sort(key=lambda t: t.x)
    told = [f"{some(t)} {where(t.x, t.y)}" if len(things) < 4 else some(t) for t in things]
    names = ", ".join(t.phrase for t in things)
    alone = (things[0].phrase,) if len(things) == 1 else ()
    return Reply(
        "view", f"was asked what it sees: {names}", {"seen": in_a_sentence(told)}, "point_at", things[0].target, names=alone
    )


def _besides(clause: Clause, found: list[Thing]) -> Reply:
    """What else is there than what was spoken of just now."""
    known = [name for name in clause.meaning.values.get("besides", "").split(",") if name]
    who = _ANYBODY.search(clause.text) is not None
    things = [t for t in found if not any(akin(t.phrase, name) for name in known)]
    things = [t for t in things if not who or (akin(t.phrase, PERSON) and not is_anybody(t.phrase))][:SOME]
    if not things:
        named_ = in_a_sentence([f"the {name}" for name in known]) if 0 < len(known) <= _FEW else ""
        return Reply(
            "absent",
            "was asked what else there is: nothing",
            {"thing": f"{'one' if who else 'more'} besides {named_}" if named_ else "more"},
        )
    told = in_a_sentence([f"{some(t)} {where(t.x, t.y)}" if len(things) < 4 else some(t) for t in things])
    names = tuple(t.phrase for t in things)
    why = f"was asked what else there is: {', '.join(names)}"
    return Reply("view", why, {"seen": told}, "point_at", things[0].target, names=names)


def _of_hue(percept: Percept, hue: str, kind: str) -> list[Thing]:
    """What has a colour; "potion" in view hides no red one of them."""
    fits = [d for d in seen(percept) if not kind or akin(d.phrase, kind)]
    named_so = [d for d in fits if colour_in(d.phrase) == hue and d.p >= SURE]  # of many kinds of potion one is blue
    kinds = {kind_of(d.phrase) for d in named_so}
    looks_so = [d for d in fits if thing_of(d).colour == hue and kind_of(d.phrase) not in kinds]
    return table([*named_so, *looks_so])


def _company(found: list[Thing]) -> Reply:
    """ "Are we alone?" """
    people = [t for t in found if akin(t.phrase, PERSON) and not is_anybody(t.phrase)]
    if not people:
        return Reply("absent", "was asked who else is there: nobody", {"thing": f"{PERSON} but us"})
    told = in_a_sentence([f"{some(t)} {where(t.x, t.y)}" for t in people])
    return Reply("view", "was asked who else is there", {"seen": told}, "point_at", people[0].target, names=(people[0].phrase,))


def _on(side: str, thing: Thing) -> Thing | None:
    """What there is of a thing on one side of the view, or in its middle; None where that is nothing."""
    there = [
        at for at in thing.places if (abs(at[0] - 0.5) <= _MIDDLE if side in _MIDST else (at[0] < 0.5) == (side == "left"))
    ]
    if len(there) == len(thing.places) or not there:
        return thing if there else None
    (x, y), count = there[0], len(there)
    return replace(thing, x=x, y=y, count=count, most=count, places=tuple(there))


def _present(clause: Clause, percept: Percept) -> Reply:
    one, anchor = singular(clause.thing), anchor_of(clause)
    anchor = "" if anchor in EVERYWHERE else anchor
    if not one:
        return _view(clause, percept)
    if "either" in clause.meaning.values:
        return left_or_right(clause, percept)
    if other := singular(thing_in(clause.meaning.values.get("other", ""))):  # "is that a sword or an axe?"
        likelier = max(
            (t for t in (named(percept, one), named(percept, other)) if t is not None), key=lambda t: t.p, default=None
        )
        if likelier is None or likelier.p < SURE:
            return unsure("", likelier.p if likelier else 0.0, f"whether that is {with_article(one)} or {with_article(other)}")
        told = {"thing": likelier.phrase, "seen": with_article(likelier.phrase), "place": where(likelier.x, likelier.y)}
        return Reply("names_it", f"sees {likelier.phrase}", told, "point_at", likelier.target, names=(likelier.phrase,))
    eatable = [t for t in table(seen(percept)) if akin(t.phrase, one) and t.phrase != one] if one in _PURPOSES else []
    if len(eatable) > (0 if one in _NAMED else 1):
        names = tuple(t.phrase for t in eatable)
        why, told = f"looked for {one}: {', '.join(names)}", {"seen": in_a_sentence([some(t) for t in eatable])}
        return Reply("view", why, told, "point_at", eatable[0].target, names=names)
    found = named(percept, one)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"looked for {one or 'it'} and sees none", {"thing": called(one)})
    if one in _PURPOSES and not eatable and found.p >= SURE and (instead := _surer(percept, found)) is not None:
        return taken_for(one, instead)  # what could be an apple is a potion
    if found.p < SURE:
        return unsure(one, found.p, f"whether that is {with_article(called(one))}")
    if (instead := rival(percept.looked, one, (found.x, found.y), found.p)) is not None and not is_anybody(one):
        return taken_for(one, instead)
    name = called(one) if is_anybody(one) else found.phrase
    if anchor:
        by = named_by(percept, anchor)
        if by is None or by.p < SURE:
            return Reply("absent", f"looked for {anchor} and sees none", {"thing": anchor})
        at = standing(found, by, clause.meaning.values.get("relation", "near"))
        if at is None:
            x, y = min(found.places, key=lambda place: between(place, by))
            if not (_ABOUT.search(clause.text) and between((x, y), by) <= 1.5 * NEAR):
                values = {"thing": name, "place": where(x, y), "anchor": anchor}
                return Reply("elsewhere", f"sees {name}, but not by {anchor}", values, "point_at", Target(x, y, found.p))
            at = x, y
    elif (side := placed_in(clause.text, one)) in _SIDES:
        part = _on(side, found)
        if part is None:
            return Reply("absent", f"looked for {one} {side} and sees none", {"thing": f"{one} {_SIDES[side]}"})
        found, at = part, (part.x, part.y)
    else:
        at = found.x, found.y
    if _MORE.search(clause.text) and found.most > 1:  # "are there any more of those?": how many there are in all
        told = {"count": how_many(found), "thing": plural(name)}
        return Reply("count", f"counted {told['count']} {plural(one)}", told, "point_at", found.target)
    values = {"thing": name, "place": where(*at), "count": how_many(found)}
    return Reply("present", f"looked for {one} and sees it ({found.p:.2f})", values, "point_at", Target(*at, found.p))


def _surer(percept: Percept, thing: Thing) -> Found | None:
    """What rather stands in the place of a thing than the thing itself."""
    here = (
        d for d in percept.looked if d.p > thing.p and not akin(d.phrase, thing.phrase) and between((d.x, d.y), thing) < ALIKE
    )
    return max(here, key=lambda d: d.p, default=None)


def taken_for(thing: str, other: Found, action: str = "point_at") -> Reply:
    """Not what is asked for, but something like it."""
    name = other.phrase if other.phrase in _UNCOUNTED else with_article(other.phrase)
    told = {"thing": thing, "other": name, "place": where(other.x, other.y)}
    target = Target(other.x, other.y, other.p) if action == "point_at" else None
    return Reply("lookalike", f"sees that it is no {thing}, but {name}", told, action, target, names=(other.phrase,))


def _claimed(clause: Clause, percept: Percept) -> Reply:
    """ "There is no wolf here": so it is, or the other is shown it."""
    one = singular(clause.thing)
    found = named(percept, one)
    if found is None or found.p < SURE:
        return Reply("absent", f"is told that there is no {one}, and sees none", {"thing": called(one)})
    values = {"thing": found.phrase, "place": where(found.x, found.y), "count": how_many(found)}
    return Reply("present", f"is told that there is no {one}, and sees it ({found.p:.2f})", values, "point_at", found.target)


def _count(clause: Clause, percept: Percept) -> Reply:
    one, anchor = singular(clause.thing), anchor_of(clause)
    if one in _THINGS:  # "how many things lie here?"
        return _view(clause, percept)
    if kind_of(one) == "one" and (hue := colour_in(one)):  # "how many red ones can you see?"
        hued = _of_hue(percept, hue, "")
        total = sum(t.count for t in hued)
        what = hued[0].phrase if len(hued) == 1 else f"{hue} thing"
        told = {"count": number(total), "thing": what if total == 1 else plural(what)}
        if not hued:
            return Reply("absent", f"counted nothing {hue}", {"thing": what, "count": number(0)})
        return Reply("count", f"counted {total} {hue}", told, "point_at", hued[0].target, names=tuple(t.phrase for t in hued))
    found = named(percept, one)
    if not one or (found is not None and DOUBTFUL <= found.p < SURE):
        return unsure(one, found.p if found else 0.0, f"how many {plural(one)} there are" if one else "")
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"counted no {plural(one)}", {"thing": one, "count": number(0)})
    by = named_by(percept, anchor) if anchor else None
    if by is not None and by.p >= SURE:
        relation = clause.meaning.values.get("relation", "near")
        near = tuple(at for at in found.places if stands(at, by, relation))
        if not near:
            return Reply("absent", f"counted no {plural(one)} {relation} {anchor}", {"thing": one, "count": number(0)})
        found = Thing(found.phrase, *near[0], found.p, len(near), len(near), near)
    count = how_many(found)
    values = {"count": count, "thing": called(one) if found.most == 1 else plural(called(one))}
    return Reply("count", f"counted {count} {plural(one)}", values, "point_at", found.target)


def _colour(clause: Clause, percept: Percept) -> Reply:
    one = singular(clause.thing)
    found = named(percept, one)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"looked for {one} and sees none", {"thing": one})
    if at := placed_in(clause.text, one):  # "what colour is the one in the middle?"
        hued = [
            (t, place)
            for d in seen(percept)
            if d.p >= SURE and akin(d.phrase, one)
            for t in [thing_of(d)]
            for place in t.places
        ]
        hued = [(t, place) for t, place in hued if t.colour or colour_in(t.phrase)]
        if hued:
            there = at_place(at, [place for _, place in hued])
            thing = next(t for t, place in hued if place == there)
            if not colour_in(thing.phrase) and there != (thing.x, thing.y):  # only the surest was looked at so closely
                return unsure(one, found.p, f"what colour the {one} {_SIDES.get(at, 'there')} is")
            told = {"thing": one, "colour": colour_in(thing.phrase) or thing.colour}
            return Reply(
                "colour", f"sees that {one} is {told['colour']}", told, "talk", Target(*there, thing.p), names=(thing.phrase,)
            )
    hues = sorted({colour_in(d.phrase) for d in seen(percept) if d.p >= SURE and akin(d.phrase, one)} - {""})
    if (not found.colour and not hues) or found.p < SURE:
        return unsure(one, found.p, f"what colour the {one} is")
    values = {"thing": one, "colour": in_a_sentence(hues) if len(hues) > 1 else found.colour or hues[0]}
    return Reply("colour", f"sees that {one} is {found.colour}", values, "talk", found.target)


def _beside(clause: Clause, percept: Percept) -> Reply:
    return beside(clause, percept) or _view(clause, percept)


def _far(clause: Clause, percept: Percept) -> Reply:
    """How far something is, as far as a picture tells it: what is lower in it is nearer."""
    one = singular(clause.thing)
    found = named(percept, one)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"looked for {one} and sees none", {"thing": called(one)})
    if found.p < SURE:
        return unsure(one, found.p, f"how far the {one} is")
    x, y = max(found.places or ((found.x, found.y),), key=lambda at: at[1])
    far = "close by" if y > CLOSE else "far off" if y < AWAY else "some steps away"
    return Reply("distance", f"sees how far {one} is", {"thing": called(one), "place": far}, "point_at", Target(x, y, found.p))


def _inside(clause: Clause, percept: Percept) -> Reply:
    """Nobody sees into a thing from outside."""
    one = singular(clause.thing)
    found = named(percept, one)
    if one and (found is None or found.p < DOUBTFUL):
        return Reply("absent", f"looked for {one} and sees none", {"thing": called(one)})
    size, state = _SIZE.search(clause.text), _STATE.search(clause.text)
    what = f"which is {size[0]}" if size else f"whether the {one} is {state[0]}" if state and one else f"what is in the {one}"
    return unsure(one, found.p if found else 0.0, what if one or size else "")
