"""Which recorded frames are learnt from, which check it, and the crops of each: few frames must show many places and sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import astuple, dataclass, replace

import numpy as np

from engine.formats.boxes import Xywh
from engine.formats.recording import Row
from engine.lab.data.chance import Rng
from engine.lab.data.concepts import stable_share
from engine.lab.data.things import Entity, Scene

HELD_OUT = 0.2  # of the frames
SIDES = (0.6, 0.95)  # of the frame that a crop keeps
MIRRORED = 0.5
VISIBLE = 0.6  # of a thing from which it is still in view
HIDDEN = 0.1  # below which it is not; in between nobody knows


def crops(scene: Scene, names: Sequence[str], count: int, rng: Rng) -> list[Scene]:
    """The scene as it is, and `count - 1` parts of it, perhaps mirrored; of `names`, those that none of it bears are absent."""
    whole = replace(scene, absent=_absent(names, scene.entities))
    return [whole, *(_crop(scene, names, rng) for _ in range(count - 1))]


def _crop(scene: Scene, names: Sequence[str], rng: Rng) -> Scene:
    height, width = scene.frame.shape[:2]
    side = rng.uniform(*SIDES)
    w, h = round(width * side), round(height * side)
    x, y = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
    seen = [(entity, cut) for entity in scene.entities if (cut := _cut(entity.box, (x, y, w, h))) is not None]
    shown = [replace(entity, box=box) for entity, (box, share) in seen if share >= VISIBLE]
    perhaps = [entity for entity, (_, share) in seen if share >= HIDDEN]
    part = Scene(scene.frame[y : y + h, x : x + w], (0, 0, w, h), shown, _absent(names, perhaps))
    return _mirrored(part) if rng.random() < MIRRORED else part


def _cut(box: Xywh, window: Xywh) -> tuple[Xywh, float] | None:
    """The box inside the window, and how much of it that is; None where nothing is."""
    left, top = max(box[0], window[0]), max(box[1], window[1])
    right, bottom = min(box[0] + box[2], window[0] + window[2]), min(box[1] + box[3], window[1] + window[3])
    if right <= left or bottom <= top:
        return None
    share = (right - left) * (bottom - top) / (box[2] * box[3])
    return (left - window[0], top - window[1], right - left, bottom - top), share


def _mirrored(scene: Scene) -> Scene:
    width = scene.frame.shape[1]
    entities = [replace(e, box=(width - e.box[0] - e.box[2], *e.box[1:])) for e in scene.entities]
    return replace(scene, frame=np.ascontiguousarray(scene.frame[:, ::-1]), entities=entities)


def _absent(names: Sequence[str], entities: Sequence[Entity]) -> tuple[str, ...]:
    return tuple(name for name in names if not any(e.is_called(name) for e in entities))


@dataclass(frozen=True)
class Amounts:
    """How much is learnt from: recorded frames, crops of each, frames to check by, drawn scenes of the replay."""

    learn: int
    crops: int
    check: int
    replay: int

    def scenes(self) -> int:
        """All whose features are computed."""
        return self.learn * self.crops + self.check + self.replay

    def within(self, most: int) -> Amounts:
        """These amounts, or less, for `most` scenes: first fewer crops, then less of everything, down to `FEWEST`."""
        for crops in range(self.crops, 0, -1):
            fewer = replace(self, crops=crops)
            if fewer.scenes() <= most:
                return fewer
        share = most / fewer.scenes()
        return Amounts(
            *(max(min(least, whole), int(share * whole)) for whole, least in zip(astuple(fewer), astuple(FEWEST), strict=True))
        )

    def less_than(self, whole: Amounts) -> Iterator[str]:
        """What is left out of the whole, in a sentence."""
        if self != whole:
            yield (
                f"To save time {self.learn} of {whole.learn} frames were learnt from, {self.crops} of {whole.crops} crops of "
                f"each, and {self.replay} of {whole.replay} drawn scenes repeated."
            )


FEWEST = Amounts(learn=12, crops=1, check=4, replay=48)


@dataclass(frozen=True)
class Split:
    learn: list[Row]
    check: list[Row]


def split_by_episode(
    rows: Sequence[Row], share: float = HELD_OUT, learnt: Set[str] = frozenset(), checked: Set[str] = frozenset()
) -> Split:
    """Hold out whole episodes until they have `share` of the frames; at least one, and never the largest.

    The same episodes are chosen in every run, and in no order in which a game would have recorded them. Of episodes that were
    composed it is known whether they are `learnt` from or `checked` by; the others are split beside them.
    """
    if learnt or checked:
        others = split_by_episode([row for row in rows if row.episode not in learnt | checked], share)
        return Split(
            [row for row in rows if row.episode in learnt] + others.learn,
            [row for row in rows if row.episode in checked] + others.check,
        )
    sizes = Counter(row.episode for row in rows)
    episodes = sorted(sizes, key=lambda episode: (stable_share(episode), episode))
    largest = max(reversed(episodes), key=sizes.__getitem__, default=None)
    held_out: set[str] = set()
    for episode in episodes:
        if episode == largest:
            continue
        if held_out and sum(row.episode in held_out for row in rows) >= share * len(rows):
            break
        held_out.add(episode)
    return Split([r for r in rows if r.episode not in held_out], [r for r in rows if r.episode in held_out])


def choose_frames(rows: Sequence[Row], count: int | None) -> list[Row]:
    """`count` of the frames, from as many episodes as there are: the first of each, then further ones in turn."""
    if count is None or count >= len(rows):
        return list(rows)
    turns: dict[str, int] = {}
    ranked = []
    for i, row in enumerate(rows):
        turns[row.episode] = turns.get(row.episode, 0) + 1
        ranked.append((turns[row.episode], stable_share(row.episode), i))
    return [rows[i] for _, _, i in sorted(sorted(ranked)[:count], key=lambda r: r[2])]
