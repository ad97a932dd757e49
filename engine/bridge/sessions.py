"""What the server does with messages: sessions, NPCs, utterances that count once. No sockets, no waiting."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from engine import __version__
from engine.bridge.ledger import Journal, Ledger
from engine.bridge.mailbox import Job, Mailbox
from engine.bridge.observability import Statistics, event
from engine.bridge.session import Npc, RateLimit, Session
from engine.bridge.worker import Reply, heard
from engine.errors import Fault
from engine.formats.wire.codec import (
    CAPABILITIES,
    VERSION,
    Ack,
    Bye,
    ClientMessage,
    Despawn,
    Error,
    Event,
    Hello,
    Observe,
    Ping,
    Pong,
    ServerMessage,
    Spawn,
    Spawned,
    Utterance,
    Welcome,
    decode_client,
    encode,
)
from engine.formats.wire.constants import Limits
from engine.formats.wire.fields import ProtocolError
from engine.minds.brain import Brain
from engine.perception.types import EncodedFrame
from npc.types import TOLD

_OBSERVE = b"\xa4type\xa7observe"  # how msgpack packs it; a header that packs it otherwise is read in full
IDLE_S = 300.0  # a session that was silent for so long is over: its NPCs are forgotten


class Sessions:
    """All sessions of a server. Its owner calls everything on one thread.

    Args:
        send: puts the parts of a message on the way to a connection; False where it cannot be delivered.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        brain: Brain,
        bundle: str,
        mailbox: Mailbox,
        send: Callable[[bytes, list[bytes]], bool],
        *,
        token: str | None,
        limits: Limits,
        journal: Journal | None,
        statistics: Statistics,
        clock: Callable[[], float],
    ) -> None:
        self._brain, self._bundle, self._mailbox, self._hand_over = brain, bundle, mailbox, send
        self._token, self._limits, self._journal = token, limits, journal
        self._statistics, self._clock = statistics, clock
        self._sessions: dict[str, Session] = {}
        self._routes: dict[bytes, Session] = {}
        self._handlers: dict[type, Callable[[Session, Any], None]] = {
            Spawn: self._spawn,
            Despawn: self._despawn,
            Observe: self._observe,
            Ping: self._ping,
            Bye: self._bye,
        }

    @property
    def all(self) -> list[Session]:
        """Of clients that are here, or were lately. Safe to ask for on any thread."""
        return list(self._sessions.values())

    # -- messages in -----------------------------------------------------------------------------------

    def receive(self, route: bytes, user: str, parts: Sequence[memoryview]) -> bool:
        """Deal with one message. Whatever is wrong with it becomes an error reply.

        Args:
            route: names the connection.
            user: who it is by its key; empty without encryption.

        Returns:
            Whether it was one more than its client may send: such are better not read at all for a while.
        """
        session = self._routes.get(route)
        if session is None:
            self._read(route, user, parts)
            return False
        session.floods = not session.rate_limit.take(self._clock())
        if session.floods and _is_frame(parts, self._limits):
            # The last frames of a flood are as good as each other. Words are never dropped.
            session.heard_at = self._clock()
            self._count(session, "dropped")
        else:
            self._read(route, user, parts)
        return session.floods

    def _read(self, route: bytes, user: str, parts: Sequence[memoryview]) -> None:
        try:
            message = decode_client(parts, self._limits)
            if isinstance(message, Hello):
                self._hello(route, user, message)
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
            self._statistics.counters["refused"] += 1
            self._send_to(route, Error(error.code, error.message, error.fix, error.seq, error.npc, error.utterance))
        except Exception:
            event("message_failed", level=logging.ERROR, fault=True)
            self._send_to(route, Error("internal", "The server failed on this message.", "Its log says more."))

    def _dispatch(self, session: Session, message: ClientMessage) -> None:
        try:
            self._handlers[type(message)](session, message)
        except Fault as error:
            self._count(session, "busy" if error.code == "busy" else "refused")
            self._send(session, _error_about(message, error))

    def _hello(self, route: bytes, user: str, hello: Hello) -> None:
        known = self._admit(user, hello)
        now = self._clock()
        session = known or self._new_session(route, user, hello, now)
        self._routes.pop(session.route, None)
        session.route, session.heard_at, session.capabilities = route, now, frozenset(hello.capabilities)
        session.put_off.take()
        self._sessions[hello.session] = self._routes[route] = session
        event("client_here", client=hello.client, user=user, session=hello.session[:8], resumed=known is not None)
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
                {head: labels[head] for head in TOLD},
                asdict(self._limits),
            ),
        )

    def _new_session(self, route: bytes, user: str, hello: Hello, now: float) -> Session:
        ledger = Ledger(hello.session, self._journal)
        return Session(hello.session, hello.client, user, route, now, ledger, RateLimit(self._limits.observes))

    def _admit(self, user: str, hello: Hello) -> Session | None:
        """The session that a client comes back to, None for a new one.

        Raises:
            ProtocolError: `version`, `token`, `session` or `too_many_clients`.
        """
        if hello.version.split(".")[0] != VERSION.split(".")[0]:
            raise ProtocolError(
                "version",
                f"The client speaks protocol {hello.version}, this server {VERSION}.",
                "Update whichever of the two is older.",
            )
        if self._token is not None and not hmac.compare_digest(self._token.encode(), (hello.token or "").encode()):
            event("token_refused", level=logging.WARNING, client=hello.client)
            raise ProtocolError("token", "The token is missing or wrong.", "Use the token that the server was started with.")
        known = self._sessions.get(hello.session)
        if known is not None and known.user != user:
            raise ProtocolError("session", "This session belongs to another client.", "Choose a random id for it.")
        if known is None and len(self._sessions) >= self._limits.clients:
            raise ProtocolError(
                "too_many_clients",
                f"{len(self._sessions)} clients are here already.",
                "Close one; silent ones are dropped after a few minutes.",
            )
        return known

    def _spawn(self, session: Session, spawn: Spawn) -> None:
        if spawn.npc not in session.npcs and len(session.npcs) >= self._limits.npcs:
            raise Fault("too_many_npcs", f"This client has {len(session.npcs)} NPCs already.", "Despawn some first.")
        npc = session.npcs.get(spawn.npc)
        if npc is not None and npc.persona == spawn.persona:
            npc.mind.order(spawn.watch)  # a repeated spawn: the character lives on
        else:
            # Memories are kept by the client's name, or key: two games may both have a Mira.
            world = f"{session.user}/{session.client}" if session.user else session.client
            mind = self._brain.mind(spawn.npc, spawn.persona, spawn.watch, world)
            if npc is not None:
                self._let_go(session, npc)
            npc = session.npcs[spawn.npc] = Npc(spawn.npc, mind, spawn.persona)
            self._mailbox.rouse()  # its questions can be encoded before anybody speaks
        self._send(session, Spawned(spawn.npc, npc.mind.character.persona.name))

    def _despawn(self, session: Session, despawn: Despawn) -> None:
        self._let_go(session, self._npc(session, despawn.npc))

    def _let_go(self, session: Session, npc: Npc) -> None:
        self._mailbox.forget(session, npc)
        session.ledger.forget_npc(npc.id)
        session.put_off.take()
        del session.npcs[npc.id]

    def _observe(self, session: Session, observe: Observe) -> None:
        npcs = [self._npc(session, name) for name in observe.npcs]
        said, now = observe.utterance, self._clock()
        fresh = self._fresh(session, said)
        self._make_room(session, observe, bool(fresh), now)
        if said is not None:
            self._accept(session, said, fresh)
        # Who heard it before gets nothing: the decision is on the way, or was sent again.
        told = frozenset(said.to) - fresh if said is not None else frozenset[str]()
        text = said.text if said is not None else ""
        if session.floods:  # only those who are spoken to get to see it
            told |= {npc.id for npc in npcs} - fresh
        look: list[EncodedFrame | Fault] = []
        jobs = [Job(session, npc, observe, text if npc.id in fresh else "", now, look) for npc in npcs if npc.id not in told]
        self._count(session, "superseded", self._mailbox.put(session, jobs))
        self._count(session, "observed")

    def _npc(self, session: Session, name: str) -> Npc:
        if name not in session.npcs:
            raise Fault("unknown_npc", f"There is no NPC '{name}'.", "Spawn it first.")
        return session.npcs[name]

    @staticmethod
    def _fresh(session: Session, said: Utterance | None) -> frozenset[str]:
        """Who has not heard this before."""
        if said is None:
            return frozenset()
        return frozenset(npc for npc in said.to if not session.ledger.knows((said.id, npc)))

    def _make_room(self, session: Session, observe: Observe, speaks: bool, now: float) -> None:
        """Put off what would make too much wait, and every newer utterance until that has come again.

        Raises:
            Fault: `busy`.
        """
        full = speaks and session.ledger.undecided >= self._limits.utterances
        if observe.frame is not None:
            size = memoryview(observe.frame.pixels).nbytes
            full = full or self._mailbox.bytes_of(session) + size > self._limits.waiting
        if not full and (not speaks or session.put_off.lets_in(observe.seq, now)):
            return
        if speaks:
            session.put_off.put_off(observe.seq, now)
        raise Fault("busy", "Too much of this client waits for a decision.", "Repeat this in a moment.")

    def _accept(self, session: Session, said: Utterance, fresh: frozenset[str]) -> None:
        """Acknowledge an utterance, and send decisions for it that exist already."""
        self._send(session, Ack((said.id,)))
        for npc in said.to:
            if npc in fresh:
                session.ledger.open((said.id, npc))
            elif (reply := session.ledger.reply((said.id, npc))) is not None:
                self._send_parts(session, reply)
        if fresh:
            session.put_off.take()
        self._count(session, "heard", len(fresh))
        self._count(session, "repeated", len(said.to) - len(fresh))

    def _ping(self, session: Session, ping: Ping) -> None:
        self._send(session, Pong(ping.id, {**session.counters, "undecided": session.ledger.undecided}))

    def _bye(self, session: Session, bye: Bye) -> None:
        self._end(session, "left")
        if self._journal is not None:
            self._journal.forget(session.key)

    def _end(self, session: Session, why: str) -> None:
        event("client_gone", client=session.client, session=session.key[:8], why=why, counters=dict(session.counters))
        self._mailbox.forget(session)
        self._sessions.pop(session.key, None)
        self._routes.pop(session.route, None)

    def expire(self) -> None:
        """End the sessions of clients that were silent for too long."""
        now = self._clock()
        for session in self.all:
            if now - session.heard_at > IDLE_S:
                self._end(session, "silent")

    # -- messages out ----------------------------------------------------------------------------------

    def reply(self, replies: Sequence[Reply]) -> None:
        """Send the replies of one batch; what was decided on utterances is written down before."""
        due = [(reply, encode(reply.message)) for reply in replies if _stands(reply)]
        spoken = [(reply, parts, utterance) for reply, parts in due if (utterance := heard(reply.job)) is not None]
        for reply, parts, utterance in spoken:
            reply.job.session.ledger.settle((utterance, reply.job.npc.id), parts)
        if self._journal is not None and spoken:
            self._write([(r.job.session.key, utterance, r.job.npc.id, parts[0]) for r, parts, utterance in spoken])
        for reply, parts in due:
            self._count(reply.job.session, "refused" if isinstance(reply.message, Error) else "decided")
            self._send_parts(reply.job.session, parts)

    def tell(self) -> None:
        """Send what has happened to NPCs to the clients that want to know."""
        for notice in self._brain.notices():
            for session in self.all:
                for npc in session.npcs.values():
                    if npc.mind is notice.mind and "events" in session.capabilities:
                        self._send(session, Event(npc.id, notice.kind, notice.text, notice.utterance, notice.more))

    def _write(self, rows: list[tuple[str, str, str, bytes]]) -> None:
        assert self._journal is not None
        try:
            self._journal.write(rows)
        except Fault as error:  # the game must go on; only a server's death would make a difference
            event("journal_failed", level=logging.ERROR, why=error.message)

    def farewell(self) -> None:
        """Tell everybody that the server stops."""
        for session in self.all:
            self._send(session, Bye())

    def _send(self, session: Session, message: ServerMessage) -> None:
        self._send_parts(session, encode(message))

    def _send_parts(self, session: Session, parts: list[bytes]) -> None:
        if not self._hand_over(session.route, parts):  # gone, or reads nothing: what matters is asked for again
            self._count(session, "undelivered")

    def _send_to(self, route: bytes, message: ServerMessage) -> None:
        if not self._hand_over(route, encode(message)):
            self._statistics.counters["undelivered"] += 1

    def _count(self, session: Session, what: str, times: int = 1) -> None:
        session.counters[what] += times
        self._statistics.counters[what] += times


def _is_frame(parts: Sequence[memoryview], limits: Limits) -> bool:
    """Whether a message is an observation without words, as far as can be told without reading it."""
    header = bytes(parts[0][: limits.header]) if parts else b""
    return _OBSERVE in header and b"utterance" not in header


def _stands(reply: Reply) -> bool:
    """Whether the NPC is still there: it may have left, or been replaced, while it was thinking."""
    return reply.job.session.npcs.get(reply.job.npc.id) is reply.job.npc


def _error_about(message: ClientMessage, error: Fault) -> Error:
    if isinstance(message, Observe):
        said = message.utterance
        return Error(error.code, error.message, error.fix, message.seq, None, said.id if said else None)
    return Error(error.code, error.message, error.fix, None, getattr(message, "npc", None))
