"""How a voice sounds is a second opinion beside what it says."""

from __future__ import annotations

import math

import pytest

from engine.minds.tone import fused_tone

LABELS = ("neutral", "friendly", "angry", "afraid", "sad", "excited")
DOUBTFUL = dict(zip(LABELS, (0.4, 0.05, 0.35, 0.1, 0.05, 0.05), strict=True))
SURE = dict(zip(LABELS, (0.01, 0.95, 0.01, 0.01, 0.01, 0.01), strict=True))


def best(tone) -> str:
    return max(tone, key=tone.get)


def test_a_shout_decides_where_words_leave_it_open():
    assert best(fused_tone(DOUBTFUL, {"angry": 0.8})) == "angry"


def test_words_that_say_nothing_of_their_tone_go_by_the_sound():
    plain = dict.fromkeys(LABELS, 0.01) | {"neutral": 0.95}
    assert best(fused_tone(plain, {"angry": 0.8, "excited": 0.1})) == "angry"
    assert best(fused_tone(plain, {})) == "neutral"


def test_words_that_are_sure_outweigh_the_sound():
    assert best(fused_tone(SURE, {"angry": 0.8})) == "friendly"


@pytest.mark.parametrize(
    "sound", [{}, {"shouted": 0.9}, {"angry": "loud"}, {"angry": 0.0}, {"angry": -1.0}, {"angry": float("nan")}]
)
def test_a_sound_that_says_nothing_of_tones_changes_nothing(sound):
    assert fused_tone(DOUBTFUL, sound) == DOUBTFUL


@pytest.mark.parametrize("sound", [{"angry": 1.0}, {"angry": 1.0, "afraid": 1.0}, dict.fromkeys(LABELS, 1 / 6)])
def test_shares_add_up(sound):
    assert math.isclose(sum(fused_tone(DOUBTFUL, sound).values()), 1.0)
