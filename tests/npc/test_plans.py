"""Actions of several steps: they go on as the game reports, survive distraction, and end."""

from __future__ import annotations

import pytest

EMPTY_HANDED = {"carrying": False}
STEPS = ["go_to", "pick_up", "follow", "give"]


@pytest.fixture
def fetching(stage):
    """A healer who has just been asked for something that it does not carry."""
    actor = stage("healer")
    decision = actor.hear("bring me the red potion", "give_me", "give", state=EMPTY_HANDED)
    assert decision.action == "go_to"
    assert decision.target is not None
    assert "fetch" in decision.reason
    return actor


def test_each_step_begins_when_the_game_reports_the_one_before_done(fetching):
    steps = [fetching.look(state={"done": step}) for step in STEPS]
    assert [d.action for d in steps] == ["pick_up", "follow", "give", "idle"]
    assert [bool(d.line) for d in steps] == [True, True, True, False]


def test_a_step_reported_done_for_many_frames_is_done_once(fetching):
    for _ in range(10):
        assert fetching.look(state={"done": True}).action == "pick_up"
    fetching.look()
    assert fetching.look(state={"done": True}).action == "follow"


def test_small_talk_and_danger_interrupt_a_plan_and_it_goes_on(fetching):
    fetching.look(state={"done": "go_to"})
    assert fetching.hear("thank you", "thank", "talk").action == "talk"
    assert fetching.look(seconds=4.0).action == "pick_up"
    assert fetching.see(wolf=0.95).action != "pick_up"
    for _ in range(300):  # a minute of danger: longer than any step lasts
        fetching.look(wolf=0.95)
    assert fetching.look(seconds=4.0).action == "pick_up"
    assert fetching.look(state={"done": "pick_up"}).action == "follow"


def test_a_plan_outlives_the_process(fetching, stage):
    fetching.look(state={"done": "go_to"})
    other = stage("healer")
    other.character.restore(fetching.character.snapshot())
    assert other.look().action == "pick_up"
    assert other.look(state={"done": "pick_up"}).action == "follow"


@pytest.mark.parametrize("failed", [True, "go_to"])
def test_a_step_that_failed_ends_the_plan(fetching, failed):
    assert fetching.look(state={"failed": failed}).action == "idle"


def test_a_plan_ends_when_somebody_orders_otherwise(fetching):
    assert fetching.hear("never mind, wait here", "wait_here", "stay").action == "stay"
    assert fetching.look(seconds=100.0).action == "stay"


def test_a_step_that_nobody_reports_done_is_over_after_a_while(fetching):
    actions = [fetching.look(seconds=1.0).action for _ in range(90)]
    assert list(dict.fromkeys(actions)) == [*STEPS, "idle"]


def test_a_game_that_says_nothing_of_hands_gets_the_plain_action(stage):
    assert stage("healer").hear("give me the red potion", "give_me", "give").action == "give"


def test_a_plan_with_a_step_that_it_never_takes_is_not_begun(stage):
    plan = {"when": {"action": "go_to"}, "steps": ["go_to", "attack"]}
    pacifist = stage(plans={"raid": plan}, boundaries={"attack": "Never."})
    assert "raid" not in pacifist.hear("go and fight", "go_to", "go_to").reason
    assert "raid" in stage(plans={"raid": plan}).hear("go and fight", "go_to", "go_to").reason


def test_a_plan_of_the_card_goes_before_the_common_one_of_its_name(stage):
    own = {"when": {"action": "give"}, "steps": ["use", "give"]}
    actor = stage(plans={"fetch": own})
    assert actor.hear("give me that", "give_me", "give", state=EMPTY_HANDED).action == "use"


def test_what_an_action_requires_is_asked_of_the_game(stage):
    refusals = ["No.", {"say": "No herbs.", "cause": "unable"}]
    healer = stage(requires={"heal": {"state": {"herbs": True}}}, lines={"refuse": refusals})
    without = healer.hear("heal me", "help_me", "heal")
    assert (without.action, without.line, "not able" in without.reason) == ("refuse", "No herbs.", True)
    assert healer.hear("heal me", "help_me", "heal", state={"herbs": True}).action == "heal"
