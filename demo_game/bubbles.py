"""Speech bubbles: each stays near its speaker, inside the world, clear of the others and, where it can, of people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from demo_game.figures import Actor
from demo_game.pen import INK
from demo_game.screen import PAPER, WORLD, font, rendered, wrapped
from demo_game.world import World

Surface = pygame.Surface
Rect = pygame.Rect

LETTERS, ROW, ROWS = 23, 20, 5  # font size, pixels of a row, most rows
NARROW, WIDE = 240, 340  # pixels of text; the wide ones are for long lines
PADDING, GAP, EDGE = (13, 9), 8, 6
TO_COME = (176, 168, 150)  # words that have not been heard yet
HEAD = 84  # from the feet to the sign over the head
STEP = 24  # of the search for a free place
CROWDED = 3.0  # pixels of distance that a covered pixel of a person's width is worth


@dataclass
class _Kept:
    """Where a bubble was put, from its speaker's feet; it keeps that place as long as it can."""

    line: str
    offset: tuple[int, int]
    since: float


class Bubbles:
    """The bubbles of all who speak, over time."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def draw(self, screen: Surface, world: World, kept_free: Sequence[Rect] = ()) -> None:
        """Draw what everybody says now."""
        speaking = [npc for npc in world.npcs if npc.line and world.time < npc.line_until]
        placed = self.place(speaking, world.actors(), world.time, kept_free)
        tails = [tail for npc, rect in placed if (tail := _tail(npc, rect))]
        for tail in tails:
            _draw_tail(screen, tail)
        for npc, rect in placed:
            _draw_body(screen, npc, rect)
        for tail in tails:
            _open(screen, tail)

    def place(
        self, speaking: Sequence[Actor], people: Sequence[Actor], time: float, kept_free: Sequence[Rect] = ()
    ) -> list[tuple[Actor, Rect]]:
        """A place for every bubble, the oldest first: none overlaps another or leaves the world.

        Args:
            people: who should not be covered, if that can be.
            kept_free: what must not be covered.
        """
        self._kept = {npc.name: kept for npc in speaking if (kept := self._kept.get(npc.name)) and kept.line == npc.line}
        placed: list[tuple[Actor, Rect]] = []
        for npc in sorted(speaking, key=lambda n: self._kept[n.name].since if n.name in self._kept else math.inf):
            rect = self._place(npc, people, [*kept_free, *(rect for _, rect in placed)], time)
            if rect is not None:
                placed.append((npc, rect))
        return placed

    def _place(self, npc: Actor, people: Sequence[Actor], taken: Sequence[Rect], time: float) -> Rect | None:
        size, kept, feet = _size(npc.line), self._kept.get(npc.name), (round(npc.x), round(npc.y))
        if kept is not None:
            rect = Rect(feet[0] + kept.offset[0], feet[1] + kept.offset[1], *size).clamp(_inside())
            if _free(rect, taken):
                return rect
        found = _search(size, feet, people, taken)
        if found is not None:
            offset = found.x - feet[0], found.y - feet[1]
            self._kept[npc.name] = _Kept(npc.line, offset, kept.since if kept else time)
        return found


def _inside() -> Rect:
    return WORLD.inflate(-2 * EDGE, -2 * EDGE)


def _free(rect: Rect, taken: Sequence[Rect]) -> bool:
    return rect.inflate(GAP, GAP).collidelist(taken) < 0


def _rows(line: str) -> tuple[str, ...]:
    narrow = wrapped(line, LETTERS, NARROW, ROWS)
    return narrow if len(narrow) < ROWS else wrapped(line, LETTERS, WIDE, ROWS)


def _size(line: str) -> tuple[int, int]:
    rows = _rows(line)
    width = max(font(LETTERS).size(row)[0] for row in rows)
    return width + 2 * PADDING[0], len(rows) * ROW + 2 * PADDING[1]


def _search(size: tuple[int, int], feet: tuple[int, int], people: Sequence[Actor], taken: Sequence[Rect]) -> Rect | None:
    """The best free place: over the head if possible, not far away, and on nobody's face."""
    inside = _inside()
    ideal = Rect((feet[0] - size[0] // 2, feet[1] - HEAD - 14 - size[1]), size).clamp(inside)
    faces = [Rect(round(p.x - 22), round(p.y - 74), 44, 78) for p in people]
    xs = [ideal.x, *range(inside.left, inside.right - size[0], STEP)]
    ys = [ideal.y, *range(inside.top, inside.bottom - size[1], STEP)]
    places = [rect for y in ys for x in xs if _free(rect := Rect((x, y), size), taken)]
    return min(places, key=lambda rect: _cost(rect, ideal, faces), default=None)


def _cost(rect: Rect, ideal: Rect, faces: Sequence[Rect]) -> float:
    covered = [rect.clip(face) for face in faces]
    return math.dist(rect.center, ideal.center) + CROWDED * sum(c.width * c.height for c in covered) / 44


def _draw_body(screen: Surface, npc: Actor, rect: Rect) -> None:
    pygame.draw.rect(screen, PAPER, rect, border_radius=11)
    pygame.draw.rect(screen, INK, rect, 2, border_radius=11)
    heard = npc.words_heard
    for i, row in enumerate(_rows(npc.line)):
        place = (rect.x + PADDING[0], rect.y + PADDING[1] + 2 + i * ROW)
        if heard is None:
            screen.blit(rendered(row, LETTERS, INK), place)
            continue
        screen.blit(rendered(row, LETTERS, TO_COME), place)
        if spoken := " ".join(row.split(" ")[: max(0, heard)]):
            screen.blit(rendered(spoken, LETTERS, INK), place)
        heard -= len(row.split(" "))


def _tail(npc: Actor, rect: Rect) -> tuple[pygame.Vector2, pygame.Vector2, pygame.Vector2] | None:
    """From an edge of the bubble to the head of who speaks: root, tip, half of the root's width; None where it covers it."""
    head, room = pygame.Vector2(npc.x, npc.y - HEAD + 8), rect.inflate(-40, -rect.height)
    root = pygame.Vector2(min(max(head.x, room.left), room.right), rect.centery)
    crossing = rect.clipline(root, head)
    if not crossing or rect.collidepoint(head):
        return None
    way = (head - root).normalize()
    return pygame.Vector2(crossing[1]) - way, head, way.rotate(90) * 8


def _draw_tail(screen: Surface, tail: tuple[pygame.Vector2, pygame.Vector2, pygame.Vector2]) -> None:
    root, tip, side = tail
    pygame.draw.polygon(screen, PAPER, [root + side, tip, root - side])
    for a in (root + side, root - side):
        pygame.draw.line(screen, INK, a, tip, 2)


def _open(screen: Surface, tail: tuple[pygame.Vector2, pygame.Vector2, pygame.Vector2]) -> None:
    """Where a tail begins its bubble has no edge."""
    root, tip, side = tail
    along, inner = (root - tip).normalize() * 3, side * 0.72
    corners = [root + inner + along, root + inner - along, root - inner - along, root - inner + along]
    pygame.draw.polygon(screen, PAPER, corners)
