"""No words about terms take long to read, whatever is said in them over and over."""

from __future__ import annotations

import re
from itertools import cycle, islice
from time import process_time

import pytest

from npc.language.formulas import data_of, patterns

_DATA = data_of("terms.yaml")
_PATTERNS = patterns("terms.yaml", " ".join(_DATA["like"]))
_KEYWORDS = sorted(
    {word for text in (*_DATA["parts"].values(), *_DATA["like"].values()) for word in re.findall(r"[a-z]+", text)}
)
_FAILS = "xyz abc def ghi jkl mno pqr stu vwx yza bcd efg hij klm nop qrs tuv wxy zab cde fgh? 1"  # where no pattern ends
_BEGUN = [
    "",
    "can you mend my sword",
    "can you make me a sword",
    "would you sing a song for ten coins",
    "would you take my boots",
    "what is the price of a sword",
    "make it double",
    "hand it over",
    "I need a gift for my son",
    "would you settle for half",
    "take some of my",
]


def _seconds(text: str) -> float:
    started = process_time()
    for pattern in _PATTERNS:
        pattern.match(text)
        pattern.search(text)
    return process_time() - started


@pytest.mark.parametrize("begun", _BEGUN)
def test_no_keyword_said_over_and_over_takes_long(begun: str) -> None:
    _seconds("")  # compiles them
    for word in _KEYWORDS:
        assert _seconds(f"{begun} {f'{word} me ' * 28}{_FAILS}") < 0.5, word


@pytest.mark.parametrize("begun", _BEGUN)
def test_no_keywords_said_by_turns_take_long(begun: str) -> None:
    _seconds("")
    for words in (
        ["by", "if", "for my", "when", "until"],
        ["please", "for me", "here, "],
        ["on", "next", "for helping", "for it"],
    ):
        assert _seconds(f"{begun} {' me '.join(islice(cycle(words), 40))} {_FAILS}\n{_FAILS}") < 0.5, words
