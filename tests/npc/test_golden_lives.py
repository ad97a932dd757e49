"""Shipped characters live as they did."""

import pytest

from npc import characters
from tests.npc.golden_lives import kept, lived


@pytest.mark.parametrize("name", characters())
def test_a_shipped_character_decides_as_it_did(name):
    percepts, decisions = kept(name)
    assert len(percepts) == 200
    for tick, (now, then) in enumerate(zip(lived(name, percepts), decisions, strict=True)):
        assert now == then, f"tick {tick} of {name}"
