"""Facts in a conversation: told in other words where there are any, owned up to, and asked about further."""

from __future__ import annotations

import pytest

from npc.language.clauses import cut
from npc.types import Percept

CARD = {
    "knowledge": {
        "wolves": {"asked": ["What about the wolves?"], "say": "They come from the moor. Six of them."},
        "song": {"asked": ["Do you have a new song?"], "say": "It has eleven verses, and nobody dies."},
        "mill": {"asked": ["Who built the mill?"], "say": ["My uncle.", "An uncle of mine, with one hand."]},
    },
    "lines": {"unknown": "Search me.", "talk": "Aye.", "again": "As I said: {line}", "absent": "I see no {thing}."},
}
NEAR = {"wolves": 0.1, "song": 0.1, "mill": 0.1}


@pytest.fixture
def actor(stage):
    return stage(**CARD)


def _ask(actor, text, **near):
    return actor.hear(text, "ask_about", "talk", knowledge={**NEAR, **near}, target=None).line


def _part(text, **near):
    return Percept(
        time=1.0, text=text, intent={"ask_about": 0.9}, action={"talk": 0.9}, tone={"neutral": 0.9}, knowledge={**NEAR, **near}
    )


@pytest.mark.parametrize("joint", [", and ", "? "])
def test_two_questions_get_two_answers(actor, joint):
    parts = (_part("what about the wolves", wolves=0.9), _part("what is your new song", song=0.8))
    line = f"what about the wolves{joint}what is your new song?"
    decision = actor.hear(line, "ask_about", "talk", knowledge={**NEAR, "wolves": 0.9}, target=None, clauses=parts)
    assert decision.line == "They come from the moor. Six of them. It has eleven verses, and nobody dies."


def test_a_fact_that_was_told_is_owned_up_to(actor):
    assert _ask(actor, "what about the wolves?", wolves=0.9) == "They come from the moor. Six of them."
    _ask(actor, "do you have a new song?", song=0.9)
    assert _ask(actor, "what do you know of wolves?", wolves=0.8) == "As I said: they come from the moor. Six of them."


def test_a_fact_with_other_words_left_is_told_in_these(actor):
    lines = {_ask(actor, "who built the mill?", mill=0.9), _ask(actor, "who made that mill?", mill=0.8)}
    assert lines == {"My uncle.", "An uncle of mine, with one hand."}


@pytest.mark.parametrize("line", ["how many?", "where do they come from", "how many are there?", "what do they eat"])
def test_a_short_question_goes_on_about_what_was_told(actor, line):
    _ask(actor, "what about the wolves?", wolves=0.9)
    assert _ask(actor, line, mill=0.3) == "As I said: they come from the moor. Six of them."


def test_how_many_is_counted_in_words_where_none_is_in_view(actor):
    _ask(actor, "do you have a new song?", song=0.9)
    assert _ask(actor, "how many verses?") == "As I said: it has eleven verses, and nobody dies."


@pytest.mark.parametrize(
    ("line", "near"),
    [("who built the mill?", {"mill": 0.9}), ("do you know what the king of the far south eats on a holiday?", {})],
)
def test_another_question_is_another_question(actor, line, near):
    _ask(actor, "what about the wolves?", wolves=0.9)
    assert not _ask(actor, line, **near).startswith("As I said")


def test_without_a_fact_before_it_a_short_question_asks_for_nothing_known(actor):
    assert _ask(actor, "when?") == "Search me."
    _ask(actor, "what about the wolves?", wolves=0.9)
    actor.hear("thank you", "thank", "talk", knowledge=NEAR)
    assert _ask(actor, "when?") == "Search me."


@pytest.mark.parametrize("line", ["when does the gate open?", "and when is it open again?", "when will you follow me"])
def test_a_question_that_begins_with_when_is_no_condition(line):
    assert [piece.joint for piece in cut(line)] == [""]


def test_a_question_that_names_somebody_is_about_him(stage):
    odo = {"asked": ["What do you think of Odo?"], "say": "He counts well."}

    def ask(text):
        actor = stage(knowledge={"odo": odo, "song": CARD["knowledge"]["song"]}, lines={"on_mood": "Peace."})
        near = {"knowledge": {"odo": 0.5, "song": 0.1}, "talk": {"on_mood": 0.7}}
        return actor.hear(text, "ask_about", "talk", target=None, **near).line

    assert ask("is odo always that loud?") == "He counts well."
    assert ask("is it always that loud?") == "Peace."


def test_a_secret_that_is_out_is_not_denied_afterwards(stage):
    """What is told once something has come about takes the place of what strangers hear; a mood is no secret."""
    tunnel = {
        "asked": ["What is your secret?"],
        "say": [
            "Every pot has a lid.",
            {"say": "There is a tunnel under the bin.", "any": [{"relationship": "friend"}, {"state": {"pie": True}}]},
        ],
    }
    actor = stage(**{**CARD, "knowledge": {**CARD["knowledge"], "tunnel": tunnel}})

    def ask(state):
        heard = actor.hear(
            "what is your secret?", "ask_about", "talk", knowledge={**NEAR, "tunnel": 0.9}, target=None, state=state
        )
        return heard.line

    assert ask({}) == "Every pot has a lid."
    assert ask({"pie": True}) == "There is a tunnel under the bin."
    assert ask({"pie": True}) == "As I said: there is a tunnel under the bin."
