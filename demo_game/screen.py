"""How the window is divided, what the engine sees of it (the world alone), and text on it.

The window shows the world, a column at its right, a bar below both.
"""

from __future__ import annotations

from functools import lru_cache

import pygame

from demo_game.pen import INK, Colour, Point
from demo_game.view import FRAME_SIZE
from demo_game.village import HEIGHT, WIDTH

# -- layout ----------------------------------------------------------------------------------------------------

WORLD = pygame.Rect(0, 0, WIDTH, HEIGHT)
COLUMN = pygame.Rect(WIDTH, 0, 320, HEIGHT)
BAR = pygame.Rect(0, HEIGHT, WIDTH + COLUMN.width, 52)
SCREEN = (BAR.width, HEIGHT + BAR.height)


def blank() -> pygame.Surface:
    """A screen that no window shows."""
    return pygame.Surface(SCREEN)


# -- what the engine sees --------------------------------------------------------------------------------------


def capture(surface: pygame.Surface) -> bytes:
    """A painted screen as raw RGB bytes, `FRAME_SIZE` pixels."""
    return pygame.image.tobytes(pygame.transform.smoothscale(surface, FRAME_SIZE), "RGB")


# -- text ------------------------------------------------------------------------------------------------------

Surface = pygame.Surface

PAPER: Colour = (255, 252, 242)
TEXT: Colour = (240, 242, 246)
DIM: Colour = (168, 176, 190)
GOLD: Colour = (248, 206, 80)
PLATE = (16, 19, 28, 205)


@lru_cache(maxsize=16)
def font(size: int) -> pygame.font.Font:
    """pygame's own font, which is there on every machine."""
    pygame.font.init()
    return pygame.font.Font(None, size)


@lru_cache(maxsize=512)
def rendered(text: str, size: int, colour: Colour) -> Surface:
    """Text as a picture; what cannot be printed becomes a blank."""
    return font(size).render("".join(c if c.isprintable() else " " for c in text), True, colour)


def write(screen: Surface, text: str, left_top: Point, size: int, colour: Colour) -> None:
    """Text whose upper left corner is there."""
    screen.blit(rendered(text, size, colour), left_top)


@lru_cache(maxsize=256)
def wrapped(text: str, size: int, width: int, most: int = 99) -> tuple[str, ...]:
    """Rows of at most `width` pixels; a longer word is cut. Where more than `most` are needed, the last ends with dots."""
    rows = [""]
    for piece in (piece for word in text.split() for piece in _pieces(word, size, width)):
        longer = f"{rows[-1]} {piece}".strip()
        if rows[-1] and font(size).size(longer)[0] > width:
            rows.append(piece)
        else:
            rows[-1] = longer
    return tuple(rows) if len(rows) <= most else (*rows[: most - 1], fitted(f"{rows[most - 1]}...", size, width))


def _pieces(word: str, size: int, width: int) -> list[str]:
    """The word, cut where it is wider than a row."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and font(size).size(pieces[-1] + letter)[0] > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


@lru_cache(maxsize=256)
def fitted(text: str, size: int, width: int) -> str:
    """The text, its end replaced by dots where it is wider than `width` pixels."""
    if font(size).size(text)[0] <= width:
        return text
    while text and font(size).size(f"{text}...")[0] > width:
        text = text[:-1]
    return f"{text.rstrip(' .')}..."


def label(screen: Surface, text: str, middle: Point, size: int, colour: Colour) -> pygame.Rect:
    """Text on a dark plate, which stays inside the surface; its place."""
    image = rendered(text, size, colour)
    plate = Surface((image.get_width() + 16, image.get_height() + 8), pygame.SRCALPHA)
    pygame.draw.rect(plate, PLATE, plate.get_rect(), border_radius=7)
    plate.blit(image, (8, 4))
    place = plate.get_rect(center=middle).clamp(screen.get_rect())
    screen.blit(plate, place)
    return place


def outlined(screen: Surface, text: str, middle: Point, size: int, colour: Colour) -> None:
    """Text with a dark outline, which stays inside the surface."""
    dark, bright = rendered(text, size, INK), rendered(text, size, colour)
    place = bright.get_rect(center=(round(middle[0]), round(middle[1]))).clamp(screen.get_rect().inflate(-4, -4))
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (1, -1), (-1, 1)):
        screen.blit(dark, place.move(dx, dy))
    screen.blit(bright, place)
