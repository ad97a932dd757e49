"""The village as pure state: where everybody is, what lies around, what happens next. No pygame, no engine.

Positions are pixels of the 960x540 screen, those of feet if nothing else is said. Time is in seconds. Everything
random comes from the seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from demo_game.actors import VERBS, Actor, Task, walk_to
from demo_game.village import CAST, HEIGHT, KINDS, LAYOUT, WIDTH, WOLF_DEN, WOLF_SIZE, Kind

Box = tuple[float, float, float, float]  # x, y, width, height from the top left corner
Point = tuple[float, float]

TOP, SIDE, BOTTOM = 188, 22, 8  # the walkable part of the screen
PLAYER_SPEED, WOLF_SPEED = 150.0, 84.0  # pixels a second
SNAP = 60.0  # a decision's point means the nearest thing within so many pixels
RESPAWN_S = 9.0  # a thing that was taken is back after this long
DAY_S = 240.0
ROOM, SHUFFLE = (48.0, 30.0), 40.0  # pixels to the side and in depth that a villager keeps; pixels a second
TELL_S = 3.0  # what has happened to somebody is told for so long: frames may get lost


@dataclass
class Thing:
    """Something that stands or lies in the village. `carrier` has it in the hand; `gone_until` it is nowhere."""

    look: str
    x: float
    y: float
    carrier: Actor | None = None
    gone_until: float | None = None
    home: Point = field(init=False)

    def __post_init__(self) -> None:
        self.home = (self.x, self.y)

    @property
    def kind(self) -> Kind:
        return KINDS[self.look]

    @property
    def box(self) -> Box:
        w, h = self.kind.size
        return self.x - w / 2, self.y - h, w, h


@dataclass(frozen=True)
class Entity:
    """Something in the village that words can mean.

    Attributes:
        names: what it may be called.
        depth: who has a larger one stands in front.
        thing: the actor or thing itself.
    """

    names: tuple[str, ...]
    box: Box
    tags: tuple[str, ...]
    depth: float
    thing: Thing | Actor

    @property
    def centre(self) -> Point:
        x, y, w, h = self.box
        return x + w / 2, y + h / 2

    def is_called(self, name: str) -> bool:
        """Whether it bears the name, or one that ends with it (a red potion is a potion)."""
        return any(own == name or own.endswith(f" {name}") for own in self.names)

    def distance(self, x: float, y: float) -> float:
        """From a screen point to the box, pixels; 0 inside."""
        left, top, w, h = self.box
        return math.hypot(max(left - x, 0, x - left - w), max(top - y, 0, y - top - h))


class World:
    """The state of the village; `tick` moves it on.

    Args:
        seed: of everything random.
        events: whether the wolf and the fire come by themselves.
    """

    def __init__(self, seed: int = 0, events: bool = True) -> None:
        self.rng = random.Random(seed)
        self.time = 0.0
        self.things = [Thing(*row) for row in LAYOUT]
        self.player = Actor("you", "player", ("adventurer",), 490, 372)
        self.npcs = [Actor(*row) for row in CAST]
        self.wolf: Actor | None = None
        self.fire: Thing | None = None
        self.inventory: list[str] = []
        self.done: list[tuple[str, str]] = []  # NPC and action, for whoever tells the engine
        self._happened: dict[str, tuple[str, int, float]] = {}  # to whom: event, its number, when
        self._wolf_leaves = self._fire_dies = 0.0
        self._next_wolf = 26.0 + 6 * self.rng.random() if events else math.inf
        self._next_fire = 55.0 + 6 * self.rng.random() if events else math.inf

    # --- looking ----------------------------------------------------------------------------------------

    @property
    def dusk(self) -> float:
        """0 by day … 1 in the middle of the night; the game starts in the morning."""
        return max(0.0, -math.sin(math.tau * (self.time / DAY_S + 0.08))) ** 1.5

    def visible_things(self) -> list[Thing]:
        """Things that are there now; a fire hides nothing: its cart burns with it."""
        here = [t for t in self.things if t.gone_until is None]
        return [*here, self.fire] if self.fire else here

    def actors(self) -> list[Actor]:
        """Everybody who walks."""
        return [self.player, *self.npcs, *([self.wolf] if self.wolf else [])]

    def entities(self) -> list[Entity]:
        """All that can be meant, the player left out."""
        things = [Entity((t.kind.name,), t.box, t.kind.tags, _depth(t), t) for t in self.visible_things()]
        people = [Entity((n.name.lower(), *n.called), n.box, ("person",), n.y, n) for n in self.npcs]
        wolves = [Entity(("wolf",), w.box, ("hostile", "animal"), w.y, w) for w in (self.wolf,) if w]
        return things + people + wolves

    def npc(self, name: str) -> Actor:
        """The NPC of that name, whatever its capitals."""
        return next(n for n in self.npcs if n.name.lower() == name.lower())

    def addressee(self, words: str) -> Actor:
        """Who is spoken to: whoever the words begin with ("Mira, …" or "@Mira …"), else the nearest."""
        first = words.lstrip(" @").split(maxsplit=1)[0].strip(",:!.?").lower() if words.strip(" @") else ""
        named = [n for n in self.npcs if n.name.lower() == first]
        return named[0] if named else min(self.npcs, key=lambda n: math.dist((n.x, n.y), (self.player.x, self.player.y)))

    def thing_at(self, x: float, y: float, action: str = "go_to", by: Actor | None = None) -> Thing | Actor | None:
        """What a decision's screen point means: the nearest thing that the action can be done to, within `SNAP`."""

        def order(entity: Entity) -> tuple[float, float]:
            return entity.distance(x, y), math.dist(entity.centre, (x, y))

        fitting = [e for e in self.entities() if e.thing is not by and _suits(e, action) and e.distance(x, y) <= SNAP]
        return min(fitting, key=order).thing if fitting else None

    def danger(self) -> Actor | Thing | None:
        """What people run from: the wolf before the fire."""
        return self.wolf or self.fire

    # --- changing ---------------------------------------------------------------------------------------

    def tick(self, dt: float, walk: Point = (0.0, 0.0)) -> None:
        """Let `dt` seconds pass while the player walks in direction `walk` (components -1..1)."""
        self.time += dt
        self._events()
        self._walk_player(dt, walk)
        for npc in self.npcs:
            npc.moving = False
            npc.pose = ""
            VERBS[npc.task.action](self, npc, dt)
        self._keep_apart(dt)
        if self.wolf is not None:
            self._prowl(self.wolf, dt)
        self._things()

    def apply(
        self,
        name: str,
        action: str,
        point: Point | None = None,
        *,
        line: str = "",
        emotion: str = "neutral",
        reason: str = "",
        spoken: bool = True,
    ) -> None:
        """Let an NPC do what was decided.

        A decision that answers no words and repeats the last one changes nothing but where a danger is seen: that
        action goes on. Idleness ends no errand, and an errand that was interrupted by a sight goes on afterwards.

        Args:
            point: where the decision points on the screen.
            spoken: it answers words.
        """
        npc = self.npc(name)
        npc.emotion = emotion
        if line:
            npc.line, npc.line_until = line, self.time + 2.2 + 0.055 * len(line)
        repeated, npc.decided = action == npc.decided, action
        if not spoken and (repeated or (action == "idle" and npc.task.errand)):
            if point is not None and npc.task.action == action:
                npc.task.point = point
            return
        npc.reason = reason
        self._begin(npc, action, point, spoken)

    def _begin(self, npc: Actor, action: str, point: Point | None, spoken: bool) -> None:
        if spoken:
            npc.interrupted = None
            self._put_down(npc)
        elif npc.task.errand:
            npc.interrupted = npc.task
        errand = npc.interrupted
        if errand is not None and action in ("idle", errand.action):
            npc.task, npc.interrupted = errand, None
        else:
            npc.task = Task(action, self.thing_at(*point, action, npc) if point else None, point)
        npc.task.since = self.time

    def take(self, npc: Actor, thing: Thing) -> None:
        """Let somebody pick up a thing."""
        thing.carrier = npc
        npc.carries = thing

    def hand_over(self, npc: Actor) -> None:
        """Let somebody give the player what is in the hand."""
        if isinstance(npc.carries, Thing):
            self.inventory.append(npc.carries.kind.name)
            self.pocket(npc)

    def accept_gift(self, npc: Actor) -> str:
        """Let somebody take what the player got last; what it is, or nothing."""
        if not self.inventory:
            return ""
        number = 1 + max((number for _, number, _ in self._happened.values()), default=0)
        self._happened[npc.name] = ("gifted", number, self.time)
        return self.inventory.pop()

    def told(self, npc: Actor) -> dict[str, object]:
        """The state of somebody that the engine is told with a frame or words: what has just happened, by whom."""
        event, number, since = self._happened.get(npc.name, ("", 0, -math.inf))
        if self.time - since > TELL_S:
            return {}
        return {"event": event, "event_by": "player", "event_id": number}

    def news(self) -> dict[str, dict[str, object]]:
        """`told` of everybody of whom there is something to tell, and what they have finished."""
        done = {name: {"done": action} for name, action in self.done}
        news = {npc.name: self.told(npc) | done.get(npc.name, {}) for npc in self.npcs}
        return {name: state for name, state in news.items() if state}

    def pocket(self, npc: Actor) -> None:
        """Let what somebody has in the hand disappear for a while."""
        if isinstance(npc.carries, Thing):
            npc.carries.carrier, npc.carries.gone_until = None, self.time + RESPAWN_S
            npc.carries = None

    def scare_wolf(self) -> None:
        """Let the wolf run home."""
        self._wolf_leaves = min(self._wolf_leaves, self.time)

    def call_wolf(self, seconds: float = 13.0) -> Actor:
        """A wolf comes out of the wood."""
        self.wolf = Actor("wolf", "wolf", (), *WOLF_DEN, size=WOLF_SIZE)
        self._wolf_leaves = self.time + seconds
        return self.wolf

    def light_fire(self, seconds: float = 11.0) -> Thing:
        """The hay cart catches fire."""
        cart = next(t for t in self.things if t.look == "cart")
        self.fire = Thing("fire", cart.x, cart.y)
        self._fire_dies = self.time + seconds
        return self.fire

    def free(self, x: float, y: float) -> Point:
        """The nearest place to (x, y) where somebody can stand."""
        x, y = min(max(x, SIDE), WIDTH - SIDE), min(max(y, TOP), HEIGHT - BOTTOM)
        for cx, cy, rx, ry in self._solids():
            dx, dy = (x - cx) / rx, (y - cy) / ry
            length = math.hypot(dx, dy)
            if length < 1:
                dx, dy = (dx / length, dy / length) if length > 1e-6 else (0.0, 1.0)
                x, y = cx + dx * rx, cy + dy * ry
        return x, y

    def _solids(self) -> Iterator[tuple[float, float, float, float]]:
        for thing in self.things:
            if thing.kind.flat:
                yield thing.x, thing.y - thing.kind.size[1] / 2, thing.kind.size[0] / 2, thing.kind.size[1] / 2
            elif thing.kind.solid:
                yield thing.x, thing.y - thing.kind.solid[1] * 0.4, *thing.kind.solid

    def _walk_player(self, dt: float, walk: Point) -> None:
        length = math.hypot(*walk)
        self.player.moving = length > 0
        if length:
            step = PLAYER_SPEED * dt / length
            if walk[0]:
                self.player.facing = 1 if walk[0] > 0 else -1
            self.player.x, self.player.y = self.free(self.player.x + walk[0] * step, self.player.y + walk[1] * step)

    def _keep_apart(self, dt: float) -> None:
        """Let villagers who stand on one spot step aside: one sees and hears neither of them well."""
        for a, b in combinations(self.npcs, 2):
            dx, dy = (b.x - a.x) / ROOM[0], (b.y - a.y) / ROOM[1]
            if math.hypot(dx, dy) < 1:
                step = math.copysign(SHUFFLE * dt, dx if dx else 1.0)
                a.x, a.y = self.free(a.x - step, a.y)
                b.x, b.y = self.free(b.x + step, b.y)

    def _events(self) -> None:
        if self.wolf is None and self.time >= self._next_wolf:
            self.call_wolf()
        if self.fire is None and self.time >= self._next_fire:
            self.light_fire()
        if self.fire is not None and self.time >= self._fire_dies:
            self.fire, self._next_fire = None, self.time + 45 + 20 * self.rng.random()

    def _prowl(self, wolf: Actor, dt: float) -> None:
        wolf.moving = False
        if self.time < self._wolf_leaves:
            goal = (self.player.x - 150, self.player.y + 22 * math.sin(self.time))
            walk_to(self, wolf, (max(goal[0], 90), max(goal[1], TOP + 30)), WOLF_SPEED * dt, 10)
            wolf.facing = 1 if self.player.x > wolf.x else -1
        elif walk_to(self, wolf, WOLF_DEN, 2 * WOLF_SPEED * dt, 30):
            self.wolf, self._next_wolf = None, self.time + 30 + 15 * self.rng.random()

    def _things(self) -> None:
        for thing in self.things:
            if thing.carrier is not None:
                thing.x, thing.y = thing.carrier.load
            elif thing.gone_until is not None and self.time >= thing.gone_until:
                thing.gone_until, (thing.x, thing.y) = None, thing.home

    def _put_down(self, npc: Actor) -> None:
        if isinstance(npc.carries, Thing):
            npc.carries.carrier, npc.carries = None, None


def _depth(thing: Thing) -> float:
    if thing.kind.flat:
        return 0.0
    return thing.carrier.y + 0.5 if thing.carrier else thing.y


def _suits(entity: Entity, action: str) -> bool:
    """Whether an action can be done to it at all: nobody hands over a house."""
    if action in ("give", "pick_up"):
        return isinstance(entity.thing, Thing) and entity.thing.kind.portable and entity.thing.carrier is None
    if action == "attack":
        return isinstance(entity.thing, Actor)
    return True
