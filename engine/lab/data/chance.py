"""Chance, always from a generator that the caller seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Rng = np.random.Generator
_T = TypeVar("_T")


def pick(things: Sequence[_T], rng: Rng) -> _T:
    """One of the things, all equally likely."""
    return things[int(rng.integers(len(things)))]
