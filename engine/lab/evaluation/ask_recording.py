"""Runs a bundle over a recording, exactly as a game would: frames through the `Perceiver`, names as watch phrases.

Every name that occurs in the recording is asked of every frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.formats.recording import Recording, Row
from engine.lab.data.concepts import stable_share
from engine.lab.data.things import entity_of
from engine.perception import EncodedFrame, Frame, Perceiver, Query, Sight
from engine.perception.looks import Appearances
from npc.language.kinds import siblings

Area = tuple[float, float, float, float]  # x, y, width, height in pixels of the frame
ABSENT, ALIKE = 24, 12  # phrases a frame, at most, that name nothing in it; of these, look-alikes


@dataclass(frozen=True)
class PresenceQuestion:
    """Is a thing called `phrase` in the frame of `row`, and where?

    `boxes` are x, y, width, height in pixels of all that is called so; none where nothing is. `alike`: nothing is, but
    something is that may be taken for it (a green potion where a red one stands, a wolf where a bear does).
    """

    row: Row
    phrase: str
    boxes: tuple[Area, ...]
    alike: bool = False


def vocabulary(recording: Recording) -> list[str]:
    """All names of the recording, as they are written there, in lower case."""
    return sorted({entity.name.lower() for row in recording.rows for entity in row.entities})


def questions_about(row: Row, names: Sequence[str], absent: int = ABSENT) -> list[PresenceQuestion]:
    """One question for each name in view, and for up to `absent` of the other names.

    A "red ball" is a ball, too: where one is in view, "ball" is not absent. Which of the other names are asked
    depends on the frame alone, so that two bundles are asked the same: look-alikes of what is in view first.
    """
    boxes: dict[str, list[Area]] = {}
    for entity in row.entities:
        for name in entity_of(entity).names:
            boxes.setdefault(name, []).append(entity.box)
    others = [name for name in names if name not in boxes]
    others = sorted(others, key=lambda name: stable_share(f"{row.frame}/{name}"))
    alike = {name for name in others if any(siblings(name, there) for there in boxes)}
    chosen = [*[name for name in others if name in alike][:ALIKE], *[name for name in others if name not in alike]][:absent]
    return [
        PresenceQuestion(row, name, tuple(boxes.get(name, ())), name in alike)
        for name in names
        if name in boxes or name in chosen
    ]


def holds(boxes: Sequence[Area], x: float, y: float) -> bool:
    """Whether one of the boxes holds the point (pixels)."""
    return any(left <= x <= left + width and top <= y <= top + height for left, top, width, height in boxes)


def covered_share(boxes: Sequence[Area], width: int, height: int) -> float:
    """The share of a frame that the boxes cover together: how often a random point hits."""
    mask = np.zeros((height, width), bool)
    for x, y, w, h in boxes:
        mask[max(round(y), 0) : round(y + h), max(round(x), 0) : round(x + w)] = True
    return float(mask.mean())


@dataclass(frozen=True)
class Pointed:
    """What the model said to a question.

    Attributes:
        p: calibrated probability that the thing is in view.
        x, y: where it is, if it is; pixels of the frame.
        chance: how often a random point would hit.
        size: width, height of the frame in pixels.
    """

    question: PresenceQuestion
    p: float
    x: float
    y: float
    chance: float
    size: tuple[int, int]

    @property
    def there(self) -> bool:
        return bool(self.question.boxes)

    @property
    def hit(self) -> bool:
        """The point lies on a thing of that name."""
        return holds(self.question.boxes, self.x, self.y)

    @property
    def centre_hit(self) -> bool:
        """The centre of the frame would have hit."""
        return holds(self.question.boxes, self.size[0] / 2, self.size[1] / 2)


@dataclass(frozen=True)
class SpokenAnswer:
    """What the model made of words whose target is known (`there` False: they mean nothing in view)."""

    row: Row
    there: bool
    hit: bool  # the peak of the words' heat map lies on the target
    given: bool  # the percept has a target: presence above the bundle's threshold


@dataclass(frozen=True)
class RecordingAnswers:
    watch: list[Pointed]
    spoken: list[SpokenAnswer]


def ask_recording(
    perceiver: Perceiver,
    recording: Recording,
    rows: Sequence[Row],
    names: Sequence[str],
    on_frame: Callable[[], None],
    looks: Mapping[str, Appearances] | None = None,
    called: Mapping[str, str] | None = None,
) -> RecordingAnswers:
    """Ask every frame for the names (see `questions_about`) and for the target of its words.

    Args:
        rows: the frames to ask; a part of `recording.rows`.
        names: the vocabulary, usually that of the whole recording.
        on_frame: called after each frame, for a progress bar.
        looks: what names look like, where they are to be found by that as well.
        called: what is asked in the place of a name, where the name itself is to say nothing.
    """
    others = called or {}
    shown = {others.get(name, name): seen for name, seen in (looks or {}).items()}
    watch: list[Pointed] = []
    spoken: list[SpokenAnswer] = []
    for row in rows:
        pixels = recording.frame(row)
        encoded = perceiver.encode_frame(Frame.from_array(pixels))
        questions = questions_about(row, names) if row.entities_known else []
        text = (row.text or "") if row.target_known else ""
        phrases = tuple(others.get(q.phrase, q.phrase) for q in questions)
        sight = perceiver.see(encoded, [Query(text=text, watch=phrases, looks=shown)])[0]
        size = pixels.shape[1], pixels.shape[0]
        watch += _watch_answers(questions, phrases, sight, size)
        if text.strip() and sight.heat is not None:
            spoken.append(_spoken_answer(row, sight, encoded, size))
        on_frame()
    return RecordingAnswers(watch, spoken)


def _watch_answers(
    questions: Sequence[PresenceQuestion], phrases: Sequence[str], sight: Sight, size: tuple[int, int]
) -> list[Pointed]:
    found = {d.phrase: d for d in sight.watch}
    asked = [(q, found[phrase]) for q, phrase in zip(questions, phrases, strict=True)]
    return [Pointed(q, d.p, d.x * size[0], d.y * size[1], covered_share(q.boxes, *size), size) for q, d in asked]


def _spoken_answer(row: Row, sight: Sight, encoded: EncodedFrame, size: tuple[int, int]) -> SpokenAnswer:
    boxes = [row.entities[row.target].box] if row.target is not None else []
    x, y = _peak(sight, encoded)
    return SpokenAnswer(row, bool(boxes), holds(boxes, x * size[0], y * size[1]), sight.target is not None)


def _peak(sight: Sight, encoded: EncodedFrame) -> tuple[float, float]:
    """The target's place, or where it would be if the model were surer: centre of the hottest cell."""
    if sight.target is not None:
        return sight.target.x, sight.target.y
    assert sight.heat is not None
    assert encoded.fit is not None
    rows, columns = sight.heat.shape
    row, column = np.unravel_index(int(sight.heat.argmax()), sight.heat.shape)
    height, width = encoded.fit.picture.shape[:2]
    return encoded.fit.to_frame((int(column) + 0.5) * width / columns, (int(row) + 0.5) * height / rows)
