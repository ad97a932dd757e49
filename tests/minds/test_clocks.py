"""A game's clock that starts again, jumps, stands or is missing never blinds or freezes a character."""

from __future__ import annotations

import pytest

from engine.minds.brain import Brain
from engine.minds.mind import Mind, Observation
from engine.perception.echo import EchoPerceiver
from engine.perception.types import Sight
from npc import Character, load_persona
from npc.types import Detection

UPTIME = 543_210.0  # what the server's clock shows: hours or weeks


class Wolf(EchoPerceiver):
    """Sees a wolf, or none."""

    there = False

    def see(self, frame, queries):
        heads = {"intent": {"none": 1.0}, "action": {"idle": 0.9}}
        return [Sight(heads, watch=(Detection("wolf", 0.99 if self.there else 0.01, 0.5, 0.5),)) for _ in queries]


class Stage:
    """A coward whose game shows any time, two frames a second."""

    def __init__(self) -> None:
        self.eyes = Wolf()
        self.brain = Brain(self.eyes)
        self.mind = self.brain.mind("mira", "coward")
        self.received = UPTIME

    def frame(self, shown: float | None, wolf: bool = False) -> str:
        self.eyes.there = wolf
        self.received += 0.5
        return self.brain.decide(None, [Observation(self.mind, shown, received=self.received)])[0][0].action

    @property
    def now(self) -> float:
        return self.mind.character.memory.life.now


CLOCKS = {
    "runs on": [10 + n / 2 for n in range(40)],
    "starts again with a level": [600.0, *(n / 2 for n in range(40))],
    "starts again twice": [600.0, 601.0, *(n / 2 for n in range(4)), *(n / 2 for n in range(40))],
    "jumps forward, then back": [10.0, 50_000.0, *(10.5 + n / 2 for n in range(40))],
    "milliseconds once": [12.0, 12.5, 13_000.0, *(13.5 + n / 2 for n in range(40))],
    "is missing once": [10.0, None, *(11 + n / 2 for n in range(40))],
    "is missing now and then": [None if n % 3 else n / 2 for n in range(40)],
    "is missing": [None] * 40,
    "stands": [0.0] * 40,
    "stands, then runs": [7.0] * 20 + [7 + n / 2 for n in range(20)],
    "an old save is loaded": [*(90_000 + n / 2 for n in range(4)), *(300 + n / 2 for n in range(40))],
    "a later save is loaded": [*(300 + n / 2 for n in range(4)), *(90_000 + n / 2 for n in range(40))],
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_wolf_is_fled_from_and_forgotten_whatever_the_clock_does(clock):
    stage, shown = Stage(), CLOCKS[clock]
    calm, lives = shown[:-30], []
    for time in calm:
        assert stage.frame(time) == "idle"
        lives.append(stage.now)
    assert "flee" in [stage.frame(time, wolf=True) for time in shown[-30:-24]]
    fled = [stage.frame(time) for time in shown[-24:]]
    assert fled[-1] == "idle"
    assert lives == sorted(lives)


def test_a_missing_time_is_that_of_the_games_own_clock():
    mind = Mind(Character(load_persona("coward"), "mira"))
    assert mind.at(None, UPTIME) == UPTIME
    assert mind.at(10.0, UPTIME + 1) == 10.0
    assert mind.at(None, UPTIME + 1.5) == 10.5
    assert mind.at(11.0, UPTIME + 2) == 11.0


@pytest.mark.parametrize(("clock", "told"), [("starts again twice", "went back from 601 to 0 s"), ("stands", "stands at 0 s")])
def test_a_clock_that_does_what_clocks_do_not_do_is_told_once(clock, told, caplog):
    stage = Stage()
    for time in CLOCKS[clock]:
        stage.frame(time)
    assert caplog.text.count("game's clock") == 1
    assert told in caplog.text


def test_a_clock_that_runs_is_not_spoken_of(caplog):
    stage = Stage()
    for clock in ("runs on", "is missing"):
        for time in CLOCKS[clock]:
            stage.frame(time)
    assert "clock" not in caplog.text
