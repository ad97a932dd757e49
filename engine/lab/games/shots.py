"""What a game showed at one moment, and how shots become a recording."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.formats.recording import Recording, read_recording
from engine.formats.recording_writer import RecordingWriter


@dataclass(frozen=True)
class Shot:
    """One frame with its truth; `labels` are those of `RecordingWriter.write` that are known."""

    frame: npt.NDArray[np.uint8]
    episode: str
    t: float
    entities: list[dict[str, object]]
    labels: dict[str, object] = field(default_factory=dict)


Shots = Callable[[int], Iterator[Shot]]  # seed -> the game's shots, without end


@dataclass(frozen=True)
class Game:
    """A public game. `shots(seed)` goes on for ever, and gives the same shots for the same seed everywhere."""

    name: str
    package: str
    licence: str
    shots: Shots


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
    try:
        return f"{game.package} {version(game.package)}"
    except PackageNotFoundError:
        raise Fault(
            "extra_missing", f"The game '{game.package}' is not installed.", "Run: pip install 'npc-engine[games]'."
        ) from None
