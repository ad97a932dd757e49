"""Words that go on with the order before them, and what is ordered in a roundabout way."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.harm import Harm, harm_in
from npc.language.mood import Mood, mood_of
from npc.language.senses import Ask, Sense
from npc.memory.ledger import Bid, Heard, Ledger, Meant, Order


def ordered(text: str, verb: str, thing: str = "") -> Ledger:
    """The ledger of who has just ordered this."""
    ledger = Ledger(order=Order(text=text, verb=verb, thing=thing, time=1.0))
    ledger.hear(Heard(text=text, sense=Sense.ORDER, time=1.0))
    return ledger


def heard(line: str, ledger: Ledger) -> str:
    return read(line, ledger, "Odo").clauses[0].text


KEY = ordered("pick up the key", "pick", "key")


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("again!", "pick up the key"),
        ("once more please", "pick up the key"),
        ("just do it", "pick up the key"),
        ("do as i say", "pick up the key"),
        ("same with the sword", "pick up the sword"),
        ("do the same with the red potion", "pick up the red potion"),
        ("the sword too", "pick up the sword"),
        ("now the sword", "pick up the sword"),
        ("the sword i mean, not the key", "pick up the sword"),
        ("same as before but with the sword", "pick up the sword"),
        ("again?", "again?"),
        ("same here", "same here"),
    ],
)
def test_an_order_is_gone_on_with(line: str, whole: str) -> None:
    assert heard(line, KEY) == whole


def test_where_the_old_thing_was_said_to_be_is_not_where_the_new_one_is() -> None:
    ledger = ordered("go to the tree on the right", "go", "tree")
    assert heard("same as before but to the left one", ledger) == "go to the left tree"


def test_an_order_is_not_gone_on_with_after_other_talk_nor_in_a_bargain() -> None:
    asked = KEY.model_copy(deep=True)
    asked.hear(Heard(text="who are you", sense=Sense.QUESTION, time=2.0))
    assert heard("again", asked) == "again"
    bargains = KEY.model_copy(deep=True)
    bargains.bid(Bid(item="rope", by="npc", price=3, time=1.0))
    assert heard("again", bargains) == "again"


@pytest.mark.parametrize(
    "line",
    [
        "would you fight it for a hundred coins",
        "would you jump in that well if i asked",
        "would you jump for me",
        "would you die for this village",
    ],
)
def test_what_one_would_do_is_asked_and_not_ordered(line: str) -> None:
    [clause] = read(line, Ledger()).clauses
    assert (clause.sense, mood_of(clause.text), clause.conditions) == (Sense.QUESTION, Mood.SUPPOSED, ())


@pytest.mark.parametrize("line", ["would you open the chest for me", "would you bring it here", "would you wait for me"])
def test_polite_orders_stay_orders(line: str) -> None:
    assert read(line, Ledger()).clauses[0].sense is Sense.ORDER


def test_it_tells_whether_it_would(stage) -> None:
    actor = stage("healer")
    actor.hear("hello", "greet", "greet")
    assert "asked whether it would fight" in actor.hear("would you fight it for a hundred coins", "attack", "attack").reason
    assert actor.hear("would you sit for a hundred coins", "wait_here", "stay").action == "talk"


@pytest.mark.parametrize(
    ("line", "sense", "text"),
    [
        ("whatever happens stay behind me", Sense.ORDER, "stay behind me"),
        ("lets get out of here", Sense.ORDER, "let us go"),
        ("we both go to the well", Sense.ORDER, "let us go to the well"),
        ("bring the healer along", Sense.ORDER, "tell the healer to come"),
        ("you can put it down now", Sense.ORDER, "put it down"),
        ("you can stop now", Sense.CEASE, "stop"),
        ("stop that now", Sense.CEASE, "stop that"),
        ("no more potions please", Sense.CEASE, "no more potions"),
        ("go back to what you were doing", Sense.RELEASE, "go back to what you were doing"),
        ("no, let her be", Sense.RELEASE, "let her be"),
        ("yes take it to him", Sense.ORDER, "take it to him"),
        ("no, look back", Sense.ORDER, "turn round"),
        ("the other way!", Sense.ORDER, "turn round"),
    ],
)
def test_loose_orders_are_read_plainly(line: str, sense: Sense, text: str) -> None:
    clause = read(line, Ledger(), "Odo").clauses[-1]
    assert (clause.sense, clause.text) == (sense, text)


def test_a_moment_is_no_thing() -> None:
    assert read("come here a sec", Ledger()).clauses[0].text == "come here"


def test_what_is_to_be_said_waits_for_who_asks() -> None:
    [clause] = read("if he asks, say I went home", Ledger()).clauses
    assert (clause.meaning.ask, [c.text for c in clause.conditions]) == (Ask.PASSES_ON, ["he asks"])


def test_from_now_on_opens_a_lasting_order(stage) -> None:
    actor = stage(lines={"use": ["I open it."], "waits": ["I will."]})
    assert actor.hear("from now on, whenever I say ouch, open the gate", "use", "use").line == "I will."
    assert actor.hear("ouch!", "none", "talk").action == "use"
    assert actor.hear("stop that now, no more gates", "none", "talk").action == "talk"
    assert actor.hear("ouch!", "none", "talk").action != "use"


def test_to_turn_is_the_games_to_carry_out(stage) -> None:
    [effect] = stage().hear("look behind you", "none", "talk").effects
    assert (effect.kind, dict(effect.values)) == ("turn", {"to": "back"})


def test_a_secret_is_kept_and_no_talk(stage) -> None:
    assert "told not to tell" in stage().hear("do not tell the guard what I told you", "none", "talk").reason


def test_what_is_handed_over_with_an_order_is_a_gift(stage) -> None:
    actor = stage("healer")
    assert "gift" in actor.hear("here, take this apple, its for you", "pick_up", "pick_up").reason
    assert actor.hear("take this sword and guard the gate", "pick_up", "pick_up").action != "celebrate"


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("harder!", "knock on the door"),
        ("a bit louder please", "knock on the door"),
        ("now the gate, open it", "open the gate"),
        ("and the gate?? leave that", "do not take the gate"),
        ("the gate", "knock on the gate"),
        ("the wolf is coming", "the wolf is coming"),
        ("if the fire goes out wake me up", "wake me up"),
    ],
)
def test_manner_and_things_alone_go_on_with_an_order(line: str, whole: str) -> None:
    assert heard(line, ordered("knock on the door", "knock", "door")) == whole


def test_what_was_pointed_out_is_looked_into() -> None:
    assert read("there's something in that barrel, go look", Ledger()).clauses[-1].text == "go to the barrel"
    assert heard("get me the thing by the well", Ledger()) == "get me the thing by the well"
    assert heard("the sword, silly", ordered("get me the thing by the well", "get", "thing")) == "get me the sword"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("I would be grateful if you handed me the blue bottle", "hand me the blue bottle"),
        ("my brother says go, but I would rather you stayed", "stay"),
        ("okay it bit me. NOW you can attack it", "attack it"),
        ("hm no ok bring it over", "bring it over"),
        ("lets sit on the cart", "wait by the cart"),
        ("fetch water from the well", "use the well"),
        ("leave the barrel, its heavy", "do not take the barrel"),
        ("get everyone out now", "warn everyone"),
        ("pip pip come quick", "come here"),
        ("not that one!! the one by the fire", "go to the barrel by the fire"),
    ],
)
def test_roundabout_orders_are_put_plainly(line: str, text: str) -> None:
    ledger = ordered("go to the barrel", "go", "barrel")
    assert text in [clause.text for clause in read(line, ledger, "Pip").clauses]


def test_what_opens_is_closed_again_and_not_its_key() -> None:
    ledger = Ledger()
    for phrase in ("chest", "key"):
        ledger.mean(Meant(phrase=phrase, x=0.5, y=0.5))
    assert heard("close it again", ledger) == "close the chest again"


def test_a_caution_is_no_threat() -> None:
    assert harm_in("not so rough you will break it") is Harm.NONE
    assert read("whoa not so rough", Ledger()).clauses[0].sense is Sense.FORBID


def test_an_order_beside_an_alarm_is_done(stage) -> None:
    assert stage().hear("patch me up please", "help_me", "defend").action == "heal"


def test_watching_ends_when_it_is_told_to_stop(stage) -> None:
    actor = stage(lines={"warn": ["Beware!"]})
    actor.hear("nobody touches my bag", "none", "idle")
    assert "stop guard" in actor.hear("you can stop guarding now", "none", "talk").reason
    assert actor.see(person=0.95).action != "warn"


def test_what_is_held_is_let_go(stage) -> None:
    actor = stage()
    actor.hear("hold this rope for me", "none", "talk")
    [effect] = actor.hear("ok let go now", "none", "talk").effects
    assert (effect.kind, effect.values["item"]) == ("give_back", "rope")


def test_what_is_minded_is_forbidden() -> None:
    [clause] = read("Would you mind not standing so close to the fire?", Ledger()).clauses
    assert clause.sense is Sense.FORBID
