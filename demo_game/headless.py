"""Unattended runs: the same game without a window, by script, in real time or as fast as the engine answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pygame

from demo_game.life import tick
from demo_game.report import PlayReport, Said
from demo_game.session import Play
from demo_game.truth import expect
from engine.bridge.client import WireDecision

FPS = 30
ANSWER_S = 5.0  # of real time that the game waits for answers where it does not keep to real time


def run_headless(
    session: Play,
    script: Sequence[Said],
    seconds: float,
    *,
    screenshot_every: float | None = None,
    screenshots: Path = Path("screenshots"),
    fast: bool = False,
) -> PlayReport:
    """Play for `seconds` of game time, which passes as fast as real time.

    Args:
        script: what is said, in order of time.
        fast: let time pass as soon as the engine has answered all.
        screenshot_every: seconds between pictures of the screen, interface included; None: no pictures.
    """
    world, report, waiting = session.world, PlayReport(), list(script)
    camera = Pictures(screenshot_every, screenshots)
    start, ticks = time.perf_counter(), 0
    while ticks < seconds * FPS:
        session.paint()
        while waiting and world.time >= waiting[0].t:
            _say(session, waiting.pop(0), report)
        camera(session)
        ticks += 1
        if fast:
            settle(session, report.decided)
        else:
            _decide_until(start + ticks / FPS, session, report)
        tick(world, 1 / FPS)
    return report


def _say(session: Play, said: Said, report: PlayReport) -> None:
    """Ask, and what is right by the game's truth at this very moment."""
    seq, npc = session.say(said.text, said.to)
    report.asked(seq, said, npc.name, expect(session.world, npc, said.text))


def _decide_until(deadline: float, session: Play, report: PlayReport) -> None:
    """Apply decisions as they come until it is time for the next tick."""
    while True:
        for decision, latency in session.decide():
            report.decided(decision, latency)
        left = deadline - time.perf_counter()
        if left <= 0:
            return
        time.sleep(min(left, 0.002))


def settle(session: Play, decided: Callable[[WireDecision, float], None]) -> None:
    """Apply decisions until all that was shown and said is answered."""
    deadline = time.monotonic() + ANSWER_S
    while True:
        for decision, latency in session.decide():
            decided(decision, latency)
        if session.link.settled or time.monotonic() > deadline:
            return
        time.sleep(0.001)


class Pictures:
    """Takes a picture of the screen, interface included, every so many seconds of the game.

    Args:
        every: seconds; None: no pictures.
    """

    def __init__(self, every: float | None, folder: Path) -> None:
        self._every, self._folder, self._taken = every, folder, 0
        self._passed, self._last = 0.0, 0.0  # a world may be followed by another, whose time begins at 0

    def __call__(self, session: Play) -> None:
        """Take one if it is time. The screen holds the interface afterwards."""
        now = session.world.time
        self._passed += max(0.0, now - self._last)
        self._last = now
        if self._every is None or self._passed < self._taken * self._every:
            return
        self._taken += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        session.draw_interface()
        pygame.image.save(session.screen, str(self._folder / f"{self._passed:06.1f}s.png"))
