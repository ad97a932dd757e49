"""Calls over HTTP to an application of Ray Serve, or to whatever else answers as `engine.remote.replica` does."""

from __future__ import annotations

import http.client
import json
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from engine.errors import Fault
from engine.perception.types import AWAY

SCHEME = "ray://"
_PORT = 8000  # of Serve's proxy
_CALL_S = 3.0
_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.25
_REST, _LONGEST_REST_S = (
    3,
    1.5,
)  # times as long as it was waited for in vain: who hangs has a quarter of the time at most
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
        longest: seconds of one call: a replica that hangs must not hold up those who could ask another.
        clock, pause: seconds, and what waits for some; by default until `close`.
    """

    def __init__(
        self,
        address: str,
        longest: float = _CALL_S,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self.address = address
        self._host, self._port, self._route = read_address(address)
        self._closed = threading.Event()
        self._longest, self._clock, self._pause = longest, clock, pause or self._closed.wait
        self._busy: set[http.client.HTTPConnection] = set()
        self._idle: queue.LifoQueue[http.client.HTTPConnection] = queue.LifoQueue(_IDLE)
        self._lock = threading.Lock()
        self._away_since: float | None = None
        self._in_a_row = 0  # calls that nobody answered, since one was
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

        Once that is over it is looked for by one call now and then, and in between refused at once.

        Raises:
            Fault: `perception_away`, or what the application found wrong with the call.
        """
        pause = _PAUSE_S
        while True:
            if self._closed.is_set():
                raise self._fault("it is not asked any more")
            start, left = self._clock(), patience - self.away_for()
            if self._away_since is not None and left <= 0 and start < self._rests_until:
                raise self._fault("it has not come back yet")
            try:
                answer = self._call(what, body, min(self._longest, left) if left > 0 else self._longest)
            except Away as error:
                with self._lock:
                    self.failed += 1
                    now = self._clock()
                    self._away_since = start if self._away_since is None else self._away_since
                    self._in_a_row += 1
                    if self._in_a_row > 1:  # the first may have met the one replica that hangs
                        self._rests_until = now + max(_LONGEST_PAUSE_S, min(_REST * (now - start), _LONGEST_REST_S))
                if self.away_for() >= patience:
                    raise self._fault(str(error)) from None
                self._pause(min(pause, patience - self.away_for()))
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                self._away_since, self._in_a_row = None, 0
                return answer

    def _fault(self, why: str) -> Fault:
        return Fault(
            AWAY,
            f"The perception at {self.address} does not answer: {why}.",
            "Say it again; whoever runs the servers looks whether Ray Serve runs there.",
        )

    def _call(self, what: str, body: bytes | None, seconds: float) -> bytes:
        method, path = "GET" if body is None else "POST", f"{self._route}/{what}"
        connection, until = self._kept(), time.monotonic() + seconds
        try:
            try:
                if connection is None:
                    raise ConnectionError
                status, data = self._exchange(connection, method, path, body, until)
            except ConnectionError as error:  # the other side has ended an idle connection: that says nothing of how it is now
                if self._closed.is_set():
                    raise Away("it is not asked any more") from error
                connection = http.client.HTTPConnection(self._host, self._port)
                status, data = self._exchange(connection, method, path, body, until)
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

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None, until: float
    ) -> tuple[int, bytes]:
        self._busy.add(connection)
        try:
            _let_take(connection, until)
            if connection.sock is None:
                connection.connect()
            if self._closed.is_set():  # too late for `close` to cut it
                raise ConnectionError
            connection.request(method, path, body)
            _let_take(connection, until)
            response = connection.getresponse()
            return response.status, response.read()
        except BaseException:
            connection.close()
            raise
        finally:
            self._busy.discard(connection)

    def close(self) -> None:
        """Let go of the connections; whoever waits for an answer gets a fault now."""
        self._closed.set()
        for connection in list(self._busy):
            if (sock := connection.sock) is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        while not self._idle.empty():
            self._idle.get_nowait().close()


def _let_take(connection: http.client.HTTPConnection, until: float) -> None:
    """Give up on its next step when that time has come."""
    connection.timeout = max(until - time.monotonic(), 0.001)
    if connection.sock is not None:
        connection.sock.settimeout(connection.timeout)
