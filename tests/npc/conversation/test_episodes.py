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
