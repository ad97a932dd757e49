"""Connections: bytes of strangers in, their messages out, and what keeps one of them from harming the others.

Who a peer is, is a matter of its connection and of what it shows on it (`Sessions`), never of an id that it chose.
"""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeAlias

import zmq

from engine.bridge.addresses import Address, bound_endpoint, listen, remove_file
from engine.bridge.peer import Peer
from engine.bridge.session import Connection
from engine.bridge.shares import Allowance, Company
from engine.bridge.zmtp import PING, Message, Reader, Violation
from engine.formats.wire.constants import Limits

STRANGERS = 256  # connections that have not said hello; one more, and the oldest is cut
HELLO_WITHIN_S = 10.0
_WELCOMED = 3  # at once, before those who are here get their turn
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
_ROUND_S = 0.001  # of the processor, until it is looked again who has waited for longest
# Of the processor, while somebody modest plays: new connections, all that have not said hello, all that are not modest.
_ACCEPTING, _STRANGE, _DEAR = 0.3, 0.06, 0.1
_PUT_OFF_S = 0.02  # so long they wait for decisions that are being made
_LOOK_S = 0.005  # until it is looked whether one has been made
_LITTLE_S = 0.005  # of the processor: who has used no more than that of it is as good as new
_WAKING_S = 0.0001  # what it costs to wake up for a turn

Receive: TypeAlias = Callable[[Connection, Message], bool]


class Door(Protocol):
    """What a server takes connections through. For one thread.

    `lost` is called with each connection that is gone, `between` when a connection has had its turn; `busy` tells whether a
    decision is being made, which those who want more of the processor than others should not delay.
    """

    endpoint: str
    lost: Callable[[Connection], None]
    between: Callable[[], None]
    busy: Callable[[], bool]

    def wait(self) -> float:
        """Seconds that may be waited for something to come."""

    def take(self, ready: Mapping[Any, int], receive: Receive) -> None:
        """Hand `receive` the messages of those that are ready by the poller, a few of each.

        Where that returns True, the connection sends too much, and is left unread for a moment.
        """

    def close(self) -> None:
        """Send what is due, within half a second, and let go of everything."""


