"""How a line was said, by its sound: what is unlike the lines before, whatever the microphone."""

from __future__ import annotations

import numpy as np
import pytest

from engine.speech.sound import RATE
from engine.speech.tone import Sounding, Usual, sounding
from tests.speech.sounds import said, silence

PLAIN = ["Have you seen Orrin anywhere today?", "Bring the red potion to Mira.", "I found this mushroom in the forest."]
LINE = "Tell Odo that I am waiting by the well."
MANNERS = {
    "shouted": ({"volume": 200, "rate": 180, "pitch": 70, "melody": 75}, "en-us", {"angry", "excited"}),
    "whispered": ({"volume": 60}, "en-us+whisper", {"afraid"}),
    "slow and soft": ({"volume": 45, "rate": 115, "pitch": 32, "melody": 20}, "en-us", {"sad"}),
}


def _measured(text: str, gain: float, voice: str = "en-us", **how) -> Sounding | None:
    sound = np.clip(said(text, voice, pause=0.0, **how) * gain, -1, 1).astype(np.float32)
    return sounding(sound, text, len(sound) / RATE)


@pytest.fixture(autouse=True)
def _needs_a_voice():
    for package in ("espeakng_loader", "soxr"):
        pytest.importorskip(package, reason="needs the voice extra")


@pytest.mark.parametrize("gain", [0.4, 0.8, 1.3])
@pytest.mark.parametrize("manner", MANNERS)
def test_a_manner_is_told_whatever_the_microphone(manner, gain):
    how, voice, meant = MANNERS[manner]
    usual = Usual()
    for line in PLAIN:
        assert usual.tone(_measured(line, gain)) == {}, "plain speech has no tone of its own"
    told = usual.tone(_measured(LINE, gain, voice, **how))
    assert max(told, key=told.__getitem__) in meant
    assert sum(told.values()) <= 1.0


def test_the_first_line_of_somebody_loud_is_no_anger():
    assert Usual().tone(_measured(LINE, 1.0, volume=180)) == {}


def test_who_always_shouts_is_not_always_angry():
    usual = Usual()
    for line in PLAIN * 2:
        usual.tone(_measured(line, 1.0, **MANNERS["shouted"][0]))
    assert usual.tone(_measured(LINE, 1.0, **MANNERS["shouted"][0])) == {}


@pytest.mark.parametrize("seconds", [0.0, 0.1, 3.0])
def test_silence_has_no_tone(seconds):
    assert Usual().tone(sounding(silence(seconds), "hello", seconds)) in ({}, {"afraid": 0.0})


def test_the_tones_are_labels_of_the_model():
    from engine.formats.labels import load_labels

    labels = set(load_labels().heads["tone"])
    for _, _, meant in MANNERS.values():
        assert meant <= labels


def test_the_line_that_is_told_brings_its_tone(ears):
    from engine.speech.hearing import Hearings
    from tests.speech.sounds import pieces

    told = []
    hearings = Hearings(ears, told.append)
    how = MANNERS["shouted"][0]
    for name, sound in enumerate([*(said(line) * 0.6 for line in PLAIN), said(LINE, **how) * 0.6]):
        parts = pieces(sound)
        for number, pcm in enumerate(parts):
            hearings.take(str(name), number, pcm, end=number == len(parts) - 1)
        while hearings.work():
            pass
    tones = [line.tone for line in told if line.final]
    assert tones[:3] == [{}, {}, {}]
    assert max(tones[3], key=tones[3].__getitem__) in {"angry", "excited"}
