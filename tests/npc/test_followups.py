"""What goes on about small talk in words that say nothing alone, and several things said at once."""

from __future__ import annotations

import pytest

from npc.behaviour import load_behaviour
from npc.conversation.reading import read
from npc.language.forms import follow_of
from npc.language.plain import plain
from npc.language.spelling import spelt
from npc.memory.ledger import Ledger

CARD = {
    "knowledge": {"self": {"asked": ["Who are you?"], "say": "I am the miller."}},
    "lines": {
        "talk": "Aye.", "on_family": "A brother.", "on_love": "A cook.", "on_animals": "A cat.", "on_sure": "Yes.",
        "on_job": "Flour.", "on_job_why": "Because of bread.", "on_career": "Ten years.", "on_taught": "My aunt.",
        "on_loss": "Poor you.", "on_loss_think": "No fault of yours.", "on_loss_advise": "Bury him.",
        "on_advice": "Sleep.", "on_advice_why": "It costs nothing.", "further_then": ["No more of it.", "Enough."],
    },
}  # fmt: skip
FAR = {"on_joke": 0.1}


@pytest.fixture
def miller(stage):
    return stage(**CARD)


def _talk(actor, text, talk=None, intent="chat", **more):
    return actor.hear(text, intent, "talk", **{"target": None, "talk": talk or FAR, **more}).line


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("and why is that?", "Because of bread."),
        ("since when?", "Ten years."),
        ("who?", "My aunt."),
        ("tell me more", "No more of it."),
        ("oh come on, tell me", "No more of it."),
        ("really?", "Yes."),
    ],
)
def test_what_was_talked_of_is_gone_on_about(miller, words, line):
    assert _talk(miller, "how is your work?", {"on_job": 0.9}) == "Flour."
    assert _talk(miller, words) in {line, "Enough."}


def test_and_you_asks_for_the_same_of_the_character(miller):
    _talk(miller, "my sister is a weaver", {"on_kin": 0.9})
    assert _talk(miller, "and you?") == "A brother."


def test_what_was_told_over_several_turns_is_judged_and_advised_with_a_reason(miller):
    assert _talk(miller, "my dog died", {"on_loss": 0.9}) == "Poor you."
    _talk(miller, "he was nine years old")
    assert _talk(miller, "what do you think, was it my fault?") == "No fault of yours."
    assert _talk(miller, "what should I do now?", {"on_advice": 0.9}) == "Bury him."
    assert _talk(miller, "why?") == "It costs nothing."


def test_after_something_else_there_is_nothing_to_go_on_about(miller):
    _talk(miller, "my dog died", {"on_loss": 0.9})
    for _ in range(5):
        _talk(miller, "tell me a joke", {"on_joke": 0.9})
    assert _talk(miller, "what should I do now?", {"on_advice": 0.9}) == "Sleep."


@pytest.mark.parametrize(
    "words", ["why do you live in the mill?", "do you trust me?", "what is the sea like?", "tell me about bread"]
)
def test_whole_questions_stand_for_themselves(words):
    assert follow_of(plain(words)) == ""


def test_every_way_of_going_on_has_lines():
    behaviour = load_behaviour()
    for topic, further in behaviour.talk_further.items():
        assert set(further.values()) <= behaviour.topics.keys(), topic
    assert set(behaviour.talk_back.values()) <= behaviour.topics.keys()
    assert behaviour.talk_further.keys() <= behaviour.topics.keys()


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("oh come on, tell me", ["tell me"]),
        ("somebody said that there was an inn here, is there?", ["is there an inn here?"]),
        ("do you trust me", ["do you trust me"]),
    ],
)
def test_pleas_and_tags_are_no_clauses(text, texts):
    assert [clause.text for clause in read(text, Ledger()).clauses] == texts


def test_a_long_line_of_strange_words_is_not_spelt_word_by_word():
    text = " ".join(f"zorblat{chr(97 + n)}" for n in range(24)) + " sheild"
    assert spelt(text).endswith("sheild")
    assert spelt("a sheild") == "a shield"


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("how long were you together", "further_long"),
        ("what was he like?", "further_like"),
        ("do you still think of him?", "further_whether"),
        ("how did you know that he was the one?", "further_how"),
    ],
)
def test_what_is_asked_of_its_own_life_and_no_line_tells_is_answered_by_what_is_asked_for(stage, words, topic):
    kinds = ("long", "like", "whether", "how", "who", "where")
    actor = stage(lines={"on_love": "A cook.", **{f"further_{kind}": f"Further_{kind}." for kind in kinds}})
    assert _talk(actor, "were you ever in love?", {"on_love": 0.95}) == "A cook."
    assert _talk(actor, words, {"on_love": 0.6}, "ask_about") == f"{topic.capitalize()}."


def test_of_the_life_that_a_fact_tells_of_nobody_is_ignorant(stage):
    fact = {"husband": {"asked": ["Were you married?"], "say": "To Joss."}}
    actor = stage(knowledge=fact, lines={"unknown": "I do not know.", "further_how": "As bread rises."})
    assert _talk(actor, "were you married?", knowledge={"husband": 0.95}) == "To Joss."
    assert _talk(actor, "how did you meet him?", knowledge={"husband": 0.3}) == "How I met him? As bread rises."


def test_what_is_a_question_of_its_own_does_not_go_on(miller):
    assert _talk(miller, "how is your work?", {"on_job": 0.9}) == "Flour."
    assert _talk(miller, "did it hurt when you lost yours?", {"on_family": 0.8}) == "A brother."


@pytest.mark.parametrize(("nod", "talk"), [("wow", {"on_wow": 0.95}), ("thank you", None)])
def test_what_was_talked_of_outlasts_a_nod(miller, nod, talk):
    _talk(miller, "how is your work?", {"on_job": 0.9})
    _talk(miller, nod, talk, intent="thank" if talk is None else "chat")
    assert _talk(miller, "and why is that?") == "Because of bread."
