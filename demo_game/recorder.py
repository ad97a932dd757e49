"""Records the game with labels that it gives itself, in the engine's recording format."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pygame
from rich.progress import track

from demo_game.art import Painter
from demo_game.capture import FRAME_SIZE, capture, frame_box
from demo_game.world import HEIGHT, WIDTH, World
from engine.data.recording import RecordingWriter

EPISODE = 25  # frames


def record(folder: Path, frames: int, seed: int = 0) -> None:
    """Write `frames` frames of randomised situations: people and things anywhere, wolf and fire now and then."""
    screen, painter = pygame.Surface((WIDTH, HEIGHT)), Painter()
    with RecordingWriter(folder, {"game": "village", "licence": "Apache-2.0"}) as writer:
        for i in track(range(frames), "recording"):
            episode, step = divmod(i, EPISODE)
            rng = random.Random(seed * 100_003 + i)
            world = _situation(rng, random.Random(seed * 7 + episode).random())
            painter.paint(world, screen, night=rng.choice((0.0, 0.0, 0.0, 0.2, 0.45)))
            pixels = np.frombuffer(capture(screen), np.uint8).reshape(FRAME_SIZE[1], FRAME_SIZE[0], 3)
            writer.write(pixels, episode=f"s{seed}-e{episode}", t=step / 2, entities=_entities(world))


def _situation(rng: random.Random, mess: float) -> World:
    """A world in some state; `mess` 0..1 says how far things are from their places."""
    world = World(rng.randrange(1 << 30), events=False)
    world.time = rng.random() * 100
    for actor in (world.player, *world.npcs):
        if rng.random() < 0.8:
            actor.x, actor.y = rng.uniform(30, WIDTH - 30), rng.uniform(190, HEIGHT - 10)
        actor.facing, actor.moving = rng.choice((-1.0, 1.0)), rng.random() < 0.4
    for thing in world.things:
        if "item" in thing.tags or thing.name == "campfire":
            if rng.random() < mess:
                thing.x, thing.y = rng.uniform(50, WIDTH - 50), rng.uniform(200, HEIGHT - 20)
            if rng.random() < 0.22:
                thing.taken_until = 1e9
    if rng.random() < 0.3:
        world.call_wolf()
        world.wolf.x, world.wolf.y = rng.uniform(50, WIDTH - 50), rng.uniform(210, HEIGHT - 20)  # type: ignore[union-attr]
        world.wolf.facing = rng.choice((-1.0, 1.0))  # type: ignore[union-attr]
    if rng.random() < 0.2:
        world.light_fire()
        if rng.random() < 0.5:
            world.fire.x, world.fire.y = rng.uniform(60, WIDTH - 60), rng.uniform(230, HEIGHT - 20)  # type: ignore[union-attr]
    return world


def _entities(world: World) -> list[dict[str, object]]:
    rows = []
    for name, box, tags in world.entities():
        cut = frame_box(box)
        if cut is not None:
            rows.append({"name": name, "box": cut, "tags": list(tags)})
    return rows
