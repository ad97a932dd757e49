"""Probabilities of yes or no as logits, in which looks and models are averaged."""

from __future__ import annotations

import numpy as np

from engine.perception.types import Floats

_LEAST, _MOST = 1e-9, 1 - 1e-7  # of a probability, so that its logit is finite


def logit(p: Floats | np.float32) -> Floats:
    """Logits, element by element."""
    bounded = np.clip(p, _LEAST, _MOST).astype(np.float32)
    logits: Floats = np.log(bounded) - np.log1p(-bounded)
    return logits


def chance(logits: Floats) -> Floats:
    """Probabilities, element by element."""
    p: Floats = (1 / (1 + np.exp(-logits))).astype(np.float32)
    return p
