"""What the server does with messages: sessions, NPCs, utterances that count once. No sockets, no waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from engine import __version__
from engine.bridge.admission import Admission, Unheard, peer_of
from engine.bridge.errands import Errands
from engine.bridge.ledger import Journal, Ledger
from engine.bridge.looks import Looks
from engine.bridge.mailbox import Job, Mailbox, Picture
from engine.bridge.observability import Statistics, event
from engine.bridge.relay import Relay
from engine.bridge.replies import error_about, heard, packed, without_paths
from engine.bridge.session import Connection, RateLimit, Session
from engine.bridge.spawning import Spawning, npc_of
from engine.bridge.worker import JobReply
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
    Hear,
    Heard,
    Hello,
    Hush,
    Look,
    Observe,
    Ping,
    Pong,
    ServerMessage,
    Sound,
    Spawn,
    Speak,
    Utterance,
    Welcome,
    decode_client,
)
from engine.formats.wire.constants import Limits
from engine.formats.wire.fields import ProtocolError
from engine.minds.brain import Brain
from npc.types import TOLD

_OBSERVE = b"\xa4type\xa7observe"  # how msgpack packs it; a header that packs it otherwise is read in full
_WAITING_OF_ALL = 1024**3  # bytes of frames; each client may have its part of it
_MESSAGES_OF_VOICE = 2000  # a second
IDLE_S = 300.0  # a session that was silent for so long is over: its NPCs are forgotten


class Sessions:
    """All sessions of a server. Its owner calls everything on one thread.

    A session belongs to whoever shows its id in a hello (over CURVE with the key that it began with), and is spoken for by
    that connection alone, until that is lost or another one shows the same.

    Args:
        errands: read the cards that games send, which may take long.
        names: read those that are asked for by their names.
        wake: called where `settle` has something to do; on any thread.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        brain: Brain,
        bundle: str,
        mailbox: Mailbox,
        errands: Errands,
        names: Errands,
        wake: Callable[[], None],
        *,
        token: str | None,
        voice_token: str | None = None,
        limits: Limits,
        journal: Journal | None,
        statistics: Statistics,
        clock: Callable[[], float],
    ) -> None:
        self._brain, self._bundle, self._mailbox = brain, bundle, mailbox
        self._spawning = Spawning(brain, mailbox, errands, names, wake, limits, self._send)
        self._looks = Looks(brain, names, wake, limits, self._send)
        self._limits, self._journal = limits, journal
        self._statistics, self._clock = statistics, clock
        self._sessions: dict[str, Session] = {}
        self._admission = Admission(token, limits, self._sessions, voice_token)
        self._relay = Relay(limits, statistics, self._send, self._hang_up, clock)
        self._handlers: dict[type, Callable[[Session, Any], None]] = {
            Spawn: self._spawning.spawn,
            Despawn: self._despawn,
            Look: self._looks.look,
            Observe: self._observe,
            Ping: self._ping,
            Bye: self._bye,
            Hear: self._relay.hear,
            Speak: self._relay.speak,
            Hush: self._relay.hush,
        }
        self._voice_handlers: dict[type, Callable[[Session, Any], None]] = {
            Heard: lambda voice, heard: self._relay.heard(heard),
            Sound: lambda voice, sound: self._relay.sound(sound),
            Ping: self._ping,
            Bye: lambda voice, bye: self._hang_up(voice),
        }

    @property
    def all(self) -> list[Session]:
        """Of clients that are here, or were lately. Safe to ask for on any thread."""
        return list(self._sessions.values())

    # -- messages in -----------------------------------------------------------------------------------

    def receive(self, connection: Connection, parts: Sequence[memoryview]) -> bool:
        """Deal with one message. Whatever is wrong with it becomes an error reply.

        Returns:
            Whether it was one more than its client may send: such are better not read at all for a while.
        """
        session = connection.session
        if session is None:
            self._read(connection, parts)
            return connection.session is None  # whoever has nothing to say but what is refused may say it slowly
        session.floods = not session.rate_limit.take(self._clock())
        if session.floods and _is_frame(parts, self._limits):
            # The last frames of a flood are as good as each other. Words are never dropped.
            session.heard_at = self._clock()
            self._count(session, "dropped")
        else:
            self._read(connection, parts)
        return session.floods

    def lost(self, connection: Connection) -> None:
        """A connection is gone; its session waits for another one that shows its id."""
        session, connection.session = connection.session, None
        if session is not None:
            session.connection = None
            if session is self._relay.voice:
                self._relay.leave()

    def _read(self, connection: Connection, parts: Sequence[memoryview]) -> None:
        try:
            message = decode_client(parts, self._limits)
            if isinstance(message, Hello):
                self._hello(connection, message)
                return
            session = connection.session
            if session is None or session.user != connection.user:
                raise ProtocolError(
                    "hello_required",
                    f"`{message.TYPE}` came before `hello`.",
                    "Say hello, spawn your NPCs, then repeat this.",
                )
            session.heard_at = self._clock()
            self._dispatch(session, message)
        except Unheard:
            self._statistics.counters["refused"] += 1
        except ProtocolError as error:
            self._statistics.counters["refused"] += 1
            about = (error.seq, error.npc, error.utterance, error.about)
            self._send_to(connection, Error(error.code, error.message, error.fix, *about))
        except Exception:
            event("message_failed", level=logging.ERROR, fault=True)
            self._send_to(connection, Error("internal", "The server failed on this message.", "Its log says more."))

    def _dispatch(self, session: Session, message: ClientMessage) -> None:
        try:
            handlers = self._handlers if session is not self._relay.voice else self._voice_handlers
            handler = handlers.get(type(message))
            if handler is None:
                raise Fault(
                    "role", f"`{message.TYPE}` is not for you to say.", "Only a voice process says `heard` and `sound`."
                )
            handler(session, message)
        except Fault as error:
            self._count(session, "busy" if error.code == "busy" else "refused")
            self._send(session, error_about(message, error))

    def _hello(self, connection: Connection, hello: Hello) -> None:
        now = self._clock()
        if hello.voice is not None:
            self._hello_of_voice(connection, hello, now)
            return
        if hello.session not in self._sessions and (dispensable := self._admission.dispensable(now)) is not None:
            self._end(dispensable, "idle")
        known = self._admission.admit(connection, hello, now)
        session = known or self._new_session(connection, hello, now)
        self.lost(connection)  # another session that spoke here before
        if session.connection is not None:
            self.lost(session.connection)
        session.connection, connection.session = connection, session
        session.heard_at, session.capabilities = now, frozenset(hello.capabilities)
        session.put_off.take()
        self._relay.back(session)
        self._sessions[hello.session] = session
        event("client_here", client=hello.client, user=connection.user, session=hello.session[:8], resumed=known is not None)
        self._send(session, self._welcome(known is not None))

    def _welcome(self, resumed: bool) -> Welcome:
        labels = self._brain.perceiver.labels.heads
        return Welcome(
            f"npc-engine {__version__}",
            self._brain.perceiver.provider,
            self._bundle,
            resumed,
            VERSION,
            CAPABILITIES,
            {head: labels[head] for head in TOLD},
            asdict(self._limits),
        )

    def _hello_of_voice(self, connection: Connection, hello: Hello, now: float) -> None:
        """The voice process comes, or repeats its hello; what it was about on another connection is over."""
        self._admission.admit_voice(connection, hello, now)
        voice = self._relay.voice
        if voice is not None and connection.session is voice:
            self._send(voice, self._welcome(True))
            return
        if not self._relay.may_come(hello.session):
            raise ProtocolError(
                "voice_taken", "Another voice process is connected.", "End that one; this one may go on asking."
            )
        self.lost(connection)
        if voice is not None:
            self._hang_up(voice)
        limit = RateLimit(_MESSAGES_OF_VOICE)
        voice = Session(hello.session, hello.client, connection.user, "", now, Ledger(), limit, connection)
        connection.session = voice
        self._relay.come(voice)
        self._send(voice, self._welcome(False))

    def _hang_up(self, voice: Session) -> None:
        if voice.connection is not None:
            self.lost(voice.connection)
        self._relay.leave()

    def _new_session(self, connection: Connection, hello: Hello, now: float) -> Session:
        ledger, limit = Ledger(hello.session, self._journal), RateLimit(self._limits.observes)
        return Session(hello.session, hello.client, connection.user, peer_of(connection), now, ledger, limit)

    def _observe(self, session: Session, observe: Observe) -> None:
        npcs = [npc_of(session, name) for name in observe.npcs]
        said, now = observe.utterance, self._clock()
        fresh = self._fresh(session, said)
        self._make_room(session, observe, bool(fresh), now)
        if said is not None:
            self._accept(session, said, fresh)
            self._relay.said(session, said.id)
            self._relay.interrupt(session, fresh)
        # Who heard it before gets nothing: the decision is on the way, or was sent again.
        told = frozenset(said.to) - fresh if said is not None else frozenset[str]()
        text = said.text if said is not None else ""
        if session.floods:  # only those who are spoken to get to see it
            told |= {npc.id for npc in npcs} - fresh
        picture = Picture(observe.frame) if observe.frame is not None else None
        jobs = [Job(session, npc, observe, text if npc.id in fresh else "", now, picture) for npc in npcs if npc.id not in told]
        self._count(session, "superseded", self._mailbox.put(session, jobs))
        self._count(session, "observed")

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
            share = min(self._limits.waiting, max(self._limits.frame, _WAITING_OF_ALL // len(self._sessions)))
            full = full or self._mailbox.bytes_of(session) + size > share
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

    def _despawn(self, session: Session, despawn: Despawn) -> None:
        self._spawning.despawn(session, despawn)
        self._relay.interrupt(session, (despawn.npc,))

    def _ping(self, session: Session, ping: Ping) -> None:
        counters = {**session.counters, "undecided": session.ledger.undecided}
        if self._relay.voice is not None:
            counters["voice"] = 1
        self._send(session, Pong(ping.id, counters))

    def _bye(self, session: Session, bye: Bye) -> None:
        self._end(session, "left")
        if self._journal is not None:
            self._journal.forget(session.key)

    def _end(self, session: Session, why: str) -> None:
        event("client_gone", client=session.client, session=session.key[:8], why=why, counters=dict(session.counters))
        self._spawning.forget(session)
        self._relay.forget(session)
        self._mailbox.forget(session)
        self._sessions.pop(session.key, None)
        if session.connection is not None:
            self.lost(session.connection)

    def expire(self) -> None:
        """End the sessions of clients that were silent for too long, and sound of which nothing comes."""
        now = self._clock()
        self._relay.expire()
        for session in self.all:
            if now - session.heard_at > IDLE_S:
                self._end(session, "silent")

    # -- messages out ----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let the NPCs stand whose cards have been read, and the pictures count that have been looked at."""
        self._spawning.settle()
        self._looks.settle()

    def reply(self, replies: Sequence[JobReply]) -> None:
        """Send the replies of one batch; what was decided on utterances is written down before."""
        due = [(reply, packed(reply.message)) for reply in replies if _stands(reply)]
        spoken = [(reply, parts, utterance) for reply, parts in due if (utterance := heard(reply.job)) is not None]
        for reply, parts, utterance in spoken:
            reply.job.session.ledger.settle((utterance, reply.job.npc.id), parts)
        if self._journal is not None and spoken:
            self._write([(r.job.session.key, utterance, r.job.npc.id, parts[0]) for r, parts, utterance in spoken])
        for session, of in groupby(due, lambda one: one[0].job.session):
            messages = []
            for reply, parts in of:
                self._count(session, "refused" if isinstance(reply.message, Error) else "decided")
                messages.append(parts)
            if session.connection is None or not session.connection.send_all(messages):
                self._count(session, "undelivered", len(messages))

    def tell(self) -> None:
        """Send what has happened to NPCs to the clients that want to know."""
        for notice in self._brain.notices():
            text = without_paths(notice.text) if notice.kind == "card" else notice.text
            for session in self.all:
                for npc in session.npcs.values():
                    if npc.mind is notice.mind and "events" in session.capabilities:
                        self._send(session, Event(npc.id, notice.kind, text, notice.utterance, notice.more))

    def _write(self, rows: list[tuple[str, str, str, bytes]]) -> None:
        assert self._journal is not None
        try:
            self._journal.write(rows)
        except Fault as error:  # the game must go on; only a server's death would make a difference
            event("journal_failed", level=logging.ERROR, why=error.message)

    def farewell(self) -> None:
        """Tell everybody that the server stops."""
        voice = self._relay.voice
        for session in [*self.all, *([voice] if voice is not None else [])]:
            self._send(session, Bye())

    def _send(self, session: Session, message: ServerMessage) -> bool:
        return self._send_parts(session, packed(message))

    def _send_parts(self, session: Session, parts: list[bytes]) -> bool:
        connection = session.connection
        if connection is None or not connection.send(parts):  # gone, or reads nothing: what matters is asked for again
            self._count(session, "undelivered")
            return False
        return True

    def _send_to(self, connection: Connection, message: ServerMessage) -> None:
        if not connection.send(packed(message)):
            self._statistics.counters["undelivered"] += 1

    def _count(self, session: Session, what: str, times: int = 1) -> None:
        session.counters[what] += times
        self._statistics.counters[what] += times


def _is_frame(parts: Sequence[memoryview], limits: Limits) -> bool:
    """Whether a message is an observation without words, as far as can be told without reading it."""
    header = bytes(parts[0][: limits.header]) if parts else b""
    return _OBSERVE in header and b"utterance" not in header


def _stands(reply: JobReply) -> bool:
    """Whether the NPC is still there: it may have left, or been replaced, while it was thinking."""
    return reply.job.session.npcs.get(reply.job.npc.id) is reply.job.npc
