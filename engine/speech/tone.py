"""How something was said, by its sound alone: loudness, pitch and pace are a second opinion beside the words."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from engine.speech.recognition import plain_words
from engine.speech.sound import RATE, Samples

_FRAME, _STEP = 640, 160  # samples: 40 ms, every 10 ms
_LOWEST, _HIGHEST = 70, 420  # hertz of voices
_VOICED = 0.55  # of a frame's energy that comes back after one period
_LEAST_S = 0.4  # of speech: below it nothing is told
_SAYS = 0.5  # of evidence
_LINES, _ENOUGH = 20, 3  # that are compared with
_SURE = 0.9  # of what the strongest evidence leaves to the others
_VOWELS = "aeiouy"


@dataclass(frozen=True, slots=True)
class Sounding:
    """What is measured of a line.

    Attributes:
        loud_db: of its loud parts, below full scale.
        voiced: share of its loud frames that have a pitch; a whisper has none.
        pitch: median, hertz; 0 without any.
        spread: of the pitch, in semitones, from the 10th to the 90th percentile.
        bright_db: energy above 1 kHz beside that below, in decibels: shouting is bright.
        pace: syllables a second.
        clipped: share of samples at full scale.
    """

    loud_db: float
    voiced: float
    pitch: float
    spread: float
    bright_db: float
    pace: float
    clipped: float


def sounding(sound: Samples, text: str, spoken_s: float) -> Sounding | None:
    """Measure a line at 16 kHz; None where there is too little of it."""
    if spoken_s < _LEAST_S or len(sound) < 8 * _FRAME:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_STEP]
    energy = np.sqrt(np.mean(frames**2, axis=1))
    loud = energy > 0.25 * float(np.percentile(energy, 95))
    if int(loud.sum()) < 10:
        return None
    chosen = frames[loud] - frames[loud].mean(axis=1, keepdims=True)
    pitches = _pitches(chosen)
    has = pitches > 0
    semitones = 12.0 * np.log2(pitches[has] / 100.0) if has.any() else np.zeros(1)
    power = np.abs(np.fft.rfft(chosen * np.hanning(_FRAME), axis=1)) ** 2
    edge = int(1000 * _FRAME / RATE)
    bright = float(power[:, edge:].sum() / max(float(power[:, 3:edge].sum()), 1e-12))
    return Sounding(
        loud_db=20.0 * float(np.log10(max(float(np.sqrt(np.mean(energy[loud] ** 2))), 1e-5))),
        voiced=float(has.mean()),
        pitch=float(np.median(pitches[has])) if has.any() else 0.0,
        spread=float(np.percentile(semitones, 90) - np.percentile(semitones, 10)),
        bright_db=10.0 * float(np.log10(max(bright, 1e-6))),
        pace=sum(map(_syllables, plain_words(text))) / spoken_s,
        clipped=float(np.mean(np.abs(sound) > 0.985)),
    )


def _pitches(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """The pitch of each frame in hertz, 0 where it has none: the first strong peak of its autocorrelation."""
    size = 2 * _FRAME
    spectrum = np.fft.rfft(frames, size, axis=1)
    rows = np.fft.irfft(np.abs(spectrum) ** 2, size, axis=1)[:, :_FRAME]
    rows = rows / np.maximum(rows[:, :1], 1e-9) / (1.0 - np.arange(_FRAME) / _FRAME)[None]
    low, high = RATE // _HIGHEST, RATE // _LOWEST
    window = rows[:, low:high]
    best = window.max(axis=1)
    first = np.argmax(window >= 0.9 * best[:, None], axis=1)  # not twice the period
    return np.where(best >= _VOICED, RATE / (low + first), 0.0)


def _syllables(word: str) -> int:
    """About as many as there are groups of vowels."""
    groups = sum(letter in _VOWELS and (place == 0 or word[place - 1] not in _VOWELS) for place, letter in enumerate(word))
    silent = word.endswith("e") and groups > 1 and not word.endswith("le")
    return max(1, groups - silent)


class Usual:
    """How somebody usually sounds, of the lines before: nobody knows how loud a microphone is or how high a voice."""

    def __init__(self) -> None:
        self._lines: deque[Sounding] = deque(maxlen=_LINES)

    def tone(self, line: Sounding | None) -> Mapping[str, float]:
        """The tones that a line speaks for, with probabilities; empty where it speaks for none, as most do.

        Louder than usual is angry or, where it is faster and higher too, excited; slower and softer is sad. These want some
        lines to compare with, of which the line is one from now on; a whisper, which is afraid, does not. A voice that
        trembles cannot be told from the beat of its syllables.
        """
        if line is None:
            return {}
        evidence = {"afraid": _beyond(-line.voiced, -0.25, 0.05) * _beyond(line.bright_db, 2.0, 1.5)}
        if len(self._lines) >= _ENOUGH and evidence["afraid"] < _SAYS:
            loud = line.loud_db - median(other.loud_db for other in self._lines)
            pace = line.pace / max(median(other.pace for other in self._lines), 0.5)
            usual = median(other.pitch for other in self._lines)
            high = 12.0 * float(np.log2(line.pitch / usual)) if min(line.pitch, usual) > 0 else 0.0
            quick = _beyond(pace, 1.14, 0.04)
            evidence["angry"] = max(_beyond(loud, 4.5, 0.7), _beyond(line.clipped, 0.02, 0.005)) * (1.0 - 0.6 * quick)
            evidence["excited"] = quick * _beyond(loud, 1.2, 0.6) * _beyond(high, 1.5, 0.8)
            evidence["sad"] = _beyond(-pace, -0.84, 0.03) * _beyond(-loud, 3.0, 0.8)
        self._lines.append(line)
        strongest = max(evidence.values())
        if strongest < _SAYS:
            return {}
        total = sum(evidence.values()) + 1.0 - _SURE * strongest
        return {tone: round(p / total, 3) for tone, p in evidence.items() if p / total > 0.05}


def _beyond(value: float, edge: float, width: float) -> float:
    """0 to 1: how far a value is beyond an edge, 0.5 upon it."""
    return float(1.0 / (1.0 + np.exp(-np.clip((value - edge) / width, -40.0, 40.0))))
