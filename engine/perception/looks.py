"""Finding things by what they look like: a picture of a thing instead of, or beside, its name, and nothing is learned.

A picture is laid on plain grounds in a few sizes and looked at once; the mean of its cells is how the model sees it. In a frame
a thing is where the cells are like that mean, as opposed to what most pictures and the game's other things have in common.
After the visual prompts of YOLOE (Wang et al. 2025, arXiv 2503.07465) and OWL-ViT's queries by image (Minderer et al. 2022).

The constants were chosen on things of five styles of art (`docs/watching.md`), none of a game that is measured.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.errors import Fault
from engine.formats.bundle import InputSpec, LooksOdds
from engine.formats.frame import Frame
from engine.formats.pictures import Pixels, read_layered, size_of
from engine.formats.pixels import CHANNELS
from engine.perception.pictures import Letterbox, decode, letterbox
from npc.picture_file import MOST_PIXELS

Floats = npt.NDArray[np.float32]
Appearance: TypeAlias = Floats  # [C]: how the model sees one picture
Appearances: TypeAlias = tuple[Appearance, ...]  # of the pictures of one thing
Watched: TypeAlias = Mapping[str, tuple[float, Floats]]  # see `engine.perception.pointing`

GROUNDS = ((110, 140, 80), (180, 180, 170))  # RGB
SIZES = (20, 40, 80)  # pixels of the longer side, in the model's input
SOLID, WHOLE = 40, 0.5  # alpha from which a pixel is the thing's; cells that it covers half as much as the fullest count
OTHERS = 0.5  # share of the game's other things in what a thing is told apart from, the rest is scenery
NAMED = 0.15  # of the name's own evidence (log odds) in a cell
PAINTED = 60  # shapes of a piece of scenery
PIECES = 8  # of scenery
FRAME = 0.98  # quantile of a frame's cells above which the likest one must rise
FARTHEST = 0.4  # no cell is farther from what another picture shows than this counts
_LOGIT = 9.0  # the name's log odds count no more than this


@dataclass(frozen=True)
class Likeness:
    """How like a thing the cells of a frame are.

    Attributes:
        cosines: [rows, columns], -1 in the frame's bars.
        rises: by how much the likest cell is above nearly all others of the frame.
        wins: by how much the likest cell is more like this thing than like any other that the game has shown; below 0 where
            another explains it better, 0 where there is no other.
        own: the cosine that the thing's own picture has.
    """

    cosines: Floats
    rises: float
    wins: float
    own: float


def read_look(frame: Frame) -> Pixels:
    """The picture of a thing: uint8 [H, W, 4], RGB and alpha.

    Raises:
        Fault: `frame_format`, `frame_size` or `frame_broken`, also where nothing in it is visible.
    """
    if frame.format in CHANNELS:
        _check_size(frame.width, frame.height)
        pixels = decode(Frame(frame.pixels, frame.width, frame.height, frame.format))
        alpha = np.full((*pixels.shape[:2], 1), 255, np.uint8)
        if CHANNELS[frame.format] == 4:
            alpha = np.frombuffer(bytes(frame.pixels), np.uint8).reshape(*pixels.shape[:2], 4)[..., 3:]
        picture = np.concatenate([pixels, alpha], 2)
    else:
        _check_size(*size_of(bytes(frame.pixels)))
        picture = read_layered(bytes(frame.pixels), frame.format)
    if not (picture[..., 3] >= SOLID).any():
        raise Fault("frame_broken", "The picture shows nothing.", "Send one in which the thing is visible.")
    return picture[::-1] if frame.bottom_up else picture


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        fault = f"A picture of a thing has {width}x{height} pixels; {MOST_PIXELS} in all are the most."
        raise Fault("frame_size", fault, "Scale it down: 128 pixels a side show enough.")


class Looker:
    """Looks at pictures of things. Safe on any thread.

    Args:
        grids: what the image graph makes of pictures of the model's size: grids [1, C, rows, columns].
    """

    def __init__(self, grids: Callable[[Sequence[Letterbox]], Sequence[Floats]], spec: InputSpec) -> None:
        self._grids, self._spec = grids, spec
        self._scenery: Floats | None = None
        self._lock = threading.Lock()

    def appearance(self, picture: Pixels) -> Appearance:
        """How the model sees a picture, uint8 [H, W, 4]: two runs of the image graph; the first time eight more."""
        thing = _cut_out(picture)
        stickers = [_sized(thing, size) for size in SIZES]
        sheets = [_sheet(ground, stickers, self._spec) for ground in GROUNDS]
        grids = self._grids([letterbox(sheet, self._spec.height, self._spec.width) for sheet, _ in sheets])
        cells = [_mean_cell(grid, mask, self._spec) for grid, (_, masks) in zip(grids, sheets, strict=True) for mask in masks]
        self.scenery  # noqa: B018  (made here, and not where a frame waits)
        seen: Appearance = np.mean(cells, 0, dtype=np.float32)
        return seen

    @property
    def scenery(self) -> Floats:
        """[C]: the mean cell of pictures in which nothing is anything."""
        with self._lock:
            if self._scenery is None:
                painted = [letterbox(piece, self._spec.height, self._spec.width) for piece in _painted(self._spec)]
                self._scenery = np.mean([grid[0].mean((1, 2)) for grid in self._grids(painted)], 0, dtype=np.float32)
            return self._scenery

    def find(
        self, phrases: Sequence[str], looks: Mapping[str, Appearances], grid: Floats, valid: Floats
    ) -> dict[str, Likeness]:
        """How like each thing of which there is a picture the cells of a frame are."""
        known = {phrase: np.mean(seen, 0, dtype=np.float32) for phrase, seen in looks.items() if seen}
        if not any(phrase in known for phrase in phrases):
            return {}
        queries = dict(zip(known, self._queries(np.stack(list(known.values()))), strict=True))
        asked = [phrase for phrase in phrases if phrase in known]
        cells = grid[0].reshape(grid.shape[1], -1)
        cosines = np.where(valid[0].ravel() > 0, np.stack([queries[phrase] for phrase in asked]) @ cells, -1.0)
        everything = np.stack(list(queries.values())) @ cells[:, cosines.argmax(1)]  # [known, asked]
        found: dict[str, Likeness] = {}
        for n, (phrase, of) in enumerate(zip(asked, cosines.astype(np.float32), strict=True)):
            best = float(of.max())
            rivals = [float(c) for other, c in zip(queries, everything[:, n], strict=True) if other != phrase]
            found[phrase] = Likeness(
                cosines=of.reshape(grid.shape[2:]),
                rises=best - float(np.quantile(of[valid[0].ravel() > 0], FRAME)) if best > -1 else 0.0,
                wins=min(best - max(rivals), FARTHEST) if rivals else 0.0,
                own=max(float(queries[phrase] @ seen) for seen in looks[phrase]),
            )
        return found

    def _queries(self, seen: Floats) -> Floats:
        """[n, C], unit length: each thing of [n, C] without what scenery and the others have."""
        share = OTHERS * (len(seen) - 1) / len(seen)  # of one thing alone there are no others
        others = (seen.sum(0) - seen) / max(len(seen) - 1, 1)
        queries = seen - (1 - share) * self.scenery - share * others
        unit: Floats = queries / np.maximum(np.linalg.norm(queries, axis=1, keepdims=True), 1e-6)
        return unit


def by_looks(likeness: Mapping[str, Likeness], named: Watched, odds: LooksOdds) -> dict[str, tuple[float, Floats]]:
    """How likely each thing is in view, and its heat map, from how like the cells are to it and what its name finds.

    Args:
        named: presence and heat map of the same phrases by name alone, where they have been looked for.
    """
    found: dict[str, tuple[float, Floats]] = {}
    for phrase, like in likeness.items():
        heat: npt.NDArray[np.floating] = odds.scale * like.cosines + odds.bias
        if phrase in named:
            name = np.clip(named[phrase][1], 1e-6, 1 - 1e-6)
            heat += NAMED * np.clip(np.log(name / (1 - name)), -_LOGIT, _LOGIT)
        found[phrase] = float(_sigmoid(np.array(_there(like, odds)))), _sigmoid(heat)
    return found


def _there(like: Likeness, odds: LooksOdds) -> float:
    """The log odds that a thing is in view."""
    best, of = float(like.cosines.max()), odds.there
    sure = max(best - of.clear, 0.0)
    return of.bias + of.likest * best + of.sure * sure + of.rises * like.rises + of.wins * like.wins + of.own * like.own


def _sigmoid(x: npt.NDArray[np.floating]) -> Floats:
    sigmoid: Floats = (1 / (1 + np.exp(-x))).astype(np.float32)
    return sigmoid


def _cut_out(picture: Pixels) -> Image.Image:
    solid = picture[..., 3] >= SOLID
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    return Image.fromarray(np.ascontiguousarray(picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]))


def _sized(thing: Image.Image, size: int) -> Image.Image:
    """The thing as a game would show it: small art keeps its pixels where it grows."""
    scale = size / max(thing.size)
    grown = Image.Resampling.NEAREST if max(thing.size) <= SOLID else Image.Resampling.BICUBIC
    wanted = max(1, round(thing.width * scale)), max(1, round(thing.height * scale))
    return thing.resize(wanted, Image.Resampling.BOX if scale < 1 else grown)


def _sheet(ground: tuple[int, int, int], stickers: Sequence[Image.Image], spec: InputSpec) -> tuple[Pixels, list[Floats]]:
    """A picture of the model's size with the thing in every size, and how much of each cell each of them covers."""
    sheet = Image.new("RGB", (spec.width, spec.height), ground)
    covered = []
    for i, sticker in enumerate(stickers):
        place = round((i + 0.5) * spec.width / len(stickers)) - sticker.width // 2, (spec.height - sticker.height) // 2
        sheet.paste(sticker, place, sticker)
        mask = Image.new("L", sheet.size)
        mask.paste(sticker.getchannel("A"), place)
        covered.append(np.asarray(mask.resize(spec.grid[::-1], Image.Resampling.BOX), np.float32))
    return np.asarray(sheet), covered


