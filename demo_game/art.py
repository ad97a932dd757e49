"""Paints a world: ground, shadows, things and people by depth, and the light of the hour."""

from __future__ import annotations

import math
import random
from functools import lru_cache

import pygame

from demo_game.figures import Actor, Thing
from demo_game.pen import MARGIN, Colour, Pen, Point
from demo_game.people_art import LOOKS, person, wolf
from demo_game.village import HEIGHT, KINDS, WIDTH
from demo_game.world import World

# -- ground ----------------------------------------------------------------------------------------------------

Surface = pygame.Surface
GRASS: Colour = (118, 166, 88)
PATCHES: tuple[Colour, ...] = ((104, 152, 80), (132, 178, 98), (110, 160, 92), (140, 182, 104))
TUFTS: tuple[Colour, ...] = ((84, 134, 68), (152, 194, 112))
PATH, PATH_EDGE, PATH_SPOTS = (212, 186, 138), (172, 146, 102), ((196, 168, 120), (226, 204, 160))
BLOSSOMS: tuple[Colour, ...] = ((250, 246, 232), (250, 220, 110), (232, 160, 190))
ROUTES: tuple[tuple[Point, ...], ...] = (
    ((150, 178), (215, 245), (330, 285), (480, 262), (620, 262), (730, 225), (800, 168)),
    ((480, 262), (478, 330), (540, 420), (700, 455), (960, 448)),
    ((330, 285), (230, 345), (110, 352), (0, 348)),
)
PATH_WIDTH = 40


def ground(size: tuple[int, int], seed: int = 5) -> Surface:
    """The whole ground, `size` pixels."""
    rng = random.Random(seed)
    surface = _grass(size, rng)
    path = _path_mask(size, rng)
    surface.blit(path, (0, 0))
    on_path = pygame.mask.from_surface(path)
    _sprinkle(surface, on_path, rng)
    return surface


