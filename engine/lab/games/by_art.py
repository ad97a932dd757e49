"""What a game's own art alone gives: its things found by their pictures, without learning, and a bundle that learnt them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from engine.errors import Fault
from engine.files import write_whole
from engine.formats.recording import Recording
from engine.lab.evaluation.ask_recording import RecordingAnswers, vocabulary
from engine.lab.evaluation.measure import measure_recording
from engine.lab.evaluation.report import Figures
from engine.lab.games.games import Game, Looks
from engine.perception import Perceiver
from engine.perception.looks import Appearances

MOST = 8  # pictures of a thing
KEYS = ("pointing", "presence_auc", "alike_auc", "ece")
Measured = tuple[RecordingAnswers, Figures]


def art_of(game: Game) -> Looks:
    """The game's art.

    Raises:
        Fault: `no_art`.
    """
    if game.looks is None:
        raise Fault("no_art", f"The art of {game.name} is not known.", "Give its `Game` a function `looks`.")
    return game.looks()


def appearances(game: Game, perceiver: Perceiver) -> dict[str, Appearances]:
    """How the model sees each thing of a game."""
    return {name: tuple(perceiver.appearance(look) for look in looks[:MOST]) for name, looks in art_of(game)}


def by_pictures(game: Game, recording: Recording, perceiver: Perceiver) -> dict[str, Measured]:
    """The recording asked for what things look like: with a name that says nothing, and with their own."""
    looks = appearances(game, perceiver)
    nameless = {name: f"thing {n}" for n, name in enumerate(vocabulary(recording))}
    ways: Mapping[str, Mapping[str, str]] = {"picture alone": nameless, "name and picture": {}}
    found: dict[str, Measured] = {}
    for way, called in ways.items():
        title = f"{recording.meta.game}: {way}"
        answers, report = measure_recording(perceiver, recording, title=title, looks=looks, called=called)
        found[way] = answers, report.overall
    return found


def write_art(game: Game, folder: Path) -> Path:
    """The game's art as `adapt --art` wants it: NAME/0.png, 1.png …"""
    for name, looks in art_of(game):
        for number, look in enumerate(looks):
            data = io.BytesIO()
            Image.fromarray(np.asarray(look)).save(data, "PNG")
            path = folder / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data.getvalue())
    return folder


def taught(
    game: Game, recording: Recording, out: Path, base: Path | None, minutes: float, pictures: bool, closely: bool
) -> dict[str, Any]:
    """Adapt on frames composed of the game's art alone, and measure on the recorded ones, of which it learnt nothing.

    Args:
        pictures: measure with pictures as well, before and after.
        closely: measure by a closer look at each frame.
    """
    from engine.formats.art import read_art
    from engine.lab.adaptation.adapt import adapt  # here, since recording and measuring need no torch
    from engine.lab.adaptation.composing import compose
    from engine.lab.adaptation.report import write_report
    from engine.lab.training.run import Progress

    bundle = out / "bundles" / f"{game.name}-art"
    composed = compose(read_art(write_art(game, out / "art" / game.name)))
    with Progress() as progress:
        progress.say(f"{game.name}: learning from its art alone")
        outcome = adapt(composed, bundle, base, minutes=minutes, progress=progress)
    write_report(outcome, composed, out / "bundles" / f"{game.name}-art-report")
    before, after = (Perceiver(folder, "cpu", closely=closely) for folder in (base, bundle))
    row: dict[str, Any] = {"game": game.name, "composed": len(composed.rows), "measured_frames": len(recording.rows)}
    for when, perceiver in (("_before", before), ("", after)):
        figures = measure_recording(perceiver, recording, title=f"{game.name}{when}")[1].overall
        row |= {f"{key}{when}": figures[key] for key in KEYS}
    if pictures:
        row["with_pictures"] = {way: plain(figures) for way, (_, figures) in by_pictures(game, recording, after).items()}
    return row | {"forgotten": outcome.forgotten, "steps": outcome.curve.steps, "seconds": outcome.seconds["all"]}


def plain(figures: Figures, keys: Sequence[str] = KEYS) -> dict[str, float | None]:
    """For JSON: what could not be measured is null."""
    return {key: None if np.isnan(figures[key]) else round(figures[key], 4) for key in keys}
