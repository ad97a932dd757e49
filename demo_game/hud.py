"""What is drawn over the world for the player: names, speech bubbles, signs, the text box, the help line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import pygame

from demo_game.actors import Actor
from demo_game.icons import icon
from demo_game.pen import INK, Colour, Point
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import World

Surface = pygame.Surface

PAPER, PLATE, TEXT, DIM = (255, 252, 242), (16, 19, 28, 205), (240, 242, 246), (168, 176, 190)
GOLD: Colour = (248, 206, 80)
HELP = "WASD walk    Enter speak    F1 what they see    Esc quit"
SIGNED_ACTIONS = frozenset({"warn", "refuse", "trade"})
SIGN_S, POINT_S = 3.0, 5.2
BUBBLE_WIDTH = 30  # characters


@lru_cache(maxsize=8)
def font(size: int, bold: bool = False) -> pygame.font.Font:
    """pygame's own font, which is there on every machine."""
    pygame.font.init()
    made = pygame.font.Font(None, size)
    made.set_bold(bold)
    return made


def draw_hud(screen: Surface, world: World, typed: str | None = None, help_line: bool = True) -> None:
    """Everything over the world except the overlay.

    Args:
        typed: what is in the text box; None: it is closed.
        help_line: whether the lower edge is free for the keys and what the player has.
    """
    people = sorted(world.npcs, key=lambda n: n.y)
    for npc in people:
        _signs(screen, npc, world)
        outlined(screen, npc.name, (npc.x, npc.y + 9), 18, TEXT)
    taken: list[pygame.Rect] = []
    for npc in people:
        if npc.line and world.time < npc.line_until:
            taken.append(_bubble(screen, npc, taken))
    if help_line:
        _inventory(screen, world)
        label(screen, HELP, (WIDTH / 2, HEIGHT - 13), 19, DIM)
    if typed is not None:
        _text_box(screen, typed, world.addressee(typed).name)


def label(screen: Surface, text: str, middle: Point, size: int, colour: Colour) -> None:
    """Text on a dark plate."""
    image = font(size).render(text, True, colour)
    plate = Surface((image.get_width() + 16, image.get_height() + 8), pygame.SRCALPHA)
    pygame.draw.rect(plate, PLATE, plate.get_rect(), border_radius=7)
    plate.blit(image, (8, 4))
    screen.blit(plate, plate.get_rect(center=middle))


def outlined(screen: Surface, text: str, middle: Point, size: int, colour: Colour) -> None:
    """Text with a dark outline."""
    for dx, dy, shade in ((-1, 0, INK), (1, 0, INK), (0, -1, INK), (0, 1, INK), (0, 0, colour)):
        image = font(size).render(text, True, shade)
        screen.blit(image, image.get_rect(center=(round(middle[0]) + dx, round(middle[1]) + dy)))


def wrapped(text: str, width: int) -> list[str]:
    """Rows of at most `width` characters, if no word is longer."""
    rows = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + len(word) + 1 > width:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def _bubble(screen: Surface, npc: Actor, taken: Sequence[pygame.Rect]) -> pygame.Rect:
    """Draw what somebody says, where no other bubble is."""
    images = [font(21).render(row, True, INK) for row in wrapped(npc.line, BUBBLE_WIDTH)]
    size = max(i.get_width() for i in images) + 22, len(images) * 19 + 14
    rect = _free_place(pygame.Rect((round(npc.x - size[0] / 2), round(npc.y - 104 - size[1])), size), npc, taken)
    edge, tip = (rect.bottom - 2, rect.bottom + 11) if rect.bottom < npc.y - 40 else (rect.top + 2, rect.top - 11)
    tail = [(npc.x - 8, edge), (npc.x, tip), (npc.x + 8, edge)]
    pygame.draw.rect(screen, PAPER, rect, border_radius=11)
    pygame.draw.rect(screen, INK, rect, 2, border_radius=11)
    pygame.draw.polygon(screen, PAPER, tail)
    pygame.draw.lines(screen, INK, False, tail, 2)
    for i, image in enumerate(images):
        screen.blit(image, (rect.x + 11, rect.y + 9 + i * 19))
    return rect


def _free_place(wanted: pygame.Rect, npc: Actor, taken: Sequence[pygame.Rect]) -> pygame.Rect:
    """Over the head, higher where another bubble is; under the feet where the screen ends."""
    rect = wanted.clamp(pygame.Rect(6, -HEIGHT, WIDTH - 12, 2 * HEIGHT))
    while (other := rect.collidelist(taken)) >= 0:
        rect.bottom = taken[other].top - 12
    if rect.top < 4:
        rect.top = round(npc.y) + 26
        while (other := rect.collidelist(taken)) >= 0:
            rect.top = taken[other].bottom + 12
    return rect


def _signs(screen: Surface, npc: Actor, world: World) -> None:
    """Feelings, and actions that no walk shows."""
    task, age = npc.task, world.time - npc.task.since
    head = npc.y - 86 + 2 * math.sin(world.time * 3)
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


def _inventory(screen: Surface, world: World) -> None:
    if world.inventory:
        text = "You have: " + ", ".join(world.inventory[-4:])
        label(screen, text, (12 + font(19).size(text)[0] / 2 + 8, HEIGHT - 13), 19, TEXT)


def _text_box(screen: Surface, typed: str, name: str) -> None:
    rect = pygame.Rect(130, HEIGHT - 54, WIDTH - 260, 40)
    pygame.draw.rect(screen, PAPER, rect, border_radius=10)
    pygame.draw.rect(screen, INK, rect, 2, border_radius=10)
    to = font(22).render(f"to {name}:", True, (150, 96, 40))
    screen.blit(to, (rect.x + 14, rect.y + 13))
    screen.blit(font(25).render((typed + "|")[-58:], True, INK), (rect.x + 24 + to.get_width(), rect.y + 12))
