"""Who is meant by "her", "him", "the other one" and "it" where that has to be seen."""

from __future__ import annotations

import pytest

from npc import Detection, Target
from npc.conversation.reading import read
from npc.memory.ledger import Ledger, Meant
from npc.types import Found

GUARD, HEALER = Found("guard", 0.95, 0.3, 0.7), Found("healer", 0.95, 0.6, 0.6)
BREAD, BARREL = Found("bread", 0.95, 0.5, 0.8), Found("barrel", 0.95, 0.8, 0.8)
BARREL_AT = Target(0.8, 0.8, 0.9)


@pytest.mark.parametrize(
    ("said", "x"),
    [("go over to her", 0.6), ("can u go stand by him", 0.3), ("Go thou to her side", 0.6), ("stand next to the lady", 0.6)],
)
def test_of_two_in_view_the_word_tells_who_is_meant(stage, said, x) -> None:
    decision = stage().hear(said, "go_to", "go_to", looked=(GUARD, HEALER), target=None)
    assert (decision.action, decision.target.x) == ("go_to", x)


def test_who_was_spoken_of_is_meant_where_nobody_else_fits(stage) -> None:
    actor = stage()
    actor.hear("go to the guard", "go_to", "go_to", looked=(GUARD,))
    decision = actor.hear("go stand next to her", "go_to", "go_to", looked=(GUARD,))
    assert (decision.action, actor.character.memory.person("player").ledger.thing.phrase) == ("go_to", "guard")


def test_the_other_one_of_two_is_whoever_was_not_meant(stage) -> None:
    actor = stage()
    actor.hear("go to the guard", "go_to", "go_to", looked=(GUARD, HEALER))
    decision = actor.hear("nay, the other!", "go_to", "go_to", looked=(GUARD, HEALER), target=None)
    assert (decision.action, decision.target.x) == ("go_to", 0.6)


def test_then_over_to_him_goes_on_with_an_order_to_go(stage) -> None:
    actor = stage()
    actor.hear("go over to her", "go_to", "go_to", looked=(GUARD, HEALER), target=None)
    decision = actor.hear("ok now over to him", "go_to", "go_to", looked=(GUARD, HEALER), target=None)
    assert (decision.action, decision.target.x) == ("go_to", 0.3)


@pytest.mark.parametrize("said", ["give her the bread", "hand the bread to her", "bring the healer the bread"])
def test_what_is_handed_to_her_is_taken_there(stage, said) -> None:
    decision = stage().hear(said, "give_me", "give", looked=(GUARD, HEALER, BREAD), target=None)
    assert (decision.action, decision.target.x) == ("go_to", 0.6)
    assert [(e.kind, dict(e.values)) for e in decision.effects] == [("give", {"item": "bread", "to": "healer"})]


def test_it_is_the_wolf_that_is_to_be_hit_and_the_barrel_where_there_is_none(stage) -> None:
    for wolf, x in ((0.95, 0.2), (0.0, 0.8)):
        actor = stage(traits={"brave": 1.0})
        actor.see(wolf=wolf)
        actor.hear("go to the barrel", "go_to", "go_to", looked=(BARREL,))
        watch = (Detection("wolf", wolf, 0.2, 0.7),)
        decision = actor.hear("hit it!!", "attack", "attack", looked=(BARREL,), watch=watch, target=BARREL_AT)
        assert decision.target is not None
        assert abs(decision.target.x - x) < 0.01


def test_the_place_of_one_among_several_tells_which_is_meant(stage) -> None:
    barrels = Found("barrel", 0.95, 0.2, 0.6, count=3, others=((0.5, 0.6), (0.8, 0.6)))
    actor = stage()
    for said, x in (
        ("go to the second barrel", 0.5),
        ("no not that one the one on the left", 0.2),
        ("the last one", 0.8),
        ("not that one, the one on the right", 0.5),
        ("the second one from the right", 0.5),
    ):
        decision = actor.hear(said, "go_to", "go_to", looked=(barrels,), target=None)
        assert (said, decision.target.x) == (said, x)


