"""Connections: bytes of strangers in, their messages out, and what keeps one of them from harming the others.

Who a peer is, is a matter of its connection and of what it shows on it (`Sessions`), never of an id that it chose.
"""

from __future__ import annotations

import itertools
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

import zmq

from engine.bridge.addresses import Address, bound_endpoint, listen, remove_file
from engine.bridge.session import Connection, Session
from engine.bridge.zmtp import PING, Message, Reader, Violation, framed
from engine.formats.wire.constants import Limits

STRANGERS = 64  # connections that have not said hello; one more, and the oldest is cut
HELLO_WITHIN_S = 10.0
_WELCOMED = 4  # at once, before those who are here get their turn
_HANDSHAKE_S = 3.0
_STRANGERS_BYTES = 32 * 1024 * 1024  # set aside for unfinished messages of all strangers together
_UNFINISHED_BYTES = 512 * 1024 * 1024  # and of all clients; frames of ordinary size have room beside it
_ORDINARY = 1024 * 1024
_PING_EVERY_S = 5.0
_SILENCE_S = 30.0  # a game at a breakpoint is let go, and finds its session again
_LINGER_S = 0.5  # for the last replies
_TEND_EVERY_S = 0.25
PAUSE_S = 0.005  # in which a flood is left to the network, which holds its sender back
_TURN_MESSAGES = 2  # of one connection before the others get their turn
_TURN_BYTES = 1024 * 1024
_NEWCOMER_S = 0.05  # counts as used by a new connection, or connections without end would always go first
_ROUND_S = 0.001  # of the processor, until it is looked again who has waited for longest
_UNSENT_MESSAGES, _UNSENT_BYTES = 1024, 4 * 1024 * 1024  # a client that reads nothing loses what goes beyond

serials = itertools.count(1)  # of connections


class Door(Protocol):
    """What a server takes connections through. For one thread.

    `lost` is called with each connection that is gone.
    """

    endpoint: str
    lost: Callable[[Connection], None]

    def wait(self) -> float:
        """Seconds that may be waited for something to come."""

    def take(self, ready: Mapping[Any, int]) -> Iterator[tuple[Connection, Message]]:
        """Messages of those that are ready by the poller, a few of each."""

    def pause(self, connection: Connection) -> None:
        """Leave a connection unread for a moment: it sends too much."""

    def close(self) -> None:
        """Send what is due, within half a second, and let go of everything."""


class _Peer:
    """A connection of `PlainDoor`; `changed` is called where it has something to be sent later, or is broken."""

    def __init__(self, stream: socket.socket, address: str, now: float, changed: Callable[[_Peer], None]) -> None:
        self.session: Session | None = None
        self.user, self.address, self.serial, self.wrong_tokens = "", address, next(serials), 0
        self.stream, self.number = stream, stream.fileno()
        self.reader: Reader
        self.opened_at = self.stranger_since = self.heard_at = self.pinged_at = now
        self.resume_at = 0.0
        self._used, self._used_at = _NEWCOMER_S, time.monotonic()
        self.watched = 0  # what the poller waits for
        self.unsent: deque[memoryview] = deque()
        self.broken = False
        self._unsent_bytes = 0
        self._changed = changed

    def send(self, parts: Sequence[bytes]) -> bool:
        return self.write(framed(parts))

    def used(self, now: float, more: float = 0.0) -> float:
        """Seconds of the processor that it has used lately (those of a second ago count half), and `more` from now on."""
        self._used, self._used_at = self._used * 0.5 ** (now - self._used_at) + more, now
        return self._used

    def write(self, data: bytes) -> bool:
        """Send at once what goes, and keep the rest; False where too much is kept already."""
        if self.broken:
            return False
        if self.unsent and (len(self.unsent) >= _UNSENT_MESSAGES or self._unsent_bytes + len(data) > _UNSENT_BYTES):
            return False
        self.unsent.append(memoryview(data))
        self._unsent_bytes += len(data)
        if len(self.unsent) == 1:
            self.flush()
            if self.unsent or self.broken:
                self._changed(self)
        return True

    def flush(self) -> None:
        """Send as much as goes."""
        try:
            while self.unsent:
                sent = self.stream.send(self.unsent[0])
                self._unsent_bytes -= sent
                if sent < len(self.unsent[0]):
                    self.unsent[0] = self.unsent[0][sent:]
                    return
                self.unsent.popleft()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.broken = True
            self.unsent.clear()

    def receive(self) -> int:
        """Bytes that came; 0 where there are none now, or it is over."""
        try:
            count = self.stream.recv_into(self.reader.buffer())
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            count = 0
        self.broken = count == 0
        self.reader.received(count)
        return count


