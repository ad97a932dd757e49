"""Numbers in a line, as digits or in words, and whether they are of money."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SMALL = "zero one two three four five six seven eight nine ten eleven twelve"
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS = (
    {word: n for n, word in enumerate(f"{_SMALL} {_TEENS}".split())}
    | {word: 10 * n for n, word in enumerate(_TENS.split(), 2)}
    | {"dozen": 12}
)
_POWERS = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD = rf"(?:{'|'.join([*_WORDS, *_POWERS, *(f'{p}s' for p in _POWERS), 'dozens'])})"
_NUMBER = re.compile(
    r"(?<![\w.,-])(?:(?P<digits>\d{1,9}(?:,\d{3})*(?:\.\d+)?)(?![\w])"
    rf"|(?P<words>(?:a )?{_WORD}(?:(?: and |[ -]){_WORD})*)\b)",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"^[ -]*(?:(?:more|less|shiny|small|big|single|whole|good|measly|fine|of|your|those|my|solid|pure) )*"
    r"(?:gold|silver|copper|coins?|crowns?|pieces?|pence|penny|pennies|shillings?|ducats?|florins?|marks?|dollars?|gil|gp|sp|cp|credits?)\b",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(
    r"\b(?:costs?|price (?:is|of)|pay(?: me)?|worth|for)\s+(?:only |just |about )?$|[$€£]\s?$", re.IGNORECASE
)
_THING_AFTER = re.compile(r"^[ -]*[a-z]", re.IGNORECASE)
# "a thousand thanks", "one or two", "the two of us", "two steps": no numbers of anything.
_IDIOM_AFTER = re.compile(
    r"^[ -]+(?:thanks|pardons|apologies|welcomes|times over|of us|of you|minds|faced|edged|steps?|words?|cents)\b",
    re.IGNORECASE,
)
_IDIOM_BEFORE = re.compile(r"\b(?:or|thing or|moment or|word or)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text, as it is written there at `start`; whether it is of coins."""

    value: float
    text: str
    start: int
    is_money: bool


def numbers(text: str) -> Iterator[Number]:
    """All numbers of a text but "one" in words, which is a pronoun as well, and idioms."""
    for found in _NUMBER.finditer(text):
        value = _value(found)
        before, after = text[: found.start()], text[found.end() :]
        is_one = value == 1 and found["words"] is not None
        if value is None or _IDIOM_AFTER.match(after) or (found["words"] and _IDIOM_BEFORE.search(before)):
            continue
        is_money = _MONEY.match(after) is not None or (
            _MONEY_BEFORE.search(before[-30:]) is not None
            and (not _THING_AFTER.match(after) or bool(re.search(r"[$€£]\s?$", before)))
        )
        if is_money or not is_one:
            yield Number(value, found[0], found.start(), is_money)


def _value(found: re.Match[str]) -> float | None:
    if found["digits"]:
        return float(found["digits"].replace(",", ""))
    words = re.findall(r"[a-z]+", found["words"].lower().removeprefix("a "))
    total = part = 0
    for word in (w for w in words if w != "and"):
        if word.endswith("s") and word not in _WORDS:
            return None  # "hundreds of": no number that anybody counted
        if word in _POWERS:
            part = max(part, 1) * _POWERS[word]
            if word != "hundred":
                total, part = total + part, 0
        elif word == "dozen" and part:
            part *= 12
        else:
            part += _WORDS[word]
    return float(total + part)
