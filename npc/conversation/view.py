"""Speaking of what is in view: whether, how many, which colour, where, next to what, which is nearer.

Everything is answered from the percept: what the words had looked for, and what is watched for. "No" and "I cannot tell" are
answers, too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from npc.conversation.reading import Clause
from npc.conversation.reply import Reply
from npc.language.kinds import PERSON, akin, is_anybody, to_look_for
from npc.language.phrases import colour_in, plural, singular, thing_in, with_article
from npc.language.senses import Ask
from npc.types import Detection, Found, Percept, Target

Place = tuple[float, float]
SURE, DOUBTFUL = 0.5, 0.3  # presence from which a thing is there, and below which it is not; between them nobody can tell
TOLD = 0.9  # presence from which a thing is named that nobody has asked about
NEAR = 0.22  # of the frame's width: what is next to something
EDGE = 0.03  # by how much a thing is left of another, or above it
ALIKE = 0.06  # closer together than this, two phrases name one thing
HIGH = 9 / 16  # of the width: the height of a frame
SOME = 6  # things that are told in one breath
_ANYBODY = re.compile(r"\b(?:any|some) ?(?:one|body)\b|^(?:and )?who\b", re.IGNORECASE)
_NOBODY = frozenset({"it", "him", "her", "them", "they", "he", "she", "that", "those"})  # of whom nothing is known
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# How a thing stands to its anchor: right of it, below it (what is lower in the picture is nearer), how near it has to be.
_RELATIONS: Mapping[str, tuple[float, float, float]] = {
    "left": (-1, 0, 1.0),
    "right": (1, 0, 1.0),
    "behind": (0, -1, NEAR * 1.5),
    "front": (0, 1, NEAR * 1.5),
    "above": (0, -1, 1.0),
    "over": (0, -1, 1.0),
    "under": (0, 1, 1.0),
    "below": (0, 1, 1.0),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One row of the table of what is in view; `places` are those of all of its kind, `most` how many there may be."""

    phrase: str
    x: float
    y: float
    p: float
    count: int = 1
    most: int = 1
    places: tuple[Place, ...] = ()
    colour: str = ""

    @property
    def target(self) -> Target:
        return Target(self.x, self.y, self.p)


def _thing(d: Detection) -> Thing:
    if not isinstance(d, Found):
        return Thing(d.phrase, d.x, d.y, d.p, places=((d.x, d.y),))
    return Thing(d.phrase, d.x, d.y, d.p, d.count, max(d.count, d.most), ((d.x, d.y), *d.others), d.colour)


def table(watch: Iterable[Detection], least: float = SURE) -> list[Thing]:
    """What is in view, the surest first; of two names for one place, or for one kind, the surer."""
    things: list[Thing] = []
    for d in sorted(watch, key=lambda d: (-d.p, d.phrase)):
        if d.p < least:
            break
        if not any(_apart(d, t) < ALIKE or _kin(d.phrase, t.phrase) for t in things):
            things.append(_thing(d))
    return things


def _apart(a: Detection, b: Thing) -> float:
    """From one to the nearest of the others, as a share of the frame's width."""
    return min(math.hypot(a.x - x, (a.y - y) * HIGH) for x, y in b.places or ((b.x, b.y),))


def _kin(a: str, b: str) -> bool:
    """Two names for one kind. A red potion and a blue one are two things, wherever they are."""
    return akin(a, b) and not (colour_in(a) and colour_in(b))


def _seen(percept: Percept) -> list[Detection]:
    """What the words had looked for, and what else is watched for."""
    looked = {d.phrase.lower() for d in percept.looked}
    return [*percept.looked, *(d for d in percept.watch if d.phrase.lower() not in looked)]


def in_view(percept: Percept) -> list[Thing]:
    """The table of all that is in view, looked for or watched for, the surest first."""
    return table(_seen(percept))


def _plain(percept: Percept) -> list[Detection]:
    """Of that what is beyond doubt: of all that is looked for in passing some is always found."""
    return [d for d in _seen(percept) if d.p >= (TOLD if isinstance(d, Found) else SURE)]


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


def how_many(thing: Thing) -> str:
    """ "three", "two or three", "at least two": no surer than the eye is."""
    if thing.most == thing.count:
        return number(thing.count)
    if thing.most == thing.count + 1:
        return f"{number(thing.count)} or {number(thing.most)}"
    return f"at least {number(thing.count)}"


