"""Speaking of what is in view: whether, how many, which colour, where, next to what, which is nearer.

Everything is answered from the percept: what is watched for, and what the question itself had looked for. "No" and "I cannot
tell" are answers, too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from npc.conversation.reading import Clause
from npc.conversation.reply import Reply
from npc.language.phrases import COLOURS, colour_in, kind_of, plural, singular, thing_in, with_article
from npc.language.senses import Ask
from npc.types import Detection, Percept, Target

SURE, DOUBTFUL = 0.5, 0.3  # presence from which a thing is there, and below which it is not; between them nobody can tell
NEAR = 0.22  # of the frame's width: what is next to something
EDGE = 0.03  # by how much a thing is left of another, or above it
ALIKE = 0.05  # closer together than this, two phrases name one thing
SOME = 6  # things that are told in one breath
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_KINDS = {"left": "left", "right": "right", "above": "above", "over": "above", "under": "below", "below": "below"}


@dataclass(frozen=True, slots=True)
class Thing:
    """One row of the table of what is in view."""

    phrase: str
    x: float
    y: float
    p: float
    count: int = 1

    @property
    def target(self) -> Target:
        return Target(self.x, self.y, self.p)


def table(watch: Sequence[Detection], least: float = SURE) -> list[Thing]:
    """What is in view, the surest first; of two names for one place the surer."""
    things: list[Thing] = []
    for d in sorted(watch, key=lambda d: (-d.p, d.phrase)):
        if d.p < least:
            break
        if all(math.hypot(d.x - t.x, d.y - t.y) > ALIKE for t in things):
            things.append(Thing(d.phrase, d.x, d.y, d.p, d.count))
    return things


def where(x: float, y: float) -> str:
    """A place of the frame in words, as a person who looks at it would say."""
    side = "on the left" if x < 0.36 else "on the right" if x > 0.64 else "straight ahead"
    return f"{side}, {'close by' if y > 0.66 else 'far off'}" if y > 0.66 or y < 0.3 else side


def number(count: int) -> str:
    """A small number as a word."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def listed(watch: Sequence[Detection]) -> str:
    """What is in view, in a sentence: "a wolf and two chests"."""
    return _listed([_some(thing) for thing in table(watch, 0.0)[:SOME]])


def answer(clause: Clause, percept: Percept) -> Reply | None:
    """The answer to a question about the view; None where the clause is none."""
    ask = clause.meaning.ask
    asks = {
        Ask.VIEW: _view,
        Ask.PRESENT: _present,
        Ask.COUNT: _count,
        Ask.COLOUR: _colour,
        Ask.BESIDE: _beside,
        Ask.NEARER: _nearer,
    }
    if ask not in asks:
        return None
    if not percept.has_frame:
        return Reply("blind", "was asked what it sees, and has no picture")
    return asks[ask](clause, percept)


def _view(clause: Clause, percept: Percept) -> Reply:
    things = [t for t in table(percept.watch) if not colour_in(t.phrase)][:SOME]
    if not things:
        return Reply("view_none", "was asked what it sees: nothing that it knows")
    things.sort(key=lambda t: t.x)
    told = [f"{_some(t)} {where(t.x, t.y)}" if len(things) < 4 else _some(t) for t in things]
    return Reply("view", f"was asked what it sees: {', '.join(t.phrase for t in things)}", {"seen": _listed(told)})


def _present(clause: Clause, percept: Percept) -> Reply:
    one, anchor = singular(clause.thing), _anchor(clause)
    found = _of(percept, one)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"looked for {one or 'it'} and sees none", {"thing": one})
    if found.p < SURE:
        return _unsure(one, found.p)
    if anchor:
        by = _of(percept, anchor)
        if by is None or by.p < SURE:
            return Reply("absent", f"looked for {anchor} and sees none", {"thing": anchor})
        if not _stands(found, by, clause.meaning.values.get("relation", "near")):
            values = {"thing": one, "place": where(found.x, found.y), "anchor": anchor}
            return Reply("elsewhere", f"sees {one}, but not by {anchor}", values, "point_at", found.target)
    values = {"thing": one, "place": where(found.x, found.y), "count": number(found.count)}
    return Reply("present", f"looked for {one} and sees it ({found.p:.2f})", values, "point_at", found.target)