def _grass(size: tuple[int, int], rng: random.Random) -> Surface:
    surface = Surface(size)
    surface.fill(GRASS)
    for _ in range(300):
        x, y, r = rng.randrange(size[0]), rng.randrange(size[1]), rng.randrange(12, 52)
        pygame.draw.ellipse(surface, rng.choice(PATCHES), (x - r, y - r * 0.55, 2 * r, r * 1.1))
    small = pygame.transform.smoothscale(surface, (size[0] // 8, size[1] // 8))
    return pygame.transform.smoothscale(small, size)


def _path_mask(size: tuple[int, int], rng: random.Random) -> Surface:
    """The paths on transparent ground, drawn large and scaled down for smooth edges."""
    large = Surface((size[0] * 2, size[1] * 2), pygame.SRCALPHA)
    spots = [spot for route in ROUTES for spot in _along(route)]
    wobble = [rng.uniform(-3, 3) for _ in spots]
    for colour, extra in ((PATH_EDGE, 3.0), (PATH, 0.0)):
        for (x, y), off in zip(spots, wobble, strict=True):
            pygame.draw.circle(large, colour, (x * 2, y * 2), PATH_WIDTH + 2 * (off + extra))
    for x, y in spots:
        for _ in range(2):
            dx, dy = rng.gauss(0, PATH_WIDTH / 4.5), rng.gauss(0, PATH_WIDTH / 4.5)
            width = rng.uniform(4, 12)
            pygame.draw.ellipse(large, rng.choice(PATH_SPOTS), (x * 2 + dx * 2, y * 2 + dy * 2, width, width * 0.6))
    return pygame.transform.smoothscale(large, size)


def _along(route: tuple[Point, ...]) -> list[Point]:
    """Points every 6 pixels or so along a Catmull-Rom curve through the route."""
    ends = (route[0], *route, route[-1])
    spots: list[Point] = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        steps = int(math.dist(b, c) / 6) + 1
        for i in range(steps):
            t = i / steps
            x, y = (
                0.5
                * (
                    2 * b[k]
                    + (c[k] - a[k]) * t
                    + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t
                    + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t**3
                )
                for k in (0, 1)
            )
            spots.append((x, y))
    return [*spots, route[-1]]


def _sprinkle(surface: Surface, path: pygame.Mask, rng: random.Random) -> None:
    width, height = surface.get_size()
    for _ in range(700):
        x, y = rng.randrange(4, width - 4), rng.randrange(6, height - 4)
        if path.get_at((x, y)):
            continue
        if rng.random() < 0.07:
            pygame.draw.circle(surface, rng.choice(BLOSSOMS), (x, y), 2)
        else:
            colour = rng.choice(TUFTS)
            for lean in (-2, 0, 2):
                pygame.draw.aaline(surface, colour, (x + lean / 2, y), (x + lean, y - rng.randrange(4, 7)))


# -- world -----------------------------------------------------------------------------------------------------


PHASES = 8  # pictures of an animation
NIGHT, DUSK = (96, 108, 178), (255, 206, 160)


class Painter:
    """Draws worlds onto a surface of the screen's size."""

    def __init__(self) -> None:
        self._ground = ground((WIDTH, HEIGHT))

    def paint(self, world: World, surface: Surface, dusk: float | None = None) -> None:
        """All that belongs to the world, no bubbles and no interface.

        Args:
            dusk: 0 by day … 1 at night; the world's own by default.
        """
        surface.blit(self._ground, (0, 0))
        things = [t for t in world.visible_things() if not (t.look == "cart" and world.fire)]
        for thing in (t for t in things if t.kind.flat):
            _thing(surface, thing, world.time)
        standing: list[Thing | Actor] = [t for t in things if not t.kind.flat]
        for each in sorted([*standing, *world.actors()], key=_depth):
            if isinstance(each, Thing):
                _thing(surface, each, world.time)
            else:
                _actor(surface, each, world.time)
        _light(surface, world, world.dusk if dusk is None else dusk)


def _depth(each: Thing | Actor) -> float:
    carrier = each.carrier if isinstance(each, Thing) else None
    return carrier.y + 0.5 if carrier else each.y


def _thing(surface: Surface, thing: Thing, time: float) -> None:
    kind = thing.kind
    phase = 0.0 if kind.still else (time / kind.period_s + thing.home[0] / 97) % 1
    w, h = kind.size
    if kind.shadow and not kind.flat and thing.carrier is None:
        _shadow(surface, thing.x, thing.y, w)
    picture = thing_picture(thing.look, int(phase * PHASES))
    surface.blit(picture, (round(thing.x - w / 2 - MARGIN), round(thing.y - h - MARGIN)))


def _actor(surface: Surface, actor: Actor, time: float) -> None:
    pose = actor.pose or (f"walk{int(time * 8) % 4}" if actor.moving else "stand")
    breath = (time * 0.5 + actor.home[0] / 53) % 1 if pose == "stand" else 0.0
    jump = abs(math.sin(time * 7)) * 16 if pose == "cheer" else 0.0
    w, h = actor.size
    _shadow(surface, actor.x, actor.y, w * 0.9)
    picture = actor_picture(actor.persona, actor.size, pose, int(breath * PHASES), actor.facing < 0)
    surface.blit(picture, (round(actor.x - w / 2 - MARGIN), round(actor.y - jump - h - MARGIN)))


@lru_cache(maxsize=512)
def thing_picture(look: str, step: int) -> Surface:
    """A thing at step 0 … `PHASES` - 1 of its animation."""
    pen = Pen(*KINDS[look].size)
    KINDS[look].draw(pen, step / PHASES)
    return pen.picture()


@lru_cache(maxsize=2048)
def actor_picture(persona: str, size: tuple[int, int], pose: str, step: int, left: bool) -> Surface:
    """Somebody in a pose, looking to the right or left."""
    pen = Pen(*size)
    if persona == "wolf":
        wolf(pen, pose, step / PHASES)
    else:
        person(LOOKS[persona], pen, pose, step / PHASES)
    return pygame.transform.flip(pen.picture(), True, False) if left else pen.picture()


@lru_cache(maxsize=64)
def _shadow_picture(width: int) -> Surface:
    layer = Surface((width * 3, width), pygame.SRCALPHA)
    pygame.draw.ellipse(layer, (18, 40, 24, 84), layer.get_rect())
    return pygame.transform.smoothscale(layer, (width, width // 3))


def _shadow(surface: Surface, x: float, y: float, width: float) -> None:
    picture = _shadow_picture(int(width))
    surface.blit(picture, (round(x - width / 2 + 3), round(y - width / 6 - 1)))


def _light(surface: Surface, world: World, dusk: float) -> None:
    """Warm at first, blue later; fires shine through it."""
    if dusk < 0.02:
        return
    warm = min(dusk * 2, 1) * max(1 - dusk, 0)
    tint = [255 - (255 - n) * dusk * 0.8 - (255 - d) * warm * 0.5 for n, d in zip(NIGHT, DUSK, strict=True)]
    shade = Surface((WIDTH, HEIGHT))
    shade.fill([max(0, int(c)) for c in tint])
    for thing in world.visible_things():
        if radius := thing.kind.glow:
            shade.blit(_glow(radius), (thing.x - radius, thing.y - 20 - radius), special_flags=pygame.BLEND_ADD)
    surface.blit(shade, (0, 0), special_flags=pygame.BLEND_MULT)


@lru_cache(maxsize=8)
def _glow(radius: int) -> Surface:
    layer = Surface((radius * 2, radius * 2))
    for r in range(radius, 0, -3):
        strength = (1 - r / radius) ** 1.4
        pygame.draw.circle(layer, (int(190 * strength), int(150 * strength), int(70 * strength)), (radius, radius), r)
    return layer
