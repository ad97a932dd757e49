"""The ground of the village, drawn once: grass with variation, paths, tufts and small flowers."""

from __future__ import annotations

import math
import random

import pygame

from demo_game.pen import Colour, Point

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
