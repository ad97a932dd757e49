"""One running game: world, painter, connection. The window and the unattended run both drive it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

import pygame

from demo_game.actors import Actor
from demo_game.art import Painter
from demo_game.capture import capture
from demo_game.hud import draw_hud
from demo_game.overlay import Inspector, draw_overlay
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import World
from engine.bridge.client import WireDecision

SHOW_EVERY_S = 0.1  # frames to the engine


class Connection(Protocol):
    """What the game needs of the engine; see `engine_link.Link`."""

    provider: str

    def show(self, pixels: bytes, since: float, *, inspect: bool, done: Sequence[tuple[str, str]]) -> bool: ...

    def say(self, name: str, text: str, pixels: bytes, since: float) -> int: ...

    def collect(self) -> list[tuple[WireDecision, float]]: ...


class Session:
    """Paints, shows frames to the engine, speaks, and lets NPCs do what was decided.

    Args:
        screen: 960x540; what the player sees.
    """

    def __init__(self, world: World, link: Connection, screen: pygame.Surface, overlay: bool = False) -> None:
        self.world, self.link, self.screen = world, link, screen
        self.inspector = Inspector(on=overlay)
        self._painter = Painter()
        self._shown = float("-inf")

    def paint(self) -> None:
        """Draw the world alone, and show it to the engine when it is time."""
        since = time.perf_counter()
        self._painter.paint(self.world, self.screen)
        if self.world.time - self._shown >= SHOW_EVERY_S - 1e-6 and self.link.show(
            capture(self.screen), since, inspect=self.inspector.on, done=self.world.done
        ):
            self._shown = self.world.time
            self.world.done.clear()

    def say(self, text: str, to: str | None = None) -> tuple[int, Actor]:
        """Let the player say something about what is on the screen, which shows the world alone.

        Returns the number of the observation, and who hears it.
        """
        since = time.perf_counter()
        npc = self.world.npc(to) if to else self.world.addressee(text)
        self.inspector.heard = (npc.name, text)
        return self.link.say(npc.name, text, capture(self.screen), since), npc

    def decide(self) -> list[tuple[WireDecision, float]]:
        """Apply the decisions that have come; each with its latency in seconds."""
        decisions = self.link.collect()
        for decision, latency in decisions:
            spot = decision.target
            point = None if spot is None else (spot.x * WIDTH, spot.y * HEIGHT)
            self.world.apply(
                decision.npc,
                decision.action,
                point,
                line=decision.line,
                emotion=decision.emotion,
                reason=decision.reason,
                spoken=decision.utterance_id is not None,
            )
            self.inspector.note(decision, latency, self.world.time)
        return decisions

    def draw_interface(self, typed: str | None = None) -> None:
        """Draw bubbles, help and overlay over the world."""
        draw_overlay(self.screen, self.world, self.inspector, self.link.provider)
        draw_hud(self.screen, self.world, typed, help_line=not self.inspector.on)
