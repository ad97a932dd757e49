"""How much of the processor those may have who want more of it than a game needs, while others play."""

from __future__ import annotations

MODEST_S = 0.12  # of the processor in about the last second: frames of 1280x720 at 60 Hz; whoever uses less is served at once
NEWCOMER_S = 2.0  # in which a connection has to show that it is modest, or connections without end would always go first
_LASTS_S = 5.0  # so long it is taken for what it was, or a flood would be modest by turns
_COMPANY_S = 1.0  # in which somebody must have been heard to count as one who plays
_AT_ONCE_S = 0.01  # what may be used after a pause


class Allowance:
    """Seconds of the processor that come in by and by, at `share` of one; what is spent beyond that has to come in first."""

    def __init__(self, share: float) -> None:
        self._share, self.left, self._at = share, _AT_ONCE_S, 0.0

    def due(self, now: float) -> float:
        """When something may be spent: now, or later."""
        self.left = min(_AT_ONCE_S, self.left + max(0.0, now - self._at) * self._share)
        self._at = now
        return now if self.left > 0 else now - self.left / self._share

    def spend(self, seconds: float) -> None:
        self.left -= seconds


class Use:
    """What one connection has used of the processor lately."""

    def __init__(self, now: float) -> None:
        self._used, self._at = 0.0, now
        self._dear_until = now + NEWCOMER_S

    def add(self, now: float, seconds: float) -> None:
        if self.lately(now, seconds) > MODEST_S:
            self.wants_more(now)

    def wants_more(self, now: float) -> None:
        """It has used much, or would: who is held back is not modest for that."""
        self._dear_until = now + _LASTS_S

    def lately(self, now: float, more: float = 0.0) -> float:
        """Seconds that were used (those of a second ago count half), and `more` from now on."""
        self._used, self._at = self._used * 0.5 ** (now - self._at) + more, now
        return self._used

    def modest(self, now: float) -> bool:
        return now >= self._dear_until


class Company:
    """Whether somebody modest plays beside one: only then the others have to wait."""

    def __init__(self) -> None:
        self._last, self._at = 0, float("-inf")  # the one that was heard last, by the serial of its connection
        self._other, self._other_at = 0, float("-inf")

    def heard(self, serial: int, now: float) -> None:
        if serial != self._last:
            self._other, self._other_at, self._last = self._last, self._at, serial
        self._at = now

    def beside(self, serial: int, now: float) -> bool:
        return now - (self._at if serial != self._last else self._other_at) < _COMPANY_S
