"""Frames whose truth is known: the demo's village with other things in it, and things drawn on the lab's backgrounds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from demo_game.art import Painter
from demo_game.figures import Actor, Thing
from demo_game.screen import WORLD, blank, capture
from demo_game.view import FRAME_SIZE
from demo_game.village import CAST, HEIGHT, KINDS, PERSON_SIZE, WIDTH, WOLF_SIZE
from demo_game.world import World
from engine.lab.data import backgrounds
from engine.lab.data.canvas import Canvas
from engine.lab.data.drawn import THINGS

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]  # left, top, width, height as fractions of the frame
NAMES = {"blue house": "house", "pine tree": "tree", "red potion": "potion", "blue potion": "potion"}
VILLAGE_COLOURS = {
    "house": "red",
    "blue house": "blue",
    "red potion": "red",
    "blue potion": "blue",
    "key": "yellow",
    "apple": "red",
    "chest": "brown",
    "barrel": "brown",
    "tree": "green",
    "pine tree": "green",
    "bread": "orange",
    "sign": "brown",
    "flower": "pink",
}
DRAWN_COLOURS = {"coin": "yellow", "chest": "brown", "tree": "green", "barrel": "brown", "sheep": "white", "wolf": "grey"}
VILLAGE_KINDS = [*VILLAGE_COLOURS, "well", "sword", "cart"]
DRAWN_KINDS = [
    "tree",
    "flower",
    "barrel",
    "chest",
    "potion",
    "key",
    "sword",
    "coin",
    "wolf",
    "skeleton",
    "mushroom",
    "house",
    "cow",
    "sheep",
    "torch",
    "gem",
]
GROUNDS = (backgrounds.flat, backgrounds.ground, backgrounds.noise, backgrounds.tiles, backgrounds.side_view)
_ROOM = 1.12  # between things, of their size


@dataclass(frozen=True)
class Seen:
    """A frame, and of everything in it name, colour (empty: not one) and box; `kind` is what it has several of."""

    frame: Pixels
    things: Sequence[tuple[str, str, Box]]
    kind: str = ""

    def count(self, name: str) -> int:
        return sum(thing[0] == name for thing in self.things)


def shot(world: World) -> Pixels:
    """What the engine sees of a village."""
    screen = blank()
    view = screen.subsurface(WORLD)
    Painter().paint(world, view)
    return np.frombuffer(capture(view), np.uint8).reshape(FRAME_SIZE[1], FRAME_SIZE[0], 3)


def everyday(wolf: tuple[float, float] | None = None, without: Sequence[str] = ()) -> Pixels:
    """The village as it is when the demo starts; `wolf`: where one stands, in pixels of the screen."""
    world = World(events=False)
    world.things = [thing for thing in world.things if thing.look not in without]
    if wolf is not None:
        world.wolf = Actor("wolf", "wolf", ("wolf",), *wolf, size=WOLF_SIZE)
    return shot(world)


def village(seed: int, kind: str = "", count: int = 0, people: int = 0) -> Seen:
    """`count` things of a kind, some others, and people, anywhere in the village."""
    rng = random.Random(seed)
    world = World(events=False)
    world.things, world.npcs = [], []
    world.player.x = -300.0
    name = NAMES.get(kind, kind)
    others = [look for look in KINDS if look not in {"door", "fire", "fence", "pond"} and NAMES.get(look, look) != name]
    plan = [kind] * count + [rng.choice(others) for _ in range(rng.randint(3, 6))]
    taken: list[Box] = []
    truth: list[tuple[str, str, Box]] = []
    for look in sorted(plan, key=lambda look: -KINDS[look].size[0] * KINDS[look].size[1]):
        if (at := _room(rng, KINDS[look].size, taken)) is not None:
            thing = Thing(look, *at)
            world.things.append(thing)
            truth.append((NAMES.get(look, look), VILLAGE_COLOURS.get(look, ""), _share(thing.box)))
    for row in rng.sample(CAST, people):
        if (at := _room(rng, PERSON_SIZE, taken)) is not None:
            world.npcs.append(Actor(row[0], row[1], row[2], *at))
            truth.append(("person", "", _share(world.npcs[-1].box)))
    return Seen(shot(world), truth, name or "person")


def _room(rng: random.Random, size: tuple[int, int], taken: list[Box]) -> tuple[float, float] | None:
    """Where the feet of something of this size may stand, so that it hides nothing."""
    wide, high = size
    for _ in range(200):
        x, y = rng.uniform(wide / 2 + 4, WIDTH - wide / 2 - 4), rng.uniform(max(high + 6, 60), HEIGHT - 6)
        box = (x - wide / 2 * _ROOM, y - high / 2 * (1 + _ROOM), wide * _ROOM, high * _ROOM)
        if all(_beside(box, other) for other in taken):
            taken.append(box)
            return x, y
    return None


def _beside(a: Box, b: Box) -> bool:
    return a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]


def _share(box: Box) -> Box:
    return box[0] / WIDTH, box[1] / HEIGHT, box[2] / WIDTH, box[3] / HEIGHT


def drawn(seed: int, kind: str, count: int) -> Seen:
    """`count` things of a kind with one look and some others, on a drawn background."""
    rng = np.random.default_rng(seed)
    canvas = Canvas(GROUNDS[int(rng.integers(len(GROUNDS)))](rng, FRAME_SIZE[::-1]).convert("RGB"), rng)
    looks = [thing for thing in THINGS if thing.concept.key == kind]
    look, picture = looks[int(rng.integers(len(looks)))], int(rng.integers(1 << 30))
    others = [thing for thing in THINGS if thing.concept.tags and thing.concept.key != kind]
    plan = [(look, picture)] * count
    plan += [(others[int(rng.integers(len(others)))], int(rng.integers(1 << 30))) for _ in range(int(rng.integers(3, 7)))]
    truth: list[tuple[str, str, Box]] = []
    for thing, number in plan:
        sprite, colour = thing.sprite(np.random.default_rng(number))
        box = canvas.place(sprite, int(rng.uniform(40, 72)))
        if box is not None:
            name = thing.concept.key
            share = box[0] / FRAME_SIZE[0], box[1] / FRAME_SIZE[1], box[2] / FRAME_SIZE[0], box[3] / FRAME_SIZE[1]
            truth.append((name, colour or DRAWN_COLOURS.get(name, ""), share))
    return Seen(np.asarray(canvas.picture), truth, kind)
