"""What the engine's actions look like in the village: one function for each verb, and how to walk."""

from __future__ import annotations

import math
from collections.abc import Callable

from demo_game.figures import Actor, Point, Task, Thing
from demo_game.world import World

WALK, RUN = 96.0, 165.0  # pixels a second
TOUCH = 34.0  # from feet to feet
USE_S, SHOW_S, HOLD_S = 1.6, 2.6, 4.0
SAFE = 330.0  # pixels from what one runs from
HOMESICK_S = 6.0  # idle for so long, people go back to where they live
WAYS = 24  # directions that are tried around an obstacle


def walk_to(world: World, actor: Actor, goal: Point, length: float, near: float) -> bool:
    """Go up to `length` pixels towards a goal, around what stands there; True once within `near` pixels."""
    distance = math.dist((actor.x, actor.y), goal)
    if distance <= near:
        return True
    straight = math.atan2(goal[1] - actor.y, goal[0] - actor.x)
    for turn in range(WAYS):  # a little left, a little right, further left …
        angle = straight + (turn + 1) // 2 * (1 if turn % 2 else -1) * math.tau / WAYS
        x, y = actor.x + math.cos(angle) * length, actor.y + math.sin(angle) * length
        if actor.persona == "wolf" or math.dist(world.free(x, y), (x, y)) < 0.5 * length:
            break
    x, y = world.free(x, y) if actor.persona != "wolf" else (x, y)
    actor.moving = True
    if abs(x - actor.x) > 0.2 * length:
        actor.facing = 1 if x > actor.x else -1
    actor.x, actor.y = x, y
    return False


def _place(task: Task) -> Point | None:
    """Where the feet of what is meant are; else the bare point."""
    return (task.what.x, task.what.y) if task.what is not None else task.point


def _near(task: Task) -> float:
    """How close one can get to what is meant."""
    kind = getattr(task.what, "kind", None)
    return TOUCH + (kind.size[0] * 0.3 if kind is not None and not kind.portable else 0)


def _face(npc: Actor, x: float) -> None:
    if abs(x - npc.x) > 4:
        npc.facing = 1 if x > npc.x else -1


def _advance(world: World, task: Task) -> None:
    task.stage, task.reached = task.stage + 1, world.time


def _finish(world: World, npc: Actor) -> None:
    world.done.append((npc.name, npc.task.action))
    npc.task = Task(since=world.time)


def idle(world: World, npc: Actor, dt: float) -> None:
    """Stand, look at the player who comes near, and go home after a while."""
    player = world.player
    if world.time - npc.task.since > HOMESICK_S and not walk_to(world, npc, npc.home, WALK * 0.6 * dt, 12):
        return
    if math.dist((player.x, player.y), (npc.x, npc.y)) < 130:
        _face(npc, player.x)


def attend(world: World, npc: Actor, dt: float) -> None:
    """Talk, trade, refuse: look at the player."""
    _face(npc, world.player.x)


def greet(world: World, npc: Actor, dt: float) -> None:
    """Wave."""
    _face(npc, world.player.x)
    npc.pose = "wave" if world.time - npc.task.since < SHOW_S else ""


def celebrate(world: World, npc: Actor, dt: float) -> None:
    """Jump with both arms up."""
    npc.pose = "cheer" if world.time - npc.task.since < 2 * SHOW_S else ""


def stay(world: World, npc: Actor, dt: float) -> None:
    """Do not move from the spot."""


def follow(world: World, npc: Actor, dt: float) -> None:
    """Keep close to the player."""
    walk_to(world, npc, (world.player.x, world.player.y), RUN * dt, 66)


def go_to(world: World, npc: Actor, dt: float) -> None:
    """Walk to what is meant."""
    place = _place(npc.task)
    if place is None or walk_to(world, npc, place, WALK * dt, _near(npc.task)) or _stuck(world, npc):
        _advance(world, npc.task)
        _finish(world, npc)


def _stuck(world: World, npc: Actor) -> bool:
    return world.time - npc.task.since > 20


def _fetch(world: World, npc: Actor, dt: float) -> bool:
    """Walk to a thing and take it into the hand; True once that is over, with or without the thing."""
    task = npc.task
    thing = task.what
    if thing is None or getattr(thing, "gone_until", None) is not None or getattr(thing, "carrier", None) is not None:
        place = task.point
    else:
        place = (thing.x, thing.y)
    if place is not None and not walk_to(world, npc, place, WALK * dt, TOUCH * 0.7) and not _stuck(world, npc):
        return False
    if isinstance(thing, Thing) and place != task.point:
        world.take(npc, thing)
    return True


