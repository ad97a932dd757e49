"""Who is meant by "her", "him", "the other one" and "it" where that has to be seen."""

from __future__ import annotations

import pytest

from npc import Detection, Target
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
