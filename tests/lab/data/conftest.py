"""A handful of drawn sprites: no network and no fetched assets."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.lab.data.assets import SPRITE_SIZE, Sprite
from engine.lab.data.concepts import describe
from engine.lab.data.scenes import SceneGenerator
from engine.lab.data.utterances import PlayerLine

ICONS = {
    "wolf": "grey",
    "spider-alt": "black",
    "dog": "brown",
    "fox": "orange",
    "cow": "white",
    "rat": "grey",
    "fire": "orange",
    "lightning-storm": "yellow",
    "red-apple": "red",
    "bread": "brown",
    "rose": "red",
    "pine-tree": "green",
    "farmer": "blue",
    "wizard-face": "purple",
    "pirate-captain": "black",
    "prince": "yellow",
    "nurse-female": "white",
    "house": "brown",
    "stone-bridge": "grey",
    "castle": "white",
    "church": "grey",
    "well": "blue",
    "barn": "red",
    "jeep": "green",
    "potion-ball": "blue",
    "broken-shield": "grey",
    "old-key": "yellow",
    "treasure-map": "brown",
    "spoon": "white",
    "key": None,
    "magic-axe": None,
    "broken-bottle": None,
}


def drawn(icon: str, colour: str | None) -> Sprite:
    """A blob in one colour (None: a silhouette), different for every icon."""
    concept = describe(icon)
    assert concept is not None, icon
    picture = Image.new("RGBA", (SPRITE_SIZE, SPRITE_SIZE))
    rng = np.random.default_rng(len(icon))
    corners = [tuple(point) for point in rng.integers(2, SPRITE_SIZE - 2, (7, 2)).tolist()]
    ImageDraw.Draw(picture).polygon(corners, fill=colour or "white")
    ImageDraw.Draw(picture).ellipse((16, 16, 48, 48), fill=colour or "white")
    return Sprite(np.asarray(picture), concept, "drawn", mono=colour is None)


@pytest.fixture(scope="session")
def sprites() -> list[Sprite]:
    return [drawn(icon, colour) for icon, colour in ICONS.items()]


@pytest.fixture(scope="session")
def generator(sprites: list[Sprite]) -> SceneGenerator:
    return SceneGenerator(sprites, seed=5)


@pytest.fixture(scope="session")
def utterances() -> list[PlayerLine]:
    return [
        PlayerLine("hello", "greet", "friendly", None, "plain"),
        PlayerLine("HELP", "help_me", "afraid", None, "plain"),
        PlayerLine("run", "flee", "afraid", None, "plain"),
        PlayerLine("hand me the {thing}", "give_me", "neutral", "thing", "hand"),
        PlayerLine("attack", "attack", "angry", None, "plain"),
        PlayerLine("kill the {creature}", "attack", "angry", "creature", "kill"),
        PlayerLine("where is the {place}", "ask_where", "neutral", "place", "where"),
        PlayerLine("who is that {person}", "identify", "neutral", "person", "who"),
    ]
