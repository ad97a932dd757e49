"""NPCs come and go. Their cards and memories are read elsewhere, since that may take long; what they are told waits."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.bridge.errands import Errands
from engine.bridge.mailbox import Mailbox
from engine.bridge.observability import event
from engine.bridge.replies import refusal, without_paths
from engine.bridge.session import Npc, Session
from engine.errors import Fault
from engine.formats.wire.codec import Despawn, Error, ServerMessage, Spawn, Spawned
from engine.formats.wire.constants import Limits
from engine.minds.brain import Brain
from engine.minds.mind import Mind


@dataclass(frozen=True, slots=True)
class _Made:
    """What became of a card: a mind, or what is wrong with it."""

    session: Session
    npc: Npc
    mind: Mind | Fault


class Spawning:
    """Brings NPCs to life and lets them go. For the I/O thread, but for what it leaves to `errands` (cards that games
    send) and `names` (cards that are here: each is read once, whatever is sent meanwhile).

    Args:
        wake: called where `settle` has something to do; on any thread.
        send: sends a message to the client of a session.
    """

    def __init__(
        self,
        brain: Brain,
        mailbox: Mailbox,
        errands: Errands,
        names: Errands,
        wake: Callable[[], None],
        limits: Limits,
        send: Callable[[Session, ServerMessage], object],
    ) -> None:
        self._brain, self._mailbox, self._errands, self._names, self._wake = brain, mailbox, errands, names, wake
        self._limits, self._send = limits, send
        self._made: deque[_Made] = deque()

    def forget(self, session: Session) -> None:
        """A session has ended: nothing more is read for it."""
        self._errands.forget(session)
        self._names.forget(session)
        session.npcs.clear()

    def spawn(self, session: Session, spawn: Spawn) -> None:
        npc = session.npcs.get(spawn.npc)
        if npc is None and len(session.npcs) >= self._limits.npcs:
            raise Fault("too_many_npcs", f"This client has {len(session.npcs)} NPCs already.", "Despawn some first.")
        if npc is not None and npc.persona == spawn.persona:  # a repeated spawn: the character lives on
            if npc.mind is not None:
                self._check_phrases(session, npc, spawn.watch)
                npc.mind.order(spawn.watch)
                self._send(session, Spawned(spawn.npc, npc.mind.character.persona.name))
            return
        # Memories are kept by the client's name, or key: two games may both have a Mira.
        world = f"{session.user}/{session.client}" if session.user else session.client
        before = npc.before if npc is not None and npc.mind is None else npc
        fresh = Npc(spawn.npc, spawn.persona, before=before)
        at_hand = self._brain.at_hand(spawn.persona)
        errands = self._names if isinstance(spawn.persona, str) else self._errands
        if not at_hand and not errands.put(session, lambda: self._make(session, fresh, spawn, world)):
            raise Fault("busy", "Too many cards of this client wait to be read.", "Repeat this in a moment.")
        if npc is not None:
            self._let_go(session, npc)
        session.npcs[spawn.npc] = fresh
        if at_hand:
            self._make(session, fresh, spawn, world)

    def _make(self, session: Session, npc: Npc, spawn: Spawn, world: str) -> None:
        """Read the card of an NPC. On another thread, where it is not at hand: it may be long."""
        mind: Mind | Fault
        if session.npcs.get(npc.id, npc) is not npc:  # it has left, or somebody else has its place
            return
        try:
            mind = self._brain.mind(spawn.npc, spawn.persona, spawn.watch, world)
        except Fault as error:
            mind = error
        except Exception:
            event("spawn_failed", level=logging.ERROR, fault=True, client=session.client)
            mind = Fault("internal", "The server failed on this card.", "Its log says more.")
        self._made.append(_Made(session, npc, mind))
        self._wake()

    def settle(self) -> None:
        """Let the NPCs stand whose cards have been read."""
        while self._made:
            made = self._made.popleft()
            if made.session.npcs.get(made.npc.id) is made.npc:
                self._stand(made.session, made.npc, made.mind)

    def _stand(self, session: Session, npc: Npc, mind: Mind | Fault) -> None:
        before, npc.before = npc.before, None
        try:
            if isinstance(mind, Fault):
                raise mind
            self._check_phrases(session, npc, mind.watch)
            npc.mind = mind
            self._send(session, Spawned(npc.id, mind.character.persona.name))
            self._mailbox.rouse()
        except Fault as error:
            session.counters["refused"] += 1
            self._send(session, Error(error.code, without_paths(error.message), without_paths(error.fix), None, npc.id))
            for job in self._mailbox.forget(session, npc):
                self._send(session, refusal(job, Fault("unknown_npc", f"There is no NPC '{npc.id}'.", "Spawn it first.")))
            self._let_go(session, npc)
            if before is not None:
                session.npcs[npc.id] = before

    def _check_phrases(self, session: Session, npc: Npc, watch: Sequence[str]) -> None:
        """Every phrase costs each frame of its client some time, and the others their turn.

        Raises:
            Fault: `field`.
        """
        others = (one.mind.watch for one in session.npcs.values() if one is not npc and one.mind is not None)
        phrases = set(watch).union(*others)
        if len(phrases) > self._limits.phrases:
            raise Fault(
                "field",
                f"The NPCs of this client would watch for {len(phrases)} different phrases, with '{npc.id}'.",
                f"Let all of them together watch for at most {self._limits.phrases}.",
            )

    def despawn(self, session: Session, despawn: Despawn) -> None:
        self._let_go(session, npc_of(session, despawn.npc))

    def _let_go(self, session: Session, npc: Npc) -> None:
        self._mailbox.forget(session, npc)
        session.ledger.forget_npc(npc.id)
        session.put_off.take()
        del session.npcs[npc.id]


def npc_of(session: Session, name: str) -> Npc:
    """The NPC of that name.

    Raises:
        Fault: `unknown_npc`.
    """
    if name not in session.npcs:
        raise Fault("unknown_npc", f"There is no NPC '{name}'.", "Spawn it first.")
    return session.npcs[name]
