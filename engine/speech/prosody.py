"""How a character sounds: the voice of its card, moved by what it feels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Prosody:
    """What is asked of a voice, all of it relative to the voice file.

    Attributes:
        rate: words a second.
        pitch: of the voice and its timbre.
        volume: amplitude.
        liveliness: spread of the melody.
        pauses: between breaths.
        tremble: depth of a tremor of some six hertz, 0 for none.
    """

    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0
    liveliness: float = 1.0
    pauses: float = 1.0
    tremble: float = 0.0


@dataclass(frozen=True, slots=True)
class Character:
    """The `voice:` entry of a card, within its bounds."""

    file: str = ""
    speaker: int = 0
    prosody: Prosody = Prosody()


# A voice file has no feelings of its own: rate, pitch, loudness, melody and pauses are what can be moved.
FEELINGS = {
    "neutral": Prosody(),
    "happy": Prosody(rate=1.06, pitch=1.05, volume=1.05, liveliness=1.25, pauses=0.85),
    "angry": Prosody(rate=1.12, pitch=0.97, volume=1.35, liveliness=1.3, pauses=0.7),
    "afraid": Prosody(rate=1.2, pitch=1.07, volume=0.85, liveliness=1.2, pauses=0.8, tremble=0.25),
    "sad": Prosody(rate=0.84, pitch=0.95, volume=0.8, liveliness=0.6, pauses=1.5),
    "surprised": Prosody(rate=1.05, pitch=1.09, volume=1.1, liveliness=1.4, pauses=0.9),
    "disgusted": Prosody(rate=0.92, pitch=0.95, volume=0.95, liveliness=0.85, pauses=1.1),
}
_BOUNDS = {"pitch": (0.6, 1.6), "rate": (0.5, 2.0), "volume": (0.1, 1.5)}


def character(voice: Mapping[str, Any]) -> Character:
    """How a character sounds, of what its card says; what is out of bounds or no number is left out.

    Args:
        voice: entries of `npc.persona.Voice`; others are for voices that are not ours.
    """
    known = {name: _number(voice.get(name), low, high) for name, (low, high) in _BOUNDS.items()}
    prosody = replace(Prosody(), **{name: value for name, value in known.items() if value is not None})
    file = voice.get("file", "")
    speaker = _number(voice.get("speaker"), 0, 9999)
    return Character(file if isinstance(file, str) else "", int(speaker or 0), prosody)


def felt(base: Prosody, emotion: str) -> Prosody:
    """A voice moved by an emotion; one that has no entry moves nothing."""
    by = FEELINGS.get(emotion, FEELINGS["neutral"])
    return Prosody(
        rate=_within(base.rate * by.rate, 0.45, 2.2),
        pitch=_within(base.pitch * by.pitch, 0.55, 1.75),
        volume=_within(base.volume * by.volume, 0.05, 2.0),
        liveliness=base.liveliness * by.liveliness,
        pauses=base.pauses * by.pauses,
        tremble=by.tremble,
    )


def _number(value: object, low: float, high: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return _within(float(value), low, high)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
