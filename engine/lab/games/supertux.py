"""SuperTux's creatures and objects before its backgrounds, seen from the side. Art: GPL-2+ and CC BY-SA, from supertux-data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from engine.lab.data.chance import Rng, pick
from engine.lab.games.games import Game, Looks, Shot
from engine.lab.games.system_art import SystemArt, numbered, pasted, tiled

# What a player would call it, and the picture; fixed before anything was measured.
CREATURES = {
    "penguin": "tux/small/stand-0", "snowball": "snowball/snowball-0", "snowman": "snowman/smwalk1",
    "snail": "snail/snowsnail", "owl": "owl/left-0", "fish": "fish/f1", "hedgehog": "igel/walk-0", "frog": "toad/toad-idle-0",
    "bomb": "mr_bomb/bomb1", "bat": "fatbat/fly-0", "spider": "spidermite/spidermite1", "plant": "plant/left-0",
    "leaf": "walkingleaf/left-0", "ghost": "ghoul/g1", "purple penguin": "penny/penny", "tree stump": "mr_tree/small-left-0",
    "spiky ball": "spiky/spikywalk1", "totem": "totem/walking1",
}  # fmt: skip
OBJECTS = {
    "coin": "objects/coin/coin-0", "door": "objects/door/door-0", "key": "objects/keys/fire",
    "lantern": "objects/lantern/lantern-1", "torch": "objects/torch/torch1", "spring": "objects/trampoline/trampoline1-0",
    "saw blade": "objects/sawblade/default-0", "pink gem": "objects/crystals/a1", "ice block": "objects/icecube/icecube",
    "candle": "objects/candle/candle-1", "radio": "objects/radio/radio1", "star": "powerups/star/star-0",
    "egg": "powerups/egg/egg", "red flower": "powerups/fireflower/fire_flower-0",
    "blue flower": "powerups/iceflower/ice_flower-0", "red potion": "powerups/potions/red-potion",
    "skull": "objects/skulls/skull", "letter": "objects/letter/letter-small", "lever": "objects/switch/switch-0",
    "wooden gate": "objects/castledoor/castledoor",
}  # fmt: skip
FILES = {name: f"creatures/{file}.png" for name, file in CREATURES.items()} | {n: f"{f}.png" for n, f in OBJECTS.items()}
TAGS = dict.fromkeys(CREATURES, "hostile") | dict.fromkeys(("penguin", "owl", "snail", "hedgehog"), "animal")
TAGS |= {"door": "place", "wooden gate": "place", "saw blade": "hazard", "torch": "hazard"}
BACKGROUNDS = (
    "antarctic/arctis2.png", "antarctic/semi_arctic.jpg", "BlueRock_Forest/blue-middle.jpg", "forest/forest_para3.png",
    "ghostforest/ghostforest.jpg", "ice_cave/cave2.jpg", "bluemountain/bluemountain-bottom.png", "castle/castle_foreground.png",
)  # fmt: skip
GROUNDS = ("block4.png", "block10.png", "block11.png", "bigblock.png")
SIZE, STEP = (576, 360), 32  # pixels: of a frame, and of a ledge's height
SHOTS = 2  # of a level
ART = SystemArt("supertux", "supertux-data", ("/usr/share/games/supertux2/images", "/usr/share/supertux2/images"))


def shots(seed: int) -> Iterator[Shot]:
    """Level after level, with other things on its ledges in each shot."""
    for number, rng in numbered(seed):
        level, ledges = _level(rng)
        for shot in range(SHOTS):
            frame = level.copy()
            entities = list(_things(frame, ledges, rng))
            yield Shot(np.asarray(frame), f"level-{number}", float(shot), entities)


def looks() -> Looks:
    return ART.looks(FILES)


def _level(rng: Rng) -> tuple[Image.Image, list[tuple[int, int, int]]]:
    """A background with ledges before it: where each begins, how wide it is, and its height in the frame."""
    behind = ART.picture(f"background/{pick(BACKGROUNDS, rng)}").convert("RGB")
    scale = max(SIZE[0] / behind.width, SIZE[1] / behind.height)
    level = behind.resize((round(behind.width * scale) + 1, round(behind.height * scale) + 1)).crop((0, 0, *SIZE))
    tile = ART.picture(f"tiles/blocks/{pick(GROUNDS, rng)}").resize((STEP, STEP))
    ledges = [(0, SIZE[0], SIZE[1] - 2 * STEP)]
    for height in (SIZE[1] - 5 * STEP, SIZE[1] - 8 * STEP):
        ledges.append((int(rng.integers(0, 8)) * STEP, int(rng.integers(5, 11)) * STEP, height))
    for left, width, top in ledges:
        level.paste(tiled(tile, (width, SIZE[1] - top if left == 0 and width == SIZE[0] else STEP)), (left, top))
    return level, ledges


def _things(frame: Image.Image, ledges: list[tuple[int, int, int]], rng: Rng) -> Iterator[dict[str, object]]:
    """Things stand on the ledges, side by side; what is higher than the room above a ledge stands on another one."""
    names = [list(FILES)[n] for n in rng.permutation(len(FILES))]
    for left, width, top in ledges:
        at, end = left + int(rng.integers(0, STEP)), min(left + width, SIZE[0])
        while names:
            thing = ART.picture(FILES[names[-1]])
            if at + thing.width > end:
                break
            name = names.pop()
            if thing.height <= 3 * STEP and rng.random() < 0.6:
                yield pasted(frame, thing, (at, top - thing.height), name, TAGS.get(name, "item"))
            at += thing.width + int(rng.integers(4, 2 * STEP))


SUPERTUX = Game("supertux", ART.package, "GPL-2.0-or-later AND CC-BY-SA-4.0", shots, looks, ART.version)
