"""What is seen, asked for in unusual words: by a quality, by a purpose, by where it is, with more words than it takes."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.conversation.reply import Reply
from npc.conversation.view import answer
from npc.memory.ledger import Ledger
from npc.types import Found, Percept

KEY, SWORD, WELL = Found("key", 0.95, 0.8, 0.75), Found("sword", 0.95, 0.5, 0.8), Found("well", 0.95, 0.5, 0.35)
WOLF, APPLE = Found("wolf", 0.95, 0.4, 0.5), Found("apple", 0.95, 0.35, 0.7)
GUARD, HEALER = Found("guard", 0.95, 0.3, 0.7), Found("healer", 0.95, 0.6, 0.7)
BARRELS = Found("barrel", 0.95, 0.3, 0.5, 2, others=((0.2, 0.65),))
FIRE, HOUSE = Found("fire", 0.95, 0.7, 0.65), Found("house", 0.95, 0.5, 0.2)
TREES = Found("tree", 0.95, 0.1, 0.2, 2, others=((0.9, 0.2),))


def asked(line: str, *seen: Found) -> Reply:
    reply = answer(read(line, Ledger()).clauses[0], Percept(0.0, looked=seen, has_frame=True))
    assert reply is not None
    return reply


@pytest.mark.parametrize(
    ("line", "seen", "there", "not_there"),
    [
        ("anything shiny lying about?", (KEY, SWORD, TREES), ("key", "sword"), ("tree",)),
        ("is there something shiny on the ground", (KEY, WELL), ("key",), ("well",)),
        ("anything sharp around here?", (SWORD, APPLE), ("sword",), ("apple",)),
        ("do you see anything made of wood?", (BARRELS, KEY), ("barrel",), ("key",)),
        ("is there anything dangerous around here?", (WOLF, WELL), ("wolf",), ("well",)),
        ("any threats?", (WOLF, GUARD), ("wolf",), ("guard",)),
        ("threats?", (WOLF, TREES), ("wolf",), ("tree",)),
        ("who are the 2 ppl standing over there", (GUARD, HEALER, WELL), ("guard", "healer"), ("well",)),
        ("who are those people I can see?", (GUARD, HEALER, WELL), ("guard", "healer"), ("well",)),
        ("who are those folk outside?", (GUARD, HEALER, WELL), ("guard", "healer"), ("well",)),
        ("what's edible around here?", (APPLE, WELL), ("apple",), ("well",)),
        ("do you see aught to eat?", (APPLE, WELL), ("apple",), ("well",)),
        ("which fruit is lying there?", (APPLE, WELL), ("apple",), ("well",)),
        ("what could I sit on?", (BARRELS, KEY), ("barrel",), ("key",)),
    ],
)
def test_what_is_asked_for_by_what_it_is_like_is_named(line, seen, there, not_there):
    told = asked(line, *seen).values["seen"]
    assert all(name in told for name in there)
    assert not any(name in told for name in not_there)


@pytest.mark.parametrize(
    ("line", "seen", "thing"),
    [
        ("what stands furthest to the right?", (KEY, WELL, TREES), "tree"),
        ("whats the thing most to the left", (KEY, WELL), "well"),
        ("whats lying closest to you", (KEY, SWORD, TREES), "sword"),
        ("and whats furthest away", (KEY, SWORD, TREES), "tree"),
        ("what kind of animal is that?", (WOLF, WELL), "wolf"),
        ("what is that glowing in the middle?", (Found("campfire", 0.95, 0.5, 0.55), WELL), "campfire"),
        ("what's that round wheely thing?", (Found("cart", 0.95, 0.5, 0.4), KEY), "cart"),
    ],
)
def test_the_one_that_is_meant_is_named(line, seen, thing):
    reply = asked(line, *seen)
    assert (reply.topic, reply.values["thing"]) == ("names_it", thing)


@pytest.mark.parametrize(
    "line",
    ["which of the casks could I reach first?", "which of the barrels stands nearest unto thee?", "which barrel lies closest"],
)
def test_the_nearest_of_several_is_shown_however_it_is_put(line):
    reply = asked(line, BARRELS, WELL)
    assert reply.target is not None
    assert (reply.target.x, reply.target.y) == (0.2, 0.65)


@pytest.mark.parametrize(
    "line", ["how far off would you say the nearest tree is?", "how far away is the closest tree", "how far off are the trees?"]
)
def test_how_far_something_is_may_be_asked_at_length(line):
    assert asked(line, TREES).topic == "distance"


def test_what_stands_by_a_thing_that_is_only_described_is_told():
    reply = asked("whats next to that roundish thing", WELL, Found("sign", 0.95, 0.55, 0.4), KEY)
    assert (reply.topic, reply.values["thing"], reply.values["seen"]) == ("beside", "well", "a sign")


def test_a_house_beside_which_no_fire_is_does_not_burn():
    assert asked("is that house on fire?", FIRE, HOUSE).topic == "elsewhere"


def test_of_what_has_no_such_quality_nothing_is_shown():
    reply = asked("anything shiny lying about?", TREES)
    assert (reply.topic, reply.values["thing"]) == ("absent", "shiny thing")
