"""A stand-in for the model that answers at once: for whoever writes a client, and for tests of the wire alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.perception import EncodedFrame, Frame, Query, Seen
from engine.perception.pictures import decode
from npc import Detection, Percept, Target


class EchoPerceiver:
    """Takes every utterance for a greeting by the thing that is the brighter the further right it stands."""

    provider = "echo"
    frames_at_once = 1

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

    def perceive_with_heat(self, frame: EncodedFrame | None, queries: Sequence[Query]) -> list[Seen]:
        return [self._see(frame, query) for query in queries]

    def sentences(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Everything is as unlike as can be: it takes no words for a question."""
        return np.zeros((len(texts), 1), np.float32)

    def _see(self, frame: EncodedFrame | None, query: Query) -> Seen:
        said = bool(query.text.strip())
        shade = float(frame.grid[0, 0]) / 255 if frame is not None else 0.0
        percept = Percept(
            query.time,
            {"greet": 1.0} if said else {"none": 1.0},
            {"neutral": 1.0},
            {"greet": 1.0} if said else {"idle": 1.0},
            {"happy": 1.0} if said else {"neutral": 1.0},
            Target(shade, 0.5, 0.9) if said and frame is not None else None,
            tuple(Detection(phrase, 0.1, 0.5, 0.5) for phrase in query.watch),
            query.text,
            query.speaker,
            query.state,
            frame is not None,
            query.source,
        )
        return Seen(percept, np.full((28, 48), shade, np.float32) if said and frame is not None else None)
