"""Work that may take its time, off the thread that serves everybody."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from engine.bridge.observability import event

_THREADS = 2
_AT_ONCE_S, _LONGEST_REST_S = 0.1, 0.5
_PATIENCE_S, _LOOK_S = 0.03, 0.001  # so long a decision is let go before, and how often it is looked
_MOST = 512  # errands of one client that wait


class Errands:
    """A few threads that do one errand of each client at a time, the clients in turn: reading a card, decoding a picture.

    Args:
        share: of a processor that the threads may have in the long run, after 0.1 s at once. Python's threads
            stand in each other's way, so what never leaves Python may not take all that there is.
        busy: whether a decision is being made, which an errand should not delay.
    """

    def __init__(self, threads: int = _THREADS, share: float = 1.0, busy: Callable[[], bool] = lambda: False) -> None:
        self._busy_elsewhere = busy
        self._share, self._left, self._rested = share, _AT_ONCE_S, time.monotonic()
        self._waiting: OrderedDict[object, deque[Callable[[], None]]] = OrderedDict()
        self._busy: set[object] = set()
        self._something = threading.Condition()
        self._closed = False
        for _ in range(threads):
            threading.Thread(target=self._work, name="errands", daemon=True).start()

    def put(self, client: object, errand: Callable[[], None]) -> bool:
        """Leave an errand; those of one client are done one after the other, in order. False where too many wait."""
        with self._something:
            errands = self._waiting.setdefault(client, deque())
            if len(errands) >= _MOST:
                return False
            errands.append(errand)
            self._something.notify()
            return True

    def forget(self, client: object) -> None:
        """Drop what waits of a client."""
        with self._something:
            self._waiting.pop(client, None)

    def close(self) -> None:
        """Begin no other errand."""
        with self._something:
            self._closed = True
            self._waiting.clear()
            self._something.notify_all()

    def _work(self) -> None:
        while True:
            with self._something:
                while not self._closed and (client := self._next()) is None:
                    self._something.wait()
                if self._closed:
                    return
                errands = self._waiting[client]
                errand = errands.popleft()
                if not errands:
                    del self._waiting[client]
                else:
                    self._waiting.move_to_end(client)
                self._busy.add(client)
            self._let_go_before()
            begun = time.thread_time()
            try:
                errand()
            except Exception:
                event("errand_failed", level=logging.ERROR, fault=True)
            with self._something:
                self._busy.discard(client)
                self._something.notify()
                rest = self._rest(time.thread_time() - begun)
            time.sleep(rest)

    def _let_go_before(self) -> None:
        """Let a decision that is being made come first, for a moment."""
        end = time.monotonic() + _PATIENCE_S
        while self._busy_elsewhere() and time.monotonic() < end:
            time.sleep(_LOOK_S)

    def _rest(self, spent: float) -> float:
        """Seconds until the next errand may begin, after one that took so many of the processor."""
        if self._share >= 1:
            return 0.0
        now = time.monotonic()
        self._left = min(_AT_ONCE_S, self._left + (now - self._rested) * self._share) - spent
        self._rested = now
        return min(_LONGEST_REST_S, max(0.0, -self._left / self._share))

    def _next(self) -> object | None:
        return next((client for client in self._waiting if client not in self._busy), None)
