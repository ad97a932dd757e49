"""What is drawn over the world: speech bubbles, feelings, the text box, and the inspector (F1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import pygame

from demo_game.art import GOLD, INK, RED
from demo_game.world import HEIGHT, WIDTH, Actor, World
from engine.bridge.client import WireDecision

PAPER, PLATE, TEXT, DIM = (255, 252, 242), (16, 19, 28, 205), (240, 242, 246), (160, 168, 184)
ACCENT, WATCHED = (255, 150, 60), (110, 214, 255)
HELP = "WASD walk    Enter speak    F1 what they see    Esc quit"


@dataclass
class Inspector:
    """The last thing that was heard, and what the model made of it."""

    on: bool = False
    heard: tuple[str, str] | None = None
    words: WireDecision | None = None
    watch: list[list[object]] = field(default_factory=list)
    latency: float = 0.0
    inference_ms: float = 0.0

    def note(self, decision: WireDecision, latency: float) -> None:
        """Remember a decision that came with its percept."""
        if decision.inspect is None:
            return
        self.latency, self.inference_ms = latency, float(decision.inspect["inference_ms"])
        self.watch = decision.inspect["watch"] or self.watch
        if decision.utterance_id is not None:
            self.words = decision


@lru_cache(maxsize=8)
def font(size: int, bold: bool = False) -> pygame.font.Font:
    """pygame's own font, which is there on every machine."""
    pygame.font.init()
    made = pygame.font.Font(None, size)
    made.set_bold(bold)
    return made


