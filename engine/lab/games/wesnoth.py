"""The Battle for Wesnoth's units and items on its hexagons, seen from above. Art: GPL-2+, from Debian's wesnoth-data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from engine.lab.data.chance import Rng, pick
from engine.lab.games.games import Game, Looks, Shot
from engine.lab.games.system_art import SystemArt, numbered, pasted, tiled

# What a player would call it, the picture, and the tag; fixed before anything was measured.
UNITS = {
    "wolf": "monsters/wolf", "spider": "monsters/spider", "rat": "monsters/giant-rat", "yeti": "monsters/yeti",
    "gryphon": "monsters/gryphon", "dragon": "monsters/fire-dragon", "bear": "monsters/bear/bear",
    "boar": "monsters/boar/woodland", "scorpion": "monsters/scorpion/scorpion", "sea serpent": "monsters/seaserpent",
    "zombie": "undead/zombie", "ghost": "undead/ghost-s-1", "skeleton": "undead-skeletal/skeleton/skeleton",
    "bat": "undead/bat-se-1", "troll": "trolls/grunt", "dwarf": "dwarves/fighter", "orc": "orcs/grunt", "ogre": "ogres/ogre",
    "knight": "human-loyalists/knight/knight", "wizard": "human-magi/white-mage", "archer": "elves-wood/archer",
    "farmer": "human-peasants/peasant", "horse": "monsters/horse/horse", "merman": "merfolk/fighter",
}  # fmt: skip
ITEMS = {
    "chest": "items/chest", "anvil": "items/anvil", "barrel": "items/barrel", "crate": "items/box", "key": "items/key",
    "gold coins": "items/gold-coins-large", "sword": "items/sword", "bow": "items/bow", "axe": "items/axe",
    "hammer": "items/hammer", "spear": "items/spear", "red potion": "items/potion-red", "blue potion": "items/potion-blue",
    "green potion": "items/potion-green", "yellow potion": "items/potion-yellow", "book": "items/book1",
    "bones": "items/bones", "cage": "items/cage", "coffin": "items/coffin-closed", "scarecrow": "items/scarecrow",
    "hay": "items/straw-bale1", "shield": "items/buckler", "armor": "items/armor", "bomb": "items/bomb",
    "well": "scenery/well", "signpost": "scenery/signpost", "tent": "scenery/tent-fancy-red",
    "windmill": "scenery/windmill-01", "lighthouse": "scenery/lighthouse", "campfire": "scenery/fire1",
    "tree": "scenery/oak-leaning", "temple": "scenery/temple1", "house": "terrain/village/human",
}  # fmt: skip
FILES = {name: f"units/{file}.png" for name, file in UNITS.items()} | {name: f"{file}.png" for name, file in ITEMS.items()}
TAGS = dict.fromkeys(("well", "tent", "windmill", "lighthouse", "temple", "house"), "place") | {"tree": "plant"}
TAGS |= dict.fromkeys(("bear", "horse", "boar"), "animal") | {"campfire": "hazard"}
TAGS |= dict.fromkeys(("knight", "wizard", "archer", "farmer", "dwarf", "merman"), "person")
TERRAINS = ("grass/green", "grass/dry", "flat/dirt", "flat/road", "sand/desert", "frozen/snow", "cave/floor", "swamp/mud-tile")
SIZE, HEX = (576, 360), 72  # pixels: of a frame, and across a hexagon
SHOTS = 2  # of a map
MOST_HIDDEN = 0.15  # of a thing's place may be taken by others
TEAMS = ((0, 1, 2), (2, 1, 0), (1, 0, 2))  # the magenta of a unit is its side's colour: red, blue, green
ART = SystemArt(
    "wesnoth", "wesnoth-1.16-data", ("/usr/share/games/wesnoth/*/data/core/images", "/usr/share/wesnoth/data/core/images")
)


def shots(seed: int) -> Iterator[Shot]:
    """Map after map, with other things on its hexagons in each shot."""
    for number, rng in numbered(seed):
        ground = _ground(rng)
        for shot in range(SHOTS):
            frame = ground.copy()
            entities = list(_things(frame, rng))
            yield Shot(np.asarray(frame), f"map-{number}", float(shot), entities)


def looks() -> Looks:
    """Each unit in the colours of three sides, each item as it is."""
    for name in FILES:
        yield name, [np.asarray(_thing(name, team)) for team in (TEAMS if name in UNITS else TEAMS[:1])]


def _ground(rng: Rng) -> Image.Image:
    """Two terrains, one above the other in a random line."""
    upper, lower = (tiled(ART.picture(f"terrain/{pick(TERRAINS, rng)}.png"), SIZE, (HEX * 3 // 4, HEX // 2)) for _ in range(2))
    edge = (SIZE[1] * rng.uniform(0.2, 0.8) + np.cumsum(rng.normal(0, 3, SIZE[0]))).astype(int)
    mask = np.arange(SIZE[1])[:, None] < edge[None]
    return Image.composite(upper, lower, Image.fromarray(np.where(mask, np.uint8(255), np.uint8(0))))


def _things(frame: Image.Image, rng: Rng) -> Iterator[dict[str, object]]:
    """Up to ten things on hexagons of their own, the upper ones first; none where it would hide another."""
    cells = [(c * HEX * 3 // 4, r * HEX + (c % 2) * HEX // 2) for c in range(10) for r in range(4)]
    free = sorted(rng.permutation(len(cells))[:10].tolist(), key=lambda n: cells[n][1])
    names, taken = list(FILES), np.zeros((SIZE[1], SIZE[0]), bool)
    for cell, n in zip(free, rng.permutation(len(names))[: len(free)], strict=True):
        thing = _thing(names[n], TEAMS[int(rng.integers(len(TEAMS)))])
        x = min(max(cells[cell][0] + (HEX - thing.width) // 2, 0), SIZE[0] - thing.width)
        y = min(max(cells[cell][1] + (HEX - thing.height) // 2, 0), SIZE[1] - thing.height)
        under = taken[y : y + thing.height, x : x + thing.width]
        if under.mean() > MOST_HIDDEN:
            continue
        under[...] = True
        default = "hostile" if names[n] in UNITS else "item"
        yield pasted(frame, thing, (x, y), names[n], TAGS.get(names[n], default))


def _thing(name: str, team: tuple[int, int, int]) -> Image.Image:
    picture = np.array(ART.picture(FILES[name]))
    if name in UNITS:
        red, green, blue = (picture[..., c].astype(int) for c in range(3))
        magenta = (np.minimum(red, blue) > green + 40) & (abs(red - blue) < 80)
        sides = np.stack([np.maximum(red, blue), green, green], -1)[..., list(team)]
        picture[magenta, :3] = sides[magenta]
    return Image.fromarray(picture)


WESNOTH = Game("wesnoth", ART.package, "GPL-2.0-or-later", shots, looks, ART.version)
