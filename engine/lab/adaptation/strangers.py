"""What stands in a composed frame without being any of the named things: a game shows much that its art folder does not name.

Without them whatever stands out of the ground is one of the names, and presence is claimed too often.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from engine.lab.data.chance import Rng, pick
from engine.lab.data.drawn import THINGS

SHUFFLED = 0.4  # share that is a named thing's own look with its parts in another order
TRIES, UNLIKE = 4, 14.0  # shuffles that are tried; mean change of a channel from which one is another thing
Rgba = npt.NDArray[np.uint8]


class Strangers:
    """Pictures of what has none of the names.

    Args:
        names: of the art's things; drawn things that share a word with any of them are left out.
    """

    def __init__(self, names: Iterable[str]) -> None:
        words = {word for name in names for word in name.lower().split()}
        self._drawn = [thing for thing in THINGS if not words & {word for name in thing.concept.names for word in name.split()}]

    def picture(self, look: Rgba, rng: Rng) -> Rgba | None:
        """One of them, uint8 [H, W, 4]; None where none was found.

        Args:
            look: of a named thing, a square; a look-alike may be made of it.
        """
        if rng.random() < SHUFFLED or not self._drawn:
            return _shuffled(look, rng)
        return pick(self._drawn, rng).sprite(rng)[0]


def _shuffled(look: Rgba, rng: Rng) -> Rgba | None:
    """A look [S, S, 4] with its quarters in another order: its colours and grain, but not its shape.

    None where that changes hardly anything: a plain tile is the same however it is cut.
    """
    half = look.shape[0] // 2
    if half < 3:
        return None
    quarters = [look[y : y + half, x : x + half] for y in (0, half) for x in (0, half)]
    whole = look[: 2 * half, : 2 * half].astype(np.int16)
    for _ in range(TRIES):
        a, b, c, d = (quarters[i] for i in rng.permutation(4).tolist())
        mixed = np.concatenate([np.concatenate([a, b], 1), np.concatenate([c, d], 1)], 0)
        if np.abs(mixed.astype(np.int16) - whole).mean() >= UNLIKE:
            return mixed
    return None
