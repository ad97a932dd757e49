from __future__ import annotations

import random
from itertools import combinations

import pytest

from demo_game.bubbles import Bubbles
from demo_game.screen import WORLD, font, wrapped
from demo_game.world import World

LINES = ("No.", "H-hello, friend. Is anyone behind you?", "So much for that, and this, and the other. " * 9, "W" * 300)


@pytest.mark.parametrize("seed", range(12))
def test_bubbles_never_overlap_nor_leave_the_world(world: World, seed: int) -> None:
    rng, bubbles = random.Random(seed), Bubbles()
    for npc in world.npcs:
        npc.line, npc.line_until = rng.choice(LINES[:3] if seed else LINES), 99.0
        npc.x, npc.y = (rng.uniform(0, 960), rng.uniform(188, 540)) if seed % 3 else (rng.choice((22, 938)), 532)
    for _ in range(20):
        placed = bubbles.place(world.npcs, world.actors(), world.time)
        assert [npc.name for npc, rect in placed if not WORLD.contains(rect)] == []
        assert [(a.name, b.name) for (a, p), (b, q) in combinations(placed, 2) if p.colliderect(q)] == []
        assert seed == 0 or len(placed) == len(world.npcs)
        for npc in world.npcs:
            npc.x, npc.y = npc.x + rng.uniform(-12, 12), npc.y + rng.uniform(-12, 12)


def test_a_bubble_keeps_its_place_while_its_speaker_stands(world: World) -> None:
    bubbles, (mira, bram) = Bubbles(), world.npcs[:2]
    mira.line = "I was here first."
    [(_, before)] = bubbles.place([mira], world.actors(), 1.0)
    bram.line, (bram.x, bram.y) = "And I come right beside you.", (mira.x, mira.y)
    assert {npc.name: rect for npc, rect in bubbles.place([bram, mira], world.actors(), 2.0)}["Mira"] == before


def test_rows_are_as_wide_as_they_may_be_and_the_last_tells_that_there_is_more() -> None:
    rows = wrapped("one two " + "x" * 200, 20, 120, 3)
    assert len(rows) == 3
    assert all(font(20).size(row)[0] <= 120 for row in rows)
    assert rows[-1].endswith("...")
