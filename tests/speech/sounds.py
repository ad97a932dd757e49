"""Sounds for tests, made when they are asked for: speech by another synthesiser than characters have, noise, music."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.speech.sound import RATE, Samples, pcm_of, resampled


def said(text: str, voice: str = "en-us", sampled: int = RATE, pause: float = 0.3, **how: Any) -> Samples:
    """A line as a player might say it, with a pause before and behind; `how` as for `formant_voice`."""
    from engine.speech.phonemes import formant_voice

    sound, made_at = formant_voice(text, voice, **how)
    sound = resampled(sound, made_at, sampled)
    return np.pad(sound, (int(pause * sampled), int(pause * sampled)))


def silence(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(int(seconds * rate), np.float32)


def hiss(seconds: float, loudness: float = 0.05, seed: int = 0) -> Samples:
    return (np.random.default_rng(seed).standard_normal(int(seconds * RATE)) * loudness).astype(np.float32)


def music(seconds: float) -> Samples:
    """Chords of a plucked instrument."""
    time = np.arange(int(seconds * RATE)) / RATE
    total = np.zeros(len(time))
    for number, chord in enumerate(((220, 277, 330), (196, 247, 294), (262, 330, 392), (175, 220, 262)) * 20):
        start = number * 0.5
        alive = (time >= start) & (time < start + 1.0)
        total[alive] += sum(np.sin(2 * np.pi * f * time[alive]) for f in chord) * np.exp(-3 * (time[alive] - start)) * 0.1
    return total.astype(np.float32)


def pieces(sound: Samples, rate: int = RATE, seconds: float = 0.05) -> list[bytes]:
    size = int(rate * seconds)
    return [pcm_of(sound[start : start + size]) for start in range(0, len(sound), size)]
