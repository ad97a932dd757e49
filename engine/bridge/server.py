"""The server: the I/O thread talks to games and never waits for the inference thread."""

from __future__ import annotations

import hmac
import logging
import socket as sockets
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import zmq

from engine import __version__
from engine.brain import Brain
from engine.bridge.fields import ProtocolError
from engine.bridge.limits import DEFAULT_LIMITS, Limits
from engine.bridge.mailbox import Job, Mailbox
from engine.bridge.protocol import (
    CAPABILITIES,
    VERSION,
    Ack,
    Bye,
    ClientMessage,
    Despawn,
    Error,
    Hello,
    Observe,
    Ping,
    Pong,
    ServerMessage,
    Spawn,
    Spawned,
    Welcome,
    decode_client,
    encode,
)
from engine.bridge.session import Npc, Session
from engine.bridge.sockets import open_router
from engine.bridge.worker import Reply, Worker, heard
from engine.errors import EngineError

log = logging.getLogger("engine.bridge")

IDLE_S = 300.0  # a session that was silent for so long is over: its NPCs are forgotten
DRAIN_S = 3.0  # at shutdown, what was said before is still answered within this time
_BURST = 64  # messages read before replies get their turn


class Server:
    """Serves one brain on one endpoint, which is bound at once.

    Args:
        endpoint: ZeroMQ address; anything but loopback needs `insecure`. Port 0 takes a free one.
        token: if given, clients must send the same.

    Raises:
        EngineError: `port_in_use`, `not_loopback` or `bind`.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        token: str | None = None,
        insecure: bool = False,
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token, self._limits, self._clock = token, limits, clock
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        try:
            self._socket = open_router(self._context, endpoint, limits, insecure)
        except EngineError:
            self._context.term()
            raise
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._wake_in, self._wake_out = sockets.socketpair()  # also from signal handlers
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._sessions: dict[str, Session] = {}
        self._routes: dict[bytes, Session] = {}
        self._mailbox = Mailbox()
        self._done: deque[Sequence[Reply]] = deque()
        self._stopping = False
        self._handlers: dict[type, Callable[[Session, Any], None]] = {
            Spawn: self._spawn,
            Despawn: self._despawn,
            Observe: self._observe,
            Ping: self._ping,
            Bye: self._bye,
        }

    def run(self, brain: Brain, bundle: str = "") -> None:
        """Serve until `stop`. Utterances that came before that are still answered."""
        self._brain, self._bundle = brain, bundle
        self._worker = Worker(brain, self._mailbox, self._deliver, self._clock)
        self._worker.start()
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._wake_out, zmq.POLLIN)
        try:
            while not self._stopping:
                poller.poll(1000)
                self._receive()
                self._send_replies()
                self._expire()
        finally:
            self._shut_down()

    def stop(self) -> None:
        """Ask `run` to return; from any thread or signal handler."""
        self._stopping = True
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # full of earlier calls, or closed: either way nothing is lost
            self._wake_in.send(b"\0")

    def _deliver(self, replies: Sequence[Reply]) -> None:
        """Take over a batch of replies (on the worker's thread)."""
        self._done.append(replies)
        self._wake()

    def _shut_down(self) -> None:
        self._mailbox.close()
        self._worker.join(DRAIN_S)
        self._send_replies()
        for session in self._sessions.values():
            self._send(session, Bye())
        self.close()

    def close(self) -> None:
        """Free the endpoint of a server that does not run."""
        self._socket.close()
        self._wake_in.close()
        self._wake_out.close()
        self._context.term()

    # -- messages in -----------------------------------------------------------------------------------

    def _receive(self) -> None:
        for _ in range(_BURST):
            try:
                route, *parts = self._socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            self._answer(route.bytes, [part.buffer for part in parts])

    def _answer(self, route: bytes, parts: list[memoryview]) -> None:
        """Deal with one message. Whatever is wrong with it becomes an error reply."""
        try:
            message = decode_client(parts, self._limits)
            if isinstance(message, Hello):
                self._hello(route, message)
                return
            session = self._routes.get(route)
            if session is None:
                raise ProtocolError(
                    "hello_required",
                    f"`{message.TYPE}` came before `hello`.",
                    "Say hello, spawn your NPCs, then repeat this.",
                )
            session.heard_at = self._clock()
            self._dispatch(session, message)
        except ProtocolError as error:
            self._send_to(route, Error(error.code, error.message, error.fix, error.seq, error.npc, error.utterance))
        except Exception:
            log.exception("a message could not be dealt with")
            self._send_to(route, Error("internal", "The server failed on this message.", "Its log says more."))

    def _dispatch(self, session: Session, message: ClientMessage) -> None:
        try:
            self._handlers[type(message)](session, message)
        except EngineError as error:
            session.counters["refused"] += 1
            self._send(session, _error_about(message, error))

    def _hello(self, route: bytes, hello: Hello) -> None:
        if hello.version.split(".")[0] != VERSION.split(".")[0]:
            raise ProtocolError(
                "version",
                f"The client speaks protocol {hello.version}, this server {VERSION}.",
                "Update whichever of the two is older.",
            )
        if self._token is not None and not hmac.compare_digest(self._token.encode(), (hello.token or "").encode()):
            raise ProtocolError("token", "The token is missing or wrong.", "Use the token that the server was started with.")
        known = self._sessions.get(hello.session)
        if known is None and len(self._sessions) >= self._limits.clients:
            raise ProtocolError(
                "too_many_clients",
                f"{len(self._sessions)} clients are here already.",
                "Close one; silent ones are dropped after a few minutes.",
            )
        session = known or Session(hello.session, hello.client, route, self._clock())
        self._routes.pop(session.route, None)
        session.route, session.heard_at = route, self._clock()
        self._sessions[hello.session] = self._routes[route] = session
        log.info("%s %s", hello.client, "is back" if known else "is here")
        labels = self._brain.perceiver.labels.heads
        self._send(
            session,
            Welcome(
                f"npc-engine {__version__}",
                self._brain.perceiver.provider,
                self._bundle,
                known is not None,
                VERSION,
                CAPABILITIES,
                {head: labels[head] for head in ("action", "emotion")},
                asdict(self._limits),
            ),
        )

    def _spawn(self, session: Session, spawn: Spawn) -> None:
        if spawn.npc not in session.npcs and len(session.npcs) >= self._limits.npcs:
            raise EngineError("too_many_npcs", f"This client has {len(session.npcs)} NPCs already.", "Despawn some first.")
        mind = self._brain.mind(spawn.npc, spawn.persona, spawn.watch)
        known = session.npcs.get(spawn.npc)
        if known is not None and known.persona == spawn.persona:
            known.mind.watch = mind.watch  # a repeated spawn: the character keeps its memory
        else:
            if known is not None:
                self._let_go(session, known)
            session.npcs[spawn.npc] = Npc(spawn.npc, mind, spawn.persona)
        self._send(session, Spawned(spawn.npc, mind.character.persona.name))

    def _despawn(self, session: Session, despawn: Despawn) -> None:
        self._let_go(session, self._npc(session, despawn.npc))

    def _let_go(self, session: Session, npc: Npc) -> None:
        self._mailbox.forget(session, npc)
        session.ledger.forget_npc(npc.id)
        del session.npcs[npc.id]

    def _observe(self, session: Session, observe: Observe) -> None:
        npcs = [self._npc(session, name) for name in observe.npcs]
        hearers = frozenset(self._hear(session, observe, npcs))
        now = self._clock()
        for npc in npcs:
            said = observe.utterance
            if said is not None and npc.id in said.to and npc.id not in hearers:
                continue  # heard it before; its decision is on the way, or was sent again
            text = said.text if said is not None and npc.id in hearers else ""
            session.counters["superseded"] += self._mailbox.put(Job(session, npc, observe, text, now))
        session.counters["observed"] += 1

    def _npc(self, session: Session, name: str) -> Npc:
        if name not in session.npcs:
            raise EngineError("unknown_npc", f"There is no NPC '{name}'.", "Spawn it first.")
        return session.npcs[name]

    def _hear(self, session: Session, observe: Observe, npcs: Sequence[Npc]) -> list[str]:
        """Acknowledge an utterance, send decisions for it that exist again, and return who hears it now."""
        said = observe.utterance
        if said is None:
            return []
        if session.ledger.undecided >= self._limits.utterances:
            raise EngineError("busy", "Too many utterances wait for a decision.", "Repeat this one in a moment.")
        self._send(session, Ack((said.id,)))
        fresh = [name for name in said.to if session.ledger.open((said.id, name))]
        for name in said.to:
            reply = session.ledger.reply((said.id, name))
            if reply is not None:
                self._send_parts(session.route, reply)
        session.counters["repeated"] += len(said.to) - len(fresh)
        return fresh

    def _ping(self, session: Session, ping: Ping) -> None:
        self._send(session, Pong(ping.id, {**session.counters, "undecided": session.ledger.undecided}))

    def _bye(self, session: Session, bye: Bye) -> None:
        log.info("%s left", session.client)
        self._end(session)

    def _end(self, session: Session) -> None:
        self._mailbox.forget(session)
        self._sessions.pop(session.key, None)
        self._routes.pop(session.route, None)

    def _expire(self) -> None:
        now = self._clock()
        for session in [s for s in self._sessions.values() if now - s.heard_at > IDLE_S]:
            log.info("%s was silent for %.0f s: its session ends", session.client, now - session.heard_at)
            self._end(session)

    # -- messages out ----------------------------------------------------------------------------------

    def _send_replies(self) -> None:
        with suppress(BlockingIOError):
            self._wake_out.recv(4096)
        while self._done:
            for reply in self._done.popleft():
                self._send_reply(reply)

    def _send_reply(self, reply: Reply) -> None:
        session, npc = reply.job.session, reply.job.npc
        if session.npcs.get(npc.id) is not npc:
            return  # it left, or was replaced, while it was thinking
        parts = encode(reply.message)
        utterance = heard(reply.job)
        if utterance is not None:
            session.ledger.settle((utterance, npc.id), parts)
        session.counters["decided"] += 1
        self._send_parts(session.route, parts)

    def _send(self, session: Session, message: ServerMessage) -> None:
        self._send_parts(session.route, encode(message))

    def _send_to(self, route: bytes, message: ServerMessage) -> None:
        self._send_parts(route, encode(message))

    def _send_parts(self, route: bytes, parts: list[bytes]) -> None:
        try:
            self._socket.send_multipart([route, *parts], zmq.NOBLOCK)
        except zmq.ZMQError:  # gone, or reads nothing: what matters is asked for again
            session = self._routes.get(route)
            if session is not None:
                session.counters["undelivered"] += 1


def _error_about(message: ClientMessage, error: EngineError) -> Error:
    if isinstance(message, Observe):
        said = message.utterance
        return Error(error.code, error.message, error.fix, message.seq, None, said.id if said else None)
    return Error(error.code, error.message, error.fix, None, getattr(message, "npc", None))
