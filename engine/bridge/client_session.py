"""The client's half of the protocol, without sockets and without waiting: the sync and the asyncio client share it."""

from __future__ import annotations

import logging
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from engine.bridge.client_sounds import BridgeError as BridgeError  # where games look for it
from engine.bridge.client_sounds import ClientSounds
from engine.bridge.unanswered import Unanswered
from engine.errors import Fault
from engine.formats.wire import checks
from engine.formats.wire.codec import (
    VERSION,
    Ack,
    Bye,
    ClientMessage,
    Despawn,
    Error,
    Event,
    Frame,
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
    Spawned,
    Speak,
    Spoken,
    Utterance,
    Welcome,
    WireDecision,
    decode_client,
    decode_server,
    encode,
)
from engine.formats.wire.constants import (
    DEFAULT_LIMITS,
    HELLO_EVERY_S,
    LOST_AFTER_S,
    PING_EVERY_S,
    UNWELCOME,
    UNWELCOME_FOR_S,
    Limits,
)
from engine.formats.wire.fields import ProtocolError

log = logging.getLogger("engine.bridge.client")

_EVENTS = 100  # that wait to be asked for
_DECISIONS = 1024  # about frames, that wait to be asked for
_NEVER = float("-inf")


_Checked = TypeVar("_Checked", Hello, Spawn, Observe, Look, Hear, Speak, Hush)


