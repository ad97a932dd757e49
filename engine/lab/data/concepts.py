"""What an icon shows: its names in a player's words, its tags, whether it is held out; and words that no picture taught."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import yaml

HELD_OUT_SHARE = 0.1
OTHER = "other"  # the kind of things without any tag: seen and named, but no part of a rule

# Which tags may fill a slot of an utterance.
SLOT_TAGS: Mapping[str, frozenset[str]] = {
    "thing": frozenset({"item", "food", "plant"}),
    "creature": frozenset({"animal", "hostile"}),
    "place": frozenset({"place"}),
    "person": frozenset({"person"}),
}


@dataclass(frozen=True)
class Concept:
    """One kind of thing.

    Attributes:
        key: the keyword of `concepts.yaml`; concepts are held out by key, so no variant leaks.
        names: phrases that are true of it, the most telling first ("broken shield", "shield").
        tags: subset of hostile, hazard, item, food, animal, person, place, foul, plant, vehicle.
        generic: words for everything of its tags ("animal"); never a reason to call another thing absent.
    """

    key: str
    names: tuple[str, ...]
    tags: frozenset[str]
    generic: tuple[str, ...] = ()

    @property
    def held_out(self) -> bool:
        """True for the tenth of all keys that only evaluation draws; the same on every machine."""
        return self.key not in _table().always_train and stable_share(self.key) < HELD_OUT_SHARE

    def fits(self, slot: str) -> bool:
        return bool(self.tags & SLOT_TAGS[slot])


def stable_share(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def describe(icon: str) -> Concept | None:
    """The concept that an icon's file name stands for, or None for what is no thing in a game world."""
    table = _table()
    if any(pattern in icon for pattern in table.exclude):
        return None
    name = table.rename.get(icon) or _clean(icon)
    key = table.keyword(name)
    if key is None and name.rpartition(" ")[2] in ("head", "face"):
        name = name.rpartition(" ")[0]
        key = table.keyword(name)
    if key is None:
        return None if _UNSUITABLE.search(icon) else Concept(name, (name,), frozenset())
    return concept_of(name, key)


def describe_known(icon: str) -> Concept | None:
    """As `describe`, for families that mostly show signs of user interfaces: only names that are keywords as they stand,
    with or without dashes ("alarmclock") and a number of their own ("bird-2")."""
    table = _table()
    icon = re.sub(r"-\d+$", "", icon)
    name = table.rename.get(icon) or _clean(icon)
    key = name if name in table.tags else table.squeezed.get(icon.replace("-", ""))
    return None if key is None else concept_of(key, key)


def keyword_of(name: str) -> str | None:
    """The longest keyword of `concepts.yaml` that a name is or ends with."""
    return _table().keyword(name)


def concept_of(name: str, key: str, tags: frozenset[str] | None = None) -> Concept:
    """The concept of a keyword under a name; of `tags`, where they are given and it is no keyword."""
    table = _table()
    return table.concept(name, key, table.tags.get(key, tags or frozenset()))


# Icons that stand for no thing one could point at: letters, gestures, smileys, variants of skin and hair.
_UNSUITABLE = re.compile(
    r"-(light|medium|dark)$|^.{1,2}$|^(keycap|letter|regional|input|person|people|man|men|woman|women|right|left|no|non)(-|$)"
    r"|face|hand|finger|thumb|fist|gesturing|button|oclock|arrow|sign|suit$|square|circle|triangle|mark|flag|symbol|hair|beard|bald"
    r"|moon|smil|grin|kiss|couple|holding|busts|input|selector|arc|stop|prohibited|aries|taurus|gemini|cancer|leo$|virgo|libra"
    r"|scorpi|sagittarius|capricorn|aquarius|pisces|ophiuchus|divide|plus|minus|multipl|infinity|copyright|registered|trade"
    r"|skill|aura|energy|power|attack|strike|shot$|spell|burst|slash|spin|swap|flash|beam|pulse|echo|impact|embrass|australia"
    r"|africa|america|france|texas|brazil|congress|logo|brand|wireless|pride|gender|sexual|zone|level|position|abstract"
)


def _clean(icon: str) -> str:
    """Words for dashes; a "man farmer" is a farmer."""
    words = icon.split("-")
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("man", "woman", "person") else words)


@dataclass(frozen=True)
class _Table:
    tags: Mapping[str, frozenset[str]]  # keyword -> tags
    rename: Mapping[str, str]
    also: Mapping[str, list[str]]
    generic: Mapping[str, list[str]]
    always_train: frozenset[str]
    exclude: tuple[str, ...]

    @cached_property
    def squeezed(self) -> Mapping[str, str]:
        """Keywords without their spaces."""
        return {keyword.replace(" ", ""): keyword for keyword in self.tags}

    def keyword(self, name: str) -> str | None:
        """The longest keyword that `name` is or ends with, plural or singular."""
        words = name.split()
        for start in range(len(words)):
            tail = " ".join(words[start:])
            for candidate in (tail, tail.removesuffix("s")):
                if candidate in self.tags:
                    return candidate
        return None

    def concept(self, name: str, key: str, tags: frozenset[str]) -> Concept:
        names = dict.fromkeys([name, key, *self.also.get(name, ()), *self.also.get(key, ())])
        generic = tuple(word for tag in sorted(tags) for word in self.generic.get(tag, ()))
        return Concept(key, tuple(names), tags, generic)


@cache
def _table() -> _Table:
    raw = yaml.safe_load((resources.files("engine.lab.data") / "concepts.yaml").read_text(encoding="utf-8"))
    tags: dict[str, set[str]] = {}
    for tag, keywords in raw["tags"].items():
        for keyword in keywords:
            tags.setdefault(keyword, set()).add(tag)
    return _Table(
        {keyword: frozenset(of) for keyword, of in tags.items()},
        raw["rename"],
        raw["also"],
        raw["generic"],
        frozenset(raw["always_train"]),
        tuple(raw["exclude"]),
    )


@cache
def load_synonyms() -> Mapping[str, tuple[str, ...]]:
    """By a thing's usual name, other words for it."""
    text = (resources.files("engine.lab.data") / "synonyms.yaml").read_text(encoding="utf-8")
    return {name: tuple(words) for name, words in yaml.safe_load(text).items()}
