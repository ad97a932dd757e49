"""Orders that lean on what was said: pronouns, ellipsis, what is put right, and why something is wanted."""

from __future__ import annotations

import pytest

from npc import Target
from npc.conversation.reading import read
from npc.language.senses import Sense
from npc.memory.ledger import Heard, Ledger, Meant, Order
from npc.types import Found


def after(text: str, thing: str, verb: str = "") -> Ledger:
    """The ledger of who has just ordered this; without a verb, of who has asked it."""
    said = Order(text=text, verb=verb, thing=thing, time=1.0)
    ledger = Ledger(order=said) if verb else Ledger(question=said)
    ledger.mean(Meant(phrase=thing, time=1.0, x=0.5, y=0.5))
    ledger.hear(Heard(text=text, sense=Sense.ORDER if verb else Sense.QUESTION, time=1.0))
    return ledger


SWORD = after("is there a sword here?", "sword")
POTIONS = after("how many potions are there?", "potion")
RED = after("can i have the red potion", "red potion", "have")


@pytest.mark.parametrize(
    ("said", "ledger", "text"),
    [
        ("cool can u grab it for me", SWORD, "can you grab the sword for me"),
        ("perfect, fetch it please", SWORD, "fetch the sword"),
        ("could you pass me the blue one love", POTIONS, "could you pass me the blue potion"),
        ("hand me the sword, darling", SWORD, "hand me the sword"),
        ("actually no the blue", RED, "can i have the blue potion"),
        ("the blue", RED, "can i have the blue potion"),
        ("sweet, nab it for us would ya", SWORD, "pick up the sword for us"),
        ("Wouldst thou hand it to me?", SWORD, "would you hand the sword to me?"),
        ("nah bro the sword", RED, "can i have the sword"),
        ("that one there, you can take it?", RED, "can you take the red potion there?"),
        ("other one", after("give me the flower", "flower", "give"), "give me the flower"),
        ("the nearer one of the two", after("pick the flower by the well", "flower", "pick"), "pick the closest flower"),
        ("now to the well", after("go to the sign", "sign", "go"), "go to the well"),
        ("back to me", after("go to the sign", "sign", "go"), "come back to me"),
        ("chuck it over", SWORD, "give me the sword"),
        ("show me", SWORD, "show me the sword"),
        ("drink that for me will u", RED, "drink the red potion for me"),
        ("blue potion too", after("give me the key", "key", "give"), "give me the blue potion"),
        (
            "Oh dear, I meant the other one, the red",
            after("fetch me that blue bottle", "blue bottle", "fetch"),
            "fetch me the red bottle",
        ),
        ("no the other one", after("pick the flower for me", "flower", "pick"), "pick the flower for me"),
    ],
)
def test_an_order_that_leans_is_read_whole(said: str, ledger: Ledger, text: str) -> None:
    [clause] = read(said, ledger, "Bram").clauses
    assert (clause.sense, clause.text) == (Sense.ORDER, text)


@pytest.mark.parametrize("said", ["great work", "sweet dreams", "cool it", "do you believe in love", "give me love"])
def test_praise_and_love_stay_what_they_are(said: str) -> None:
    assert read(said, SWORD, "Bram").clauses[0].text == said


@pytest.mark.parametrize(
    ("said", "thing"),
    [
        ("can i have the red potion, my heads pounding", "red potion"),
        ("could i have the ladder, my cat is stuck up there", "ladder"),
        ("can i have the apple my stomach is growling", "apple"),
        ("can you fetch the key, i feel sick", "key"),
    ],
)
def test_why_a_thing_is_wanted_is_no_part_of_its_name(said: str, thing: str) -> None:
    clause = read(said, Ledger()).clauses[0]
    assert (clause.sense, clause.thing) == (Sense.ORDER, thing)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("hiya, sorry to bother you but could i get that key, ive got an awful headache", "could i get that key"),
        ("excuse me sir i was just wondering whether you might pass me the key", "pass me the key"),
        ("ok so basically what i need is the key", "give me the key"),
        ("would you be a dear and hand me the key", "hand me the key"),
        ("would you mind awfully fetching the key dear, my knees you know", "would you mind awfully fetching the key"),
        ("you couldnt reach me that key could you", "give me that key could you"),
        ("any chance of that key mate", "can I have that key"),
        ("me wants the key", "I want the key"),
        ("i want key please", "give me key"),
        ("please can you to bring key", "can you bring key"),
        ("right so um could u maybe like open the key", "could you like open the key"),
        ("fetch the key, and be quick about it, theres a good lad", "fetch the key"),
        ("That key by the sign, would you mind passing me it", "would you mind passing me That key by the sign"),
        ("Pray give me yon key, kind lady", "give me that key"),
        ("i fear i must ask thee to lift the key", "lift the key"),
        ("oi young man fetch the key", "fetch the key"),
        ("if its not too much trouble hand me the key", "hand me the key"),
        ("I'd be ever so grateful if you could fetch me that key, my eyes aren't what they were", "fetch me that key"),
        ("well dont just stand there put the key back here with it", "put the key back here with it"),
        ("could I perhaps have the key", "could I have the key"),
        ("Bear the key hither, I pray", "bring the key here"),
        ("whatever just hand the key over", "just give me the key"),
        ("go n get the key", "get the key"),
    ],
)
def test_what_stands_before_and_behind_a_wish_is_no_part_of_it(said: str, text: str) -> None:
    clause = read(said, Ledger(), "Odo").clauses[0]
    assert (clause.sense, clause.thing, clause.text) == (Sense.ORDER, "key", text)


