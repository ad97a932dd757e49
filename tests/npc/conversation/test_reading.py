"""Words completed by what was said before."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npc import Character, Percept, load_persona
from npc.conversation.clause import Reading
from npc.conversation.reading import read
from npc.language.senses import Ask, Sense
from npc.memory.ledger import Ledger, Meant, Order


def after(*things: str, order: str = "", question: str = "", thing: str = "") -> Ledger:
    ledger = Ledger()
    for phrase in things:
        ledger.mean(Meant(phrase=phrase, x=0.5, y=0.5))
    ledger.order = Order(text=order, thing=thing, time=1.0) if order else None
    ledger.question = Order(text=question, thing=thing, time=2.0) if question else None
    return ledger


def texts(reading: Reading) -> list[str]:
    return [clause.text for clause in reading.clauses]


POTION = after("blue potion", order="give me the blue potion", thing="blue potion")


@pytest.mark.parametrize(
    ("line", "ledger", "heard"),
    [
        ("and the red one?", POTION, "give me the red potion"),
        ("no, I meant the red one", POTION, "give me the red potion"),
        ("make it an axe instead", POTION, "give me an axe"),
        ("what about the axe?", POTION, "give me the axe"),
        ("put it down", after("axe"), "put the axe down"),
        ("don't touch it", after("chest"), "do not touch the chest"),
        ("what colour is it?", after("chest"), "what colour is the chest?"),
        ("how much is it?", after("bread"), "how much is the bread?"),
        (
            "and a bear?",
            after("wolf", question="is there a wolf near the well?", thing="wolf"),
            "is there a bear near the well?",
        ),
        ("go there", after("well"), "go to the well"),
        ("get that sword, no wait, the potion. the red one", Ledger(), "get the red potion"),
        ("take the red one", after("blue potion"), "take the red potion"),
        ("toss me that axe", Ledger(), "give me that axe"),
        ("show me where the sword is", Ledger(), "where is the sword"),
        (
            "and blue?",
            after("red potions", question="how many red potions are there", thing="red potions"),
            "how many the blue potions are there",
        ),
        ("how many of them are red?", after("bottles"), "how many red bottles are there?"),
        ("give me one of them", after("red potions"), "give me the red potion"),
        ("put it out", after("house"), "put out the fire"),
        ("no don't go near it", after("wolf"), "do not go near the wolf"),
        ("leave the key", after("key", order="grab the key", thing="key"), "do not take the key"),
        ("give me the axe, no wait, the sword", after("axe"), "give me the sword"),
        (
            "which potion is closer to the chest, red or blue",
            Ledger(),
            "which is closer to the chest, the red potion or the blue potion?",
        ),
        ("which one is bigger, the chest or the key?", after("axe"), "which one is bigger, the chest or the key?"),
    ],
)
def test_what_was_left_out_is_put_in(line: str, ledger: Ledger, heard: str) -> None:
    assert texts(read(line, ledger)) == [heard]


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        ("grab the red potion and the key and follow me", ["grab the red potion", "grab the key", "follow me"]),
        ("grab the blue bottle, then the key, then run", ["grab the blue bottle", "grab the key", "run"]),
        ("don't touch the sword or the key", ["do not touch the sword", "do not touch the key"]),
        ("put both next to the barrel, no wait, leave them", ["leave them"]),
    ],
)
def test_several_things_are_several_orders(line: str, heard: list[str]) -> None:
    assert texts(read(line, Ledger())) == heard


def test_a_pronoun_means_what_the_same_utterance_named() -> None:
    assert texts(read("take the red potion, then bring it to me", after("axe"))) == [
        "take the red potion",
        "bring the red potion to me",
    ]


def test_who_is_called_by_his_trade_is_not_told_to_do_it() -> None:
    [clause] = read("GUARD THERES A WOLF", Ledger(), "Bram").clauses
    assert (clause.sense, clause.thing) == (Sense.OTHER, "wolf")
    assert read("guard the gate", Ledger(), "Bram").clauses[0].sense is Sense.ORDER


@pytest.mark.parametrize("line", ["give me the other one", "the other one", "give me the other potion"])
def test_the_other_one_is_of_the_kind_and_somewhere_else(line: str) -> None:
    [clause] = read(line, POTION).clauses
    assert (clause.text, clause.thing) == ("give me the potion", "potion")
    assert clause.other is not None
    assert clause.other.phrase == "blue potion"


@pytest.mark.parametrize("line", ["open it", "attack him", "give me the other one", "pick that up"])
def test_what_stands_for_nothing_known_is_told(line: str) -> None:
    assert read(line, Ledger()).clauses[0].lost


def test_a_condition_hangs_on_its_order_and_is_looked_for() -> None:
    reading = read("if you see a wolf, run", Ledger())
    [clause] = reading.clauses
    assert (clause.sense, clause.text, clause.conditions[0].thing) == (Sense.ORDER, "run", "wolf")
    assert reading.look_for == ("wolf",)


def test_a_question_says_what_has_to_be_looked_for() -> None:
    assert read("how many wolves are near the well?", Ledger()).look_for == ("wolf", "well")
    assert read("what colour is the chest?", Ledger()).look_for == ("chest",)
    assert {"guard", "merchant"} <= set(read("is there anybody near the well?", Ledger()).look_for)


@pytest.mark.parametrize(
    ("line", "ask", "thing"),
    [
        ("anything interesting nearby?", Ask.VIEW, ""),
        ("Look around, what is there?", Ask.VIEW, ""),
        ("who else is here?", Ask.VIEW, ""),
        ("is someone standing by the well?", Ask.PRESENT, "person"),
        ("any sign of wolves?", Ask.PRESENT, "wolves"),
        ("can you spot a chest", Ask.PRESENT, "chest"),
        ("is the chest left of the well?", Ask.PRESENT, "chest"),
        ("what color's the potion?", Ask.COLOUR, "potion"),
        ("is that potion red or blue?", Ask.COLOUR, "potion"),
        ("number of barrels?", Ask.COUNT, "barrels"),
        ("which is closer: the tree or the well?", Ask.NEARER, "tree"),
        ("is the tree farther than the well?", Ask.NEARER, "tree"),
        ("what is closest to the well?", Ask.BESIDE, ""),
        ("who's there?", Ask.NONE, ""),
        ("is the king your friend?", Ask.NONE, ""),
    ],
)
def test_the_view_is_asked_for_in_many_words(line: str, ask: Ask, thing: str) -> None:
    clause = read(line, Ledger()).clauses[0]
    assert (clause.meaning.ask, clause.thing) == (ask, thing)


@pytest.mark.parametrize("line", ["give me the red potion", "hello there!", "Bram, come here please", "is it raining?"])
def test_a_line_that_stands_by_itself_is_heard_as_it_was_said(line: str) -> None:
    assert read(line, POTION, "Bram").texts == ()


@given(st.text(max_size=1000))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    assert len(read(text, POTION, "Bram").clauses) <= 8


@pytest.mark.parametrize(
    "text",
    [
        "how many " * 110,
        "you see a " * 100,
        "I am " * 200,
        "a'" * 500,
        "do you remember my " + "x" * 980,
        ". " * 500,
        "well, " * 170,
    ],
)
def test_no_text_takes_long_to_read(text: str) -> None:
    start = time.process_time()
    read(text[:1000], POTION, "Bram")
    assert time.process_time() - start < 2.0  # a text that takes long takes minutes


@pytest.mark.parametrize(
    "line",
    [
        f"give me the {'x' * 150}",
        f"why {'é' * 130} is on the left",
        f"where is {'iron ' * 40}sword?",
        f"who is the {'x' * 150}?",
        f"take the key and then take the {'é' * 130}",
    ],
)
def test_the_name_of_a_thing_may_be_long(line: str) -> None:
    assert read(line, Ledger()).clauses
    character = Character(load_persona("merchant"), "mira")
    assert character.tick(Percept(1.0, {"none": 1.0}, text=line, has_frame=True)).line is not None


def test_he_is_whom_it_was_asked_about_last() -> None:
    ledger = Ledger(person=Meant(phrase="tinker"), things=(Meant(phrase="soup"),))
    assert read("where is he?", ledger).clauses[0].text == "where is the tinker?"
    assert read("where is he?", ledger.model_copy(update={"told": "brother"})).clauses[0].text.startswith("where is he")
    assert read("who is she?", ledger).clauses[0].text == "who is the tinker?"
    assert read("where is it?", ledger).clauses[0].text == "where is the soup?"
    assert read("where is he?", Ledger(things=(Meant(phrase="soup"),))).clauses[0].text == "where is he?"
    assert read("where is he?", after("wolf")).clauses[0].text == "where is the wolf?"
    assert read("where is he?", Ledger()).clauses[0].text.startswith("where is he")
