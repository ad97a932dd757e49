"""What the engine sees: the world alone, 640x360, no bubbles and no interface."""

from __future__ import annotations

import pygame

from demo_game.world import HEIGHT, WIDTH

FRAME_SIZE = (640, 360)


def capture(surface: pygame.Surface) -> bytes:
    """A 960x540 surface as raw RGB bytes, 640x360."""
    return pygame.image.tobytes(pygame.transform.smoothscale(surface, FRAME_SIZE), "RGB")


def frame_box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float] | None:
    """A screen box in frame pixels, cut at the edges; None where less than half of it is in view."""
    x0, y0 = max(box[0], 0.0), max(box[1], 0.0)
    x1, y1 = min(box[0] + box[2], WIDTH), min(box[1] + box[3], HEIGHT)
    if x1 <= x0 or y1 <= y0 or (x1 - x0) * (y1 - y0) < 0.5 * box[2] * box[3]:
        return None
    sx, sy = FRAME_SIZE[0] / WIDTH, FRAME_SIZE[1] / HEIGHT
    return x0 * sx, y0 * sy, (x1 - x0) * sx, (y1 - y0) * sy
