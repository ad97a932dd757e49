"""What a card counts its prices in, where these are no coins: `currency: dollar`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from npc.language.phrases import plural

COIN = "coin"  # what prices are counted in, where a card says nothing else
_COINS = re.compile(r"\b(?P<first>[Cc])oin(?P<many>s?)\b")
_SUM = re.compile(r"\b(?P<n>\d+) coin(?P<many>s?)\b")
_THEIRS = frozenset({"said", "detail", "question", "asked", "words", "unknown"})  # what the player said


def priced(line: str, currency: str) -> str:
    """The words of a line with its coins in another currency."""

    def named(found: re.Match[str]) -> str:
        word = plural(currency) if found["many"] else currency
        return word[:1].upper() + word[1:] if found["first"] == "C" else word

    return _COINS.sub(named, line)


def counted(spoken: Callable[[Mapping[str, str]], str], variables: Mapping[str, str], currency: str) -> str:
    """A line as it is said with the sums that it is filled in with in another currency: what the player said stays as it was,
    and "{price} dollars" is no "24 dollars dollars"."""
    many = plural(currency)

    def summed(value: str) -> str:
        return _SUM.sub(lambda found: f"{found['n']} {many if found['many'] else currency}", value)

    said = spoken({name: value if name in _THEIRS else summed(value) for name, value in variables.items()})
    either = f"(?:{re.escape(many)}|{re.escape(currency)})"
    return re.sub(rf"\b({either}) {either}\b", r"\1", said)
