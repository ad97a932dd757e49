"""Joins perception and characters: observations in, decisions out."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engine.errors import EngineError
from engine.labels import Labels
from engine.perception import EncodedFrame, Frame, Query, Seen
from npc import Character, Decision, NpcError, Percept, Persona, characters, load_persona, persona_from
from npc.log import Recorder
from npc.memory import InMemoryStore, Key, MemoryStore

_LOG = logging.getLogger("engine.brain")


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
    """A character, what it watches for, where its memory is kept, and the latest time that it knows."""

    character: Character
    watch: tuple[str, ...] = ()
    key: Key = ("", "")
    time: float = 0.0
    log: Recorder | None = None
    unsaved: bool = False  # a write failed: the whole memory is due, not what has changed since

    def at(self, time: float) -> float:
        """`time`, but never earlier than before: a game's clock may jump back, a character's may not."""
        self.time = max(self.time, time)
        return self.time


@dataclass(frozen=True, slots=True)
class Observation:
    """What one NPC gets from the game beside the frame; `time` in seconds, `source` names the utterance."""

    mind: Mind
    time: float
    text: str = ""
    speaker: str = "player"
    state: Mapping[str, object] = field(default_factory=dict)
    inspect: bool = False
    source: str = ""


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
        store: where characters keep what they remember; by default only for as long as this brain lives.
        logs: directory for a log of every character's percepts and decisions (`npc.log`); None: no logs.
    """

    def __init__(
        self,
        perceiver: Perceiving,
        personas: Path | None = None,
        seed: int = 0,
        store: MemoryStore | None = None,
        logs: Path | None = None,
    ) -> None:
        self.perceiver = perceiver
        self._store: MemoryStore = store or InMemoryStore()
        self._logs, self._logged = logs, 0
        own = {path.stem: path for path in sorted(personas.glob("*.yaml"))} if personas else {}
        self._cards: dict[str, Path | str] = {name: name for name in characters()} | own
        self._personas: dict[str, Persona] = {}
        self._seed = seed

    def mind(self, npc: str, persona: str | Mapping[str, Any], watch: Sequence[str] = (), world: str = "") -> Mind:
        """A character by the name of its card, or from a whole card, with what it remembers of `world`.

        What the card watches for is watched too. A name is never a path: no game reads the server's files.

        Raises:
            EngineError: `persona_unknown`, what is wrong with the card, or a memory that cannot be read.
        """
        key = (world, npc)
        try:
            card = self._named(persona) if isinstance(persona, str) else persona_from(dict(persona))
            character = Character(card, npc, self._seed, self._store.load(key))
        except NpcError as error:
            raise EngineError(error.code, error.message, error.fix) from None
        return Mind(character, tuple(dict.fromkeys((*watch, *card.watch))), key, log=self._log(character))

    def _log(self, character: Character) -> Recorder | None:
        """A new log; its name is the NPC's as far as a file can have it."""
        if self._logs is None:
            return None
        self._logged += 1  # numbered, since two games may have NPCs of one name
        name = "".join(c if c.isalnum() or c in "-_" else "_" for c in character.npc_id)[:60]
        path = self._logs / f"{self._logged:04d}-{name}.jsonl"
        try:
            return Recorder(path, character, self._seed)
        except OSError as error:
            raise EngineError("logs", f"{path} cannot be written: {error.strerror}.", "Check --logs.") from None

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

        What the characters will remember of it is in the store before this returns.

        Raises:
            EngineError: where the frame cannot be decoded.
        """
        start = time.perf_counter()
        queries = [Query(o.text, o.mind.watch, o.mind.at(o.time), o.speaker, o.state, o.source) for o in observations]
        encoded = self.perceiver.encode(frame, queries)
        views = self.perceiver.perceive_with_heat(encoded, queries)
        milliseconds = (time.perf_counter() - start) * 1e3
        answers = [
            Answer(_tick(o.mind, view.percept), _inspect(view, encoded, milliseconds) if o.inspect else None)
            for o, view in zip(observations, views, strict=True)
        ]
        self._keep({o.mind.key: o.mind for o in observations}.values())
        return answers

    def _keep(self, minds: Iterable[Mind]) -> None:
        """Write down what has changed; where that fails the game goes on, and all of it is written next time."""
        due = [(mind, changes) for mind in minds if (changes := mind.character.take_changes()) is not None]
        if not due:
            return
        try:
            for mind, _ in due:
                if mind.unsaved:
                    self._store.replace(mind.key, mind.character.memory.recollection())
            self._store.write((mind.key, changes) for mind, changes in due if not mind.unsaved)
            failed = False
        except NpcError as error:
            _LOG.error("%s %s", error.message, error.fix)
            failed = True
        for mind, _ in due:
            mind.unsaved = failed

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()


def _tick(mind: Mind, percept: Percept) -> Decision:
    decision = mind.character.tick(percept)
    if mind.log is not None:
        try:
            mind.log.write(percept, decision)
        except OSError as error:  # the game goes on without a log
            _LOG.error("The log of %s ends here: %s.", decision.npc, error.strerror)
            mind.log = None
    return decision


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