@pytest.mark.parametrize("said", ["attack it!!! kill it now!!", "smite the beast", "get that monster", "kill the wolf"])
def test_a_friend_is_attacked_for_nobodys_words(stage, said) -> None:
    actor = stage(watch={"wolf": "friend"}, traits={"brave": 1.0})
    watch = (Detection("wolf", 0.95, 0.2, 0.7),)
    actor.see(wolf=0.95)
    decision = actor.hear(said, "attack", "attack", watch=watch, looked=(), target=Target(0.21, 0.7, 0.9))
    assert decision.action == "refuse"
    decision = actor.hear("attack the tree", "attack", "attack", watch=watch, looked=(), target=Target(0.8, 0.2, 0.9))
    assert decision.action == "attack", "which is no friend"


def test_a_warning_of_what_stands_there_is_no_news(stage) -> None:
    actor = stage(traits={"brave": 1.0})
    actor.see(wolf=0.95)
    watch = (Detection("wolf", 0.95, 0.2, 0.7),)
    decision = actor.hear("There's a wolf, by the well!", "warn", "talk", watch=watch, looked=(), target=None)
    assert (decision.action, decision.target.x) == ("defend", 0.2)
    away = (Detection("wolf", 0.02, 0.2, 0.7),)
    assert stage().hear("There's a wolf, by the well!", "warn", "talk", watch=away, looked=(), target=None).action == "talk"


def test_who_orders_an_attack_in_a_rage_is_not_angry_with_who_is_to_do_it(stage) -> None:
    actor = stage(traits={"brave": 1.0})
    actor.hear("kill it now!!", "attack", "attack", tone="angry")
    assert actor.character.relationship("player").trust == 0


@pytest.mark.parametrize("said", ["stab me", "take the sword and stab me", "punch yourself"])
def test_nobody_who_stands_here_is_attacked_on_a_word(stage, said) -> None:
    assert stage(traits={"brave": 1.0}).hear(said, "attack", "attack").action == "refuse"


def test_a_part_that_is_not_seen_is_where_the_whole_is(stage) -> None:
    door, house = Found("door", 0.01, 0.1, 0.1), Found("house", 0.99, 0.5, 0.3)
    decision = stage().hear("open the door", "use", "use", looked=(door, house), target=None)
    assert (decision.action, decision.target.x) == ("use", 0.5)


def test_a_fire_in_view_is_warned_of_and_no_tale(stage) -> None:
    watch = (Detection("fire", 0.95, 0.7, 0.7),)
    actor = stage()
    actor.see(fire=0.95)
    decision = actor.hear("the house is on fire!", "warn", "talk", watch=watch, talk={"on_fire_there": 0.9}, target=None)
    assert decision.action in {"warn", "flee"}


def test_what_is_held_for_somebody_is_given_back_willing_or_not(stage) -> None:
    actor = stage(traits={"generous": -1.0, "obliging": -1.0})
    actor.hear("hold my parrot for me", "none", "talk", target=None)
    decision = actor.hear("I'll be having my parrot back now", "give_me", "give", target=None)
    assert [(e.kind, e.values["item"]) for e in decision.effects] == [("give_back", "parrot")]


def test_of_several_the_one_by_something_is_the_nearest_to_it(stage) -> None:
    barrels = Found("barrel", 0.95, 0.3, 0.5, count=3, others=((0.8, 0.5), (0.2, 0.6)))
    fire, bread = Found("campfire", 0.95, 0.45, 0.5), Found("bread", 0.95, 0.7, 0.7)
    actor = stage()
    for said, x in (("go to the barrel by the fire", 0.3), ("the barrel next to the bread", 0.8)):
        decision = actor.hear(said, "go_to", "go_to", looked=(barrels, fire, bread), target=Target(0.2, 0.6, 0.9))
        assert (said, decision.target.x) == (said, x)


def test_the_potion_is_the_one_that_was_meant_last() -> None:
    ledger = Ledger(things=(Meant(phrase="blue potion", x=0.6, y=0.5),))
    assert read("give me the potion, keep the key", ledger).clauses[0].text == "give me the blue potion"
    assert read("give me the potion on the left", ledger).clauses[0].text == "give me the potion on the left"
