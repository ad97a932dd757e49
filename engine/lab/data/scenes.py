"""Synthetic scenes: named sprites on drawn backgrounds, with the truth about every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.formats.boxes import Xywh
from engine.lab.data.assets import EVALUATION_FAMILIES, SPRITE_SIZE, TRAINING_FAMILIES, Sprite, load_sprites
from engine.lab.data.backgrounds import draw_background
from engine.lab.data.canvas import Canvas, Grid, overlap
from engine.lab.data.chance import Rng, pick
from engine.lab.data.concepts import OTHER, Concept
from engine.lab.data.drawn import THINGS
from engine.lab.data.paint import COLOURS, colour_name, inked, jittered, painted
from engine.lab.data.questions import PhraseQuery, Questioner, Sample
from engine.lab.data.style import Icon, draw_inventory, overlay_interface, restyle
from engine.lab.data.terrain import draw_ground
from engine.lab.data.things import Entity, Scene, Thing, coloured_names, placed
from engine.lab.data.utterances import PlayerLine

FRAME = (192, 320)  # height, width, as the model sees it
DANGERS = {"hostile": 0.4, "hazard": 0.2}  # share of scenes with one
TILED_SHARE = 0.33  # maps of tiles, as in tile-based games
BOXED_SHARE = 0.25  # square or 4:3 pictures, with black at the sides
WIDE_SHARE = 0.4  # 16:9 pictures, with a thin black line above and below
INTERFACE_SHARE = 0.35
INVENTORY_SHARE = 0.15  # scenes with icons along an edge that are no things in view
INKED_SHARE = 0.15  # scenes whose sprites are redrawn with flat fills and dark lines
DEEP_SHARE = 0.2  # scenes where what is lower in the picture is nearer and larger
CROWDED_SHARE = 0.3  # of training sceneries show many things at once: their looks are learnt faster so
CROWD = (14, 44)  # of how many more things there
CROWD_SCALE = 24  # pixels
CLOSE_SHARE = 0.06  # something held close to the eye, as in a first-person game
HIDDEN = 0.5  # what it covers by so much is no longer in view
PAINTED_SHARE = 0.2  # colourful sprites that get one colour
DRAWN_SHARE = 0.4  # of the appearances of things that can also be drawn with a few shapes
TWIN_SHARE = 0.3  # scenes with a second one of something, often in another colour
ONE_STYLE_SHARE = 0.6  # scenes that keep to one icon family where they can
# How often a thing of each kind is drawn; a scene should offer something for every slot.
KINDS = {"item": 0.25, "food": 0.09, "plant": 0.07, "animal": 0.15, "person": 0.12, "place": 0.14, "vehicle": 0.05, OTHER: 0.13}
LARGE = {"place": 1.5, "vehicle": 1.25, "person": 1.15, "hostile": 1.2, "food": 0.85}
# Icon families and side of the concept split of each kind of scene.
SPLITS = {
    "train": (TRAINING_FAMILIES, "train"),
    "new_style": (EVALUATION_FAMILIES, "train"),
    "new_concepts": (EVALUATION_FAMILIES, "held_out"),
}
Look = Sprite | Thing
Drawn = tuple[Image.Image, list[Entity], list[Entity], tuple[str, ...]]  # picture, things, ground, absent phrases


class SceneGenerator:
    """An endless supply of scenes; scene `i` of a seed is the same in every process.

    Args:
        sprites: what may appear, and be named as absent.
        seed: another seed is another world of scenes.
        things: what may also appear, drawn with a few shapes.
        crowded: share of sceneries that show many things at once, concepts with many looks more often.
    """

    def __init__(self, sprites: Sequence[Sprite], seed: int = 0, things: Sequence[Thing] = (), crowded: float = 0.0) -> None:
        self._seed, self._crowded = seed, crowded
        self._looks: dict[str, list[tuple[Look, str | None]]] = {}
        for sprite in sprites:
            colour = None if sprite.mono else colour_name(sprite.rgba)
            self._looks.setdefault(sprite.concept.key, []).append((sprite, colour))
        for thing in things:
            self._looks.setdefault(thing.concept.key, []).append((thing, None))
        colourful, plain = ({s.family for s in sprites if s.mono == mono} for mono in (False, True))
        self._families = [*sorted(colourful), *sorted(colourful), *sorted(plain)]  # silhouettes are the exception in games
        self._keys = {kind: self._keys_of(kind) for kind in (*DANGERS, *KINDS)}
        harmless = {key for kind in KINDS for key in self._keys[kind]}
        self._harmless = sorted(key for key in harmless for _ in self._looks[key])  # what has many looks is shown often
        self._drawn = sorted({thing.concept.key for thing in things})
        self.questioner = Questioner([*(s.concept for s in sprites), *(t.concept for t in things)])

    @classmethod
    def from_assets(cls, split: str = "train", seed: int = 0, cache: Path | None = None) -> SceneGenerator:
        """A generator on the fetched sprites.

        Args:
            split: "train"; "new_style" draws concepts of the training in a style that it never saw,
                "new_concepts" draws concepts that it never saw in that style.

        Raises:
            Fault: `assets_missing` where the sprites were not fetched.
        """
        families, concepts = SPLITS[split]
        things = [thing for thing in THINGS if not thing.concept.held_out] if split == "train" else []
        return cls(load_sprites(families, cache, concepts), seed, things, CROWDED_SHARE if split == "train" else 0.0)

    def scene(self, index: int) -> Scene:
        """Scene number `index`."""
        rng = np.random.default_rng((self._seed, index))
        x0, y0, x1, y1 = valid = _letterbox(rng)
        size = (y1 - y0, x1 - x0)
        tiled = bool(self._drawn) and rng.random() < TILED_SHARE
        picture, things, ground, absent = self._map(rng, size) if tiled else self._scenery(rng, size)
        things, untrue = placed(things, size, rng)
        entities = [replace(e, box=(e.box[0] + x0, e.box[1] + y0, *e.box[2:])) for e in (*things, *ground)]
        frame = np.zeros((*FRAME, 3), np.uint8)
        frame[y0:y1, x0:x1] = np.asarray(restyle(picture, rng))
        return Scene(frame, valid, entities, (*absent, *untrue))

    def queries(self, scene: Scene, rng: Rng, count: int) -> list[PhraseQuery]:
        """`count` phrases with the indices of the entities that each names, see `Questioner.queries`."""
        return self.questioner.queries(scene, rng, count)

    def lessons(self, scene: Scene, utterances: Sequence[PlayerLine], rng: Rng, count: int) -> list[Sample]:
        """`count` things said or kept silent, with what is right to do, see `Questioner.lessons`."""
        return self.questioner.lessons(scene, utterances, rng, count)

    def slot_things(self) -> dict[str, list[str]]:
        """For each slot of utterances, the phrases of the vocabulary that may fill it."""
        return self.questioner.slot_things()

    def _scenery(self, rng: Rng, size: tuple[int, int]) -> Drawn:
        """Sprites anywhere on a drawn background."""
        picture = draw_background(rng, size)
        if rng.random() < INTERFACE_SHARE:
            overlay_interface(picture, rng)
        canvas = Canvas(picture, rng, deep=bool(rng.random() < DEEP_SHARE))
        style = pick(self._families, rng) if rng.random() < ONE_STYLE_SHARE else None
        scale = float(np.exp(rng.normal(np.log(32), 0.3)))
        plan, comic = self._plan(rng), rng.random() < INKED_SHARE
        if self._crowded and rng.random() < self._crowded:
            scale = float(np.exp(rng.normal(np.log(CROWD_SCALE), 0.2)))
            plan += [(OTHER, pick(self._harmless, rng)) for _ in range(int(rng.integers(*CROWD)))]
        if rng.random() < INVENTORY_SHARE:
            canvas.boxes.append(draw_inventory(picture, self._carried(plan, style, rng), int(rng.integers(12, 26)), rng))
        entities: list[Entity] = []
        for kind, key in plan:
            rgba, colour, concept = self._appearance(key, style, rng)
            rgba = inked(rgba, rng) if comic and min(rgba.shape[:2]) >= SPRITE_SIZE else rgba
            box = canvas.place(rgba, _size(scale * LARGE.get(kind, 1.0), rng))
            if box is not None:
                entities.append(_entity(concept, colour, box))
        if rng.random() < CLOSE_SHARE:
            rgba, colour, concept = self._appearance(pick(self._keys["item"], rng), style, rng)
            held = _entity(concept, colour, canvas.hold(rgba))
            entities = [*(e for e in entities if overlap(e.box, held.box) < HIDDEN), held]
        return picture, entities, [], ()

    def _map(self, rng: Rng, size: tuple[int, int]) -> Drawn:
        """Sprites on the cells of a map of tiles."""
        ground = draw_ground(rng, size)
        grid = Grid(ground.picture, ground.cell, rng)
        drawn_share, style = float(rng.choice([0.3, 0.8, 1.0])), pick(self._families, rng)
        if rng.random() < INVENTORY_SHARE:
            side = ground.cell if rng.random() < 0.6 else int(rng.integers(12, 26))
            plan = [("item", pick(self._drawn, rng)) for _ in range(4)]
            grid.reserve(draw_inventory(ground.picture, self._carried(plan, style, rng), side, rng))
        entities: list[Entity] = []
        for _ in range(int(rng.integers(2, max(min(12, grid.free), 3)))):
            drawn = rng.random() < drawn_share
            key = pick(self._drawn, rng) if drawn else pick(self._plan(rng), rng)[1]
            rgba, colour, concept = self._appearance(key, style, rng, drawn=drawn)
            box = grid.place(rgba)
            if box is not None:
                entities.append(_entity(concept, colour, box))
        if rng.random() < INTERFACE_SHARE / 2:
            overlay_interface(ground.picture, rng)
        return ground.picture, entities, ground.entities(grid.taken), ground.absent()

    def _plan(self, rng: Rng) -> list[tuple[str, str]]:
        """What shall appear: (kind, concept key)."""
        count = int(rng.integers(3, 9))
        kinds = [kind for kind, share in DANGERS.items() if rng.random() < share]
        kinds += rng.choice(list(KINDS), count - len(kinds), p=list(KINDS.values())).tolist()
        plan = [(kind, pick(self._keys[kind], rng)) for kind in kinds if self._keys[kind]]
        if plan and rng.random() < TWIN_SHARE:
            plan.append(pick(plan, rng))
        return plan

    def _carried(self, plan: Sequence[tuple[str, str]], style: str | None, rng: Rng) -> list[Icon]:
        """Icons of an inventory: items, and some of what lies about in the scene."""
        keys = [key for _, key in plan if rng.random() < 0.4]
        keys += [pick(self._keys["item"], rng) for _ in range(int(rng.integers(1, 8)))]
        return [self._appearance(keys[int(i)], style, rng)[0] for i in rng.permutation(len(keys))]

    def _appearance(
        self, key: str, style: str | None, rng: Rng, *, drawn: bool | None = None
    ) -> tuple[npt.NDArray[np.uint8], str | None, Concept]:
        """One picture of a concept (uint8 [H, W, 4]) and its colour's name; `drawn`: with a few shapes (None: now and then)."""
        things = [look for look, _ in self._looks[key] if isinstance(look, Thing)]
        sprites = [(look, colour) for look, colour in self._looks[key] if isinstance(look, Sprite)]
        if drawn is None:
            drawn = rng.random() < DRAWN_SHARE
        if things and (drawn or not sprites):
            thing = pick(things, rng)
            return *thing.sprite(rng), thing.concept
        fitting = [s for s in sprites if s[0].family == style] or sprites
        sprite, colour = pick(fitting, rng)
        return *_coloured(sprite, colour, rng), sprite.concept

    def _keys_of(self, kind: str) -> list[str]:
        """Concepts with a tag; dangerous ones come as dangers only, so that their share can be set."""
        tags = {key: looks[0][0].concept.tags for key, looks in self._looks.items()}
        return sorted(
            key
            for key, of in tags.items()
            if (kind in of if kind != OTHER else not of) and (kind in DANGERS or not of & DANGERS.keys())
        )


