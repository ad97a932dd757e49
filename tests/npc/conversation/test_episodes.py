"""What was said and seen is found again by what it was about."""

from __future__ import annotations

import pytest

from npc import Character, Percept


def _asked(actor, text):
    return actor.hear(text, "ask_about", "talk", target=None)


@pytest.mark.parametrize("question", ["do you remember the mill?", "What did I tell you about the mill?", "remember the mill"])
def test_what_the_speaker_said_of_a_thing_is_told_with_when(stage, question):
    actor = stage()
    actor.hear("The old mill burned down last winter.", "chat", "talk")
    actor.time += 600.0
    decision = _asked(actor, question)
    assert "remembers mill" in decision.reason
    assert "old mill burned down last winter" in decision.line


def test_what_was_seen_is_remembered_after_a_restart(stage):
    actor = stage(watch={"wolf": "threat"})
    actor.see(wolf=0.95)
    again = Character(actor.character.persona, "test", 0)
    again.restore(actor.character.snapshot())
    percept = Percept(time=0.0, text="do you remember the wolf?", intent={"ask_about": 0.9}, action={"talk": 0.9})
    assert "wolf" in again.tick(percept).line.lower()


def test_what_nobody_spoke_of_is_not_remembered(stage):
    assert "remembers nothing of dragon" in _asked(stage(), "do you remember the dragon?").reason


def _near(actor, text: str, **likeness: float):
    """Asks, with how near the question comes to what is remembered, by a word of each."""
    recalled = {
        episode.id: near
        for word, near in likeness.items()
        for episode in actor.character.memory.episodes
        if word in episode.text
    }
    return actor.hear(text, "ask_about", "talk", target=None, recalled=recalled)


@pytest.mark.parametrize(
    "question",
    [
        "do you remember where I hid the gold?",
        "where did I say I put my money?",
        "do you remember the treasure?",
        "do you remember what I said about my savings?",
        "where did I bury my money?",
    ],
)
def test_what_was_said_is_recalled_by_its_meaning_with_its_time(stage, question):
    actor = stage()
    actor.hear("I buried the coins under the old oak.", "chat", "talk")
    actor.hear("nice weather today", "chat", "talk")
    actor.time += 600.0
    decision = _near(actor, question, coins=0.56, weather=0.3)
    assert "you buried the coins under the old oak" in decision.line
    assert "(0.56)" in decision.reason


def test_what_comes_near_by_chance_is_not_what_was_meant(stage):
    actor = stage()
    actor.hear("give me the axe please", "ask_item", "give")
    assert "axe" not in _near(actor, "do you remember my sword?", axe=0.42).line


def test_nobody_is_told_what_another_said_to_him_as_his_own(stage):
    actor = stage()
    actor.hear("I buried the coins under the old oak.", "chat", "talk", speaker="Bo")
    assert "oak" not in _near(actor, "do you remember where I hid the gold?", coins=0.9).line


@pytest.mark.parametrize(
    "question", ["what did Bo say about the wolf?", "who told you about the wolf?", "what did bo tell you?"]
)
def test_what_somebody_else_said_is_told_with_his_name(stage, question):
    actor = stage()
    actor.hear("A wolf took two of my sheep.", "chat", "talk", speaker="Bo")
    actor.hear("hello", "greet", "greet")
    decision = _asked(actor, question)
    assert "Bo" in decision.line
    assert "wolf took two of my sheep" in decision.line


def test_of_words_that_are_long_forgotten_it_knows_what_they_were_about(stage):
    actor = stage()
    actor.hear("The old mill burned down last winter.", "chat", "talk")
    for n in range(400):
        actor.hear(f"so it is, number {n}", "chat", "talk")
    memory = actor.character.memory
    assert not any("mill" in episode.text for episode in memory.episodes)
    assert memory.person("player").spoke_of["mill"].times == 1
    decision = _asked(actor, "do you remember the mill?")
    assert "remembers that mill was spoken of" in decision.reason
    again = Character(actor.character.persona, "test", 0)
    again.restore(actor.character.snapshot())
    percept = Percept(time=0.0, text="do you remember the mill?", intent={"ask_about": 0.9}, action={"talk": 0.9})
    assert "was spoken of" in again.tick(percept).reason


def test_what_is_summed_up_is_bounded_and_the_same_each_time(stage):
    def lived():
        actor = stage()
        for n in range(900):
            actor.hear(f"I have seen the thing{chr(97 + n % 26)}{chr(97 + n // 26 % 26)} by the river", "chat", "talk")
        return actor.character.memory.person("player").spoke_of

    spoke_of = lived()
    assert len(spoke_of) == 24
    assert "river" in spoke_of  # named most
    assert spoke_of == lived()


def test_what_was_asked_is_told_only_to_who_asks_what_he_has_asked(stage):
    actor = stage()
    actor.hear("whats the name of my dog", "ask_about", "talk")
    actor.hear("how much for the red potion?", "ask_price", "trade")
    assert "dog" not in _near(actor, "do you remember my horse?", dog=0.6).line
    assert "how much for the red potion" in _near(actor, "what did I ask you about remedies?", potion=0.5).line


def test_what_is_asked_of_kin_finds_what_was_said_of_them(stage):
    actor = stage()
    for said in ("my grandpa says that only laughter cures", "he is 90 and still dances"):
        actor.hear(said, "chat", "talk", target=None)
    asked = actor.hear(
        "how old is my grandpa?", "ask_about", "talk", target=None, recalled={0: 0.41, 1: 0.4}, talk={"on_age": 0.4}
    )
    assert "he is 90" in asked.line.lower()
