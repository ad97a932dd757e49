"""What the inspector shows: taken from the inference thread without holding it up, made readable on another."""

from __future__ import annotations

import base64
import io
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from PIL import Image

from engine.minds.mind import Mind
from engine.perception import EncodedFrame
from engine.perception.show import frame_inside, likeliest
from engine.perception.types import Floats
from npc import Decision, Percept
from npc.types import HEADS

_KEPT = 1200  # glimpses, about 20 KB each
_WAITING = 32  # glimpses that may wait to be made readable; what comes on top is not shown
_EACH_S, _ALL_S = 0.2, 0.02  # a wordless frame is shown of one character, and of all, at most so often


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One tick of one character as it was: everything that changes later is copied, arrays are never written again."""

    who: str
    name: str
    time: float
    percept: Percept
    heat: Floats | None
    encoded: EncodedFrame | None
    decision: Decision
    mood: tuple[str, float, float, float]
    relationship: tuple[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Afterword:
    """What became known of a decision after it was made, in a sentence."""

    who: str
    time: float
    told: str


class Feed:
    """The last glimpses, readable for a page, numbered from 1.

    Args:
        clock: seconds; which frames are left out goes by it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due: WeakKeyDictionary[Mind, float] = WeakKeyDictionary()
        self._all_due = 0.0
        self._queue: queue.Queue[Glimpse | Afterword | None] = queue.Queue(_WAITING)
        self._entries: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._count = 0
        self._picture: tuple[EncodedFrame | None, str | None] = (None, None)
        self._thread = threading.Thread(target=self._read, name="inspector", daemon=True)

    def start(self) -> None:
        """Begin to make glimpses readable."""
        self._thread.start()

    def close(self) -> None:
        """End the thread once what waits is done."""
        self._queue.put(None)
        self._thread.join()

    def show(self, mind: Mind, percept: Percept, heat: Floats | None, encoded: EncodedFrame | None, decision: Decision) -> None:
        """Take one tick. Never waits: what is too much is left out, wordless frames first."""
        now = self._clock()
        if not (decision.line or percept.text):
            if now < self._due.get(mind, 0.0) or now < self._all_due:
                return
            self._due[mind], self._all_due = now + _EACH_S, now + _ALL_S
        character, speaker = mind.character, percept.speaker
        relationship = character.relationship(speaker)
        glimpse = Glimpse(
            _called(mind, decision),
            character.persona.name,
            decision.time,
            percept,
            heat,
            encoded,
            decision,
            (character.mood.name, *character.mood.now),
            (relationship.name, relationship.as_drives()),
        )
        with suppress(queue.Full):
            self._queue.put_nowait(glimpse)

    def note(self, mind: Mind, decision: Decision, told: str) -> None:
        """Add to what is shown of a decision; from any thread. Never waits."""
        with suppress(queue.Full):
            self._queue.put_nowait(Afterword(_called(mind, decision), decision.time, told))

    def since(self, number: int, most: int = 400) -> list[dict[str, Any]]:
        """Entries after `number`, the oldest first, at most `most` of the newest. A number of an earlier server is none."""
        after = number if number <= self._count else 0
        return [entry for entry in self._entries.copy() if entry["n"] > after][-most:]

    def _read(self) -> None:
        while (glimpse := self._queue.get()) is not None:
            self._count += 1
            if isinstance(glimpse, Afterword):
                entry = {"n": self._count, "who": glimpse.who, "time": glimpse.time, "afterword": glimpse.told}
            else:
                entry = self._entry(self._count, glimpse)
            self._entries.append(entry)

    def _entry(self, number: int, glimpse: Glimpse) -> dict[str, Any]:
        percept, decision = glimpse.percept, glimpse.decision
        read = [head.name for head in HEADS if percept.text or head.reads == "both"]  # without words there is nothing to read
        heads = {head: likeliest(getattr(percept, head)) for head in read}
        target = percept.target
        return {
            "n": number,
            "who": glimpse.who,
            "name": glimpse.name,
            "time": glimpse.time,
            "text": percept.text,
            "speaker": percept.speaker,
            "heads": {**heads, "knowledge": likeliest(percept.knowledge)},
            "watch": [[d.phrase, d.p, d.x, d.y] for d in percept.watch],
            "target": [target.x, target.y, target.p] if target else None,
            "picture": self._shown(glimpse.encoded),
            "heat": _heat(glimpse),
            "mood": glimpse.mood,
            "relationship": glimpse.relationship,
            "decision": {
                name: getattr(decision, name) for name in ("action", "emotion", "line", "confidence", "reason", "trace")
            },
        }

    def _shown(self, encoded: EncodedFrame | None) -> str | None:
        """The frame as base64 JPEG; one that several characters saw is compressed once."""
        if encoded is None or encoded.fit is None:
            return None
        if self._picture[0] is not encoded:
            fit = encoded.fit
            pixels = fit.picture[fit.top : fit.top + fit.height, fit.left : fit.left + fit.width]
            packed = io.BytesIO()
            Image.fromarray(pixels).save(packed, "JPEG", quality=80)
            self._picture = encoded, base64.b64encode(packed.getvalue()).decode()
        return self._picture[1]


def _called(mind: Mind, decision: Decision) -> str:
    return " · ".join(filter(None, mind.key)) or decision.npc


def _heat(glimpse: Glimpse) -> dict[str, Any] | None:
    """The heat map of the words' target: bytes of rows x columns, and where the frame lies in it."""
    heat = glimpse.heat
    if heat is None:
        return None
    rows, columns = heat.shape
    cells = (heat.clip(0, 1) * 255).astype(np.uint8).tobytes()
    return {"cells": base64.b64encode(cells).decode(), "rows": rows, "columns": columns, "box": frame_inside(glimpse.encoded)}
