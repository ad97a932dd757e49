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


def test_what_became_of_a_line_of_the_second_voice_is_shown_and_told_to_whoever_asks_why(capsys) -> None:
    outcomes = iter([("Well met.", "second voice: 'Well met.'"), ("", "second voice: sees a dragon; the authored line stands")])
    talk("guard", ["hello", "/why", "hello again", "/why", "/quit"], voiced=lambda character, decision: next(outcomes))
    told = capsys.readouterr().out
    assert '    or:  "Well met."' in told
    assert "    second voice: 'Well met.'" in told
    assert told.count("second voice: sees a dragon; the authored line stands") == 2


def test_a_chat_finds_what_was_said_by_its_meaning(capsys) -> None:
    asked = []

    def recalling(memory, words):
        asked.append(words)
        return {episode.id: 0.6 for episode in memory.episodes if "coins" in episode.text}

    lines = ["I buried my coins under the old oak", "do you remember where I hid my gold?", "/quit"]
    talk("guard", lines, recalling=recalling)
    assert "you buried your coins under the old oak" in capsys.readouterr().out
    assert asked == [["do you remember where I hid my gold?", "where I hid my gold"]]
