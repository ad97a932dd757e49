"""What was said before."""

from __future__ import annotations

from npc.conversation.reading import read
from npc.conversation.recall import answer
from npc.conversation.reply import Reply
from npc.language.senses import Sense
from npc.memory.ledger import MOST_FACTS, Bid, Heard, Ledger, Promise


def asked(line: str, ledger: Ledger, now: float = 100.0) -> Reply:
    reply = answer(read(line, ledger).clauses[0], ledger, now)
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


def test_the_first_question_and_the_last_are_told_apart() -> None:
    ledger = Ledger()
    for n, (text, sense) in enumerate(
        [("hello", Sense.OTHER), ("where is the well?", Sense.QUESTION), ("who are you?", Sense.QUESTION)]
    ):
        ledger.hear(Heard(text=text, sense=sense, time=float(n)))
    assert asked("what did I ask you first?", ledger).values["words"] == "where is the well"
    assert asked("what did I ask you before?", ledger).values["words"] == "who are you"
    assert asked("what was the first thing I said?", ledger).values["words"] == "hello"


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