def _count(clause: Clause, percept: Percept) -> Reply:
    one = singular(clause.thing)
    found = _of(percept, one)
    if not one or (found is not None and DOUBTFUL <= found.p < SURE):
        return _unsure(one, found.p if found else 0.0)
    count = found.count if found is not None and found.p >= SURE else 0
    values = {"count": number(count), "thing": one if count == 1 else plural(one)}
    return Reply(
        "count" if count else "absent", f"counted {count} {plural(one)}", {**values, **({} if count else {"thing": one})}
    )


def _colour(clause: Clause, percept: Percept) -> Reply:
    one = singular(clause.thing)
    plain = kind_of(one) if colour_in(one) else one
    found = _of(percept, one)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"looked for {one} and sees none", {"thing": one})
    painted = [(d.p, colour) for colour in COLOURS if (d := _detection(percept, f"{colour} {plain}")) is not None]
    painted.sort(reverse=True)
    if not painted or painted[0][0] < SURE or (len(painted) > 1 and painted[1][0] > 0.8 * painted[0][0]):
        return _unsure(one, painted[0][0] if painted else 0.0)
    p, colour = painted[0]
    return Reply("colour", f"sees that {one} is {colour} ({p:.2f})", {"thing": one, "colour": colour}, "talk", found.target)


def _beside(clause: Clause, percept: Percept) -> Reply:
    anchor = _anchor(clause)
    by = _of(percept, anchor)
    if by is None or by.p < DOUBTFUL:
        return Reply("absent", f"looked for {anchor or 'it'} and sees none", {"thing": anchor})
    relation = clause.meaning.values.get("relation", "near")
    others = [t for t in table(percept.watch) if t.phrase != anchor and not colour_in(t.phrase) and _stands(t, by, relation)]
    if not others:
        return Reply("beside_none", f"sees nothing {relation} {anchor}", {"thing": anchor, "relation": relation})
    others.sort(key=lambda t: math.hypot(t.x - by.x, t.y - by.y))
    values = {"seen": _listed([_some(t) for t in others[:3]]), "thing": anchor, "relation": relation}
    return Reply("beside", f"sees {others[0].phrase} {relation} {anchor}", values, "point_at", others[0].target)


def _nearer(clause: Clause, percept: Percept) -> Reply:
    values = clause.meaning.values
    pair = [singular(clause.thing), singular(thing_in(values.get("other", "")))]
    found = [t for one in pair if one and (t := _of(percept, one)) is not None and t.p >= SURE]
    if len(found) < 2:
        missing = next((one for one in pair if one and all(t.phrase != one for t in found)), "")
        return Reply("absent", f"looked for {missing} and sees none", {"thing": missing}) if missing else _unsure("", 0.0)
    # In any view that is not from straight above, what is lower in the picture is nearer.
    first, second = sorted(found, key=lambda t: -t.y)
    if abs(first.y - second.y) < EDGE:
        return _unsure(first.phrase, first.p)
    far = values.get("how", "").startswith(("far", "fur"))
    chosen = second if far else first
    told = {"thing": chosen.phrase, "other": (first if far else second).phrase}
    return Reply(
        "farther" if far else "nearer", f"compared {first.phrase} and {second.phrase}", told, "point_at", chosen.target
    )


def _unsure(one: str, p: float) -> Reply:
    return Reply("cannot_tell", f"cannot tell ({p:.2f})", {"thing": one})


def _anchor(clause: Clause) -> str:
    return singular(thing_in(clause.meaning.values.get("anchor", "")))


def _detection(percept: Percept, phrase: str) -> Detection | None:
    return next((d for d in percept.watch if d.phrase.lower() == phrase), None)


def _of(percept: Percept, phrase: str) -> Thing | None:
    d = _detection(percept, phrase) if phrase else None
    return None if d is None else Thing(d.phrase, d.x, d.y, d.p, d.count)


def _stands(thing: Thing, anchor: Thing, relation: str) -> bool:
    across, down = thing.x - anchor.x, (thing.y - anchor.y) * 9 / 16
    if math.hypot(across, down) < ALIKE / 2:
        return False
    beyond = {"left": -across, "right": across, "above": -down, "below": down}
    kind = next((kind for word, kind in _KINDS.items() if word in relation.lower()), "near")
    return math.hypot(across, down) <= NEAR if kind == "near" else beyond[kind] > EDGE


def _some(thing: Thing) -> str:
    return with_article(thing.phrase) if thing.count < 2 else f"{number(thing.count)} {plural(thing.phrase)}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
