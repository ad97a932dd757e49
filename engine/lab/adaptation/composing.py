"""Frames composed of a game's own art, as an ordinary recording: what an art folder alone can teach.

A layout is an episode: one size of picture, one scale, one ground, one way of scaling. A fifth of them are held out to check
by, with looks of their own where a thing has several.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from PIL import Image

from engine.formats.art import LARGEST_SIDE, VISIBLE, Art, ArtThing
from engine.formats.boxes import Xywh
from engine.formats.pictures import Pixels, read_picture
from engine.formats.recording import Meta, RecordedEntity, Recording, Row
from engine.lab.adaptation.frames import Split, split_by_episode
from engine.lab.adaptation.grounds import Grounds
from engine.lab.adaptation.strangers import Strangers
from engine.lab.data.cameras import first_person, isometric, side_view, third_person
from engine.lab.data.canvas import Canvas
from engine.lab.data.chance import Rng, pick
from engine.lab.data.stage import Stage
from engine.lab.data.style import darken, overlay_interface, restyle
from engine.lab.data.things import Entity

SIZES = ((180, 320), (270, 480), (288, 512), (360, 640), (240, 320), (384, 512))  # height, width of a layout's frames
STANDARD = 360  # pixels of height to which sizes refer
SMALLEST = 8  # pixels of a thing's longer side
FRAMES, MOST_FRAMES, EACH = 200, 600, 8  # frames: at least, at most, for each thing
PER_LAYOUT = 4
HELD_OUT = 5  # every fifth layout
APART = 4  # looks of a thing from which some are held out
NAMES = (3, 9)  # things with different names in a frame
MAPS = 0.5  # share of layouts that are maps of tiles; where most things are tiles, `TILED`
TILED = 0.85
# Share of the other layouts that are seen by a camera: across a plain, in a room, from the side; where things mostly come in
# several looks, as rendered models do, `TURNED`.
VIEWED, TURNED = 0.3, 0.7
CAMERAS = (third_person, first_person, side_view, isometric)
OWN_SCALE = 0.6  # of layouts, where things keep their sizes to each other as their pictures have them
PIXEL_ART = 64  # pixels of a picture up to which a game mostly shows whole pixels
TERRAIN, SPREAD = 0.5, (4, 20)  # share of maps on which tiles spread as water or walls do, over so many cells each
INTERFACE, STYLED = 0.3, 0.4  # share of frames with a game's interface; with a light and grain of their own
NIGHT = 0.12  # share of frames in which it is dark
DEEP = 0.2
STRANGERS = 4  # things without a name in a frame, at most
PREFIX = "composed/"


@dataclass(frozen=True)
class Composition(Recording):
    """Composed frames, and those of a game's recording where there is one."""

    pictures: Mapping[str, bytes]  # PNG by the name of a row's frame
    held_out: frozenset[str]  # episodes
    recorded: Recording | None = None

    def content(self, row: Row) -> bytes:
        return self._of(row).content(row) if row.frame not in self.pictures else self.pictures[row.frame]

    def frame(self, row: Row) -> Pixels:
        return self._of(row).frame(row) if row.frame not in self.pictures else read_picture(self.pictures[row.frame])

    def _of(self, row: Row) -> Recording:
        assert self.recorded is not None, row.frame
        return self.recorded

    def split(self, rows: Sequence[Row]) -> Split:
        """Which of the rows are learnt from and which check it; those that the game recorded are split by their episodes."""
        composed = {row.episode for row in self.rows if row.frame in self.pictures}
        return split_by_episode(rows, learnt=composed - self.held_out, checked=self.held_out)


