"""What speakers tell of themselves, wherever in their words it stands."""

from __future__ import annotations

import pytest

from npc.language.plain import plain
from npc.language.told import tells_of_oneself, told

TOLD = {
    "name": [
        ("hey there! names Tomas, just got in", "Tomas"),
        ("hi! im Jana. dont be scared", "Jana"),
        ("thx. im Ruth btw", "Ruth"),
        ("My name is Aldous Finch and I hate onions", "Aldous Finch"),
        ("my name is tomas", "Tomas"),
        ("Actually my name isn't Aldous. Call me Fin.", "Fin"),
        ("they call me Sir Galahad", "Sir Galahad"),
    ],
    "home": [
        ("just got in from Eastmere", "Eastmere"),
        ("im from Hollowford, a fishing town", "Hollowford"),
        ("I come from the northern hills and i am tired", "the northern hills"),
        ("i live in Oakvale btw", "Oakvale"),
        ("my home is called Thornwick", "Thornwick"),
        ("I was born in a small village", "a small village"),
    ],
    "likes": [
        ("i love fish pie", "fish pie"),
        ("I really like to dance in the rain", "dance"),
        ("ok so i enjoy music", "music"),
    ],
    "hates": [
        ("i cant stand onions", "onions"),
        ("I hate spiders, always did", "spiders"),
        ("i dont like cold soup", "cold soup"),
    ],
    "trade": [
        ("im a hunter myself", "hunter"),
        ("i'm a blacksmith by trade", "blacksmith"),
        ("I work as a baker in town", "baker"),
        ("i am a rat catcher by profession", "rat catcher"),
    ],
    "dog": [
        ("my dog Biscuit is sick, he wont eat", "Biscuit"),
        ("i have a dog called rex", "Rex"),
        ("Rex is my dog", "Rex"),
        ("i lost my dog", "yes"),
        ("I got a dog too, his name is Bo", "Bo"),
    ],
    "sister": [("i have a sister too, shes called Anna", "Anna"), ("my sister's name is Eva", "Eva"), ("my sister Ann", "Ann")],
    "handed": [
        ("I brought you a blanket, its for you", "blanket"),
        ("here, take this apple, its for you", "apple"),
        ("this ring is for you", "ring"),
        ("i baked you some bread", "bread"),
        ("please accept my old sword as a gift", "old sword"),
    ],
}


@pytest.mark.parametrize(
    ("line", "kind", "value"), [(line, kind, value) for kind, rows in TOLD.items() for line, value in rows]
)
def test_what_is_told_is_found(line, kind, value):
    assert dict(told(plain(line))).get(kind) == value


@pytest.mark.parametrize(
    "line",
    [
        "im tired and hungry",
        "I am Lost",
        "I AM NOT SHOUTING",
        "what is my name?",
        "do you like my hat?",
        "i love you",
        "I'd love to stay",
        "take the sword",
        "take this key and open it",
        "the wolf is from the north",
        "i hate it when it rains",
        "I'm sorry",
        "my leg hurts",
        "call me a liar",
        "i am from here",
    ],
)
def test_what_is_not_told_is_not_found(line):
    assert told(plain(line)) == []


def test_several_things_are_told_in_one_breath():
    line = "my sister's name is Eva and my brother is called Tom. I love cheese!"
    assert told(plain(line)) == [("sister", "Eva"), ("brother", "Tom"), ("likes", "cheese")]


def test_a_mere_mention_is_not_what_words_are_for():
    assert not tells_of_oneself(plain("my mother died last winter"))
    assert tells_of_oneself(plain("my mother is called Ida"))


def test_a_title_and_a_name_after_a_greeting_are_who_speaks():
    assert ("name", "Inspector Ward") in told("Good afternoon, madam. Inspector Ward.")
    assert told("Sister Agnes.") == []  # is called


@pytest.mark.parametrize(
    "line",
    [
        "I will be 10, maybe 15 minutes late",
        "I am 20 or 30 steps behind you",
        "I am ten or so miles away",
        "I have been a liar all my life",
        "I have been a widow since I was 30",
        "I have been a prisoner for 12 years",
        "I have been a good friend for many years",
    ],
)
def test_no_age_and_no_trade_is_made_of_other_words(line):
    assert not {kind for kind, _ in told(plain(line))} & {"age", "trade"}


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("I will be 10, in three days", ("age", "10")),
        ("I am 10, and my brother is late", ("age", "10")),
        ("I have been a tinker all my life", ("trade", "tinker")),
        ("I have been a poor ferryman since I was 30", ("trade", "poor ferryman")),
        ("I have always been a swordsmith for many years", ("trade", "swordsmith")),
    ],
)
def test_an_age_and_a_trade_are_still_told(line, fact):
    assert fact in told(plain(line))
