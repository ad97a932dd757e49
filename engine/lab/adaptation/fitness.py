"""Can anything be learnt from this recording, and could it be checked? If not, why not."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from engine.errors import Fault
from engine.formats.recording import RecordedEntity, Recording, Row
from engine.lab.data.things import split_colour

EPISODES, FRAMES = 3, 12  # at least, with things in them
SAME_BOX = 0.9  # overlap from which two boxes are one
WHOLE_FRAME = 0.9  # share of the frame from which a box says nothing about a place
SHOWN = 3  # reasons that are told; the rest is counted


def refuse_unfit(recording: Recording) -> None:
    """Raise `Fault` `recording_unfit` with the reasons for which nothing could be learnt from the recording."""
    reasons = [reason for check in CHECKS for reason in check(recording)]
    if reasons:
        more = f" (and {len(reasons) - SHOWN} more)" if len(reasons) > SHOWN else ""
        raise Fault(
            "recording_unfit",
            f"{recording.folder} cannot be learnt from: {'; '.join(reasons[:SHOWN])}{more}.",
            "Record more, or mend labels.jsonl: docs/training.md, 'A game of your own'.",
        )


def labelled(recording: Recording) -> list[Row]:
    """The frames that name at least one thing."""
    return [row for row in recording.rows if row.entities]


def _too_small(recording: Recording) -> Iterator[str]:
    rows = labelled(recording)
    episodes = {row.episode for row in rows}
    if len(episodes) < EPISODES:
        yield (
            f"things are named in {_count(len(episodes), 'episode')} only, {EPISODES} are needed, "
            "because what is learnt is checked on episodes of its own"
        )
    if len(rows) < FRAMES:
        yield f"only {_count(len(rows), 'frame')} name anything, {FRAMES} are needed"


def _one_sided(recording: Recording) -> Iterator[str]:
    rows = labelled(recording)
    seen = Counter(name for row in rows for name in {e.name.lower() for e in row.entities})
    if len(seen) == 1:
        yield f"everything is called '{next(iter(seen))}', so that nothing can be told apart"
    elif rows and all(count == len(recording.rows) for count in seen.values()):
        yield "every frame shows the same names, so that nothing tells what it looks like when a thing is absent"


def _repeated_pictures(recording: Recording) -> Iterator[str]:
    rows, pictures = labelled(recording), dict[bytes, Row]()
    contrary = []
    for row in rows:
        digest = hashlib.sha256(recording.content(row)).digest()
        first = pictures.setdefault(digest, row)
        if _named(first) != _named(row):
            contrary.append((first.frame, row.frame))
    if contrary:
        also = f" ({len(contrary)} such pairs)" if len(contrary) > 1 else ""
        yield f"{contrary[0][0]} and {contrary[0][1]} are the same picture with different things in it{also}"
    elif len(pictures) < len(rows) / 2:
        yield f"only {len(pictures)} of {len(rows)} pictures differ"


def _conflicting_names(recording: Recording) -> Iterator[str]:
    """Two names for one box are fine where they always go together ("bram", "guard") or one holds the other ("person")."""
    together: Counter[tuple[str, str]] = Counter()
    boxes: Counter[str] = Counter()
    for row in recording.rows:
        boxes.update(e.name.lower() for e in row.entities)
        together.update(_shared_boxes(row.entities))
    for (a, b), count in sorted(together.items()):
        colours = {split_colour(a)[0], split_colour(b)[0]} - {None}
        if len(colours) == 2 or count < min(boxes[a], boxes[b]) / 2:
            yield f"'{a}' and '{b}' name the same box in {_count(count, 'case')} but are not the same thing elsewhere"


def _useless_boxes(recording: Recording) -> Iterator[str]:
    rows = labelled(recording)
    entities = [(row, e) for row in rows for e in row.entities]
    areas = {row.frame: _area(recording, row) for row in rows}
    large = sum(e.box[2] * e.box[3] > WHOLE_FRAME * areas[row.frame] for row, e in entities)
    if large > len(entities) / 2:
        yield f"{large} of {len(entities)} boxes are the whole frame"


CHECKS: Sequence[Callable[[Recording], Iterator[str]]] = (
    _too_small, _one_sided, _repeated_pictures, _conflicting_names, _useless_boxes
)  # fmt: skip


def _area(recording: Recording, row: Row) -> int:
    height, width = recording.frame(row).shape[:2]
    return int(height * width)


def _named(row: Row) -> set[tuple[str, tuple[int, ...]]]:
    """Names and boxes in whole pixels: things may tremble by less than the picture shows."""
    return {(e.name.lower(), tuple(map(round, e.box))) for e in row.entities}


def _shared_boxes(entities: Sequence[RecordedEntity]) -> Iterator[tuple[str, str]]:
    """Pairs of different names, in alphabetical order, whose boxes are one: each such box counts."""
    for a, b in combinations(entities, 2):
        first, second = sorted((a.name.lower(), b.name.lower()))
        if first != second and _overlap(a.box, b.box) > SAME_BOX:
            yield first, second


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Intersection over union."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(width, 0.0) * max(height, 0.0)
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
