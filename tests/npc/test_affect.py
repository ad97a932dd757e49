"""Mood: pushed by what happens, drawn home by time."""

from __future__ import annotations

import pytest

from npc.affect import EMOTIONS, HALF_LIFE, Affect, Mood, temperament

CALM = Affect(0.1, 0.0, 0.0)


def test_half_of_a_shift_is_gone_after_the_half_life():
    mood = Mood(CALM)
    mood.pass_time(0.0)
    mood.feel("anger", 1.0)
    before = mood.shift
    mood.pass_time(HALF_LIFE)
    assert mood.shift == pytest.approx([axis / 2 for axis in before])


def test_decay_does_not_depend_on_how_often_time_is_told():
    coarse, fine = Mood(CALM), Mood(CALM)
    for mood, steps in ((coarse, 1), (fine, 100)):
        mood.pass_time(0.0)
        mood.feel("fear", 1.0)
        for step in range(1, steps + 1):
            mood.pass_time(60.0 * step / steps)
    assert coarse.now == pytest.approx(fine.now)


def test_a_clock_that_runs_backwards_changes_nothing():
    mood = Mood(CALM)
    mood.pass_time(100.0)
    mood.feel("joy", 1.0)
    before = mood.now
    mood.pass_time(50.0)
    assert mood.now == before


@pytest.mark.parametrize(("emotion", "name"), [("anger", "angry"), ("fear", "afraid"), ("joy", "happy")])
def test_repeated_feelings_give_the_mood_its_name(emotion, name):
    mood = Mood(CALM)
    assert mood.name == "neutral"
    for _ in range(4):
        mood.feel(emotion, 1.0)
    assert mood.name == name


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_the_mood_stays_within_its_bounds(emotion):
    mood = Mood(Affect(0.9, 0.9, -0.9))
    for _ in range(100):
        mood.feel(emotion, 1.0)
    assert all(-1.0 <= axis <= 1.0 for axis in mood.now)


def test_the_brave_are_calm_and_the_warm_are_pleased_by_nature():
    assert temperament({"brave": 0.9}).arousal < temperament({"brave": -0.9}).arousal
    assert temperament({"warm": 0.9}).valence > temperament({"warm": -0.9}).valence