def draw_interface(screen: pygame.Surface, world: World, inspector: Inspector, provider: str, typed: str | None = None) -> None:
    """Bubbles, feelings, effects of actions, inventory, and the inspector if it is on."""
    if inspector.on:
        _heat(screen, inspector)
    for npc in sorted(world.npcs, key=lambda n: n.y):
        _effects(screen, npc, world)
        _name(screen, npc)
    for npc in sorted(world.npcs, key=lambda n: n.y):
        if npc.line and world.time < npc.line_until:
            _bubble(screen, npc)
    _inventory(screen, world)
    if typed is not None:
        _text_box(screen, typed)
    else:
        _label(screen, HELP, (WIDTH // 2, HEIGHT - 12), 18, DIM, centre=True)
    if inspector.on:
        _panel(screen, inspector, world, provider)


def _label(
    screen: pygame.Surface,
    text: str,
    at: tuple[float, float],
    size: int,
    colour: tuple[int, ...],
    *,
    centre: bool = False,
    plate: bool = True,
) -> pygame.Rect:
    image = font(size).render(text, True, colour)
    rect = image.get_rect(center=at) if centre else image.get_rect(topleft=at)
    if plate:
        back = pygame.Surface((rect.w + 12, rect.h + 6), pygame.SRCALPHA)
        pygame.draw.rect(back, PLATE, back.get_rect(), border_radius=6)
        screen.blit(back, (rect.x - 6, rect.y - 3))
    screen.blit(image, rect)
    return rect


def _name(screen: pygame.Surface, npc: Actor) -> None:
    image = font(17).render(npc.name, True, (250, 250, 250))
    shade = font(17).render(npc.name, True, INK)
    spot = image.get_rect(center=(npc.x, npc.y + 10))
    for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        screen.blit(shade, spot.move(dx, dy))
    screen.blit(image, spot)


def _bubble(screen: pygame.Surface, npc: Actor) -> None:
    rows = _wrapped(npc.line, 30)
    images = [font(20).render(row, True, INK) for row in rows]
    width, height = max(i.get_width() for i in images) + 20, len(images) * 19 + 14
    x = min(max(npc.x - width / 2, 6), WIDTH - width - 6)
    y = max(npc.y - 84 - height, 4)
    rect = pygame.Rect(int(x), int(y), width, height)
    tail = [(npc.x - 7, rect.bottom - 2), (npc.x + 7, rect.bottom - 2), (npc.x, rect.bottom + 10)]
    pygame.draw.rect(screen, PAPER, rect, border_radius=10)
    pygame.draw.rect(screen, INK, rect, 2, border_radius=10)
    pygame.draw.polygon(screen, PAPER, tail)
    pygame.draw.lines(screen, INK, False, [tail[0], tail[2], tail[1]], 2)
    for i, image in enumerate(images):
        screen.blit(image, (rect.x + 10, rect.y + 8 + i * 19))


def _wrapped(text: str, width: int) -> list[str]:
    rows: list[str] = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + len(word) + 1 > width:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def _effects(screen: pygame.Surface, npc: Actor, world: World) -> None:
    """Actions that no walk shows, and feelings, as small signs over the head."""
    x, y, t = npc.x, npc.y - 78, world.time
    action = npc.task.action
    if action == "warn":
        _sign(screen, "!", x, y - 4 * abs(math.sin(t * 6)), RED)
    elif action == "heal" and npc.task.stage:
        for i in range(5):
            a = t * 2 + i * math.tau / 5
            _sign(screen, "+", world.player.x + math.cos(a) * 26, world.player.y - 32 + math.sin(a) * 20, (70, 180, 90))
    elif action == "point_at" and npc.task.point is not None:
        _arrow(screen, (npc.x, npc.y - 30), npc.task.point)
    elif action == "use" and npc.task.stage and t < npc.task.until:
        _sign(screen, "*", x, y, GOLD)
    elif npc.emotion in _FEELINGS:
        text, colour = _FEELINGS[npc.emotion]
        _sign(screen, text, x + 20, y + 12, colour, 20)


_FEELINGS = {
    "happy": ("^^", (250, 214, 80)),
    "angry": ("#", (230, 70, 60)),
    "afraid": ("!!", (130, 180, 250)),
    "sad": ("..", (140, 160, 220)),
    "surprised": ("?!", (250, 200, 120)),
    "disgusted": ("~", (140, 180, 80)),
}


def _sign(screen: pygame.Surface, text: str, x: float, y: float, colour: tuple[int, ...], size: int = 30) -> None:
    for dx, dy, c in ((-1, 0, INK), (1, 0, INK), (0, -1, INK), (0, 1, INK), (0, 0, colour)):
        image = font(size, True).render(text, True, c)
        screen.blit(image, image.get_rect(center=(x + dx * 2, y + dy * 2)))


def _arrow(screen: pygame.Surface, start: tuple[float, float], end: tuple[float, float]) -> None:
    angle, length = math.atan2(end[1] - start[1], end[0] - start[0]), math.dist(start, end)
    for i in range(3, max(int(length // 14), 4)):
        spot = (start[0] + math.cos(angle) * i * 14, start[1] + math.sin(angle) * i * 14)
        pygame.draw.circle(screen, INK, spot, 4)
        pygame.draw.circle(screen, GOLD, spot, 3)
    pygame.draw.circle(screen, INK, end, 26, 5)
    pygame.draw.circle(screen, GOLD, end, 25, 3)


def _inventory(screen: pygame.Surface, world: World) -> None:
    if world.inventory:
        _label(screen, "you have: " + ", ".join(world.inventory[-5:]), (12, HEIGHT - 22), 18, TEXT)


def _text_box(screen: pygame.Surface, typed: str) -> None:
    rect = pygame.Rect(120, HEIGHT - 52, WIDTH - 240, 38)
    pygame.draw.rect(screen, PAPER, rect, border_radius=8)
    pygame.draw.rect(screen, INK, rect, 2, border_radius=8)
    screen.blit(font(25).render((typed + "|")[-80:], True, INK), (rect.x + 12, rect.y + 10))


def _heat(screen: pygame.Surface, inspector: Inspector) -> None:
    """The heat map of the last words over the screen, with its peak."""
    decision = inspector.words
    rows = decision.inspect.get("heat") if decision is not None and decision.inspect else None
    if not rows:
        return
    tile = pygame.Surface((len(rows[0]), len(rows)), pygame.SRCALPHA)
    strongest = max(max(row) for row in rows) or 1
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            tile.set_at((x, y), (*ACCENT, int(190 * (value / strongest) ** 1.5)))
    # The model sees 16:9 frames between two thin black bars.
    inner = HEIGHT * tile.get_width() / WIDTH
    whole = int(HEIGHT * tile.get_height() / inner)
    layer = pygame.transform.smoothscale(tile, (WIDTH, whole))
    screen.blit(layer, (0, (HEIGHT - whole) // 2))
    if decision is not None and decision.target is not None:
        spot = (decision.target.x * WIDTH, decision.target.y * HEIGHT)
        for radius, colour, width in ((21, INK, 6), (20, ACCENT, 3)):
            pygame.draw.circle(screen, colour, spot, radius, width)


def _panel(screen: pygame.Surface, inspector: Inspector, world: World, provider: str) -> None:
    rows: list[tuple[str, tuple[int, ...]]] = []
    decision = inspector.words
    if inspector.heard is not None:
        rows.append((f"to {inspector.heard[0]}: “{inspector.heard[1]}”", ACCENT))
    if decision is not None and decision.inspect is not None:
        for head in ("intent", "action"):
            rows.append((f"{head}: " + "   ".join(f"{label} {p:.0%}" for label, p in decision.inspect[head]), TEXT))
        target = decision.target
        rows.append(
            ("target: nothing here" if target is None else f"target: {target.p:.0%} at {target.x:.2f}, {target.y:.2f}", TEXT)
        )
        rows += [
            (line, DIM) for line in _wrapped(f"{decision.npc}: {decision.action}, {decision.emotion} ({decision.reason})", 62)
        ]
    rows += [(f"watch: {phrase} {p:.0%}", WATCHED) for phrase, p, _, _ in inspector.watch]  # type: ignore[str-format]
    rows.append(
        (f"{inspector.latency * 1e3:.1f} ms frame to decision ({inspector.inference_ms:.1f} ms model)   {provider}", DIM)
    )
    width = max(font(18).size(text)[0] for text, _ in rows) + 24
    panel = pygame.Surface((width, len(rows) * 19 + 16), pygame.SRCALPHA)
    pygame.draw.rect(panel, PLATE, panel.get_rect(), border_radius=10)
    for i, (text, colour) in enumerate(rows):
        panel.blit(font(18).render(text, True, colour), (12, 9 + i * 19))
    screen.blit(panel, (10, 10))
    for phrase, p, x, y in inspector.watch:
        if p >= 0.5:  # type: ignore[operator]
            spot = (x * WIDTH, y * HEIGHT)  # type: ignore[operator]
            pygame.draw.circle(screen, WATCHED, spot, 30, 3)
            _label(screen, f"{phrase} {p:.0%}", (spot[0], spot[1] - 42), 18, WATCHED, centre=True)  # type: ignore[str-format]
