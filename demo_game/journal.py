"""The column beside the world: what was said, and what a player can say."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from demo_game.figures import Actor
from demo_game.pen import Colour, lighter
from demo_game.people_art import LOOKS
from demo_game.screen import COLUMN, DIM, GOLD, PAPER, TEXT, wrapped, write
from demo_game.world import World

Surface = pygame.Surface

BACKGROUND: Colour = (30, 34, 44)
CARD: Colour = (44, 50, 64)
LEFT, INNER = COLUMN.x + 16, COLUMN.width - 32
TITLE, BODY, ROW = 24, 22, 19  # font sizes, pixels of a row
HINTS_TOP, HINT_ROW = 334, 30
ROWS = 4  # of one entry

CALM = ("hello", "where is the chest?", "hand me the red potion", "follow me", "wait here", "go to the well")
OF_NATURES = {
    "healer": "I am hurt, please heal me",
    "guard": "where is the key?",
    "merchant": "what do you sell?",
    "coward": "you are braver than you think",
    "bard": "pick up the bread",
    "hermit": "may I sit with you?",
}
WOLF = ("help me!", "attack the wolf!", "run for your life!", "watch out, a wolf!")
FIRE = ("watch out, fire!", "run away!", "go to the well")
GIFT = "this is for you"


@dataclass(frozen=True)
class Entry:
    """Something that was said, or that happened (then nobody says it)."""

    who: str
    text: str
    colour: Colour


class Journal:
    """What was said, newest last."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=40)

    def said(self, to: Actor, text: str) -> None:
        """The player said something."""
        self.entries.append(Entry(f"You to {to.name}", text, (140, 190, 250)))

    def answered(self, npc: Actor, line: str) -> None:
        """A villager said something."""
        self.entries.append(Entry(npc.name, line, colour_of(npc)))

    def happened(self, text: str) -> None:
        """Something that nobody said."""
        self.entries.append(Entry("", text, GOLD))


def colour_of(npc: Actor) -> Colour:
    """The colour of somebody's clothes, bright enough to be read."""
    tunic = LOOKS[npc.persona].tunic
    return lighter(tunic, max(0, 150 - min(tunic)) // 2 + 20)


def hints(world: World) -> tuple[str, ...]:
    """What makes sense to say now to whoever is nearest."""
    gift = (GIFT,) if world.inventory else ()
    if world.danger() is not None:
        return (WOLF if world.wolf is not None else FIRE) + gift
    own = OF_NATURES.get(world.addressee("").persona, "")
    return (*gift, own, *CALM)[:6]


def hint_at(world: World, point: tuple[int, int]) -> str | None:
    """The hint under the mouse."""
    return next((hint for hint, rect in _places(hints(world)) if rect.collidepoint(point)), None)


def draw_journal(screen: Surface, world: World, journal: Journal) -> None:
    """Draw the column."""
    pygame.draw.rect(screen, BACKGROUND, COLUMN)
    title(screen, "What people say", 12)
    _entries(screen, list(journal.entries), HINTS_TOP - 14)
    pygame.draw.line(screen, CARD, (LEFT, HINTS_TOP - 8), (LEFT + INNER, HINTS_TOP - 8), 2)
    title(screen, f"You can say to {world.addressee('').name}", HINTS_TOP)
    for hint, rect in _places(hints(world)):
        pygame.draw.rect(screen, CARD, rect, border_radius=7)
        write(screen, hint, (rect.x + 10, rect.y + 6), BODY, PAPER)


def title(screen: Surface, text: str, y: int) -> None:
    """A heading of the column."""
    write(screen, text, (LEFT, y), TITLE, GOLD)


def _places(said: Sequence[str]) -> list[tuple[str, pygame.Rect]]:
    return [(hint, pygame.Rect(LEFT, HINTS_TOP + 24 + i * HINT_ROW, INNER, 25)) for i, hint in enumerate(said)]


def _entries(screen: Surface, entries: Sequence[Entry], bottom: int) -> None:
    """As many as there is room for, the newest lowest."""
    if not entries:
        for i, row in enumerate(wrapped("Walk up to somebody, press Enter, type, and press Enter again.", BODY, INNER)):
            write(screen, row, (LEFT, 42 + i * ROW), BODY, DIM)
        return
    blocks: list[Entry] = []
    height = 0
    for entry in reversed(entries):
        height += _height(entry)
        if height > bottom - 38:
            break
        blocks.insert(0, entry)
    y = 40
    for entry in blocks:
        _entry(screen, entry, y)
        y += _height(entry)


def _height(entry: Entry) -> int:
    return len(wrapped(entry.text, BODY, INNER, ROWS)) * ROW + (ROW if entry.who else 0) + 7


def _entry(screen: Surface, entry: Entry, y: int) -> None:
    if entry.who:
        write(screen, entry.who, (LEFT, y), BODY, entry.colour)
        y += ROW
    for i, row in enumerate(wrapped(entry.text, BODY, INNER, ROWS)):
        write(screen, row, (LEFT, y + i * ROW), BODY, TEXT if entry.who else entry.colour)
