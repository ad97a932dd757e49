"""One running game: world, painter, connection. The window and the unattended run both drive it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pygame

from demo_game.art import Painter
from demo_game.bubbles import Bubbles
from demo_game.figures import Actor
from demo_game.hud import draw_bar, draw_names, draw_trouble
from demo_game.journal import Journal, draw_journal
from demo_game.overlay import Inspector, draw_inspector, draw_sight
from demo_game.screen import WORLD, capture
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import World
from engine.bridge.client import WireDecision

SHOW_EVERY_S = 0.1  # frames to the engine
SURE = 0.5  # from here on the engine's reading of a gift moves things


class Connection(Protocol):
    """What the game needs of the engine; see `engine_link.Link`."""

    provider: str

    @property
    def trouble(self) -> str: ...

    @property
    def settled(self) -> bool: ...

    def show(
        self, pixels: bytes, since: float, now: float, *, inspect: bool, news: Mapping[str, Mapping[str, Any]], hour: float
    ) -> bool: ...

    def say(self, name: str, text: str, pixels: bytes, since: float, now: float, state: Mapping[str, Any]) -> int: ...

    def collect(self) -> list[tuple[WireDecision, float]]: ...


class Play:
    """Paints, shows frames to the engine, speaks, and lets NPCs do what was decided.

    Args:
        screen: what the player sees, `screen.SCREEN` pixels.
    """

    def __init__(self, world: World, link: Connection, screen: pygame.Surface, overlay: bool = False) -> None:
        self.world, self.link, self.screen = world, link, screen
        self.inspector, self.journal = Inspector(on=overlay), Journal()
        self._view = screen.subsurface(WORLD)
        self._painter, self._bubbles = Painter(), Bubbles()
        self._shown = float("-inf")

    def paint(self) -> None:
        """Draw the world alone, and show it to the engine when it is time."""
        since = time.perf_counter()
        self._painter.paint(self.world, self._view)
        if self.world.time - self._shown >= SHOW_EVERY_S - 1e-6 and self.link.show(
            capture(self._view), since, self.world.time, inspect=self.inspector.on, news=self.world.news(), hour=self.world.hour
        ):
            self._shown = self.world.time
            self.world.done.clear()

    def say(self, text: str, to: str | None = None) -> tuple[int, Actor]:
        """Let the player say something about what is in view.

        Returns the number of the observation, and who hears it.
        """
        since, world = time.perf_counter(), self.world
        npc = world.npc(to) if to else world.addressee(text)
        seen = self.view(npc)
        self.note_said(npc, text)
        return self.link.say(npc.name, text, seen["pixels"], since, world.time, seen["state"]), npc

    def view(self, npc: Actor) -> dict[str, Any]:
        """What a villager sees and is told at this moment."""
        self._painter.paint(self.world, self._view)
        state = {"hour": self.world.hour, **self.world.told(npc)}
        return {"pixels": capture(self._view), "captured_at": self.world.time, "state": state}

    def note_said(self, npc: Actor, text: str) -> None:
        """Show what the player said to whom."""
        self.inspector.heard(npc.name, text, self.world.time)
        self.journal.said(npc, text)

    def decide(self, listen: Callable[[], None] = lambda: None) -> list[tuple[WireDecision, float]]:
        """Apply the decisions that have come; each with its latency in seconds.

        `listen` takes up what came with them: what the player was heard to say stands above its answer.
        """
        decisions = self.link.collect()
        listen()
        for decision, latency in decisions:
            self._apply(decision)
            self.inspector.note(decision, latency, self.world.time)
        return decisions

    def _apply(self, decision: WireDecision) -> None:
        spot, npc = decision.target, self.world.npc(decision.npc)
        self.world.apply(
            decision.npc,
            decision.action,
            None if spot is None else (spot.x * WIDTH, spot.y * HEIGHT),
            line=decision.line,
            emotion=decision.emotion,
            reason=decision.reason,
            spoken=decision.utterance_id is not None,
        )
        if decision.line:
            self.journal.answered(npc, decision.line)
        if _was_given(decision) and (gift := self.world.accept_gift(npc)):
            self.journal.happened(f"You gave {npc.name} the {gift}.")
        for effect in decision.effects:
            if effect.kind == "sell":
                self._buy(npc, effect.values)

    def _buy(self, npc: Actor, deal: Mapping[str, object]) -> None:
        """Carry out a sale. The village has no coins; a thing that was given in exchange is gone."""
        item, against = str(deal["item"]), str(deal["against"])
        if against in self.world.inventory:
            self.world.inventory.remove(against)
        self.world.inventory.append(item)
        paid = f"your {against}" if against else f"{deal['price']} coins"
        self.journal.happened(f"You got {item} from {npc.name} for {paid}.")

    def draw_interface(self, typed: str | None = None, spoken: str | None = None, notice: str = "") -> None:
        """Draw all that is no world: bubbles, names, column, bar.

        Args:
            spoken: the words so far of a player who speaks; None: nobody does.
            notice: something that the player should know.
        """
        if self.inspector.on:
            draw_sight(self._view, self.world, self.inspector)
            draw_inspector(self.screen, self.world, self.inspector, self.link.provider)
        else:
            draw_journal(self.screen, self.world, self.journal)
        draw_names(self._view, self.world)
        self._bubbles.draw(self._view, self.world, draw_trouble(self._view, self.link.trouble or notice))
        draw_bar(self.screen, self.world, typed, spoken)


def _was_given(decision: WireDecision) -> bool:
    """Whether the engine is sure that the words which it answers went with a gift."""
    if decision.utterance_id is None or decision.inspect is None:
        return False
    label, p = next(iter(decision.inspect["intent"]), ("", 0.0))
    return label == "gift" and p >= SURE
