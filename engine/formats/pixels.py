"""Forms of pixels, written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit."""

from __future__ import annotations

CHANNELS = {"rgb": 3, "rgba": 4, "bgra": 4}  # bytes a pixel of raw frames
ENCODED = ("jpeg", "png", "webp")
