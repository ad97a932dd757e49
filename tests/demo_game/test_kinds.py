"""Things of the village are data: one entry says what a thing is and how it looks."""

from __future__ import annotations

import pygame
import pytest

from demo_game.art import Painter, thing_picture
from demo_game.figures import Thing
from demo_game.pen import Pen
from demo_game.village import HEIGHT, KINDS, LAYOUT, WIDTH, Kind
from demo_game.world import World


def _picture(world: World, dusk: float) -> pygame.Surface:
    screen = pygame.Surface((WIDTH, HEIGHT))
    Painter().paint(world, screen, dusk)
    return screen


@pytest.mark.parametrize("look", KINDS)
def test_everything_can_be_drawn_and_moves_only_if_it_is_not_still(look: str) -> None:
    pictures = {pygame.image.tobytes(thing_picture(look, step), "RGBA") for step in range(8)}
    assert (len(pictures) == 1) == KINDS[look].still


def test_everything_that_stands_there_is_of_a_known_kind() -> None:
    assert {look for look, _, _ in LAYOUT} <= KINDS.keys()


def test_a_new_thing_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    def lamp(pen: Pen, phase: float) -> None:
        pen.box((255, 0, 0), -10, -30, 20, 30)

    monkeypatch.setitem(KINDS, "lamp", Kind("lamp", (24, 34), ("item",), draw=lamp, still=True, glow=90))
    world = World(1, events=False)
    before, night = _picture(world, 0.0), _picture(world, 0.9)
    world.things.append(Thing("lamp", 300, 330))
    assert any(entity.is_called("lamp") for entity in world.entities())
    red, green, blue = _picture(world, 0.0).get_at((300, 320))[:3]
    assert red > 250 > 10 > max(green, blue)
    assert before.get_at((300, 320))[:3] != (red, green, blue)
    beside = (345, 320)
    assert sum(_picture(world, 0.9).get_at(beside)[:3]) > sum(night.get_at(beside)[:3]), "it shines at night"
    assert world.thing_at(300, 320, "pick_up") is world.things[-1]
