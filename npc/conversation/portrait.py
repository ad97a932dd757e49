"""A thing in view by its name: where it is, in words, what it looks like, and what it is at."""

from __future__ import annotations

from dataclasses import replace

from npc.conversation.clause import Clause
from npc.conversation.comparing import unsure
from npc.conversation.reply import Reply
from npc.conversation.things import (
    ALIKE,
    DOUBTFUL,
    NEAR,
    SURE,
    Place,
    Thing,
    between,
    beyond_doubt,
    called,
    in_a_sentence,
    named,
    number,
    table,
    where,
)
from npc.language.described import looks_of
from npc.language.kinds import akin, is_alive
from npc.language.phrases import colour_in, kind_of, plural, singular, with_article
from npc.language.senses import Ask
from npc.types import Percept, Target

_BESIDE = NEAR * 0.6  # closer than this a thing is next to another, and not only near it


ASKS = frozenset({Ask.WHERE, Ask.LOOKS, Ask.ACTS})


def answer(clause: Clause, percept: Percept) -> Reply:
    """The answer to a question about one thing: where it is, what it looks like, what it is doing."""
    one = singular(clause.thing)
    found = named(percept, one)
    if found is None or found.p < DOUBTFUL:
        return Reply("absent", f"looked for {one or 'it'} and sees none", {"thing": called(one)})
    if found.p < SURE:
        return unsure(one, found.p, f"whether that is the {called(one)}")
    match clause.meaning.ask:
        case Ask.WHERE:
            return _where(one, found, percept)
        case Ask.LOOKS:
            return _looks(one, found, percept)
        case _:
            return _acts(one, found, percept)


def place_of(at: Place, thing: Thing, percept: Percept) -> str:
    """A place in words, by what stands next to it: "on the left, near the well"."""
    near = [
        (len(other.places) > 1, apart, other)
        for other in table(beyond_doubt(percept))
        if not akin(other.phrase, thing.phrase) and ALIKE <= (apart := between(at, other)) <= NEAR
    ]
    _, apart, by = min(near, key=lambda row: row[:2], default=(False, 0.0, None))  # rather the well than one of many trees
    if by is None:
        return where(*at)
    name = called(by.phrase)
    one = f"the {name}" if len(by.places) < 2 else with_article(name)
    return f"{where(*at)}, {'next to' if apart < _BESIDE else 'near'} {one}"


def _where(one: str, found: Thing, percept: Percept) -> Reply:
    name = called(one)
    if found.count < 2:
        told = {"thing": name, "place": place_of((found.x, found.y), found, percept)}
        return Reply("whereabouts", f"was asked where {one} is", told, "point_at", found.target, names=(found.phrase,))
    places = [where(*at) for at in sorted(found.places)]
    counts = [f"{number(places.count(place))} {place}" for place in dict.fromkeys(places)]
    told = {"thing": plural(name), "place": in_a_sentence(counts)}
    return Reply("whereabouts", f"was asked where {plural(one)} are", told, "point_at", found.target, names=(found.phrase,))


def _looks(one: str, found: Thing, percept: Percept) -> Reply:
    """Its colour, where it has one, what all of its kind look like, and where it is."""
    hue = colour_in(found.phrase) or ("" if is_alive(found.phrase) or found.count > 1 else found.colour)
    looks = looks_of(found.phrase) or looks_of(one)
    seen = [hue] if hue and hue not in looks else []
    seen += [looks] if looks else []
    seen += [place_of((found.x, found.y), found, percept)]
    told = {"thing": called(one), "seen": ", ".join(seen)}
    return Reply("looks_like", f"was asked what {one} looks like", told, "point_at", found.target, names=(found.phrase,))


def _acts(one: str, found: Thing, percept: Percept) -> Reply:
    """Nobody can tell from one picture what somebody does, but where he is."""
    told = f"what the {called(one)} is doing there, {place_of((found.x, found.y), found, percept)}"
    reply = unsure(one, found.p, told)
    return replace(reply, action="point_at", target=Target(found.x, found.y, found.p), names=(kind_of(found.phrase),))
