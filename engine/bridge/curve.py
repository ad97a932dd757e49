"""Encrypted connections, through libzmq: it alone brings CURVE along. Only those whose key is known get here."""

from __future__ import annotations

import ctypes
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import zmq

from engine.bridge.addresses import Address, port_in_use
from engine.bridge.doors import PAUSE_S, Receive
from engine.bridge.keys import DOMAIN, KeyGate, ServerKeys
from engine.bridge.peer import serials
from engine.bridge.session import Connection, Session
from engine.bridge.zmtp import PARTS
from engine.errors import Fault
from engine.formats.wire.constants import Limits

_BURST, _FLOOD = 8, 4  # messages read in a row; those of floods until they are left unread for a moment
_REMEMBERED = 1024  # connections that are known


def seed_ids() -> None:
    """Let libzmq begin its ids at a number that nobody can guess: it takes them from `rand()`, which it never seeds."""
    seed = int.from_bytes(os.urandom(4), "little")
    with suppress(OSError, AttributeError):
        (ctypes.CDLL("ucrtbase") if os.name == "nt" else ctypes.CDLL(None)).srand(ctypes.c_uint(seed))


def open_router(
    context: zmq.Context[zmq.Socket[bytes]], address: Address, limits: Limits, keys: ServerKeys
) -> zmq.Socket[bytes]:
    """A ROUTER that is bound to `address` and speaks CURVE only; the context's `KeyGate` decides to whom.

    Raises:
        Fault: `port_in_use` or `bind`.
    """
    socket = context.socket(zmq.ROUTER)
    socket.curve_server = True
    socket.curve_publickey, socket.curve_secretkey = keys.public.encode(), keys.secret.encode()
    socket.zap_domain = DOMAIN
    socket.ipv6 = ":" in address.host
    socket.maxmsgsize = limits.message
    socket.rcvhwm = 8  # messages per client: the I/O thread drains at once, so few are enough
    socket.sndhwm = 1024  # small replies; a client that reads none loses what goes beyond
    socket.linger = 500  # ms for the last replies at shutdown
    socket.handshake_ivl = 3000  # ms
    socket.heartbeat_ivl = 5000  # ms; libzmq answers them even while the game stands at a breakpoint
    socket.heartbeat_timeout = 30000
    socket.router_mandatory = 1  # a reply that cannot be delivered is an error that we count
    try:
        socket.bind(address.endpoint)
    except zmq.ZMQError as error:
        socket.close(0)
        if error.errno == zmq.EADDRINUSE:
            raise port_in_use(address.endpoint) from None
        raise Fault(
            "bind", f"Cannot listen on '{address.endpoint}': {error.strerror}.", "Use an address such as tcp://127.0.0.1:5571."
        ) from None
    return socket


class _Keyed:
    """A connection of `CurveDoor`: what libzmq knows by `route`, opened with the key of `user`."""

    def __init__(self, router: zmq.Socket[bytes], route: bytes, user: str, address: str) -> None:
        self.session: Session | None = None
        self.user, self.address, self.serial, self.wrong_tokens = user, address, next(serials), 0
        self._router, self.route = router, route

    def send(self, parts: Sequence[bytes]) -> bool:
        try:
            self._router.send_multipart([self.route, *parts], zmq.NOBLOCK)
        except zmq.ZMQError:
            return False
        return True

    def send_all(self, messages: Sequence[Sequence[bytes]]) -> bool:
        return False not in [self.send(parts) for parts in messages]


class CurveDoor:
    """Encrypted connections of those whose key is known, through libzmq.

    Args:
        stranger: called with the address of each connection that was refused because of its key.

    Raises:
        Fault: `port_in_use` or `bind`.
    """

    def __init__(
        self, address: Address, limits: Limits, keys: ServerKeys, poller: zmq.Poller, stranger: Callable[[str], None]
    ) -> None:
        seed_ids()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._gate = KeyGate(self._context, keys.clients)
        try:
            self._router = open_router(self._context, address, limits, keys)
        except Fault:
            self._gate.close()
            self._context.term()
            raise
        self.endpoint = self._router.getsockopt_string(zmq.LAST_ENDPOINT)
        self.lost: Callable[[Connection], None] = lambda connection: None
        self.between: Callable[[], None] = lambda: None
        self.busy: Callable[[], bool] = lambda: False  # libzmq decides who is read
        self._stranger, self._poller = stranger, poller
        self._peers: OrderedDict[bytes, _Keyed] = OrderedDict()  # by route, the one that was heard last at the end
        self._floods = 0  # messages in a row that were too many of their clients
        self._resume_at = 0.0
        self._reading = True
        poller.register(self._gate.socket, zmq.POLLIN)
        poller.register(self._router, zmq.POLLIN)

    def wait(self) -> float:
        return 1.0 if self._reading else PAUSE_S

    def take(self, ready: Mapping[Any, int], receive: Receive) -> None:
        if self._gate.socket in ready:
            for address in self._gate.answer():
                self._stranger(address)
        if not self._reading and time.monotonic() >= self._resume_at:
            self._read(True)
        for _ in range(_BURST if self._reading else 0):
            try:
                route = self._router.recv(zmq.NOBLOCK)
                parts = self._parts()
            except zmq.Again:
                return
            peer = self._peer(route, parts)
            if peer is not None:
                self._floods = self._floods + 1 if receive(peer, [part.buffer for part in parts]) else 0
                self.between()
                if self._floods >= _FLOOD:  # nobody else has sent anything
                    self._floods, self._resume_at = 0, time.monotonic() + PAUSE_S
                    self._read(False)
                    return

    def close(self) -> None:
        for socket_ in (self._gate.socket, *([self._router] if self._reading else [])):
            self._poller.unregister(socket_)
        self._router.close()
        self._gate.close()
        self._context.term()

    def _read(self, on: bool) -> None:
        (self._poller.register if on else self._poller.unregister)(self._router)
        self._reading = on

    def _parts(self) -> list[zmq.Frame]:
        """The rest of a message; of those with too many parts no more than a sound one could have."""
        parts: list[zmq.Frame] = []
        while self._router.rcvmore:
            part = self._router.recv(zmq.NOBLOCK, copy=False)
            if len(parts) < PARTS:
                parts.append(part)
        return parts

    def _peer(self, route: bytes, parts: Sequence[zmq.Frame]) -> _Keyed | None:
        """Who sent a message; None where it names itself, as no client of ours does: ids are the server's to give."""
        if not parts or _told(parts[0], "Identity"):
            return None
        user = _told(parts[0], "User-Id")
        peer = self._peers.get(route)
        if peer is not None and peer.user != user:  # that connection is gone: its id belongs to somebody else now
            self.lost(self._peers.pop(route))
            peer = None
        if peer is None:
            peer = self._peers[route] = _Keyed(self._router, route, user, _told(parts[0], "Peer-Address"))
            if len(self._peers) > _REMEMBERED:
                self.lost(self._peers.popitem(last=False)[1])
        self._peers.move_to_end(route)
        return peer


def _told(part: zmq.Frame, what: str) -> str:
    """What libzmq knows of the connection that a part came by."""
    try:
        return str(part.get(what))
    except zmq.ZMQError:
        return ""
