"""Reflexes: what the character notices without a word being said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from npc.behaviour import Behaviour
from npc.steadiness import WATCH, Evidence, FilterCfg, Filters, SteadyHead
from npc.types import STEADY, Detection, Percept, Target

CALM_AFTER = 2.0  # seconds after which what was seen no longer counts


@dataclass(slots=True)
class Sighting:
    """Something of the watch list, what it means to the character (empty: nothing), and what the frames say of it."""

    phrase: str
    meaning: str
    evidence: Evidence
    noticed: bool = False  # the character has reacted to it since it came into view

    @property
    def p(self) -> float:
        """How surely it is in view."""
        return self.evidence.p

    @property
    def place(self) -> Target | None:
        """Where it was last seen."""
        return self.evidence.place

    @property
    def in_view(self) -> bool:
        return self.evidence.in_view

    @property
    def seen_at(self) -> float:
        return self.evidence.seen_at

    def update(self, p: float, place: Target | None, time: float) -> None:
        """Take in one frame: `p` in 0..1, and where on it."""
        self.evidence.update(p, place, time)
        if not self.evidence.in_view:
            self.noticed = False


class Lookout:
    """Follows every phrase of the watch list, and the labels of wordless frames, over time (`npc.steadiness`).

    Phrases mean what the card says, else what `behaviour.yaml` says, else nothing. The action head's own view
    of a wordless frame (`signs`) is followed like a phrase without a name, unless a friend is in view: then
    the card knows better than the model what the animal at its side is.
    """

    def __init__(self, watch: Mapping[str, str], behaviour: Behaviour, steadiness: Mapping[str, FilterCfg]) -> None:
        self._meanings = {**behaviour.watch, **watch}
        self._signs = behaviour.signs
        self._order = {meaning: rank for rank, meaning in enumerate(behaviour.meanings)}
        self._filters = Filters(behaviour.steadiness, steadiness)
        self._heads = {head: SteadyHead(self._filters.head(head)) for head in STEADY}
        self._sightings: dict[str, Sighting] = {}

    def look(self, percept: Percept) -> Percept:
        """Take in the frame of `percept`; what the frames so far make of it.

        Words without a frame tell nothing about what is in view, and words change what the labels speak of.
        """
        if not percept.has_frame:
            return percept
        watch = tuple(self._watch(detection, percept.time) for detection in percept.watch)
        if percept.text:
            return replace(percept, watch=watch)
        self._read_signs(percept)
        steady: dict[str, Any] = {name: head.update(getattr(percept, name), percept.time) for name, head in self._heads.items()}
        return replace(percept, watch=watch, **steady)

    def _watch(self, detection: Detection, time: float) -> Detection:
        phrase, p = detection.phrase, detection.p
        place = Target(detection.x, detection.y, p)
        evidence = self._follow(phrase, self._meanings.get(phrase, ""), p, place, time).evidence
        steady = evidence.place or place
        return Detection(phrase, evidence.p, steady.x, steady.y)

    def _read_signs(self, percept: Percept) -> None:
        befriended = any(s.in_view and s.meaning == "friend" for s in self._sightings.values())
        for action, meaning in self._signs.items():
            p = 0.0 if befriended else percept.action.get(action, 0.0)
            self._follow("", meaning, p, percept.target, percept.time)

    def _follow(self, phrase: str, meaning: str, p: float, place: Target | None, time: float) -> Sighting:
        key = phrase or f"a {meaning}"
        sighting = self._sightings.get(key)
        if sighting is None:
            steady = self._filters.phrase(phrase) if phrase else self._filters.head(WATCH)
            sighting = self._sightings[key] = Sighting(phrase, meaning, Evidence(steady))
        sighting.update(p, place, time)
        return sighting

    def sees(self, phrase: str) -> bool:
        """Whether a phrase of the watch list counts as in view."""
        return phrase in self._sightings and self._sightings[phrase].in_view

    def in_view(self, time: float) -> list[Sighting]:
        """What is in view at `time` and means something: threats first, then hazards, the named first, then the surest."""
        followed = self._sightings.values()
        seen = [s for s in followed if s.meaning and s.evidence.in_view and time - s.evidence.seen_at <= CALM_AFTER]
        if len(seen) > 1:
            seen.sort(key=lambda s: (self.rank(s), not s.phrase, -s.p))
        return seen

    def rank(self, sighting: Sighting) -> int:
        """How urgent it is: 0 for threats, then as `meanings` in `behaviour.yaml` are ordered."""
        return self._order[sighting.meaning]
