"""A thing in view that is described and not named: what it is, what it is for, whose it is, whether it bites.

What words say of it (`npc.language.described`) and where they place it choose among all that is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.things import ALIKE, SURE, Thing, between, called, in_place, named, seen, some, standing, thing_of, where
from npc.language.described import fit, use_of, words_of
from npc.language.kinds import COMMON, PERSON, akin, does_harm, he_or_she, is_anybody, may_be_seen, to_look_for
from npc.language.phrases import COLOURS, kind_of, singular, thing_in, with_article
from npc.language.senses import Ask
from npc.types import Percept

ASKS = frozenset({Ask.NAMED, Ask.USE, Ask.WHOSE, Ask.MADE, Ask.WRITTEN, Ask.DANGER})
_PLACED = re.compile(
    r"\b(?P<relation>next to|beside|near|by|behind|in front of|at|on|under|over) "
    r"(?:the |that |your |this )?(?P<anchor>[a-z]+(?: stall)?)\b"
)
_BY_NAME = frozenset({Ask.WHOSE, Ask.WRITTEN, Ask.DANGER})  # which are asked of what is not there, too
_SEVERAL = re.compile(r"\b(?:those|these|things|ones|objects|boxes|bottles|animals|people|men|women|guys|folks?)\b")
_IN_PLACE = re.compile(
    r"\b(?:on|at|in|to|over on|over to) (?:the |my |your |our )?(?:very |far )?"
    r"(?P<at>left|right|middle|centre|center|bottom|top|front|back|distance)\b(?! of (?:the|that) (?!screen|picture))",
    re.IGNORECASE,
)
_BURNS = re.compile(r"\b(?:on fire|burning|in flames|ablaze|aflame)\b", re.IGNORECASE)
_LIES = frozenset(
    {"there", "here", "ground", "grass", "floor", "left", "right", "top", "side", "back"}
)  # no thing to be placed by


def looks_for(values: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What has to be looked for to find what is described."""
    told = dict(values)
    words = told.get("described", "")
    if not words:
        return to_look_for(singular(thing_in(told.get("item", "")))) if told.get("item") else ()
    hues = [word for word in words.split() if word in COLOURS]
    placed = _PLACED.search(words)
    anchor = to_look_for(placed["anchor"]) if placed is not None and placed["anchor"] not in _LIES else ()
    people = to_look_for(PERSON) if told.get("who") else ()
    return tuple(dict.fromkeys((*anchor, *people, *(() if people else COMMON), *(f"{hue} potion" for hue in hues))))


def answer(clause: Clause, percept: Percept, feared: frozenset[str] = frozenset()) -> Reply | None:
    """What is said of it; None where nothing in view is meant, and nothing can be said without.

    Args:
        feared: phrases that the character takes for a threat or hazard, beside what everybody does.
    """
    values = clause.meaning.values
    item = singular(thing_in(values.get("item", "")))
    if item and clause.meaning.ask is Ask.DANGER and not may_be_seen(item):  # "is the forest dangerous?"
        return None
    found = named(percept, item) if item else _meant(clause, percept)
    if found is not None and found.p < SURE:
        found = None
    if clause.meaning.ask is Ask.USE:
        return _use(item or (found.phrase if found is not None else ""), found)
    if found is None and not percept.has_frame:
        return Reply("blind", "was asked what it sees, and has no picture") if not item else None
    if found is None:
        known = item and clause.meaning.ask in _BY_NAME
        return Reply("absent", f"looked for {item} and sees none", {"thing": called(item)}) if known else None
    name = called(found.phrase) if is_anybody(found.phrase) else found.phrase
    several = found.count > 1 and _SEVERAL.search(values.get("described", "")) is not None
    told = {"thing": name, "seen": some(found) if several else with_article(name), "place": where(found.x, found.y)}
    match clause.meaning.ask:
        case Ask.NAMED:
            topic = "names_them" if several else "names_it"
            return Reply(topic, f"sees what is meant: {name}", told, "point_at", found.target, names=(found.phrase,))
        case Ask.WHOSE:
            return Reply("whose_thing", f"was asked whose {name} is", told, names=(found.phrase,))
        case Ask.WRITTEN:
            told |= {"what": f"what the {name} says"}
            return Reply("cannot_tell", f"cannot read {name} from here", told, names=(found.phrase,))
        case Ask.MADE:
            return Reply("made_thing", f"was asked who made {name}", told, names=(found.phrase,))
        case _:
            topic = "may_harm" if does_harm(found.phrase) or found.phrase in feared else "harmless"
            return Reply(topic, f"was asked whether {name} does harm", told, "point_at", found.target, names=(found.phrase,))