def give(world: World, npc: Actor, dt: float) -> None:
    """Fetch the thing, bring it to the player, hand it over."""
    task, player = npc.task, world.player
    if task.stage == 0:
        if _fetch(world, npc, dt):
            _advance(world, task)
    elif npc.carries is None or walk_to(world, npc, (player.x, player.y), WALK * dt, TOUCH):
        world.hand_over(npc)
        _finish(world, npc)


def pick_up(world: World, npc: Actor, dt: float) -> None:
    """Fetch the thing, hold it up, put it away."""
    if npc.task.stage == 0:
        if _fetch(world, npc, dt):
            _advance(world, npc.task)
    elif world.time - npc.task.reached > HOLD_S:
        world.pocket(npc)
        _finish(world, npc)


def use(world: World, npc: Actor, dt: float) -> None:
    """Walk to the thing and busy oneself with it for a moment."""
    place = _place(npc.task)
    if npc.task.stage == 0:
        if place is None or walk_to(world, npc, place, WALK * dt, _near(npc.task)) or _stuck(world, npc):
            _advance(world, npc.task)
    elif world.time - npc.task.reached > USE_S:
        _finish(world, npc)
    else:
        npc.pose = "point"


def heal(world: World, npc: Actor, dt: float) -> None:
    """Go to the player and tend the wounds."""
    player = world.player
    if npc.task.stage == 0:
        if walk_to(world, npc, (player.x, player.y), WALK * dt, TOUCH + 4):
            _advance(world, npc.task)
    elif world.time - npc.task.reached > 2 * SHOW_S:
        _finish(world, npc)
    else:
        npc.pose = "point"
        _face(npc, player.x)


def attack(world: World, npc: Actor, dt: float) -> None:
    """Run at the enemy; the wolf takes flight from whoever reaches it."""
    foe = world.wolf if world.wolf is not None else npc.task.what
    place = (foe.x, foe.y) if foe is not None else npc.task.point
    npc.pose = "fight"
    if place is not None and walk_to(world, npc, place, RUN * dt, TOUCH + 14) and foe is world.wolf:
        world.scare_wolf()


def defend(world: World, npc: Actor, dt: float) -> None:
    """Step between the player and the danger."""
    player, danger = world.player, world.danger()
    npc.pose = "fight"
    if danger is None:
        _face(npc, player.x)
        return
    length = math.dist((danger.x, danger.y), (player.x, player.y)) or 1.0
    share = min(52.0 / length, 0.5)
    spot = (player.x + (danger.x - player.x) * share, player.y + (danger.y - player.y) * share + 2)
    if walk_to(world, npc, spot, RUN * dt, 6):
        _face(npc, danger.x)


def flee(world: World, npc: Actor, dt: float) -> None:
    """Run from where the danger was seen, else from the player, until far enough away; then look back, ready to run."""
    danger = world.danger() or world.player
    x, y = npc.task.point or (danger.x, danger.y)
    dx, dy = npc.x - x, npc.y - y
    length = math.hypot(dx, dy)
    if length < 10:  # seen at the very spot: any way is as good as another
        dx, dy, length = npc.home[0] - x or 1.0, npc.home[1] - y, math.dist(npc.home, (x, y)) or 1.0
    if length < SAFE:
        walk_to(world, npc, (npc.x + dx / length * 90, npc.y + dy / length * 90), RUN * dt, 4)
    else:
        _face(npc, x)


def warn(world: World, npc: Actor, dt: float) -> None:
    """Face the danger and point at it."""
    danger = world.danger()
    if danger is not None:
        _face(npc, danger.x)
        npc.pose = "point"


def point_at(world: World, npc: Actor, dt: float) -> None:
    """Stretch an arm towards what is meant."""
    place = npc.task.point
    if place is not None and world.time - npc.task.since < 2 * SHOW_S:
        _face(npc, place[0])
        npc.pose = "point"


VERBS: dict[str, Callable[[World, Actor, float], None]] = {
    "idle": idle,
    "greet": greet,
    "talk": attend,
    "follow": follow,
    "stay": stay,
    "go_to": go_to,
    "give": give,
    "pick_up": pick_up,
    "use": use,
    "attack": attack,
    "defend": defend,
    "flee": flee,
    "trade": attend,
    "point_at": point_at,
    "refuse": attend,
    "celebrate": celebrate,
    "warn": warn,
    "heal": heal,
}
