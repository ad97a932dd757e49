"""What is asked further about a fact: "since when?", "is it contagious?"."""

from __future__ import annotations

import pytest

from npc.errors import PersonaError
from npc.persona import persona_from

CARD = {
    "knowledge": {
        "fever": {
            "asked": ["What is this fever?"],
            "say": "Marsh fever. Four lie with it.",
            "further": {
                "why": "From the water.",
                "when / long": "Since spring.",
                "then": "Then they ask for bread.",
                "Is it contagious? / Can I catch it?": "Not from hand to hand.",
                "Which herb helps against marsh fever?": "Willow.",
            },
        },
        "mill": {"asked": "Who built the mill?", "say": "My uncle.", "further": {"when": "Long ago."}},
    },
    "lines": {"unknown": "Search me.", "again": "As I said: {line}"},
}
NEAR = {"fever": 0.1, "mill": 0.1}
TALK = {"on_food": 0.1}


@pytest.fixture
def actor(stage):
    actor = stage(**CARD)
    actor.hear("what is this fever?", "ask_about", "talk", target=None, knowledge={**NEAR, "fever": 1.0}, talk=TALK)
    return actor


def ask(actor, text, further=None, **more):
    near = {**NEAR, **more.pop("knowledge", {})}
    return actor.hear(
        text, "ask_about", "talk", target=None, knowledge=near, talk=more.pop("talk", TALK), further=further or {}, **more
    ).line


CONTAGIOUS = "fever: Is it contagious? / Can I catch it?"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("why?", "From the water."),
        ("how come", "From the water."),
        ("since when is it going round?", "Since spring."),
        ("for how long?", "Since spring."),
        ("and then?", "Then they ask for bread."),
        ("tell me more", "Then they ask for bread."),
        ("how many?", "As I said: marsh fever. Four lie with it."),
    ],
)
def test_the_way_in_which_it_goes_on_finds_the_answer(actor, text, line):
    assert ask(actor, text) == line


def test_the_question_that_words_come_near_to_finds_it(actor):
    assert ask(actor, "can one get it from others?", {CONTAGIOUS: 0.7}) == "Not from hand to hand."


def test_after_a_word_on_something_else_it_is_still_spoken_of_and_later_no_more(actor):
    actor.hear("thank you", "thank", "talk", target=None, knowledge=NEAR, talk=TALK)
    assert ask(actor, "is it contagious?", {CONTAGIOUS: 0.9}) == "Not from hand to hand."
    for _ in range(4):
        actor.hear("thank you", "thank", "talk", target=None, knowledge=NEAR, talk=TALK)
    assert ask(actor, "is it contagious?", {CONTAGIOUS: 0.9}) != "Not from hand to hand."


def test_what_the_card_has_no_answer_to_is_named(actor):
    assert ask(actor, "who got it first?") == "Who got it first? Search me."


@pytest.mark.parametrize("near", [{"mill": 0.8}])
def test_another_fact_that_is_nearer_is_meant(actor, near):
    assert ask(actor, "who built that mill?", {CONTAGIOUS: 0.6}, knowledge=near) == "My uncle."


def test_a_question_that_stands_for_itself_needs_no_fact_before_it(stage):
    further = {"fever: Which herb helps against marsh fever?": 0.9}
    assert ask(stage(**CARD), "which herb is good against the marsh fever?", further) == "Willow."
    assert ask(stage(**CARD), "is it contagious?", {CONTAGIOUS: 0.95}) != "Not from hand to hand."


def test_how_a_fact_is_asked_for_may_ask_further_at_once(stage):
    assert ask(stage(**CARD), "when was the mill built?", knowledge={"mill": 0.7}) == "Long ago."
    assert ask(stage(**CARD), "who made the old mill?", knowledge={"mill": 0.7}) == "My uncle."


def test_what_was_named_beside_the_question_is_meant(stage):
    from npc.types import Percept

    def part(text, **near):
        return Percept(time=1.0, text=text, intent={"ask_about": 0.9}, action={"talk": 0.9}, tone={"neutral": 0.9},
                       knowledge={**NEAR, **near}, talk=TALK)  # fmt: skip

    actor = stage(**CARD)
    parts = (part("people speak of a fever", fever=0.7), part("what is it?"))
    said = "people speak of a fever. what is it?"
    decision = actor.hear(said, "ask_about", "talk", target=None, knowledge=NEAR, talk=TALK, clauses=parts)
    assert decision.line == "Marsh fever. Four lie with it."


def test_told_again_it_is_owned_up_to(actor):
    ask(actor, "why?")
    assert ask(actor, "but why?") == "As I said: from the water."


def test_a_word_that_is_no_way_to_ask_is_refused_with_those_that_are():
    card = {"name": "A", "knowledge": {"fever": {"asked": "a b?", "say": "x", "further": {"wy": "y"}}}}
    with pytest.raises(PersonaError, match="why"):
        persona_from(card)
