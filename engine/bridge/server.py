"""The server: the I/O thread talks to games and never waits for the inference thread."""

from __future__ import annotations

import logging
import socket as sockets
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import zmq

from engine.bridge.keys import KeyGate, ServerKeys
from engine.bridge.ledger import Journal
from engine.bridge.mailbox import Mailbox
from engine.bridge.observability import Statistics, event
from engine.bridge.sessions import Sessions
from engine.bridge.sockets import open_router
from engine.bridge.worker import Reply, Worker
from engine.errors import Fault
from engine.formats.wire.constants import DEFAULT_LIMITS, Limits
from engine.minds.brain import Brain

DRAIN_S = 3.0  # at shutdown, what was said before is still answered within this time
BATCH_WAIT_S = 0.002
_BURST = 8  # messages read before replies get their turn; more would let a flood hold them up
_FLOOD = 4  # messages in a row that exceed their clients' allowance: nobody else has sent anything
_PAUSE_S = 0.001  # in which such a flood is left to the network, which holds its sender back


class Server:
    """Serves one brain on one endpoint, which is bound at once.

    Args:
        endpoint: ZeroMQ address; anything but loopback needs `keys` or `insecure`. Port 0 takes a free one.
        token: if given, clients must send the same.
        keys: if given, everything is encrypted and only the clients in there may connect.
        journal: if given, decisions on utterances outlive the process; closed with the server.
        batch_wait: seconds that frames may wait for others where the model takes several at once.

    Raises:
        Fault: `port_in_use`, `not_loopback` or `bind`.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        token: str | None = None,
        keys: ServerKeys | None = None,
        insecure: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        journal: Journal | None = None,
        batch_wait: float = BATCH_WAIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token, self._limits, self._journal, self._clock = token, limits, journal, clock
        self._batch_wait = batch_wait
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._gate = KeyGate(self._context, keys.clients) if keys is not None else None
        try:
            self._socket = open_router(self._context, endpoint, limits, keys, insecure)
        except Fault:
            self._close_rest()
            raise
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self.statistics = Statistics()
        self._wake_in, self._wake_out = sockets.socketpair()  # also from signal handlers
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._mailbox = Mailbox()
        self._done: deque[Sequence[Reply]] = deque()
        self._stopping = False
        self.sessions: Sessions | None = None  # while it runs

    def run(self, brain: Brain, bundle: str = "") -> None:
        """Serve until `stop`. Utterances that came before that are still answered."""
        self.sessions = Sessions(
            brain,
            bundle,
            self._mailbox,
            self._send,
            token=self._token,
            limits=self._limits,
            journal=self._journal,
            statistics=self.statistics,
            clock=self._clock,
        )
        worker = Worker(brain, self._mailbox, self._deliver, self.statistics, self._clock, self._batch_wait)
        worker.start()
        brain.wake = self._wake
        try:
            self._serve(self.sessions)
        finally:
            brain.wake = lambda: None
            self._drain(self.sessions, worker)
            self.close()

    def gauges(self) -> Mapping[str, float]:
        """What stands and what waits, now; see `engine.bridge.observability.GAUGES`. From any thread."""
        sessions = self.sessions.all if self.sessions is not None else []
        return {
            "clients": len(sessions),
            "npcs": sum(len(session.npcs) for session in sessions),
            "waiting": len(self._mailbox),
            "undecided": sum(session.ledger.undecided for session in sessions),
        }

    def stop(self) -> None:
        """Ask `run` to return; from any thread or signal handler."""
        self._stopping = True
        self._wake()

    def close(self) -> None:
        """Free the endpoint of a server that does not run."""
        self._socket.close()
        self._wake_in.close()
        self._wake_out.close()
        self._close_rest()

    def _close_rest(self) -> None:
        if self._gate is not None:
            self._gate.close()
        self._context.term()
        if self._journal is not None:
            self._journal.close()

    # -- the loop --------------------------------------------------------------------------------------

    def _serve(self, sessions: Sessions) -> None:
        games, ourselves = self._poller(self._socket), self._poller()
        resume_at = 0.0
        while not self._stopping:
            paused = time.monotonic() < resume_at
            ready = dict(ourselves.poll(1) if paused else games.poll(1000))
            if self._gate is not None and self._gate.socket in ready:
                self._let_in(self._gate)
            if self._wake_out.fileno() in ready:
                self._wake_out.recv(4096)
                self._send_replies(sessions)
            if self._socket in ready and self._receive(sessions):
                resume_at = time.monotonic() + _PAUSE_S
            sessions.expire()

    def _poller(self, *others: zmq.Socket[bytes]) -> zmq.Poller:
        poller = zmq.Poller()
        for one in (self._wake_out, *others, *([self._gate.socket] if self._gate is not None else [])):
            poller.register(one, zmq.POLLIN)
        return poller

    def _let_in(self, gate: KeyGate) -> None:
        for address in gate.answer():
            self.statistics.counters["strangers"] += 1
            event("stranger", level=logging.WARNING, address=address)

    def _receive(self, sessions: Sessions) -> bool:
        """Read a few messages, of every client in turn; True where nothing but a flood comes in."""
        floods = 0
        for _ in range(_BURST):
            try:
                route, *parts = self._socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return False
            user = _user(parts) if self._gate is not None else ""
            floods = floods + 1 if sessions.receive(route.bytes, user, [part.buffer for part in parts]) else 0
            if floods == _FLOOD:
                return True
        return False

    def _send_replies(self, sessions: Sessions) -> None:
        while self._done:
            sessions.reply(self._done.popleft())
        sessions.tell()

    def _drain(self, sessions: Sessions, worker: Worker) -> None:
        """Answer what was said, listen to nothing new, and say goodbye."""
        event("draining", waiting=len(self._mailbox))
        self._mailbox.close()
        deadline = time.monotonic() + DRAIN_S
        while worker.is_alive() and time.monotonic() < deadline:
            worker.join(0.02)
            self._send_replies(sessions)
        self._send_replies(sessions)
        sessions.farewell()
        event("stopped", unanswered=len(self._mailbox), counters=dict(self.statistics.counters))

    # -- from the worker's thread ----------------------------------------------------------------------

    def _deliver(self, replies: Sequence[Reply]) -> None:
        """Take over a batch of replies."""
        self._done.append(replies)
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # full of earlier calls, or closed: either way nothing is lost
            self._wake_in.send(b"\0")

    def _send(self, route: bytes, parts: list[bytes]) -> bool:
        try:
            self._socket.send_multipart([route, *parts], zmq.NOBLOCK)
        except zmq.ZMQError:
            return False
        return True


def _user(parts: Sequence[zmq.Frame]) -> str:
    """Name of the client whose key opened the connection, as the gate told libzmq."""
    try:
        return str(parts[0].get("User-Id")) if parts else ""
    except zmq.ZMQError:
        return ""
