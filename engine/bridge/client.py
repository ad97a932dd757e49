"""The Python client: what a game written in Python uses. It has no threads: `poll` and `observe` do the work."""

from __future__ import annotations

import logging
import os
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import zmq

from engine.bridge.client_session import BridgeError, ClientSession
from engine.bridge.client_sounds import Hearing, View
from engine.bridge.keys import ClientKeys
from engine.bridge.sockets import FrameBuffers, open_dealer
from engine.errors import Fault
from engine.formats.wire.codec import Event, Frame, Heard, Hush, Sound, Welcome, WireDecision
from npc.types import Effect, Target

log = logging.getLogger("engine.bridge.client")

_AT_ONCE = 1024  # messages that are read in one go: a server that never stops talking must not stop the game

__all__ = [
    "BaseClient",
    "BridgeError",
    "Client",
    "Effect",
    "Frame",
    "Heard",
    "Hearing",
    "Hush",
    "Sound",
    "Target",
    "Welcome",
    "WireDecision",
]


class BaseClient:
    """What the sync and the asyncio client have in common: everything that does not wait.

    Raises:
        BridgeError: `endpoint`.
    """

    def __init__(
        self,
        endpoint: str,
        name: str,
        token: str | None,
        keys: ClientKeys | None,
        clock: Callable[[], float],
        on_error: Callable[[BridgeError], None] | None,
    ) -> None:
        self.endpoint = endpoint
        self._clock, self._on_error = clock, on_error or _log_error
        self._process = os.getpid()
        self._session = ClientSession(name, token, self._send, clock)
        self._buffers = FrameBuffers()
        self._arrivals = zmq.Poller()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        try:
            self._socket = open_dealer(self._context, endpoint, keys)
        except Fault as error:
            self._context.term()
            raise BridgeError(error.code, error.message, error.fix) from None
        self._arrivals.register(self._socket, zmq.POLLIN)
        self._hang_up = weakref.finalize(self, _hang_up, self._socket, self._context, self._process)

    @property
    def welcome(self) -> Welcome:
        """What the server said of itself, the last time that it did."""
        return self._session.welcome

    @property
    def connected(self) -> bool:
        """Whether the server was heard lately; if not, let the game's NPCs fall back to their own routine."""
        return self._session.connected

    @property
    def pending(self) -> int:
        """Utterances that are not decided yet."""
        return len(self._session.unanswered)

    def events(self) -> list[Event]:
        """What the server told unasked since the last call: of the last hundred events, oldest first.

        They come in while the client polls. Kinds: `line` (a line in the place of the decision's own), `card` (an edit
        of a card, and whether it was taken up). Ignore those that you do not know.
        """
        return self._session.events()

    @property
    def errors(self) -> deque[BridgeError]:
        """What the server refused, newest last; at most 100. The game may take them out."""
        return self._session.errors

    @property
    def counters(self) -> Mapping[str, int]:
        """What the server counts of this session, as of the last pong (about once a second)."""
        return self._session.counters

    def despawn(self, npc: str) -> None:
        """Let an NPC go, with all that it was told and has not decided."""
        self._receive()
        self._session.despawn(npc)

    def look(self, phrase: str, *pictures: bytes | str | Path | Frame) -> None:
        """Show what a phrase looks like in this game, so that it is found without any learning. Never blocks.

        It holds for all NPCs, and again whenever the server comes back; one that takes no pictures does without.

        Args:
            phrase: a name that cards, watch lists or the player's words use.
            pictures: one to eight, best cut out (with transparency): the bytes or the path of a PNG, WebP or JPEG file, or
                raw pixels; they take the place of those before. None at all: the phrase is forgotten.

        Raises:
            BridgeError: `field`, `frame_size`, `frame_format`, or a file that cannot be read.
        """
        self._receive()
        self._session.look(phrase, [_picture(picture) for picture in pictures])
        self._session.work()

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
        speaker: str = "player",
    ) -> int:
        """Show a frame to NPCs, and say something to some of them. Never blocks.

        Args:
            npcs: who sees the frame.
            text: what the player says; blank is nothing.
            to: who of `npcs` hears it; all of them if not given.
            state: what the game knows and tells, e.g. `{"near": "well", "player": "Ada"}`.
            captured_at: seconds on the game's clock; characters live by it where it is given.
            inspect: ask for `WireDecision.inspect`.
            speaker: who says it; another NPC speaks under its own id.

        Returns:
            The sequence number that comes back in the decisions.

        Raises:
            BridgeError: `unknown_npc`, `frame_size`, `frame_format`, or what exceeds the server's limits.
        """
        names = (npcs,) if isinstance(npcs, str) else tuple(npcs)
        self._receive()
        return self._session.observe(names, frame, text, to, state, captured_at, inspect, speaker)

    @property
    def has_voice(self) -> bool:
        """Whether a voice process was connected to the server a moment ago: it hears, and speaks lines aloud."""
        return self._session.sounds.has_voice

    def hear(
        self,
        to: str | Sequence[str],
        *,
        rate: int = 16_000,
        open: bool = False,
        view: View | None = None,
        speaker: str = "player",
    ) -> Hearing:
        """Listen to a microphone: put sound into what this returns, and end it when the button is released.

        What is heard is said to NPCs by itself, once, as `observe(text=…)` would; `heard` tells it for subtitles.

        Args:
            to: who is spoken to.
            rate: samples a second, 8000 to 48000.
            open: an open microphone, of which each line is said when it is complete; else push to talk: one line.
            view: is asked when a line is said, for what the NPCs see: `{"frame": …, "state": …, "captured_at": …}`.
            speaker: who speaks.

        Raises:
            BridgeError: `unknown_npc`, `no_voice` where the server is away or older than voices, `field`. That no voice
                process is connected, and what goes wrong later, comes as an error like any other.
        """
        self._receive()
        return self._session.sounds.hear((to,) if isinstance(to, str) else tuple(to), rate, open, speaker, view)

    def heard(self) -> list[Heard]:
        """What was heard since the last call, oldest first: words so far, and lines (`final`). They come in by polling."""
        return self._session.sounds.heard()

    def voice(self, npc: str, text: str, *, emotion: str = "", line_id: str = "") -> str:
        """Have an NPC say a line aloud, such as a decision's; what it was saying ends. `sounds` brings the sound.

        Args:
            emotion: a label, as in decisions.
            line_id: as in decisions.

        Returns:
            The id of the speech; empty where no voice process is connected, or the line is blank.

        Raises:
            BridgeError: `unknown_npc` or `field`.
        """
        self._receive()
        return self._session.sounds.speak(npc, text, emotion, line_id)

    def hush(self, npcs: str | Sequence[str] | None = None) -> None:
        """Let NPCs fall silent, all of them if none are named."""
        self._session.sounds.hush((npcs,) if isinstance(npcs, str) else npcs)
        self._work()

    def sounds(self) -> list[Sound | Hush]:
        """Pieces of speeches since the last call, each speech's in order; a `Hush` where one is to be heard no more.

        NPCs fall silent when they are spoken to, say something else, or leave.
        """
        return self._session.sounds.sounds()

    def _leave(self) -> None:
        if self._socket.closed or not self._hang_up.alive or os.getpid() != self._process:
            return
        self._session.leave()
        self._socket.close()  # what `open_dealer` lets it linger for the goodbye
        self._hang_up()

    def _work(self) -> None:
        """Read what came, then send what is due."""
        self._receive()
        self._session.work()

    def _attend(self) -> None:
        """Work, and tell the game what was refused; what a handler raises costs no decision, they stay until the next poll."""
        self._work()
        self._session.tell_errors(self._on_error)

    def _receive(self) -> None:
        if os.getpid() != self._process:
            raise BridgeError(
                "forked",
                "This client belongs to the process that made it, and this is a fork of it.",
                "Make a client of its own after the fork.",
            )
        for _ in range(_AT_ONCE):
            if not cast(int, self._socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:  # cheaper than a poller or a `zmq.Again`
                return
            self._session.receive(self._socket.recv_multipart(zmq.NOBLOCK))

    def _send(self, parts: list[Any]) -> bool:
        """Hand a message to ZeroMQ; False where its queue is full or no server is there."""
        try:
            self._socket.send_multipart([self._sendable(part) for part in parts], zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return False
        return True

    def _sendable(self, part: Any) -> Any:
        """A part that keeps its bytes until it has left; ZeroMQ itself copies what is small."""
        if isinstance(part, bytes) or memoryview(part).nbytes < self._socket.copy_threshold:
            return part
        return self._buffers.copy(part)

    def _no_server(self, timeout: float) -> BridgeError:
        return BridgeError(
            "no_server",
            f"No server answered at {self.endpoint} within {timeout:g} s.",
            "Start one with `python -m engine serve`, or check address, version and keys.",
        )


def _picture(given: bytes | str | Path | Frame) -> Frame:
    """A file as it is: what kind it is of, and whether it is sound, the server tells."""
    if isinstance(given, Frame):
        return given
    if not isinstance(given, (bytes, str, Path)):
        raise BridgeError("field", f"A picture is no {type(given).__name__}.", "Give a path, a file's bytes or a Frame.")
    try:
        data = given if isinstance(given, bytes) else Path(given).read_bytes()
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise BridgeError("field", f"{given!r} cannot be read: {reason}.", "Give the path of a picture.") from None
    kinds = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"RIFF", "webp"))
    for start, kind in kinds:
        if data.startswith(start):
            return Frame(data, format=kind)
    shown = "The picture" if isinstance(given, bytes) else Path(given).name
    raise BridgeError("frame_format", f"{shown} is no PNG, WebP or JPEG.", "Save it as a PNG.")


