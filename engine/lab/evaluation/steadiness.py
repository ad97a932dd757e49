"""How much the labels and the watch list of a bundle flicker over a recording, raw and steadied (`npc.steadiness`)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from engine.formats.recording import Recording, Row
from engine.lab.data.things import entity_of
from engine.perception import Frame, Perceiver, Query
from npc import Percept
from npc.behaviour import load_behaviour
from npc.lookout import Lookout
from npc.steadiness import FilterCfg
from npc.types import STEADY


@dataclass
class Track:
    """What one head or phrase said, frame by frame, in one episode: `truth` is empty where the recording tells none."""

    raw: list[Hashable] = field(default_factory=list)
    steady: list[Hashable] = field(default_factory=list)
    truth: list[Hashable] = field(default_factory=list)


@dataclass(frozen=True)
class Flicker:
    """Figures of one head or phrase over all episodes.

    Attributes:
        raw, steady, truth: changes a second; `truth` is how often it really changed, None where nobody knows.
        delay, longest: frames by which a change comes later through the filter, on average and at most; None where it
            lets none through. Of a phrase only its coming into view counts.
        raw_right, steady_right: the share of frames in which it was right.
    """

    raw: float
    steady: float
    truth: float | None
    delay: float | None
    longest: int | None
    raw_right: float | None
    steady_right: float | None


def measure_flicker(
    recording: Recording, perceiver: Perceiver, phrases: Sequence[str], steadiness: Mapping[str, FilterCfg]
) -> dict[str, Flicker]:
    """Play the episodes through a bundle, in the order of time; figures by head and phrase.

    Args:
        steadiness: what a card would change of the filters in `behaviour.yaml`.
    """
    tracks: dict[str, list[Track]] = {name: [] for name in (*STEADY, *(f"watch: {p}" for p in phrases))}
    seconds = 0.0
    for rows in episodes(recording):
        seconds += rows[-1].t - rows[0].t
        percepts = [_percept(recording, row, perceiver, phrases) for row in rows]
        threshold = perceiver.bundle.manifest.thresholds.watch
        for name, track in tracks_of(rows, percepts, threshold, steadiness).items():
            tracks[name].append(track)
    return {name: flicker(found, seconds) for name, found in tracks.items()}


def episodes(recording: Recording) -> Iterator[list[Row]]:
    """The rows of each episode in the order of time; an episode of one frame has no track."""
    for episode in recording.episodes:
        rows = sorted((row for row in recording.rows if row.episode == episode), key=lambda row: row.t)
        if len(rows) > 1:
            yield rows


def _percept(recording: Recording, row: Row, perceiver: Perceiver, phrases: Sequence[str]) -> Percept:
    frame = perceiver.encode_frame(Frame.from_array(recording.frame(row)))
    return perceiver.see(frame, [Query(watch=tuple(phrases))])[0].percept(row.t)


def tracks_of(
    rows: Sequence[Row], percepts: Sequence[Percept], threshold: float, steadiness: Mapping[str, FilterCfg]
) -> dict[str, Track]:
    """What was said of each frame of one episode. Without the filter a phrase is in view from `threshold` on."""
    lookout = Lookout({}, load_behaviour(), steadiness)
    tracks = {name: Track() for name in (*STEADY, *(f"watch: {d.phrase}" for d in percepts[0].watch))}
    for row, percept in zip(rows, percepts, strict=True):
        steady = lookout.look(percept)
        for head in STEADY:
            _add(tracks[head], _best(getattr(percept, head)), _best(getattr(steady, head)), _true_label(row, head))
        names = {name for entity in row.entities for name in entity_of(entity).names}
        for d in percept.watch:
            there = d.phrase.lower() in names if "entities" in row.model_fields_set else None
            _add(tracks[f"watch: {d.phrase}"], d.p >= threshold, lookout.sees(d.phrase), there)
    return tracks


def _add(track: Track, raw: Hashable, steady: Hashable, truth: Hashable) -> None:
    track.raw.append(raw)
    track.steady.append(steady)
    if truth is not None:
        track.truth.append(truth)


def _true_label(row: Row, head: str) -> str | None:
    """The label of a frame in which nothing was said: with words, the recorded one is about them."""
    label: str | None = getattr(row, head)
    return None if row.text else label


def _best(probabilities: Mapping[str, float]) -> str:
    return max(probabilities, key=probabilities.__getitem__)


def flicker(tracks: Sequence[Track], seconds: float) -> Flicker:
    """The figures of one head or phrase from its track in each episode; `seconds` of all of them."""
    known = [track for track in tracks if len(track.truth) == len(track.raw)]
    later = [delay for track in tracks for delay in delays(track.raw, track.steady)]
    return Flicker(
        _rate([track.raw for track in tracks], seconds),
        _rate([track.steady for track in tracks], seconds),
        _rate([track.truth for track in known], seconds) if len(known) == len(tracks) else None,
        sum(later) / len(later) if later else None,
        max(later, default=None),
        _right([(track.raw, track.truth) for track in known]),
        _right([(track.steady, track.truth) for track in known]),
    )


def _rate(tracks: Sequence[Sequence[Hashable]], seconds: float) -> float:
    return sum(a != b for track in tracks for a, b in pairwise(track)) / max(seconds, 1e-9)


def _right(tracks: Sequence[tuple[Sequence[Hashable], Sequence[Hashable]]]) -> float | None:
    pairs = [a == b for said, truth in tracks for a, b in zip(said, truth, strict=True)]
    return sum(pairs) / len(pairs) if pairs else None


def delays(raw: Sequence[Hashable], steady: Sequence[Hashable]) -> list[int]:
    """Frames from the beginning of a run of raw values to the moment at which the steady value became the same.

    A phrase that is lost from view (False) is left out: it is held on purpose.
    """
    found = []
    for now in range(1, len(steady)):
        value = steady[now]
        if value is False or value == steady[now - 1] or raw[now] != value:
            continue
        start = now
        while start > 0 and raw[start - 1] == value:
            start -= 1
        found.append(now - start)
    return found
