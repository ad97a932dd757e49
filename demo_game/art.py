"""Paints a world: ground, shadows, things and people by depth, and the light of the hour."""

from __future__ import annotations

import math
from functools import lru_cache

import pygame

from demo_game.actors import Actor
from demo_game.ground import ground
from demo_game.pen import MARGIN, Pen
from demo_game.people_art import LOOKS, person, wolf
from demo_game.thing_art import DRAWINGS
from demo_game.village import HEIGHT, KINDS, WIDTH
from demo_game.world import Thing, World

Surface = pygame.Surface

PHASES = 8  # pictures of an animation
NIGHT, DUSK = (96, 108, 178), (255, 206, 160)
STILL = frozenset(
    {
        "house",
        "blue house",
        "door",
        "well",
        "market stall",
        "sign",
        "fence",
        "cart",
        "chest",
        "barrel",
        "red potion",
        "blue potion",
        "key",
        "sword",
        "bread",
        "apple",
    }
)
PERIOD_S = {"campfire": 2.4, "fire": 0.9}  # of the animation; others take their time
GLOW = {"campfire": 120, "fire": 230}  # radius of the light, pixels


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
    phase = 0.0 if thing.look in STILL else (time / PERIOD_S.get(thing.look, 3.0) + thing.home[0] / 97) % 1
    if not thing.kind.flat and thing.look not in ("door", "house", "blue house") and thing.carrier is None:
        _shadow(surface, thing.x, thing.y, thing.kind.size[0])
    w, h = thing.kind.size
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
    DRAWINGS[look](pen, step / PHASES)
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
        if thing.look in GLOW:
            radius = GLOW[thing.look]
            shade.blit(_glow(radius), (thing.x - radius, thing.y - 20 - radius), special_flags=pygame.BLEND_ADD)
    surface.blit(shade, (0, 0), special_flags=pygame.BLEND_MULT)


@lru_cache(maxsize=8)
def _glow(radius: int) -> Surface:
    layer = Surface((radius * 2, radius * 2))
    for r in range(radius, 0, -3):
        strength = (1 - r / radius) ** 1.4
        pygame.draw.circle(layer, (int(190 * strength), int(150 * strength), int(70 * strength)), (radius, radius), r)
    return layer