def answer(clause: Clause, percept: Percept) -> Reply | None:
    """The answer to a question about the view; None where the clause is none."""
    asks: dict[Ask, Callable[[Clause, Percept], Reply]] = {
        Ask.VIEW: _view,
        Ask.PRESENT: _present,
        Ask.CLAIM: _claimed,
        Ask.COUNT: _count,
        Ask.COLOUR: _colour,
        Ask.BESIDE: _beside,
        Ask.NEARER: _nearer,
    }
    ask = asks.get(clause.meaning.ask)
    if ask is None:
        return None
    if not clause.thing and clause.meaning.thing.lower() in _NOBODY:
        colour = clause.meaning.ask is Ask.COLOUR
        return Reply("what_thing", f"does not know what `{clause.meaning.thing}` means") if colour else None
    return ask(clause, percept) if percept.has_frame else Reply("blind", "was asked what it sees, and has no picture")


def _view(clause: Clause, percept: Percept) -> Reply:
    if _ANYBODY.search(clause.text):
        return _present(replace(clause, thing=PERSON), percept)
    side = clause.meaning.values.get("side", "").lower()
    found = table(_plain(percept))
    things = [t for t in found if not side or (t.x < 0.5) == (side == "left")][:SOME]
    if not things:
        return Reply("view_none", f"was asked what it sees {side}".rstrip() + ": nothing that it knows")
    things.sort(key=lambda t: t.x)
    told = [f"{_some(t)} {where(t.x, t.y)}" if len(things) < 4 else _some(t) for t in things]
    names = ", ".join(t.phrase for t in things)
    return Reply("view", f"was asked what it sees: {names}", {"seen": _listed(told)}, "point_at", things[0].target)


def _present(clause: Clause, percept: Percept) -> Reply:
    one, anchor = singular(clause.thing), _anchor(clause)
    if not one:
        return _view(clause, percept)
    found = _of(percept, one)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"looked for {one or 'it'} and sees none", {"thing": _called(one)})
    if found.p < SURE:
        return _unsure(one, found.p)
    name = _called(one) if is_anybody(one) else found.phrase
    if anchor:
        by = _of(percept, anchor)
        if by is None or by.p < SURE:
            return Reply("absent", f"looked for {anchor} and sees none", {"thing": anchor})
        at = _standing(found, by, clause.meaning.values.get("relation", "near"))
        if at is None:
            values = {"thing": name, "place": where(found.x, found.y), "anchor": anchor}
            return Reply("elsewhere", f"sees {name}, but not by {anchor}", values, "point_at", found.target)
    else:
        at = found.x, found.y
    values = {"thing": name, "place": where(*at), "count": how_many(found)}
    return Reply("present", f"looked for {one} and sees it ({found.p:.2f})", values, "point_at", Target(*at, found.p))


def _claimed(clause: Clause, percept: Percept) -> Reply:
    """ "There is no wolf here": so it is, or the other is shown it."""
    one = singular(clause.thing)
    found = _of(percept, one)
    if found is None or found.p < SURE:
        return Reply("absent", f"is told that there is no {one}, and sees none", {"thing": _called(one)})
    values = {"thing": found.phrase, "place": where(found.x, found.y), "count": how_many(found)}
    return Reply("present", f"is told that there is no {one}, and sees it ({found.p:.2f})", values, "point_at", found.target)


def _count(clause: Clause, percept: Percept) -> Reply:
    one, anchor = singular(clause.thing), _anchor(clause)
    found = _of(percept, one)
    if not one or (found is not None and DOUBTFUL <= found.p < SURE):
        return _unsure(one, found.p if found else 0.0)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"counted no {plural(one)}", {"thing": one, "count": number(0)})
    by = _of(percept, anchor) if anchor else None
    if by is not None and by.p >= SURE:
        relation = clause.meaning.values.get("relation", "near")
        near = tuple(at for at in found.places if _stands(at, by, relation))
        if not near:
            return Reply("absent", f"counted no {plural(one)} {relation} {anchor}", {"thing": one, "count": number(0)})
        found = Thing(found.phrase, *near[0], found.p, len(near), len(near), near)
    count = how_many(found)
    values = {"count": count, "thing": _called(one) if found.most == 1 else plural(_called(one))}
    return Reply("count", f"counted {count} {plural(one)}", values, "point_at", found.target)


def _colour(clause: Clause, percept: Percept) -> Reply:
    one = singular(clause.thing)
    found = _of(percept, one)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"looked for {one} and sees none", {"thing": one})
    if not found.colour or found.p < SURE:
        return _unsure(one, found.p)
    values = {"thing": one, "colour": found.colour}
    return Reply("colour", f"sees that {one} is {found.colour}", values, "talk", found.target)