def _use(thing: str, found: Thing | None) -> Reply | None:
    use = use_of(thing)
    if not use:
        return None
    names = (found.phrase,) if found is not None else (thing,)
    return Reply("used_for", f"tells what {thing} is for", {"thing": kind_of(thing), "what": use}, names=names)


def _first(words: str) -> str:
    """The word for somebody in a description."""
    return next((word for word in words.split() if he_or_she(word)), "")


def like(words: str, percept: Percept) -> Thing | None:
    """The thing in view that a description fits best: "roundish thing"; None where it fits none."""
    things = [thing_of(d) for d in seen(percept) if d.p >= SURE]
    best = max(things, key=lambda thing: fit(words, thing.phrase, thing.colour), default=None)
    return best if best is not None and fit(words, best.phrase, best.colour) >= 1.0 else None


def _meant(clause: Clause, percept: Percept) -> Thing | None:
    """The thing in view that a description fits best; of those that fit alike, the one where it is said to be."""
    words = clause.meaning.values.get("described", "")
    who, harm = "who" in clause.meaning.values, clause.meaning.ask is Ask.DANGER
    things = [thing_of(d) for d in seen(percept) if d.p >= SURE]
    if who:
        things = [t for t in things if akin(t.phrase, PERSON) and not is_anybody(t.phrase)] or [
            t for t in things if akin(t.phrase, PERSON)
        ]
    if besides := clause.meaning.values.get("besides", ""):
        shown = named(percept, besides)
        others = [t for t in things if not akin(t.phrase, besides) and (who or akin(t.phrase, kind_of(besides)))]
        apart = [t for t in others if shown is None or between((t.x, t.y), shown) >= ALIKE]
        return max(apart, key=lambda t: t.p, default=None)
    if who and (sex := he_or_she(_first(words))):  # "the lady over there" is no guard
        things = [t for t in things if he_or_she(t.phrase) == sex] or [t for t in things if not he_or_she(t.phrase)] or things
    if (at := _IN_PLACE.search(words)) is not None:
        things = [t for t in things if in_place(at["at"].lower(), t.x, t.y)] or things
    if _BURNS.search(words) is not None and (fire := named(percept, "fire")) is not None and fire.p >= SURE:
        near = [t for t in things if between((t.x, t.y), fire) < ALIKE and not does_harm(t.phrase)]
        return max(near, key=lambda t: t.p, default=fire)
    placed = _PLACED.search(words)
    by = named(percept, placed["anchor"]) if placed is not None and placed["anchor"] not in _LIES else None
    if placed is not None and by is not None and by.p >= SURE:
        there = [t for t in things if t.phrase != by.phrase and standing(t, by, placed["relation"]) is not None]
        things = there or [t for t in things if not akin(t.phrase, by.phrase)] or things
    described = bool(words_of(words))

    def score(thing: Thing) -> float:
        return fit(words, thing.phrase, thing.colour) + (harm and does_harm(thing.phrase)) + thing.p / 10

    best = max(things, key=score, default=None)
    if best is None or (described and not who and score(best) < 1.0):
        return None
    if not described and not who and not harm and len(things) > 1:  # "that thing": anything
        return min(things, key=lambda t: (-t.y, t.x)) if by is None else best
    return best
