"""Who is spared by a ban or a watch, small moves, orders begun early, and teasing."""

from __future__ import annotations

import pytest

LINES = {"spared": "Nobody but {who}.", "forbid": "I will not.", "keeps_away": "Nobody."}


@pytest.mark.parametrize(
    ("lines", "who"),
    [
        (["dont let anyone near it, except the smith, he can have it"], "the smith"),
        (["dont give the sword to anyone except my wife"], "your wife"),
        (["dont open that chest", "hmm actually my friend kara may open it, nobody else"], "your friend kara"),
        (["dont open that chest", "only her mind you, nobody else gets it"], "her"),
        (["dont tell a soul", "unless its the elder, she can know"], "the elder"),
    ],
)
def test_who_is_spared_is_noted(stage, lines, who):
    actor = stage(lines=LINES)
    assert [actor.hear(line, "none", "talk") for line in lines][-1].line.endswith(f"Nobody but {who}.")


@pytest.mark.parametrize("line", ["touch nothing but the key", "dont take anything except the sword", "dont open that chest"])
def test_a_thing_is_nobody(stage, line):
    assert "spares" not in stage().hear(line, "pick_up", "talk").reason


def test_nobody_is_warned_off_while_the_one_who_is_spared_is_there(stage):
    actor = stage()
    actor.hear("dont let anyone near it, except the healer", "warn", "talk")
    assert actor.see(person=0.95, healer=0.95).action != "warn"
    assert actor.see(person=0.95, healer=0.02).action == "warn"


def test_a_ban_that_was_lifted_under_a_condition_is_over_when_that_comes(stage):
    actor = stage(traits={"brave": 1.0}, watch={"wolf": "threat"}, reactions={"wolf": "warn"})
    actor.hear("dont attack the wolf", "none", "talk")
    actor.hear("you may attack it if a bear comes", "agree", "talk")
    assert actor.see(bear=0.95).action == "attack"


def test_a_small_move_is_an_effect_and_no_walk(stage):
    decision = stage().hear("a bit more to the left. no ur other left", "go_to", "go_to")
    assert [(e.kind, dict(e.values)) for e in decision.effects] == [("step", {"to": "left"})]
    assert decision.action == "talk"


def test_what_was_to_wait_is_begun_at_once(stage):
    actor = stage()
    actor.hear("when it looks away, leg it to the well", "go_to", "go_to")
    assert actor.hear("GO GO GO", "none", "talk").action == "go_to"


def test_an_order_is_gone_on_with_by_what_it_is_done_with(stage):
    actor = stage()
    actor.hear("lock that chest", "use", "use")
    assert any("lock that chest with the key" in read for read in actor.hear("with the key obviously", "use", "use").trace)


@pytest.mark.parametrize(
    ("line", "costs"), [("they say youre a crook hehe", False), ("you are a crook", True), ("you idiot lol", True)]
)
def test_mild_names_with_a_laugh_cost_nothing(stage, line, costs):
    actor = stage()
    actor.hear(line, "insult", "refuse", tone="angry")
    assert (actor.character.relationship("player").affection < 0) is costs
