"""Characters of one game that speak to each other: heard like anybody, and not for ever."""

from __future__ import annotations

from engine.minds.brain import Brain
from engine.minds.mind import Observation
from engine.perception.echo import EchoPerceiver

CARD = {"lines": {"greet": ["Well met, {player}."], "talk": ["So you say, {player}."], "unclear": ["What, {player}?"]}}


def say(brain: Brain, mind, speaker: str, text: str, time: float) -> str:
    [(decision, _)] = brain.decide(None, [Observation(mind, time, text, speaker)])
    return decision.line


def test_a_character_hears_another_by_its_name_and_both_fall_silent_after_a_while() -> None:
    brain = Brain(EchoPerceiver())
    odo, mira = (brain.mind(name.lower(), {"name": name, **CARD}, world="game") for name in ("Odo", "Mira"))
    line, said = "hello", []
    for time in range(12):
        mind, speaker = (mira, "odo") if time % 2 == 0 else (odo, "mira")
        if not line:
            break
        line = say(brain, mind, speaker, line, float(time))
        said.append(line)
    assert "Odo" in said[0]
    assert "Mira" in said[1]
    assert said[-1] == ""
    assert len(said) == 9
    assert mira.character.memory.person("odo").heard > 0


def test_a_player_is_never_met_with_silence_for_talking_much() -> None:
    brain = Brain(EchoPerceiver())
    mira = brain.mind("mira", {"name": "Mira", **CARD}, world="game")
    brain.mind("odo", {"name": "Odo", **CARD}, world="another game")
    assert all(say(brain, mira, "odo", "hello", float(time)) for time in range(12))
