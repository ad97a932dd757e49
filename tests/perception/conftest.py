from __future__ import annotations

import pytest

from engine.perception import Perceiver


@pytest.fixture(scope="session")
def perceiver() -> Perceiver:
    """The shipped bundle on the CPU."""
    return Perceiver(provider="cpu", threads=2)
