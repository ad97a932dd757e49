"""What the card has to say to a question: weighed by how near it is, how it is put, and what else is near."""

from __future__ import annotations

import pytest

CARD = {
    "knowledge": {
        "brother": {
            "asked": ["What happened to your brother?"],
            "say": "The war has him.",
            "further": {
                "when": "Nine years ago.",
                "where": "At the ford of Marl.",
                "Who brought you the news?": "Bram did, with the hilt.",
                "Do you blame yourself?": "Every night.",
            },
        },
        "coal": {"asked": ["What do you burn?"], "say": "Oak charcoal."},
        "ore": {"asked": ["Where is the iron from?"], "say": "From the quarry."},
    },
    "lines": {"unknown": "Search me.", "again": "As I said: {line}", "allow": "You may."},
}
FAR = {"brother": 0.1, "coal": 0.1, "ore": 0.05}
TALK = {"on_food": 0.2}
NOTHING = {"when": 0.3, "where": 0.3, "Who brought you the news?": 0.3, "Do you blame yourself?": 0.3}


@pytest.fixture
def actor(stage):
    actor = stage(**CARD)
    actor.hear("what happened to your brother?", "ask_about", "talk", target=None, knowledge={**FAR, "brother": 1.0}, talk=TALK)
    return actor


def ask(actor, text, follows=None, knowledge=None, talk=None):
    return actor.hear(
        text,
        "ask_about",
        "talk",
        target=None,
        knowledge={**FAR, **(knowledge or {})},
        talk=talk or TALK,
        follows={**NOTHING, **(follows or {})},
    ).line


@pytest.mark.parametrize(
    ("text", "follows", "line"),
    [
        ("do you feel responsible for that?", {"Do you blame yourself?": 0.62}, "Every night."),
        ("who came to tell you?", {"Who brought you the news?": 0.6}, "Bram did, with the hilt."),
        ("in which year did he fall?", {"when": 0.4, "where": 0.45}, "Nine years ago."),
        ("which town did he fall at?", {"when": 0.45, "where": 0.4}, "At the ford of Marl."),
    ],
)
def test_what_goes_on_about_a_fact_finds_what_is_told_further_in_other_words(actor, text, follows, line):
    assert ask(actor, text, follows) == line


def test_a_question_that_nothing_is_told_further_of_is_named_in_the_answer(actor):
    line = ask(actor, "was he older than you?")
    assert line.startswith("Whether he was older than me?")
    assert line not in {"Nine years ago.", "At the ford of Marl.", "Bram did, with the hilt.", "Every night."}


def test_leave_that_the_card_gives_in_its_own_words_is_given_so(stage):
    further = {"May I hold it?": "It bites. Mind the edge."}
    axe = {"asked": ["Where did you get the axe?"], "say": "My father's.", "further": further}
    actor = stage(knowledge={"axe": axe, "coal": CARD["knowledge"]["coal"]}, lines=CARD["lines"])
    near = {"axe": 0.2, "coal": 0.1}
    actor.hear("where did you get the axe?", "ask_about", "talk", target=None, knowledge={**near, "axe": 1.0}, talk=TALK)
    follows = {"May I hold it?": 0.7}
    heard = actor.hear("can I swing it once?", "chat", "talk", target=None, knowledge=near, talk=TALK, follows=follows)
    assert heard.line == "It bites. Mind the edge."


@pytest.mark.parametrize(
    ("knowledge", "talk", "told"),
    [
        ({"coal": 0.5}, 0.5, True),  # near, and alone in being near
        ({"coal": 0.45, "ore": 0.45}, 0.5, False),  # one of two that are as near
        ({"coal": 0.5}, 0.95, False),  # what anybody may be asked
        ({"coal": 0.36}, 0.5, False),
    ],
)
def test_a_fact_is_meant_that_is_alone_in_being_near(stage, knowledge, talk, told):
    actor = stage(**CARD)
    line = ask(actor, "whatever goes into that furnace?", {}, knowledge, {"on_food": talk})
    assert (line == "Oak charcoal.") is told


def test_what_is_in_view_is_counted_and_not_told_of(stage):
    wolves = {"asked": ["What about the wolves?"], "say": "They come at night.", "further": {"many": "Six."}}
    actor = stage(knowledge={"wolves": wolves, "coal": CARD["knowledge"]["coal"]}, lines=CARD["lines"])
    near = {"wolves": 0.3, "coal": 0.1}
    actor.hear("what about the wolves?", "ask_about", "talk", target=None, knowledge={**near, "wolves": 1.0}, talk=TALK)
    seen = actor.hear(
        "how many wolves do you see?", "ask_about", "talk", target=None, knowledge=near, talk=TALK, follows={"many": 0.9}
    )
    assert seen.line != "Six."


def test_what_is_told_further_of_a_fact_that_was_not_spoken_of_is_told_before_it_is_said_that_nobody_knows(stage):
    ferry = {"asked": ["What is the fare?"], "say": "Two coppers.", "further": {"Do you go at night?": "Not in fog."}}
    actor = stage(knowledge={"ferry": ferry, "coal": CARD["knowledge"]["coal"]}, lines=CARD["lines"])
    near, further = {"ferry": 0.2, "coal": 0.1}, {"ferry: Do you go at night?": 0.55}
    asked = {"target": None, "knowledge": near, "talk": TALK}
    assert actor.hear("who crosses after dark?", "ask_about", "talk", further=further, **asked).line == "Not in fog."


def test_why_something_is_not_done_asks_for_no_deed_where_the_card_tells_why(stage):
    robbers = {
        "asked": ["Who are the robbers?"],
        "say": "Deserters.",
        "further": {"Why do you not drive them out?": "Too many."},
    }
    actor = stage(knowledge={"robbers": robbers, "coal": CARD["knowledge"]["coal"]}, lines=CARD["lines"])
    near = {"robbers": 0.3, "coal": 0.1}
    actor.hear("who are the robbers?", "ask_about", "talk", target=None, knowledge={**near, "robbers": 1.0}, talk=TALK)
    follows = {"Why do you not drive them out?": 0.8}
    heard = actor.hear("why don't you chase them away", "warn", "warn", target=None, knowledge=near, talk=TALK, follows=follows)
    assert heard.line == "Too many."
