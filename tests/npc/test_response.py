"""What is said to what the character has just said is taken up as that: yes and no, bare answers, the rest of a tale."""

from __future__ import annotations

import pytest

from npc import Percept

LINES = {
    "on_homeland": "Do you miss it?",
    "on_loss": "I grieve with you.",
    "to_yes": "I thought so.",
    "to_no": "No? Why not?",
    "to_agreed": "So we are two.",
    "to_differs": "How do you see it?",
    "to_answer": "{said}? I see.",
    "further_sorrow": "{said}. I am listening.",
    "on_invited": "When is it?",
}
FAR = {"talk": {"on_joke": 0.2}}


@pytest.fixture
def miller(stage):
    return stage(lines=LINES, wares={"flour": 3})


def _asked(actor):
    """The character has asked something back."""
    assert actor.hear("I come from the coast", "chat", "talk", talk={"on_homeland": 0.95}).line == "Do you miss it?"
    return actor


def _comforted(actor):
    """The character has said something of the speaker's sorrow."""
    assert actor.hear("my dog died", "chat", "talk", talk={"on_loss": 0.95}).line == "I grieve with you."
    return actor


@pytest.mark.parametrize("said", ["yes", "yeah i do", "every day", "of course", "yes, very much"])
def test_yes_answers_the_question_that_was_asked_and_agrees_to_no_price(miller, said):
    decision = _asked(miller).hear(said, "agree", "talk", **FAR)
    assert decision.line == "I thought so."
    assert not decision.effects


@pytest.mark.parametrize("said", ["no", "no not really", "nah", "not at all", "never"])
def test_no_is_answered_as_no(miller, said):
    assert _asked(miller).hear(said, "refuse", "idle", **FAR).line == "No? Why not?"


@pytest.mark.parametrize(("said", "line"), [("no", "How do you see it?"), ("yeah i know", "So we are two.")])
def test_yes_and_no_to_what_asked_nothing(miller, said, line):
    assert _comforted(miller).hear(said, "agree", "talk", **FAR).line == line


@pytest.mark.parametrize(
    ("said", "echo"),
    [
        ("since tuesday", "Since tuesday"),
        ("two years", "Two years"),
        ("because i forgot her birthday", "Because you forgot her birthday"),
    ],
)
def test_a_bare_answer_is_taken_up_as_it_stands(miller, said, echo):
    assert _asked(miller).hear(said, "ask_about", "talk", **FAR).line == f"{echo}? I see."


@pytest.mark.parametrize("said", ["by the mill", "landed in the pigsty", "with my brother"])
def test_the_rest_of_a_tale_sends_nobody_anywhere(miller, said):
    decision = _comforted(miller).hear(said, "go_to", "go_to", **FAR)
    assert (decision.action, decision.target) == ("talk", None)


def test_a_tale_of_sorrow_goes_on_as_one(miller):
    assert _comforted(miller).hear("by the old mill", "go_to", "go_to", **FAR).line == "By the old mill. I am listening."


@pytest.mark.parametrize("said", ["no way", "my sword broke yesterday"])
def test_what_tells_something_is_no_bare_answer(miller, said):
    assert "the rest of it" not in _asked(miller).hear(said, "chat", "talk", **FAR).reason


@pytest.mark.parametrize("said", ["with who?", "over here", "to the left", "hello"])
def test_questions_orders_and_greetings_are_no_rest_of_a_tale(miller, said):
    intent = {"hello": "greet", "with who?": "ask_about"}.get(said, "go_to")
    reason = _comforted(miller).hear(said, intent, "talk", **FAR).reason
    assert "the rest of it" not in reason


def test_nothing_is_taken_up_before_anything_was_talked_of(miller):
    assert "is told yes" not in miller.hear("yes", "agree", "talk", **FAR).reason


@pytest.mark.parametrize(
    "said", ["you should come to the wedding", "come to my birthday party", "would you like to come to dinner"]
)
def test_an_invitation_is_no_order_to_go(miller, said):
    decision = miller.hear(said, "go_to", "go_to", **FAR)
    assert (decision.line, decision.action) == ("When is it?", "talk")


def test_what_is_denied_is_not_what_it_comes_near_to(stage):
    actor = stage(lines={"on_drunk": "It shows.", "to_not_so": "{said}? I never said so."})
    near = {"talk": {"on_drunk": 0.87}}
    assert actor.hear("im not drunk!", "chat", "talk", **near).line == "You are not drunk? I never said so."
    assert actor.hear("im so drunk!", "chat", "talk", **near).line == "It shows."


def test_likes_and_dislikes_are_asked_on_about(stage):
    actor = stage(lines={"noted_likes": "{value}? Since when?", "noted_hates": "{value}? Why?"})
    assert actor.hear("i like strategy games", "chat", "talk", **FAR).line == "Strategy games? Since when?"
    assert actor.hear("i hate rich people", "chat", "talk", **FAR).line == "Rich people? Why?"


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("thanks. that helps a bit", "on_comforted"),
        ("ok ill try that tonight", "on_learned"),
        ("that was actually good", "on_wow"),
        ("thats really brave, surviving that", "on_condolence"),
    ],
)
def test_what_is_said_of_the_answer_before_is_taken_as_that(stage, said, topic):
    actor = stage(knowledge={"pit": {"asked": "What happened?", "say": "I fell into the pit."}}, lines={topic: "So it is."})
    actor.hear("What happened?", "ask_about", "talk", talk={"on_joke": 0.2}, knowledge={"pit": 0.97})
    assert actor.hear(said, "chat", "talk", **FAR).line == "So it is."


def test_of_what_the_speaker_himself_told_it_is_no_praise(miller):
    assert "it was good" not in _comforted(miller).hear("that was good", "chat", "talk", **FAR).reason


def test_a_goodbye_beside_something_else_is_answered_too(stage):
    actor = stage(lines={"on_kidding": "Very funny.", "greet": {"say": "Go well.", "intent": "farewell"}})
    said = {"tone": {"neutral": 0.9}, "emotion": {"neutral": 0.9}, "action": {"talk": 0.9}}
    joke = Percept(time=1.0, text="just kidding", intent={"chat": 0.9}, talk={"on_kidding": 0.95}, **said)
    bye = Percept(time=1.0, text="bye", intent={"farewell": 0.9}, talk={"on_kidding": 0.2}, **said)
    heard = actor.hear("haha just kidding. bye", "chat", "talk", talk={"on_kidding": 0.95}, clauses=(joke, bye))
    assert heard.line == "Very funny. Go well."
