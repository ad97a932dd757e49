"""The village as pure state: where everybody is, what lies around, and what decisions change of it. No engine.

Positions are pixels of the 960x540 screen, those of feet if nothing else is said. Time is in seconds. Everything
random comes from the seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from demo_game.figures import Actor, Entity, Point, Task, Thing
from demo_game.village import CAST, HEIGHT, LAYOUT, WIDTH, WOLF_DEN, WOLF_SIZE

TOP, SIDE, BOTTOM = 188, 22, 8  # the walkable part of the screen
SNAP = 60.0  # a decision's point means the nearest thing within so many pixels
RESPAWN_S = 9.0  # a thing that was taken is back after this long
DAY_S = 240.0
TELL_S = 3.0  # what has happened to somebody is told for so long: frames may get lost


class World:
    """The state of the village; `life.tick` moves it on.

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
        self.wolf_leaves = self.fire_dies = 0.0
        self.next_wolf = 26.0 + 6 * self.rng.random() if events else math.inf
        self.next_fire = 55.0 + 6 * self.rng.random() if events else math.inf

    # --- looking ----------------------------------------------------------------------------------------

    @property
    def dusk(self) -> float:
        """0 by day … 1 in the middle of the night; the game starts in the morning."""
        return float(max(0.0, -math.sin(math.tau * (self.time / DAY_S + 0.08))) ** 1.5)

    @property
    def hour(self) -> float:
        """The hour of the village's day, 0..24, as the light shows it: the sun rises at 6."""
        return round(24.0 * (self.time / DAY_S + 0.08) + 6.0, 2) % 24.0

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
        action goes on. Neither idleness nor the day's work ends an errand, and an errand that was interrupted by a
        sight goes on afterwards.

        Args:
            point: where the decision points on the screen.
            spoken: it answers words.
        """
        npc = self.npc(name)
        npc.emotion = emotion
        if line:
            npc.line, npc.line_until = line, self.time + 2.2 + 0.055 * len(line)
        repeated = action == npc.decided
        if not spoken and not repeated and action == "go_to" and npc.task.errand:
            return  # by the hour; it will be decided again when the errand is over
        npc.decided = action
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
        self.wolf_leaves = min(self.wolf_leaves, self.time)

    def call_wolf(self, seconds: float = 13.0) -> Actor:
        """A wolf comes out of the wood."""
        self.wolf = Actor("wolf", "wolf", (), *WOLF_DEN, size=WOLF_SIZE)
        self.wolf_leaves = self.time + seconds
        return self.wolf

    def light_fire(self, seconds: float = 11.0) -> Thing:
        """The hay cart catches fire."""
        cart = next(t for t in self.things if t.look == "cart")
        self.fire = Thing("fire", cart.x, cart.y)
        self.fire_dies = self.time + seconds
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
