"""Frames and words to sights. ONNX Runtime and numpy only."""

from engine.formats.bundle import Bundle, default_bundle
from engine.formats.frame import Frame
from engine.perception.perceiver import Perceiver
from engine.perception.types import EncodedFrame, Query, Sight

__all__ = ["Bundle", "EncodedFrame", "Frame", "Perceiver", "Query", "Sight", "default_bundle"]
