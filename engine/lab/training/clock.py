"""Wall time of a training stage."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Runs from its making on.

    Args:
        minutes: what may be spent; None: any time.
        spent: seconds that earlier calls of an interrupted stage took.
        now: seconds of a clock that never goes back.
    """

    def __init__(self, minutes: float | None, spent: float = 0.0, now: Callable[[], float] = time.monotonic) -> None:
        self._budget = 60 * minutes if minutes is not None else None
        self._now, self._start = now, now() - spent

    def spent(self) -> float:
        """Seconds, those of earlier calls included."""
        return self._now() - self._start

    def share(self) -> float:
        """Share of the budget that is spent, 0..1; 0 without a budget."""
        return min(self.spent() / self._budget, 1.0) if self._budget else 0.0

    def over(self) -> bool:
        return self._budget is not None and self.spent() >= self._budget
