"""Things in view that are described and not named: what they are, what they are for, whose they are, whether they bite."""

from __future__ import annotations

import pytest

from npc.conversation.identify import answer
from npc.conversation.reading import read
from npc.conversation.reply import Reply
from npc.language.described import described, use_of
from npc.language.senses import Ask
from npc.language.spelling import spelt
from npc.memory.ledger import Heard, Ledger, Meant
from npc.types import Found, Percept

CART, CHEST, BARREL = Found("cart", 0.97, 0.5, 0.4), Found("chest", 0.9, 0.7, 0.7), Found("barrel", 0.95, 0.2, 0.5, 3)
SIGN, SWORD, WOLF = Found("sign", 0.95, 0.1, 0.4), Found("sword", 0.9, 0.4, 0.8), Found("wolf", 0.9, 0.4, 0.5)
RED, BLUE = Found("red potion", 0.9, 0.3, 0.5), Found("blue potion", 0.9, 0.8, 0.5)
STALL, MERCHANT, BARD = Found("market stall", 0.95, 0.5, 0.35), Found("merchant", 0.9, 0.58, 0.45), Found("bard", 0.9, 0.1, 0.6)
ALL = (CART, CHEST, BARREL, SIGN, SWORD, RED, BLUE, STALL, MERCHANT, BARD)


def _clause(line: str, ledger: Ledger | None = None):
    return read(line, ledger or Ledger()).clauses[-1]


def _asked(line: str, *seen: Found, ledger: Ledger | None = None) -> Reply | None:
    return answer(_clause(line, ledger), Percept(0.0, looked=seen, has_frame=True))


@pytest.mark.parametrize(
    ("line", "thing"),
    [
        ("whats that wooden thing w the wheels over there", "cart"),
        ("what r those round things over there, the brown ones", "barrel"),
        ("what is that pointy metal thing on the grass", "sword"),
        ("whos the bloke standing by the stall", "merchant"),
        ("who's that woman with the lute?", "bard"),
        ("what is that hairy thing over there", None),
    ],
)
def test_what_is_described_is_found_in_view(line, thing):
    reply = _asked(line, *ALL)
    assert (reply and reply.values["thing"]) == thing
    assert reply is None or (reply.topic in {"names_it", "names_them"} and reply.target is not None)


@pytest.mark.parametrize(
    ("line", "topic", "thing"),
    [
        ("did u make that one lying there in the grass", "made_thing", "sword"),
        ("is that pointy thing yours?", "whose_thing", "sword"),
        ("is that thing gonna bite us", "may_harm", "wolf"),
        ("that wooden board over there, what does it say?", "cannot_tell", "sign"),
    ],
)
def test_more_is_asked_of_it(line, topic, thing):
    reply = _asked(line, SWORD, SIGN, WOLF)
    assert (reply.topic, reply.values["thing"]) == (topic, thing)


@pytest.mark.parametrize(
    ("line", "use"),
    [
        ("whats the mirror do??", "seeing oneself"),
        ("what's a rope good for, in ur opinion", "tying, hauling"),
        ("that big boxy thing there, what would someone keep in it", "keeping things in"),
        ("what r all those bottles for?", "drinking"),
        ("that little glass thing there, the blue one. what's it do?", "drinking"),
    ],
)
def test_what_a_thing_is_for_is_known(line, use):
    reply = _asked(line, *ALL)
    assert reply.topic == "used_for"
    assert reply.values["what"].startswith(use)


def test_it_is_what_was_spoken_of_last():
    ledger = Ledger(things=(Meant(phrase="cart", x=0.5, y=0.4),))
    assert _asked("what's it for?", *ALL, ledger=ledger).values["thing"] == "cart"
    assert _asked("does it belong to anyone", *ALL, ledger=ledger).topic == "whose_thing"
    assert _clause("will it hurt", ledger).meaning.ask is Ask.NONE  # no cart does


@pytest.mark.parametrize(
    "line",
    ["what is the worst thing you ever saw", "what do you do", "what does your brother do", "is that true", "what is love for"],
)
def test_what_is_no_thing_in_view_is_asked_as_before(line):
    assert _clause(line).meaning.ask not in {Ask.NAMED, Ask.USE, Ask.WHOSE, Ask.DANGER}


def test_a_use_is_that_of_the_kind():
    assert use_of("haunted mirror") == use_of("mirrors") == "seeing oneself"
    assert use_of("brother") == ""
    assert described("who is the fella by the well").values["who"] == "yes"


@pytest.mark.parametrize("word", ["bloke", "fella", "geezer"])
def test_words_for_somebody_are_not_put_right(word):
    assert word in spelt(f"who is the {word} by the stall")


def test_both_colours_are_told():
    reading = read("how many potions do u see here? n what colours", Ledger())
    assert reading.clauses[-1].meaning.ask is Ask.COLOUR
    assert {"red potion", "blue potion"} <= set(reading.look_for)


def test_the_other_one_is_another_than_the_one_shown_last() -> None:
    ledger = Ledger()
    ledger.mean(Meant(phrase="guard", x=0.3, y=0.5, time=1.0))
    ledger.hear(Heard(text="who is that by the sign?", sense="question", time=1.0))
    (clause,) = read("and the other one?", ledger).clauses
    seen = Found("guard", 0.95, 0.3, 0.5), Found("healer", 0.8, 0.7, 0.5), Found("cart", 0.99, 0.5, 0.5)
    reply = answer(clause, Percept(0.0, looked=seen, has_frame=True))
    assert reply is not None
    assert reply.names == ("healer",)
    ledger.hear(Heard(text="i have two brothers", sense="self", time=2.0))
    assert read("and the other one?", ledger).clauses[0].meaning.ask == ""
