"""The table of what is in view: things, how many, where they stand, and how they are named in a line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from npc.language.kinds import PERSON, RIVALS, akin, is_anybody, is_taken_for, to_look_for
from npc.language.phrases import colour_in, kind_of, plural, singular, with_article
from npc.language.sentences import mentions
from npc.types import Detection, Found, Percept, Target

Place = tuple[float, float]
SURE, DOUBTFUL = 0.5, 0.3  # presence from which a thing is there, and below which it is not; between them nobody can tell
TOLD = 0.75  # presence from which a thing is named that nobody has asked about
CLOSE, AWAY = 0.66, 0.3  # of the frame's height: what is below is close by, and what is above is far off
NEAR = 0.22  # of the frame's width: what is next to something
EDGE = 0.03  # by how much a thing is left of another, or above it
ALIKE = 0.06  # closer together than this, two phrases name one thing
HIGH = 9 / 16  # of the width: the height of a frame
_PLACED = re.compile(
    r"\b(?:on|at|in|to|over on|over to) (?:the |my |your |our )?(?:very |far )?"
    r"(?P<at>left|right|middle|centre|center|bottom|top|front|back)\b(?: side)?(?! of (?:the|that|this) (?!screen|picture))",
    re.IGNORECASE,
)
# "The second barrel", "the second barrel from the right": counted from the left, as one reads.
_COUNTED = (
    r"\b(?P<n>first|second|third|fourth|last|1st|2nd|3rd|4th) (?:[a-z]+ )??{kind}s?\b"
    r"(?: (?:from|on|to) the (?P<side>left|right))?"
)
_NTH = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "last": -1}
_SEES_NONE = {"ask_where": ("talk", "refuse"), "attack": ("refuse", "talk")}  # what is done where words point at nothing
_RIVAL, _LIKELIER, _AS_LIKELY = 0.5, 1.15, 1.0  # presence of another thing in its place, and as a multiple of its own
SOME = 6  # things that are told in one breath
_NEARLY = 0.05  # presence by which one thing may be less sure than another to be there as well
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


def thing_of(d: Detection) -> Thing:
    if not isinstance(d, Found):
        return Thing(d.phrase, d.x, d.y, d.p, places=((d.x, d.y),))
    return Thing(d.phrase, d.x, d.y, d.p, d.count, max(d.count, d.most), ((d.x, d.y), *d.others), d.colour)


def table(watch: Iterable[Detection], least: float = SURE) -> list[Thing]:
    """What is in view, the surest first; of two names for one place, or for one kind, the surer."""
    things: list[Thing] = []
    for d in sorted(watch, key=lambda d: (-d.p, d.phrase)):
        if d.p < least:
            break
        clash = next((n for n, t in enumerate(things) if _apart(d, t) < ALIKE or _kin(d.phrase, t.phrase)), None)
        if clash is None:
            things.append(thing_of(d))
        elif (rest := _without(things[clash], d)) is not None:  # the apple is no second bread
            things[clash] = rest
            things.append(thing_of(d))
    return things


def _without(thing: Thing, d: Detection) -> Thing | None:
    """A thing of which several are found without the place that is another's first; None where that is not as sure there."""
    if _kin(d.phrase, thing.phrase) or thing.count < 2 or d.p < thing.p - _NEARLY or _is_at(d, (thing.x, thing.y)):
        return None
    places = tuple(at for at in thing.places if not _is_at(d, at))
    count = max(len(places), 1)
    return replace(thing, places=places, count=count, most=max(count, thing.most - thing.count + count))


def _is_at(d: Detection, at: Place) -> bool:
    return math.hypot(d.x - at[0], (d.y - at[1]) * HIGH) < ALIKE


def _apart(a: Detection, b: Thing) -> float:
    """From one to the nearest of the others, as a share of the frame's width."""
    return min(math.hypot(a.x - x, (a.y - y) * HIGH) for x, y in b.places or ((b.x, b.y),))


def _kin(a: str, b: str) -> bool:
    """Two names for one kind. A red potion and a blue one are two things, wherever they are."""
    return akin(a, b) and not (colour_in(a) and colour_in(b))


