"""Steadiness: what single frames say, weighed over time, so that neither sights nor labels flicker.

A model is asked anew for every frame, and near its thresholds it wavers. What counts here is an average over the last
frames, and what holds is given up later than it was taken up. Age comes from the frames' times: a game may show thirty
frames a second or two, and drop some. Words are never averaged: each utterance stands for itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from npc.types import STEADY, Target

# A new frame counts for half at most, however old the last one is: a single bad frame changes nothing.
MOST = 0.5
WATCH = "watch"

Share = Annotated[float, Field(ge=0, le=1)]


class FilterCfg(BaseModel):
    """What a card or `behaviour.yaml` says of a filter; the entries are explained there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_life: Annotated[float, Field(ge=0, le=60)] | None = None
    forget: Annotated[float, Field(gt=0)] | None = None
    seen: Share | None = None
    lost: Share | None = None
    jump: Annotated[float, Field(ge=0)] | None = None
    hold: Annotated[float, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _loses_later_than_it_sees(self) -> FilterCfg:
        if self.seen is not None and self.lost is not None and self.lost > self.seen:
            raise ValueError(f"`lost` {self.lost:g} is above `seen` {self.seen:g}; what is seen would be lost at once")
        return self


@dataclass(frozen=True, slots=True)
class Filter:
    """How one thing is followed over frames. The defaults are `off`: each frame stands for itself."""

    half_life: float = 0.0
    forget: float = 2.0
    seen: float = 0.5
    lost: float = 0.5
    jump: float = 0.0
    hold: float = 1.0

    def changed(self, cfg: FilterCfg | None) -> Filter:
        """This filter with the entries of `cfg`."""
        if cfg is None:
            return self
        entries = asdict(self) | cfg.model_dump(exclude_none=True)
        return Filter(**{**entries, "lost": min(entries["lost"], entries["seen"])})

    def weight(self, elapsed: float | None) -> float:
        """The share of a new frame in the average; `elapsed`: seconds since the last one, None: there was none."""
        if self.half_life == 0.0:
            return 1.0
        if elapsed is None:
            return MOST
        return min(MOST, 1.0 - math.exp2(-elapsed / self.half_life))

    def elapsed(self, since: float | None, now: float) -> float | None:
        """Seconds since the last frame; None where there was none, or so long ago that it counts no more."""
        return None if since is None or now - since > self.forget else max(0.0, now - since)


def _off(value: Any) -> Any:
    return asdict(Filter()) if value in (False, "off") else value  # YAML reads `off` as false


def _all_off(value: Any) -> Any:
    return dict.fromkeys((WATCH, *STEADY), "off") if value in (False, "off") else value


_Off: TypeAlias = Literal["off", False]
Entry = Annotated[FilterCfg, BeforeValidator(_off, json_schema_input_type=FilterCfg | _Off)]
Steadiness = Annotated[dict[str, Entry], BeforeValidator(_all_off, json_schema_input_type=dict[str, Entry] | _Off)]


class Filters:
    """The filter of each head and phrase: what `common` says of it, changed by what a card says.

    `watch` is about all phrases, `action` and `emotion` about a head, any other name about that phrase.
    """

    def __init__(self, common: Mapping[str, FilterCfg], own: Mapping[str, FilterCfg]) -> None:
        self._common, self._own = common, own
        self._heads: dict[str, Filter] = {}

    def head(self, name: str) -> Filter:
        """Of a head, by its name."""
        known = self._heads.get(name)
        if known is None:
            known = self._heads[name] = Filter().changed(self._common.get(name)).changed(self._own.get(name))
        return known

    def phrase(self, phrase: str) -> Filter:
        """Of a phrase of the watch list."""
        every = self.head(WATCH)
        return every if phrase in (WATCH, *STEADY) else every.changed(self._common.get(phrase)).changed(self._own.get(phrase))


@dataclass(slots=True)
class Evidence:
    """Whether one thing is in view, and where, over the frames so far.

    It starts out unseen, and so it does again where no frame came for `forget` seconds.
    """

    filter: Filter
    p: float = 0.0
    in_view: bool = False
    place: Target | None = None
    seen_at: float = 0.0
    _time: float | None = None
    _elsewhere: Target | None = None

    def update(self, p: float, place: Target | None, time: float) -> None:
        """Take in one frame: `p` in 0..1, and where on it."""
        steady = self.filter
        elapsed = steady.elapsed(self._time, time)
        if elapsed is None:
            self.p, self.in_view = 0.0, False
        self._time, weight, was = time, steady.weight(elapsed), self.in_view
        self.p += weight * (p - self.p)
        self.in_view = seen = self.p >= (steady.lost if was else steady.seen)
        if not seen:
            self.place = place
        elif p >= steady.lost:
            self.place = self._followed(place, weight) if was else place
            self.seen_at = time

    def _followed(self, peak: Target | None, weight: float) -> Target | None:
        """The place, moved towards the peak; a far peak is believed once the next frame has it there too."""
        place, away, self._elsewhere = self.place, self._elsewhere, None
        if peak is None or place is None or weight == 1.0:
            return peak
        if self._near(peak, place):
            return Target(place.x + weight * (peak.x - place.x), place.y + weight * (peak.y - place.y), peak.p)
        if away is not None and self._near(peak, away):
            return peak
        self._elsewhere = peak
        return place

    def _near(self, a: Target, b: Target) -> bool:
        return math.hypot(a.x - b.x, a.y - b.y) <= self.filter.jump


@dataclass(slots=True)
class SteadyHead:
    """The probabilities of one head over wordless frames; the likeliest label is given up reluctantly.

    It gets `hold` times its odds, so another one takes its place only where it is clearly likelier.
    """

    filter: Filter
    _average: dict[str, float] = field(default_factory=dict)
    _held: str = ""
    _time: float | None = None

    def update(self, probabilities: Mapping[str, float], time: float) -> Mapping[str, float]:
        """Take in one frame; the probabilities to go by."""
        elapsed = self.filter.elapsed(self._time, time)
        self._time, weight = time, self.filter.weight(elapsed)
        if elapsed is None or weight == 1.0 or self._average.keys() != probabilities.keys():
            self._average, self._held = dict(probabilities), ""
        else:
            self._average = {label: old + weight * (probabilities[label] - old) for label, old in self._average.items()}
        steady = self._reluctant()
        self._held = max(steady, key=steady.__getitem__, default="")
        return steady

    def _reluctant(self) -> dict[str, float]:
        p = self._average.get(self._held, 0.0)
        scale = 1.0 + (self.filter.hold - 1.0) * p
        raised = {label: share / scale for label, share in self._average.items()}
        if self._held:
            raised[self._held] *= self.filter.hold
        return raised
