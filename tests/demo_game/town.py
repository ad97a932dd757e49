"""The villagers themselves without model and wire: cards, memory in a file, and sure eyes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from demo_game.truth import named
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import World
from engine.bridge.client import WireDecision
from npc import Character, Decision, load_persona
from npc.keyword_reader import read
from npc.memory import SqliteStore
from npc.types import Percept, Target


class Town:
    """A connection to characters in this process."""

    provider = "keywords"
    trouble = ""
    settled = True

    def __init__(self, world: World, store: SqliteStore) -> None:
        self._world, self._store, self._seq = world, store, 0
        self._people = {
            npc.name: Character(load_persona(npc.persona), npc.name, 0, store.load(("village", npc.name))) for npc in world.npcs
        }
        self._ready: list[tuple[WireDecision, float]] = []

    def show(
        self, pixels: bytes, since: float, now: float, *, inspect: bool, news: Mapping[str, Mapping[str, Any]], hour: float
    ) -> bool:
        self._seq += 1
        for name in self._people:
            self._tick(name, self._read("", now, {"hour": hour, **news.get(name, {})}))
        return True

    def say(self, name: str, text: str, pixels: bytes, since: float, now: float, state: Mapping[str, Any]) -> int:
        self._seq += 1
        self._tick(name, self._read(text, now, state))
        return self._seq

    def collect(self) -> list[tuple[WireDecision, float]]:
        ready, self._ready = self._ready, []
        return ready

    def _read(self, text: str, now: float, state: Mapping[str, Any]) -> Percept:
        percept = read(text, now, ("wolf",) if self._world.wolf else ())
        return replace(percept, target=self._meant(text), state=state, source=f"u{self._seq}" if text else "")

    def _meant(self, text: str) -> Target | None:
        phrase = named(text)
        spot = next((e.centre for e in self._world.entities() if phrase and e.is_called(phrase)), None)
        return Target(spot[0] / WIDTH, spot[1] / HEIGHT, 0.9) if spot else None

    def _tick(self, name: str, percept: Percept) -> None:
        character = self._people[name]
        decision = character.tick(percept)
        if (changes := character.take_changes()) is not None:
            self._store.write([(("village", name), changes)])
        self._ready.append((self._wire(decision, percept), 0.01))

    def _wire(self, decision: Decision, percept: Percept) -> WireDecision:
        inspect = {"intent": list(percept.intent.items()), "action": [], "watch": [], "heat": None, "inference_ms": 1.0}
        return WireDecision(
            npc=decision.npc,
            seq=self._seq,
            action=decision.action,
            emotion=decision.emotion,
            utterance_id=percept.source or None,
            target=decision.target,
            line=decision.line,
            reason=decision.reason,
            inspect=inspect,
        )


@contextmanager
def town(world: World, memory: Path) -> Iterator[Town]:
    """The villagers with what they remember; it is in the file when they leave."""
    store = SqliteStore(memory)
    try:
        yield Town(world, store)
    finally:
        store.close()