class ClientSession:
    """What a client owes and expects. Its owner hands it what came (`receive`) and lets it `work` often.

    Args:
        name: of the game, for the server's log.
        token: what the server was started with, if it was.
        send: puts the parts of a message on the wire at once; False where there is no room.
        clock: seconds, monotonic.
        new_id: of the session, and of each utterance; never the same twice, and for the session impossible to guess.

    Raises:
        BridgeError: `field`, where the name or the token is none.
    """

    def __init__(
        self,
        name: str,
        token: str | None,
        send: Callable[[list[Any]], bool],
        clock: Callable[[], float],
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self.errors: deque[BridgeError] = deque(maxlen=100)
        self.counters: Mapping[str, int] = {}
        self.unanswered = Unanswered()
        self.greeted = False
        self._untold: deque[BridgeError] = deque(maxlen=100)
        self._hand_over, self._clock, self.new_id = send, clock, new_id
        self.limits = DEFAULT_LIMITS
        self._hello = self.checked(Hello(name, new_id(), VERSION, ("events", "inspect"), token))
        self._welcome: Welcome | None = None
        self._heard_at = self._hello_at = self._pinged_at = _NEVER  # `_hello_at`: when to say it (again)
        self._seq = self._pings = 0
        self._npcs: dict[str, Spawn] = {}
        self._names: dict[str, str] = {}
        self._looks: dict[str, list[Look]] = {}
        self._outbox: deque[ClientMessage] = deque()
        self._decisions: deque[WireDecision] = deque()
        self._events: deque[Event] = deque(maxlen=_EVENTS)
        self.sounds = ClientSounds(self)

    # -- what the game wants ---------------------------------------------------------------------------

    @property
    def welcome(self) -> Welcome:
        """What the server said of itself, the last time that it did."""
        assert self._welcome is not None  # clients are given away only after the first welcome
        return self._welcome

    @property
    def connected(self) -> bool:
        return self.greeted and self._clock() - self._heard_at < LOST_AFTER_S

    @property
    def decided(self) -> bool:
        """Whether `decisions` has something to give."""
        return bool(self._decisions)

    def decisions(self) -> list[WireDecision]:
        """Those that came since the last call."""
        decisions = list(self._decisions)
        self._decisions.clear()
        return decisions

    def events(self) -> list[Event]:
        """Those that came since the last call, of the last hundred."""
        events = list(self._events)
        self._events.clear()
        return events

    def spawn(self, npc: str, persona: str | Mapping[str, Any], watch: Sequence[str]) -> None:
        """Ask for an NPC; `name` knows it once it stands."""
        message = self.checked(Spawn(npc, persona, tuple(watch)))
        self._names.pop(npc, None)
        self._npcs[npc] = message
        self._outbox.append(message)

    def look(self, phrase: str, pictures: Sequence[Frame]) -> None:
        """Show what a phrase looks like in this game, in the place of what was shown before; no pictures: forget it."""
        shown = [self.checked(Look(phrase, number, picture)) for number, picture in enumerate(pictures)]
        fresh = [self.checked(Look(phrase)), *shown] if phrase in self._looks or not shown else shown
        self._looks.pop(phrase, None)
        if shown:
            if len(self._looks) >= self.limits.looks:
                what = f"{len(self._looks)} phrases have pictures already."
                raise BridgeError("field", what, "Forget some: client.look(phrase) without pictures.")
            self._looks[phrase] = shown
        if self._welcome is not None and self._takes_looks:
            self._outbox.extend(fresh)

    @property
    def _takes_looks(self) -> bool:
        return self._welcome is not None and "looks" in self._welcome.capabilities

    def name(self, npc: str) -> str | None:
        """The name on the card of an NPC that stands."""
        return self._names.get(npc)

    def despawn(self, npc: str) -> None:
        """Let an NPC go, or stop asking for one that could not be had."""
        if self._npcs.pop(npc, None) is None:
            return
        self._names.pop(npc, None)
        self.unanswered.forget_npc(npc)
        self.sounds.silence((npc,))
        self._outbox.append(Despawn(npc))
        self.work()

    def observe(
        self,
        names: tuple[str, ...],
        frame: Frame | None,
        text: str,
        to: Sequence[str] | None,
        state: Mapping[str, Any] | None,
        captured_at: float | None,
        inspect: bool,
        speaker: str = "player",
        heard: tuple[str, Spoken] | None = None,
    ) -> int:
        """Show and say; returns the sequence number. What is blank is not said.

        Args:
            heard: of words that were spoken: the id to say them with, and how they were spoken.
        """
        self.check_npcs(names)
        if not isinstance(text, str):
            raise BridgeError("field", f"`text` is a {type(text).__name__}.", "Say a string, or leave it away.")
        said = None
        if text.strip():
            utterance, spoken = heard or (self.new_id(), None)
            said = Utterance(utterance, text, names if to is None else tuple(to), speaker, spoken)
        observe = self.checked(Observe(self._seq + 1, names, frame, said, state or {}, captured_at, inspect))
        self._seq += 1
        self.work()
        if said is not None:
            self.sounds.silence(said.to)
            self.unanswered.add(observe)
            self._repeat_what_is_due()
        elif self.is_ready:
            self.send(observe)
        return self._seq

    def leave(self) -> None:
        """Say goodbye; the server forgets the NPCs."""
        if self.greeted:
            self.send(Bye())

    def refusal(self, earlier: Sequence[BridgeError], npc: str | None) -> BridgeError | None:
        """What the server refused since `earlier` of the thing that is waited for; it is taken off `errors`."""
        for error in list(self.errors):
            if error not in earlier and (npc is None or _concerns(error, npc)):
                self.errors.remove(error)
                if error in self._untold:  # another task may have polled meanwhile
                    self._untold.remove(error)
                return error
        return None

    def tell_errors(self, on_error: Callable[[BridgeError], None]) -> None:
        """Hand over what was refused since the last call, but for what `refusal` gave to somebody who waits."""
        while self._untold:
            on_error(self._untold.popleft())

    # -- keeping the session alive ---------------------------------------------------------------------

    def work(self) -> None:
        """Send what is due."""
        now = self._clock()
        if self.greeted and now - self._heard_at >= LOST_AFTER_S:
            self.greeted = False
        if not self.greeted:
            self.sounds.lose()
            self._say_hello(now)
            return
        if now - self._pinged_at >= PING_EVERY_S:
            self._pinged_at, self._pings = now, self._pings + 1
            self.send(Ping(self._pings))
        while self._outbox and self.send(self._outbox[0]):
            self._outbox.popleft()
        self.sounds.flush()
        self._repeat_what_is_due()

    def _say_hello(self, now: float) -> None:
        if now >= self._hello_at and self.send(self._hello):
            self._hello_at = now + HELLO_EVERY_S

    def _repeat_what_is_due(self) -> None:
        if self.is_ready:
            self.unanswered.send_due(self._clock(), self.send)

    @property
    def is_ready(self) -> bool:
        """Whether the server knows us and who is there: NPCs must stand before they are spoken to."""
        return self.greeted and not self._outbox

    def knows(self, npc: str) -> bool:
        """Whether an NPC was asked for and not refused or let go."""
        return npc in self._npcs

    def check_npcs(self, names: Sequence[str]) -> None:
        """Refuse whom the game never spawned, or has let go."""
        for name in names:
            if name not in self._npcs:
                raise BridgeError(
                    "unknown_npc",
                    f"There is no NPC {name!r}.",
                    f'Spawn it first: client.spawn({name!r}, "guard").',
                )

    def checked(self, message: _Checked) -> _Checked:
        """The message as a server would read it, and nobody changes it any more.

        Raises:
            BridgeError: what the server would refuse, or would hang up for because of its size.
        """
        try:
            if isinstance(message, Observe) and message.frame is not None:
                checks.frame(message.frame, self.limits)
            read = decode_client(encode(message), self.limits)
        except ProtocolError as error:
            raise BridgeError(error.code, error.message, error.fix) from None
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise BridgeError(
                "field",
                f"`{message.TYPE}` holds what cannot be sent: {error}.",
                "Use text, numbers, lists and maps.",
            ) from None
        return cast(_Checked, read)

    def send(self, message: ClientMessage) -> bool:
        """Put a message on the wire; False where there is no room."""
        return self._hand_over(encode(message))

    # -- what came -------------------------------------------------------------------------------------

    def receive(self, parts: Sequence[bytes]) -> None:
        """Take one message of the server; one that makes no sense is reported in `errors`."""
        self._heard_at = self._clock()
        try:
            message = decode_server(parts)
        except ProtocolError as error:
            if error.code != "unknown_type":  # a later server may have more to say
                self.fail(error)
            return
        self._take(message)

    def _take(self, message: ServerMessage) -> None:
        match message:
            case WireDecision():
                self._take_decision(message)
            case Event():
                if message.npc in self._npcs:
                    self._events.append(message)
            case Ack():
                self.unanswered.acknowledge(message.utterances, self._clock())
            case Welcome():
                self._take_welcome(message)
            case Spawned():
                if message.npc in self._npcs:
                    self._names[message.npc] = message.name
            case Heard() | Sound() | Hush():
                self.sounds.take(message)
            case Pong():
                self.counters = message.counters
            case Error():
                self._take_error(message)
            case Bye():
                self.greeted, self._hello_at = False, self._clock() + HELLO_EVERY_S

    def _take_decision(self, decision: WireDecision) -> None:
        fresh = decision.utterance_id is None or self.unanswered.settle(decision.utterance_id, decision.npc)
        if not fresh or decision.npc not in self._npcs:
            return
        if decision.utterance_id is None:
            self._make_room()
        self._decisions.append(decision)

    def _make_room(self) -> None:
        """The oldest decision about a frame gives way; answers stay: how many there can be is limited where words are said."""
        if len(self._decisions) < _DECISIONS:
            return
        about_frames = [i for i, waiting in enumerate(self._decisions) if waiting.utterance_id is None]
        if len(about_frames) >= _DECISIONS:
            del self._decisions[about_frames[0]]

    def _take_welcome(self, welcome: Welcome) -> None:
        back, answered = self._welcome is not None, self.greeted
        self._welcome, self.greeted = welcome, True
        told = {name: value for name, value in welcome.limits.items() if name in Limits.__slots__ and value > 0}
        self.limits = replace(DEFAULT_LIMITS, **told)
        if answered:
            return  # a hello that was repeated
        if back:
            log.info("the server is back")
        # All are introduced, also where the session was resumed: a repeated spawn changes nothing, a missing one would be
        # fatal. Only there somebody stands who has to go.
        leaving = [message for message in self._outbox if isinstance(message, Despawn)] if welcome.resumed else []
        looks = [look for shown in self._looks.values() for look in shown] if self._takes_looks else []
        self._outbox = deque([*leaving, *looks, *self._npcs.values()])
        self._names.clear()
        self.unanswered.repeat_all()

    def _take_error(self, error: Error) -> None:
        if error.code == "hello_required":
            self.greeted = False  # the server was restarted; what is lost is sent again
        elif error.code == "busy":
            self.unanswered.put_off(error.utterance or "", self._clock())
        elif error.code == "unknown_npc" and error.npc is not None and error.npc not in self._npcs:
            pass  # it was to leave, and has left
        else:
            if error.code in UNWELCOME:
                self._hello_at = self._clock() + UNWELCOME_FOR_S
            self._drop_refused(error)
            if error.about is not None and not self.sounds.refused(error):
                return  # of a line that was to be spoken: it is there to be read
            self.fail(BridgeError(error.code, error.message, error.fix, error))

    def _drop_refused(self, error: Error) -> None:
        """Stop asking for what the server refused: an utterance, for one NPC or for all, or an NPC."""
        if error.utterance is not None:
            if error.npc is None:
                self.unanswered.drop(error.utterance)
            else:
                self.unanswered.settle(error.utterance, error.npc)
        elif error.npc is not None and error.seq is None and error.npc not in self._names:
            self._npcs.pop(error.npc, None)

    def fail(self, error: Fault) -> None:
        """Tell the game of an error that nobody waits for."""
        if not isinstance(error, BridgeError):
            error = BridgeError(error.code, error.message, error.fix)
        self.errors.append(error)
        self._untold.append(error)


def _concerns(error: BridgeError, npc: str) -> bool:
    """Whether an error may be the answer to spawning `npc`."""
    about = error.about
    return about is None or (about.seq is None and about.npc in (None, npc))
