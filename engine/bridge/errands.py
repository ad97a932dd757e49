"""Work that may take its time, off the thread that serves everybody."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from engine.bridge.observability import event

_THREADS = 2
_MOST = 512  # errands of one client that wait


class Errands:
    """A few threads that do one errand of each client at a time, the clients in turn: reading a card, decoding a picture."""

    def __init__(self, threads: int = _THREADS) -> None:
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
            try:
                errand()
            except Exception:
                event("errand_failed", level=logging.ERROR, fault=True)
            with self._something:
                self._busy.discard(client)
                self._something.notify()

    def _next(self) -> object | None:
        return next((client for client in self._waiting if client not in self._busy), None)
