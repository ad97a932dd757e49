"""Unattended runs: the same game without a window, and a report against its own ground truth."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import pygame

from demo_game.art import Painter
from demo_game.capture import FRAME_SIZE, capture
from demo_game.engine_link import Link
from demo_game.hud import Inspector, draw_interface
from demo_game.script import Said
from demo_game.truth import Expectation, expect
from demo_game.world import HEIGHT, WIDTH, World
from engine.bridge.client import WireDecision

FPS, FRAMES_PER_SECOND_SENT = 30, 10
TOLERANCE = 12.0  # pixels by which a target may miss the thing's box: a third of the smallest thing


@dataclass
class Report:
    """What happened, against what should have."""

    decisions: int = 0
    latencies: list[float] = field(default_factory=list)
    utterances: dict[int, dict[str, object]] = field(default_factory=dict)
    expected: dict[int, Expectation | None] = field(default_factory=dict)

    def asked(self, seq: int, said: Said, npc: str, expectation: Expectation | None) -> None:
        self.expected[seq] = expectation
        self.utterances[seq] = {
            "t": said.t,
            "text": said.text,
            "npc": npc,
            "expected": list(expectation.actions) if expectation else None,
            "action": None,
            "hit": None,
        }

    def decided(self, decision: WireDecision, latency: float) -> None:
        self.decisions += 1
        self.latencies.append(latency)
        row = self.utterances.get(decision.seq)
        if row is None or decision.utterance_id is None:
            return
        expectation = self.expected[decision.seq]
        spot = decision.target
        row |= {
            "action": decision.action,
            "line": decision.line,
            "reason": decision.reason,
            "target": None if spot is None else [round(spot.x * WIDTH), round(spot.y * HEIGHT)],
        }
        if expectation is not None and expectation.box is not None and _points(decision.action):
            row["hit"] = spot is not None and _inside(expectation.box, spot.x * WIDTH, spot.y * HEIGHT)

    def summary(self, provider: str) -> dict[str, object]:
        """The report; rates are None where nothing could be scored."""
        rows = list(self.utterances.values())
        hits = [bool(r["hit"]) for r in rows if r["hit"] is not None]
        right = [r["action"] in r["expected"] for r in rows if r["expected"]]  # type: ignore[operator]
        ordered = sorted(self.latencies)
        at = {
            f"p{q}": round(ordered[min(len(ordered) - 1, math.ceil(len(ordered) * q / 100) - 1)] * 1e3, 2) if ordered else None
            for q in (50, 95, 99)
        }
        return {
            "decisions": self.decisions,
            "target_hit_rate": sum(hits) / len(hits) if hits else None,
            "action_accuracy": sum(right) / len(right) if right else None,
            "latency_ms": at,
            "provider": provider,
            "utterances": rows,
        }


def _points(action: str) -> bool:
    return action not in ("refuse", "trade", "talk", "warn", "flee", "heal", "idle")


def _inside(box: tuple[float, float, float, float], x: float, y: float) -> bool:
    return box[0] - TOLERANCE <= x <= box[0] + box[2] + TOLERANCE and box[1] - TOLERANCE <= y <= box[1] + box[3] + TOLERANCE


def run_headless(
    world: World,
    link: Link,
    script: list[Said],
    seconds: float,
    *,
    screenshot_every: float | None,
    screenshots: Path,
    overlay: bool,
) -> Report:
    """Play for `seconds` in real time; the words of `script` are said at their times."""
    screen, painter, report = pygame.Surface((WIDTH, HEIGHT)), Painter(), Report()
    inspector, waiting = Inspector(on=overlay), list(script)
    start, shown, pictured = time.perf_counter(), -1.0, 0
    tick = 0
    while world.time < seconds:
        painter.paint(world, screen)
        if world.time - shown >= 1 / FRAMES_PER_SECOND_SENT - 1e-6:
            shown = world.time
            link.show(capture(screen), FRAME_SIZE, inspect=overlay)
        while waiting and world.time >= waiting[0].t:
            said = waiting.pop(0)
            npc = world.npc(said.to) if said.to else world.addressee(said.text)
            expectation = expect(world, npc.kind, said.text)
            report.asked(link.say(npc.name, said.text, capture(screen), FRAME_SIZE), said, npc.name, expectation)
            inspector.heard = (npc.name, said.text)
        tick += 1
        _until(start + tick / FPS, link, world, report, inspector)
        world.tick(1 / FPS)
        if screenshot_every and world.time >= pictured * screenshot_every:
            pictured += 1
            screenshots.mkdir(parents=True, exist_ok=True)
            draw_interface(screen, world, inspector, link.provider)
            pygame.image.save(screen, str(screenshots / f"{world.time:06.1f}s.png"))
    return report


def _until(deadline: float, link: Link, world: World, report: Report, inspector: Inspector) -> None:
    """Apply decisions as they come until it is time for the next tick."""
    while True:
        for decision, latency in link.collect():
            apply(world, decision)
            report.decided(decision, latency)
            inspector.note(decision, latency)
        left = deadline - time.perf_counter()
        if left <= 0:
            return
        time.sleep(min(left, 0.002))


def apply(world: World, decision: WireDecision) -> None:
    """Let the village act on a decision."""
    spot = decision.target
    point = None if spot is None else (spot.x * WIDTH, spot.y * HEIGHT)
    world.apply(decision.npc, decision.action, point, decision.line, decision.emotion, decision.reason)


def write_report(report: dict[str, object], path: Path) -> None:
    """Write a report as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
