"""A server with a stand-in for the model, on a free port of the loopback interface."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from engine.brain import Answer
from engine.bridge.server import Server
from engine.errors import EngineError
from npc.types import Decision


class FakeThinker:
    """Decides `talk` for words and `idle` for frames; remembers what it was asked. `gate` holds it up."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.frames: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def create(self, npc: str, persona: object) -> str:
        if persona == "nobody":
            raise EngineError("persona", "There is no persona 'nobody'.", "Known: guard.")
        return npc

    def answer(self, cast, watch, frame, text, to, state, inspect):
        self.entered.set()
        self.gate.wait(10)
        if text:
            self.heard.append(text)
        elif frame is not None:
            self.frames.append(bytes(frame.pixels)[0])
        if text == "crash":
            raise RuntimeError("boom")
        return [
            Answer(Decision(npc, 0.0, "talk" if text and npc in to else "idle", "neutral", line=text), None) for npc in cast
        ]


@pytest.fixture
def thinker() -> FakeThinker:
    return FakeThinker()


@pytest.fixture
def server(thinker: FakeThinker) -> Iterator[Server]:
    served = Server(thinker, "tcp://127.0.0.1:*")
    thread = threading.Thread(target=served.run, daemon=True)
    thread.start()
    yield served
    thinker.gate.set()
    served.stop()
    thread.join(10)
    assert not thread.is_alive()
