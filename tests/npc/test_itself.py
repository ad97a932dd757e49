"""Who it is: a card of a name and a role answers what everybody asks first."""

from __future__ import annotations

import pytest

from npc.itself import with_role
from npc.language.echo import turned

CARD = {"role": "mechanic on a freighter"}
TALK = {"on_hello": 0.1}


@pytest.fixture
def mechanic(stage):
    return stage(**CARD)


def _asked(actor, text, intent="ask_about", **more):
    return actor.hear(text, intent, "talk", **{"target": None, "talk": TALK, **more})


@pytest.mark.parametrize(
    "text", ["whats ur name", "and what should I call you?", "who am I talking to?", "your name?", "may I ask your name"]
)
def test_it_tells_its_name(mechanic, text):
    assert "Test" in _asked(mechanic, text).line


@pytest.mark.parametrize(
    "text",
    [
        "who are you?",
        "So who are you then?",
        "tell me about yourself",
        "what do you do here?",
        "what's your job",
        "what do you do for a living?",
    ],
)
def test_it_tells_what_it_is(mechanic, text):
    assert "a mechanic on a freighter" in _asked(mechanic, text).line


@pytest.mark.parametrize(
    "text", ["are you the mechanic?", "hey, you the mechanic?", "you're the mechanic, right?", "you must be the mechanic"]
)
def test_who_takes_it_for_what_it_is_is_told_so(mechanic, text):
    decision = _asked(mechanic, text)
    assert "was taken for a mechanic" in decision.reason
    assert "No" not in decision.line


def test_who_takes_it_for_somebody_else_is_put_right(mechanic):
    assert "I am a mechanic on a freighter" in _asked(mechanic, "are you a doctor?").line
    assert "mechanic" not in _asked(mechanic, "are you a liar?").line


def test_its_own_words_go_before(stage):
    own = stage(
        **CARD, knowledge={"self": {"asked": ["Who are you?"], "say": "Who asks?"}}, lines={"on_name": "Names cost extra."}
    )
    assert _asked(own, "who are you?").line == "Who asks?"
    assert "Test" not in _asked(own, "what is your name?", talk={"on_name": 0.9}).line


def test_without_a_role_it_has_a_name(stage):
    assert "Test" in _asked(stage(), "who are you?").line


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("mechanic", "a mechanic"),
        ("old hermit", "an old hermit"),
        ("the last ferryman", "the last ferryman"),
        ("Queen", "Queen"),
        ("", ""),
    ],
)
def test_a_role_stands_in_a_sentence(role, said):
    assert with_role(role) == said


@pytest.mark.parametrize(
    "text",
    ["Good afternoon, madam.", "evening, sir!", "hi miss", "Hello again", "Good morrow, kind mistress", "morning officer"],
)
def test_any_greeting_is_greeted_in_the_cards_own_words(stage, text):
    polite = stage(lines={"greet": ["Wipe your feet, dear."]})
    assert _asked(polite, text, "chat", talk={"on_hello": 0.9}).line == "Wipe your feet, dear."


def test_are_you_is_told_back_as_am_i():
    assert turned("who are you") == "who am I"
    assert turned("Are you tired") == "Am I tired"
    assert turned("they are with you") == "they are with me"
    assert turned("did he reward you handsomely") == "did he reward me handsomely"
    assert turned("what do you think") == "what do I think"