def _mean_cell(grid: Floats, covered: Floats, spec: InputSpec) -> Floats:
    weights = np.where(covered >= WHOLE * covered.max(), covered, 0).ravel()
    mean: Floats = grid[0].reshape(grid.shape[1], -1) @ (weights / weights.sum())
    return mean


def _painted(spec: InputSpec) -> list[Pixels]:
    """Pictures of overlapping shapes in random colours, the same ones always."""
    rng = np.random.default_rng(0)
    pieces = []
    for _ in range(PIECES):
        picture = np.tile(rng.integers(30, 220, 3).astype(np.float32), (spec.height, spec.width, 1))
        picture += np.linspace(-30, 30, spec.height)[:, None, None] * rng.choice([-1, 1])
        for _ in range(PAINTED):
            high, wide = np.exp(rng.uniform(np.log(6), np.log(90), 2)).astype(int)
            top, left = max(int(rng.integers(-10, spec.height)), 0), max(int(rng.integers(-10, spec.width)), 0)
            part = picture[top : top + high, left : left + wide]
            part[...] = 0.5 * part + 0.5 * rng.integers(0, 256, 3)
        picture += rng.normal(0, rng.choice([0, 6, 15]), (spec.height, spec.width, 1))
        pieces.append(np.clip(picture, 0, 255).astype(np.uint8))
    return pieces
