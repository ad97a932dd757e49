"""The interactive game."""

from __future__ import annotations

import pygame

from demo_game.art import Painter
from demo_game.capture import FRAME_SIZE, capture
from demo_game.engine_link import Link, OwnEngine
from demo_game.headless import apply
from demo_game.hud import Inspector, draw_interface, font
from demo_game.world import HEIGHT, WIDTH, World
from engine.errors import EngineError

FPS, SHOW_EVERY_S = 60, 0.1
_KEYS = {
    pygame.K_w: (0, -1),
    pygame.K_s: (0, 1),
    pygame.K_a: (-1, 0),
    pygame.K_d: (1, 0),
    pygame.K_UP: (0, -1),
    pygame.K_DOWN: (0, 1),
    pygame.K_LEFT: (-1, 0),
    pygame.K_RIGHT: (1, 0),
}


def open_window() -> pygame.Surface:
    """The game's window.

    Raises:
        EngineError: `no_display`.
    """
    try:
        pygame.display.init()
        window = pygame.display.set_mode((WIDTH, HEIGHT), pygame.SCALED | pygame.RESIZABLE)
    except pygame.error as error:
        raise EngineError("no_display", f"No window can be opened ({error}).", "Run on a desktop, or use --headless.") from None
    pygame.display.set_caption("The village that sees and hears you")
    return window


def wait_for_engine(window: pygame.Surface, engine: OwnEngine) -> str:
    """Show that the engine starts; its address."""

    def meanwhile() -> None:
        if any(event.type == pygame.QUIT for event in pygame.event.get()):
            raise KeyboardInterrupt
        window.fill((97, 142, 75))
        dots = "." * (pygame.time.get_ticks() // 300 % 4)
        image = font(34).render(f"waking the village up{dots}", True, (250, 250, 240))
        window.blit(image, image.get_rect(center=(WIDTH // 2, HEIGHT // 2)))
        pygame.display.flip()

    return engine.endpoint(meanwhile)


def play(window: pygame.Surface, world: World, link: Link, overlay: bool) -> None:
    """Run until the player quits."""
    painter, inspector, clock = Painter(), Inspector(on=overlay), pygame.time.Clock()
    typed: str | None = None
    shown = -1.0
    pygame.key.set_repeat(350, 35)
    while True:
        dt = min(clock.tick(FPS) / 1000, 0.1)
        painter.paint(world, window)
        if world.time - shown >= SHOW_EVERY_S:
            shown = world.time
            link.show(capture(window), FRAME_SIZE, inspect=inspector.on)
        for event in pygame.event.get():
            if event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE and typed is None):
                return
            if event.type == pygame.KEYDOWN:
                typed = _key(event, typed, window, world, link, inspector)
        for decision, latency in link.collect():
            apply(world, decision)
            inspector.note(decision, latency)
        world.tick(dt, _direction() if typed is None else (0.0, 0.0))
        draw_interface(window, world, inspector, link.provider, typed)
        pygame.display.flip()


def _key(
    event: pygame.event.Event, typed: str | None, window: pygame.Surface, world: World, link: Link, inspector: Inspector
) -> str | None:
    """What the text box holds after a key; Enter opens it, and sends what was typed."""
    if event.key == pygame.K_F1:
        inspector.on = not inspector.on
        return typed
    if typed is None:
        return "" if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER) else None
    if event.key == pygame.K_ESCAPE:
        return None
    if event.key == pygame.K_BACKSPACE:
        return typed[:-1]
    if event.key in (pygame.K_RETURN, pygame.K_KP_ENTER):
        if typed.strip():
            npc = world.addressee(typed)
            link.say(npc.name, typed.strip(), capture(window), FRAME_SIZE)
            inspector.heard = (npc.name, typed.strip())
        return None
    return (typed + event.unicode)[:300] if event.unicode.isprintable() else typed


def _direction() -> tuple[float, float]:
    pressed = pygame.key.get_pressed()
    x = sum(d[0] for key, d in _KEYS.items() if pressed[key])
    y = sum(d[1] for key, d in _KEYS.items() if pressed[key])
    return float(x), float(y)
