"""The Python client: what a game written in Python uses. It has no threads: `poll` and `observe` do the work."""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import zmq

from engine.bridge.fields import ProtocolError
from engine.bridge.limits import DEFAULT_LIMITS
from engine.bridge.protocol import (
    VERSION,
    Ack,
    Bye,
    ClientMessage,
    Despawn,
    Error,
    Frame,
    Hello,
    Observe,
    Ping,
    Pong,
    ServerMessage,
    Spawn,
    Spawned,
    Utterance,
    Welcome,
    WireDecision,
    decode_client,
    decode_server,
    encode,
)
from engine.bridge.sockets import open_dealer
from engine.errors import EngineError
from npc.types import Target

__all__ = ["BridgeError", "Client", "Frame", "Target", "Welcome", "WireDecision"]

log = logging.getLogger("engine.bridge.client")

HELLO_EVERY_S = 0.5  # while nobody answers
PING_EVERY_S = 1.0
LOST_AFTER_S = 3.5  # silence for so long means that the server is away
RETRY_S = 0.5  # an utterance without acknowledgement
DECISION_S = 5.0  # an acknowledged utterance without a decision
_SENDABLE = replace(DEFAULT_LIMITS, header=2**20)  # replies may be longer than what a server takes


class BridgeError(EngineError):
    """The server cannot be reached, or refused something; `about` is its reply, if there was one."""

    def __init__(self, code: str, message: str, fix: str = "", about: Error | None = None) -> None:
        super().__init__(code, message, fix)
        self.about = about


@dataclass(slots=True)
class _Said:
    """An utterance on its way; it is kept until every NPC that it is for has decided.

    A server that dies between its acknowledgement and its decision has forgotten it: then it is said again.
    """

    observe: Observe
    waiting: set[str]
    due: float = 0.0  # when it is sent (again)


