"""What they see (F1): over the world heat map, target and watch list; beside it what the engine says of one villager."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pygame

from demo_game.figures import Actor
from demo_game.hud import icon
from demo_game.journal import BACKGROUND, CARD, INNER, LEFT, title
from demo_game.pen import INK, Colour
from demo_game.screen import COLUMN, DIM, TEXT, fitted, label, wrapped, write
from demo_game.village import HEIGHT, WIDTH
from demo_game.world import World
from engine.bridge.client import WireDecision

Surface = pygame.Surface

ACCENT: Colour = (255, 156, 66)
WATCHED: Colour = (110, 214, 255)
LIKELY = 0.5  # watch phrases above it are drawn on the screen
SHOWN_S, FADE_S = 5.0, 1.5
ATTENTION_S = 20.0  # for so long after words the one who heard them is looked at, then whoever is nearest
SMALL, SMALLEST, ROW, BAR = 21, 17, 17, 110  # font sizes, pixels of a row and of a bar
STANDING = frozenset({"stay", "follow", "go_to", "give"})
QUIET = ("goes on.", "has nothing to do")  # how reasons of decisions begin in which nothing changes


@dataclass
class Thoughts:
    """What the decisions about one villager have told."""

    heard: str = ""
    words: WireDecision | None = None  # the answer to the last words, and when it came
    words_at: float = -math.inf
    now: WireDecision | None = None
    mood: str = "neutral"  # what it shows while it has nothing to do
    watch: Sequence[Sequence[Any]] = ()  # phrase, p, x, y
    latency: float = 0.0  # seconds
    inference_ms: float = 0.0
    lately: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=5))  # time, reason

    def heat_strength(self, time: float) -> float:
        """1 while the words are fresh, then fading: things on the screen move on."""
        return max(0.0, min(1.0, (SHOWN_S + FADE_S - (time - self.words_at)) / FADE_S))


@dataclass
class Inspector:
    """What the engine has told of everybody, and at whom one looks."""

    on: bool = False
    minds: dict[str, Thoughts] = field(default_factory=dict)
    spoken_to: str = ""
    spoken_at: float = -math.inf

    def heard(self, npc: str, text: str, time: float) -> None:
        """Somebody was spoken to."""
        mind = self.minds.setdefault(npc, Thoughts())
        mind.heard, mind.words = text, None
        self.spoken_to, self.spoken_at = npc, time

    def note(self, decision: WireDecision, latency: float, time: float) -> None:
        """Remember what a decision tells."""
        mind = self.minds.setdefault(decision.npc, Thoughts())
        changed = mind.now is None or (mind.now.action, mind.now.reason) != (decision.action, decision.reason)
        mind.now, mind.latency = decision, latency
        if decision.action == "idle" and decision.utterance_id is None:
            mind.mood = decision.emotion
        if changed and decision.reason and not _is_quiet(decision.reason):
            mind.lately.append((time, decision.reason))
        if decision.inspect is not None:
            mind.inference_ms = float(decision.inspect["inference_ms"])
            mind.watch = decision.inspect["watch"] or mind.watch
        if decision.utterance_id is not None:
            mind.words, mind.words_at = decision, time

    def subject(self, world: World) -> Actor:
        """At whom one looks: who was spoken to lately, else who is nearest."""
        recent = self.spoken_to and world.time - self.spoken_at < ATTENTION_S
        return world.npc(self.spoken_to) if recent else world.addressee("")


def _is_quiet(reason: str) -> bool:
    return any(words in reason for words in QUIET) or "goes on:" in reason


def draw_sight(world_screen: Surface, world: World, inspector: Inspector) -> None:
    """Over the world: where the words point, and where the watched things are."""
    mind = inspector.minds.get(inspector.subject(world).name, Thoughts())
    strength = mind.heat_strength(world.time)
    if mind.words is not None and strength > 0:
        if mind.words.inspect is not None and mind.words.inspect["heat"]:
            _heat(world_screen, mind.words.inspect["heat"], strength)
        if mind.words.target is not None:
            _cross(world_screen, mind.words.target.x * WIDTH, mind.words.target.y * HEIGHT)
    seen = [(f"{phrase} {p:.0%}", x * WIDTH, y * HEIGHT) for phrase, p, x, y in mind.watch if p >= LIKELY]
    for i, (text, x, y) in enumerate(seen):
        _corners(world_screen, x, y)
        above = sum(math.dist((x, y), (ox, oy)) < 60 for _, ox, oy in seen[:i])
        label(world_screen, text, (x, y - 46 - 25 * above), 22, WATCHED)


def _heat(screen: Surface, rows: Sequence[bytes], strength: float) -> None:
    """The heat map over the world; its grid covers the letterboxed frame, thin black bars included."""
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


def _corners(screen: Surface, x: float, y: float) -> None:
    for dx in (-1, 1):
        for dy in (-1, 1):
            corner = (x + dx * 36, y + dy * 32)
            for colour, width in ((INK, 6), (WATCHED, 3)):
                pygame.draw.line(screen, colour, corner, (corner[0] - dx * 14, corner[1]), width)
                pygame.draw.line(screen, colour, corner, (corner[0], corner[1] - dy * 14), width)


def draw_inspector(screen: Surface, world: World, inspector: Inspector, provider: str) -> None:
    """The column: mood, words, labels, reasons, watch list and latency of the one who is looked at."""
    npc = inspector.subject(world)
    mind = inspector.minds.get(npc.name, Thoughts())
    pygame.draw.rect(screen, BACKGROUND, COLUMN)
    title(screen, f"{npc.name}, the {npc.persona}", 12)
    _feeling(screen, npc, mind)
    y = _rows(screen, _doing(mind), 46)
    said = mind.words.inspect if mind.words is not None else None
    if said is not None:
        y = _bars(screen, y, "the words mean", said["intent"], ACCENT)
        y = _bars(screen, y, "they call for", said["action"], ACCENT)
    y = _bars(screen, y, "sees", sorted(mind.watch, key=lambda seen: -seen[1])[:4], WATCHED)
    _lately(screen, mind, world.time, y)
    speed = f"{mind.latency * 1e3:.0f} ms frame to action, {mind.inference_ms:.0f} the model"
    write(screen, f"{speed}, {provider.removesuffix('ExecutionProvider')}", (LEFT, COLUMN.bottom - 22), SMALLEST, DIM)


def _feeling(screen: Surface, npc: Actor, mind: Thoughts) -> None:
    """The face that is shown; the mood, which outlasts it, stands among the rows."""
    if npc.emotion != "neutral":
        picture = icon(npc.emotion)
        screen.blit(picture, picture.get_rect(center=(COLUMN.right - 30, 22)))


def _doing(mind: Thoughts) -> Iterator[tuple[str, Colour]]:
    """What it does, feels, keeps to and has heard, a row each."""
    now, words = mind.now, mind.words
    if now is None:
        yield "nothing decided yet", DIM
        return
    yield f"does {now.action}, shows {now.emotion}; mood {mind.mood}", TEXT
    if now.utterance_id is None and now.action in STANDING and "goes on" in now.reason:
        yield f"keeps to what was agreed: {now.action}", ACCENT
    if mind.heard:
        yield f'heard "{mind.heard}"', ACCENT
    if words is not None:
        spot = words.target
        yield "points at nothing" if spot is None else f"points at {spot.x:.2f}, {spot.y:.2f} ({spot.p:.0%} in view)", TEXT


def _rows(screen: Surface, rows: Iterator[tuple[str, Colour]], y: int) -> int:
    for text, colour in rows:
        write(screen, fitted(text, SMALL, INNER), (LEFT, y), SMALL, colour)
        y += ROW + 2
    return y + 6


def _bars(screen: Surface, y: int, heading: str, shares: Sequence[Sequence[Any]], colour: Colour) -> int:
    """A row for each label with its probability; where the next block begins."""
    write(screen, heading, (LEFT, y), SMALL, DIM)
    for name, p, *_ in shares:
        y += ROW
        write(screen, fitted(str(name), SMALL, 128), (LEFT + 8, y), SMALL, TEXT)
        pygame.draw.rect(screen, CARD, (LEFT + 140, y + 3, BAR, 8), border_radius=4)
        pygame.draw.rect(screen, colour, (LEFT + 140, y + 3, max(BAR * p, 2), 8), border_radius=4)
        write(screen, f"{p:.0%}", (LEFT + 148 + BAR, y), SMALLEST, DIM)
    return y + ROW + 6


def _lately(screen: Surface, mind: Thoughts, time: float, y: int) -> None:
    """The latest reasons, newest first, as many as there is room for."""
    write(screen, "lately", (LEFT, y), SMALL, DIM)
    y += ROW
    for at, reason in reversed(mind.lately):
        rows = wrapped(f"{max(0, time - at):.0f} s ago: {reason}", SMALL, INNER - 8, 3)
        if y + len(rows) * (ROW - 1) > COLUMN.bottom - 26:
            return
        for row in rows:
            write(screen, row, (LEFT + 8, y), SMALL, TEXT)
            y += ROW - 1
        y += 3
