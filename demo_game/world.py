"""The village as pure state: where everybody is, what lies around, what happens next. No pygame, no engine.

Positions are pixels of the 960x540 screen, y of the feet. Time is in seconds; everything random comes from the seed.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

WIDTH, HEIGHT = 960, 540
WALK, RUN = 90.0, 150.0  # pixels a second
REACH = 34.0  # closer than this is close enough to touch
RESPAWN_S = 9.0  # a thing that was taken is back after this long
SNAP = 60.0  # a decision's point means the nearest thing within so many pixels


@dataclass
class Thing:
    """Something that lies or stands in the village."""

    name: str
    x: float
    y: float
    width: int
    height: int
    tags: tuple[str, ...]
    home: tuple[float, float] = (0.0, 0.0)
    taken_until: float = -1.0

    def __post_init__(self) -> None:
        self.home = (self.x, self.y)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height on the screen."""
        return self.x - self.width / 2, self.y - self.height, self.width, self.height

    @property
    def centre(self) -> tuple[float, float]:
        return self.x, self.y - self.height / 2


@dataclass
class Task:
    """What an NPC is busy with: an action of the decision and how far it got."""

    action: str
    thing: str | None = None
    point: tuple[float, float] | None = None
    stage: int = 0
    until: float = 0.0


@dataclass
class Actor:
    """Somebody who walks: player, NPC or wolf."""

    name: str
    kind: str
    x: float
    y: float
    home: tuple[float, float] = (0.0, 0.0)
    facing: float = 1.0
    moving: bool = False
    task: Task = field(default_factory=lambda: Task("idle"))
    emotion: str = "neutral"
    line: str = ""
    line_until: float = 0.0
    carries: str | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        self.home = (self.x, self.y)

    @property
    def box(self) -> tuple[float, float, float, float]:
        wide, high = (58, 44) if self.kind == "wolf" else (36, 58)
        return self.x - wide / 2, self.y - high, wide, high

    @property
    def centre(self) -> tuple[float, float]:
        x, y, w, h = self.box
        return x + w / 2, y + h / 2


THINGS = (
    ("house", 150, 168, 150, 132, ("place",)),
    ("house", 800, 158, 150, 132, ("place",)),
    ("door", 150, 169, 34, 50, ("place",)),
    ("door", 800, 159, 34, 50, ("place",)),
    ("well", 480, 190, 68, 72, ("place",)),
    ("campfire", 330, 400, 52, 46, ("place",)),
    ("chest", 690, 262, 52, 42, ("item",)),
    ("barrel", 260, 175, 42, 50, ("item",)),
    ("sign", 590, 132, 46, 52, ("item",)),
    ("red potion", 420, 300, 30, 40, ("item",)),
    ("blue potion", 560, 330, 30, 40, ("item",)),
    ("key", 250, 300, 40, 28, ("item",)),
    ("sword", 760, 400, 48, 44, ("item",)),
    ("bread", 480, 440, 44, 30, ("item", "food")),
    ("apple", 620, 430, 32, 34, ("item", "food")),
    ("tree", 50, 330, 86, 104, ("plant",)),
    ("tree", 905, 330, 86, 104, ("plant",)),
    ("tree", 395, 120, 78, 96, ("plant",)),
    ("tree", 120, 515, 84, 100, ("plant",)),
    ("flower", 200, 440, 34, 34, ("plant",)),
    ("flower", 845, 250, 34, 34, ("plant",)),
)
FIRE_SPOT, WOLF_DEN = (880, 480), (-40, 420)
CAST = (
    ("Mira", "healer", 360, 250),
    ("Bram", "guard", 570, 230),
    ("Odo", "merchant", 700, 330),
    ("Pip", "coward", 250, 240),
    ("Linnet", "bard", 400, 470),
    ("Orrin", "hermit", 840, 410),
)