def compose(
    art: Art, backgrounds: Sequence[Pixels] = (), recorded: Recording | None = None, frames: int | None = None, seed: int = 7
) -> Composition:
    """A recording composed of the art; the same for the same art, backgrounds and seed.

    Args:
        backgrounds: ground tiles and screenshots, uint8 [H, W, 3]; without any they are drawn.
        recorded: what the game has recorded, to be learnt from as well.
        frames: how many are composed; None: as many as the things need.
    """
    total = frames or min(max(FRAMES, EACH * len(art.things)), MOST_FRAMES)
    rows, pictures, held_out = [], dict[str, bytes](), set[str]()
    each = min(PER_LAYOUT, max(total // (2 * HELD_OUT), 1))
    for number in range(-(-total // each)):
        episode, checks = f"{PREFIX}{number:03}", number % HELD_OUT == HELD_OUT - 1
        held_out |= {episode} if checks else set()
        layout = Layout(art, Grounds(backgrounds), np.random.default_rng((seed, number)), checks)
        for i in range(min(each, total - number * each)):
            name = f"{episode}-{i}.png"
            frame, entities = layout.frame()
            pictures[name] = _png(frame)
            rows.append(Row(frame=name, episode=episode, t=i, entities=tuple(entities)))
    meta = recorded.meta if recorded else Meta(game=art.game)
    both = (*rows, *(recorded.rows if recorded else ()))
    return Composition(recorded.folder if recorded else art.folder, meta, both, pictures, frozenset(held_out), recorded)


class Layout:
    """One look of the game: draws frames that have its size, scale, ground and scaling in common.

    Args:
        rng: source of all chance.
        checks: it shows the looks that are held out.
    """

    def __init__(self, art: Art, grounds: Grounds, rng: Rng, checks: bool) -> None:
        self._rng, self._art, self._grounds = rng, art, grounds
        self._looks = {thing.name: _side(thing.looks, checks) for thing in art.things}
        self._sizes = {name: np.mean([max(look.shape[:2]) for look in looks]) for name, looks in self._looks.items()}
        self._usual = float(np.median(list(self._sizes.values())))
        self._height, self._width = pick(SIZES, rng)
        self._strangers = Strangers(name for thing in art.things for name in (thing.name, *thing.others))
        tiles = np.mean([thing.opaque for thing in art.things])
        self._map = bool(rng.random() < (TILED if tiles > 0.5 else MAPS))
        turned = np.mean([len(thing.looks) >= APART for thing in art.things])
        self._viewed = not self._map and bool(rng.random() < (TURNED if turned > 0.5 else VIEWED))
        self._own_scale = bool(rng.random() < OWN_SCALE)
        self._crisp = bool(rng.random() < (0.75 if self._usual <= PIXEL_ART else 0.25))
        low, high = (16, 64) if self._map else (14, 110)
        self._scale = float(np.exp(rng.uniform(np.log(low), np.log(high)))) * self._height / STANDARD
        self._deck = _deck(art.things, rng)
        self._camera = pick(CAMERAS, rng)
        self._style = grounds.style(rng, tiled=self._map, cell=max(round(self._scale), SMALLEST), crisp=self._crisp)

    def frame(self) -> tuple[Image.Image, list[RecordedEntity]]:
        """A picture with the truth about it."""
        rng = self._rng
        most = min(len(self._art.things), NAMES[1])
        shown = [next(self._deck) for _ in range(int(rng.integers(min(NAMES[0], max(most - 1, 1)), most + 1)))]
        if self._viewed:
            picture, placed = self._in_view(shown)
        else:
            picture = self._style((self._height, self._width))
            placed = list(self._on_cells(picture, shown) if self._map else self._anywhere(picture, shown))
        if rng.random() < INTERFACE:
            overlay_interface(picture, rng)
        entities = [e for thing, box in placed for e in _entities(thing, box)]
        picture = restyle(picture, rng) if rng.random() < STYLED else picture
        return darken(picture, rng) if rng.random() < NIGHT else picture, entities

    def _size(self, thing: ArtThing) -> int:
        """Of the longer side, in pixels."""
        rng, ratio = self._rng, self._height / STANDARD
        if thing.size is not None:
            wanted = float(rng.uniform(*thing.size)) * ratio
        else:
            wanted = self._scale * (self._sizes[thing.name] / self._usual if self._own_scale else 1.0)
            wanted *= 1.0 if self._map else float(np.exp(rng.normal(0, 0.2)))
        return int(np.clip(wanted, SMALLEST, min(LARGEST_SIDE, 0.8 * self._height)))

    def _in_view(self, shown: Sequence[ArtThing]) -> tuple[Image.Image, list[tuple[ArtThing, Xywh]]]:
        """Things where a camera sees them, the far ones first."""
        rng, many = self._rng, len(shown) + int(self._rng.integers(0, 4))
        things, usual = [shown[i % len(shown)] for i in range(many)], max(self._scale, SMALLEST)
        view = self._camera(self._grounds.scenery, (self._height, self._width), usual, many, rng)
        stage = Stage(view.picture, rng, shadowed=bool(rng.random() < 0.4))
        kept = dict(zip(sorted(rng.permutation(len(view.places))[:many].tolist()), things, strict=False))
        unnamed = iter(self._unnamed())
        for i, place in enumerate(view.places):
            thing, stranger = (kept[i], None) if i in kept else next(unnamed, (None, None))
            if thing is not None:
                sticker = self._sticker(thing, stranger, place.height / usual)
                entity = Entity((thing.name,), (0, 0, 0, 0), frozenset()) if stranger is None else None
                stage.put(sticker, (place.x, place.y), entity, place.depth)
        by_name = {thing.name: thing for thing in shown}
        return stage.picture, [(by_name[entity.name], entity.box) for entity in stage.entities()]

    def _anywhere(self, picture: Image.Image, shown: Sequence[ArtThing]) -> Iterator[tuple[ArtThing, Xywh]]:
        rng = self._rng
        deep, overlapping = bool(rng.random() < DEEP), float(rng.choice([0.0, 0.15, 0.35]))
        canvas = Canvas(picture, rng, deep=deep, crisp=float(self._crisp), most_overlap=overlapping)
        twins = [pick(shown, rng) for _ in range(int(rng.integers(0, 4)))]
        for thing in (*shown, *twins):
            look = _squared(pick(self._looks[thing.name], rng))
            if (box := canvas.place(look, self._size(thing))) is not None:
                yield thing, box
        for thing, look in self._unnamed():
            canvas.place(look, self._size(thing))

    def _unnamed(self) -> Iterator[tuple[ArtThing, Pixels]]:
        """Pictures of what has no name, each with a thing that is about as large."""
        for _ in range(int(self._rng.integers(STRANGERS + 1))):
            thing = pick(self._art.things, self._rng)
            look = self._strangers.picture(_squared(pick(self._looks[thing.name], self._rng)), self._rng)
            if look is not None:
                yield thing, look

    def _on_cells(self, picture: Image.Image, shown: Sequence[ArtThing]) -> Iterator[tuple[ArtThing, Xywh]]:
        """Things on the cells of a map, the upper ones first: a tall thing stands before what is behind it."""
        rng, cell = self._rng, max(round(self._scale), SMALLEST)
        left, top = (int(v) for v in rng.integers(0, cell, 2))
        columns, rows = (self._width - left) // cell, (self._height - top) // cell
        many = len(shown) + int(rng.integers(0, 2 * len(shown) + 1))
        named: list[tuple[ArtThing, Pixels | None]] = [(shown[i % len(shown)], None) for i in range(many)]
        order = [*named, *self._unnamed()][: rows * columns]
        free = rng.permutation(rows * columns)[: len(order)].tolist()
        things = {at: order[i] for at, i in zip(free, rng.permutation(len(free)), strict=True)}
        ground = {at: (thing, None) for at, thing in self._terrain(shown, rows, columns) if at not in things}
        for at, (thing, stranger) in sorted((things | ground).items(), key=lambda placed: placed[0]):
            x, y = left + at % columns * cell, top + at // columns * cell
            sticker = self._sticker(thing, stranger)
            place = x + (cell - sticker.width) // 2, y + cell - sticker.height
            picture.paste(sticker, place, sticker)
            if stranger is None and (box := _seen(sticker, place, picture.size)) is not None:
                yield thing, box

    def _terrain(self, shown: Sequence[ArtThing], rows: int, columns: int) -> Iterator[tuple[int, ArtThing]]:
        """Cells over which those of the things spread that are tiles: each from one cell to its neighbours, and theirs."""
        rng = self._rng
        if rng.random() >= TERRAIN:
            return
        for thing in shown:
            if thing.opaque and thing.size is None:
                row, column = int(rng.integers(rows)), int(rng.integers(columns))
                for _ in range(int(rng.integers(*SPREAD))):
                    yield row * columns + column, thing
                    down, across = pick(((0, 1), (1, 0), (0, -1), (-1, 0)), rng)
                    row, column = min(max(row + down, 0), rows - 1), min(max(column + across, 0), columns - 1)

    def _sticker(self, thing: ArtThing, stranger: Pixels | None, share: float = 1.0) -> Image.Image:
        """One of its looks at `share` of its size, or a stranger as large; a tile fills a cell."""
        rng = self._rng
        look = Image.fromarray(pick(self._looks[thing.name], rng) if stranger is None else stranger)
        size = max(round(self._scale), SMALLEST) if thing.opaque and thing.size is None else self._size(thing)
        scale = min(max(size * share, SMALLEST), LARGEST_SIDE) / max(look.size)
        if rng.random() < 0.3:
            look = look.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        smooth = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
        how = Image.Resampling.NEAREST if self._crisp else smooth
        return look.resize((max(round(look.width * scale), 1), max(round(look.height * scale), 1)), how)


def _deck(things: Sequence[ArtThing], rng: Rng) -> Iterator[ArtThing]:
    """All things in turn, in another order each time: none comes seldom."""
    for _ in count():
        yield from (things[i] for i in rng.permutation(len(things)))


def _side(looks: Sequence[Pixels], checks: bool) -> Sequence[Pixels]:
    """The looks that are learnt, or those that are held out; all, where there are few."""
    if len(looks) < APART:
        return looks
    return [look for i, look in enumerate(looks) if (i % HELD_OUT == 2) == checks]


def _entities(thing: ArtThing, box: Xywh) -> Iterator[RecordedEntity]:
    """A thing of several names is recorded with each of them."""
    for name in (thing.name, *thing.others):
        yield RecordedEntity(name=name, box=box, tags=thing.tags)


def _squared(look: Pixels) -> Pixels:
    """What is visible of it, in the middle of a square."""
    rows, columns = (np.flatnonzero((look[..., 3] >= VISIBLE).any(axis)) for axis in (1, 0))
    cut = look[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(cut.shape[:2])
    square = np.zeros((side, side, 4), np.uint8)
    top, left = (side - cut.shape[0]) // 2, (side - cut.shape[1]) // 2
    square[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return square


_SEEN = [255 * (alpha >= VISIBLE) for alpha in range(256)]


def _seen(sticker: Image.Image, at: tuple[int, int], size: tuple[int, int]) -> Xywh | None:
    """The box of what is visible of it inside a picture of `size`; None where that is less than half, or next to nothing."""
    box = sticker.getchannel("A").point(_SEEN).getbbox()
    if box is None:
        return None
    left, top = max(at[0] + box[0], 0), max(at[1] + box[1], 0)
    width, height = min(at[0] + box[2], size[0]) - left, min(at[1] + box[3], size[1]) - top
    enough = min(width, height) >= 3 and width * height >= (box[2] - box[0]) * (box[3] - box[1]) / 2
    return (left, top, width, height) if enough else None


def _png(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, "PNG", compress_level=1)
    return data.getvalue()
