"""What a speaker said in passing is told back when a question repeats its words, and nothing else is."""

from __future__ import annotations

import pytest

from npc import Character, Percept
from npc.language.own_words import bare, of_ones_life, says_so, seen_together
from npc.persona import load_persona


class Talk:
    """A character and its clock; the model hears chat in whatever is said."""

    def __init__(self) -> None:
        self.character = Character(load_persona("guard"), "test", 0)
        self.now = 0.0

    def say(self, text: str, intent: str = "chat") -> str:
        self.now += 2.0
        percept = Percept(time=self.now, text=text, speaker="player", intent={intent: 0.9}, action={"talk": 0.9})
        return self.character.tick(percept).line.lower()

    def ask(self, text: str) -> str:
        return self.say(text, "ask_about")


@pytest.mark.parametrize(
    ("said", "question", "words"),
    [
        ("wanna see my frog? his name is Bubbles", "whats my frogs name?", "bubbles"),
        ("My knees are bad. Eighty-one winters, I've seen.", "How old did I say I am?", "81"),
        ("I've seventy-four summers behind me", "how old am I?", "74"),
        ("I am buying for my daughter's wedding. She marries on Sunday.", "And on what day is the wedding?", "sunday"),
        ("I am buying for my daughter's wedding, you see.", "do you remember what I am shopping for?", "wedding"),
        ("I once fled from a battle. I never told anyone that.", "Tell me again, what was it I confessed to you?", "battle"),
        ("Between you and me, I stole the spoon from the duke.", "what was it I confessed?", "spoon"),
        ("wolf bit my arm, it is bleeding", "Where did the wolf bite me?", "arm"),
        ("I have wronged my brother.", "what did I confess?", "brother"),
        ("I am allergic to clover, it makes me sneeze.", "what makes me sneeze?", "clover"),
        ("I learned it from an aunt in Velm.", "who taught me?", "aunt"),
        ("grandpa had a fall off the roof on sunday", "when did he fall?", "sunday"),
        ("My eldest is called Wim, he's fourteen.", "How old is my eldest?", "14"),
        ("I play the hurdy-gurdy.", "Which instrument do I play, can you recall?", "hurdy"),
        ("a bee stung my ear", "what stung me?", "bee"),
        ("My plough broke on the stone field.", "Tell me once more: what broke on me?", "plough"),
        ("My brother's called Rolf, by the way.", "Did you sleep well? What was my brother's name again?", "rolf"),
    ],
)
def test_what_was_told_in_passing_is_told_back(said, question, words):
    talk = Talk()
    talk.say(said)
    talk.say("it is cold today")
    assert words in talk.ask(question)


@pytest.mark.parametrize(
    ("said", "question", "words"),
    [
        ("If anyone comes asking for Tobias, tell them I went to the inn.", "So what will you tell them?", "went to the inn"),
        ("Tell my mother that I love her.", "What did I ask you to tell my mother?", "love"),
        ("If you see the man, arrest him.", "And what did I ask you to do if you saw him?", "arrest"),
        ("Hold this ring for me till Friday.", "What was it you're keeping for me?", "ring"),
    ],
)
def test_messages_things_kept_and_orders_for_a_case_are_told_back(said, question, words):
    talk = Talk()
    talk.say(said, "command")
    talk.say("do not touch the chest", "command")
    assert words in talk.ask(question)


@pytest.mark.parametrize(
    "question",
    [
        "what was it I confessed to you?",
        "what is my goat's name?",
        "what did I say about my goat?",
        "what stung me?",
        "where did the bear bite me?",
        "when is the funeral again?",
        "how old did I say I am?",
        "what's my uncle's worst habit, did I say?",
    ],
)
def test_what_no_line_has_a_word_of_is_not_made_up(question):
    talk = Talk()
    told = ("my horse Bramble limps on the left leg", "I sold three barrels on Monday")
    for line in told:
        talk.say(line)
    line = talk.ask(question)
    assert "bramble" not in line
    assert "barrels" not in line
    assert "monday" not in line


def test_a_question_is_freed_of_what_says_that_it_is_one_of_recall():
    assert bare("tell me again, what was it I hid?") == "what was it I hid"
    assert bare("who did I see at the mill, do you remember?") == "who did I see at the mill"


def test_only_questions_after_ones_own_words_are_ones():
    assert says_so("what did I say happened to my horse?")
    assert not says_so("what did you say?")
    assert of_ones_life("who kicked me out?")
    assert not of_ones_life("who helps me?")
    assert not of_ones_life("what should I do?")


def test_the_sort_of_what_was_seen_is_known():
    assert seen_together("And what creature did we see among the trees?") == "creature"
    assert seen_together("what beast was it that we met back there?") == "beast"
    assert not seen_together("what animal do you like?")
