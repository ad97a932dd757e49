"""Misspelt names of things put right: "sheild", "barels", "aple" where a shield, barrels or an apple may be spoken of.

A word is changed only where no dictionary has it, and one alone of the names at hand is so near that a slip of the finger
explains it. Real words stay, whatever they are near to: a beer is no bear, and nobody bored is a bard.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path

from npc.language.everyday import WORDS as EVERYDAY
from npc.language.grammar import GRAMMAR, VERBS
from npc.language.kinds import SYNONYMS, USUAL
from npc.language.phrases import COLOURS, plural

LIKE = 0.8  # ratio of difflib from which a word may be another one misspelt: one slip in four or five letters
_TRIED = 24  # words of a text that are looked at: of more strange ones it is no slip of the pen
_SHORTEST, _LONG = 4, 6  # letters; of longer words two may be missing
_ENDINGS = ("y", "ish", "less", "ness", "like")
_WORD = re.compile(r"(?<![\w'-])[A-Za-z]{4,20}(?![\w'-])")
_FROM = re.compile(r"\b(?:from|named|called|name is)\s+$", re.IGNORECASE)  # whatever comes is a name: "I am from poland"
# What comes before a name of somebody or some place, which is nobody's to mend.
_NAMING = re.compile(r"\b(?:name is|named|called|call me|I am|this is|from|to|of|near|in)\s+$", re.IGNORECASE)


@cache
def _real() -> frozenset[str]:
    """Words that are spelt right: those that the grammar reads, and the small lists of American and British English of SCOWL,
    Copyright 2000-2011 by Kevin Atkinson (http://wordlist.sourceforge.net; its notice is in the NOTICE file)."""
    packed = Path(__file__).with_name("words.txt.gz").read_bytes()
    read = re.findall(r"[a-z]{4,}", repr([GRAMMAR["senses"], GRAMMAR["joints"], GRAMMAR["openings"]]))  # "priciest"
    return frozenset(gzip.decompress(packed).decode("ascii").split()) | frozenset(read) | EVERYDAY | SYNONYMS


def _is_made(word: str) -> bool:
    """Whether a word is made of one that is spelt right: "cheesy", "wolfish"."""
    return any(
        word.endswith(end) and not _real().isdisjoint({stem := word.removesuffix(end), f"{stem}e", stem[:-1]})
        for end in _ENDINGS
    )


_SHORT = frozenset(GRAMMAR["short_words"].split())


def is_a_word(word: str) -> bool:
    """Whether a word, whatever its case, is one of every day and no name."""
    return word.lower() in _SHORT or word.lower() in _real()


@cache
def _plain_words() -> frozenset[str]:
    """What may be meant beside the names at hand: usual things, colours, verbs of orders, what players misspell."""
    listed = f"{VERBS.replace('|', ' ')} {GRAMMAR['misspelt']} {GRAMMAR['slips']}".split()
    return _parts(USUAL) | frozenset(word for word in (*COLOURS, *listed) if len(word) >= _SHORTEST)


def _parts(names: Iterable[str]) -> frozenset[str]:
    """The words of names, one of each and several."""
    words = {word for name in names for word in re.findall(r"[a-z]+", name.lower()) if len(word) >= _SHORTEST}
    return frozenset(words | {plural(word) for word in words})


@lru_cache(maxsize=256)
def known_words(names: frozenset[str]) -> frozenset[str]:
    """The words that a misspelt one may mean where these names are at hand, in lower case."""
    return _plain_words() | _parts(names)


@lru_cache(maxsize=512)
def spelt(text: str, names: frozenset[str] = frozenset()) -> str:
    """`text`, which is `plain`, with misspelt words put right.

    Args:
        names: of things, wares and persons that may be spoken of here.
    """
    known, tried = known_words(names), 0

    def mended(found: re.Match[str]) -> str:
        nonlocal tried
        word = found[0].lower()
        named = found[0][0].isupper() and not found[0].isupper() and found.start() > 0
        if word in known or word in _real() or _is_made(word) or named or tried >= _TRIED:
            return found[0]
        tried += 1
        if (right := _nearest(word, known)) == "":
            return found[0]
        before = text[: found.start()]
        if _FROM.search(before) or (right not in _plain_words() and _NAMING.search(before)):
            return found[0]
        return right

    return _WORD.sub(mended, text)


@lru_cache(maxsize=1024)
def _nearest(word: str, known: frozenset[str]) -> str:
    """The one word that this one is a slip of; empty where there is none, or more than one as near."""
    matcher, letters = SequenceMatcher(None, "", word), sorted(word)
    near = [
        (ratio, other)
        for other in known
        if other[0] == word[0]
        and abs(len(other) - len(word)) <= (1 if len(word) < _LONG else 2)
        and (ratio := _likeness(matcher, letters, other)) >= LIKE
    ]
    best = max((ratio for ratio, _ in near), default=0.0)
    nearest = {other for ratio, other in near if ratio == best}
    return nearest.pop() if len(nearest) == 1 else ""


def _likeness(matcher: SequenceMatcher[str], letters: list[str], other: str) -> float:
    """Ratio of `other` to the word of the matcher; the sorted letters of that word come along. 0 where it is below `LIKE`."""
    if len(letters) == len(other) and letters == sorted(other):  # letters in the wrong order
        return 0.9
    matcher.set_seq1(other)
    return matcher.ratio() if matcher.quick_ratio() >= LIKE else 0.0
