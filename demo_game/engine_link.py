"""The game's connection: starts an engine of its own if none is given, shows frames, collects decisions."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo_game.view import FRAME_SIZE
from demo_game.world import World
from engine.bridge.client import BridgeError, Client, Frame, Heard, Hearing, Hush, Sound, WireDecision

log = logging.getLogger(__name__)

START_S = 60.0
LOOK_S = 5.0  # for an engine that should be running
DOCTOR = "Try `python -m engine doctor`."
PATIENCE_S = 1.0  # a frame without an answer for so long is lost
FORGET_S = 30.0
WATCH = ("wolf", "fire")
LIVES, WITHIN_S = 3, 60.0  # an engine that ends so often in that time is not started again
CALM_S = 4.0  # after a restart


class OwnEngine:
    """An engine process that lives as long as the game.

    Args:
        memory: file in which the villagers remember, or `none`.
        aloud: a voice process beside it hears and speaks.
    """

    def __init__(self, memory: str, aloud: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="npc-demo-")
        self._ready = Path(self._folder.name) / "ready"
        self._log = (Path(self._folder.name) / "log").open("w+b")
        self._memory, self._aloud = memory, aloud
        self._ended: deque[float] = deque(maxlen=LIVES)
        self._address = "tcp://127.0.0.1:*"  # any that is free; what it was given, once it is ready
        self._process = self._start(self._address)

    def _start(self, address: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "engine", "serve", "--bind", address]
        command += ["--ready-file", str(self._ready), "--memory", self._memory, "--parent-pid", str(os.getpid())]
        command += ["--voice"] if self._aloud else []
        return subprocess.Popen(command, stdout=self._log, stderr=self._log)

    @property
    def pid(self) -> int:
        """The process that runs now."""
        return self._process.pid

    def endpoint(self, meanwhile: Callable[[], None] = lambda: None) -> str:
        """Wait until it is ready (calling `meanwhile` often); its address.

        Raises:
            BridgeError: if it ends or takes too long, with what it said.
        """
        deadline = time.monotonic() + START_S
        while not self._ready.exists():
            if self._process.poll() is not None:
                raise self._failure()
            if time.monotonic() > deadline:
                raise BridgeError("engine", f"The engine did not start within {START_S:g} s.", DOCTOR)
            meanwhile()
            time.sleep(0.02)
        self._address = self._ready.read_text(encoding="utf-8")
        return self._address

    def _failure(self) -> BridgeError:
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").strip().splitlines()
        return BridgeError("engine", f"The engine ended: {said[-1] if said else 'it said nothing'}", DOCTOR)

    def revive(self) -> bool:
        """Start it again, at the same address, if it has ended; whether it had.

        Raises:
            BridgeError: it ends again and again; with the last line that it wrote.
        """
        if self._process.poll() is None:
            return False
        self._ended.append(time.monotonic())
        if len(self._ended) == LIVES and self._ended[-1] - self._ended[0] < WITHIN_S:
            raise self._failure()
        log.warning("The engine has ended (status %s) and is started again.", self._process.returncode)
        self._process = self._start(self._address)
        return True

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._folder.cleanup()


def _ready(engine: OwnEngine) -> str:
    return engine.endpoint()


@contextmanager
def engine_at(
    endpoint: str | None,
    world: World,
    wait: Callable[[OwnEngine], str] = _ready,
    memory: str = "none",
    aloud: bool = False,
) -> Iterator[Link]:
    """A connection to the engine at `endpoint`; without one, to an own engine that ends with it.

    Args:
        wait: waits until an own engine is ready; its address.
        memory: file in which the people of an own engine remember, or `none`.
        aloud: an own engine hears and speaks.

    Raises:
        BridgeError: if the engine cannot be started or reached.
    """
    engine = OwnEngine(memory, aloud) if endpoint is None else None
    try:
        link = Link(wait(engine) if engine is not None else endpoint or "", world, engine)
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
        self._client = Client(endpoint, name="village", timeout=LOOK_S if engine is None else START_S)
        self.provider = self._client.welcome.provider
        self._names = [npc.name for npc in world.npcs]
        self._sent: dict[int, float] = {}
        self._awaited: set[tuple[int, str]] = set()  # of the latest frame: number of the observation, NPC
        self._shown = float("-inf")
        self._revived = float("-inf")
        for npc in world.npcs:
            self._client.spawn(npc.name, npc.persona, WATCH)

    @property
    def trouble(self) -> str:
        """What the player should know about the connection; empty where all is well."""
        if self._engine is not None:
            fresh = time.monotonic() - self._revived < CALM_S
            return "The engine stopped and is started again: one moment ..." if fresh else ""
        if self._client.connected:
            return ""
        return f"No engine answers at {self._client.endpoint}: is it still running? The villagers wait for it."

    @property
    def settled(self) -> bool:
        """Whether all that was shown and said is answered."""
        return not self._awaited and not self._client.pending

    def show(
        self,
        pixels: bytes,
        since: float,
        now: float,
        *,
        inspect: bool = False,
        news: Mapping[str, Mapping[str, Any]] | None = None,
        hour: float | None = None,
    ) -> bool:
        """Show everybody a frame, unless the last one is not answered yet; whether it was sent.

        Args:
            since: when the game drew the frame (`time.perf_counter`); latencies count from it.
            now: seconds on the game's clock, by which the characters live.
            news: what the game tells of some NPCs: what they have finished, what happened to them.
            hour: of the game's day, told to everybody.
        """
        if self._awaited and since - self._shown < PATIENCE_S:
            return False
        self._awaited.clear()
        self._shown, news = since, news or {}
        others = [name for name in self._names if name not in news]
        common = {} if hour is None else {"hour": hour}
        groups = [([name], {**common, **state}) for name, state in news.items()]
        for names, state in groups + ([(others, common)] if others else []):
            frame = Frame(pixels, *FRAME_SIZE, "rgb")
            seq = self._observe(names, since, frame=frame, state=state, captured_at=now, inspect=inspect)
            self._awaited.update((seq, name) for name in names)
        return True

    def say(self, name: str, text: str, pixels: bytes, since: float, now: float, state: Mapping[str, Any]) -> int:
        """Say something to one NPC, with what is on the screen right now."""
        frame = Frame(pixels, *FRAME_SIZE, "rgb")
        return self._observe([name], since, frame=frame, text=text, state=state, captured_at=now, inspect=True)

    def _observe(self, names: list[str], since: float, **what: Any) -> int:
        seq = self._client.observe(names, **what)
        self._sent[seq] = since
        return seq

    @property
    def has_voice(self) -> bool:
        """Whether somebody hears and speaks."""
        return self._client.has_voice

    def hear(self, name: str, view: Callable[[], Mapping[str, Any]]) -> Hearing:
        """Listen to the player, who speaks to one NPC.

        Args:
            view: what is on the screen, and what the game tells, when the line is said.
        """
        return self._client.hear(name, view=lambda: self._seen(**view()))

    @staticmethod
    def _seen(pixels: bytes, captured_at: float, state: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "frame": Frame(pixels, *FRAME_SIZE, "rgb"),
            "captured_at": captured_at,
            "state": state,
            "inspect": True,
        }

    def heard(self) -> list[Heard]:
        return self._client.heard()

    def voice(self, decision: WireDecision) -> str:
        """Have a decision's line spoken; empty where nobody speaks."""
        return self._client.voice(decision.npc, decision.line, emotion=decision.emotion, line_id=decision.line_id or "")

    def sounds(self) -> list[Sound | Hush]:
        return self._client.sounds()

    def collect(self) -> list[tuple[WireDecision, float]]:
        """Decisions that have come, each with the seconds since its frame was drawn. An own engine that ended is started again.

        Raises:
            BridgeError: if the game's own engine ends again and again.
        """
        if self._engine is not None and self._engine.revive():
            self._revived = time.monotonic()
        now = time.perf_counter()
        decisions = self._client.poll()
        self._awaited.difference_update((d.seq, d.npc) for d in decisions if d.utterance_id is None)
        rows = [(d, now - self._sent.get(d.seq, now)) for d in decisions]
        for seq in [s for s, sent in self._sent.items() if now - sent > FORGET_S]:
            del self._sent[seq]
        return rows

    def close(self) -> None:
        """Say goodbye."""
        self._client.close()