class World:
    """The state of the village; `tick` moves it on."""

    def __init__(self, seed: int = 0, events: bool = True) -> None:
        self.rng = random.Random(seed)
        self.time = 0.0
        self.events = events
        self.things = [Thing(*row) for row in THINGS]
        self.player = Actor("you", "player", 480, 360)
        self.npcs = [Actor(name, kind, x, y) for name, kind, x, y in CAST]
        self.wolf: Actor | None = None
        self.wolf_leaves = 0.0
        self.fire: Thing | None = None
        self.fire_out = 0.0
        self.inventory: list[str] = []
        self._next_wolf = 26.0 + self.rng.random() * 6
        self._next_fire = 55.0 + self.rng.random() * 6

    def tick(self, dt: float, walk: tuple[float, float] = (0.0, 0.0)) -> None:
        """Let `dt` seconds pass while the player walks in direction `walk` (components -1..1)."""
        self.time += dt
        self._walk_player(dt, walk)
        self._events()
        for thing in self.things:
            if 0 <= thing.taken_until <= self.time:
                thing.taken_until = -1.0
                thing.x, thing.y = thing.home
        for npc in self.npcs:
            self._act(npc, dt)
        if self.wolf is not None:
            self._prowl(self.wolf, dt)

    def visible_things(self) -> list[Thing]:
        """Things that lie around now, the fire among them."""
        here = [t for t in self.things if t.taken_until < 0]
        return [*here, self.fire] if self.fire else here

    def entities(self) -> list[tuple[str, tuple[float, float, float, float], tuple[str, ...]]]:
        """All that can be meant: name, screen box, tags."""
        rows = [(t.name, t.box, t.tags) for t in self.visible_things()]
        rows += [(npc.name.lower(), npc.box, ("person",)) for npc in self.npcs]
        if self.wolf is not None:
            rows.append(("wolf", self.wolf.box, ("hostile", "animal")))
        return rows

    def npc(self, name: str) -> Actor:
        return next(n for n in self.npcs if n.name.lower() == name.lower())

    def addressee(self, words: str) -> Actor:
        """Who is spoken to: the NPC that the words name first (or with @), else the nearest."""
        lowered = words.lower().replace("@", "")
        first = lowered.split(",")[0].split()[:1]
        for npc in self.npcs:
            if first and first[0] == npc.name.lower():
                return npc
        return min(self.npcs, key=lambda n: math.dist((n.x, n.y), (self.player.x, self.player.y)))

    def thing_at(self, x: float, y: float) -> str | None:
        """Name and place of the nearest thing, actor or wolf within `SNAP` of a screen point, as an entity key."""
        found: tuple[float, str] | None = None
        for key, centre in self._centres():
            distance = math.dist(centre, (x, y))
            if distance < SNAP and (found is None or distance < found[0]):
                found = (distance, key)
        return found[1] if found else None

    def _centres(self) -> list[tuple[str, tuple[float, float]]]:
        rows = [(f"thing:{self.things.index(t)}", t.centre) for t in self.things if t.taken_until < 0]
        if self.fire:
            rows.append(("fire", self.fire.centre))
        rows += [(f"npc:{n.name}", n.centre) for n in self.npcs]
        if self.wolf:
            rows.append(("wolf", self.wolf.centre))
        return rows

    def place_of(self, key: str | None) -> tuple[float, float] | None:
        """Where the feet of an entity key are; None where it is gone."""
        if key is None:
            return None
        kind, _, rest = key.partition(":")
        if kind == "thing":
            thing = self.things[int(rest)]
            return (thing.x, thing.y) if thing.taken_until < 0 else None
        if kind == "npc":
            actor = self.npc(rest)
            return actor.x, actor.y
        spot = self.wolf if kind == "wolf" else self.fire
        return (spot.x, spot.y) if spot else None

    def apply(self, name: str, action: str, point: tuple[float, float] | None, line: str, emotion: str, reason: str) -> None:
        """Let an NPC do what was decided; `point` is on the screen. An empty line lets the old one stand."""
        npc = self.npc(name)
        npc.emotion, npc.reason = emotion, reason
        if line:
            npc.line, npc.line_until = line, self.time + 2.0 + 0.055 * len(line)
        if f"{action}." in reason and " goes on" in reason:      # under way already: do not begin anew
            return
        key = self.thing_at(*point) if point else None
        same = npc.task.action == action and npc.task.thing == key
        if not same or action not in ("idle", "follow", "stay"):
            self._drop(npc)
            npc.task = Task(action, key, point, 0, self.time + (6.0 if action in ("flee", "defend", "attack") else 2.5))

    # --- what NPCs do ---------------------------------------------------------------------------------

    def _act(self, npc: Actor, dt: float) -> None:
        npc.moving = False
        goal, speed, near = self._goal(npc)
        if goal is not None and self._step(npc, goal, speed * dt, near):
            self._arrive(npc)

    def _goal(self, npc: Actor) -> tuple[tuple[float, float] | None, float, float]:
        """Where an NPC wants to be, how fast it goes, and how near is near enough."""
        task, player = npc.task, (self.player.x, self.player.y)
        place = self.place_of(task.thing) or task.point
        if task.action in ("give", "pick_up", "use", "go_to") and task.stage == 0:
            return (place, WALK, REACH) if place else (None, WALK, REACH)
        if task.action == "give" and task.stage == 1:
            return player, WALK, REACH
        if task.action == "follow":
            return player, WALK, 62.0
        if task.action == "heal":
            return player, WALK, REACH
        if task.action == "flee":
            return self._away(npc), RUN, 4.0
        if task.action in ("defend", "attack"):
            danger = self.wolf.centre if self.wolf else place
            if danger is None:
                return None, WALK, REACH
            between = ((danger[0] + player[0]) / 2, (danger[1] + player[1]) / 2 + 20)
            return (danger, RUN, REACH + 12) if task.action == "attack" else (between, RUN, 8.0)
        if task.action == "idle" and math.dist((npc.x, npc.y), npc.home) > 8 and self.time > task.until + 6:
            return npc.home, WALK * 0.7, 6.0
        return None, WALK, REACH

    def _away(self, npc: Actor) -> tuple[float, float]:
        danger = self.wolf or self.fire
        fx, fy = (danger.x, danger.y) if danger else (self.player.x, self.player.y)
        dx, dy = npc.x - fx, npc.y - fy
        length = math.hypot(dx, dy) or 1.0
        x = min(max(npc.x + dx / length * 80, 40), WIDTH - 40)
        y = min(max(npc.y + dy / length * 80, 190), HEIGHT - 20)
        return (x, y) if length < 330 else (npc.x, npc.y)

    def _arrive(self, npc: Actor) -> None:
        task = npc.task
        if task.action in ("give", "pick_up") and task.stage == 0:
            self._take(npc)
        elif task.action == "give" and task.stage == 1:
            if npc.carries:
                self.inventory.append(npc.carries)
                npc.carries = None
            npc.task = Task("idle", until=self.time)
        elif task.action in ("use", "go_to", "heal"):
            task.stage = 1
        elif task.action == "attack" and self.wolf is not None:
            self.wolf_leaves = min(self.wolf_leaves, self.time)

    def _take(self, npc: Actor) -> None:
        task = npc.task
        kind, _, index = (task.thing or "").partition(":")
        if kind != "thing" or "place" in self.things[int(index)].tags or self.things[int(index)].name in ("tree", "sign"):
            npc.task = Task("idle", until=self.time)
            return
        thing = self.things[int(index)]
        thing.taken_until = self.time + RESPAWN_S
        npc.carries = thing.name
        if task.action == "give":
            task.stage = 1
        else:
            npc.task = Task("idle", until=self.time)

    def _drop(self, npc: Actor) -> None:
        npc.carries = None

    def _step(self, actor: Actor, goal: tuple[float, float], length: float, near: float) -> bool:
        """Walk towards a goal; True once it is near."""
        dx, dy = goal[0] - actor.x, goal[1] - actor.y
        distance = math.hypot(dx, dy)
        if distance <= near:
            return True
        actor.moving = True
        actor.facing = 1.0 if dx >= 0 else -1.0
        step = min(length, distance - near * 0.9)
        actor.x += dx / distance * step
        actor.y += dy / distance * step
        return False

    # --- what happens by itself -----------------------------------------------------------------------

    def _walk_player(self, dt: float, walk: tuple[float, float]) -> None:
        length = math.hypot(*walk)
        self.player.moving = length > 0
        if length:
            self.player.x = min(max(self.player.x + walk[0] / length * WALK * 1.5 * dt, 20), WIDTH - 20)
            self.player.y = min(max(self.player.y + walk[1] / length * WALK * 1.5 * dt, 185), HEIGHT - 8)
            self.player.facing = 1.0 if walk[0] >= 0 else -1.0

    def _events(self) -> None:
        if not self.events:
            return
        if self.wolf is None and self.time >= self._next_wolf:
            self.call_wolf()
        if self.fire is None and self.time >= self._next_fire:
            self.light_fire()
        if self.fire is not None and self.time >= self.fire_out:
            self.fire, self._next_fire = None, self.time + 45 + self.rng.random() * 20

    def call_wolf(self, seconds: float = 12.0) -> None:
        """A wolf comes out of the wood."""
        self.wolf = Actor("wolf", "wolf", *WOLF_DEN)
        self.wolf_leaves = self.time + seconds

    def light_fire(self, seconds: float = 10.0) -> None:
        """The hay cart catches fire."""
        self.fire = Thing("fire", *FIRE_SPOT, 84, 84, ("hazard",))
        self.fire_out = self.time + seconds

    def _prowl(self, wolf: Actor, dt: float) -> None:
        if self.time >= self.wolf_leaves:
            if self._step(wolf, WOLF_DEN, RUN * dt, 6.0):
                self.wolf, self._next_wolf = None, self.time + 30 + self.rng.random() * 15
            return
        angle = self.time * 0.6
        goal = (self.player.x - 130 + 40 * math.cos(angle), self.player.y + 30 * math.sin(angle))
        self._step(wolf, (max(goal[0], 60), max(goal[1], 200)), WALK * 0.9 * dt, 6.0)
