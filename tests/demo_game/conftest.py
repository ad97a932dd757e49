from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from demo_game.world import World

sys.path.insert(0, str(Path(__file__).parent))  # for fake_engine.py: test folders are no packages


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
