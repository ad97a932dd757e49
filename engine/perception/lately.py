"""Frames that were encoded lately: one that has not changed is not encoded again."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from engine.perception.pictures import Letterbox
from engine.perception.types import EncodedFrame

_KEPT = 8  # frames, of so many games or cameras; some 5 MB


class Lately:
    """The last frames by what the model gets to see of them, to the last bit: nothing is ever taken for something else."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._frames: deque[tuple[bytes, EncodedFrame]] = deque(maxlen=kept)

    def find(self, fit: Letterbox) -> EncodedFrame | None:
        """The encoded frame that a picture would become, where it is known."""
        picture = fit.picture.tobytes()
        for pixels, encoded in self._frames:
            # Bars are black, and so may pictures be: which of it is picture counts, too.
            if encoded.fit is not None and fit.box == encoded.fit.box and picture == pixels:
                return replace(encoded, fit=fit)
        return None

    def keep(self, encoded: EncodedFrame) -> None:
        """Remember a frame; the oldest goes."""
        if encoded.fit is not None:
            kept = replace(encoded, fit=replace(encoded.fit, whole=None))
            self._frames.appendleft((encoded.fit.picture.tobytes(), kept))
