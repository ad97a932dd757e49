"""Joins perception and characters: observations in, decisions out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engine.errors import EngineError
from engine.labels import Labels
from engine.perception import EncodedFrame, Frame, Query, Seen
from npc import Character, Decision, Persona, PersonaError, characters, load_persona, persona_from


class Perceiving(Protocol):
    """What the brain needs of a `Perceiver`."""

    @property
    def labels(self) -> Labels: ...

    @property
    def provider(self) -> str: ...

    def encode(self, frame: Frame | None, queries: Sequence[Query]) -> EncodedFrame | None: ...

    def perceive_with_heat(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Seen]: ...


@dataclass(eq=False, slots=True)
class Mind:
    """A character, what it watches for, and the latest time that it knows."""

    character: Character
    watch: tuple[str, ...] = ()
    time: float = 0.0

    def at(self, time: float) -> float:
        """`time`, but never earlier than before: a game's clock may jump back, a character's may not."""
        self.time = max(self.time, time)
        return self.time


@dataclass(frozen=True, slots=True)
class Observation:
    """What one NPC gets from the game beside the frame; `time` in seconds."""

    mind: Mind
    time: float
    text: str = ""
    speaker: str = "player"
    state: Mapping[str, object] = field(default_factory=dict)
    inspect: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision, and (only where it was asked for) what a designer wants to see of the percept."""

    decision: Decision
    inspect: Mapping[str, Any] | None = None


class Brain:
    """All characters of a server behind one model.

    Args:
        perceiver: the model.
        personas: directory with persona cards beside the shipped ones; they go before a shipped one of their
            name.
        seed: of everything that characters leave to chance.
    """

    def __init__(self, perceiver: Perceiving, personas: Path | None = None, seed: int = 0) -> None:
        self.perceiver = perceiver
        own = {path.stem: path for path in sorted(personas.glob("*.yaml"))} if personas else {}
        self._cards: dict[str, Path | str] = {name: name for name in characters()} | own
        self._personas: dict[str, Persona] = {}
        self._seed = seed

    def mind(self, npc: str, persona: str | Mapping[str, Any], watch: Sequence[str] = ()) -> Mind:
        """A fresh character by the name of its card, or from a whole card.

        What the card watches for is watched too. A name is never a path: no game reads the server's files.

        Raises:
            EngineError: `persona_unknown`, or what is wrong with the card.
        """
        try:
            card = self._named(persona) if isinstance(persona, str) else persona_from(dict(persona))
        except PersonaError as error:
            raise EngineError(error.code, error.message, error.fix) from None
        return Mind(Character(card, npc, self._seed), tuple(dict.fromkeys((*watch, *card.watch))))

    def _named(self, name: str) -> Persona:
        if name not in self._cards:
            raise EngineError(
                "persona_unknown",
                f"There is no persona '{name}'.",
                f"Use one of: {', '.join(sorted(self._cards))}; or send a whole card.",
            )
        if name not in self._personas:
            self._personas[name] = load_persona(self._cards[name])
        return self._personas[name]

    def decide(self, frame: Frame | None, observations: Sequence[Observation]) -> list[Answer]:
        """One answer an observation. All of them see `frame`, which is encoded once.

        Raises:
            EngineError: where the frame cannot be decoded.
        """
        start = time.perf_counter()
        queries = [Query(o.text, o.mind.watch, o.mind.at(o.time), o.speaker, o.state) for o in observations]
        encoded = self.perceiver.encode(frame, queries)
        views = self.perceiver.perceive_with_heat(encoded, queries)
        milliseconds = (time.perf_counter() - start) * 1e3
        return [
            Answer(
                o.mind.character.tick(view.percept),
                _inspect(view, encoded, milliseconds) if o.inspect else None,
            )
            for o, view in zip(observations, views, strict=True)
        ]


def _inspect(seen: Seen, encoded: EncodedFrame | None, milliseconds: float) -> dict[str, Any]:
    percept = seen.percept
    view: dict[str, Any] = {
        "intent": _best(percept.intent),
        "action": _best(percept.action),
        "watch": [[d.phrase, d.p, d.x, d.y] for d in percept.watch],
        "heat": None,
        "inference_ms": milliseconds,
    }
    if seen.heat is not None and percept.text.strip():
        view["heat"] = [row.tobytes() for row in (seen.heat.clip(0, 1) * 255).astype(np.uint8)]
        view["heat_box"] = _frame_inside(encoded)
    return view


def _frame_inside(encoded: EncodedFrame | None) -> list[float]:
    """Left, top, right, bottom of the frame inside the letterboxed heat map, as fractions of the map."""
    fit = encoded.fit if encoded else None
    if fit is None:
        return [0.0, 0.0, 1.0, 1.0]
    height, width = fit.picture.shape[:2]
    return [
        fit.left / width,
        fit.top / height,
        (fit.left + fit.width) / width,
        (fit.top + fit.height) / height,
    ]


def _best(probabilities: Mapping[str, float], count: int = 3) -> list[list[object]]:
    """The likeliest labels with their probabilities."""
    return [[label, p] for label, p in sorted(probabilities.items(), key=lambda item: -item[1])[:count]]
