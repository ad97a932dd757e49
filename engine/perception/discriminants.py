"""Things that a bundle was taught, told from all else by what their cells look like; their names have a say beside it.

Each thing has a linear discriminant of a grid's cells (exemplar LDA, Hariharan et al. 2012), which
`engine.lab.adaptation.discriminants` fits in closed form: nothing else that the bundle knows is touched by it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import Fault
from engine.files import write_whole
from engine.formats.bundle import Bundle, DiscriminantOdds, entry, read_raw_manifest, write_manifest
from engine.perception.odds import chance, logit
from engine.perception.pointing import Watched
from engine.perception.types import EncodedFrame, Floats

DISCRIMINANTS_FILE = "discriminants.npy"
SENTENCE = 0.15  # of the log odds in the heat map of a whole sentence: it knows which of two is meant
_OUTSIDE = -50.0  # score in a frame's bars
_SUREST = 50.0  # of log odds


@dataclass(frozen=True)
class Discriminants:
    """Discriminants of things, and how they and names are weighed.

    Args:
        names: what the things are called, in lower case.
        weights: [things, C + 1]: of a cell's channels, and the bias.
        odds: log odds that a thing is in view.
    """

    names: tuple[str, ...]
    weights: Floats
    odds: DiscriminantOdds

    def scores(self, names: Sequence[str], grid: Floats, valid: Floats) -> Floats:
        """How much each cell of a frame looks like each thing: [names, rows, columns].

        Args:
            names: some of `self.names`.
            grid: cells [1, C, rows, columns].
            valid: 1 in the frame, 0 in its bars, [1, rows, columns].
        """
        rows = self.weights[[self.names.index(name) for name in names]]
        scores = rows[:, :-1] @ grid[0].reshape(grid.shape[1], -1) + rows[:, -1:]
        seen: Floats = np.where(valid[0] > 0, scores.reshape(-1, *grid.shape[2:]), _OUTSIDE).astype(np.float32)
        return seen

    def find(self, phrases: Sequence[str], frame: EncodedFrame, named: Watched) -> dict[str, tuple[float, Floats]]:
        """How likely each of the phrases that are known here is in view, and its heat map.

        Args:
            named: the same by name alone.
        """
        asked = [phrase for phrase in phrases if phrase in self.names]
        if not asked:
            return {}
        scores, odds = self.scores(asked, np.asarray(frame.grid), frame.valid), self.odds
        there = logit(np.array([named[phrase][0] for phrase in asked], np.float32))
        heats = logit(np.stack([named[phrase][1] for phrase in asked]))
        seen, bias = np.float32(odds.seen), np.float32(odds.bias)
        presence = _chance(seen * scores.max((1, 2)) + np.float32(odds.named) * there + bias)
        heats = _chance(seen * scores + np.float32(odds.heat) * heats + bias)
        return {phrase: (float(presence[n]), heats[n]) for n, phrase in enumerate(asked)}


def _chance(logits: Floats) -> Floats:
    """Whatever a bundle's weights make of a cell: surer than this nobody is."""
    return chance(np.clip(logits, -_SUREST, _SUREST))


def meant(heat: Floats, sentence: Floats) -> Floats:
    """A thing's heat map, and what a sentence that names it says of where it is."""
    return chance(logit(heat) + SENTENCE * logit(sentence))


def write_discriminants(folder: Path, found: Discriminants) -> None:
    """Add them to the bundle in `folder`."""
    data = io.BytesIO()
    np.save(data, found.weights.astype(np.float32), allow_pickle=False)
    write_whole(folder / DISCRIMINANTS_FILE, data.getvalue())
    told = {**entry(folder / DISCRIMINANTS_FILE), "names": list(found.names), "odds": found.odds.model_dump()}
    write_manifest(folder, {**read_raw_manifest(folder), "discriminants": told})


def read_discriminants(bundle: Bundle, channels: int) -> Discriminants | None:
    """Those of a bundle; None where it was taught nothing so.

    Args:
        channels: of a cell.

    Raises:
        Fault: `bundle_invalid`.
    """
    told = bundle.manifest.discriminants
    if told is None:
        return None
    path = bundle.folder / told.file
    try:
        weights = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        weights = np.zeros(0)
    wanted = (len(told.names), channels + 1)
    if weights.shape != wanted or weights.dtype != np.float32 or not np.isfinite(weights).all():
        fault = f"{path} is damaged: it should hold {wanted[0]}x{wanted[1]} finite numbers."
        raise Fault("bundle_invalid", fault, "Copy the whole bundle directory, or teach it again.")
    return Discriminants(told.names, weights, told.odds)
