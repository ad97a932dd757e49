"""The game's connection: starts an engine of its own if none is given, shows frames, collects decisions."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from demo_game.view import FRAME_SIZE
from demo_game.world import World
from engine.bridge.client import BridgeError, Client, Frame, WireDecision

START_S = 60.0
DOCTOR = "Try `python -m engine doctor`."
PATIENCE_S = 1.0  # a frame without an answer for so long is lost
FORGET_S = 30.0
WATCH = ("wolf", "fire")


class OwnEngine:
    """An engine process that lives as long as the game.

    Args:
        memory: file in which the villagers remember, or `none`.
    """

    def __init__(self, memory: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="npc-demo-")
        self._ready = Path(self._folder.name) / "ready"
        self._log = (Path(self._folder.name) / "log").open("w+b")
        command = [sys.executable, "-m", "engine", "serve", "--bind", "tcp://127.0.0.1:*", "--ready-file", str(self._ready)]
        command += ["--memory", memory]
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)

    def endpoint(self, meanwhile: Callable[[], None] = lambda: None) -> str:
        """Wait until it is ready (calling `meanwhile` often); its address.

        Raises:
            BridgeError: if it ends or takes too long, with what it said.
        """
        deadline = time.monotonic() + START_S
        while not self._ready.exists():
            self.check()
            if time.monotonic() > deadline:
                raise BridgeError("engine", f"The engine did not start within {START_S:g} s.", DOCTOR)
            meanwhile()
            time.sleep(0.02)
        return self._ready.read_text(encoding="utf-8")

    def check(self) -> None:
        """Make sure that it runs.

        Raises:
            BridgeError: it has ended; with the last line that it wrote.
        """
        if self._process.poll() is not None:
            self._log.seek(0)
            said = self._log.read().decode(errors="replace").strip().splitlines()
            raise BridgeError("engine", f"The engine ended: {said[-1] if said else 'it said nothing'}", DOCTOR)

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._log.close()
        self._folder.cleanup()


def _ready(engine: OwnEngine) -> str:
    return engine.endpoint()


@contextmanager
def engine_at(
    endpoint: str | None, world: World, wait: Callable[[OwnEngine], str] = _ready, memory: str = "none"
) -> Iterator[Link]:
    """A connection to the engine at `endpoint`; without one, to an own engine that ends with it.

    Args:
        wait: waits until an own engine is ready; its address.
        memory: file in which the people of an own engine remember, or `none`.

    Raises:
        BridgeError: if the engine cannot be started or reached.
    """
    engine = OwnEngine(memory) if endpoint is None else None
    try:
        link = Link(endpoint or wait(engine), world, engine)  # type: ignore[arg-type]
        try:
            yield link
        finally:
            link.close()
    finally:
        if engine is not None:
            engine.close()


class Link:
    """All NPCs of the village on one connection. Every frame goes to all of them; words go to one."""

    def __init__(self, endpoint: str, world: World, engine: OwnEngine | None = None) -> None:
        self._engine = engine
        self._client = Client(endpoint, name="village", timeout=20.0)
        self.provider = self._client.welcome.provider
        self._names = [npc.name for npc in world.npcs]
        self._sent: dict[int, float] = {}
        self._unanswered: float | None = None
        for npc in world.npcs:
            self._client.spawn(npc.name, npc.persona, WATCH)

    def show(self, pixels: bytes, since: float, *, inspect: bool = False, done: Sequence[tuple[str, str]] = ()) -> bool:
        """Show everybody a frame, unless the last one is not answered yet; whether it was sent.

        Args:
            since: when the game drew the frame (`time.perf_counter`); latencies count from it.
            done: NPCs and the action that each of them has finished.
        """
        if self._unanswered is not None and since - self._unanswered < PATIENCE_S:
            return False
        frame = Frame(pixels, *FRAME_SIZE, "rgb")
        finished = dict(done)
        for name, action in finished.items():
            self._sent[self._client.observe([name], frame=frame, state={"done": action}, inspect=inspect)] = since
        if others := [name for name in self._names if name not in finished]:
            self._sent[self._client.observe(others, frame=frame, inspect=inspect)] = since
        self._unanswered = since
        return True

    def say(self, name: str, text: str, pixels: bytes, since: float) -> int:
        """Say something to one NPC, with what is on the screen right now."""
        frame = Frame(pixels, *FRAME_SIZE, "rgb")
        seq = self._client.observe([name], frame=frame, text=text, to=[name], inspect=True)
        self._sent[seq] = since
        return seq

    def collect(self) -> list[tuple[WireDecision, float]]:
        """Decisions that have come, each with the seconds since its frame was drawn.

        Raises:
            BridgeError: if the game's own engine has ended.
        """
        if self._engine is not None:
            self._engine.check()
        now = time.perf_counter()
        decisions = self._client.poll()
        if any(d.utterance_id is None for d in decisions):
            self._unanswered = None
        rows = [(d, now - self._sent.get(d.seq, now)) for d in decisions]
        for seq in [s for s, sent in self._sent.items() if now - sent > FORGET_S]:
            del self._sent[seq]
        return rows

    def close(self) -> None:
        """Say goodbye."""
        self._client.close()
