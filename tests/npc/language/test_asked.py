"""What is asked in words of its own is put plainly, with the things that the words name."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.asked import PLAIN, put_plainly
from npc.language.plain import plain
from npc.language.senses import Ask, meaning_of
from npc.memory.ledger import Ledger

# Forms that the model, the card or what was told answers, once they are plain.
OPEN = {
    "burning", "cheaper", "looks_like", "met_before", "more", "my_fear", "my_plan", "safe_thing", "talked_of", "thing_doing",
    "where",    "who_before", "who_seen", "whose", "why_that", "written", "your_promise",
}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "said", "question"),
    [
        ("beside", "what would be standing alongside yon well", "what is next to the well?"),
        ("count", "number of red barrels over there?", "how many red barrels do you see?"),
        ("present_at", "by the well, is there perchance a wolf", "is there any wolf near the well?"),
        ("present_at", "a wolf close to the well or not?", "is there any wolf near the well?"),
        ("nearer", "which is the shorter walk, tree or house", "which is nearer, the tree or the house?"),
        ("who_at", "that fellow hanging around the old well, who might he be", "who is that by the old well?"),
        ("colour", "what shade would you call it", "what colour is it?"),
        ("colour", "of what hue is the one to the left?", "what colour is the one on the left?"),
        ("price", "what price would you ask for the red one?", "how much is the red one?"),
        ("mine_name", "remind me how I call that dog of mine", "what is the name of my dog?"),
        ("mine_about", "I spoke of my dear sister earlier, what was it", "what did I tell you about my sister?"),
        ("view_side", "turn your eyes leftward, to your left hand", "what is on the left?"),
        ("my_question", "the earliest of my questions was?", "what did I ask you first?"),
    ],
)
def test_it_asks_the_same_plainly(form: str, said: str, question: str) -> None:
    assert put_plainly(form, plain(said)) == question


def test_names_of_the_game_are_known_wherever_they_stand() -> None:
    assert put_plainly("where", "whereabouts would gloomfang be", {"gloomfang"}) == "where is the gloomfang?"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("colour", "which colour"),
        ("nearer", "which is nearer, the tree"),
        ("count", "how many verses?"),
        ("where", "where is the other one"),
    ],
)
def test_what_lacks_its_thing_stays_as_it_is(form: str, said: str) -> None:
    assert put_plainly(form, said) == ""


@pytest.mark.parametrize("form", sorted(PLAIN.keys() - OPEN))
def test_what_is_plain_is_understood(form: str) -> None:
    question = PLAIN[form].format(thing="barrel", other="well", mine="dog")
    assert meaning_of(question).ask is not Ask.NONE, question


def test_words_that_the_grammar_reads_are_not_asked_about() -> None:
    asked: list[str] = []

    def told(clause: str) -> str:
        asked.append(clause)
        return ""

    for said in ("follow me", "how many barrels are there?", "what is my name?"):
        read(said, Ledger(), told=told)
    assert asked == []


def test_a_question_put_plainly_keeps_what_was_said_and_its_form() -> None:
    reading = read("tell me thy count of yonder barrels here", Ledger(), told=lambda clause: "count")
    [clause] = reading.clauses
    assert clause.meaning.ask is Ask.COUNT
    assert clause.text == "how many barrels do you see?"
    assert list(reading.asked.values()) == ["count"]
    assert not reading.whole
