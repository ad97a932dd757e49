"""Reflexes: what the character notices without a word being said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from npc.behaviour import Behaviour
from npc.types import Percept, Target

# A sighting is believed above ON and forgotten below OFF, both of a moving average over frames: two sure
# frames start a reflex, one bad frame neither starts nor ends one.
ON, OFF, MEMORY = 0.55, 0.35, 0.5
CALM_AFTER = 2.0   # seconds after which what was seen no longer counts


@dataclass(slots=True)
class Sighting:
    """Something of the watch list: how surely it is in view and where it was last seen."""

    phrase: str
    meaning: str
    p: float = 0.0
    place: Target | None = None
    in_view: bool = False
    seen_at: float = 0.0
    noticed: bool = False   # the character has reacted to it since it came into view

    def update(self, p: float, place: Target | None, time: float) -> None:
        """Take in one frame: `p` in 0..1, and where on it."""
        self.p += (1.0 - MEMORY) * (p - self.p)
        self.in_view = self.p >= (OFF if self.in_view else ON)
        if not self.in_view:
            self.noticed = False
        elif p >= OFF:
            self.place, self.seen_at = place, time


class Lookout:
    """Follows every phrase of the watch list over frames.

    Phrases mean what the card says, else what `behaviour.yaml` says, else nothing. The action head's own view
    of a wordless frame (`signs`) is followed like a phrase without a name, unless a friend is in view: then
    the card knows better than the model what the animal at its side is.
    """

    def __init__(self, watch: Mapping[str, str], behaviour: Behaviour) -> None:
        self._meanings = {**behaviour.watch, **watch}
        self._signs = behaviour.signs
        self._order = {meaning: rank for rank, meaning in enumerate(behaviour.meanings)}
        self._sightings: dict[str, Sighting] = {}

    def look(self, percept: Percept) -> None:
        """Take in the frame of `percept`; words without a frame tell nothing about what is in view."""
        if not percept.has_frame:
            return
        for detection in percept.watch:
            meaning = self._meanings.get(detection.phrase)
            if meaning is not None:
                place = Target(detection.x, detection.y, detection.p)
                self._follow(detection.phrase, meaning, detection.p, place, percept.time)
        if not percept.text:
            self._read_signs(percept)

    def _read_signs(self, percept: Percept) -> None:
        befriended = any(s.in_view and s.meaning == "friend" for s in self._sightings.values())
        for action, meaning in self._signs.items():
            p = 0.0 if befriended else percept.action.get(action, 0.0)
            self._follow("", meaning, p, percept.target, percept.time)

    def _follow(self, phrase: str, meaning: str, p: float, place: Target | None, time: float) -> None:
        key = phrase or f"a {meaning}"
        sighting = self._sightings.get(key)
        if sighting is None:
            sighting = self._sightings[key] = Sighting(phrase, meaning)
        sighting.update(p, place, time)

    def in_view(self, time: float) -> list[Sighting]:
        """What is in view at `time`: threats first, then hazards, the named first, then the surest."""
        seen = [s for s in self._sightings.values() if s.in_view and time - s.seen_at <= CALM_AFTER]
        if len(seen) > 1:
            seen.sort(key=lambda s: (self.rank(s), not s.phrase, -s.p))
        return seen

    def rank(self, sighting: Sighting) -> int:
        """How urgent it is: 0 for threats, then as `meanings` in `behaviour.yaml` are ordered."""
        return self._order[sighting.meaning]