@pytest.mark.parametrize(
    ("said", "text", "condition"),
    [
        ("if you see a wolf yell", "shout", "you see a wolf"),
        ("if theres trouble u run yeah?", "run", "there is trouble"),
        ("Should anyone turn up with a sword, do hide, won't you", "hide", "anyone turn up with a sword"),
        ("let me know if you spot a bear", "tell me", "you spot a bear"),
        ("in case of wolves, hide", "hide", "there is wolves"),
        ("anyone tries anything, hit the barrel", "hit the barrel", "anyone tries anything"),
        ("shout at anyone who comes near", "shout", "anyone comes near"),
        ("Should the raiders come hither whilst I am gone, hide", "hide", "the raiders come here while I am gone"),
        ("if a wolf turns up keep me safe ok", "protect me", "a wolf turns up"),
    ],
)
def test_what_waits_for_something_is_cut_from_it(said: str, text: str, condition: str) -> None:
    [clause] = read(said, Ledger(), "Odo").clauses
    assert (clause.text, [c.text for c in clause.conditions]) == (text, [condition])


def test_what_is_carried_somewhere_is_picked_up_and_gone_there_with() -> None:
    for said in ("take the key over to the well", "carry the key across to the well for me"):
        assert [clause.text for clause in read(said, Ledger()).clauses] == ["pick up the key", "go to the well"]
    assert [clause.text for clause in read("bring the key to the guard", Ledger()).clauses] == ["bring the key to the guard"]


def test_both_are_the_two_that_were_named_in_one_line() -> None:
    ledger = after("what is there to eat?", "apple")
    ledger.mean(Meant(phrase="bread", time=1.0))
    for said in ("chuck me both", "give me both of them", "bring them here"):
        assert [clause.thing for clause in read(said, ledger).clauses] == ["apple", "bread"]


@pytest.mark.parametrize("said", ["shoot me a smile will ya", "give us a grin", "throw me a cheeky wink", "give me a hug"])
def test_nobody_looks_for_a_smile(said: str) -> None:
    assert read(said, Ledger()).look_for == ()


@pytest.mark.parametrize(
    "said",
    [
        "no wait, not the well, the sign",
        "not the well! the sign",
        "the sign, not the well",
        "no, the sign not the well",
        "I said the sign, not the well",
    ],
)
def test_what_is_put_right_is_the_order_that_is_of_it(said: str) -> None:
    ledger = after("take the sword and bring it to me, then go to the well", "sword", "take")
    ledger.order = Order(text="take the sword", verb="take", thing="sword", time=1.0)
    assert [clause.text for clause in read(said, ledger).clauses] == ["go to the sign"]
    assert read("no, the axe", ledger).clauses[0].text == "take the axe"


@pytest.mark.parametrize(("word", "whom"), [("her", "healer"), ("him", "guard")])
def test_her_is_the_healer_and_not_the_guard_named_last(word: str, whom: str) -> None:
    ledger = Ledger(person=Meant(phrase="guard", time=1.0))
    for phrase in ("healer", "guard"):
        ledger.mean(Meant(phrase=phrase, time=1.0, x=0.5, y=0.5))
    assert read(f"go stand next to {word}", ledger).clauses[0].thing == whom


def test_the_other_one_is_never_the_same(stage) -> None:
    one = Target(0.4, 0.7, 0.9)
    for others, does in (((), ("refuse", None)), (((0.8, 0.6),), ("pick_up", 0.8))):
        actor, looked = stage(), (Found("flower", 0.95, 0.4, 0.7, others=others),)
        first = actor.hear("pick the flower", "pick_up", "pick_up", target=one, looked=looked)
        assert (first.action, first.target.x) == ("pick_up", 0.4)
        again = actor.hear("no the other one", "pick_up", "pick_up", target=one, looked=looked)
        assert (again.action, again.target.x if again.target else None) == does


def test_what_is_given_to_somebody_else_is_taken_there(stage) -> None:
    actor = stage()
    bread, bard = Found("bread", 0.95, 0.6, 0.7), Found("bard", 0.95, 0.2, 0.5)
    actor.hear("get the bread", "pick_up", "pick_up", target=Target(0.6, 0.7, 0.9), looked=(bread,))
    assert "bard" in read("now give it to the bard", actor.character.memory.person("player").ledger).look_for
    decision = actor.hear("now give it to the bard", "give_me", "give", looked=(bread, bard))
    assert (decision.action, decision.target.x, decision.target.y) == ("go_to", 0.2, 0.5)
    assert [(e.kind, dict(e.values)) for e in decision.effects] == [("give", {"item": "bread", "to": "bard"})]
    nobody = actor.hear("give the bread to the bard", "give_me", "give", looked=(bread, Found("bard", 0.02, 0.2, 0.5)))
    assert (nobody.action, nobody.effects) == ("refuse", ())
    assert actor.hear("give the bread to me", "give_me", "give", looked=(bread,)).effects == ()


@pytest.mark.parametrize(
    ("said", "texts"),
    [
        ("40?? come on, 30", ["40??", "30"]),
        ("come on! give me the key", ["give me the key"]),
        ("come on", ["come on"]),
        ("Wait, look over there. What is that?", ["what do you see?"]),
    ],
)
def test_come_on_beside_something_else_asks_nobody_to_come(said: str, texts: list[str]) -> None:
    assert [clause.text for clause in read(said, Ledger(), "Odo").clauses] == texts
