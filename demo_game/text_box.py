"""The line that the player types."""

from __future__ import annotations

import pygame

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
