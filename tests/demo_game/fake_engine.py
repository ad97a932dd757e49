"""Helpers of the demo's tests: an engine that answers what a test wants, and ways to look at a village."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from demo_game.figures import Thing
from demo_game.life import tick
from demo_game.screen import blank
from demo_game.session import Play
from demo_game.world import World
from engine.bridge.client import Target, WireDecision


def thing(world: World, look: str) -> Thing:
    return next(t for t in world.things if t.look == look)


def centre(world: World, look: str) -> tuple[float, float]:
    x, y, w, h = thing(world, look).box
    return x + w / 2, y + h / 2


def run(world: World, seconds: float, each_tick: Callable[[], None] = lambda: None) -> None:
    for _ in range(round(seconds * 30)):
        tick(world, 1 / 30)
        each_tick()


class FakeLink:
    """An engine that answers every frame with idleness, and words with what a test wants."""

    provider = "FakeProvider"
    trouble = ""
    settled = True

    def __init__(self, answer: Callable[[str, str], WireDecision]) -> None:
        self.answer, self.frames, self.seq = answer, [], 0
        self._ready: list[tuple[WireDecision, float]] = []

    def show(
        self, pixels: bytes, since: float, now: float, *, inspect: bool, news: Mapping[str, Mapping[str, Any]], hour: float
    ) -> bool:
        self.seq += 1
        self.frames.append((pixels, dict(news)))
        self._ready.append((decision("Bram", "idle", seq=self.seq), 0.01))
        return True

    def say(self, name: str, text: str, pixels: bytes, since: float, now: float, state: Mapping[str, Any]) -> int:
        self.seq += 1
        answer = self.answer(name, text)
        self._ready.append((replace(answer, npc=name, seq=self.seq, utterance_id="u"), 0.02))
        return self.seq

    def collect(self) -> list[tuple[WireDecision, float]]:
        ready, self._ready = self._ready, []
        return ready


def decision(
    npc: str, action: str, target: Target | None = None, *, seq: int = 1, utterance: str | None = None
) -> WireDecision:
    return WireDecision(npc=npc, seq=seq, action=action, emotion="neutral", target=target, utterance_id=utterance)


def session(world: World, link: FakeLink) -> Play:
    return Play(world, link, blank())