class Client:
    """A connection to a server, to be used from one thread.

    Frames may get lost, the newest counts. Utterances are repeated until they are decided, and each is decided
    once for each NPC. When the server goes away the client looks for it for ever, and then introduces its NPCs
    again.

    Args:
        endpoint: ZeroMQ address of the server.
        name: of the game, for the server's log.
        token: what the server was started with, if it was.
        timeout: seconds to wait for the server's welcome.
        clock: seconds, monotonic.

    Raises:
        BridgeError: `no_server`, `version`, `token` or whatever else the server answers.
    """

    def __init__(
        self,
        endpoint: str = "tcp://127.0.0.1:5571",
        *,
        name: str = "game",
        token: str | None = None,
        timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.endpoint = endpoint
        self.errors: deque[BridgeError] = deque(maxlen=100)
        self.counters: Mapping[str, int] = {}
        self._clock = clock
        self._hello = Hello(name, uuid.uuid4().hex, VERSION, ("inspect",), token)
        self._welcome: Welcome | None = None
        self._greeted = False
        self._heard_at = self._said_hello_at = self._pinged_at = float("-inf")
        self._seq = self._pings = 0
        self._npcs: dict[str, Spawn] = {}
        self._names: dict[str, str] = {}
        self._said: dict[str, _Said] = {}
        self._outbox: deque[ClientMessage] = deque()
        self._decisions: list[WireDecision] = []
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._open(timeout)

    def _open(self, timeout: float) -> None:
        try:
            self._socket = open_dealer(self._context, self.endpoint)
        except EngineError as error:
            self._context.term()
            raise BridgeError(error.code, error.message, error.fix) from None
        try:
            self._wait(lambda: self._greeted, timeout)
        except BridgeError:
            self.close()
            raise

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session; the server forgets its NPCs."""
        if self._socket.closed:
            return
        if self._greeted:
            self._send(Bye())
        self._socket.close()
        self._context.term()

    # -- what a game calls -----------------------------------------------------------------------------

    @property
    def welcome(self) -> Welcome:
        """What the server said of itself, the last time that it did."""
        assert self._welcome is not None  # the constructor waits for it
        return self._welcome

    @property
    def connected(self) -> bool:
        """Whether the server was heard lately; if not, let the game's NPCs fall back to their own routine."""
        return self._greeted and self._clock() - self._heard_at < LOST_AFTER_S

    @property
    def pending(self) -> int:
        """Utterances that are not decided yet."""
        return len(self._said)

    def spawn(self, npc: str, persona: str | Mapping[str, Any], watch: Sequence[str] = (), timeout: float = 5.0) -> str:
        """Bring an NPC to life and wait until it stands; returns its name on the card.

        Args:
            npc: the game's id for it.
            persona: name of a card that the server knows, or a whole card.
            watch: phrases to look out for in every frame, beside those on the card.

        Raises:
            BridgeError: `persona_unknown`, a fault in the card, `too_many_npcs`, `no_server`.
        """
        message = Spawn(npc, persona, tuple(watch))
        self._check(message)
        self._names.pop(npc, None)
        self._npcs[npc] = message
        self._outbox.append(message)
        try:
            self._wait(lambda: npc in self._names, timeout, npc)
        except BridgeError:
            del self._npcs[npc]
            raise
        return self._names[npc]

    def despawn(self, npc: str) -> None:
        """Let an NPC go, with all that it was told and has not decided."""
        if self._npcs.pop(npc, None) is None:
            return
        self._names.pop(npc, None)
        for utterance in list(self._said):
            self._settle(utterance, npc)
        self._outbox.append(Despawn(npc))
        self._work()

    def observe(
        self,
        npcs: str | Sequence[str],
        *,
        frame: Frame | None = None,
        text: str = "",
        to: Sequence[str] | None = None,
        state: Mapping[str, Any] | None = None,
        captured_at: float | None = None,
        inspect: bool = False,
    ) -> int:
        """Show a frame to NPCs, and say something to some of them. Never blocks.

        Args:
            npcs: who sees the frame.
            text: what the player says; blank is nothing.
            to: who of `npcs` hears it; all of them if not given.
            state: what the game knows and tells, e.g. `{"near": "well", "player": "Ada"}`.
            captured_at: seconds on the game's clock; characters live by it where it is given.
            inspect: ask for `WireDecision.inspect`.

        Returns:
            The sequence number that comes back in the decisions.

        Raises:
            BridgeError: `frame_size`, `frame_format`, or what exceeds the server's limits.
        """
        names = (npcs,) if isinstance(npcs, str) else tuple(npcs)
        self._seq += 1
        said = Utterance(uuid.uuid4().hex, text, names if to is None else tuple(to)) if text.strip() else None
        observe = Observe(self._seq, names, frame, said, state or {}, captured_at, inspect)
        self._check(observe)
        self._work()
        if said is not None:
            if frame is not None:  # the game may draw over its buffer before this is repeated
                observe = replace(observe, frame=replace(frame, pixels=bytes(memoryview(frame.pixels))))
            self._said[said.id] = _Said(observe, set(said.to))
            self._repeat_what_is_due()
        elif self._greeted and not self._outbox:
            self._send(observe)
        return self._seq

    def poll(self, timeout: float = 0.0) -> list[WireDecision]:
        """Decisions that came since the last call; waits up to `timeout` seconds for the first.

        What the server refused is in `errors`, newest last.
        """
        deadline = self._clock() + timeout
        self._work()
        while not self._decisions and (left := deadline - self._clock()) > 0:
            self._socket.poll(_milliseconds(left))
            self._work()
        decisions, self._decisions = self._decisions, []
        return decisions

    # -- keeping the session alive ---------------------------------------------------------------------

    def _work(self) -> None:
        """Read what came, then send what is due."""
        self._receive()
        now = self._clock()
        if self._greeted and now - self._heard_at > LOST_AFTER_S:
            self._greeted = False
        if not self._greeted:
            self._say_hello(now)
            return
        if now - self._pinged_at > PING_EVERY_S:
            self._pinged_at, self._pings = now, self._pings + 1
            self._send(Ping(self._pings))
        while self._outbox and self._send(self._outbox[0]):
            self._outbox.popleft()
        self._repeat_what_is_due()

    def _say_hello(self, now: float) -> None:
        if now - self._said_hello_at > HELLO_EVERY_S and self._send(self._hello):
            self._said_hello_at = now

    def _repeat_what_is_due(self) -> None:
        if not self._greeted or self._outbox:
            return  # NPCs must stand before they are spoken to
        now = self._clock()
        for said in self._said.values():
            if said.due > now:
                continue
            if not self._send(_for_those_who_wait(said)):
                return  # what was said later must not overtake it
            said.due = now + RETRY_S

    def _wait(self, done: Callable[[], bool], timeout: float, npc: str | None = None) -> None:
        """Work until `done`; raise what the server refuses meanwhile of the thing that is waited for."""
        deadline = self._clock() + timeout
        earlier = list(self.errors)
        self._work()
        while not done():
            for error in list(self.errors):
                if error not in earlier and (npc is None or _concerns(error, npc)):
                    self.errors.remove(error)
                    raise error
            left = deadline - self._clock()
            if left <= 0:
                raise BridgeError(
                    "no_server",
                    f"No server answered at {self.endpoint} within {timeout:g} s.",
                    "Start one with `python -m engine serve`, or check address and version.",
                )
            self._socket.poll(_milliseconds(left))
            self._work()

    def _check(self, message: Spawn | Observe) -> None:
        """Refuse here what the server would refuse, or would hang up for because of its size."""
        limits = replace(
            DEFAULT_LIMITS,
            **{name: value for name, value in self.welcome.limits.items() if name in DEFAULT_LIMITS.__slots__},
        )
        try:
            parts = encode(message)
            if isinstance(message, Observe) and message.frame is not None:
                message.frame.check(limits)
            decode_client(parts, limits)
        except ProtocolError as error:
            raise BridgeError(error.code, error.message, error.fix) from None
        except TypeError as error:
            raise BridgeError(
                "field",
                f"`{message.TYPE}` holds what cannot be sent: {error}.",
                "Use text, numbers, lists and maps.",
            ) from None

    def _send(self, message: ClientMessage) -> bool:
        """Hand a message to ZeroMQ; False where its queue is full or no server is there."""
        try:
            self._socket.send_multipart(encode(message), zmq.NOBLOCK)
        except zmq.Again:
            return False
        return True

    # -- messages in -----------------------------------------------------------------------------------

    def _receive(self) -> None:
        while True:
            try:
                parts = self._socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                message = decode_server(parts, _SENDABLE)
            except ProtocolError as error:
                self._fail(BridgeError(error.code, error.message, error.fix))
                continue
            self._heard_at = self._clock()
            self._take(message)

    def _take(self, message: ServerMessage) -> None:
        match message:
            case WireDecision():
                self._take_decision(message)
            case Ack():
                for said in (self._said.get(utterance) for utterance in message.utterances):
                    if said is not None:
                        said.due = self._clock() + DECISION_S
            case Welcome():
                self._take_welcome(message)
            case Spawned():
                self._names[message.npc] = message.name
            case Pong():
                self.counters = message.counters
            case Error():
                self._take_error(message)
            case Bye():
                self._greeted, self._said_hello_at = False, self._clock()

    def _take_decision(self, decision: WireDecision) -> None:
        fresh = decision.utterance_id is None or self._settle(decision.utterance_id, decision.npc)
        if fresh and decision.npc in self._npcs:
            self._decisions.append(decision)

    def _settle(self, utterance: str, npc: str) -> bool:
        """Strike an NPC off an utterance; False where it was not waited for (any more)."""
        said = self._said.get(utterance)
        if said is None or npc not in said.waiting:
            return False
        said.waiting.discard(npc)
        if not said.waiting:
            del self._said[utterance]
        return True

    def _take_welcome(self, welcome: Welcome) -> None:
        again = self._welcome is not None and not self._greeted
        self._welcome, self._greeted = welcome, True
        if not again:
            return
        log.info("connected to %s again", self.endpoint)
        # Also where the session was resumed: a repeated spawn changes nothing, a missing one would be fatal.
        self._outbox.extendleft(reversed(self._npcs.values()))
        for said in self._said.values():
            said.due = 0.0

    def _take_error(self, error: Error) -> None:
        if error.code == "hello_required":
            self._greeted = False  # the server was restarted; what is lost is sent again
        elif error.code != "busy":  # busy: the utterance stays and is repeated
            self._drop_refused(error)
            self._fail(BridgeError(error.code, error.message, error.fix, error))

    def _drop_refused(self, error: Error) -> None:
        """Stop repeating an utterance that the server refused, for one NPC or for all."""
        said = self._said.get(error.utterance or "")
        if error.utterance is not None and said is not None:
            for npc in [error.npc] if error.npc else list(said.waiting):
                self._settle(error.utterance, npc)

    def _fail(self, error: BridgeError) -> None:
        log.warning("%s", error)
        self.errors.append(error)


def _concerns(error: BridgeError, npc: str) -> bool:
    """Whether an error may be the answer to spawning `npc`."""
    about = error.about
    return about is None or (about.seq is None and about.npc in (None, npc))


def _milliseconds(left: float) -> int:
    """How long to wait for a message at once: pings and repetitions must not wait longer."""
    return max(1, int(min(left, 0.1) * 1000))


def _for_those_who_wait(said: _Said) -> Observe:
    waiting = tuple(npc for npc in said.observe.npcs if npc in said.waiting)
    utterance = said.observe.utterance
    assert utterance is not None
    if set(waiting) == set(utterance.to):
        return said.observe
    return replace(said.observe, npcs=waiting, utterance=replace(utterance, to=waiting))
