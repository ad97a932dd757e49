"""Runtime perception: bundle, frames, words, percepts. ONNX Runtime and numpy only."""

from engine.formats.bundle import Bundle, default_bundle
from engine.formats.frame import Frame
from engine.perception.perceiver import EncodedFrame, Perceiver, Query, Seen

__all__ = ["Bundle", "EncodedFrame", "Frame", "Perceiver", "Query", "Seen", "default_bundle"]