def _hang_up(socket: zmq.Socket[bytes], context: zmq.Context[zmq.Socket[bytes]], process: int) -> None:
    """Let go of the socket of a client that was closed, that nobody holds any more, or whose interpreter ends.

    `zmq_ctx_term` waits for ever for a socket that is open, and Python collects the two in any order. In a fork they
    belong to somebody else.
    """
    if os.getpid() == process:
        socket.close(0)
        context.term()


def _log_error(error: BridgeError) -> None:
    log.warning("%s", error)


class Client(BaseClient):
    """A connection to a server, to be used from one thread.

    Frames may get lost, the newest counts. Utterances are repeated until they are decided, and each is decided
    once for each NPC. When the server goes away the client looks for it for ever, and then introduces its NPCs
    again.

    Args:
        endpoint: ZeroMQ address of the server.
        name: of the game, for the server's log.
        token: what the server was started with, if it was.
        keys: for a server that encrypts, see `engine.bridge.keys.load_client_keys`.
        timeout: seconds to wait for the server's welcome.
        clock: seconds, monotonic.
        on_error: is called by `poll` with everything that the server refuses later on, each once; it may raise it. Without
            one it is logged as a warning. `errors` has it in both cases.

    Raises:
        BridgeError: `no_server`, `version`, `token` or whatever else the server answers.
    """

    def __init__(
        self,
        endpoint: str = "tcp://127.0.0.1:5571",
        *,
        name: str = "game",
        token: str | None = None,
        keys: ClientKeys | None = None,
        timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        on_error: Callable[[BridgeError], None] | None = None,
    ) -> None:
        super().__init__(endpoint, name, token, keys, clock, on_error)
        try:
            self._wait(lambda: self._session.greeted, timeout)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session; the server forgets its NPCs."""
        self._leave()

    def spawn(self, npc: str, persona: str | Mapping[str, Any], watch: Sequence[str] = (), timeout: float = 5.0) -> str:
        """Bring an NPC to life and wait until it stands; returns its name on the card.

        Args:
            npc: the game's id for it.
            persona: name of a card that the server knows, or a whole card.
            watch: phrases to look out for in every frame, beside those on the card.

        Raises:
            BridgeError: `persona_unknown`, a fault in the card, `too_many_npcs`, `no_server`.
        """
        self._session.spawn(npc, persona, watch)
        try:
            self._wait(lambda: self._session.name(npc) is not None, timeout, npc)
        except BridgeError:
            self._session.despawn(npc)
            raise
        return self._session.name(npc) or ""

    def poll(self, timeout: float = 0.0) -> list[WireDecision]:
        """Decisions that came since the last call; waits up to `timeout` seconds for the first.

        What the server refused goes to `on_error` and is in `errors`.
        """
        deadline = self._clock() + timeout
        self._attend()
        while not self._session.decided and (left := deadline - self._clock()) > 0:
            self._arrivals.poll(milliseconds(left))
            self._attend()
        return self._session.decisions()

    def _wait(self, done: Callable[[], bool], timeout: float, npc: str | None = None) -> None:
        """Work until `done`; raise what the server refuses meanwhile of the thing that is waited for."""
        deadline = self._clock() + timeout
        earlier = list(self.errors)
        self._work()
        while not done():
            if (refusal := self._session.refusal(earlier, npc)) is not None:
                raise refusal
            left = deadline - self._clock()
            if left <= 0:
                raise self._no_server(timeout)
            self._arrivals.poll(milliseconds(left))
            self._work()


def milliseconds(left: float) -> int:
    """How long to wait for a message at once: pings and repetitions must not wait longer."""
    return max(1, int(min(left, 0.1) * 1000))
