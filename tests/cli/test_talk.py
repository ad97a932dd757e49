"""What is in view in a chat by the author's word counts as if the model saw it."""

from __future__ import annotations

import pytest

from engine.cli.talk import ModelReader, with_sight
from engine.perception import Perceiver
from npc import Percept, persona_from
from npc.chat import talk

PLAIN = persona_from({"name": "Ada"})
GENTLE = persona_from({"name": "Ada", "boundaries": {"attack": "I harm nobody."}})


def heard(intent: str, text: str) -> Percept:
    """What the model makes of words without a frame: it sees nothing of the kind."""
    return Percept(time=0.0, intent={intent: 0.9}, action={"refuse": 0.9}, text=text, has_frame=False)


@pytest.mark.parametrize(
    ("intent", "text", "in_view", "action"),
    [
        ("attack", "kill the Wolf", ["fire", "wolf"], "attack"),
        ("attack", "kill it", ["wolf"], "attack"),
        ("help_me", "help me!", ["wolf"], "defend"),
        ("flee", "run!", ["fire"], "flee"),
        ("pick_up", "pick up the chest", ["treasure chest"], "pick_up"),
        ("ask_where", "where is the wolf?", ["wolf"], "point_at"),
    ],
)
def test_words_point_at_what_is_in_view(intent: str, text: str, in_view: list[str], action: str) -> None:
    percept = with_sight(heard(intent, text), in_view, PLAIN)
    assert percept.target is not None
    assert max(percept.action, key=percept.action.__getitem__) == action


@pytest.mark.parametrize(
    ("intent", "text", "in_view"),
    [
        ("attack", "kill the wolf", []),
        ("attack", "kill the bear", ["wolf"]),
        ("attack", "kill it", ["fire"]),
        ("give_me", "give me the key", ["wolf"]),
        ("greet", "hello", ["wolf"]),
    ],
)
def test_words_that_point_at_nothing_in_view_stay_as_the_model_heard_them(intent: str, text: str, in_view: list[str]) -> None:
    assert with_sight(heard(intent, text), in_view, PLAIN) == heard(intent, text)


def test_what_a_boundary_forbids_is_asked_for_with_nothing_in_view_too() -> None:
    percept = with_sight(heard("attack", "kill the wolf"), [], GENTLE)
    assert set(percept.action) == {"attack"}
    assert percept.target is None


def test_the_guard_fights_the_wolf_that_is_in_view(perceiver: Perceiver, capsys: pytest.CaptureFixture[str]) -> None:
    talk("guard", ["/see wolf", "kill the wolf"], reader=ModelReader(perceiver))
    assert "[attack" in capsys.readouterr().out


@pytest.mark.parametrize("see", ["/see", "/see wolf"])
def test_a_boundary_is_told(perceiver: Perceiver, capsys: pytest.CaptureFixture[str], tmp_path, see: str) -> None:
    card = tmp_path / "ada.yaml"
    card.write_text("name: Ada\nboundaries: {attack: I harm nobody.}\n", encoding="utf-8")
    talk(str(card), [see, "kill the wolf"], reader=ModelReader(perceiver))
    assert "I harm nobody." in capsys.readouterr().out
