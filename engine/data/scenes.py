"""Synthetic scenes: named sprites on drawn backgrounds, with the truth about every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.data.assets import Sprite
from engine.data.backgrounds import draw_background
from engine.data.canvas import Box, Canvas
from engine.data.colours import COLOURS, colour_name, jittered, painted
from engine.data.concepts import Concept
from engine.data.style import overlay_interface, restyle

FRAME = (224, 384)                      # height, width, as the model sees it
HOSTILE_SHARE, HAZARD_SHARE = 0.3, 0.12
BOXED_SHARE = 0.25                      # square or 4:3 pictures, with black at the sides
WIDE_SHARE = 0.4                        # 16:9 pictures, with a thin black line above and below
INTERFACE_SHARE = 0.35
PAINTED_SHARE = 0.2                     # colourful sprites that get one colour
TWIN_SHARE = 0.3                        # scenes with a second one of something, often in another colour
ONE_STYLE_SHARE = 0.6                   # scenes that keep to one icon family where they can
# How often a thing of each kind is drawn; a scene should offer something for every slot.
KINDS = {"item": 0.34, "food": 0.12, "plant": 0.1, "animal": 0.14, "person": 0.13, "place": 0.12, "vehicle": 0.05}
LARGE = {"place": 1.5, "vehicle": 1.25, "person": 1.15, "hostile": 1.2, "food": 0.85}
DANGERS = frozenset({"hostile", "hazard"})

Rng = np.random.Generator


@dataclass(frozen=True)
class Entity:
    """One thing in view.

    Attributes:
        name: the most telling plain name, e.g. "key".
        names: all phrases that are true of it, e.g. ("blue key", "key").
        box: x, y, width, height in pixels of the frame, tight around its visible pixels.
        tags: subset of hostile, hazard, item, food, animal, person, place, foul, plant, vehicle.
        generic: words for everything of its tags, e.g. ("animal",).
        colour: its one colour by name, or None where it has many.
    """

    name: str
    names: tuple[str, ...]
    box: Box
    tags: frozenset[str]
    generic: tuple[str, ...] = ()
    colour: str | None = None

    @property
    def area(self) -> int:
        return self.box[2] * self.box[3]

    def is_called(self, phrase: str) -> bool:
        return phrase in self.names or phrase in self.generic


@dataclass(frozen=True)
class Scene:
    """frame: uint8 [224, 384, 3] RGB; valid: x0, y0, x1, y1 of the picture inside its black letterbox."""

    frame: npt.NDArray[np.uint8]
    valid: Box
    entities: list[Entity] = field(default_factory=list)

    def tagged(self, tag: str) -> list[Entity]:
        """Entities with a tag, the largest first."""
        return sorted((e for e in self.entities if tag in e.tags), key=lambda e: -e.area)


class SceneGenerator:
    """An endless supply of scenes; scene `i` of a seed is the same in every process.

    Args:
        sprites: what may appear; `load_sprites` chooses style families and the side of the concept split.
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

    def _populate(self, canvas: Canvas, rng: Rng, origin: tuple[int, int]) -> list[Entity]:
        style = self._families[int(rng.integers(len(self._families)))] if rng.random() < ONE_STYLE_SHARE else None
        scale = float(np.exp(rng.normal(np.log(36), 0.3)))
        entities: list[Entity] = []
        for kind, key in self._plan(rng):
            sprite, colour = self._variant(key, style, rng)
            rgba, colour = _coloured(sprite, colour, rng)
            box = canvas.place(rgba, _size(scale * LARGE.get(kind, 1.0), rng))
            if box is not None:
                entities.append(_entity(sprite.concept, colour, (box[0] + origin[0], box[1] + origin[1], *box[2:])))
        return entities

    def _plan(self, rng: Rng) -> list[tuple[str, str]]:
        """What shall appear: (kind, concept key)."""
        count = int(rng.integers(3, 9))
        kinds = [kind for kind, share in (("hostile", HOSTILE_SHARE), ("hazard", HAZARD_SHARE)) if rng.random() < share]
        kinds += rng.choice(list(KINDS), count - len(kinds), p=list(KINDS.values())).tolist()
        plan = [(kind, keys[int(rng.integers(len(keys)))]) for kind in kinds if (keys := self._keys[kind])]
        if plan and rng.random() < TWIN_SHARE:
            plan.append(plan[int(rng.integers(len(plan)))])
        return plan

    def _variant(self, key: str, style: str | None, rng: Rng) -> tuple[Sprite, str | None]:
        variants = self._variants[key]
        fitting = [v for v in variants if v[0].family == style] or variants
        return fitting[int(rng.integers(len(fitting)))]

    def _keys_of(self, kind: str) -> list[str]:
        """Concepts with a tag; dangerous ones come as dangers only, so that their share can be set."""
        return sorted(key for key, variants in self._variants.items() if kind in (tags := variants[0][0].concept.tags)
                      and (kind in DANGERS or not tags & DANGERS))


def _letterbox(rng: Rng) -> Box:
    """x0, y0, x1, y1 of the picture in the frame: whole frame, 16:9, 4:3 or square."""
    height, width = FRAME
    draw = rng.random()
    if draw < BOXED_SHARE:
        inner = height if rng.random() < 0.5 else height * 4 // 3
        return (width - inner) // 2, 0, (width + inner) // 2, height
    margin = 4 if draw < BOXED_SHARE + WIDE_SHARE else 0
    return 0, margin, width, height - margin


def _size(scale: float, rng: Rng) -> int:
    return int(np.clip(scale * np.exp(rng.normal(0, 0.28)), 14, 110))


def _coloured(sprite: Sprite, colour: str | None, rng: Rng) -> tuple[npt.NDArray[np.uint8], str | None]:
    """Pixels and colour name of one appearance: silhouettes always get a colour, other sprites now and then."""
    if not sprite.mono and rng.random() >= PAINTED_SHARE:
        return sprite.rgba, colour
    name = list(COLOURS)[int(rng.integers(len(COLOURS)))]
    return painted(sprite.rgba, jittered(name, rng)), name


def _entity(concept: Concept, colour: str | None, box: Box) -> Entity:
    painted_names = () if colour is None else tuple(f"{colour} {n}" for n in concept.names if colour not in n.split())
    return Entity(concept.names[0], (*painted_names, *concept.names), box, concept.tags, concept.generic, colour)
