"""The assistant that ships helps with the game itself, by what the game tells."""

from __future__ import annotations

import pytest

from npc import assistants, characters, load_persona
from npc.chat import Chat

TOLD = {"goal": "Find the old well.", "keys": "WASD to walk, Enter to speak.", "hint": "Look behind the mill.", "gold": 3.0}


@pytest.fixture
def ask(monkeypatch):
    """Says a line to the assistant in the terminal; what it then says and does."""
    chat = Chat("guide")
    decisions = []
    monkeypatch.setattr(Chat, "_show", lambda self, decision: decisions.append(decision))

    def said(line, **state):
        chat._state = dict(state)
        chat.turn(line)
        return decisions[-1] if decisions else None

    return said


def test_an_assistant_ships_beside_the_characters():
    assert assistants() == ["guide"]
    assert not {*assistants()} & {*characters()}
    assert load_persona("guide").name == "Wisp"


@pytest.mark.parametrize(
    ("line", "said", "untold"),
    [
        ("what is my goal?", "Find the old well.", "no goal"),
        ("which keys are there?", "WASD to walk", "not told me its keys"),
        ("give me a hint", "Look behind the mill.", "no hint for this place"),
        ("how much gold do I have?", "You have 3 coins.", "not been told"),
    ],
)
def test_it_tells_what_the_game_has_told_it_and_owns_up_to_the_rest(ask, line, said, untold):
    assert untold in ask(line).line
    assert said in ask(line, **TOLD).line


def test_it_speaks_of_what_is_on_the_screen(ask):
    ask("/see chest, door")
    assert "a chest on the left and a door on the right" in ask("what do you see?").line
    assert "a chest on the left and a door on the right" in ask("whats on the screen").line


def test_it_speaks_up_where_the_player_is_badly_hurt_and_only_then(ask):
    ask("hello", health=90)
    assert "badly hurt: 20 left" in ask("/wait 2", health=20).line


def test_it_does_not_play_the_game_for_the_player(ask):
    assert ask("attack it").action == "refuse"
