"""The voice process's half of the protocol: it looks for its server for ever, and has no threads of its own."""

from __future__ import annotations

import logging
import socket as sockets
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import zmq

from engine.bridge.client_session import BridgeError
from engine.bridge.keys import ClientKeys
from engine.bridge.sockets import open_dealer
from engine.errors import Fault
from engine.formats.wire.codec import (
    VERSION,
    Bye,
    Error,
    Hear,
    Heard,
    Hello,
    Hush,
    Ping,
    ServerMessage,
    Sound,
    Speak,
    Welcome,
    decode_server,
    encode,
)
from engine.formats.wire.constants import HELLO_EVERY_S, LOST_AFTER_S, PING_EVERY_S, UNWELCOME
from engine.formats.wire.fields import ProtocolError

_LOG = logging.getLogger("engine.speech")
_UNSENT = 4096  # messages that ZeroMQ keeps for a server that reads slowly
_AT_ONCE = 256  # messages that one `poll` hands over
_NAP_S = 0.1  # pings and hellos must not wait longer
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Lost:
    """The server is gone, or is another one: every hearing and speech is over."""


News: TypeAlias = Hear | Speak | Hush | Lost


class VoiceLink:
    """A connection to a server as its voice. For one thread, but for `wake`.

    Args:
        endpoint: ZeroMQ address of the server.
        secret: the one that the server was started with.
        keys: for a server that encrypts, see `engine.bridge.keys.load_client_keys`.
        clock: seconds, monotonic.

    Raises:
        BridgeError: `endpoint`.
    """

    def __init__(
        self,
        endpoint: str,
        secret: str,
        *,
        keys: ClientKeys | None = None,
        name: str = "voice",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint, self._clock = endpoint, clock
        self.connected = False
        self._hello = Hello(name, uuid.uuid4().hex, VERSION, (), None, secret)
        self._heard_at = self._hello_at = self._pinged_at = _NEVER  # `_hello_at`: when it was said last
        self._pings = 0
        self._told = ""  # the refusal that the log has
        self._news: list[News] = []
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        try:
            self._socket = open_dealer(self._context, endpoint, keys, _UNSENT)
        except Fault as error:
            self._context.term()
            raise BridgeError(error.code, error.message, error.fix) from None
        self._wake_in, self._wake_out = sockets.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._wake_out.fileno(), zmq.POLLIN)

    def __enter__(self) -> VoiceLink:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def poll(self, timeout: float = 0.0) -> list[News]:
        """What the server wants, oldest first; waits up to `timeout` seconds for something, or for `wake`.

        Raises:
            BridgeError: `token`, `version` or whatever else says that this server takes no such voice.
        """
        deadline = self._clock() + timeout
        self._work()
        woken = False
        while not self._news and not woken and (left := deadline - self._clock()) > 0:
            ready = dict(self._poller.poll(max(1, int(min(left, _NAP_S) * 1000))))
            woken = self._wake_out.fileno() in ready
            self._work()
        with suppress(OSError):
            while self._wake_out.recv(4096):
                pass
        news, self._news = self._news, []
        return news

    def send(self, message: Heard | Sound) -> bool:
        """Put a message on its way; False where no server takes it: then what it belongs to is over, or will be."""
        return self.connected and self._send(message)

    def wake(self) -> None:
        """Let `poll` return; from any thread."""
        with suppress(OSError):  # full of earlier calls, or closed
            self._wake_in.send(b"\0")

    def close(self) -> None:
        """Say goodbye and let go of everything."""
        if self._socket.closed:
            return
        if self.connected:
            self._send(Bye())
        self._socket.close()
        self._context.term()
        self._wake_in.close()
        self._wake_out.close()

    def _work(self) -> None:
        for _ in range(_AT_ONCE):
            if not self._socket.poll(0):
                break
            self._receive(self._socket.recv_multipart(zmq.NOBLOCK))
        now = self._clock()
        if self.connected and now - self._heard_at >= LOST_AFTER_S:
            self._lose()
        if not self.connected:
            if now - self._hello_at >= HELLO_EVERY_S and self._send(self._hello):
                self._hello_at = now
        elif now - self._pinged_at >= PING_EVERY_S:
            self._pinged_at, self._pings = now, self._pings + 1
            self._send(Ping(self._pings))

    def _receive(self, parts: list[bytes]) -> None:
        self._heard_at = self._clock()
        try:
            message: ServerMessage = decode_server(parts)
        except ProtocolError as error:
            if error.code != "unknown_type":  # a later server may have more to say
                _LOG.warning("The server sent this: %s", error)
            return
        match message:
            case Hear() | Speak() | Hush():
                if self.connected:
                    self._news.append(message)
            case Welcome():
                self._take_welcome(message)
            case Bye():
                self._lose()
            case Error():
                self._take_error(message)

    def _take_welcome(self, welcome: Welcome) -> None:
        if "voice" not in welcome.capabilities:
            raise BridgeError(
                "version",
                f"{welcome.server} at {self.endpoint} knows no voice, and takes this for a game.",
                "Update the server: it is older than its voice.",
            )
        self.connected, self._told = True, ""

    def _take_error(self, error: Error) -> None:
        if error.code in UNWELCOME:
            raise BridgeError(error.code, error.message, error.fix, error)
        if error.code == "hello_required":
            self._lose()
        elif error.code != self._told:
            self._told = error.code
            _LOG.warning("%s %s", error.message, error.fix)

    def _lose(self) -> None:
        if self.connected:
            self.connected = False
            self._hello_at = _NEVER
            self._news.append(Lost())

    def _send(self, message: Heard | Sound | Hello | Ping | Bye) -> bool:
        try:
            self._socket.send_multipart(encode(message), zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True
