"""What stands over the world: names and marks over heads, the bar below, icons, and trouble."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import pygame

from demo_game.figures import Actor, Thing
from demo_game.pen import INK, Colour, Pen, Point
from demo_game.screen import BAR, DIM, GOLD, PAPER, TEXT, WORLD, fitted, font, label, outlined, write
from demo_game.world import World

# -- icons -----------------------------------------------------------------------------------------------------

SIZE = 26
YELLOW, RED, BLUE, GREEN, WHITE = (255, 214, 84), (232, 84, 70), (126, 176, 240), (150, 190, 92), (250, 250, 244)


def _face(colour: Colour, brow: float, mouth: tuple[tuple[float, float], ...]) -> Callable[[Pen], None]:
    def draw(pen: Pen) -> None:
        pen.disc(colour, 0, -SIZE / 2, 12)
        for side in (-1, 1):
            pen.disc(INK, 4.2 * side, -15, 1.9, ink=False)
            if brow:
                pen.path(INK, [(2.2 * side, -18.5 + brow), (7 * side, -18.5 - brow)], 1.8)
        pen.path(INK, [(x, y - 8) for x, y in mouth], 2)

    return draw


def _warn(pen: Pen) -> None:
    pen.poly(YELLOW, [(0, -SIZE), (13, -2), (-13, -2)])
    pen.path(INK, [(0, -18), (0, -10)], 3)
    pen.disc(INK, 0, -6, 1.8, ink=False)


def _refuse(pen: Pen) -> None:
    pen.disc(WHITE, 0, -SIZE / 2, 12)
    for a, b in (((-5, -18), (5, -8)), ((5, -18), (-5, -8))):
        pen.path((210, 52, 48), [a, b], 4)


def _trade(pen: Pen) -> None:
    pen.disc((222, 160, 44), 3, -11, 10)
    pen.disc(YELLOW, -2, -14, 10)
    pen.path((196, 138, 36), [(-2, -19), (-2, -9)], 2.6)


def _use(pen: Pen) -> None:
    spikes = [(math.pi * i / 5, 5.5 if i % 2 else 13) for i in range(10)]
    pen.poly(YELLOW, [(math.sin(angle) * r, -13 - math.cos(angle) * r) for angle, r in spikes])


def _heal(pen: Pen) -> None:
    for width, height in ((6, 16), (16, 6)):
        pen.box((88, 196, 108), -width / 2, -13 - height / 2, width, height, 2)
    pen.box((88, 196, 108), -2.5, -18, 5, 10, 1, ink=False)


DRAWINGS: dict[str, Callable[[Pen], None]] = {
    "happy": _face(YELLOW, 0, ((-5, -1), (-2, 2), (2, 2), (5, -1))),
    "angry": _face(RED, 1.8, ((-4, 2), (0, 0), (4, 2))),
    "afraid": _face(BLUE, -1.5, ((-4, 1), (-1.4, -1), (1.4, 1), (4, -1))),
    "sad": _face(BLUE, -1.5, ((-4, 2), (0, -0.5), (4, 2))),
    "surprised": _face(YELLOW, -1, ((-1, 0), (1, 0), (1, 2), (-1, 2), (-1, 0))),
    "disgusted": _face(GREEN, 1, ((-5, 2), (-2, 0), (2, 1), (5, -1))),
    "warn": _warn,
    "refuse": _refuse,
    "trade": _trade,
    "use": _use,
    "heal": _heal,
}


@lru_cache(maxsize=32)
def icon(name: str) -> pygame.Surface:
    """A sign; its middle is the middle of the picture."""
    pen = Pen(SIZE, SIZE)
    DRAWINGS[name](pen)
    return pen.picture()


# -- names and bar ---------------------------------------------------------------------------------------------

Surface = pygame.Surface

BAR_COLOUR, CAP, CAP_EDGE = (22, 25, 33), (62, 69, 86), (98, 107, 128)
KEYS = (("WASD", "walk"), ("Enter", "speak"), ("V", "aloud"), ("F1", "what they see"), ("Esc", "quit"))
SIGNED_ACTIONS = frozenset({"warn", "refuse", "trade"})
SIGN_S, POINT_S = 3.0, 5.2
TO: Colour = (150, 96, 40)


def draw_names(screen: Surface, world: World) -> None:
    """Names under feet and signs over heads; the name of whoever Enter speaks to is golden."""
    nearest = world.addressee("")
    for npc in sorted(world.npcs, key=lambda n: n.y):
        _signs(screen, npc, world)
    for npc in world.npcs:
        outlined(screen, npc.name, (npc.x, npc.y + 10), 22, GOLD if npc is nearest else TEXT)


def draw_bar(screen: Surface, world: World, typed: str | None, spoken: str | None = None) -> None:
    """The bar below the world.

    Args:
        typed: what is in the text box; None: it is closed.
        spoken: what is heard of a player who holds V; None: it is up.
    """
    pygame.draw.rect(screen, BAR_COLOUR, BAR)
    if spoken is not None:
        _listening(screen, spoken, world.addressee("").name)
        return
    if typed is not None:
        _text_box(screen, typed, world.addressee(typed).name)
        return
    x = 16
    for key, what in KEYS:
        words = f"speak to {world.addressee('').name}" if key == "Enter" else what
        x = _key(screen, key, words, x) + 22
    if world.inventory:
        text = fitted("You have: " + ", ".join(reversed(world.inventory)), 21, BAR.right - x - 16)
        write(screen, text, (BAR.right - 16 - font(21).size(text)[0], BAR.y + 18), 21, GOLD)


def draw_trouble(screen: Surface, text: str) -> list[pygame.Rect]:
    """A hint at the upper edge of the world, and its place; none where there is no text."""
    return [label(screen, text, (WORLD.centerx, 22), 22, GOLD)] if text else []


def _key(screen: Surface, key: str, what: str, x: int) -> int:
    """A key cap and what the key does; where it ends."""
    cap = pygame.Rect(x, BAR.y + 12, font(21).size(key)[0] + 18, 28)
    pygame.draw.rect(screen, CAP_EDGE, cap.move(0, 2), border_radius=7)
    pygame.draw.rect(screen, CAP, cap, border_radius=7)
    write(screen, key, (cap.x + 9, cap.y + 7), 21, TEXT)
    write(screen, what, (cap.right + 8, cap.y + 7), 21, DIM)
    return cap.right + 8 + font(21).size(what)[0]


def _text_box(screen: Surface, typed: str, name: str) -> None:
    """Whom the words go to, and their end, which is where one types."""
    box = pygame.Rect(12, BAR.y + 7, BAR.width - 270, BAR.height - 14)
    pygame.draw.rect(screen, PAPER, box, border_radius=10)
    write(screen, f"to {name}:", (box.x + 14, box.y + 12), 23, TO)
    left, shown = box.x + 26 + font(23).size(f"to {name}:")[0], f"{typed}|"
    while font(25).size(shown)[0] > box.right - left - 12:
        shown = shown[1:]
    write(screen, shown, (left, box.y + 11), 25, INK)
    _key(screen, "Esc", "not now", _key(screen, "Enter", "say it", box.right + 18) + 16)


def _listening(screen: Surface, spoken: str, name: str) -> None:
    """That somebody listens, and the words so far."""
    pygame.draw.circle(screen, RED, (BAR.x + 30, BAR.centery), 9)
    write(screen, f"{name} listens:", (BAR.x + 50, BAR.y + 17), 23, GOLD)
    left = BAR.x + 64 + font(23).size(f"{name} listens:")[0]
    write(screen, fitted(spoken or "…", 25, BAR.right - left - 12), (left, BAR.y + 16), 25, TEXT)


def _signs(screen: Surface, npc: Actor, world: World) -> None:
    """Feelings, and actions that no walk shows."""
    task, age = npc.task, world.time - npc.task.since
    load = npc.carries.kind.size[1] - 6 if isinstance(npc.carries, Thing) else 0
    head = npc.y - 86 - load + 2 * math.sin(world.time * 3)
    sign = task.action if task.action in SIGNED_ACTIONS and age < SIGN_S else npc.emotion
    if task.action == "use" and task.stage == 1:
        sign = "use"
    if sign != "neutral":
        _show(screen, sign, npc.x, head)
    if task.action == "heal" and task.stage == 1:
        for i in range(4):
            angle = world.time * 2 + i * math.tau / 4
            _show(screen, "heal", world.player.x + math.cos(angle) * 34, world.player.y - 34 + math.sin(angle) * 20)
    if task.action == "point_at" and task.point is not None and age < POINT_S:
        _arrow(screen, (npc.x, npc.y - 36), task.point)


def _show(screen: Surface, name: str, x: float, y: float) -> None:
    picture = icon(name)
    screen.blit(picture, picture.get_rect(center=(round(x), round(y))))


def _arrow(screen: Surface, start: Point, end: Point) -> None:
    """Dots from a hand to a ring around what is meant."""
    way = pygame.Vector2(end) - pygame.Vector2(start)
    for i in range(3, int((way.length() - 28) / 15)):
        spot = pygame.Vector2(start) + way.normalize() * i * 15
        pygame.draw.circle(screen, INK, spot, 5)
        pygame.draw.circle(screen, GOLD, spot, 3)
    pygame.draw.circle(screen, INK, end, 29, 7)
    pygame.draw.circle(screen, GOLD, end, 27, 3)
