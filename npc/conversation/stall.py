"""What a character sells and buys, and for how much: wares, what it wants, and how words name them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from npc.language.grammar import GRAMMAR
from npc.language.kinds import COMMON, akin
from npc.language.phrases import kind_of, plural, singular, thing_in
from npc.memory.ledger import LONGEST

SWAY = 0.25  # of the price: what full sympathy takes off, full dislike puts on
PLAIN = 0.25  # sympathy up to which, either way, the price is what the card says
_NUMBERS: dict[str, int] = {**GRAMMAR["numbers"], "couple": 2, "dozen": 12}
_COUNTED = re.compile(r"^(?:(?:a|the|my|these|those|all|both) )?(?P<count>\d{1,4}|[a-z]+)(?: of)? (?P<rest>[a-z].*)$")
_COINS = frozenset({"coin", "gold", "silver", "copper", "piece"})
_OF = re.compile(r" (?:for|of|with|in|from|to) ")
_TOGETHER = re.compile(r" (?:together|altogether|in total)$", re.IGNORECASE)
_AND = re.compile(r",? (?:and|plus) ", re.IGNORECASE)
_SEVERAL = re.compile(r",? (?:and|plus) (?:the |an? |some |your )?|, (?:the |an? |some )?")


class Ware(BaseModel):
    """Something for sale. In YAML a number alone is its price."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    price: int = Field(ge=0, le=1_000_000)
    """Coins that it asks from somebody whom it neither likes nor dislikes."""
    least: int | None = Field(default=None, ge=0, le=1_000_000)
    """Coins below which it never sells; three quarters of the price where left out."""

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        return {"price": value} if isinstance(value, (int, str)) else value

    @model_validator(mode="after")
    def _least_is_no_more(self) -> Ware:
        if self.least is not None and self.least > self.price:
            raise ValueError(f"`least` ({self.least}) is more than the price ({self.price})")
        return self

    @property
    def floor(self) -> int:
        return self.least if self.least is not None else -(-3 * self.price // 4)


@dataclass(frozen=True, slots=True)
class Stall:
    """What a character sells and what it takes instead of coins, and how it feels about the customer.

    Several wares that go together are named as one: "axe and knife", "2 pie and ale".

    Attributes:
        wares: by name.
        wants: things that it takes in exchange, with what they are worth to it in coins.
        sympathy: -1..1, from relationship and mood.
    """

    wares: Mapping[str, Ware]
    wants: Mapping[str, int]
    sympathy: float = 0.0

    @property
    def _felt(self) -> float:
        """What sympathy does to prices: nothing for strangers, in whatever mood."""
        return math.copysign(max(abs(self.sympathy) - PLAIN, 0.0) / (1 - PLAIN), self.sympathy)

    def parts(self, item: str) -> list[tuple[int, str]]:
        """How many of which wares a name means: more than one of "axe and knife", "2 pie and ale"."""
        for count, rest in ((1, item), counted(item)):
            if rest in self.wares:
                return [(count, rest)]
            first = max((name for name in self.wares if rest.startswith(f"{name} and ")), key=len, default=None)
            if first is not None:
                return [(count, first), *self.parts(rest[len(first) + len(" and ") :])]
        return [(1, item)]

    def shares(self, item: str, price: int) -> list[tuple[str, int, int]]:
        """What goes together, each with how many of it, and its share of a price; the first bears what is left over."""
        parts = self.parts(item)
        shares = [price * n * self.asks(part) // max(self.asks(item), 1) for n, part in parts]
        shares[0] += price - sum(shares)
        return [(part, n, share) for (n, part), share in zip(parts, shares, strict=True)]

    def has(self, item: str, buys: bool) -> bool:
        """Whether it still sells, or buys, what is on the table: a card may be edited meanwhile."""
        return item in self.wants if buys else all(part in self.wares for _, part in self.parts(item))

    def asks(self, item: str, count: int = 1) -> int:
        """The price of so many for this customer, never below the least."""
        return count * sum(
            n * max(self.wares[part].floor, round(self.wares[part].price * (1 - SWAY * self._felt)))
            for n, part in self.parts(item)
        )

    def least(self, item: str, count: int = 1) -> int:
        """Coins below which so many are never sold."""
        return count * sum(n * self.wares[part].floor for n, part in self.parts(item))

    def pays(self, item: str, count: int = 1) -> int:
        """What it gives this customer for so many of what it wants."""
        return count * max(0, round(self.wants[item] * (1 + SWAY * self._felt / 2)))

    def most(self, item: str, count: int = 1) -> int:
        """What it gives at most, whoever haggles."""
        return max(self.pays(item, count), count * round(self.wants[item] * (1 + SWAY)))

    def wanted(self, words: str) -> str:
        """What it wants that words name, "" where that is nothing."""
        one = singular(words.lower())
        if one.split()[-1:] == ["coin"] and not {*one.split()[:-1]} & {
            word for name in self.wants for word in name.split()[:-1]
        }:
            return ""  # "two coins" pay
        said, first = words.lower(), one if one not in COMMON else ""
        close = (
            n for n in self.wants if kind_of(n) == kind_of(one) or n in said or n.split()[0] == first or _run(n) == _run(one)
        )
        return next(close, "") if one else ""

    def find(self, words: str) -> str:
        """The ware that words name, or several ("axe and knife"); "" where none or more than one fits."""
        if words.lower() in self.wares:  # "bow and arrows" may be one
            return words.lower()
        words = _TOGETHER.sub("", words)
        parts = [part for part in _SEVERAL.split(words.lower()) if part]
        found = [self.meant(part) for part in parts]
        if len(found) == 1 and len(found[0]) == 2 and words.lower().startswith("both "):  # "both potions"
            found, parts = [[name] for name in found[0]], found[0]
        if not found or any(len(close) != 1 for close in found):
            return ""
        counts = {close[0]: counted(part)[0] for part, close in zip(parts, found, strict=True) if part not in self.wares}
        many = {name: count for name, count in counts.items() if count > 1} if len(parts) > 1 else {}
        named = " and ".join(dict.fromkeys(f"{many[name]} {name}" if name in many else name for [name] in found))
        return named if len(named) <= LONGEST else ""

    def names(self, words: str) -> bool:
        """Whether words name a ware and nothing else: no "bread thief"."""
        return any(len(counted(words)[1].split()) <= len(name.split()) for name in self.meant(words))

    def several(self, words: str) -> tuple[int, str]:
        """How many of what, as `counted`; of several wares each with its own number ("2 pies and an ale") once all of them."""
        found = self.find(words)
        return (1, found) if " and " in found and found not in self.wares else counted(words)

    def meant(self, words: str) -> list[str]:
        """All wares that words may mean: both potions of "potion", the red one of "red one", the sword of "blade"."""
        one = singular(words.lower())
        if one in self.wares or not one:
            return [one] if one else []
        said = words.lower().split()
        last = one.split()[-1]
        fits = (
            [name for name in self.wares if name in one or _run(name) == _run(one)],  # "patchkits"
            [name for name in self.wares if kind_of(name) == last and set(one.split()) <= set(name.split())],
            [name for name in self.wares if kind_of(name) == last],
            [name for name in self.wares if head_of(name) == last],
            [name for name in self.wares if last == "one" and set(said[:-1]) & set(name.split())],
            [name for name in self.wares if akin(name, one)],
            [name for name in self.wares if last in name.split()[:-1] and len(said) < 3],  # "one red and one blue"
        )
        return next(filter(None, fits), [])


def head_of(name: str) -> str:
    """What a ware is: "bed" of "bed for the night"."""
    return kind_of(_OF.split(name)[0])


def counted(words: str) -> tuple[int, str]:
    """How many of what: (2, "ropes") of "two ropes", (1, "rope") of "rope"."""
    found = _COUNTED.match(words.lower().strip())
    count = number(found["count"]) if found is not None else None
    return (count, found["rest"]) if found is not None and count else (1, words)


def named(words: str) -> str:
    """The things of words, without articles: "2 pies and ale" of "the 2 pies and an ale"."""
    return " and ".join(filter(None, map(thing_in, _AND.split(words))))


def number(word: str) -> int | None:
    """The number that a word or digits stand for, None of other words."""
    return int(word) if re.fullmatch(r"\d+", word) else _NUMBERS.get(word.lower())


def _run(name: str) -> str:
    """A name as it may be run together: "patchkit"."""
    return name.replace(" ", "")


def called(item: str, count: int = 1) -> str:
    """A thing, or so many of it, as it is named in a line: "rope", "3 ropes", "2 pies and ale"."""
    if " and " in item:
        return " and ".join(called(name, n * count) for n, name in map(counted, item.split(" and ")))
    return item if count == 1 else f"{count} {plural(item)}"


def coins(price: int) -> str:
    """A price in words."""
    return "1 coin" if price == 1 else f"{price} coins"


def offered(words: str, stall: Stall) -> tuple[int, list[tuple[int, str]], list[str]]:
    """What a customer puts down: coins, how many of which things that it wants, and what it has no use for."""
    paid, goods, useless = 0, [], []
    for part in filter(None, _SEVERAL.split(words.strip(" .!?").lower())):
        count, item = counted(part)
        item = thing_in(item) or item
        is_coins = singular(item.rpartition(" ")[2]) in _COINS or number(part) is not None
        if is_coins and singular(item) not in stall.wants:
            paid += number(part) or count
        elif want := stall.wanted(item):
            goods.append((count, want))
        else:
            useless.append(item)
    return paid, goods, useless
