"""Calls over HTTP to an application of Ray Serve, or to whatever else answers as `engine.remote.replica` does."""

from __future__ import annotations

import http.client
import json
import queue
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from engine.errors import Fault

SCHEME = "ray://"
_PORT = 8000  # of Serve's proxy
_TIMEOUT_S = 3.0  # of one call: a replica that hangs must not hold up those who could ask another
_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.25
_IDLE = 16  # connections that are kept


class Away(Exception):
    """Nobody answered this call; another one may."""


def read_address(given: str) -> tuple[str, int, str]:
    """Host, port and route of `ray://HOST[:PORT]/ROUTE`.

    Raises:
        Fault: `perception`.
    """
    try:
        parts = urlsplit(given)
        port = parts.port or _PORT
    except ValueError:
        parts, port = urlsplit(""), 0
    if not given.startswith(SCHEME) or not parts.hostname or parts.query or parts.username:
        raise Fault(
            "perception",
            f"'{given}' is no address of perception.",
            f"Write ray://HOST:PORT/ROUTE: where Serve's proxy listens ({_PORT}), and the application's route.",
        )
    return parts.hostname, port, parts.path.rstrip("/")


class Link:
    """One application. Safe on any thread.

    Args:
        address: see `read_address`.
        clock, pause: seconds, and what waits for some.
    """

    def __init__(
        self, address: str, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.address = address
        self._host, self._port, self._route = read_address(address)
        self._clock, self._pause = clock, pause
        self._idle: queue.LifoQueue[http.client.HTTPConnection] = queue.LifoQueue(_IDLE)
        self._lock = threading.Lock()
        self._away_since: float | None = None
        self._rests_until = float("-inf")  # once nobody is waited for any more
        self.failed = 0  # calls that nobody answered

    def away_for(self) -> float:
        """Seconds since nobody answers; 0 while somebody does."""
        since = self._away_since
        return 0.0 if since is None else self._clock() - since

    def info(self, patience: float) -> dict[str, Any]:
        """What the application says of itself.

        Raises:
            Fault: `perception_away`, or `perception`: it is none of ours.
        """
        try:
            told: dict[str, Any] = json.loads(self.ask("info", None, patience))
            return told
        except ValueError:
            raise Fault("perception", f"{self.address} is no perception of ours.", "Check host, port and route.") from None

    def ask(self, what: str, body: bytes | None, patience: float) -> bytes:
        """The answer of whichever replica answers, within `patience` seconds of the moment when nobody did any more.

        Raises:
            Fault: `perception_away`, or what the application found wrong with the call.
        """
        pause = _PAUSE_S
        while True:
            if self._away_since is not None and self.away_for() >= patience and self._clock() < self._rests_until:
                raise self._fault("it has not come back yet")
            start = self._clock()
            try:
                answer = self._call(what, body)
            except Away as error:
                with self._lock:
                    self.failed += 1
                    now = self._clock()
                    self._away_since = now if self._away_since is None else self._away_since
                    # Who hangs takes whoever asks half of the time at the most.
                    self._rests_until = now + max(_LONGEST_PAUSE_S, now - start)
                if self.away_for() >= patience:
                    raise self._fault(str(error)) from None
                self._pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                self._away_since = None
                return answer

    def _fault(self, why: str) -> Fault:
        return Fault(
            "perception_away",
            f"The perception at {self.address} does not answer: {why}.",
            "Say it again; whoever runs the servers looks whether Ray Serve runs there.",
        )

    def _call(self, what: str, body: bytes | None) -> bytes:
        method, path = "GET" if body is None else "POST", f"{self._route}/{what}"
        connection = self._kept()
        try:
            try:
                if connection is None:
                    raise ConnectionError
                status, data = _exchange(connection, method, path, body)
            except ConnectionError:  # the other side has ended an idle connection: that says nothing of how it is now
                connection = http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)
                status, data = _exchange(connection, method, path, body)
        except (OSError, http.client.HTTPException) as error:
            raise Away(str(error) or type(error).__name__) from None
        try:
            self._idle.put_nowait(connection)
        except queue.Full:
            connection.close()
        if status == 200:
            return data
        if status == 422:  # ours: see `engine.remote.deployment`
            told = json.loads(data)
            raise Fault(told["code"], told["message"], told["fix"])
        raise Away(f"status {status}")  # 500: a replica died under it; 503: none is ready; 404: no route yet

    def _kept(self) -> http.client.HTTPConnection | None:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """Let go of the connections."""
        while not self._idle.empty():
            self._idle.get_nowait().close()


def _exchange(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read()
    except BaseException:
        connection.close()
        raise
