"""Orders that wait, and what the card has to say about them: rules, boundaries."""

from __future__ import annotations

from npc import Detection


def test_an_order_under_a_condition_that_a_rule_overrules_is_not_planned(stage):
    rule = {"when": {"intent": "flee"}, "do": "defend", "because": "never runs", "say": "I do not run."}
    actor = stage(rules=[rule])
    decision = actor.hear("if you see a wolf, run", "flee", "flee", watch=(Detection("wolf", 0.1, 0.5, 0.5),))
    assert (decision.action, decision.line) == ("refuse", "I do not run.")
    assert actor.character.looks_for == ()


def test_a_rule_has_the_last_word_on_the_second_order_of_a_breath_too(stage):
    """ "Follow me" after something else, in a storm: the rule is asked when its turn has come."""
    storm = {
        "when": {"action": "follow", "state": {"weather": "storm"}},
        "do": "refuse",
        "because": "fears storms",
        "say": "Not in this.",
    }
    actor = stage(rules=[storm])
    actor.hear("take the sword, then follow me", "pick_up", "pick_up")
    for _ in range(100):
        decision = actor.look(state={"weather": "storm"})
        if decision.line:
            break
    assert (decision.action, decision.line) == ("refuse", "Not in this.")
    assert "but fears storms" in decision.reason


def test_what_was_refused_is_not_handed_over_either(stage):
    """ "Pick up the knife and give it to me", of somebody who picks nothing up."""
    actor = stage(boundaries={"pick_up": ["I do not."]})
    assert actor.hear("pick up the knife, then give it to me", "pick_up", "pick_up").action == "refuse"
    assert [decision.action for decision in (actor.look() for _ in range(60)) if decision.action == "give"] == []


def test_a_rule_about_what_is_wanted_holds_when_its_turn_has_come(stage):
    never = {"when": {"intent": "follow_me"}, "do": "refuse", "because": "follows nobody", "say": "I follow nobody."}
    actor = stage(rules=[never])
    actor.hear("take the sword, then follow me", "pick_up", "pick_up")
    lines = [actor.look().line for _ in range(100)]
    assert [line for line in lines if line] == ["I follow nobody."]
