"""How the window is divided: the world, a column at its right, a bar below both. The engine sees the world alone."""

from __future__ import annotations

import pygame

from demo_game.village import HEIGHT, WIDTH

WORLD = pygame.Rect(0, 0, WIDTH, HEIGHT)
COLUMN = pygame.Rect(WIDTH, 0, 320, HEIGHT)
BAR = pygame.Rect(0, HEIGHT, WIDTH + COLUMN.width, 52)
SCREEN = (BAR.width, HEIGHT + BAR.height)


def blank() -> pygame.Surface:
    """A screen that no window shows."""
    return pygame.Surface(SCREEN)
