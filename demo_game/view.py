"""What can really be seen of the village: inside the screen and not hidden behind something else."""

from __future__ import annotations

from collections.abc import Sequence

from demo_game.figures import Actor, Entity, ScreenBox
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import World

FRAME_SIZE = (640, 360)  # of the frames that the engine gets
SEEN_SHARE = 0.5  # of a box must be in view
GRID = 8  # points a side at which a box is probed
FILLED = 0.12  # of a box's width and height at each edge that a picture does not fill


def in_view(world: World) -> list[Entity]:
    """Entities of which at least half can be seen, the largest first."""
    everything = world.entities()
    player = Entity(("adventurer",), world.player.box, ("person",), world.player.y, world.player)
    seen = [e for e in everything if _seen_share(e, [*everything, player]) >= SEEN_SHARE]
    return sorted(seen, key=lambda e: -e.box[2] * e.box[3])


def frame_box(box: ScreenBox) -> ScreenBox:
    """A screen box in frame pixels, cut at the edges."""
    x0, y0 = max(box[0], 0.0), max(box[1], 0.0)
    x1, y1 = min(box[0] + box[2], WIDTH), min(box[1] + box[3], HEIGHT)
    sx, sy = FRAME_SIZE[0] / WIDTH, FRAME_SIZE[1] / HEIGHT
    return x0 * sx, y0 * sy, (x1 - x0) * sx, (y1 - y0) * sy


def _seen_share(entity: Entity, others: Sequence[Entity]) -> float:
    """Share of the box that is on the screen and under no box that stands in front."""
    covers = [_inner(o.box) for o in others if o.depth > entity.depth and not _belongs(o, entity)]
    x, y, w, h = entity.box
    probes = [(x + w * (i + 0.5) / GRID, y + h * (j + 0.5) / GRID) for i in range(GRID) for j in range(GRID)]
    free = sum(0 <= px < WIDTH and 0 <= py < HEIGHT and not any(_holds(c, px, py) for c in covers) for px, py in probes)
    return free / len(probes)


def _belongs(front: Entity, back: Entity) -> bool:
    """A door is part of its house, a fire shows its cart, and what is carried does not hide its carrier."""
    names = {front.names[0], back.names[0]}
    carried = getattr(front.thing, "carrier", None) is back.thing and isinstance(back.thing, Actor)
    return carried or names in ({"house", "door"}, {"cart", "fire"})


def _inner(box: ScreenBox) -> ScreenBox:
    x, y, w, h = box
    return x + w * FILLED, y + h * FILLED, w * (1 - 2 * FILLED), h * (1 - 2 * FILLED)


def _holds(box: ScreenBox, x: float, y: float) -> bool:
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]
