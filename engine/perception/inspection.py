"""What a designer wants to see of a percept, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.perception import EncodedFrame, Seen


def inspection(seen: Seen, encoded: EncodedFrame | None, milliseconds: float) -> dict[str, Any]:
    """The percept as the protocol's `inspect` has it: likeliest labels, watch list, heat map of the words' target."""
    percept = seen.percept
    view: dict[str, Any] = {
        "intent": likeliest(percept.intent),
        "action": likeliest(percept.action),
        "watch": [[d.phrase, d.p, d.x, d.y] for d in percept.watch],
        "heat": None,
        "inference_ms": milliseconds,
    }
    if seen.heat is not None and percept.text.strip():
        view["heat"] = [row.tobytes() for row in (seen.heat.clip(0, 1) * 255).astype(np.uint8)]
        view["heat_box"] = frame_inside(encoded)
    return view


def frame_inside(encoded: EncodedFrame | None) -> list[float]:
    """Left, top, right, bottom of the frame inside the letterboxed heat map, as fractions of the map."""
    fit = encoded.fit if encoded else None
    return list(fit.box) if fit is not None else [0.0, 0.0, 1.0, 1.0]


def likeliest(probabilities: Mapping[str, float], count: int = 3) -> list[list[object]]:
    """The likeliest labels with their probabilities."""
    return [[label, p] for label, p in sorted(probabilities.items(), key=lambda item: -item[1])[:count]]
