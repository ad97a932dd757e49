"""The server: the I/O thread talks to games and never waits for the inference thread."""

from __future__ import annotations

import logging
import socket as sockets
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import zmq

from engine.bridge.addresses import read_address
from engine.bridge.curve import CurveDoor
from engine.bridge.doors import Door, PlainDoor
from engine.bridge.errands import Errands
from engine.bridge.keys import ServerKeys
from engine.bridge.ledger import Journal
from engine.bridge.mailbox import Mailbox
from engine.bridge.observability import Statistics, event
from engine.bridge.sessions import Sessions
from engine.bridge.worker import JobReply, Worker
from engine.errors import Fault
from engine.formats.wire.constants import DEFAULT_LIMITS, Limits
from engine.minds.brain import Brain

LONGEST_TOKEN = 512  # characters; a hello holds no more
DRAIN_S = 3.0  # at shutdown, what was said before is still answered within this time
BATCH_WAIT_S = 0.002
_STALLED_S = 30.0  # in which any machine makes a decision: a model that takes longer hangs
_TELL_EVERY_S = 10.0  # of strangers, however many knock
_CARDS_SHARE, _NAMES_SHARE = 0.05, 0.3  # of a processor in the long run, for cards that are sent, and those that are here


class Server:
    """Serves one brain on one endpoint, which is bound at once.

    Args:
        endpoint: ZeroMQ address; anything but loopback needs `keys` or `insecure`. Port 0 takes a free one.
        token: if given, clients must send the same.
        voice_token: the secret of the voice process; without one no peer may be it.
        keys: if given, everything is encrypted and only the clients in there may connect.
        journal: if given, decisions on utterances outlive the process; closed with the server.
        batch_wait: seconds that frames may wait for others where the model takes several at once.

    Raises:
        Fault: `token`, `port_in_use`, `not_loopback` or `bind`.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        token: str | None = None,
        voice_token: str | None = None,
        keys: ServerKeys | None = None,
        insecure: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        journal: Journal | None = None,
        batch_wait: float = BATCH_WAIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token, self._voice_token = token, voice_token
        self._limits, self._journal, self._clock = limits, journal, clock
        self._batch_wait = batch_wait
        self.statistics = Statistics()
        self._strangers, self._strangers_told_at = 0, float("-inf")  # refused, and not told yet
        self._poller = zmq.Poller()
        try:
            for secret in (token, voice_token):
                _check_token(secret)
            self._door = self._open(endpoint, keys, insecure)
        except Fault:
            self._close_journal()
            raise
        self.endpoint = self._door.endpoint
        self._wake_in, self._wake_out = sockets.socketpair()  # also from signal handlers
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._poller.register(self._wake_out.fileno(), zmq.POLLIN)
        self._pictures = Errands()
        self._mailbox = Mailbox(self._pictures)
        self._cards = Errands(share=_CARDS_SHARE, busy=self._mailbox.busy)
        self._names = Errands(share=_NAMES_SHARE)
        self._done: deque[Sequence[JobReply]] = deque()
        self._stopping = False
        self.sessions: Sessions | None = None  # while it runs
        self._worker: Worker | None = None

    def _open(self, endpoint: str, keys: ServerKeys | None, insecure: bool) -> Door:
        address = read_address(endpoint)
        if not (keys or insecure or address.loopback):
            raise Fault(
                "not_loopback",
                f"{endpoint} can be reached from other machines, and nothing is encrypted.",
                "Encrypt with --keys FILE (`python -m engine keys` makes one), or say --insecure where the network is trusted.",
            )
        if keys is None:
            return PlainDoor(address, self._limits, self._poller, self._clock)
        return CurveDoor(address, self._limits, keys, self._poller, self._refused)

    def _refused(self, address: str) -> None:
        self.statistics.counters["strangers"] += 1
        self._strangers += 1
        if (now := self._clock()) - self._strangers_told_at >= _TELL_EVERY_S:
            event("stranger", level=logging.WARNING, address=address, times=self._strangers)
            self._strangers, self._strangers_told_at = 0, now

    def run(self, brain: Brain, bundle: str = "") -> None:
        """Serve until `stop`. Utterances that came before that are still answered."""
        self.sessions = sessions = Sessions(
            brain,
            bundle,
            self._mailbox,
            self._cards,
            self._names,
            self._wake,
            token=self._token,
            voice_token=self._voice_token,
            limits=self._limits,
            journal=self._journal,
            statistics=self.statistics,
            clock=self._clock,
        )
        self._door.lost, self._door.busy = self.sessions.lost, self._mailbox.busy
        self._door.between = lambda: self._send_replies(sessions) if self._done else None
        self._worker = worker = Worker(brain, self._mailbox, self._deliver, self.statistics, self._clock, self._batch_wait)
        worker.start()
        brain.wake = self._wake
        try:
            self._serve(self.sessions, worker)
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
            "deciding_seconds": self._worker.deciding if self._worker is not None else 0.0,
        }

    def stop(self) -> None:
        """Ask `run` to return; from any thread or signal handler."""
        self._stopping = True
        self._wake()

    def close(self) -> None:
        """Free the endpoint of a server that does not run."""
        self._cards.close()
        self._names.close()
        self._pictures.close()
        self._door.close()
        self._wake_in.close()
        self._wake_out.close()
        self._close_journal()

    def _close_journal(self) -> None:
        if self._journal is not None:
            self._journal.close()

    # -- the loop --------------------------------------------------------------------------------------

    def _serve(self, sessions: Sessions, worker: Worker) -> None:
        wake, stalled = self._wake_out.fileno(), False
        while not self._stopping:
            ready = dict(self._poller.poll(int(self._door.wait() * 1e3 + 0.999)))
            if wake in ready:
                self._wake_out.recv(4096)
            self._door.take(ready, sessions.receive)
            self._send_replies(sessions)
            sessions.expire()
            if (worker.deciding > _STALLED_S) != stalled:
                stalled = not stalled
                event("inference_stalled" if stalled else "inference_goes_on", level=logging.ERROR if stalled else logging.INFO)

    def _send_replies(self, sessions: Sessions) -> None:
        sessions.settle()
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

    def _deliver(self, replies: Sequence[JobReply]) -> None:
        """Take over a batch of replies."""
        self._done.append(replies)
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # full of earlier calls, or closed: either way nothing is lost
            self._wake_in.send(b"\0")


def _check_token(token: str | None) -> None:
    if token is not None and not 1 <= len(token) <= LONGEST_TOKEN:
        raise Fault(
            "token",
            "The token is empty." if not token else f"The token has {len(token)} characters.",
            f"Use 1 to {LONGEST_TOKEN} characters nobody can guess, or leave --token and NPC_ENGINE_TOKEN away.",
        )
