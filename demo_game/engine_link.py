"""The game's connection: starts an engine of its own if none is given, shows frames, collects decisions."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from demo_game.world import World
from engine.bridge.client import BridgeError, Client, Frame, WireDecision

START_S = 60.0
WATCH = ("wolf", "fire")


class OwnEngine:
    """An engine process that lives as long as the game."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="npc-demo-")
        self._ready = Path(self._folder.name) / "ready"
        self._log = (Path(self._folder.name) / "log").open("w+b")
        command = [sys.executable, "-m", "engine", "serve", "--bind", "tcp://127.0.0.1:*", "--ready-file", str(self._ready)]
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)

    def endpoint(self, meanwhile: Callable[[], None] = lambda: None) -> str:
        """Wait until it is ready (calling `meanwhile` often); its address.

        Raises:
            BridgeError: if it ends or takes too long, with what it said.
        """
        deadline = time.monotonic() + START_S
        while not self._ready.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._log.seek(0)
                said = self._log.read().decode(errors="replace").strip().splitlines()
                raise BridgeError(
                    "engine",
                    f"The engine did not start: {said[-1] if said else 'it said nothing'}",
                    "Try `python -m engine doctor`.",
                )
            meanwhile()
            time.sleep(0.02)
        return self._ready.read_text(encoding="utf-8")

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._log.close()
        self._folder.cleanup()


class Link:
    """All NPCs of the village on one connection. Every frame goes to all of them; words go to one."""

    def __init__(self, endpoint: str, world: World) -> None:
        self._client = Client(endpoint, name="village", timeout=20.0)
        self.provider = self._client.welcome.provider
        self._names = [npc.name for npc in world.npcs]
        self._sent: dict[int, float] = {}
        self.waiting = False
        self._asked = 0.0
        for npc in world.npcs:
            self._client.spawn(npc.name, npc.kind, WATCH)

    def show(self, pixels: bytes, size: tuple[int, int], *, inspect: bool = False) -> None:
        """Show everybody a frame, unless the last one is not answered yet (the newest counts, not the most)."""
        now = time.perf_counter()
        if self.waiting and now - self._asked < 1.0:
            return
        seq = self._client.observe(self._names, frame=Frame(pixels, *size, "rgb"), inspect=inspect)
        self._sent[seq], self.waiting, self._asked = now, True, now

    def say(self, name: str, text: str, pixels: bytes, size: tuple[int, int]) -> int:
        """Say something to one NPC, with what is on the screen right now."""
        seq = self._client.observe([name], frame=Frame(pixels, *size, "rgb"), text=text, to=[name], inspect=True)
        self._sent[seq] = time.perf_counter()
        return seq

    def collect(self) -> list[tuple[WireDecision, float]]:
        """Decisions that have come, each with the seconds since its observation was made."""
        now = time.perf_counter()
        decisions = self._client.poll()
        if any(d.utterance_id is None for d in decisions):
            self.waiting = False
        rows = [(d, now - self._sent.get(d.seq, now)) for d in decisions]
        for seq in [s for s, t in self._sent.items() if now - t > 30]:
            del self._sent[seq]
        return rows

    def close(self) -> None:
        self._client.close()
