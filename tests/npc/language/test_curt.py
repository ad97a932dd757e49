"""Orders in haste, put as the grammar reads them."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.curt import spelt_out
from npc.language.plain import plain
from npc.language.senses import Sense
from npc.memory.ledger import Heard, Ledger, Meant, Order


def ordered(text: str, verb: str, thing: str) -> Ledger:
    """The ledger of who has just ordered this, of a thing that stands in the middle."""
    ledger = Ledger(order=Order(text=text, verb=verb, thing=thing, time=1.0))
    ledger.hear(Heard(text=text, sense=Sense.ORDER, time=1.0))
    ledger.mean(Meant(phrase=thing, time=1.0, x=0.5, y=0.5))
    return ledger


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("sword. bring.", "bring me the sword"),
        ("key, fetch!", "fetch me the key"),
        ("the apple. here.", "bring me the apple"),
        ("chest: open it", "open the chest"),
        ("ok barrel, grab", "okay grab the barrel"),
        ("no not that one the one on the right", "no not that one, the one on the right"),
        ("not the key the bottle", "not the key, the bottle"),
        ("skip the sign, just the chest", "not the sign, the chest"),
        ("there's a wolf, by the well!", "there is a wolf by the well!"),
        ("the red potion, left side", "the red potion on the left"),
        ("bring me the bread which is on the right", "bring me the bread on the right"),
        ("go to the one furthest to the right", "go to the one on the right"),
        ("You. Bread. Now.", "bring me the bread"),
        ("And apple, quick", "And bring me the apple"),
        ("barrel on the far left. Go stand by it.", "Go stand by the barrel on the far left."),
        ("You see the bottle red? Bring it me.", "You see the red bottle? Bring me it."),
        ("I want 2 red ones not blue", "I want 2 red ones"),
        ("not next the well, next the sign!", "go to the sign"),
        ("Stand up straight, boy, and grab that sword.", "grab that sword."),
        ("ask her if she has any", "ask her whether she has any"),
        ("Nobody touches the fire. Understood?", "do not let anybody touch the fire"),
        ("quick the blue potion!!", "give me the blue potion"),
        ("quick, the door!", "quick, the door!"),
        ("run to the tree, the right one", "run to the right tree"),
        ("done. go home", "go home"),
        ("RED BOTTLE. LEFT ONE. BRING", "bring me the red bottle on the left"),
        ("no wait, use it on the chest", "use it on the chest"),
        ("Not this. Second.", "not that one, the second one"),
        ("not that 1 sing smth happy", "sing something happy"),
        ("nah the far 1", "no the farthest one"),
        ("Then give also blue.", "Then give the blue one."),
        ("Where is key? bring.", "bring me the key"),
        ("Open with key the box.", "Open the box with key."),
        ("Good day. You can give me red potion?", "Good day. can you give me red potion?"),
        ("It's coming for the chest, stop it!", "it is coming for the chest, attack it!"),
        ("stop it!", "stop it!"),
        ("open the door when I shout, not before", "open the door when I shout"),
        ("I had the stew red", "I had the stew red"),
        ("the key in the end", "the key in the end"),
        ("there is not much left", "there is not much left"),
    ],
)
def test_what_is_ordered_in_haste_is_put_whole(said: str, whole: str) -> None:
    assert spelt_out(plain(said)) == whole


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("n the blue pot too m8", "give me the blue potion"),
        ("Also this blue, the one on left", "give me the blue potion on the left"),
        ("that 1 next to the chest as well", "give me the potion next to the chest"),
        ("also the key", "give me the key"),
        ("the second one from the right", "give me the second potion from the right"),
        ("OTHER RED", "give me the red potion"),
        ("I'd prefer the other.", "give me the potion"),
        ("ugh wrong one! the one by the sign", "give me the potion by the sign"),
    ],
)
def test_an_order_goes_on_with_a_thing_that_is_named_in_haste(said: str, whole: str) -> None:
    clause = read(said, ordered("give me the red potion", "give", "red potion")).clauses[-1]
    assert (clause.sense, clause.text) == (Sense.ORDER, whole)


def test_which_of_several_was_ordered_before_gives_way_to_the_next() -> None:
    ledger = ordered("go to the second barrel from the right", "go", "barrel")
    assert read("the first one", ledger).clauses[0].text == "go to the first barrel"
    assert read("now the left one", ledger).clauses[0].text == "go to the left barrel"


def test_what_is_put_right_by_its_place_is_not_what_was_meant_before() -> None:
    clause = read("NO NOT THAT ONE THE ONE ON THE RIGHT", ordered("go to the barrel", "go", "barrel")).clauses[0]
    assert clause.text == "go to the barrel on the right"
    assert clause.other == Meant(phrase="barrel", time=1.0, x=0.5, y=0.5)


@pytest.mark.parametrize(
    "said", ["not you! the other guard", "Not you, Bram, I'm talking to the healer. Go to the cart!", "no not you"]
)
def test_what_is_said_to_somebody_else_orders_nothing(said: str) -> None:
    assert [clause.sense for clause in read(said, Ledger(), "Bram").clauses] == [Sense.RELEASE]


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("back here!", "come back here"),
        ("lemme get that apple", "give me that apple"),
        ("please to bring the key", "bring the key"),
        ("yo Bram gimme the key pretty please", "give me the key"),
    ],
)
def test_slang_and_foreign_grammar_order_as_plain_words_do(said: str, whole: str) -> None:
    clause = read(said, Ledger(), "Bram").clauses[0]
    assert (clause.sense, clause.text) == (Sense.ORDER, whole)


@pytest.mark.parametrize(
    "said",
    [
        "return to your post",
        "you can go back to your shop now",
        "go back to where you were",
        "could you put the loaf back, please?",
    ],
)
def test_who_is_sent_back_or_puts_back_is_released(said: str) -> None:
    assert read(said, Ledger()).clauses[0].sense is Sense.RELEASE


def test_a_condition_may_be_put_as_should() -> None:
    clause = read("Shouldst thou see a wolf, sound the alarm.", Ledger()).clauses[0]
    assert [condition.joint for condition in clause.conditions] == ["if"]


@pytest.mark.parametrize(("said", "whole"), [("stooop", "stop"), ("pleeease", "please"), ("soooon", "soon"), ("GOOO", "go")])
def test_letters_that_are_held_are_not_doubled(said: str, whole: str) -> None:
    assert plain(said).lower() == whole


def test_the_next_one_is_another_than_the_last_one() -> None:
    clause = read("Next one.", ordered("go to the barrel on the left", "go", "barrel")).clauses[0]
    assert (clause.text, clause.other) == ("go to the next barrel", Meant(phrase="barrel", time=1.0, x=0.5, y=0.5))


def test_the_blue_one_after_a_key_is_no_blue_key() -> None:
    assert read("now the blue one", ordered("give me the key", "give", "key")).clauses[0].text == "give me the blue potion"


def test_what_is_left_after_all_is_not_put_out() -> None:
    assert [clause.sense for clause in read("Put it out. No, leave it burning.", Ledger()).clauses] == [Sense.RELEASE]


def test_who_is_told_twice_to_stay_is_told_for_how_long() -> None:
    clauses = read("wait 4 me here k? dont move til i say go", Ledger()).clauses
    assert [[condition.joint for condition in clause.conditions] for clause in clauses] == [["until"]]


def test_what_was_meant_last_is_not_put_right_by_what_was_meant_before() -> None:
    ledger = ordered("guard the chest", "guard", "chest")
    ledger.order = Order(text="bring me the sword", verb="bring", thing="sword", time=2.0)
    assert read("I said the sword, not the chest.", ledger).clauses[0].text == "bring me the sword"


@pytest.mark.parametrize(
    ("said", "texts"),
    [
        ("you know what forget it follow me instead", ["forget it", "follow me instead"]),
        ("give the bread to the bard you can keep the apple", ["give the bread to the bard", "you can keep the apple"]),
        ("its the red potion can you get it", ["can you get the red potion"]),
        ("bring the apple and the bread to the singer", ["bring the apple to the singer", "bring the bread to the singer"]),
        ("sing, but not so loud", ["sing"]),
        ("not like that lol close the chest", ["close the chest"]),
        ("wait 1 more thing. open the door", ["open the door"]),
        ("who do i give this letter to?? can u take it to the guard", ["can you take the letter to the guard"]),
    ],
)
def test_what_runs_together_is_told_apart(said: str, texts: list[str]) -> None:
    assert [clause.text for clause in read(said, Ledger()).clauses][-len(texts) :] == texts


def test_what_nobody_hands_over_is_gone_to() -> None:
    assert read("ok now the well", ordered("get the key", "get", "key")).clauses[0].text == "go to the well"
    assert read("ok now the apple", ordered("get the key", "get", "key")).clauses[0].text == "get the apple"


def test_what_is_opened_is_never_a_sword() -> None:
    assert read("OPEN IT", ordered("give me the sword", "give", "sword")).clauses[0].lost == "it"


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("lay it again back", "put it back"),
        ("no time throw it here", "give me the sword"),
        ("come away from the fire, it is lost", "come here"),
        ("now stop please with the singing", "stop singing"),
        ("drive it off!", "scare it away"),
        ("I'll be havin' me parrot back now", "give me my parrot back"),
        ("whats that sign say", "what does that sign say"),
    ],
)
def test_foreign_and_old_turns_of_phrase_are_put_plainly(said: str, whole: str) -> None:
    text = read(said, ordered("give me the sword", "give", "sword")).clauses[0].text
    assert whole in {text, text.replace("the sword", "it").strip("!")}


def test_two_things_that_were_ordered_one_after_the_other_are_both() -> None:
    ledger = ordered("pick up the apple", "pick", "apple")
    ledger.hear(Heard(text="and the bread", sense=Sense.ORDER, time=2.0))
    ledger.mean(Meant(phrase="bread", time=2.0))
    assert [clause.thing for clause in read("bring them both to the bard", ledger).clauses] == ["apple", "bread"]


def test_a_word_in_quotes_is_that_word() -> None:
    clause = read("when I say 'banana', open the door. Not before.", Ledger()).clauses[0]
    assert [condition.text for condition in clause.conditions] == ["I say banana"]


@pytest.mark.parametrize(
    "said",
    [
        "The wolf left.", "You sell bread, right.", "Nobody takes me seriously.", "It isn't that far away.",
        "Oh no, not you again!", "The boy is running into the fire, stop him!", "Let me get this straight.",
        "I could use some advice", "Will there be a feast?", "But what do you know?", "Return to the shop.", "I give up.",
    ],
)  # fmt: skip
def test_what_only_sounds_like_haste_stays_as_it_is(said):
    text = plain(said)
    assert spelt_out(text) == text
    assert all(clause.meaning.verb in {"", "stop", "return"} for clause in read(said, Ledger()).clauses)


def test_a_thing_and_many_signs_are_read_in_time():
    for signs in ("." * 400, "?!" * 200, "," * 400):
        read(f"That sword{signs} I wonder", Ledger())
