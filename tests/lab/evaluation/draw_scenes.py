"""Paints the scenes of the public conversations with the demo's own art, and writes down what is where in each.

`SDL_VIDEODRIVER=dummy python tests/lab/evaluation/draw_scenes.py` writes `npc/evaluation/conversations/scenes` anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pygame
import yaml
from PIL import Image

import npc
from demo_game.art import Painter
from demo_game.figures import Actor, Thing
from demo_game.screen import capture
from demo_game.view import FRAME_SIZE, frame_box, in_view
from demo_game.village import HEIGHT, WIDTH, WOLF_SIZE
from demo_game.world import World

SCENES = Path(npc.__file__).parent / "evaluation" / "conversations" / "scenes"
_TREES = [("tree", 60, 150), ("pine tree", 900, 150), ("tree", 820, 130)]
# Look and feet of everything, in pixels of the screen; `people` stand where they are put, nobody else is there.
_THINGS: dict[str, list[tuple[str, float, float]]] = {
    "meadow": [*_TREES, ("pine tree", 300, 140), ("flower", 420, 420), ("flower", 620, 300)],
    "square": [
        *_TREES,
        ("well", 480, 230),
        ("red potion", 300, 330),
        ("blue potion", 640, 340),
        ("sword", 460, 450),
        ("key", 800, 420),
        ("sign", 180, 260),
    ],
    "wolf": [*_TREES, ("well", 300, 240), ("chest", 720, 420), ("sword", 480, 470), ("red potion", 180, 400)],
    "camp": [
        *_TREES,
        ("campfire", 480, 330),
        ("barrel", 300, 300),
        ("barrel", 180, 330),
        ("barrel", 760, 300),
        ("bread", 620, 400),
        ("apple", 340, 440),
    ],
    "market": [
        ("market stall", 480, 240),
        ("chest", 260, 300),
        ("barrel", 700, 290),
        ("apple", 380, 400),
        ("bread", 600, 410),
        ("sword", 760, 440),
        ("house", 140, 190),
        ("door", 140, 191),
    ],
    "potions": [
        *_TREES,
        ("red potion", 200, 330),
        ("blue potion", 420, 330),
        ("red potion", 640, 340),
        ("chest", 480, 460),
        ("key", 760, 420),
    ],
    "fire": [*_TREES, ("well", 240, 250), ("house", 480, 200), ("door", 480, 201), ("fire", 700, 400), ("barrel", 330, 420)],
    "houses": [
        ("house", 180, 200),
        ("door", 180, 201),
        ("blue house", 780, 200),
        ("door", 780, 201),
        ("cart", 480, 260),
        ("fence", 480, 480),
        ("sign", 340, 360),
        ("chest", 640, 380),
    ],
}
_PEOPLE: dict[str, list[tuple[str, str, float, float]]] = {
    "market": [("Odo", "merchant", 560, 300)],
    "camp": [("Linnet", "bard", 580, 300)],
    "houses": [("Bram", "guard", 300, 420), ("Mira", "healer", 560, 400)],
}
_WOLVES: dict[str, tuple[float, float]] = {"wolf": (400, 300)}


def scene(name: str) -> World:
    """A world with what this scene has, in the light of day."""
    world = World(events=False)
    world.things = [Thing(*row) for row in _THINGS[name]]
    world.npcs = [Actor(who, persona, (persona,), x, y) for who, persona, x, y in _PEOPLE.get(name, ())]
    world.player.x, world.player.y = -200.0, -200.0
    if name in _WOLVES:
        world.wolf = Actor("wolf", "wolf", (), *_WOLVES[name], size=WOLF_SIZE)
    return world


def what_is_where(world: World) -> list[dict[str, Any]]:
    """The rows of one scene in `boxes.yaml`, the largest things first."""
    rows: list[dict[str, Any]] = []
    for entity in in_view(world):
        x, y, w, h = frame_box(entity.box)
        width, height = FRAME_SIZE
        box = (x / width, y / height, (x + w) / width, (y + h) / height)
        rows.append({"is": entity.names[-1], "box": [round(part, 3) for part in box]})
    return rows


def draw(folder: Path) -> None:
    """Write every scene as `NAME.webp`, and `boxes.yaml` with what is where, in fractions of the frame."""
    folder.mkdir(parents=True, exist_ok=True)
    painter, boxes = Painter(), {}
    for name in _THINGS:
        surface, world = pygame.Surface((WIDTH, HEIGHT)), scene(name)
        painter.paint(world, surface, dusk=0.0)
        picture = Image.frombytes("RGB", FRAME_SIZE, capture(surface))
        picture.save(folder / f"{name}.webp", quality=85, method=6)
        boxes[name] = what_is_where(world)
    text = yaml.safe_dump(boxes, default_flow_style=None, sort_keys=False, width=120)
    (folder / "boxes.yaml").write_text(f"# Written by tests/lab/evaluation/draw_scenes.py: left, top, right, bottom.\n{text}")


if __name__ == "__main__":
    pygame.init()
    draw(SCENES)
