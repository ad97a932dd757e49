"""The server: one thread talks to games, another thinks. Talking never waits for thinking."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import zmq

from engine import __version__
from engine.brain import Answer
from engine.bridge.mailbox import Mailbox, Post
from engine.bridge.protocol import (
    VERSION,
    Limits,
    ProtocolError,
    check_version,
    decode_header,
    decode_observe,
    encode,
    string,
    strings,
)
from engine.errors import EngineError

log = logging.getLogger("engine.bridge")

DEDUP_WINDOW = 4096  # utterances whose decisions are remembered, in case the client asks again
LOOPBACK = ("tcp://127.", "tcp://localhost", "tcp://[::1]", "ipc://", "inproc://")


class Thinker(Protocol):
    """What the server needs of `engine.brain.Brain`."""

    def create(self, npc: str, persona: object) -> Any: ...

    def answer(self, cast: Any, watch: Any, frame: Any, text: str, to: Any, state: Any, inspect: bool) -> list[Answer]: ...


@dataclass
class _Session:
    name: str
    cast: dict[str, Any] = field(default_factory=dict)
    watch: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Server:
    """Serves one `Thinker` on one endpoint.

    Args:
        endpoint: ZeroMQ address; anything but loopback needs `insecure=True`.
        token: if given, clients must say it in `hello`.

    Raises:
        EngineError: `port_in_use`, `bind` or `insecure`.
    """

    def __init__(
        self,
        thinker: Thinker,
        endpoint: str,
        *,
        provider: str = "",
        bundle: str = "",
        token: str | None = None,
        insecure: bool = False,
        limits: Limits | None = None,
    ) -> None:
        if not insecure and not endpoint.startswith(LOOPBACK):
            raise EngineError(
                "insecure",
                f"{endpoint} can be reached from other machines, and nothing is encrypted.",
                "Bind to tcp://127.0.0.1:PORT, or say --insecure if the network is trusted.",
            )
        self._thinker, self._token, self._limits = thinker, token, limits or Limits()
        self._about = {"version": list(VERSION), "server": f"npc-engine {__version__}", "provider": provider, "bundle": bundle}
        self._context = zmq.Context()
        self._socket = self._bind(endpoint)
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        wake = f"inproc://wake-{id(self)}"
        self._results = self._context.socket(zmq.PULL)
        self._results.bind(wake)
        self._wake = wake
        self._sessions: dict[bytes, _Session] = {}
        self._lock = threading.Lock()
        self._answered: OrderedDict[str, list[bytes]] = OrderedDict()
        self._outbox: deque[tuple[bytes, bytes]] = deque()
        self._mailbox = Mailbox()
        self._stopping = threading.Event()
        self._handlers: dict[str, Callable[[bytes, dict[str, Any], list[zmq.Frame]], None]] = {
            "spawn": self._spawn,
            "despawn": self._despawn,
            "observe": self._observe,
            "ping": self._ping,
            "bye": self._bye,
        }

    def _bind(self, endpoint: str) -> zmq.Socket[bytes]:
        socket = self._context.socket(zmq.ROUTER)
        # libzmq's defaults are open doors: no size limit, endless linger, no heartbeat, half a minute to shake hands.
        socket.setsockopt(zmq.MAXMSGSIZE, self._limits.frame + 1024)
        socket.setsockopt(zmq.LINGER, 500)
        socket.setsockopt(zmq.RCVHWM, 64)
        socket.setsockopt(zmq.SNDHWM, 1000)
        socket.setsockopt(zmq.HANDSHAKE_IVL, 3000)
        socket.setsockopt(zmq.HEARTBEAT_IVL, 5000)
        socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 60000)
        try:
            socket.bind(endpoint)
        except zmq.ZMQError as error:
            socket.close(0)
            self._context.term()
            if error.errno == zmq.EADDRINUSE:
                raise EngineError(
                    "port_in_use",
                    f"{endpoint} is in use by another program.",
                    "Choose another port with --bind, or stop the other server.",
                ) from None
            raise EngineError(
                "bind", f"Cannot bind to {endpoint}: {error}.", "Use an address like tcp://127.0.0.1:5571."
            ) from None
        return socket

    def run(self) -> None:
        """Serve until `stop`; what was said before that is still answered."""
        worker = threading.Thread(target=self._think, name="thinker", daemon=True)
        worker.start()
        poller = zmq.Poller()
        poller.register(self._socket, zmq.POLLIN)
        poller.register(self._results, zmq.POLLIN)
        while not self._stopping.is_set() or worker.is_alive():
            ready = dict(poller.poll(100))
            if self._stopping.is_set():
                self._mailbox.close()
            elif self._socket in ready:
                self._receive_all()
            self._drain_wakes()
            self._send_all()
        for client in list(self._sessions):
            self._send(client, encode("bye"))
        self._socket.close()
        self._results.close(0)
        self._context.term()

    def stop(self) -> None:
        """Ask `run` to finish (from any thread or a signal handler)."""
        self._stopping.set()

    # --- the talking thread ---------------------------------------------------------------------------

    def _receive_all(self) -> None:
        for _ in range(256):  # a flood must not keep results from going out
            try:
                parts = self._socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            self._handle(parts[0].bytes, parts[1:])

    def _handle(self, client: bytes, parts: list[zmq.Frame]) -> None:
        seq: object = None
        try:
            if not parts or len(parts) > 2:
                raise ProtocolError("parts", f"A message has one or two parts, not {len(parts)}.", "See docs/protocol.md.")
            header = decode_header(parts[0].buffer, self._limits)
            seq = header.get("seq")
            self._dispatch(client, header, parts[1:])
        except EngineError as error:
            fields = {"seq": seq} if isinstance(seq, int) else {}
            self._send(client, encode("error", code=error.code, message=error.message, fix=error.fix, **fields))
        except Exception:  # one client's message must not end the others' server
            log.exception("a message could not be handled")
            self._send(
                client,
                encode("error", code="internal", message="The message could not be handled.", fix="See the server's log."),
            )

    def _dispatch(self, client: bytes, header: dict[str, Any], more: list[zmq.Frame]) -> None:
        kind = header["type"]
        if kind == "hello":
            return self._hello(client, header)
        if client not in self._sessions:
            raise ProtocolError("no_session", f"'{kind}' came before `hello`.", "Say `hello`, then spawn your NPCs again.")
        if kind not in self._handlers:
            raise ProtocolError("unknown_type", f"There is no message '{kind[:40]}'.", "See docs/protocol.md.")
        return self._handlers[kind](client, header, more)

    def _hello(self, client: bytes, header: dict[str, Any]) -> None:
        check_version(header)
        if self._token is not None and header.get("token") != self._token:
            raise ProtocolError("token", "The token is missing or wrong.", "Start the game with the server's token.")
        name = string(header, "client", self._limits.name)
        self._sessions.setdefault(client, _Session(name))
        log.info("client %s is here", name)
        self._send(client, encode("welcome", **self._about))

    def _spawn(self, client: bytes, header: dict[str, Any], more: list[zmq.Frame]) -> None:
        session = self._sessions[client]
        npc = string(header, "npc", self._limits.name)
        watch = strings(header, "watch", self._limits.phrase, self._limits.watch) if header.get("watch") else ()
        if npc not in session.cast and len(session.cast) >= self._limits.npcs:
            raise ProtocolError("npc_limit", f"This client has {len(session.cast)} NPCs already.", "Despawn some first.")
        character = self._thinker.create(npc, header.get("persona", "elder"))
        with self._lock:
            session.cast[npc], session.watch[npc] = character, watch
        self._send(client, encode("spawned", npc=npc))

    def _despawn(self, client: bytes, header: dict[str, Any], more: list[zmq.Frame]) -> None:
        npc = string(header, "npc", self._limits.name)
        with self._lock:
            self._sessions[client].cast.pop(npc, None)
            self._sessions[client].watch.pop(npc, None)
        self._send(client, encode("despawned", npc=npc))

    def _observe(self, client: bytes, header: dict[str, Any], more: list[zmq.Frame]) -> None:
        observe = decode_observe(header, more[0].buffer if more else None, self._limits)
        unknown = [npc for npc in observe.npcs if npc not in self._sessions[client].cast]
        if unknown:
            raise ProtocolError("unknown_npc", f"There is no NPC '{unknown[0]}'.", "Spawn it first.")
        if observe.utterance is not None:
            key = f"{self._sessions[client].name}/{observe.utterance}"
            known = self._answered.get(key)
            if known is None and self._mailbox.waiting(client) >= self._limits.waiting:
                raise ProtocolError("busy", "Too many utterances wait for an answer.", "Send this one again in a moment.")
            self._send(client, encode("ack", utterance=observe.utterance))
            if known is not None:  # heard before: say again what was decided then
                for message in known:
                    self._send(client, message)
                return
            self._answered[key] = []
            while len(self._answered) > DEDUP_WINDOW:
                self._answered.popitem(last=False)
        self._mailbox.put(Post(client, observe, time.monotonic()))

    def _ping(self, client: bytes, header: dict[str, Any], more: list[zmq.Frame]) -> None:
        self._send(client, encode("pong", seq=header.get("seq")))

    def _bye(self, client: bytes, header: dict[str, Any], more: list[zmq.Frame]) -> None:
        self._mailbox.forget(client)
        with self._lock:
            self._sessions.pop(client, None)

    def _send(self, client: bytes, message: bytes) -> None:
        try:
            self._socket.send_multipart([client, message], zmq.NOBLOCK)
        except zmq.ZMQError:
            log.debug("a client does not read; its message is dropped")

    def _drain_wakes(self) -> None:
        try:
            while True:
                self._results.recv(zmq.NOBLOCK)
        except zmq.Again:
            return

    def _send_all(self) -> None:
        while self._outbox:
            client, message = self._outbox.popleft()
            self._send(client, message)

    # --- the thinking thread --------------------------------------------------------------------------

    def _think(self) -> None:
        wake = self._context.socket(zmq.PUSH)
        wake.connect(self._wake)
        while (taken := self._mailbox.take()) is not None:
            post, npcs = taken
            try:
                messages = self._decide(post, npcs)
            except EngineError as error:
                messages = [encode("error", code=error.code, message=error.message, fix=error.fix, seq=post.observe.seq)]
            except Exception:
                log.exception("an observation could not be answered")
                messages = [
                    encode(
                        "error",
                        code="internal",
                        message="The observation could not be answered.",
                        fix="See the server's log.",
                        seq=post.observe.seq,
                    )
                ]
            self._outbox.extend((post.client, m) for m in messages)  # type: ignore[misc]
            wake.send(b"")
        wake.close(0)

    def _decide(self, post: Post, npcs: tuple[str, ...]) -> list[bytes]:
        seen = post.observe
        with self._lock:
            session = self._sessions.get(post.client)  # type: ignore[call-overload]
            cast = {n: session.cast[n] for n in npcs if n in session.cast} if session else {}
            watch = dict(session.watch) if session else {}
        answers = self._thinker.answer(cast, watch, seen.frame, seen.text, seen.to or npcs, seen.state, seen.inspect)
        age = time.monotonic() - post.received
        messages = [_decision(a, seen.seq, seen.utterance, age) for a in answers]
        if seen.utterance is not None and session is not None:
            self._answered[f"{session.name}/{seen.utterance}"] = messages
        return messages


def _decision(answer: Answer, seq: int, utterance: str | None, age: float) -> bytes:
    d = answer.decision
    target = None if d.target is None else {"x": d.target.x, "y": d.target.y, "p": d.target.p}
    return encode(
        "decision",
        npc=d.npc,
        seq=seq,
        utterance=utterance,
        action=d.action,
        emotion=d.emotion,
        target=target,
        line=d.line,
        confidence=d.confidence,
        reason=d.reason,
        frame_age=age,
        inspect=answer.inspect,
    )
