"""Names of things out of names of files: `RedPotion_02` is a "red potion"."""

from __future__ import annotations

import re
import unicodedata

from npc.text import folded

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d+$)")
_SIZE = re.compile(r"\d+|\d+x\d+|\d+px|x\d+")
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
# What programs and habits call a file, not what a player calls a thing.
_HABITS = """
img image sprite sprites tile tiles tileset texture tex untitled unnamed frame frames layer picture pic copy new final png icon
asset sheet spritesheet dsc screenshot thing object atlas tmp temp test default
"""
_EMPTY = frozenset(_HABITS.split())


# What the surfaces of a model are called by, behind its name.
_MAPS = frozenset(
    (
        *("albedo", "basecolor", "diffuse", "normal", "normals", "normalmap", "roughness", "metallic", "metalness", "ao"),
        *("occlusion", "orm", "rma", "displacement", "emission", "emissive", "specular", "opacity"),
    )
)


def words(name: str) -> str:
    """A file's name without its ending as words in lower case: `-`, `_` and camel case break it, and no numbers stay."""
    parts = (part for part in _TOKEN.findall(folded(name)) if not _SIZE.fullmatch(part.lower()))
    return " ".join(token.lower() for part in parts for token in _CAMEL.split(part) if not token.isdigit())


def is_telling(name: str) -> bool:
    """Whether a name has a word that a player might say: no "img", no "xkcd", no hash."""
    return any(token not in _EMPTY and _is_word(token) for token in name.split())


def _is_word(token: str) -> bool:
    if not token.isascii():
        return any(unicodedata.category(c).startswith("L") for c in token)
    plain = token.replace("'", "")
    return len(plain) > 1 and plain.isalpha() and any(c in "aeiouy" for c in plain)


def is_texture(name: str) -> bool:
    """Whether words are those of a model's texture, `wolf albedo`, and of no thing."""
    thing, _, last = name.replace("base color", "basecolor").replace("normal map", "normalmap").rpartition(" ")
    return bool(thing) and last in _MAPS