def _beside(clause: Clause, percept: Percept) -> Reply:
    anchor = _anchor(clause)
    if not anchor:
        return _view(clause, percept)
    by = _of(percept, anchor)
    if by is None or by.p < DOUBTFUL:
        return Reply("absent", f"looked for {anchor or 'it'} and sees none", {"thing": anchor})
    relation = clause.meaning.values.get("relation", "near")
    others = [
        (t, at) for t in table(_plain(percept)) if not akin(t.phrase, anchor) and (at := _standing(t, by, relation)) is not None
    ]
    if not others:
        return Reply("beside_none", f"sees nothing {relation} {anchor}", {"thing": anchor, "relation": relation})
    others.sort(key=lambda found: _between(found[1], by))
    near = [replace(t, count=(n := sum(_stands(at, by, relation) for at in t.places)), most=n) for t, _ in others[:3]]
    values = {"seen": _listed([_some(t) for t in near]), "thing": anchor, "relation": relation}
    first, at = others[0]
    return Reply("beside", f"sees {first.phrase} {relation} {anchor}", values, "point_at", Target(*at, first.p))


def _nearer(clause: Clause, percept: Percept) -> Reply:
    values = clause.meaning.values
    pair = [singular(clause.thing), singular(thing_in(values.get("other", "")))]
    found = [(one, t) for one in pair if one and (t := _of(percept, one)) is not None and t.p >= SURE]
    if len(found) < 2:
        missing = next((one for one in pair if one and all(one != name for name, _ in found)), "")
        return Reply("absent", f"looked for {missing} and sees none", {"thing": missing}) if missing else _unsure("", 0.0)
    anchor = _anchor(clause)
    by = _of(percept, anchor) if anchor else None
    if anchor and (by is None or by.p < SURE):
        return Reply("absent", f"looked for {anchor} and sees none", {"thing": anchor})
    # In any view that is not from straight above, what is lower in the picture is nearer to who looks at it.
    ranked = sorted(
        (
            (max(y for _, y in t.places) if by is None else -min(_between(at, by) for at in t.places), one, t)
            for one, t in found
        ),
        key=lambda row: -row[0],
    )
    (near_y, first, near), (far_y, second, far) = ranked
    if near_y - far_y < EDGE:
        return _unsure(first, near.p)
    if values.get("how", "").startswith(("far", "fur")):
        topic, told, chosen = "farther", {"thing": second, "other": first}, far
    else:
        topic, told, chosen = "nearer", {"thing": first, "other": second}, near
    return Reply(topic, f"compared {first} and {second}", told, "point_at", chosen.target)


def _unsure(one: str, p: float) -> Reply:
    return Reply("cannot_tell", f"cannot tell ({p:.2f})", {"thing": one})


def _called(one: str) -> str:
    """ "person" of "anybody"."""
    return PERSON if is_anybody(one) else one


def _anchor(clause: Clause) -> str:
    return singular(thing_in(clause.meaning.values.get("anchor", "")))


def _of(percept: Percept, phrase: str) -> Thing | None:
    """What the phrase means: the surest of its kinds ("wolf" of "animal"), with the places of all of them."""
    wanted = {phrase, *to_look_for(phrase)} if phrase else set()
    kinds = sorted((_thing(d) for d in _seen(percept) if d.phrase.lower() in wanted), key=lambda t: (-t.p, t.phrase))
    if len(kinds) < 2 or kinds[1].p < SURE:
        return kinds[0] if kinds else None
    places: list[Place] = []
    for at in (at for kind in kinds if kind.p >= SURE for at in kind.places):
        if all(math.hypot(at[0] - x, (at[1] - y) * HIGH) >= ALIKE for x, y in places):
            places.append(at)
    count = max(len(places), 1)
    most = count + 1 if count > 1 else 1  # nobody counts at a glance what looks so different
    return replace(kinds[0], count=count, most=most, places=tuple(places))


def _standing(thing: Thing, anchor: Thing, relation: str) -> Place | None:
    """Where one of the things stands so to one of its anchors: the nearest such; None where none does."""
    at = [at for at in thing.places if _stands(at, anchor, relation)]
    return min(at, key=lambda at: _between(at, anchor), default=None)


def _between(at: Place, anchor: Thing) -> float:
    return min(math.hypot(at[0] - x, (at[1] - y) * HIGH) for x, y in anchor.places)


def _stands(at: Place, anchor: Thing, relation: str) -> bool:
    return any(_related(at[0] - x, (at[1] - y) * HIGH, relation) for x, y in anchor.places)


def _related(across: float, down: float, relation: str) -> bool:
    if math.hypot(across, down) < ALIKE / 2:
        return False
    kind = next((kind for word, kind in _RELATIONS.items() if word in relation.lower()), None)
    if kind is None:
        return math.hypot(across, down) <= NEAR
    right, below, reach = kind
    beyond, aside = (across * right, down) if right else (down * below, across)
    return beyond > EDGE and beyond >= abs(aside) / 2 and math.hypot(across, down) <= reach


def _some(thing: Thing) -> str:
    """ "a wolf", "two wolves", "some wolves": as sure as it looks, in passing."""
    name = _called(thing.phrase)
    if thing.count < 2:
        return with_article(name)
    return f"{number(thing.count) if thing.most == thing.count else 'some'} {plural(name)}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