class PlainDoor:
    """Connections without encryption, over TCP or a socket file.

    Args:
        poller: where the sockets that are to be waited for are registered.
        clock: seconds, monotonic.

    Raises:
        Fault: `port_in_use` or `bind`.
    """

    def __init__(self, address: Address, limits: Limits, poller: zmq.Poller, clock: Callable[[], float]) -> None:
        self._address, self._limits, self._poller, self._clock = address, limits, poller, clock
        self._listener = listen(address)
        self.endpoint = bound_endpoint(address, self._listener)
        self.lost: Callable[[Connection], None] = lambda connection: None
        self._peers: dict[int, _Peer] = {}  # by file descriptor, oldest first
        self._more: dict[int, _Peer] = {}  # with something left that was received and not read
        self._tended_at = clock()
        self._open = False
        self._listen(True)

    def wait(self) -> float:
        if not self._more:
            return _TEND_EVERY_S if self._peers or not self._open else 1.0
        now = time.monotonic()
        return max(0.0, min(peer.resume_at - now for peer in self._more.values()))

    def take(self, ready: Mapping[Any, int]) -> Iterator[tuple[Connection, Message]]:
        if self._listener.fileno() in ready:
            self._accept()
        yield from self._round(ready)
        if self._clock() - self._tended_at >= _TEND_EVERY_S:
            self._tend()

    def pause(self, connection: Connection) -> None:
        assert isinstance(connection, _Peer)
        connection.resume_at = time.monotonic() + PAUSE_S

    def close(self) -> None:
        self._listen(False)
        end = time.monotonic() + _LINGER_S
        while (due := [peer for peer in self._peers.values() if peer.unsent]) and time.monotonic() < end:
            waiting = zmq.Poller()
            for peer in due:
                waiting.register(peer.number, zmq.POLLOUT)
            waiting.poll(50)
            for peer in due:
                peer.flush()
        for peer in list(self._peers.values()):
            with suppress(OSError):  # what lies there unread would turn the goodbye into a reset
                peer.stream.shutdown(socket.SHUT_WR)
                while peer.stream.recv(1 << 16):
                    pass
            self._cut(peer)
        self._listener.close()
        remove_file(self._address)

    # -- one connection --------------------------------------------------------------------------------

    def _round(self, ready: Mapping[Any, int]) -> Iterator[tuple[Connection, Message]]:
        """Turns of those who sent something, as many as a round is long.

        Who has used least goes first, so that a game waits for one message of those that send much, or what takes long, and
        not for one of each of them.
        """
        now = time.monotonic()
        due = [peer for number in {**self._more, **ready} if (peer := self._peers.get(number)) is not None]
        began = at = time.thread_time()
        for peer in sorted(due, key=lambda peer: peer.used(now)):
            if ready.get(peer.number, 0) & zmq.POLLOUT:
                peer.flush()
            yield from self._turn(peer)
            self._settle(peer)
            before, at = at, time.thread_time()
            peer.used(now, at - before)
            if at - began > _ROUND_S:
                return

    def _turn(self, peer: _Peer) -> Iterator[tuple[Connection, Message]]:
        """A few messages of one peer; where some may be left it stands among `_more`."""
        now = time.monotonic()
        if peer.broken or now < peer.resume_at:
            return
        self._more[peer.number] = peer
        messages = count = 0
        end = time.thread_time() + _ROUND_S
        try:
            while messages < _TURN_MESSAGES and peer.resume_at <= now and time.thread_time() < end:
                message = peer.reader.next()
                self._answer(peer)  # before anything that is sent because of the message
                if message is not None:
                    messages += 1
                    yield peer, message
                elif count < _TURN_BYTES and (more := peer.receive()):
                    count, peer.heard_at = count + more, self._clock()
                else:
                    del self._more[peer.number]
                    return
        except Violation:
            peer.broken = True

    def _settle(self, peer: _Peer) -> None:
        """Send what the protocol asks for, and wait for the right things; a broken connection is closed."""
        self._answer(peer)
        if peer.broken:
            self._cut(peer)
        else:
            self._watch(peer)

    @staticmethod
    def _answer(peer: _Peer) -> None:
        while peer.reader.out:
            peer.broken |= not peer.write(peer.reader.out.pop(0))

    def _watch(self, peer: _Peer) -> None:
        """Wait for what a peer may send, unless it has to be read anyway, and for room where something is unsent."""
        if peer.broken:
            self._more[peer.number] = peer  # it is closed when its turn comes
        wanted = (0 if peer.number in self._more else zmq.POLLIN) | (zmq.POLLOUT if peer.unsent else 0)
        if wanted == peer.watched:
            return
        if wanted:
            self._poller.register(peer.number, wanted)
        else:
            self._poller.unregister(peer.number)
        peer.watched = wanted

    def _cut(self, peer: _Peer) -> None:
        if peer.watched:
            self._poller.unregister(peer.number)
        self._more.pop(peer.number, None)
        del self._peers[peer.number]
        peer.broken = True
        peer.stream.close()
        peer.reader.drop()
        self.lost(peer)

    # -- all of them -----------------------------------------------------------------------------------

    def _listen(self, on: bool) -> None:
        if on != self._open:
            (self._poller.register if on else self._poller.unregister)(self._listener.fileno())
            self._open = on

    def _strangers(self) -> list[_Peer]:
        return [peer for peer in self._peers.values() if peer.session is None]

    def _accept(self) -> None:
        for _ in range(_WELCOMED):
            try:
                stream, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionError):
                break
            except OSError:  # too many open files
                self._listen(False)
                self._make_room(0)
                break
            self._welcome(stream, str(address[0]) if isinstance(address, tuple) else "")
        self._make_room(STRANGERS)

    def _welcome(self, stream: socket.socket, address: str) -> None:
        stream.setblocking(False)
        with suppress(OSError):  # a socket file has no such option, nor has a peer that has hung up already
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = _Peer(stream, address, self._clock(), self._watch)
        peer.reader = Reader(self._limits, lambda size: self._may_reserve(peer, size))
        self._peers[peer.number] = peer
        self._settle(peer)

    def _make_room(self, most: int) -> None:
        """Cut the oldest of those who have not said who they are."""
        strangers = self._strangers()
        for peer in strangers[: max(0, len(strangers) - most)]:
            self._cut(peer)

    def _may_reserve(self, peer: _Peer, size: int) -> bool:
        if peer.session is None:
            return size + sum(p.reader.reserved for p in self._strangers()) <= _STRANGERS_BYTES
        return size <= _ORDINARY or size + sum(p.reader.reserved for p in self._peers.values()) <= _UNFINISHED_BYTES

    def _tend(self) -> None:
        """Heartbeats, and an end for those who say nothing."""
        now = self._tended_at = self._clock()
        self._listen(True)
        for peer in list(self._peers.values()):
            if peer.session is not None:
                peer.stranger_since = now
            late = now - peer.opened_at > _HANDSHAKE_S and not peer.reader.ready
            if late or now - peer.stranger_since > HELLO_WITHIN_S or now - peer.heard_at > _SILENCE_S:
                self._cut(peer)
            elif now - peer.pinged_at > _PING_EVERY_S and peer.reader.ready:
                peer.pinged_at = now
                peer.write(PING)
