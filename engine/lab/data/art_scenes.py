"""Scenes composed of game art as games compose it: a cast of things, a camera, a look; with the truth about each thing.

A scene is of one game: mostly of one pack, on that pack's grounds, at one scale, in one light. `SceneGenerator` draws icons on
drawn scenery; this draws what games look like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.lab.data.assets import Sprite
from engine.lab.data.brush import repainted
from engine.lab.data.cameras import CAMERAS, Camera, Place, Scenery, View, shelf
from engine.lab.data.chance import Rng, pick
from engine.lab.data.light import light_up
from engine.lab.data.packs import ArtPack
from engine.lab.data.paint import COLOURS, colour_name, inked, jittered, painted, turned
from engine.lab.data.stage import Air, Stage
from engine.lab.data.style import draw_inventory, overlay_interface, restyle
from engine.lab.data.things import Entity, Scene, coloured_names, placed

ART_VERSION = "3"  # raised by hand when what is composed changes: another state needs another cache of features
SIZES = (
    (180, 320),
    (270, 480),
    (360, 640),
    (240, 320),
    (288, 384),
    (240, 240),
    (192, 320),
)  # height, width of a game's picture
SCALES = (0.045, 0.42)  # of the picture's height, that things usually have; 8 to 150 pixels
CROWDED, CROWD = 0.35, (14, 34)  # share of scenes that show many things, and how many
FEW = (5, 15)
FEWEST, TRIES = 3, 8  # things; how often a scene is composed until it shows so many
CAST = (4, 18)  # different things of a scene
SAFE = 0.45  # share of scenes without anything hostile or hazardous
ONE_PACK = 0.8  # share of scenes that keep to the art of one pack
ICONS = 0.3  # share of the scenes of one pack that are of icons, where there are any
OWN_SCENERY = 0.85  # share of a pack's scenes on its own grounds, where it has some
PIXEL_ART = 48  # pixels of a side up to which games mostly show whole pixels
INVENTORY, INTERFACE, RESTYLED = 0.12, 0.4, 0.6
HELD = 0.4  # share of first-person scenes with something in the hand
REPAINTED = 0.7  # share of looks in another manner than their maker's
_COLOURED = {*COLOURS, "gold", "golden", "silver", "bronze", "copper", "steel", "iron", "ruby", "emerald", "fire", "ice"}
LARGE = {"place": 1.5, "vehicle": 1.4, "person": 1.15, "hostile": 1.2, "food": 0.75, "item": 0.8}


@dataclass(frozen=True)
class Actor:
    """One look of a thing in a scene: uint8 [H, W, 4], and what is true of it."""

    picture: npt.NDArray[np.uint8]
    entity: Entity
    size: float  # of a usual thing's


class ArtScenes:
    """An endless supply of scenes; scene `i` of a seed is the same in every process.

    Args:
        packs: whose things, grounds and backdrops are shown; of a pack without things the latter alone.
        icons: further sprites, which come as a pack of their own.
        sheets: only sheets of many things: where names are learnt.
    """

    def __init__(self, packs: Sequence[ArtPack], icons: Sequence[Sprite] = (), seed: int = 0, *, sheets: bool = False) -> None:
        self._seed, self._sheets = seed, sheets
        self._packs = [pack for pack in packs if pack.sprites]
        self._casts = [_by_key(pack.sprites) for pack in self._packs]
        self._scenery = [Scenery(pack.grounds, pack.backdrops) for pack in self._packs]
        if icons:
            self._casts.append(_by_key(icons))
            self._scenery.append(Scenery())
        sizes = np.array([len(cast) for cast in self._casts], float) ** 0.5
        if icons and len(sizes) > 1:
            sizes[-1] = min(sizes[-1], sizes[:-1].sum() * ICONS / (1 - ICONS))
        self._all = _by_key([*(sprite for pack in self._packs for sprite in pack.sprites), *icons])
        everything = Scenery([t for p in packs for t in p.grounds], [b for p in packs for b in p.backdrops])
        self._everything = everything
        self._weights = sizes / sizes.sum()
        self.concepts = sorted({s.concept for looks in self._all.values() for s in looks}, key=lambda c: c.names)

    def scene(self, index: int) -> Scene:
        """Scene number `index`."""
        for attempt in range(TRIES):
            scene = self._composed(np.random.default_rng((self._seed, index, attempt)))
            if len(scene.entities) >= FEWEST:
                break
        return scene

    def _composed(self, rng: Rng) -> Scene:
        size = pick(SIZES, rng)
        cast, scenery = self._game(rng)
        name, camera = self._camera(rng)
        low, high = (v * size[0] for v in SCALES)
        height = float(np.exp(rng.uniform(np.log(max(low, 8)), np.log(high * (0.6 if name == "tile_map" else 1.0)))))
        crowded = rng.random() < CROWDED
        count = int(rng.integers(*(CROWD if crowded else FEW)))
        height = min(height, 0.16 * size[0]) if crowded else height
        view = camera(scenery, size, height, count, rng)
        actors = self._actors(cast, rng)
        stage = self._stage(view, rng)
        if rng.random() < INVENTORY and not self._sheets:
            icons = [_squared(pick(actors, rng).picture) for _ in range(int(rng.integers(2, 9)))]
            stage.reserve(draw_inventory(view.picture, icons, int(rng.integers(14, 30)), rng))
        self._fill(stage, view, actors, count, rng)
        if name == "first_person" and rng.random() < HELD:
            self._hold(stage, pick(actors, rng), rng)
        return self._finished(view, stage, rng)

    def _game(self, rng: Rng) -> tuple[dict[str, list[Sprite]], Scenery]:
        """Whose things are shown, and on what."""
        if rng.random() >= ONE_PACK:
            return self._all, self._everything
        i = int(rng.choice(len(self._casts), p=self._weights))
        own = self._scenery[i]
        return self._casts[i], own if (own.tiles or own.backdrops) and rng.random() < OWN_SCENERY else self._everything

    def _camera(self, rng: Rng) -> tuple[str, Camera]:
        if self._sheets:
            return "shelf", shelf
        shares = np.array([share for _, share in CAMERAS.values()])
        name = list(CAMERAS)[int(rng.choice(len(CAMERAS), p=shares / shares.sum()))]
        return name, CAMERAS[name][0]

    def _actors(self, cast: dict[str, list[Sprite]], rng: Rng) -> list[Actor]:
        """Different things of one look each; some of them come in several colours."""
        safe = rng.random() < SAFE
        keys = [key for key, looks in cast.items() if not (safe and looks[0].concept.tags & {"hostile", "hazard"})]
        keys = keys or list(cast)
        shares = np.array([len(cast[key]) for key in keys]) ** 0.4
        count = 64 if self._sheets else int(rng.integers(*CAST))
        chosen = rng.choice(len(keys), min(count, len(keys)), replace=False, p=shares / shares.sum())
        coarse = int(rng.choice([12, 16, 16, 20, 28])) if rng.random() < 0.2 else None
        comic = rng.random() < 0.1
        return [_actor(pick(cast[keys[int(i)]], rng), rng, coarse, comic) for i in chosen]

    def _stage(self, view: View, rng: Rng) -> Stage:
        air = None
        if view.deep and rng.random() < 0.4:
            at = view.picture.width // 2, max(view.picture.height // 3, 0)
            seen = view.picture.getpixel(at)
            assert isinstance(seen, tuple)
            air = Air((int(seen[0]), int(seen[1]), int(seen[2])), float(rng.uniform(0.2, 0.75)))
        outlined = float(rng.choice([0.0, 0.2, 1.0], p=[0.6, 0.2, 0.2]))
        return Stage(view.picture, rng, outlined=outlined, shadowed=bool(rng.random() < 0.4), air=air)

    def _fill(self, stage: Stage, view: View, actors: Sequence[Actor], count: int, rng: Rng) -> None:
        usual = float(np.median([max(actor.picture.shape[:2]) for actor in actors]))
        crisp = bool(rng.random() < (0.75 if usual <= PIXEL_ART else 0.12))
        done, most = 0, 10_000 if self._sheets else count
        keep = len(view.places) / max(most, 1)  # places are in order of depth: none is left out for being near
        for i, place in enumerate(view.places):
            if done >= most or (keep > 1 and done > i / keep + 2):
                continue
            actor = actors[i % len(actors)] if self._sheets else pick(actors, rng)
            sticker = _sticker(actor, place, crisp, rng)
            if sticker is not None and stage.put(sticker, (place.x, place.y), actor.entity, place.depth):
                done += 1

    def _hold(self, stage: Stage, actor: Actor, rng: Rng) -> None:
        height, width = stage.picture.height, stage.picture.width
        tall = height * float(rng.uniform(0.35, 0.6))
        place = Place(width * float(rng.uniform(0.6, 0.9)), height * float(rng.uniform(1.0, 1.15)), tall, fits=True)
        sticker = _sticker(actor, place, False, rng)
        if sticker is not None:
            stage.put(sticker, (place.x, place.y), actor.entity)

    def _finished(self, view: View, stage: Stage, rng: Rng) -> Scene:
        picture = stage.picture
        size = picture.height, picture.width
        ground, absent = view.named_ground()
        if not self._sheets:
            picture = light_up(picture, [e.box for e in stage.entities()], rng)
            if rng.random() < INTERFACE:
                overlay_interface(picture, rng)
        if rng.random() < RESTYLED:
            picture = restyle(picture, rng)
        things, untrue = placed(stage.entities(), size, rng)
        frame = np.asarray(picture.convert("RGB"), np.uint8)
        return Scene(frame, (0, 0, size[1], size[0]), [*things, *ground], (*absent, *untrue))


def _by_key(sprites: Sequence[Sprite]) -> dict[str, list[Sprite]]:
    looks: dict[str, list[Sprite]] = {}
    for sprite in sprites:
        looks.setdefault(sprite.concept.key, []).append(sprite)
    return dict(sorted(looks.items()))


def _actor(sprite: Sprite, rng: Rng, coarse: int | None, comic: bool) -> Actor:
    """A sprite as this scene shows it: in another colour now and then, in coarse pixels, in ink."""
    rgba, colour, draw = sprite.rgba, sprite.colour, rng.random()
    if sprite.mono or (draw < 0.12 and not _COLOURED & set(" ".join(sprite.concept.names).split())):
        colour = pick(list(COLOURS), rng)
        rgba = painted(rgba, jittered(colour, rng))
    elif draw < 0.3 and not _COLOURED & set(" ".join(sprite.concept.names).split()):
        rgba = turned(rgba, rng)
        colour = colour_name(rgba)
    if comic and min(rgba.shape[:2]) >= 24:
        rgba = inked(rgba, rng)
    if coarse is not None and max(rgba.shape[:2]) > coarse:
        share = coarse / max(rgba.shape[:2])
        size = max(round(rgba.shape[1] * share), 2), max(round(rgba.shape[0] * share), 2)
        rgba = np.asarray(Image.fromarray(rgba).convert("RGBa").resize(size, Image.Resampling.BOX).convert("RGBA"))
    if rng.random() < REPAINTED:
        rgba = repainted(rgba, rng)
    of = sprite.concept
    entity = Entity(coloured_names(of.names, colour), (0, 0, 0, 0), of.tags, of.generic, colour)
    size_of = max((LARGE[tag] for tag in of.tags if tag in LARGE), default=1.0) * float(np.exp(rng.normal(0, 0.2)))
    return Actor(rgba, entity, size_of)


def _sticker(actor: Actor, place: Place, crisp: bool, rng: Rng) -> Image.Image | None:
    """The actor at the size of a place, perhaps mirrored, hardly turned; None where it is too small to be seen."""
    picture = Image.fromarray(actor.picture)
    longer = place.height if place.fits else place.height * actor.size
    scale = longer / max(picture.size)
    stretch = rng.uniform(0.8, 1.25) if rng.random() < 0.25 else rng.uniform(0.93, 1.07)
    size = max(round(picture.width * scale * stretch), 1), max(round(picture.height * scale), 1)
    if max(size) < 7 or min(size) < 3 or max(size) > 420:
        return None
    if rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    smooth = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    picture = picture.resize(size, Image.Resampling.NEAREST if crisp and scale > 0.6 else smooth)
    if rng.random() < 0.1:
        picture = picture.rotate(float(rng.normal(0, 12)), Image.Resampling.BILINEAR, expand=True)
    return picture


def _squared(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    side = max(picture.shape[:2])
    square = np.zeros((side, side, 4), np.uint8)
    top, left = (side - picture.shape[0]) // 2, (side - picture.shape[1]) // 2
    square[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return square
