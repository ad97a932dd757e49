"""Joins perception and characters: observations in, decisions out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import EngineError
from engine.perception import Frame, Perceiver, Query, Seen
from npc import Character, PersonaError, characters, load_persona, persona_from
from npc.types import Decision


@dataclass(frozen=True)
class Answer:
    """A decision, and (only where it was asked for) what a designer wants to see of the percept."""

    decision: Decision
    inspect: dict[str, Any] | None


class Brain:
    """All characters of a server behind one model.

    Args:
        perceiver: the model.
        personas: directory with further persona cards; None: the shipped ones alone.
        clock: seconds, monotonic; injected so that a log replays.
    """

    def __init__(self, perceiver: Perceiver, personas: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.perceiver = perceiver
        self._personas, self._clock = personas, clock

    def create(self, npc: str, persona: object) -> Character:
        """A character by persona name, or from a card that the game sends.

        Raises:
            EngineError: `persona`, naming fault and fix.
        """
        try:
            if isinstance(persona, Mapping):
                return Character(persona_from(dict(persona)), npc)
            return Character(load_persona(self._card(str(persona))), npc)
        except PersonaError as error:
            raise EngineError("persona", error.message, error.fix) from None

    def _card(self, name: str) -> str:
        own = {p.stem: p for p in self._personas.glob("*.yaml")} if self._personas else {}
        if name in own:
            return str(own[name])
        if name not in characters():
            raise EngineError(
                "persona", f"There is no persona '{name}'.", f"Known: {', '.join(sorted({*characters(), *own}))}."
            )
        return name

    def answer(
        self,
        cast: Mapping[str, Character],
        watch: Mapping[str, tuple[str, ...]],
        frame: Frame | None,
        text: str,
        to: Sequence[str],
        state: Mapping[str, object],
        inspect: bool,
    ) -> list[Answer]:
        """Decisions of all of `cast` who see `frame`; those in `to` also hear `text`. The frame is encoded once."""
        now, start = self._clock(), time.perf_counter()
        queries = [Query(text if npc in to else "", watch.get(npc, ()), now, "player", state) for npc in cast]
        encoded = self.perceiver.encode(frame, queries)
        seen = self.perceiver.perceive_with_heat(encoded, queries)
        took = (time.perf_counter() - start) * 1e3
        return [
            Answer(character.tick(s.percept), _inspect(s, took) if inspect else None)
            for character, s in zip(cast.values(), seen, strict=True)
        ]


def _inspect(seen: Seen, inference_ms: float) -> dict[str, Any]:
    percept = seen.percept
    said = bool(percept.text.strip())
    heat = None
    if said and seen.heat is not None:
        heat = [row.tobytes() for row in (np.clip(seen.heat, 0, 1) * 255).astype(np.uint8)]
    return {
        "intent": _top(percept.intent),
        "action": _top(percept.action),
        "watch": [[d.phrase, d.p, d.x, d.y] for d in percept.watch],
        "heat": heat,
        "inference_ms": inference_ms,
    }


def _top(probabilities: Mapping[str, float], count: int = 3) -> list[list[object]]:
    return [[label, p] for label, p in sorted(probabilities.items(), key=lambda kv: -kv[1])[:count]]
