"""Synthetic scenes: named sprites on drawn backgrounds, with the truth about every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.data.assets import EVALUATION_FAMILIES, TRAINING_FAMILIES, Sprite, load_sprites
from engine.data.backgrounds import draw_background
from engine.data.canvas import Canvas
from engine.data.chance import Rng, pick
from engine.data.colours import COLOURS, colour_name, jittered, painted
from engine.data.concepts import Concept
from engine.data.entities import Box, Entity, Scene, coloured_names
from engine.data.questions import Query, Questioner, Sample
from engine.data.style import overlay_interface, restyle
from engine.data.utterances import Utterance

FRAME = (192, 320)                      # height, width, as the model sees it
DANGERS = {"hostile": 0.3, "hazard": 0.12}   # share of scenes with one
BOXED_SHARE = 0.25                      # square or 4:3 pictures, with black at the sides
WIDE_SHARE = 0.4                        # 16:9 pictures, with a thin black line above and below
INTERFACE_SHARE = 0.35
PAINTED_SHARE = 0.2                     # colourful sprites that get one colour
TWIN_SHARE = 0.3                        # scenes with a second one of something, often in another colour
ONE_STYLE_SHARE = 0.6                   # scenes that keep to one icon family where they can
# How often a thing of each kind is drawn; a scene should offer something for every slot.
KINDS = {"item": 0.27, "food": 0.1, "plant": 0.08, "animal": 0.17, "person": 0.15, "place": 0.17,
         "vehicle": 0.06}
LARGE = {"place": 1.5, "vehicle": 1.25, "person": 1.15, "hostile": 1.2, "food": 0.85}
# Icon families and side of the concept split of each kind of scene.
SPLITS = {
    "train": (TRAINING_FAMILIES, "train"),
    "new_style": (EVALUATION_FAMILIES, "train"),
    "new_concepts": (EVALUATION_FAMILIES, "held_out"),
}


class SceneGenerator:
    """An endless supply of scenes; scene `i` of a seed is the same in every process.

    Args:
        sprites: what may appear, and be named as absent.
        seed: another seed is another world of scenes.
    """

    def __init__(self, sprites: Sequence[Sprite], seed: int = 0) -> None:
        self._seed = seed
        self._variants: dict[str, list[tuple[Sprite, str | None]]] = {}
        for sprite in sprites:
            colour = None if sprite.mono else colour_name(sprite.rgba)
            self._variants.setdefault(sprite.concept.key, []).append((sprite, colour))
        self._families = sorted({sprite.family for sprite in sprites})
        self._keys = {kind: self._keys_of(kind) for kind in (*DANGERS, *KINDS)}
        self.questioner = Questioner(sprite.concept for sprite in sprites)

    @classmethod
    def from_assets(cls, split: str = "train", seed: int = 0, cache: Path | None = None) -> SceneGenerator:
        """A generator on the fetched sprites.

        Args:
            split: "train"; "new_style" draws concepts of the training in a style that it never saw,
                "new_concepts" draws concepts that it never saw in that style.

        Raises:
            EngineError: `assets_missing` where the sprites were not fetched.
        """
        families, concepts = SPLITS[split]
        return cls(load_sprites(families, cache, concepts), seed)

    def scene(self, index: int) -> Scene:
        """Scene number `index`."""
        rng = np.random.default_rng((self._seed, index))
        x0, y0, x1, y1 = valid = _letterbox(rng)
        picture = draw_background(rng, (y1 - y0, x1 - x0))
        if rng.random() < INTERFACE_SHARE:
            overlay_interface(picture, rng)
        entities = self._populate(Canvas(picture, rng), rng, (x0, y0))
        frame = np.zeros((*FRAME, 3), np.uint8)
        frame[y0:y1, x0:x1] = np.asarray(restyle(picture, rng))
        return Scene(frame, valid, entities)

    def queries(self, scene: Scene, rng: Rng, count: int) -> list[Query]:
        """`count` phrases with the indices of the entities that each names, see `Questioner.queries`."""
        return self.questioner.queries(scene, rng, count)

    def lessons(self, scene: Scene, utterances: Sequence[Utterance], rng: Rng, count: int) -> list[Sample]:
        """`count` things said or kept silent, with what is right to do, see `Questioner.lessons`."""
        return self.questioner.lessons(scene, utterances, rng, count)

    def slot_things(self) -> dict[str, list[str]]:
        """For each slot of utterances, the phrases of the vocabulary that may fill it."""
        return self.questioner.slot_things()

    def _populate(self, canvas: Canvas, rng: Rng, origin: tuple[int, int]) -> list[Entity]:
        style = pick(self._families, rng) if rng.random() < ONE_STYLE_SHARE else None
        scale = float(np.exp(rng.normal(np.log(32), 0.3)))
        entities: list[Entity] = []
        for kind, key in self._plan(rng):
            sprite, colour = self._variant(key, style, rng)
            rgba, colour = _coloured(sprite, colour, rng)
            box = canvas.place(rgba, _size(scale * LARGE.get(kind, 1.0), rng))
            if box is not None:
                on_frame = (box[0] + origin[0], box[1] + origin[1], *box[2:])
                entities.append(_entity(sprite.concept, colour, on_frame))
        return entities

    def _plan(self, rng: Rng) -> list[tuple[str, str]]:
        """What shall appear: (kind, concept key)."""
        count = int(rng.integers(3, 9))
        kinds = [kind for kind, share in DANGERS.items() if rng.random() < share]
        kinds += rng.choice(list(KINDS), count - len(kinds), p=list(KINDS.values())).tolist()
        plan = [(kind, pick(self._keys[kind], rng)) for kind in kinds if self._keys[kind]]
        if plan and rng.random() < TWIN_SHARE:
            plan.append(pick(plan, rng))
        return plan

    def _variant(self, key: str, style: str | None, rng: Rng) -> tuple[Sprite, str | None]:
        variants = self._variants[key]
        fitting = [v for v in variants if v[0].family == style] or variants
        return pick(fitting, rng)

    def _keys_of(self, kind: str) -> list[str]:
        """Concepts with a tag; dangerous ones come as dangers only, so that their share can be set."""
        tags = {key: variants[0][0].concept.tags for key, variants in self._variants.items()}
        return sorted(key for key, of in tags.items()
                      if kind in of and (kind in DANGERS or not of & DANGERS.keys()))


def _letterbox(rng: Rng) -> Box:
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


def _entity(concept: Concept, colour: str | None, box: Box) -> Entity:
    return Entity(coloured_names(concept.names, colour), box, concept.tags, concept.generic, colour)
