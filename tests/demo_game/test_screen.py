"""What is written can be read."""

from __future__ import annotations

from dataclasses import replace

import pygame
import pytest

from demo_game import screen
from demo_game.world import World
from tests.demo_game.fake_engine import FakeLink, decision, session

READ = {"intent": [["give_me", 0.9]], "action": [["give", 0.9]], "watch": [["wolf", 0.9, 0.5, 0.5]]}


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The sizes in which anything is written."""
    asked: set[int] = set()
    plain = pygame.font.Font

    class Noted(plain):  # type: ignore[misc, valid-type]
        def __init__(self, name: None, size: int) -> None:
            asked.add(size)
            super().__init__(name, size)

    for kept in (screen.font, screen.rendered, screen.wrapped, screen.fitted):
        kept.cache_clear()
    monkeypatch.setattr(pygame.font, "Font", Noted)
    return asked


def faintest(letter: str, size: int) -> int:
    """How strongly the faintest row between the upper and lower end of a letter is printed, 0 to 255."""
    picture = pygame.font.Font(None, size).render(letter, True, (255, 255, 255))
    inked = picture.get_bounding_rect()
    across = range(inked.left, inked.right)
    return min(max(picture.get_at((x, y)).a for x in across) for y in range(inked.top, inked.bottom))


def test_every_i_has_its_dot(world: World, sizes: set[int]) -> None:
    answer = replace(
        decision("Mira", "give"),
        line="This one is it.",
        reason="Mira gives it.",
        inspect=READ | {"heat": None, "inference_ms": 5.0},
    )
    play = session(world, FakeLink(lambda npc, text: answer))
    for play.inspector.on in (False, True):
        play.say("hand me the red potion", "Mira")
        play.decide()
        for typed, spoken in ((None, None), ("hi", None), (None, "hi")):
            play.draw_interface(typed, spoken, "no server")
    assert len(sizes) > 3
    assert {size: faintest("i", size) for size in sizes if faintest("i", size) > 180} == {}
