"""MiniGrid and BabyAI levels (Chevalier-Boisvert et al. 2019, 2023): rooms from above, coloured things, mission texts."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.lab.games.games import Game, Looks, Shot

# From one small room to a house of nine; fixed before anything was measured.
LEVELS = (
    "BabyAI-GoToLocal-v0",
    "BabyAI-PickupLoc-v0",
    "BabyAI-PutNextLocal-v0",
    "BabyAI-UnlockPickup-v0",
    "BabyAI-KeyCorridorS3R3-v0",
    "BabyAI-MiniBossLevel-v0",
    "BabyAI-GoToObjDoor-v0",
    "MiniGrid-DoorKey-8x8-v0",
    "MiniGrid-LavaGapS7-v0",
    "MiniGrid-Dynamic-Obstacles-8x8-v0",
)
WINDOW = 640  # pixels of the longer side, as the game's own window has
SHOTS, STEPS = 2, 6  # shots of an episode, and random steps between them
TAGS = {"ball": "item", "key": "item", "box": "item", "door": "place", "goal": "place", "lava": "hazard"}
INTENTS = {"GoToInstr": "go_to", "PickupInstr": "pick_up", "OpenInstr": "use"}


def shots(seed: int) -> Iterator[Shot]:
    """One episode of each level, then the next of each, and so on."""
    number = seed * 1000
    while True:
        for level in LEVELS:
            yield from _episode(level, number)
        number += 1


def _episode(level: str, seed: int) -> Iterator[Shot]:
    import gymnasium
    import minigrid  # noqa: F401  (registers the levels)

    rng = np.random.default_rng(seed)
    with contextlib.redirect_stdout(io.StringIO()):  # BabyAI prints every level that it throws away
        env = gymnasium.make(level, render_mode="rgb_array").unwrapped
        env.reset(seed=seed)
    for shot in range(SHOTS):
        yield _shot(env, f"{level}-{seed}", shot * STEPS, first=shot == 0)
        for _ in range(STEPS):
            env.step(int(rng.choice([0, 1, 2, 2])))  # left, right, forward: nothing is picked up or opened
    env.close()


def _shot(env: Any, episode: str, step: int, *, first: bool) -> Shot:
    tile = WINDOW // max(env.width, env.height)
    things = [
        (cell, (x, y))
        for y in range(env.height)
        for x in range(env.width)
        if (cell := env.grid.get(x, y)) is not None and cell.type in TAGS and (x, y) != tuple(env.agent_pos)
    ]
    entities: list[dict[str, object]] = [
        {"name": _name(cell), "box": (x * tile, y * tile, tile, tile), "tags": (TAGS[cell.type],)} for cell, (x, y) in things
    ]
    labels = _mission(env, [place for _, place in things], first)
    return Shot(env.get_frame(highlight=env.highlight, tile_size=tile), episode, float(step), entities, labels)


def _name(cell: Any) -> str:
    """As BabyAI itself calls it; the goal is what it looks like."""
    return {"goal": "green square", "lava": "lava"}.get(cell.type, f"{cell.color} {cell.type}")


def _mission(env: Any, places: list[tuple[int, int]], first: bool) -> dict[str, object]:
    """The mission as an utterance, where it means exactly one thing in view.

    "on your left" is true of the first shot alone: then the agent has moved.
    """
    instruction = getattr(env, "instrs", None)
    intent = INTENTS.get(type(instruction).__name__)
    if intent is None or instruction is None or (instruction.desc.loc and not first):
        return {}
    meant = instruction.desc.find_matching_objs(env, use_location=first)[1]
    if len(meant) != 1 or tuple(meant[0]) not in places:
        return {}
    return {"text": env.mission, "intent": intent, "target": places.index(tuple(meant[0]))}


def looks() -> Looks:
    """Every thing as the game draws it on a cell."""
    from minigrid.core.constants import COLOR_NAMES
    from minigrid.core.grid import Grid
    from minigrid.core.world_object import Ball, Box, Door, Goal, Key, Lava

    things: list[Any] = [kind(colour) for kind in (Ball, Box, Key, Door) for colour in COLOR_NAMES]
    for thing in (*things, Goal(), Lava()):
        tile = np.asarray(Grid.render_tile(thing, tile_size=64), np.uint8)
        yield _name(thing), [np.dstack([tile, np.full(tile.shape[:2], 255, np.uint8)])]


MINIGRID = Game("minigrid", "minigrid", "Apache-2.0", shots, looks)
