from __future__ import annotations

from collections.abc import Iterator

import pygame
import pytest

from demo_game.world import World


@pytest.fixture(autouse=True)
def _no_window(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    yield
    pygame.display.quit()


@pytest.fixture
def world() -> World:
    """A village in which nothing happens by itself."""
    return World(events=False)
