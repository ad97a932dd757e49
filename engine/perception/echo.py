"""A stand-in for the model that answers at once: for whoever writes a client, and for tests of the wire alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.formats.frame import Frame
from engine.formats.labels import load_labels
from engine.formats.pictures import Pixels
from engine.perception.looks import Appearance
from engine.perception.pictures import decode
from engine.perception.types import EncodedFrame, Query, Sight
from npc.types import Detection, Target


class EchoPerceiver:
    """Takes every utterance for a greeting by the thing that is the brighter the further right it stands."""

    provider = "echo"
    frames_at_once = 1
    text_encoder = ""
    taught: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.labels = load_labels()

    def encode(self, frame: Frame | EncodedFrame | None, queries: Sequence[Query]) -> EncodedFrame | None:
        """Checks a frame as the model does; all that counts is the brightness of its first pixel."""
        if not isinstance(frame, Frame):
            return frame
        shade = decode(frame)[:1, :1, 0].astype(np.float32)
        return EncodedFrame(shade, shade, shade, None)

    def encode_frames(self, frames: Sequence[Frame], texts: Sequence[str]) -> list[EncodedFrame | Fault]:
        return [self._encode_or_fault(frame) for frame in frames]

    def _encode_or_fault(self, frame: Frame) -> EncodedFrame | Fault:
        try:
            shade = decode(frame)[:1, :1, 0].astype(np.float32)
        except Fault as error:
            return error
        return EncodedFrame(shade, shade, shade, None)

    def see(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Sight]:
        return [self._sight(frame, query) for query in queries]

    def sentences(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Everything is as unlike as can be: it takes no words for a question."""
        return np.zeros((len(texts), 1), np.float32)

    def meanings(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.zeros((len(texts), 2), np.float32)

    def known(self, texts: Collection[str], budget: int) -> frozenset[str]:
        return frozenset(texts)

    def appearance(self, picture: Pixels) -> Appearance:
        return np.zeros(1, np.float32)

    def _sight(self, frame: EncodedFrame | None, query: Query) -> Sight:
        said = bool(query.text.strip())
        shade = float(np.asarray(frame.grid)[0, 0]) / 255 if frame is not None else 0.0
        heads = {"intent": "greet", "tone": "neutral", "action": "greet", "emotion": "happy"}
        silent = {"intent": "none", "tone": "neutral", "action": "idle", "emotion": "neutral"}
        pointed = said and frame is not None
        return Sight(
            {head: {label: 1.0} for head, label in (heads if said else silent).items()},
            Target(shade, 0.5, 0.9) if pointed else None,
            tuple(Detection(phrase, 0.1, 0.5, 0.5) for phrase in query.watch),
            np.full((28, 48), shade, np.float32) if pointed else None,
            frame is not None,
            query.text,
        )
