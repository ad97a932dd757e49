"""What the engine sees: the world alone, without bubbles and interface."""

from __future__ import annotations

import pygame

from demo_game.view import FRAME_SIZE


def capture(surface: pygame.Surface) -> bytes:
    """A painted screen as raw RGB bytes, `FRAME_SIZE` pixels."""
    return pygame.image.tobytes(pygame.transform.smoothscale(surface, FRAME_SIZE), "RGB")
