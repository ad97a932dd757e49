"""What stands and lies in the village, and who lives there: the level as data."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from demo_game import thing_art
from demo_game.thing_art import Draw

WIDTH, HEIGHT = 960, 540  # of the screen and the world, pixels


@dataclass(frozen=True)
class Kind:
    """A kind of thing.

    Attributes:
        name: what people call it.
        size: width and height on the screen, pixels.
        tags: as in recordings (docs/recording.md).
        solid: half width and half height of the ellipse around its feet that nobody walks through.
        draw: how it looks.
        flat: lies on the ground, under everybody's feet.
        still: its drawing is not animated; otherwise it takes `period_s` seconds.
        glow: radius of the light that it gives, pixels.
        shadow: whether it throws one.
    """

    name: str
    size: tuple[int, int]
    tags: tuple[str, ...]
    solid: tuple[float, float] | None = None
    _: KW_ONLY
    draw: Draw
    flat: bool = False
    still: bool = False
    period_s: float = 3.0
    glow: int = 0
    shadow: bool = True

    @property
    def portable(self) -> bool:
        """Whether a person can carry it."""
        return "item" in self.tags and self.solid is None


# A new thing is an entry here, and a row of `LAYOUT` for each place where it stands; two looks may share a name.
KINDS: dict[str, Kind] = {
    "house": Kind("house", (160, 140), ("place",), (82, 20), draw=thing_art.house((186, 74, 60)), still=True, shadow=False),
    "blue house": Kind(
        "house", (160, 140), ("place",), (82, 20), draw=thing_art.house((70, 104, 150)), still=True, shadow=False
    ),
    "door": Kind("door", (38, 54), ("place",), draw=thing_art.door, still=True, shadow=False),
    "well": Kind("well", (76, 84), ("place",), (38, 15), draw=thing_art.well, still=True),
    "campfire": Kind("campfire", (58, 48), ("place",), (26, 10), draw=thing_art.campfire, period_s=2.4, glow=120),
    "market stall": Kind("market stall", (120, 100), ("place",), (62, 16), draw=thing_art.stall, still=True),
    "sign": Kind("sign", (52, 56), ("place",), (8, 6), draw=thing_art.sign, still=True),
    "fence": Kind("fence", (150, 34), ("place",), (76, 7), draw=thing_art.fence, still=True),
    "pond": Kind("pond", (190, 84), ("place",), draw=thing_art.pond, flat=True),
    "cart": Kind("cart", (92, 64), ("vehicle",), (44, 12), draw=thing_art.hay_cart, still=True),
    "chest": Kind("chest", (54, 46), ("item",), (26, 9), draw=thing_art.chest, still=True),
    "barrel": Kind("barrel", (42, 52), ("item",), (20, 8), draw=thing_art.barrel, still=True),
    "red potion": Kind("red potion", (36, 46), ("item",), draw=thing_art.potion(thing_art.RED), still=True),
    "blue potion": Kind("blue potion", (36, 46), ("item",), draw=thing_art.potion(thing_art.BLUE), still=True),
    "key": Kind("key", (48, 32), ("item",), draw=thing_art.key, still=True),
    "sword": Kind("sword", (52, 48), ("item",), draw=thing_art.sword, still=True),
    "bread": Kind("bread", (50, 32), ("item", "food"), draw=thing_art.bread, still=True),
    "apple": Kind("apple", (42, 44), ("item", "food"), draw=thing_art.apple, still=True),
    "tree": Kind("tree", (92, 112), ("plant",), (15, 8), draw=thing_art.tree),
    "pine tree": Kind("tree", (76, 110), ("plant",), (12, 7), draw=thing_art.pine_tree),
    "flower": Kind("flower", (40, 42), ("plant",), draw=thing_art.flower),
    "fire": Kind("fire", (92, 100), ("hazard",), draw=thing_art.fire, period_s=0.9, glow=230),
}

# Look and feet of everything, on an ordinary day.
LAYOUT: tuple[tuple[str, float, float], ...] = (
    ("house", 150, 172),
    ("door", 150, 173),
    ("blue house", 800, 162),
    ("door", 800, 163),
    ("well", 482, 196),
    ("campfire", 330, 410),
    ("market stall", 660, 186),
    ("sign", 570, 340),
    ("fence", 664, 524),
    ("fence", 818, 524),
    ("pond", 130, 470),
    ("cart", 876, 402),
    ("chest", 712, 330),
    ("barrel", 262, 180),
    ("red potion", 420, 318),
    ("blue potion", 610, 410),
    ("key", 240, 302),
    ("sword", 775, 488),
    ("bread", 452, 476),
    ("apple", 640, 486),
    ("tree", 50, 316),
    ("pine tree", 92, 392),
    ("pine tree", 32, 420),
    ("tree", 908, 276),
    ("tree", 352, 142),
    ("tree", 250, 524),
    ("flower", 200, 410),
    ("flower", 846, 250),
    ("flower", 552, 502),
)

WOLF_DEN = (-50.0, 350.0)
WOLF_SIZE = (84, 50)
PERSON_SIZE = (44, 68)

# Name, persona, what else people call them, and where they live.
CAST: tuple[tuple[str, str, tuple[str, ...], float, float], ...] = (
    ("Mira", "healer", ("healer",), 366, 252),
    ("Bram", "guard", ("guard",), 562, 256),
    ("Odo", "merchant", ("merchant",), 736, 258),
    ("Pip", "coward", ("farmhand",), 268, 258),
    ("Linnet", "bard", ("bard",), 392, 432),
    ("Orrin", "hermit", ("hermit", "old man"), 716, 424),
)
