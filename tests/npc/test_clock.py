"""Whatever a game's clock does, a character goes on seeing, and what it does comes to its end."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npc import Character, Detection, Percept, load_persona
from npc.clock import LifeClock


def look(character: Character, time: float, wolf: bool = False) -> str:
    """What it does about one frame."""
    seen = (Detection("wolf", 0.99 if wolf else 0.01, 0.5, 0.5),)
    return character.tick(Percept(time, {"none": 1.0}, action={"idle": 0.9}, watch=seen)).action


CLOCKS = {
    "runs on": [10 + n / 2 for n in range(20)],
    "starts again": [600.0, 600.5, *(n / 2 for n in range(18))],
    "jumps forward and back": [10.0, 543_210.0, *(11 + n / 2 for n in range(18))],
    "is a server's own now and then": [t for n in range(10) for t in (5 + n / 2, 20_000 + n / 2)],
    "stands still": [7.0] * 20,
    "goes backwards": [100.0 - n for n in range(20)],
    "is broken": [math.nan, math.inf, -math.inf, *[math.nan] * 17],
}


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_a_wolf_is_seen_and_once_it_has_gone_the_flight_is_over(clock):
    coward = Character(load_persona("coward"), "tam")
    assert {look(coward, time) for time in clock[:3]} == {"idle"}
    seen = [look(coward, time, wolf=True) for time in clock[3:]]
    assert "flee" in seen[:6]
    assert seen[-1] == "flee"
    shift = math.nan if not math.isfinite(clock[-1]) else clock[-1] + (clock[1] > clock[0])
    gone = [look(coward, shift + (n / 5 if clock[-1] != clock[-2] else 0.0)) for n in range(40)]
    assert gone[-1] == "idle"


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_what_words_set_off_ends(clock):
    bard = Character(load_persona("bard"), "pip")
    words = Percept(clock[0], {"greet": 0.9}, {"neutral": 0.9}, {"greet": 0.9}, {"neutral": 0.9}, text="hello")
    assert bard.tick(words).action == "greet"
    done = [look(bard, time) for time in clock[1:]]
    assert "idle" in [*done, *(look(bard, clock[-1]) for _ in range(60))]


def test_a_life_goes_on_as_the_game_does_and_takes_no_harm_from_another_clock():
    clock = LifeClock()
    assert [clock.at(t) for t in (10.0, 10.5, 0.0, 0.5, 1.0)] == [10.0, 10.5, 10.5, 11.0, 11.5]
    assert [clock.at(t) for t in (900_000.0, 1.5, 900_001.0, 2.0)] == [11.5, 12.0, 12.5, 12.5], "two clocks run side by side"


def test_what_comes_a_little_late_makes_no_time_pass():
    clock = LifeClock()
    assert [clock.at(t) for t in (5.0, 4.9, 5.1, 5.05, 5.2)] == [5.0, 5.0, 5.1, 5.1, 5.2]


def test_words_said_at_the_time_of_a_frame_make_no_time_pass():
    clock = LifeClock()
    assert [clock.at(t) for t in (5.0, 5.0, 5.0, 5.1, 5.1)] == [5.0, 5.0, 5.0, 5.1, 5.1]


def test_a_memory_that_was_loaded_goes_on_where_it_stopped():
    clock = LifeClock(5000.0)
    assert [clock.at(t) for t in (3.0, 13.0)] == [5000.0, 5010.0]


@given(st.lists(st.floats(-1e9, 1e9) | st.sampled_from([0.0, 0.1, 100.0, math.nan, math.inf]), min_size=2, max_size=60))
def test_a_life_never_goes_back_and_never_stands_for_long(times):
    clock = LifeClock()
    life = [clock.at(time) for time in times]
    assert all(a <= b and math.isfinite(b) for a, b in pairwise(life))
    assert all(life[n + 5] > life[n] for n in range(len(life) - 5))
