"""The village's looks, drawn by code: one palette, dark outlines, soft shadows."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable

import pygame

from demo_game.world import HEIGHT, WIDTH, Actor, Thing, World

Surface = pygame.Surface
Colour = tuple[int, int, int]
INK: Colour = (38, 30, 34)
GRASS, GRASS_DARK, GRASS_LIGHT = (112, 158, 84), (97, 142, 75), (130, 174, 96)
PATH, PATH_EDGE = (205, 178, 130), (176, 148, 104)
WOOD, WOOD_DARK, STONE, STONE_DARK = (156, 104, 62), (116, 74, 46), (168, 170, 174), (124, 126, 134)
ROOF, WALL = (176, 74, 62), (232, 214, 178)
RED, BLUE, GOLD, LEAF = (214, 48, 52), (52, 96, 214), (240, 196, 60), (66, 122, 62)
NIGHT = (70, 84, 150)
CLOTHES: dict[str, tuple[Colour, Colour, Colour]] = {  # tunic, hair or hat, trim
    "player": (66, 120, 190),
    "healer": (240, 240, 236),
    "guard": (120, 128, 146),
    "merchant": (136, 76, 156),
    "coward": (214, 170, 84),
    "bard": (60, 150, 120),
    "hermit": (116, 98, 78),
}  # type: ignore[dict-item]
HAIR = {
    "player": (92, 60, 40),
    "healer": (196, 90, 60),
    "guard": (168, 172, 184),
    "merchant": (40, 36, 52),
    "coward": (238, 206, 120),
    "bard": (34, 92, 76),
    "hermit": (206, 204, 200),
}


def ground(seed: int = 5) -> Surface:
    """Grass, paths and a pond; drawn once."""
    rng = random.Random(seed)
    surface = Surface((WIDTH, HEIGHT))
    surface.fill(GRASS)
    for _ in range(260):
        x, y, r = rng.randrange(WIDTH), rng.randrange(HEIGHT), rng.randrange(14, 46)
        pygame.draw.ellipse(surface, rng.choice((GRASS_DARK, GRASS_LIGHT)), (x - r, y - r // 2, 2 * r, r))
    smooth = pygame.transform.smoothscale(pygame.transform.smoothscale(surface, (WIDTH // 6, HEIGHT // 6)), (WIDTH, HEIGHT))
    _paths(smooth)
    for _ in range(420):
        x, y = rng.randrange(WIDTH), rng.randrange(HEIGHT)
        if smooth.get_at((x, y))[0] < 150:
            pygame.draw.line(smooth, GRASS_DARK, (x, y), (x - 2, y - 5), 1)
            pygame.draw.line(smooth, GRASS_LIGHT, (x, y), (x + 2, y - 4), 1)
    return smooth


def _paths(surface: Surface) -> None:
    routes = (
        ((150, 190), (330, 300), (480, 250), (620, 250), (800, 185)),
        ((480, 250), (480, 400), (700, 470), (960, 440)),
        ((330, 300), (200, 400), (0, 420)),
    )
    for colour, width in ((PATH_EDGE, 42), (PATH, 34)):
        for route in routes:
            for a, b in itertools.pairwise(route):
                steps = int(math.dist(a, b) / 6) + 1
                for i in range(steps + 1):
                    t = i / steps
                    wobble = 6 * math.sin((a[0] + i * 6) / 31)
                    pygame.draw.circle(
                        surface, colour, (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t + wobble), width // 2
                    )


class Painter:
    """Draws a world onto a 960x540 surface."""

    def __init__(self) -> None:
        self._ground = ground()
        self._cache: dict[tuple[str, int, int], Surface] = {}

    def paint(self, world: World, surface: Surface, night: float = 0.0) -> None:
        """Everything that is part of the world (no bubbles, no interface); `night` 0..1 tints it."""
        surface.blit(self._ground, (0, 0))
        drawn: list[tuple[float, Callable[[], None]]] = []
        for thing in world.visible_things():
            drawn.append((thing.y, lambda t=thing: self._thing(surface, t, world.time)))  # type: ignore[misc]
        for actor in (world.player, *world.npcs, *((world.wolf,) if world.wolf else ())):
            drawn.append((actor.y, lambda a=actor: self._actor(surface, a, world.time)))  # type: ignore[misc]
        for _, draw in sorted(drawn, key=lambda d: d[0] if d[0] else 0.0):
            draw()
        if night > 0:
            shade = Surface((WIDTH, HEIGHT))
            shade.fill(tuple(int(255 - (255 - c) * night) for c in NIGHT))
            surface.blit(shade, (0, 0), special_flags=pygame.BLEND_MULT)

    def _thing(self, surface: Surface, thing: Thing, time: float) -> None:
        x, y, w, h = thing.box
        if thing.name not in ("door", "house"):
            _shadow(surface, thing.x, thing.y, w * 0.8)
        _THINGS[thing.name](surface, x, y, w, h, time)

    def _actor(self, surface: Surface, actor: Actor, time: float) -> None:
        _shadow(surface, actor.x, actor.y, actor.box[2] * 0.8)
        bob = abs(math.sin(time * 9)) * 3 if actor.moving else math.sin(time * 2 + actor.x) * 0.8
        if actor.task.action == "celebrate":
            bob = abs(math.sin(time * 7)) * 12
        if actor.kind == "wolf":
            _wolf(surface, actor.x, actor.y - bob, actor.facing, time)
            return
        _person(surface, actor, bob, time)
        if actor.carries:
            _THINGS[actor.carries](surface, actor.x - 14, actor.y - 88 - bob, 28, 26, time)


def _shadow(surface: Surface, x: float, y: float, width: float) -> None:
    layer = Surface((int(width) + 4, int(width * 0.34) + 4), pygame.SRCALPHA)
    pygame.draw.ellipse(layer, (20, 30, 20, 70), layer.get_rect())
    surface.blit(layer, (x - width / 2 - 2, y - width * 0.17 - 2))


def _box(surface: Surface, colour: Colour, rect: tuple[float, float, float, float], radius: int = 4) -> None:
    pygame.draw.rect(surface, colour, rect, border_radius=radius)
    pygame.draw.rect(surface, INK, rect, 2, border_radius=radius)


def _poly(surface: Surface, colour: Colour, points: list[tuple[float, float]]) -> None:
    pygame.draw.polygon(surface, colour, points)
    pygame.draw.polygon(surface, INK, points, 2)


def _disc(surface: Surface, colour: Colour, x: float, y: float, r: float) -> None:
    pygame.draw.circle(surface, colour, (x, y), r)
    pygame.draw.circle(surface, INK, (x, y), r, 2)


def _house(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    _box(s, WALL, (x + 10, y + h * 0.42, w - 20, h * 0.56), 3)
    for dx in (26, w - 54):
        _box(s, (136, 190, 214), (x + dx, y + h * 0.58, 26, 24), 2)
        pygame.draw.line(s, INK, (x + dx + 13, y + h * 0.58), (x + dx + 13, y + h * 0.58 + 24), 2)
    _poly(s, ROOF, [(x - 4, y + h * 0.46), (x + 26, y + 6), (x + w - 26, y + 6), (x + w + 4, y + h * 0.46)])
    for row in range(3):
        ry = y + 18 + row * 15
        pygame.draw.line(s, (146, 56, 48), (x + 20 - row * 8, ry), (x + w - 20 + row * 8, ry), 2)
    _box(s, STONE_DARK, (x + w - 46, y - 6, 16, 24), 2)


def _door(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    pygame.draw.rect(s, WOOD_DARK, (x, y, w, h), border_top_left_radius=15, border_top_right_radius=15)
    pygame.draw.rect(s, INK, (x, y, w, h), 2, border_top_left_radius=15, border_top_right_radius=15)
    for dx in (w / 3, 2 * w / 3):
        pygame.draw.line(s, INK, (x + dx, y + 5), (x + dx, y + h - 2), 1)
    pygame.draw.circle(s, GOLD, (x + w - 8, y + h * 0.55), 3)


def _well(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    for px in (x + 8, x + w - 14):
        _box(s, WOOD, (px, y + 18, 7, h - 34), 1)
    _poly(s, ROOF, [(x - 2, y + 26), (x + w / 2, y), (x + w + 2, y + 26)])
    pygame.draw.ellipse(s, STONE, (x + 2, y + h - 34, w - 4, 30))
    pygame.draw.ellipse(s, INK, (x + 2, y + h - 34, w - 4, 30), 2)
    pygame.draw.ellipse(s, (44, 84, 140), (x + 12, y + h - 29, w - 24, 15))
    _box(s, STONE_DARK, (x + 4, y + h - 18, w - 8, 16), 5)
    for i in range(3):
        pygame.draw.line(s, INK, (x + 18 + i * 16, y + h - 17), (x + 18 + i * 16, y + h - 4), 1)


def _flames(s: Surface, x: float, y: float, w: float, h: float, t: float, tongues: int) -> None:
    for colour, scale in (((226, 72, 28), 1.0), ((248, 146, 36), 0.72), ((255, 224, 110), 0.42)):
        for i in range(tongues):
            cx = x + w * (i + 0.5) / tongues
            high = h * scale * (0.78 + 0.22 * math.sin(t * 8 + i * 2.1))
            half = w / tongues * 0.62 * scale
            pygame.draw.polygon(
                s,
                colour,
                [
                    (cx - half, y + h),
                    (cx - half * 0.5, y + h - high * 0.55),
                    (cx + math.sin(t * 6 + i) * 4, y + h - high),
                    (cx + half * 0.6, y + h - high * 0.5),
                    (cx + half, y + h),
                ],
            )


def _campfire(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    for i in range(7):
        a = math.pi * (0.05 + i * 0.15)
        _disc(s, STONE, x + w / 2 + math.cos(a) * w * 0.44, y + h - 9 + math.sin(a) * 6, 6)
    for a, b in (((6, -6), (w - 10, -14)), ((10, -14), (w - 6, -6))):
        pygame.draw.line(s, INK, (x + a[0], y + h + a[1]), (x + b[0], y + h + b[1]), 9)
        pygame.draw.line(s, WOOD, (x + a[0], y + h + a[1]), (x + b[0], y + h + b[1]), 6)
    _flames(s, x + w * 0.28, y, w * 0.44, h - 12, t, 1)


def _fire(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    _box(s, WOOD_DARK, (x + 4, y + h - 24, w - 8, 14), 3)
    for dx in (18, w - 18):
        _disc(s, WOOD, x + dx, y + h - 8, 9)
    pygame.draw.ellipse(s, (214, 182, 80), (x + 6, y + h - 42, w - 12, 28))
    _flames(s, x, y - 6, w, h - 14, t, 4)
    for i in range(4):
        rise = (t * 22 + i * 19) % 60
        pygame.draw.circle(s, (90, 86, 84), (x + w / 2 + math.sin(t + i) * 16, y - rise), 5 + rise * 0.1)


def _chest(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    _box(s, WOOD, (x, y + h * 0.42, w, h * 0.58), 3)
    pygame.draw.rect(s, WOOD_DARK, (x, y, w, h * 0.48), border_top_left_radius=14, border_top_right_radius=14)
    pygame.draw.rect(s, INK, (x, y, w, h * 0.48), 2, border_top_left_radius=14, border_top_right_radius=14)
    for dx in (6, w - 12):
        pygame.draw.rect(s, GOLD, (x + dx, y + 3, 6, h - 5))
    _box(s, GOLD, (x + w / 2 - 6, y + h * 0.38, 12, 13), 2)


def _barrel(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    _box(s, WOOD, (x + 2, y, w - 4, h), 12)
    for dy in (9, h - 14):
        pygame.draw.rect(s, STONE_DARK, (x + 2, y + dy, w - 4, 5))
    pygame.draw.ellipse(s, WOOD_DARK, (x + 6, y + 1, w - 12, 9))
    for dx in (w / 3, 2 * w / 3):
        pygame.draw.line(s, WOOD_DARK, (x + dx, y + 10), (x + dx, y + h - 3), 1)


def _sign(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    _box(s, WOOD_DARK, (x + w / 2 - 4, y + h * 0.4, 8, h * 0.6), 1)
    _box(s, WOOD, (x, y, w, h * 0.5), 3)
    for dy in (8, 15):
        pygame.draw.line(s, INK, (x + 8, y + dy), (x + w - 9, y + dy), 2)


def _potion(colour: Colour) -> Callable[[Surface, float, float, float, float, float], None]:
    light: Colour = tuple(min(255, c + 70) for c in colour)  # type: ignore[assignment]

    def draw(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
        cx, r = x + w / 2, w * 0.48
        _box(s, (214, 230, 238), (cx - 5, y + h * 0.12, 10, h * 0.34), 2)
        _box(s, WOOD, (cx - 6, y, 12, h * 0.18), 2)
        _disc(s, colour, cx, y + h - r, r)
        pygame.draw.circle(s, light, (cx - r * 0.35, y + h - r * 1.3), r * 0.28)

    return draw


def _key(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    cy = y + h / 2
    for colour, extra in ((INK, 3), (GOLD, 0)):
        pygame.draw.circle(s, colour, (x + 11, cy), 10 + extra / 2, 6 + extra)
        pygame.draw.line(s, colour, (x + 19, cy), (x + w - 2, cy), 5 + extra)
        for dx in (w - 6, w - 14):
            pygame.draw.line(s, colour, (x + dx, cy), (x + dx, cy + 9), 5 + extra)


def _sword(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    for colour, extra in ((INK, 4), ((214, 222, 232), 0)):
        pygame.draw.line(s, colour, (x + 14, y + h - 14), (x + w - 3, y + 3), 7 + extra)
    for colour, extra in ((INK, 4), (GOLD, 0)):
        pygame.draw.line(s, colour, (x + 6, y + h - 22), (x + 22, y + h - 6), 5 + extra)
    for colour, extra in ((INK, 4), (WOOD, 0)):
        pygame.draw.line(s, colour, (x + 2, y + h - 2), (x + 12, y + h - 12), 6 + extra)


def _bread(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    pygame.draw.ellipse(s, (206, 142, 72), (x, y + 4, w, h - 4))
    pygame.draw.ellipse(s, INK, (x, y + 4, w, h - 4), 2)
    for dx in (0.3, 0.5, 0.7):
        pygame.draw.line(s, (246, 214, 150), (x + w * dx - 3, y + 10), (x + w * dx + 3, y + h - 9), 3)


def _apple(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    _disc(s, (222, 54, 46), x + w / 2, y + h - w * 0.46, w * 0.46)
    pygame.draw.line(s, WOOD_DARK, (x + w / 2, y + 8), (x + w / 2 + 3, y), 3)
    pygame.draw.ellipse(s, (96, 170, 70), (x + w / 2 + 2, y, 13, 8))
    pygame.draw.circle(s, (250, 150, 136), (x + w * 0.34, y + h * 0.46), 4)


def _tree(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    _box(s, WOOD_DARK, (x + w / 2 - 9, y + h * 0.6, 18, h * 0.4), 4)
    sway = math.sin(t * 0.8 + x) * 1.5
    blobs = ((0.5, 0.22, 0.28), (0.24, 0.42, 0.26), (0.76, 0.42, 0.26), (0.5, 0.5, 0.3))
    for px, py, r in blobs:
        pygame.draw.circle(s, INK, (x + w * px + sway, y + h * py), w * r + 2)
    for px, py, r in blobs:
        pygame.draw.circle(s, LEAF, (x + w * px + sway, y + h * py), w * r)
    for px, py in ((0.42, 0.16), (0.2, 0.36), (0.66, 0.36), (0.46, 0.44)):
        pygame.draw.circle(s, (92, 154, 80), (x + w * px + sway, y + h * py), w * 0.11)


def _flower(s: Surface, x: float, y: float, w: float, h: float, t: float) -> None:
    pygame.draw.line(s, LEAF, (x + w / 2, y + h), (x + w / 2, y + h * 0.4), 3)
    for i in range(6):
        a = i * math.tau / 6
        _disc(s, (238, 130, 190), x + w / 2 + math.cos(a) * 9, y + h * 0.36 + math.sin(a) * 9, 6)
    _disc(s, GOLD, x + w / 2, y + h * 0.36, 6)


_THINGS: dict[str, Callable[[Surface, float, float, float, float, float], None]] = {
    "house": _house,
    "door": _door,
    "well": _well,
    "campfire": _campfire,
    "fire": _fire,
    "chest": _chest,
    "barrel": _barrel,
    "sign": _sign,
    "red potion": _potion(RED),
    "blue potion": _potion(BLUE),
    "key": _key,
    "sword": _sword,
    "bread": _bread,
    "apple": _apple,
    "tree": _tree,
    "flower": _flower,
}


def _wolf(s: Surface, x: float, y: float, facing: float, t: float) -> None:
    fur, dark = (92, 94, 108), (62, 62, 76)

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * facing, y + dy

    for i, dx in enumerate((-18, -10, 8, 16)):
        swing = math.sin(t * 9 + i * 1.7) * 3
        pygame.draw.line(s, INK, at(dx, -14), at(dx + swing, 0), 8)
        pygame.draw.line(s, dark, at(dx, -14), at(dx + swing, -1), 5)
    _poly(s, dark, [at(-22, -26), at(-40, -36), at(-36, -22), at(-22, -18)])
    rect = pygame.Rect(0, 0, 50, 24)
    rect.center = (int(x - 2 * facing), int(y - 20))
    pygame.draw.ellipse(s, fur, rect)
    pygame.draw.ellipse(s, INK, rect, 2)
    _poly(
        s,
        fur,
        [at(10, -34), at(14, -48), at(20, -38), at(26, -47), at(30, -34), at(44, -25), at(40, -19), at(22, -16), at(10, -22)],
    )
    pygame.draw.circle(s, (250, 206, 50), at(27, -30), 3)
    pygame.draw.circle(s, INK, at(43, -24), 3)
    for dx in (32, 37):
        _poly(s, (250, 250, 250), [at(dx, -20), at(dx + 4, -20), at(dx + 2, -15)])


def _person(s: Surface, actor: Actor, bob: float, t: float) -> None:
    x, y, kind = actor.x, actor.y - bob, actor.kind
    tunic, hair = CLOTHES[kind], HAIR[kind]
    for dx in (-7, 7):
        step = math.sin(t * 9 + dx) * 3 if actor.moving else 0
        _box(s, (74, 62, 62), (x + dx - 5, actor.y - 12 + step, 10, 12), 3)
    _poly(s, tunic, [(x - 10, y - 36), (x + 10, y - 36), (x + 16, y - 8), (x - 16, y - 8)])  # type: ignore[arg-type]
    for side in (-1, 1):
        _disc(s, (238, 196, 160), x + side * 15, y - 22, 5)
    _disc(s, (238, 196, 160), x, y - 44, 13)
    _headgear(s, kind, x, y, hair)
    for dx in (-4, 5):
        pygame.draw.circle(s, INK, (x + dx + actor.facing * 2, y - 43), 2)
    if kind == "healer":
        pygame.draw.rect(s, RED, (x - 2, y - 29, 5, 15))
        pygame.draw.rect(s, RED, (x - 7, y - 24, 15, 5))
    if kind == "guard":
        pygame.draw.line(s, INK, (x + 19, y + 6), (x + 19, y - 62), 5)
        pygame.draw.line(s, WOOD, (x + 19, y + 6), (x + 19, y - 60), 3)
        _poly(s, STONE, [(x + 19, y - 74), (x + 25, y - 60), (x + 13, y - 60)])
    if kind == "bard":
        pygame.draw.ellipse(s, WOOD, (x - 12, y - 26, 17, 13))
        pygame.draw.ellipse(s, INK, (x - 12, y - 26, 17, 13), 2)
        pygame.draw.line(s, INK, (x, y - 22), (x + 15, y - 34), 3)
    if kind == "hermit":
        _poly(s, hair, [(x - 9, y - 40), (x + 9, y - 40), (x, y - 17)])
    if kind == "merchant":
        _disc(s, GOLD, x + 9, y - 14, 5)


def _headgear(s: Surface, kind: str, x: float, y: float, hair: Colour) -> None:
    if kind == "guard":
        _poly(s, hair, [(x - 14, y - 46), (x - 11, y - 58), (x, y - 63), (x + 11, y - 58), (x + 14, y - 46)])
    elif kind in ("merchant", "bard"):
        _poly(s, hair, [(x - 17, y - 50), (x - 9, y - 61), (x + 9, y - 61), (x + 17, y - 50)])
        pygame.draw.line(s, GOLD, (x - 14, y - 51), (x + 14, y - 51), 3)
    elif kind == "hermit":
        _poly(
            s,
            CLOTHES[kind],
            [
                (x - 15, y - 38),
                (x - 13, y - 56),
                (x, y - 64),
                (x + 13, y - 56),
                (x + 15, y - 38),
                (x + 9, y - 52),
                (x - 9, y - 52),
            ],
        )  # type: ignore[arg-type]
    else:
        pygame.draw.ellipse(s, hair, (x - 14, y - 59, 28, 16))
        pygame.draw.ellipse(s, INK, (x - 14, y - 59, 28, 16), 2)
        if kind == "healer":
            for side in (-1, 1):
                pygame.draw.ellipse(s, hair, (x + side * 12 - 4, y - 52, 8, 20))