def seen(percept: Percept) -> list[Detection]:
    """What the words had looked for, and what else is watched for."""
    looked = {d.phrase.lower() for d in percept.looked}
    return [*percept.looked, *(d for d in percept.watch if d.phrase.lower() not in looked)]


def in_more_words(percept: Percept) -> Percept:
    """Who asks for "the key" means the watched "golden key", where that is surer to be there than any key."""
    looked = tuple(_in_more_words(d, percept) for d in percept.looked)
    return percept if looked == percept.looked else replace(percept, looked=looked)


def _in_more_words(found: Found, percept: Percept) -> Found:
    ending = f" {found.phrase.lower()}"
    longer = [d for d in (*percept.watch, *percept.looked) if d.phrase.lower().endswith(ending) and d.p > found.p]
    surest = max(longer, key=lambda d: d.p, default=found)
    if isinstance(surest, Found):
        return replace(surest, phrase=found.phrase)
    return replace(found, p=surest.p, x=surest.x, y=surest.y, count=1, most=0, others=(), colour="")


def pointed_out(percept: Percept) -> Percept:
    """Words that name a watched thing which is in view are not heard as if there were none.

    What games call their things, and show by pictures, no model knows by name, so that it expects "I see none".
    """
    intent = max(percept.intent, key=percept.intent.__getitem__, default="")
    none = _SEES_NONE.get(intent)
    if none is None or percept.target is None or not any(mentions(percept.text, d.phrase) for d in percept.watch):
        return percept
    left = {action: p for action, p in percept.action.items() if action not in none}
    whole = sum(left.values())
    return replace(percept, action={action: p / whole for action, p in left.items()}) if whole > 0 else percept


def in_view(percept: Percept) -> list[Thing]:
    """The table of all that is in view, looked for or watched for, the surest first."""
    return table(seen(percept))


def beyond_doubt(percept: Percept) -> list[Detection]:
    """Of that what is beyond doubt: of all that is looked for in passing some is always found."""
    return [d for d in seen(percept) if d.p >= (TOLD if isinstance(d, Found) else SURE)]


def where(x: float, y: float) -> str:
    """A place of the frame in words, as a person who looks at it would say."""
    side = "on the left" if x < 0.36 else "on the right" if x > 0.64 else "straight ahead"
    return f"{side}, {'close by' if y > CLOSE else 'far off'}" if y > CLOSE or y < AWAY else side


def in_place(at: str, x: float, y: float) -> bool:
    """Whether a place of the frame is where words put it: `left`, `right`, `middle`, `bottom`, `top` ..."""
    match at:
        case "left":
            return x < 0.5
        case "right":
            return x >= 0.5
        case "bottom" | "front":
            return y > 0.5
        case "top" | "back" | "distance":
            return y <= 0.5
        case _:
            return abs(x - 0.5) <= 0.2


def placed_in(text: str, thing: str) -> str:
    """Which of several words mean by their place: `left` of "the potion on the left", or of "the left potion".

    Of "the second potion from the right" it is `second right`.
    """
    kind = kind_of(singular(thing)) if thing else "one"
    if (nth := re.search(_COUNTED.format(kind=re.escape(kind)), text, re.IGNORECASE)) is not None:
        return f"{nth['n']} {nth['side'] or 'left'}".lower()
    found = _PLACED.search(text) or re.search(
        rf"\b(?P<at>left|right|middle|bottom|top) {re.escape(kind)}s?\b", text, re.IGNORECASE
    )
    return found["at"].lower() if found is not None else ""


def is_beyond(at: str, count: int) -> bool:
    """Whether fewer are there than words count: "the third barrel" of two."""
    return _NTH.get(at.partition(" ")[0], -1) >= count


