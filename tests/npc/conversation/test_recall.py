"""What was said before."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.conversation.recall import answer
from npc.conversation.reply import Reply
from npc.language.senses import Sense
from npc.memory.ledger import MOST_FACTS, Bid, Heard, Ledger, Promise


def asked(line: str, ledger: Ledger, now: float = 100.0) -> Reply:
    reply = answer(read(line, ledger, "Bram").clauses[0], ledger, now)
    assert reply is not None
    return reply


def test_a_name_that_was_told_is_known() -> None:
    ledger = Ledger()
    assert asked("what's my name?", ledger).topic == "my_name_unknown"
    ledger.learn("name", "Ada")
    assert asked("do you remember my name?", ledger).values == {"who": "Ada"}


def test_what_was_told_of_oneself_is_known_by_its_kind() -> None:
    ledger = Ledger(facts={"old dog": "Rex", "home": "Oakvale", "likes": "apples", "horse": "yes"})
    assert asked("do you remember my dog?", ledger).values["value"] == "Rex"
    assert asked("where am I from?", ledger).values["value"] == "Oakvale"
    assert asked("what do I like?", ledger).values["value"] == "apples"
    assert asked("do you remember my horse?", ledger).topic == "recall_has"
    assert asked("do you remember my sister?", ledger).topic == "recall_none"


@pytest.mark.parametrize(("asked", "told"), [("what was my first question?", "where"), ("what was my first order?", "follow")])
def test_what_came_first_is_asked_for_by_a_noun(asked, told):
    ledger = Ledger()
    for line in ("where is the well?", "follow me", "how are you?", "stay here"):
        clause = read(line, ledger).clauses[-1]
        ledger.hear(Heard(text=line, sense=clause.sense, time=1.0))
    assert told in answer(read(asked, ledger).clauses[-1], ledger, 9.0).values["words"]


def test_the_first_question_and_the_last_are_told_apart() -> None:
    ledger = Ledger()
    for n, (text, sense) in enumerate(
        [("hello", Sense.OTHER), ("where is the well?", Sense.QUESTION), ("who are you?", Sense.QUESTION)]
    ):
        ledger.hear(Heard(text=text, sense=sense, time=float(n)))
    assert asked("what did I ask you first?", ledger).values["words"] == "where the well is"
    assert asked("what did I ask you before?", ledger).values["words"] == "who I am"
    assert asked("what was the first thing I said?", ledger).values["words"] == "hello"


def test_what_was_ordered_is_told_by_what_is_asked_of_it() -> None:
    ledger = Ledger()
    for n, text in enumerate(("hand me the blue potion", "go to the well", "stand by the sign", "fetch the key")):
        ledger.hear(Heard(text=text, sense=Sense.ORDER, time=float(n)))
    for question, words in (
        ("what did i ask u for first", "hand me the blue potion"),
        ("whats the first thing i told u to fetch", "hand me the blue potion"),
        ("Whom did I bid thee stand beside at first?", "go to the well"),
        ("where did i send you", "stand by the sign"),
        ("What was the last thing I had you do?", "fetch the key"),
        ("what did i ask for before that", "stand by the sign"),
    ):
        assert asked(question, ledger).values["words"] == words


def test_promises_bids_and_gifts_are_remembered() -> None:
    ledger = Ledger(
        promises=(Promise(text="I will be back"),),
        bids=(Bid(item="bread", price=3),),
        handed=("red potion",),
        line="Mind the gap.",
    )
    assert asked("what did I promise you?", ledger).values["words"] == "I will be back"
    assert asked("what did I offer?", ledger).values == {"item": "bread", "price": "3 coins"}
    assert asked("what did I give you?", ledger).values == {"thing": "red potion"}
    assert asked("say that again", ledger).values == {"line": "mind the gap."}


def test_a_ledger_is_bounded_whatever_is_said() -> None:
    ledger = Ledger()
    for n in range(200):
        ledger.learn(f"thing {n}", "x" * 1000)
        ledger.hear(Heard(text=f"line {n}"))
        ledger.bid(Bid(item=f"item {n}"))
        ledger.forbid("attack", f"thing {n}")
    assert len(ledger.facts) == MOST_FACTS
    assert len(ledger.model_dump_json()) < 12_000
    assert Ledger.model_validate_json(ledger.model_dump_json()) == ledger


def test_what_was_told_is_found_however_it_is_asked_for() -> None:
    facts = {
        "name": "Ada",
        "home": "Oakvale",
        "likes": "pie",
        "hates": "onions",
        "trade": "baker",
        "son": "Peter",
        "sister": "Anna",
    }
    ledger = Ledger(facts=facts)
    asks = {
        "Ada": ["whats my name again?", "what was my name, bard?", "do you still know who i am", "so who am I?", "and mine?"],
        "Oakvale": [
            "where did i say i come from",
            "wheres my home, do you still know?",
            "where am I from again",
            "which town am I from",
        ],
        "pie": ["what do i like to eat?", "do you remember what i like?", "what do I love most"],
        "onions": ["what do i hate?", "What can't I stand?", "and what do I dislike?", "what do i not like"],
        "baker": ["and what do i do for a living", "what's my job?", "what am i by trade"],
        "Peter": ["whats my sons name", "what is my son called", "who is my son?", "do u remember my son"],
        "Anna": ["and my sister?", "what about my sister", "whats the name of my sister?", "remember my sister?"],
    }
    for value, lines in asks.items():
        for line in lines:
            assert value in asked(line, ledger).values.values(), line


def test_her_name_is_that_of_whom_was_spoken_of_last() -> None:
    ledger = Ledger(facts={"dog": "Rex", "daughter": "Mina", "sister": "Anna"})
    assert asked("whats her name", ledger).values["value"] == "Anna"
    ledger.hear(Heard(text="do you remember my daughter?", sense=Sense.QUESTION))
    assert asked("what's her name?", ledger).values["value"] == "Mina"


def test_gifts_promises_and_orders_are_found_however_they_are_asked_for() -> None:
    ledger = Ledger(promises=(Promise(text="I will find your goat"),), handed=("apple", "blanket"))
    for n, (text, sense) in enumerate(
        [("how many are there?", Sense.QUESTION), ("give me the potion", Sense.ORDER), ("hm", Sense.OTHER)]
    ):
        ledger.hear(Heard(text=text, sense=sense, time=float(n)))
    for line in (
        "what did i swear to you?",
        "what did I say i would do?",
        "what did i promise to find",
        "do you remember my promise",
    ):
        assert asked(line, ledger).values["words"] == "I will find your goat", line
    for line in ("what did i bring you?", "what did I give you", "what was my gift?", "remember what i gave you"):
        assert asked(line, ledger).values["thing"] == "blanket", line
    for line in ("what did i ask you for first?", "what did i ask you for", "what did I want from you"):
        assert asked(line, ledger).values["words"] == "give me the potion", line
    assert asked("what did i say to you just now?", ledger).values["words"] == "hm"


@pytest.mark.parametrize(
    "line", ["what is my quest?", "where is my sword", "what do i do now", "what do I owe you", "my leg hurts"]
)
def test_what_is_no_question_about_the_speaker_is_left_to_others(line: str) -> None:
    assert answer(read(line, Ledger()).clauses[0], Ledger(), 0.0) is None


def test_who_is_spoken_to_is_no_part_of_the_question() -> None:
    for line in ("bram do u remember who i am?", "Bram, who am I?", "who am i, guard?", "elder, who am I", "hey bram who am i"):
        assert asked(line, Ledger(facts={"name": "Ada"})).values == {"who": "Ada"}, line


def test_ones_own_offer_is_told_from_what_was_asked() -> None:
    ledger = Ledger(bids=(Bid(item="rope", by="player", price=2), Bid(item="rope", by="npc", price=3)))
    assert asked("what did i offer you?", ledger).topic == "offered"
    assert asked("remember what i offered for the rope?", ledger).values["price"] == "2 coins"
    assert asked("how much did you ask?", ledger).topic == "asked_for"


def test_what_was_forbidden_and_what_is_looked_for_are_recalled_as_such() -> None:
    ledger = Ledger()
    said = [("i lost my bag", Sense.OTHER), ("dont tell my wife", Sense.FORBID), ("say im at the mill", Sense.ORDER)]
    for n, (text, sense) in enumerate(said):
        ledger.hear(Heard(text=text, sense=sense, time=float(n)))
    assert asked("what did i ask you not to do?", ledger).values["words"] == "dont tell my wife"
    assert asked("what was i looking for again", ledger).values["words"] == "you lost your bag"
    ledger.bid(Bid(item="rope", by="npc", price=3, time=4.0, state="agreed"))
    ledger.bid(Bid(item="salt", by="npc", price=5, time=5.0))
    assert asked("what did i buy from you just now", ledger).values["item"] == "rope"


def test_the_first_thing_to_be_got_is_no_greeting() -> None:
    ledger = Ledger()
    said = [("hi, how are you", Sense.QUESTION), ("wait here", Sense.ORDER), ("grab the sword", Sense.ORDER), ("ok", Sense.YES)]
    for n, (text, sense) in enumerate(said):
        ledger.hear(Heard(text=text, sense=sense, time=float(n)))
    assert asked("what was the first thing i asked u to get", ledger).values["words"] == "grab the sword"
    assert asked("what was the first thing i asked you to do", ledger).values["words"] == "wait here"
