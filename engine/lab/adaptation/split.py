"""Which frames are learnt from and which check it: whole episodes on either side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.formats.recording import Row
from engine.lab.data.concepts import stable_share

HELD_OUT = 0.2  # of the frames


@dataclass(frozen=True)
class Split:
    learn: list[Row]
    check: list[Row]


def split_by_episode(rows: Sequence[Row], share: float = HELD_OUT) -> Split:
    """Hold out whole episodes until they have `share` of the frames; at least one, and never the largest.

    The same episodes are chosen in every run, and in no order in which a game would have recorded them.
    """
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