def at_place(at: str, places: Sequence[Place]) -> Place:
    """Of several places the one that is meant by `left`, `right`, `middle`, `bottom`, `top`, `second left` ..."""
    nth, _, side = at.partition(" ")
    if side:
        ordered = sorted(places, key=lambda place: place[0], reverse=side == "right")
        return ordered[_NTH[nth]] if _NTH[nth] < len(ordered) else ordered[-1]
    match at:
        case "left":
            return min(places, key=lambda place: place[0])
        case "right":
            return max(places, key=lambda place: place[0])
        case "bottom" | "front":
            return max(places, key=lambda place: place[1])
        case "top" | "back":
            return min(places, key=lambda place: place[1])
        case _:
            return min(places, key=lambda place: abs(place[0] - 0.5))


def number(count: int) -> str:
    """A small number as a word."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def listed(watch: Sequence[Detection]) -> str:
    """What is in view, in a sentence: "a wolf and two chests"."""
    return in_a_sentence([some(thing) for thing in table(watch, 0.0)[:SOME]])


def how_many(thing: Thing) -> str:
    """ "three", "two or three", "at least two": no surer than the eye is."""
    if thing.most == thing.count:
        return number(thing.count)
    if thing.most == thing.count + 1:
        return f"{number(thing.count)} or {number(thing.most)}"
    return f"at least {number(thing.count)}"


def rival(looked: Iterable[Found], phrase: str, at: Place, p: float) -> Found | None:
    """What is at a place instead of what was looked for and found there with presence `p`: no apple is a potion.

    Some things are clearly likelier there; of what the model takes for others, as likely is enough.
    """
    for d in sorted(looked, key=lambda d: (-d.p, d.phrase)):
        least = p * (_AS_LIKELY if is_taken_for(d.phrase, phrase) else _LIKELIER)
        near = any(math.hypot(at[0] - x, (at[1] - y) * HIGH) < ALIKE for x, y in ((d.x, d.y), *d.others))
        if near and d.phrase in RIVALS and d.p >= max(least, _RIVAL) and not akin(d.phrase, phrase):
            return d
    return None


def called(one: str) -> str:
    """ "person" of "anybody"."""
    return PERSON if is_anybody(one) else one


def named(percept: Percept, phrase: str) -> Thing | None:
    """What the phrase means: the surest of its kinds ("wolf" of "animal"), with the places of all of them."""
    wanted = {phrase, *to_look_for(phrase)} if phrase else set()
    kinds = sorted((thing_of(d) for d in seen(percept) if d.phrase.lower() in wanted), key=lambda t: (-t.p, t.phrase))
    if len(kinds) < 2 or kinds[1].p < SURE:
        return kinds[0] if kinds else None
    places: list[Place] = []
    for at in (at for kind in kinds if kind.p >= SURE for at in kind.places):
        if all(math.hypot(at[0] - x, (at[1] - y) * HIGH) >= ALIKE for x, y in places):
            places.append(at)
    count = max(len(places), 1)
    most = count + 1 if count > 1 else 1  # nobody counts at a glance what looks so different
    return replace(kinds[0], count=count, most=most, places=tuple(places))


def named_by(percept: Percept, phrase: str) -> Thing | None:
    """What a thing is placed by: "that red house" is a house where nothing goes by that name."""
    found = named(percept, phrase)
    if (found is None or found.p < SURE) and colour_in(phrase) and kind_of(phrase) != phrase:
        return named(percept, kind_of(phrase)) or found
    return found


def standing(thing: Thing, anchor: Thing, relation: str) -> Place | None:
    """Where one of the things stands so to one of its anchors: the nearest such; None where none does."""
    at = [at for at in thing.places if stands(at, anchor, relation)]
    return min(at, key=lambda at: between(at, anchor), default=None)


def between(at: Place, anchor: Thing) -> float:
    return min(math.hypot(at[0] - x, (at[1] - y) * HIGH) for x, y in anchor.places)


def stands(at: Place, anchor: Thing, relation: str) -> bool:
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


def some(thing: Thing) -> str:
    """ "a wolf", "two wolves", "some wolves": as sure as it looks, in passing."""
    name = called(thing.phrase)
    if thing.count < 2:
        return with_article(name)
    return f"{number(thing.count) if thing.most == thing.count else 'some'} {plural(name)}"


def in_a_sentence(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
