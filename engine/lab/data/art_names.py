"""What the names of game art mean: makers call their files as they sort them ("table round"), players say it otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from engine.lab.data.concepts import Concept, concept_of, keyword_of
from engine.lab.data.things import split_colour

_OTHER_COLOURS = {"golden": "yellow", "magenta": "purple", "cyan": "blue", "azure": "blue", "crimson": "red", "ruby": "red"}


@dataclass(frozen=True)
class ArtName:
    """What a picture of a pack shows.

    Attributes:
        colour: the colour that its name tells, or None.
    """

    concept: Concept
    colour: str | None


@dataclass(frozen=True)
class _Rules:
    drop: re.Pattern[str]
    rename: Mapping[str, str]
    prefix: re.Pattern[str]
    cut: frozenset[str]
    heads: tuple[str, ...]  # the longest first
    adjectives: Mapping[str, str]
    tags: Mapping[str, frozenset[str]]
    also: Mapping[str, tuple[str, ...]]
    grounds: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]

    def said(self, name: str) -> str:
        """A name without its colour as a player says it: "table round" is a round table."""
        if name in self.rename:
            return self.rename[name]
        name = self.prefix.sub("", name)
        name = self.rename.get(name, name)
        kept = [word for word in name.split() if word not in self.cut] or name.split()
        name = self.rename.get(" ".join(kept), " ".join(kept))
        head = next((head for head in self.heads if name.startswith(f"{head} ")), None)
        if head is None or keyword_of(name) == name or name in self.tags:
            return name
        behind = name.removeprefix(head).split()
        before = [self.adjectives[word] for word in behind if self.adjectives.get(word)]
        return " ".join([*before[:2], head])

    def kind(self, name: str) -> tuple[str, frozenset[str]] | None:
        """The longest known word that a name ends with, else begins with, and its tags."""
        words = re.split(r" of | with | and ", name)[0].split()  # a crate of apples is a crate
        for part in (*(words[i:] for i in range(len(words))), *(words[:i] for i in range(len(words) - 1, 0, -1))):
            phrase = " ".join(part)
            for candidate in (phrase, phrase.removesuffix("s")):
                if candidate in self.tags:
                    return candidate, self.tags[candidate]
                if keyword_of(candidate) == candidate:
                    return candidate, concept_of(candidate, candidate).tags
        return None


@cache
def describe_art(name: str) -> ArtName | None:
    """What a picture called so shows, or None for what no player would name."""
    rules = _rules()
    colour, plain = _coloured(name)
    if rules.drop.search(name) or rules.drop.search(plain):
        return None
    return ArtName(_concept(rules.said(plain), rules), colour)


def ground_names(name: str) -> tuple[str, ...]:
    """What a player calls a ground tile of this name; nothing where it is just some ground."""
    return next((names for pattern, names in _rules().grounds if pattern.search(name)), ())


def _coloured(name: str) -> tuple[str | None, str]:
    """The colour that a name begins with, as scenes call it, and the rest."""
    colour, plain = split_colour(name)
    first, _, rest = name.partition(" ")
    if colour is None and rest and first in _OTHER_COLOURS:
        return _OTHER_COLOURS[first], rest
    return colour, plain


def _concept(name: str, rules: _Rules) -> Concept:
    kind = rules.kind(name)
    key, tags = kind if kind is not None else (name, frozenset[str]())
    known = concept_of(key, key) if keyword_of(key) == key else None
    names = dict.fromkeys([name, *rules.also.get(name, ()), key, *rules.also.get(key, ()), *(known.names if known else ())])
    return Concept(key, tuple(names), tags | (known.tags if known else frozenset()), concept_of(key, key, tags).generic)


@cache
def _rules() -> _Rules:
    raw = yaml.safe_load((resources.files("engine.lab.data") / "art_names.yaml").read_text(encoding="utf-8"))
    tags: dict[str, set[str]] = {}
    for kinds, words in raw["tags"].items():
        for word in words:
            tags.setdefault(word, set()).update(kinds.split())
    return _Rules(
        re.compile("|".join(raw["drop"])),
        raw["rename"],
        re.compile(f"^(?:{'|'.join(raw['prefix'])}) "),
        frozenset(raw["cut"]),
        tuple(sorted(raw["heads"], key=len, reverse=True)),
        raw["adjectives"],
        {word: frozenset(of) for word, of in tags.items()},
        {name: tuple(others) for name, others in raw["also"].items()},
        tuple((re.compile(pattern), tuple(names)) for pattern, names in raw["grounds"].items()),
    )