def _letterbox(rng: Rng) -> Xywh:
    """x0, y0, x1, y1 of the picture in the frame: whole frame, 16:9, 4:3 or square."""
    height, width = FRAME
    draw = rng.random()
    if draw < BOXED_SHARE:
        inner = height if rng.random() < 0.5 else height * 4 // 3
        return (width - inner) // 2, 0, (width + inner) // 2, height
    margin = (height - width * 9 // 16) // 2 if draw < BOXED_SHARE + WIDE_SHARE else 0
    return 0, margin, width, height - margin


def _size(scale: float, rng: Rng) -> int:
    return int(np.clip(scale * np.exp(rng.normal(0, 0.28)), 12, 96))


def _coloured(sprite: Sprite, colour: str | None, rng: Rng) -> tuple[npt.NDArray[np.uint8], str | None]:
    """Pixels and colour name of one appearance: silhouettes always get a colour, others now and then."""
    if not sprite.mono and rng.random() >= PAINTED_SHARE:
        return sprite.rgba, colour
    name = pick(list(COLOURS), rng)
    return painted(sprite.rgba, jittered(name, rng)), name


def _entity(concept: Concept, colour: str | None, box: Xywh) -> Entity:
    return Entity(coloured_names(concept.names, colour), box, concept.tags, concept.generic, colour)
