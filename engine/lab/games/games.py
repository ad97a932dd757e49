"""Public games as recordings: what one showed at a moment, how shots become a recording, and the few-shot protocol.

The protocol: learn from N frames of one half of the episodes, be measured on the other half.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.formats.recording import Recording, Row, read_recording
from engine.formats.recording_writer import RecordingWriter
from engine.lab.evaluation.measure import measure_recording
from engine.lab.evaluation.report import Figures
from engine.perception import Perceiver


@dataclass(frozen=True)
class Shot:
    """One frame with its truth; `labels` are those of `RecordingWriter.write` that are known."""

    frame: npt.NDArray[np.uint8]
    episode: str
    t: float
    entities: list[dict[str, object]]
    labels: dict[str, object] = field(default_factory=dict)


Shots = Callable[[int], Iterator[Shot]]  # seed -> the game's shots, without end
Looks: TypeAlias = Iterator[tuple[str, Sequence[npt.NDArray[np.uint8]]]]  # name -> pictures of it, RGBA


@dataclass(frozen=True)
class Game:
    """A public game.

    Attributes:
        package: whose name is what is to be installed: of Python, or of the operating system where `version` says so.
        shots: of a seed; goes on for ever, and gives the same shots for the same seed everywhere.
        looks: its art, each thing from one or several sides, as its studio would have it; None: not told.
        version: what is installed of a package that is not one of Python.
    """

    name: str
    package: str
    licence: str
    shots: Shots
    looks: Callable[[], Looks] | None = None
    version: Callable[[], str] | None = None


def record(game: Game, folder: Path, frames: int, seed: int, on_frame: Callable[[], None]) -> Recording:
    """Record the first `frames` shots of a seed, or read them where that was done before.

    Raises:
        Fault: `extra_missing` where the game is not installed.
    """
    meta = {"game": game.name, "licence": game.licence, "package": _installed(game), "seed": seed, "planned": frames}
    if _is_complete(folder, meta):
        return read_recording(folder)
    shutil.rmtree(folder, ignore_errors=True)
    with RecordingWriter(folder, meta) as writer:
        for shot in islice(_with_episodes(game.shots(seed)), frames):
            writer.write(shot.frame, episode=shot.episode, t=shot.t, entities=shot.entities, **shot.labels)
            on_frame()
    return read_recording(folder)


def _with_episodes(shots: Iterable[Shot]) -> Iterator[Shot]:
    """Leave out shots in which nothing has a name: there is nothing to ask about them."""
    return (shot for shot in shots if shot.entities)


def _is_complete(folder: Path, meta: dict[str, object]) -> bool:
    try:
        found = read_recording(folder)
    except Fault:
        return False
    return {"game": found.meta.game, "licence": found.meta.licence, **(found.meta.model_extra or {})} == meta and len(
        found.rows
    ) == meta["planned"]


def _installed(game: Game) -> str:
    if game.version is not None:
        return game.version()
    try:
        return f"{game.package} {version(game.package)}"
    except PackageNotFoundError:
        raise Fault(
            "extra_missing", f"The game '{game.package}' is not installed.", "Run: pip install 'npc-engine[games]'."
        ) from None


def few_shot(recording: Recording, count: int, out: Path, base: Path | None, minutes: float, closely: bool) -> dict[str, Any]:
    """Adapt on `count` frames (or all that half of the episodes has) and measure; the bundle is kept in `out`.

    A part of these frames checks the learning. With `closely` it is measured by a closer look at each.
    """
    from engine.lab.adaptation.adapt import adapt  # here, since recording and measuring need no torch
    from engine.lab.adaptation.frames import choose_frames, split_by_episode
    from engine.lab.adaptation.report import write_report
    from engine.lab.training.run import Progress

    name, halves = recording.meta.game, split_by_episode(recording.rows, 0.5)
    shown = replace(recording, rows=tuple(choose_frames(halves.learn, count)))
    bundle = out / "bundles" / f"{name}-{count}"
    with Progress() as progress:
        progress.say(f"{name}: learning from {count} frames")
        outcome = adapt(shown, bundle, base, minutes=minutes, progress=progress)
    write_report(outcome, shown, out / "bundles" / f"{name}-{count}-report")
    before, after = (_figures(recording, folder, halves.check, closely) for folder in (base, bundle))
    return {
        "game": name,
        "learnt_frames": len(shown.rows),
        "measured_frames": len(halves.check),
        **{f"{key}_before": before[key] for key in ("pointing", "presence_auc", "alike_auc", "ece")},
        **{key: after[key] for key in ("pointing", "presence_auc", "alike_auc", "ece")},
        "forgotten": outcome.forgotten,
        "steps": outcome.curve.steps,
        "seconds": outcome.seconds["all"],
    }


def _figures(recording: Recording, bundle: Path | None, rows: list[Row], closely: bool) -> Figures:
    return measure_recording(Perceiver(bundle, "cpu", closely=closely), recording, rows)[1].overall
