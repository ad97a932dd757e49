"""A real server on loopback around a stub of the model, and clients that wait for what they expect."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import settings

from engine.bridge.client import BridgeError, Client, Frame, WireDecision
from engine.bridge.server import Server
from engine.formats.wire.constants import DEFAULT_LIMITS, Limits
from engine.minds.brain import Brain
from engine.perception.echo import EchoPerceiver

DEADLINE = 30.0
settings.register_profile("long", max_examples=1_000_000, deadline=None)  # pytest --hypothesis-profile=long


class StubPerceiver(EchoPerceiver):
    """The echo, with a memory of what it was asked; `gate` holds inference back."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.frames: list[int] = []  # the first byte of each
        self.heard: list[str] = []
        self.batches: list[int] = []  # frames of each

    def encode(self, frame, queries):
        self.entered.set()
        assert self.gate.wait(DEADLINE)
        if isinstance(frame, Frame):
            self.frames.append(frame.pixels[0])
        return super().encode(frame, queries)

    def encode_frames(self, frames, texts):
        self.batches.append(len(frames))
        return super().encode_frames(frames, texts)

    def see(self, frame, queries):
        self.heard += [query.text for query in queries if query.text.strip()]
        return super().see(frame, queries)


class Running:
    """A server on a thread of its own."""

    def __init__(self, perceiver: StubPerceiver, endpoint: str, **options) -> None:
        self.perceiver = perceiver
        self.server = Server(endpoint, **options)
        self.endpoint = self.server.endpoint
        self._thread = threading.Thread(target=self.server.run, args=(Brain(perceiver), "stub"))
        self._thread.start()

    @property
    def sessions(self):
        return self.server.sessions.all

    def stop(self) -> None:
        self.perceiver.gate.set()
        self.server.stop()
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive(), "the server did not stop"


class PatientClient(Client):
    """A client with waits that end with the thing waited for, or fail at the deadline."""

    def spawn(self, npc: str, persona: str | Mapping[str, Any], watch: Sequence[str] = (), timeout: float = DEADLINE) -> str:
        return super().spawn(npc, persona, watch, timeout)

    def decisions(self, count: int) -> list[WireDecision]:
        """The next `count` decisions."""
        found: list[WireDecision] = []
        self.until(lambda: len(found) >= count, found)
        return found

    def refusal(self) -> BridgeError:
        """The next error that the server answers with."""
        self.until(lambda: bool(self.errors))
        return self.errors.popleft()

    def pong(self) -> Mapping[str, int]:
        """The server's counters, after everything that was sent so far has arrived there."""
        before = self._session._pings
        self._session._pinged_at = float("-inf")
        self._session.counters = {}
        self.until(lambda: self._session._pings > before and bool(self.counters))
        return self.counters

    def until(self, done: Callable[[], bool], found: list[WireDecision] | None = None) -> None:
        """Poll until `done`; decisions go to `found`."""
        deadline = time.monotonic() + DEADLINE
        while not done():
            decisions = self.poll(0.05)
            if found is not None:
                found.extend(decisions)
            assert time.monotonic() < deadline, f"nothing came; errors: {list(self.errors)}"


Serve = Callable[..., Running]


@pytest.fixture
def perceiver() -> StubPerceiver:
    return StubPerceiver()


@pytest.fixture
def serve(perceiver: StubPerceiver) -> Iterator[Serve]:
    running: list[Running] = []

    def start(endpoint: str = "tcp://127.0.0.1:0", limits: Limits = DEFAULT_LIMITS, **options) -> Running:
        running.append(Running(perceiver, endpoint, limits=limits, **options))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., PatientClient]]:
    clients: list[PatientClient] = []

    def open_client(server: Running, **options) -> PatientClient:
        clients.append(PatientClient(server.endpoint, timeout=DEADLINE, **options))
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()


@pytest.fixture
def server(serve: Serve) -> Running:
    return serve()


@pytest.fixture
def client(server: Running, connect) -> PatientClient:
    return connect(server)


@pytest.fixture
def picture() -> Callable[..., Frame]:
    """Makes a frame of one grey shade."""

    def make(shade: int = 0, width: int = 32, height: int = 18) -> Frame:
        return Frame(bytes([shade]) * (width * height * 3), width, height, "rgb")

    return make
