"""What the model sees (F1): heat map, target, watch list, likeliest labels, reason, latency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pygame

from demo_game.hud import DIM, PLATE, TEXT, font, label, wrapped
from demo_game.pen import INK, Colour
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import World
from engine.bridge.client import WireDecision

Surface = pygame.Surface

ACCENT: Colour = (255, 156, 66)
WATCHED: Colour = (110, 214, 255)
LIKELY = 0.5  # watch phrases above it are drawn on the screen
SHOWN_S, FADE_S = 5.0, 1.5
TROUGH: Colour = (70, 76, 92)
STRIP, ROW, BAR = 112, 17, 70  # pixels
COLUMNS = (338, 544, 750)
LETTERS = 44


@dataclass
class Inspector:
    """The last words that somebody heard, and what the model made of them and of the latest frame."""

    on: bool = False
    heard: tuple[str, str] | None = None  # NPC, words
    words: WireDecision | None = None
    words_at: float = 0.0  # world time of the answer
    watch: Sequence[Sequence[Any]] = field(default_factory=list)  # phrase, p, x, y
    latency: float = 0.0  # seconds
    inference_ms: float = 0.0

    def note(self, decision: WireDecision, latency: float, time: float) -> None:
        """Remember a decision that came with its percept, if it is of the one who was spoken to last."""
        if decision.inspect is None or (self.heard is not None and decision.npc != self.heard[0]):
            return
        self.latency, self.inference_ms = latency, float(decision.inspect["inference_ms"])
        self.watch = decision.inspect["watch"] or self.watch
        if decision.utterance_id is not None:
            self.words, self.words_at = decision, time

    def heat_strength(self, time: float) -> float:
        """1 while the words are fresh, then fading: things on the screen move on."""
        return max(0.0, min(1.0, (SHOWN_S + FADE_S - (time - self.words_at)) / FADE_S))


def draw_overlay(screen: Surface, world: World, inspector: Inspector, provider: str) -> None:
    """Draw all of it, if it is on."""
    if not inspector.on:
        return
    strength = inspector.heat_strength(world.time)
    decision = inspector.words
    if decision is not None and decision.inspect is not None and strength > 0:
        if decision.inspect["heat"]:
            _heat(screen, decision.inspect["heat"], strength)
        if decision.target is not None:
            _cross(screen, decision.target.x * WIDTH, decision.target.y * HEIGHT)
    for phrase, p, x, y in inspector.watch:
        if p >= LIKELY:
            _mark(screen, f"{phrase} {p:.0%}", x * WIDTH, y * HEIGHT)
    _panel(screen, inspector, provider)


def _heat(screen: Surface, rows: Sequence[bytes], strength: float) -> None:
    """The heat map over the screen; its grid covers the letterboxed frame, thin black bars included."""
    tile = Surface((len(rows[0]), len(rows)), pygame.SRCALPHA)
    strongest = max(max(row) for row in rows) or 1
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            tile.set_at((x, y), (*ACCENT, int(200 * strength * (value / strongest) ** 1.5)))
    height = WIDTH * len(rows) // len(rows[0])
    screen.blit(pygame.transform.smoothscale(tile, (WIDTH, height)), (0, (HEIGHT - height) // 2))


def _cross(screen: Surface, x: float, y: float) -> None:
    for colour, width in ((INK, 7), (ACCENT, 3)):
        pygame.draw.circle(screen, colour, (x, y), 20 + width / 2, width)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            pygame.draw.line(screen, colour, (x + dx * 13, y + dy * 13), (x + dx * 32, y + dy * 32), width)


def _mark(screen: Surface, text: str, x: float, y: float) -> None:
    for dx in (-1, 1):
        for dy in (-1, 1):
            corner = (x + dx * 36, y + dy * 32)
            for colour, width in ((INK, 6), (WATCHED, 3)):
                pygame.draw.line(screen, colour, corner, (corner[0] - dx * 14, corner[1]), width)
                pygame.draw.line(screen, colour, corner, (corner[0], corner[1] - dy * 14), width)
    label(screen, text, (x, y - 46), 19, WATCHED)


def _panel(screen: Surface, inspector: Inspector, provider: str) -> None:
    """A strip along the lower edge: what was said, intent, action, watch list."""
    strip = Surface((WIDTH - 16, STRIP), pygame.SRCALPHA)
    pygame.draw.rect(strip, PLATE, strip.get_rect(), border_radius=12)
    decision = inspector.words
    rows = _summary(inspector, provider)
    for i, (text, colour) in enumerate(rows[:6]):
        strip.blit(font(17).render(text, True, colour), (14, 9 + i * ROW))
    if decision is not None and decision.inspect is not None:
        _bars(strip, COLUMNS[0], "intent", decision.inspect["intent"], ACCENT)
        _bars(strip, COLUMNS[1], "action", decision.inspect["action"], ACCENT)
    _bars(strip, COLUMNS[2], "watch list", inspector.watch, WATCHED)
    screen.blit(strip, (8, HEIGHT - STRIP - 8))


def _summary(inspector: Inspector, provider: str) -> list[tuple[str, Colour]]:
    decision, rows = inspector.words, list[tuple[str, Colour]]()
    if inspector.heard is not None:
        rows.append((f"{inspector.heard[0]} hears: {inspector.heard[1]}"[:LETTERS], ACCENT))
    if decision is not None:
        spot = decision.target
        rows.append(("target: nothing here" if spot is None else f"target: {spot.x:.2f}, {spot.y:.2f} ({spot.p:.0%})", TEXT))
        rows += [(row, TEXT) for row in wrapped(decision.reason, LETTERS)[:2]]
    rows.append((f"{inspector.latency * 1e3:.0f} ms frame to action, {inspector.inference_ms:.0f} ms of it the model", DIM))
    rows.append((provider, DIM))
    return rows


def _bars(strip: Surface, left: int, title: str, shares: Sequence[Sequence[Any]], colour: Colour) -> None:
    """A row for each label with its probability."""
    strip.blit(font(17).render(title, True, DIM), (left, 9))
    for i, (name, p, *_) in enumerate(shares[:5]):
        y = 9 + (i + 1) * ROW
        strip.blit(font(17).render(str(name), True, TEXT), (left, y))
        pygame.draw.rect(strip, TROUGH, (left + 88, y + 2, BAR, 8), border_radius=4)
        pygame.draw.rect(strip, colour, (left + 88, y + 2, max(BAR * p, 2), 8), border_radius=4)
        strip.blit(font(16).render(f"{p * 100:.0f}", True, DIM), (left + 94 + BAR, y))
