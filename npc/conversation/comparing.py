"""Comparing what is in view: which is nearer or farther, and whether it is left or right of something."""

from __future__ import annotations

from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.things import EDGE, SURE, between, beyond_doubt, named, number, table, where
from npc.language.phrases import singular, thing_in, with_article
from npc.types import Percept, Target

_ANYTHING = frozenset({"thing", "one"})
_ASIDE = 0.14  # of the frame's width, from its middle: what is only a little to one side


def left_or_right(clause: Clause, percept: Percept) -> Reply:
    """ "Is the key left or right of the chest?": of the picture's middle, where it names nothing."""
    one, anchor = singular(clause.thing), anchor_of(clause)
    found, by = named(percept, one), named(percept, anchor) if anchor else None
    missing = one if found is None or found.p < SURE else anchor if anchor and (by is None or by.p < SURE) else ""
    if missing or found is None:
        return Reply("absent", f"looked for {missing} and sees none", {"thing": missing})
    if by is None:
        off = abs(found.x - 0.5)
        side = "left" if found.x < 0.5 else "right"
        place = "right in the middle" if off < EDGE else f"{'a little to' if off < _ASIDE else 'on'} the {side}"
        told = {"thing": one, "place": place, "count": number(1)}
        return Reply("present", f"sees where {one} is", told, "point_at", found.target)
    x, y = found.x, found.y
    middle = min(by.places, key=lambda at: abs(at[0] - x))[0]
    if abs(x - middle) < EDGE:
        return unsure(one, found.p, f"on which side of the {anchor} the {one} is")
    relation = "left of" if x < middle else "right of"
    told = {"seen": f"the {one}, {relation} the {anchor}", "thing": anchor, "relation": relation}
    return Reply("beside", f"sees {one} {relation} {anchor}", told, "point_at", Target(x, y, found.p), names=(found.phrase,))


def _nearest(clause: Clause, percept: Percept) -> Reply:
    """ "Which barrel is closest?" """
    one = singular(clause.thing)
    farthest = clause.meaning.values.get("how", "").startswith(("far", "fur"))
    if clause.meaning.values.get("kind", "") in _ANYTHING:  # "what is the closest thing?"
        all_of_it = [(y if not farthest else -y, t, (x, y)) for t in table(beyond_doubt(percept)) for x, y in t.places]
        if not all_of_it:
            return unsure("", 0.0)
        _, nearest, (x, y) = max(all_of_it, key=lambda row: row[0])
        told = {"thing": nearest.phrase, "seen": with_article(nearest.phrase), "place": where(x, y)}
        why = f"was asked what is {'farthest' if farthest else 'closest'}"
        return Reply("names_it", why, told, "point_at", Target(x, y, nearest.p), names=(nearest.phrase,))
    found = named(percept, one)
    if found is None or found.p < SURE:
        return Reply("absent", f"looked for {one} and sees none", {"thing": one})
    by = named(percept, anchor_of(clause)) if anchor_of(clause) else None
    if anchor_of(clause) and (by is None or by.p < SURE):
        return Reply("absent", f"looked for {anchor_of(clause)} and sees none", {"thing": anchor_of(clause)})
    sign = -1.0 if farthest else 1.0
    x, y = max(found.places, key=lambda at: sign * (at[1] if by is None else -between(at, by)))
    values = {"thing": found.phrase, "place": where(x, y), "count": number(1)}
    return Reply("present", f"was asked which {one} is closest", values, "point_at", Target(x, y, found.p))


def _nearer_by(clause: Clause, percept: Percept) -> Reply:
    """ "Is the sword closer to the sign or the well?": of two things, which one stands nearer to it."""
    values = clause.meaning.values
    names = [singular(thing_in(words)) for words in (values["from"], clause.thing, values.get("other", ""))]
    found = [named(percept, name) for name in names]
    missing = next((name for name, t in zip(names, found, strict=True) if t is None or t.p < SURE), None)
    if missing is not None or not all(found):
        return Reply("absent", f"looked for {missing} and sees none", {"thing": missing or ""})
    it, one, other = (t for t in found if t is not None)
    to_one, to_other = (min(between(at, t) for at in it.places) for t in (one, other))
    if abs(to_one - to_other) < EDGE:
        return unsure(names[0], it.p, f"whether the {names[1]} or the {names[2]} is nearer to it")
    far = values.get("how", "").startswith(("far", "fur"))
    chosen = names[1] if (to_one < to_other) != far else names[2]
    told = {"thing": chosen, "other": names[2] if chosen == names[1] else names[1]}
    return Reply("farther" if far else "nearer", f"compared how far {names[0]} is from both", told, "point_at", it.target)


def nearer(clause: Clause, percept: Percept) -> Reply:
    values = clause.meaning.values
    if values.get("from") and not values.get("who"):
        return _nearer_by(clause, percept)
    if values.get("kind") and not values.get("other"):
        return _nearest(clause, percept)
    pair = [singular(clause.thing), singular(thing_in(values.get("other", "")))]
    found = [(one, t) for one in pair if one and (t := named(percept, one)) is not None and t.p >= SURE]
    if len(found) < 2:
        missing = next((one for one in pair if one and all(one != name for name, _ in found)), "")
        return Reply("absent", f"looked for {missing} and sees none", {"thing": missing}) if missing else unsure("", 0.0)
    anchor = anchor_of(clause)
    by = named(percept, anchor) if anchor else None
    if anchor and (by is None or by.p < SURE):
        return Reply("absent", f"looked for {anchor} and sees none", {"thing": anchor})
    # In any view that is not from straight above, what is lower in the picture is nearer to who looks at it.
    ranked = sorted(
        ((max(y for _, y in t.places) if by is None else -between((t.x, t.y), by), one, t) for one, t in found),
        key=lambda row: -row[0],
    )
    (near_y, first, near), (far_y, second, far) = ranked
    if near_y - far_y < EDGE:
        return unsure(first, near.p, f"whether the {first} or the {second} is nearer")
    if values.get("how", "").startswith(("far", "fur")):
        topic, told, chosen = "farther", {"thing": second, "other": first}, far
    else:
        topic, told, chosen = "nearer", {"thing": first, "other": second}, near
    return Reply(topic, f"compared {first} and {second}", told, "point_at", chosen.target, names=(told["thing"],))


def unsure(one: str, p: float, what: str = "") -> Reply:
    """What cannot be told: `what` names it in a line, after "I cannot tell"."""
    return Reply("cannot_tell", f"cannot tell ({p:.2f})", {"thing": one, "what": what or "what that is"})


def anchor_of(clause: Clause) -> str:
    return singular(thing_in(clause.meaning.values.get("anchor", "")))
