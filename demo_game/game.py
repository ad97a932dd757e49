"""The interactive game: a window, the keys, and the loop."""

from __future__ import annotations

import pygame

from demo_game.engine_link import OwnEngine
from demo_game.hud import font
from demo_game.session import Session
from demo_game.village import HEIGHT, WIDTH
from engine.errors import EngineError

FPS, LONGEST_TICK_S = 60, 0.1
LONGEST_LINE = 300
KEYS = {
    pygame.K_w: (0, -1),
    pygame.K_s: (0, 1),
    pygame.K_a: (-1, 0),
    pygame.K_d: (1, 0),
    pygame.K_UP: (0, -1),
    pygame.K_DOWN: (0, 1),
    pygame.K_LEFT: (-1, 0),
    pygame.K_RIGHT: (1, 0),
}
ENTER = (pygame.K_RETURN, pygame.K_KP_ENTER)


class Quit(Exception):
    """The player closed the window while the engine was starting."""


def open_window() -> pygame.Surface:
    """The game's window.

    Raises:
        EngineError: `no_display`.
    """
    try:
        pygame.display.init()
        window = pygame.display.set_mode((WIDTH, HEIGHT), pygame.SCALED | pygame.RESIZABLE)
    except pygame.error as error:
        raise EngineError(
            "no_display",
            f"No window can be opened ({error}).",
            "Run on a desktop (SDL_VIDEODRIVER may name its driver), or use --headless.",
        ) from None
    pygame.display.set_caption("The village that sees and hears you")
    return window


def wait_for_engine(window: pygame.Surface, engine: OwnEngine) -> str:
    """Show that the engine starts; its address.

    Raises:
        Quit: the window was closed.
    """

    def meanwhile() -> None:
        if any(event.type == pygame.QUIT for event in pygame.event.get()):
            raise Quit
        window.fill((62, 92, 60))
        dots = "." * (pygame.time.get_ticks() // 300 % 4)
        image = font(36).render("The village wakes up", True, (250, 250, 240))
        rect = image.get_rect(center=(WIDTH // 2, HEIGHT // 2))
        window.blit(image, rect)
        window.blit(font(36).render(dots, True, (250, 250, 240)), rect.topright)
        pygame.display.flip()

    return engine.endpoint(meanwhile)


def play(session: Session) -> None:
    """Run until the player quits."""
    clock, typed = pygame.time.Clock(), None
    pygame.key.set_repeat(350, 35)
    while True:
        dt = min(clock.tick(FPS) / 1000, LONGEST_TICK_S)
        session.paint()
        for event in pygame.event.get():
            escape = event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE
            if event.type == pygame.QUIT or (escape and typed is None):
                return
            if event.type == pygame.KEYDOWN:
                typed = press(session, event, typed)
        session.decide()
        session.world.tick(dt, _direction() if typed is None else (0.0, 0.0))
        session.draw_interface(typed)
        pygame.display.flip()


def press(session: Session, event: pygame.event.Event, typed: str | None) -> str | None:
    """What the text box holds after a key, None while it is closed. Enter opens it, and says what was typed."""
    if event.key == pygame.K_F1:
        session.inspector.on = not session.inspector.on
        return typed
    if typed is None:
        return "" if event.key in ENTER else None
    if event.key == pygame.K_ESCAPE:
        return None
    if event.key == pygame.K_BACKSPACE:
        return typed[:-1]
    if event.key in ENTER:
        if typed.strip():
            session.say(typed.strip())
        return None
    return (typed + event.unicode)[:LONGEST_LINE] if event.unicode.isprintable() else typed


def _direction() -> tuple[float, float]:
    pressed = pygame.key.get_pressed()
    x = sum(d[0] for key, d in KEYS.items() if pressed[key])
    y = sum(d[1] for key, d in KEYS.items() if pressed[key])
    return float(x), float(y)
