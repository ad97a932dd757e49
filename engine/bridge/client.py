"""The Python client: what a game written in Python uses. It never blocks a frame of the game."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import zmq

from engine.bridge.protocol import VERSION, Limits, decode_header, encode
from engine.errors import EngineError
from engine.perception.frame import Frame
from npc.types import Target

RETRY_S = 1.0  # an utterance without acknowledgement is said again after this long


class BridgeError(EngineError):
    """The server cannot be reached, or refused something."""


@dataclass(frozen=True)
class Welcome:
    """What the server says of itself."""

    version: tuple[int, int]
    server: str
    provider: str
    bundle: str


@dataclass(frozen=True)
class WireDecision:
    """A decision as it comes over the wire; `frame_age` in seconds, `seq` is the observation that it answers."""

    npc: str
    seq: int
    action: str
    emotion: str
    target: Target | None = None
    line: str = ""
    confidence: float = 0.0
    reason: str = ""
    frame_age: float = 0.0
    utterance_id: str | None = None
    inspect: dict[str, Any] | None = None


@dataclass
class _Said:
    message: list[Any]
    sent: float


@dataclass
class _Cast:
    persona: object
    watch: tuple[str, ...] = field(default_factory=tuple)


class Client:
    """A connection to a server. Use it from one thread.

    Frames may get lost (the newest counts); utterances are repeated until the server has acknowledged them. After a
    restart of the server the client says hello and spawns its NPCs again by itself.

    Raises:
        BridgeError: from the constructor if no server answers within `timeout` seconds or it refuses the client.
    """

    def __init__(
        self, endpoint: str = "tcp://127.0.0.1:5571", *, name: str = "game", token: str | None = None, timeout: float = 5.0
    ) -> None:
        self._endpoint, self._name, self._token = endpoint, name, token
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.SNDHWM, 16)
        self._socket.setsockopt(zmq.RECONNECT_IVL, 100)
        self._socket.setsockopt(zmq.RECONNECT_IVL_MAX, 2000)
        self._seq = 0
        self._cast: dict[str, _Cast] = {}
        self._said: dict[str, _Said] = {}
        self._decisions: list[WireDecision] = []
        self.errors: list[BridgeError] = []
        self._greeted = 0.0
        self._limits = Limits(header=16 * 1024 * 1024)
        try:
            self._socket.connect(endpoint)
            self.welcome = self._greet(timeout)
        except zmq.ZMQError as error:
            self.close()
            raise BridgeError("endpoint", f"'{endpoint}' is no address: {error}.", "Use tcp://HOST:PORT.") from None
        except BridgeError:
            self.close()
            raise

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye and free the socket."""
        if not self._socket.closed:
            self._send([encode("bye")])
            self._socket.close(200)
            self._context.term()

    def spawn(self, npc: str, persona: str | Mapping[str, object], watch: Sequence[str] = (), timeout: float = 5.0) -> None:
        """Bring an NPC to life; waits until the server has.

        Raises:
            BridgeError: unknown persona, broken card, too many NPCs.
        """
        self._cast[npc] = _Cast(persona, tuple(watch))
        self._send([self._spawn_message(npc)])
        try:
            self._wait_for("spawned", timeout)
        except BridgeError:
            del self._cast[npc]
            raise

    def despawn(self, npc: str) -> None:
        """Let an NPC go."""
        self._cast.pop(npc, None)
        self._send([encode("despawn", npc=npc)])

    def observe(
        self,
        npcs: str | Sequence[str],
        *,
        frame: Frame | None = None,
        text: str = "",
        to: Sequence[str] | None = None,
        state: Mapping[str, object] | None = None,
        captured_at: float | None = None,
        inspect: bool = False,
    ) -> int:
        """Show a frame to NPCs and let those in `to` (default: all of them) hear `text`; returns the sequence number."""
        self._seq += 1
        utterance = uuid.uuid4().hex if text.strip() else None
        spec = (
            None
            if frame is None
            else {"width": frame.width, "height": frame.height, "format": frame.format, "bottom_up": frame.bottom_up}
        )
        header = encode(
            "observe",
            seq=self._seq,
            npcs=[npcs] if isinstance(npcs, str) else list(npcs),
            text=text or None,
            utterance=utterance,
            to=None if to is None else list(to),
            state=None if state is None else dict(state),
            frame=spec,
            t=captured_at,
            inspect=inspect or None,
        )
        message: list[Any] = [header] if frame is None else [header, frame.pixels]
        sent = self._send(message)
        if utterance is not None:
            self._said[utterance] = _Said(message, time.monotonic() if sent else 0.0)
        return self._seq

    def poll(self, timeout: float = 0.0) -> list[WireDecision]:
        """Decisions that have come since the last call, waiting up to `timeout` seconds for the first."""
        deadline = time.monotonic() + timeout
        self._read()
        while not self._decisions and (left := deadline - time.monotonic()) > 0:
            self._socket.poll(int(min(left, 0.1) * 1000) + 1)
            self._read()
        self._say_again()
        decisions, self._decisions = self._decisions, []
        return decisions

    def _greet(self, timeout: float) -> Welcome:
        self._hello()
        header = self._wait_for("welcome", timeout)
        version = header.get("version", [0, 0])
        return Welcome(
            (int(version[0]), int(version[1])),
            str(header.get("server", "")),
            str(header.get("provider", "")),
            str(header.get("bundle", "")),
        )

    def _hello(self) -> None:
        self._greeted = time.monotonic()
        self._send([encode("hello", version=list(VERSION), client=self._name, token=self._token)])

    def _spawn_message(self, npc: str) -> bytes:
        cast = self._cast[npc]
        persona = dict(cast.persona) if isinstance(cast.persona, Mapping) else cast.persona
        return encode("spawn", npc=npc, persona=persona, watch=list(cast.watch))

    def _wait_for(self, kind: str, timeout: float) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            if self._socket.poll(int(left * 1000) + 1):
                header = self._next()
                if header is not None and header["type"] == kind:
                    return header
                if header is not None and header["type"] == "error" and header.get("code") != "no_session":
                    raise _error(header)
        raise BridgeError(
            "no_server",
            f"No server answered at {self._endpoint} within {timeout:g} s.",
            "Start one with `python -m engine serve`, or check the address.",
        )

    def _read(self) -> None:
        while self._next() is not None:
            pass

    def _next(self) -> dict[str, Any] | None:
        """Take one message; decisions, acknowledgements and a lost session are dealt with here."""
        try:
            data = self._socket.recv(zmq.NOBLOCK)
        except zmq.Again:
            return None
        header = decode_header(data, self._limits)
        kind = header["type"]
        if kind == "decision":
            self._said.pop(str(header.get("utterance")), None)
            self._decisions.append(_decision(header))
        elif kind == "ack" and str(header.get("utterance")) in self._said:
            # Kept until the decision comes: a server that dies in between has forgotten it.
            self._said[str(header["utterance"])].sent = time.monotonic() + 4 * RETRY_S
        elif kind == "error":
            self._deal_with(header)
        return header

    def _deal_with(self, header: dict[str, Any]) -> None:
        if header.get("code") == "no_session":
            if time.monotonic() - self._greeted > 0.5:  # the server was restarted: introduce everybody again
                self._hello()
                for npc in self._cast:
                    self._send([self._spawn_message(npc)])
                for said in self._said.values():
                    said.sent = 0.0
            return
        self.errors.append(_error(header))
        del self.errors[:-100]

    def _say_again(self) -> None:
        now = time.monotonic()
        for said in self._said.values():
            if now - said.sent > RETRY_S and self._send(said.message):
                said.sent = now

    def _send(self, message: list[Any]) -> bool:
        try:
            self._socket.send_multipart(message, zmq.NOBLOCK)
        except zmq.ZMQError:
            return False
        return True


def _error(header: Mapping[str, Any]) -> BridgeError:
    return BridgeError(str(header.get("code", "error")), str(header.get("message", "")), str(header.get("fix", "")))


def _decision(header: Mapping[str, Any]) -> WireDecision:
    spot = header.get("target")
    target = None if spot is None else Target(float(spot["x"]), float(spot["y"]), float(spot["p"]))
    return WireDecision(
        header["npc"],
        header["seq"],
        header["action"],
        header["emotion"],
        target,
        header.get("line", ""),
        header.get("confidence", 0.0),
        header.get("reason", ""),
        header.get("frame_age", 0.0),
        header.get("utterance"),
        header.get("inspect"),
    )


__all__ = ["BridgeError", "Client", "Frame", "Welcome", "WireDecision"]
