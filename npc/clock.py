"""The clock of a character's life: seconds that go on whatever the clocks do that percepts come with.

A game's clock starts again with each level, stands still in a menu, jumps when a save is loaded, or is a server's own where
the game tells no time. Whoever waited for such a clock to catch up would be blind and frozen until then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LATE = 1.0  # seconds by which a percept may come late without being of another clock
FOLLOWS = 60.0  # a percept within so many seconds after the last one of a clock belongs to that clock
LONGEST = 86_400.0  # a pause of more than a day is no pause: the clock was changed
STOOD = 3  # percepts at one and the same time that are usual: words, and the frame that they were said at
STEP = 0.1  # seconds that each further one counts, so that nothing waits for ever on a clock that stands
_MOST = 4  # clocks that are told apart


@dataclass(slots=True)
class _Clock:
    told: float  # the latest time that it showed
    offset: float  # from its time to that of the life


class LifeClock:
    """Follows the clocks of percepts.

    Args:
        now: where the life goes on, in seconds; None: it begins, at whatever the first percept says.
    """

    def __init__(self, now: float | None = None) -> None:
        self._now = now
        self._clocks: list[_Clock] = []  # the one in use first
        self._stood = 0

    def at(self, time: float) -> float:
        """The second of the life for a percept of `time`; never less than before."""
        if not math.isfinite(time):
            time = self._clocks[0].told if self._clocks else 0.0
        if self._now is None:
            self._now = time
        clock = self._clock_of(time)
        now = time + clock.offset
        self._stood = self._stood + 1 if now <= self._now else 0
        if self._stood > STOOD:
            now = self._now + STEP
        now = max(now, self._now)
        if now > time + clock.offset and time >= clock.told:  # not for what is merely late
            clock.offset = now - time
        clock.told = max(clock.told, time)
        self._now = now
        return now

    def _clock_of(self, time: float) -> _Clock:
        """The clock that shows this time: one that is known, or another that takes its place in the life."""
        assert self._now is not None
        if self._clocks and -LATE <= time - self._clocks[0].told <= FOLLOWS:  # as nearly always: the one in use
            return self._clocks[0]
        clock = next((c for c in self._clocks if -LATE <= time - c.told <= FOLLOWS), None)
        if clock is None and self._clocks and 0.0 < time - self._clocks[0].told <= LONGEST:
            clock = self._clocks[0]
        if clock is None:
            clock = _Clock(time, self._now - time)
        self._clocks = [clock, *(c for c in self._clocks if c is not clock)][:_MOST]
        return clock