class _Queue:
    """Those who wait for what `share` of the processor allows them together."""

    def __init__(self, share: float) -> None:
        self.allowance = Allowance(share)
        self.waiting: dict[int, Peer] = {}  # by file descriptor

    def first(self, now: float) -> Peer:
        """Of strangers one who shakes hands already, else the last to come: the oldest are cut first.

        Of others any who has used little: neither those who come without end nor those who are here may keep one waiting.
        """
        if next(iter(self.waiting.values())).session is None:
            return min(reversed(self.waiting.values()), key=lambda peer: not peer.reader.greeted)
        used = {peer: int(peer.use.lately(now) / _LITTLE_S) for peer in self.waiting.values()}
        least = min(used.values())
        return random.choice([peer for peer, some in used.items() if some == least])


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
        self.between: Callable[[], None] = lambda: None
        self.busy: Callable[[], bool] = lambda: False
        self._peers: dict[int, Peer] = {}  # by file descriptor, oldest first
        self._more: dict[int, Peer] = {}  # with something left that was received and not read
        self._company = Company()
        self._accepting = Allowance(_ACCEPTING)
        self._strange, self._dear = _Queue(_STRANGE), _Queue(_DEAR)
        self._put_off_at: float | None = None  # since when these wait for a decision
        self._others_at = 0.0  # when one of them had its last turn
        self._tended_at = clock()
        self._open = False
        self._listen(True)

    def wait(self) -> float:
        now = time.monotonic()
        until = _TEND_EVERY_S if self._peers or not self._open else 1.0
        if not self._open:
            due = self._accepting.due(now) - now
            until = min(until, due if due > 0 or not self.busy() else _LOOK_S)
        if self._strange.waiting or self._dear.waiting:
            due = min(queue.allowance.due(now) for queue in (self._strange, self._dear) if queue.waiting) - now
            until = min(until, due if due > 0 or not self.busy() else _LOOK_S)
        if self._more:
            until = min(until, *(peer.resume_at - now for peer in self._more.values()))
        return max(0.0, until)

    def take(self, ready: Mapping[Any, int], receive: Receive) -> None:
        now = time.monotonic()
        if (self._strange.waiting or self._dear.waiting) and not self._company.beside(0, now):
            for queue in (self._strange, self._dear):
                self._more |= queue.waiting
                queue.waiting.clear()
        for number in ready:
            if (peer := self._peers.get(number)) is not None:
                self._more[number] = peer
                if ready[number] & zmq.POLLOUT:
                    peer.flush()
        if not self._modest_turns(receive, now) or now - self._others_at > _PUT_OFF_S:
            self._other_turn(receive, now)
        if self._listener.fileno() in ready:
            self._accept(now)
        elif not self._open and self._accepting.due(now) <= now and not self._decides(now):
            self._listen(True)
        if self._clock() - self._tended_at >= _TEND_EVERY_S:
            self._tend()

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

    def _modest_turns(self, receive: Receive, now: float) -> bool:
        """Turns of those who sent something, as many as a round is long; whether there were any.

        Who has used least goes first, so that a game waits for one message of those that send much, or what takes long, and
        not for one of each of them. While somebody modest plays, the others are put off.
        """
        due = []
        for peer in list(self._more.values()):
            if peer.resume_at <= now and not self._put_off(peer, now):
                due.append(peer)
        began = before = time.thread_time()
        for peer in sorted(due, key=lambda peer: peer.use.lately(now)):
            self._turn(peer, receive, now, _TURN_MESSAGES)
            after = time.thread_time()
            peer.use.add(now, after - before)
            self.between()
            before = time.thread_time()
            if before - began > _ROUND_S:
                break
        return bool(due)

    def _queue(self, peer: Peer, now: float) -> _Queue | None:
        """Where a connection has to wait; nowhere where it is modest, or nobody modest plays beside it."""
        if (peer.session is not None and peer.use.modest(now)) or not self._company.beside(peer.serial, now):
            return None
        return self._strange if peer.session is None else self._dear

    def _put_off(self, peer: Peer, now: float) -> bool:
        """Let a connection wait in a queue where it should."""
        if (queue := self._queue(peer, now)) is None:
            return False
        queue.waiting[peer.number] = self._more.pop(peer.number)
        self._settle(peer)
        return True

    def _other_turn(self, receive: Receive, now: float) -> None:
        """One turn of those who were put off, where their allowance has something left and no decision has to wait for it."""
        queues = [queue for queue in (self._strange, self._dear) if queue.waiting and queue.allowance.due(now) <= now]
        if not queues or self._decides(now):
            return
        self._others_at = now
        queue = max(queues, key=lambda queue: queue.allowance.left)
        peer = queue.first(now)
        del queue.waiting[peer.number]
        before = time.thread_time()
        self._turn(peer, receive, now, 1)
        spent = time.thread_time() - before
        peer.use.add(now, spent)
        queue.allowance.spend(spent + _WAKING_S)
        if peer.number in self._more and peer.resume_at <= now:
            if peer.had_more:
                peer.use.wants_more(now)
            peer.had_more = True
            self._put_off(peer, now)
        else:
            peer.had_more = False
        self.between()

    def _decides(self, now: float) -> bool:
        """Whether a decision is being made that should not be delayed; those who wait do so no longer than for a moment."""
        if self.busy():
            if self._put_off_at is None:
                self._put_off_at = now
            if now - self._put_off_at < _PUT_OFF_S:
                return True
        self._put_off_at = None
        return False

    def _turn(self, peer: Peer, receive: Receive, now: float, most: int) -> None:
        """A few messages of one peer; where some may be left it stands among `_more`."""
        self._more[peer.number] = peer
        messages = count = 0
        end = time.thread_time() + _ROUND_S
        try:
            while not peer.broken and messages < most and peer.resume_at <= now and time.thread_time() < end:
                message = peer.reader.next()
                self._answer(peer)  # before anything that is sent because of the message
                if message is not None:
                    messages += 1
                    if receive(peer, message):
                        peer.resume_at = time.monotonic() + PAUSE_S
                elif count < _TURN_BYTES and (more := peer.receive()):
                    count, peer.heard_at = count + more, self._clock()
                else:
                    del self._more[peer.number]
                    break
        except Violation:
            peer.broken = True
        if messages and peer.session is not None and peer.use.modest(now):
            self._company.heard(peer.serial, now)
        self._settle(peer)

    def _settle(self, peer: Peer) -> None:
        """Send what the protocol asks for, and wait for the right things; a broken connection is closed."""
        self._answer(peer)
        if peer.broken:
            self._cut(peer)
        else:
            self._watch(peer)

    @staticmethod
    def _answer(peer: Peer) -> None:
        while peer.reader.out:
            peer.broken |= not peer.write(peer.reader.out.pop(0))

    def _watch(self, peer: Peer) -> None:
        """Wait for what a peer may send, unless it has to be read anyway, and for room where something is unsent."""
        if peer.broken:
            self._more[peer.number] = peer  # it is closed when its turn comes
        unread = peer.number in self._more or peer.number in self._strange.waiting or peer.number in self._dear.waiting
        wanted = (0 if unread else zmq.POLLIN) | (zmq.POLLOUT if peer.unsent else 0)
        if wanted == peer.watched:
            return
        if wanted:
            self._poller.register(peer.number, wanted)
        else:
            self._poller.unregister(peer.number)
        peer.watched = wanted

    def _cut(self, peer: Peer) -> None:
        if peer.watched:
            self._poller.unregister(peer.number)
        for waiting in (self._more, self._strange.waiting, self._dear.waiting):
            waiting.pop(peer.number, None)
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

    def _strangers(self) -> list[Peer]:
        return [peer for peer in self._peers.values() if peer.session is None]

    def _accept(self, now: float) -> None:
        beside = self._company.beside(0, now)
        if beside and (self._accepting.due(now) > now or self._decides(now)):
            self._listen(False)
            return
        before = time.thread_time()
        for _ in range(_WELCOMED):
            try:
                stream, address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionError):
                break
            except OSError:  # too many open files
                self._listen(False)
                self._make_room(0)
                break
            peer = self._welcome(stream, str(address[0]) if isinstance(address, tuple) else "")
            if beside:  # it is greeted in its turn
                self._watch(peer)
            else:
                self._settle(peer)
        self._make_room(STRANGERS)
        if beside:
            self._accepting.spend(time.thread_time() - before + _WAKING_S)

    def _welcome(self, stream: socket.socket, address: str) -> Peer:
        stream.setblocking(False)
        with suppress(OSError):  # a socket file has no such option, nor has a peer that has hung up already
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = Peer(stream, address, self._clock(), self._watch)
        peer.reader = Reader(self._limits, lambda size: self._may_reserve(peer, size))
        self._peers[peer.number] = peer
        return peer

    def _make_room(self, most: int) -> None:
        """Cut the oldest of those who have not said who they are."""
        strangers = self._strangers() if len(self._peers) > most else []
        for peer in strangers[: max(0, len(strangers) - most)]:
            self._cut(peer)

    def _may_reserve(self, peer: Peer, size: int) -> bool:
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
