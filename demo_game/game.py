"""The window: keys, the box that words are typed into, and the loop."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import pygame

from demo_game.aloud import Aloud
from demo_game.engine_link import OwnEngine
from demo_game.journal import hint_at
from demo_game.life import tick
from demo_game.screen import SCREEN, font, rendered
from demo_game.session import Play
from engine.errors import Fault

# -- the text box ----------------------------------------------------------------------------------------------

LONGEST_LINE = 300
ENTER = (pygame.K_RETURN, pygame.K_KP_ENTER)


class TextBox:
    """Enter opens it and says what was typed, Esc closes it, the arrow keys bring earlier lines back.

    Attributes:
        text: what is typed so far; None while the box is closed.
    """

    def __init__(self) -> None:
        self.text: str | None = None
        self._earlier: list[str] = []
        self._back = 0  # how many lines ago

    def open(self, text: str = "") -> None:
        """Let the player type, after `text`."""
        self.text, self._back = text, 0

    def type(self, letters: str) -> None:
        """Letters came; what cannot be printed is dropped."""
        if self.text is not None:
            self.text = (self.text + "".join(c for c in letters if c.isprintable()))[:LONGEST_LINE]

    def press(self, key: int) -> str:
        """A key went down; what is said because of it, or nothing."""
        if self.text is None:
            if key in ENTER:
                self.open()
            return ""
        if key == pygame.K_ESCAPE:
            self.text = None
        elif key == pygame.K_BACKSPACE:
            self.text = self.text[:-1]
        elif key in (pygame.K_UP, pygame.K_DOWN):
            self._recall(1 if key == pygame.K_UP else -1)
        elif key in ENTER:
            return self._say(self.text.strip())
        return ""

    def _say(self, line: str) -> str:
        self.text = None
        if line and self._earlier[-1:] != [line]:
            self._earlier.append(line)
        return line

    def _recall(self, by: int) -> None:
        self._back = min(max(self._back + by, 0), len(self._earlier))
        self.text = self._earlier[-self._back] if self._back else ""


# -- the window ------------------------------------------------------------------------------------------------

FPS, LONGEST_TICK_S = 60, 0.1
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
MEADOW, CREAM = (62, 92, 60), (250, 250, 240)
HINT = "WASD walk, Enter types to whoever is nearest, V speaks aloud, F1 shows what they see, Esc quits."


class Quit(Exception):
    """The player closed the window while the engine was starting."""


def open_window() -> pygame.Surface:
    """The game's window.

    Raises:
        Fault: `no_display`.
    """
    if not has_display(os.environ, sys.platform):
        raise Fault(
            "no_display",
            "There is no display.",
            "Use --headless, or run on a desktop (SDL_VIDEODRIVER may name its driver).",
        )
    try:
        pygame.display.init()
        window = pygame.display.set_mode(SCREEN, pygame.SCALED | pygame.RESIZABLE)
    except pygame.error as error:
        raise Fault(
            "no_display",
            f"No window can be opened ({error}).",
            "Run on a desktop (SDL_VIDEODRIVER may name its driver), or use --headless.",
        ) from None
    pygame.display.set_caption("The village that sees and hears you")
    return window


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Whether there may be a screen to open a window on. SDL does not say: without one it draws where nobody can see it."""
    if platform != "linux" or environment.get("SDL_VIDEODRIVER"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def wait_for_engine(window: pygame.Surface, engine: OwnEngine) -> str:
    """Show that the engine starts; its address.

    Raises:
        Quit: the window was closed.
    """

    def meanwhile() -> None:
        if any(_leaves(event) for event in pygame.event.get()):
            raise Quit
        curtain(window, "The village wakes up", "." * (pygame.time.get_ticks() // 300 % 4))

    return engine.endpoint(meanwhile)


def curtain(window: pygame.Surface, text: str, dots: str = "") -> None:
    """A picture for while one waits."""
    window.fill(MEADOW)
    image = rendered(text, 40, CREAM)
    place = image.get_rect(center=(SCREEN[0] // 2, SCREEN[1] // 2 - 20))
    window.blit(image, place)
    window.blit(rendered(dots, 40, CREAM), place.topright)
    window.blit(rendered(HINT, 24, CREAM), (SCREEN[0] // 2 - font(24).size(HINT)[0] // 2, place.bottom + 24))
    pygame.display.flip()


def _leaves(event: pygame.event.Event) -> bool:
    return event.type == pygame.QUIT or (event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE)


def play(session: Play, aloud: Aloud | None = None) -> None:
    """Run until the player quits."""
    clock, box = pygame.time.Clock(), TextBox()
    pygame.key.set_repeat(350, 35)
    pygame.key.start_text_input()
    while True:
        dt = min(clock.tick(FPS) / 1000, LONGEST_TICK_S)
        session.paint()
        for event in pygame.event.get():
            if event.type == pygame.QUIT or (_leaves(event) and box.text is None):
                return
            react(session, event, box, aloud)
        decisions = session.decide(*((aloud.listen,) if aloud is not None else ()))
        if aloud is not None:
            aloud.work(decisions)
        tick(session.world, dt, _direction() if box.text is None else (0.0, 0.0))
        session.draw_interface(box.text, *((aloud.words, aloud.notice) if aloud is not None else ()))
        pygame.display.flip()


def react(session: Play, event: pygame.event.Event, box: TextBox, aloud: Aloud | None = None) -> None:
    """Do what a key, typed letters or a click on a hint mean."""
    if event.type == pygame.TEXTINPUT:
        box.type(event.text)
    elif event.type == pygame.MOUSEBUTTONDOWN and not session.inspector.on:
        if (hint := hint_at(session.world, event.pos)) is not None:
            box.open(hint)
    elif event.type == pygame.KEYDOWN and event.key == pygame.K_F1:
        session.inspector.on = not session.inspector.on
    elif aloud is not None and event.type == pygame.KEYDOWN and event.key == pygame.K_v and box.text is None:
        aloud.press()
    elif aloud is not None and event.type == pygame.KEYUP and event.key == pygame.K_v:
        aloud.release()
    elif event.type == pygame.KEYDOWN and (words := box.press(event.key)):
        session.say(words)


def _direction() -> tuple[float, float]:
    pressed = pygame.key.get_pressed()
    x = sum(d[0] for key, d in KEYS.items() if pressed[key])
    y = sum(d[1] for key, d in KEYS.items() if pressed[key])
    return float(x), float(y)
