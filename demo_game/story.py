"""A story that plays itself: occasions by the game, and whether the villagers make of them what it hopes for.

The script (`story.yaml`) is what a player does and says. Nothing in it moves a villager: what they do comes from their
cards, their memory and the engine, and a beat that they do not play is reported as missed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from demo_game.figures import Actor
from demo_game.headless import settle
from demo_game.life import tick
from demo_game.screen import blank
from demo_game.session import Connection, Play
from demo_game.world import World
from engine.bridge.client import WireDecision

TICK_S = 0.1  # as often as the engine gets frames
PATIENCE_S = 20.0  # of the game's time for what a step waits for
WOLF_S = 13.0
BESIDE = 60.0  # pixels
FIRST_LOOK_S = 1.0  # before a chapter begins

Open = Callable[[World], AbstractContextManager[Connection]]
Watch = Callable[[Play], None]


class Step(BaseModel):
    """Something that the player does (`go` to somebody, `say`), that happens, or that is waited for, in this order.

    A step with a `beat` hopes that `to` decides one of `does`, with `because` in the reason: as the answer to `say`, or
    without a word.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    go: str = ""
    happens: Literal["", "wolf", "calm"] = ""
    wait: float = 0.0
    say: str = ""
    to: str = ""
    beat: str = ""
    does: tuple[str, ...] = ()
    because: str = ""
    until: Literal["", "inventory"] = ""


class Chapter(BaseModel):
    """What is played between two starts of game and engine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chapter: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class StepResult:
    """What somebody made of a beat."""

    chapter: str
    beat: str
    npc: str
    reached: bool
    action: str
    line: str
    reason: str


def load_story(path: Path = Path(__file__).with_name("story.yaml")) -> tuple[Chapter, ...]:
    """The chapters of a story."""
    return TypeAdapter(tuple[Chapter, ...]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))


def play_story(
    story: tuple[Chapter, ...],
    open_link: Open,
    seed: int = 0,
    watch: Watch = lambda session: None,
    overlay: bool = False,
) -> Iterator[StepResult]:
    """Play it, faster than real time: the game's clock waits for the engine, and the characters live by it.

    Args:
        open_link: starts an engine, or connects to one; called for every chapter.
        watch: called after every tick, e.g. to take pictures.
    """
    for chapter in story:
        world = World(seed, events=False)
        with open_link(world) as link:
            stage = _Stage(Play(world, link, blank(), overlay), watch)
            stage.play_for(FIRST_LOOK_S)
            for step in chapter.steps:
                seen = stage.play(step)
                if step.beat:
                    yield _outcome(chapter.chapter, step, seen)


def summary(outcomes: list[StepResult]) -> dict[str, Any]:
    """The report of a story."""
    return {
        "reached": sum(outcome.reached for outcome in outcomes),
        "of": len(outcomes),
        "beats": [asdict(outcome) for outcome in outcomes],
    }


def _outcome(chapter: str, step: Step, seen: WireDecision | None) -> StepResult:
    if seen is None:
        return StepResult(chapter, step.beat, step.to, False, "", "", "nothing was decided")
    reached = seen.action in step.does and step.because in seen.reason
    return StepResult(chapter, step.beat, step.to, reached, seen.action, seen.line, seen.reason)


class _Stage:
    """One chapter being played."""

    def __init__(self, session: Play, watch: Watch) -> None:
        self._session, self._world, self._watch = session, session.world, watch
        self._latest: dict[str, WireDecision] = {}  # of everybody, without words
        self._answers: dict[int, WireDecision] = {}

    def play(self, step: Step) -> WireDecision | None:
        """Do the step; the decision that a beat is judged by: the answer, or what is done without a word."""
        if step.go:
            self._go_to(self._world.npc(step.go))
        self._let_happen(step.happens)
        self.play_for(step.wait)
        if not step.say:
            self._play_until(lambda: not step.does or self._does(step))
            return self._latest.get(step.to)
        seq, _ = self._session.say(step.say, step.to)
        self._play_until(lambda: seq in self._answers)
        self.play_for(1.0)
        if step.until == "inventory":
            self._play_until(lambda: bool(self._world.inventory))
        return self._answers.get(seq)

    def _does(self, step: Step) -> bool:
        now = self._latest.get(step.to)
        return now is not None and now.action in step.does and step.because in now.reason

    def play_for(self, seconds: float) -> None:
        """Let so much of the game's time pass."""
        for _ in range(round(seconds / TICK_S)):
            self._tick()

    def _play_until(self, done: Callable[[], bool]) -> None:
        for _ in range(round(PATIENCE_S / TICK_S)):
            if done():
                return
            self._tick()

    def _go_to(self, npc: Actor) -> None:
        """Walk up to somebody, or after them."""
        player = self._world.player

        def way() -> tuple[float, float]:
            return npc.x - player.x, npc.y - player.y

        for _ in range(round(PATIENCE_S / TICK_S)):
            if math.hypot(*way()) <= BESIDE:
                return
            self._tick(way())

    def _let_happen(self, what: str) -> None:
        if what == "wolf":
            self._world.call_wolf(WOLF_S)
        elif what == "calm":
            self._world.scare_wolf()
            self._play_until(lambda: self._world.wolf is None)

    def _tick(self, walk: tuple[float, float] = (0.0, 0.0)) -> None:
        self._session.paint()
        settle(self._session, self._note)
        self._watch(self._session)
        tick(self._world, TICK_S, walk)

    def _note(self, decision: WireDecision, _latency: float) -> None:
        if decision.utterance_id is None:
            self._latest[decision.npc] = decision
        else:
            self._answers[decision.seq] = decision
