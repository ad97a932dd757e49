"""One step of time in the village: everybody acts, the wolf prowls, the fire burns, what was taken comes back."""

from __future__ import annotations

import math
from itertools import combinations

from demo_game.figures import Actor, Point
from demo_game.verbs import VERBS, walk_to
from demo_game.village import WOLF_DEN
from demo_game.world import TOP, World

PLAYER_SPEED, WOLF_SPEED = 150.0, 84.0  # pixels a second
ROOM, SHUFFLE = (48.0, 30.0), 40.0  # pixels to the side and in depth that a villager keeps; pixels a second


def tick(world: World, dt: float, walk: Point = (0.0, 0.0)) -> None:
    """Let `dt` seconds pass while the player walks in direction `walk` (components -1..1)."""
    world.time += dt
    _events(world)
    _walk_player(world, dt, walk)
    for npc in world.npcs:
        npc.moving = False
        npc.pose = ""
        VERBS[npc.task.action](world, npc, dt)
    _keep_apart(world, dt)
    if world.wolf is not None:
        _prowl(world, world.wolf, dt)
    _things(world)


def _walk_player(world: World, dt: float, walk: Point) -> None:
    length = math.hypot(*walk)
    world.player.moving = length > 0
    if length:
        step = PLAYER_SPEED * dt / length
        if walk[0]:
            world.player.facing = 1 if walk[0] > 0 else -1
        world.player.x, world.player.y = world.free(world.player.x + walk[0] * step, world.player.y + walk[1] * step)


def _keep_apart(world: World, dt: float) -> None:
    """Let villagers who stand on one spot step aside: one sees and hears neither of them well."""
    for a, b in combinations(world.npcs, 2):
        dx, dy = (b.x - a.x) / ROOM[0], (b.y - a.y) / ROOM[1]
        if math.hypot(dx, dy) < 1:
            step = math.copysign(SHUFFLE * dt, dx if dx else 1.0)
            a.x, a.y = world.free(a.x - step, a.y)
            b.x, b.y = world.free(b.x + step, b.y)


def _events(world: World) -> None:
    if world.wolf is None and world.time >= world.next_wolf:
        world.call_wolf()
    if world.fire is None and world.time >= world.next_fire:
        world.light_fire()
    if world.fire is not None and world.time >= world.fire_dies:
        world.fire, world.next_fire = None, world.time + 45 + 20 * world.rng.random()


def _prowl(world: World, wolf: Actor, dt: float) -> None:
    wolf.moving = False
    if world.time < world.wolf_leaves:
        goal = (world.player.x - 150, world.player.y + 22 * math.sin(world.time))
        walk_to(world, wolf, (max(goal[0], 90), max(goal[1], TOP + 30)), WOLF_SPEED * dt, 10)
        wolf.facing = 1 if world.player.x > wolf.x else -1
    elif walk_to(world, wolf, WOLF_DEN, 2 * WOLF_SPEED * dt, 30):
        world.wolf, world.next_wolf = None, world.time + 30 + 15 * world.rng.random()


def _things(world: World) -> None:
    for thing in world.things:
        if thing.carrier is not None:
            thing.x, thing.y = thing.carrier.load
        elif thing.gone_until is not None and world.time >= thing.gone_until:
            thing.gone_until, (thing.x, thing.y) = None, thing.home
