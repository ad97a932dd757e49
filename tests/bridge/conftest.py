"""A real server on loopback around a stub of the model, and clients that wait for what they expect."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engine.brain import Brain
from engine.bridge.client import BridgeError, Client, Frame, WireDecision
from engine.bridge.limits import DEFAULT_LIMITS, Limits
from engine.bridge.server import Server
from engine.labels import load_labels
from engine.perception import EncodedFrame, Query, Seen
from engine.perception.frame import decode
from npc import Detection, Percept, Target

DEADLINE = 10.0


class StubPerceiver:
    """Deterministic; points at a place that the frame's first pixel tells. `gate` holds inference back."""

    provider = "CPUExecutionProvider"

    def __init__(self) -> None:
        self.labels = load_labels()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.frames = 0
        self.heard: list[str] = []

    def encode(self, frame, queries):
        self.entered.set()
        assert self.gate.wait(DEADLINE)
        if frame is None:
            return None
        self.frames += 1
        pixels = decode(frame)
        return EncodedFrame(pixels[:1, :1, 0].astype(np.float32), None, None, None)

    def perceive_with_heat(self, frame, queries):
        return [self._see(frame, query) for query in queries]

    def _see(self, frame, query: Query) -> Seen:
        said = bool(query.text.strip())
        if said:
            self.heard.append(query.text)
        shade = float(frame.grid[0, 0]) / 255 if frame else 0.0
        percept = Percept(
            query.time,
            {"greet": 1.0} if said else {"none": 1.0},
            {"neutral": 1.0},
            {"greet": 1.0} if said else {"idle": 1.0},
            {"happy": 1.0} if said else {"neutral": 1.0},
            Target(shade, 0.5, 0.9) if said and frame else None,
            tuple(Detection(phrase, 0.1, 0.5, 0.5) for phrase in query.watch),
            query.text,
            query.speaker,
            query.state,
            frame is not None,
        )
        return Seen(percept, np.full((28, 48), shade, np.float32) if frame else None)


class Running:
    """A server on a thread of its own."""

    def __init__(self, perceiver: StubPerceiver, endpoint: str, **options) -> None:
        self.perceiver = perceiver
        self.server = Server(endpoint, **options)
        self.endpoint = self.server.endpoint
        self._thread = threading.Thread(target=self.server.run, args=(Brain(perceiver), "stub"))
        self._thread.start()

    def stop(self) -> None:
        self.perceiver.gate.set()
        self.server.stop()
        self._thread.join(DEADLINE)
        assert not self._thread.is_alive(), "the server did not stop"


class PatientClient(Client):
    """A client with waits that end with the thing waited for, or fail at the deadline."""

    def decisions(self, count: int) -> list[WireDecision]:
        """The next `count` decisions."""
        found: list[WireDecision] = []
        self.until(lambda: len(found) >= count, found)
        return found

    def refusal(self) -> BridgeError:
        """The next error that the server answers with."""
        self.until(lambda: bool(self.errors))
        return self.errors.popleft()

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
