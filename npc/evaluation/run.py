"""`python -m npc evaluate`: all of it, as a table and as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from npc.character import Character
from npc.errors import Fault
from npc.evaluation.kills import kill_writers
from npc.evaluation.knowledge import knowledge
from npc.evaluation.lives import boundaries, percepts, recall
from npc.evaluation.steadiness import consistency, dithering, label_noise
from npc.evaluation.voices import distinctness, fluency
from npc.keyword_reader import word_likeness
from npc.log import Recorder, replay
from npc.persona import characters, load_persona


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """`same`: every decision came out byte for byte as it was logged."""

    ticks: int
    same: bool


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of each is done; `full` is what the published figures stand for."""

    dialogues: int = 10_000
    ticks: int = 100_000
    kills: int = 200


def evaluate(effort: Effort, seed: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and figures of one measurement after the other; `error` where something is not installed."""
    runs: dict[str, Callable[[], Any]] = {
        "boundaries": lambda: boundaries(effort.dialogues, seed),
        "distinctness": distinctness,
        "knowledge": lambda: knowledge(word_likeness),
        "consistency": consistency,
        "recall": lambda: recall(500, 6.0, seed),
        "label_noise": lambda: label_noise(0.1, seed=seed),
        "dithering": lambda: dithering(2.0, seed),
        "fluency": fluency,
        "replay": lambda: _replays(effort.ticks, seed),
        "kills": lambda: _kills(effort.kills, seed),
    }
    for name, run in runs.items():
        try:
            yield name, asdict(run())
        except Fault as error:
            yield name, {"error": f"{error.message} {error.fix}"}


def _replays(ticks: int, seed: int) -> ReplayResult:
    """Log a life of each shipped character, `ticks` in all, and replay it."""
    share, done, same = -(-ticks // len(characters())), 0, True
    with tempfile.TemporaryDirectory() as folder:
        for name in characters():
            path = Path(folder) / name
            character = Character(load_persona(name), name, seed)
            with Recorder(path, character, seed) as recorder:
                for percept in percepts(share, seed):
                    recorder.write(percept, character.tick(percept))
            result = replay(path)
            done += result.ticks
            same = same and result.line is None and result.ticks == share
    return ReplayResult(done, same)


def _kills(kills: int, seed: int) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return kill_writers(kills, str(Path(folder) / "memory.sqlite"), seed)


def report(effort: Effort, seed: int, json_file: Path | None) -> int:
    """Print the figures as they come; the exit status is 1 where a promise was broken."""
    figures: dict[str, dict[str, Any]] = {}
    start = time.perf_counter()
    for name, result in evaluate(effort, seed):
        figures[name] = result
        told = ", ".join(f"{key} {_short(value)}" for key, value in result.items())
        print(f"{name:<14}{told}", flush=True)
        print(f"  ({time.perf_counter() - start:.0f} s so far)", file=sys.stderr)
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        print(f"figures: {json_file}")
    broken = figures["boundaries"]["violations"] or not figures["replay"]["same"]
    return int(bool(broken or figures["kills"]["lost"] or figures["kills"]["broken"]))


def _short(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
