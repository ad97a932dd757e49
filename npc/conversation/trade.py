"""Trade: wares, prices that follow how the character feels about the customer, bids, counter-bids, and the deal.

The character concedes towards its reserve price from bid to bid, faster for those whom it likes (the monotonic concession
of Rosenschein & Zlotkin 1994, cut down to one seller and three rounds). The game carries out what was agreed: a deal is an
effect of the decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from npc.conversation.reading import Clause
from npc.conversation.recall import price_of
from npc.conversation.reply import Reply
from npc.language.grammar import GRAMMAR
from npc.language.phrases import kind_of, singular, thing_in
from npc.language.senses import Ask, Sense
from npc.memory.ledger import Bid, Ledger
from npc.types import Effect

ROUNDS = 3  # after so many bids below it, the price is firm
SWAY = 0.25  # of the price: what full sympathy takes off, full dislike puts on
_ABOUT = re.compile(r"(?:tell me about|(?:and )?(?:what|how) about) (?P<item>.+)", re.IGNORECASE)
_NUMBERS: dict[str, int] = GRAMMAR["numbers"]


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

    @property
    def floor(self) -> int:
        return self.least if self.least is not None else -(-3 * self.price // 4)


@dataclass(frozen=True, slots=True)
class Stall:
    """What a character sells and what it takes instead of coins, and how it feels about the customer.

    Attributes:
        wares: by name.
        wants: things that it takes in exchange, with what they are worth to it in coins.
        sympathy: -1..1, from relationship and mood.
    """

    wares: Mapping[str, Ware]
    wants: Mapping[str, int]
    sympathy: float = 0.0

    def asks(self, item: str) -> int:
        """The price for this customer, never below the least."""
        ware = self.wares[item]
        return max(ware.floor, round(ware.price * (1 - SWAY * self.sympathy)))

    def pays(self, item: str) -> int:
        """What it gives this customer for something that it wants."""
        return max(0, round(self.wants[item] * (1 + SWAY * self.sympathy / 2)))

    def wanted(self, words: str) -> str:
        """What it wants that words name, "" where that is nothing."""
        one = singular(words.lower())
        return next((name for name in self.wants if one and kind_of(name) == kind_of(one)), "")

    def find(self, words: str) -> str:
        """The ware that words name, "" where none or more than one fits."""
        one = singular(words.lower())
        if one in self.wares:
            return one
        close = [name for name in self.wares if kind_of(name) == kind_of(one) or name in words.lower()]
        return close[0] if one and len(close) == 1 else ""


def answer(clause: Clause, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """The answer to a clause about prices and deals, with the bids of the ledger brought up to date; None where it is none."""
    meaning, values = clause.meaning, clause.meaning.values
    if meaning.sense is Sense.QUESTION and (about := _ABOUT.match(clause.text)) is not None and stall.wares:
        item = stall.find(thing_in(about["item"]))
        return _ask(item, stall.asks(item), "price", ledger, now) if item else None
    if meaning.sense is not Sense.TRADE and not (meaning.sense in {Sense.YES, Sense.NO} and ledger.asked == "deal"):
        return None
    if stall.wants and meaning.ask is Ask.BUYS:
        return _buys(values, ledger, stall, now)
    if not stall.wares and not (
        stall.wants and ledger.asked == "deal"
    ):  # the card has no prices: the model's way, with the card's lines for `trade`
        return None
    if meaning.ask is Ask.WARES:
        listed = [f"{name} for {_coins(stall.asks(name))}" for name in stall.wares]
        return Reply("wares", "was asked for its wares", {"seen": ", ".join(listed)}, "trade")
    if meaning.sense is Sense.YES or "deal" in values:
        return _close(ledger, stall, speaker, now)
    if meaning.sense is Sense.NO:
        return _refuse(ledger)
    item = _item(values, ledger, stall)
    if item == "" and "maybe" in values:  # "do you have children?"
        return None
    if item == "":
        named = thing_in(values.get("item", ""))
        return Reply("not_for_sale", f"does not sell {named}", {"item": named}, "refuse") if named else None
    if "mine" in values:
        return _swap(item, singular(thing_in(values["mine"])), ledger, stall, speaker, now)
    if "dear" in values:
        return _lower(item, None, ledger, stall, now)
    if "number" in values:
        return _lower(item, _number(values["number"]), ledger, stall, now, speaker)
    return _ask(item, stall.asks(item), "price", ledger, now)


def _item(values: Mapping[str, str], ledger: Ledger, stall: Stall) -> str:
    """What is traded: what the words name, else what lies on the table, was meant last, or is all there is."""
    if named := thing_in(values.get("item", "")):
        return stall.find(named)
    last = next((bid.item for bid in reversed(ledger.bids) if bid.state == "open" and bid.item in stall.wares), "")
    meant = next((found for thing in reversed(ledger.things) if (found := stall.find(thing.phrase))), "")
    return last or meant or (next(iter(stall.wares)) if len(stall.wares) == 1 else "")


def _ask(item: str, price: int, topic: str, ledger: Ledger, now: float) -> Reply:
    ledger.bid(Bid(item=item, by="npc", price=price, time=now))
    ledger.asked = "deal"
    return Reply(topic, f"asks {price} for {item}", {"item": item, "price": _coins(price)}, "trade")


def _lower(item: str, bid: int | None, ledger: Ledger, stall: Stall, now: float, speaker: str = "") -> Reply:
    """Answer a bid, or words that the price is too high: take it, come down, or stay firm."""
    floor = stall.wares[item].floor
    mine = next((b for b in reversed(ledger.bids) if b.item == item and b.by == "npc" and b.state == "open"), None)
    asked = mine.price if mine is not None and mine.price is not None else stall.asks(item)
    rounds = ledger.rounds.get(item, 0)
    ledger.rounds[item] = rounds + 1
    if bid is not None:
        ledger.bid(Bid(item=item, price=bid, time=now))
        if bid >= asked or (bid >= floor and rounds >= 1):
            return _sold(item, min(bid, asked), "", ledger, speaker, now)
    if rounds >= ROUNDS or asked <= floor:
        return _ask(item, asked, "firm", ledger, now)
    aim = max(floor, bid if bid is not None else floor)
    share = 0.5 + 0.25 * stall.sympathy
    price = max(floor, min(asked - 1, round(asked - share * (asked - aim))))
    return _ask(item, price, "counter", ledger, now)


def _swap(item: str, mine: str, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply:
    ledger.bid(Bid(item=item, against=mine, time=now))
    worth = stall.wants.get(mine, 0)
    if worth >= stall.wares[item].floor:
        return _sold(item, 0, mine, ledger, speaker, now)
    return _ask(item, stall.asks(item), "counter", ledger, now)


def _buys(values: Mapping[str, str], ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """What it pays for something that the customer has."""
    named = thing_in(values.get("item", ""))
    meant = [named] if named else [thing.phrase for thing in reversed(ledger.things)]
    item = next((want for words in meant if (want := stall.wanted(words))), "")
    if not item:
        named = singular(named)
        return Reply("no_use", f"has no use for {named}", {"item": named}, "refuse") if named else None
    price = stall.pays(item)
    ledger.bid(Bid(item=item, by="npc", price=price, time=now))
    ledger.asked = "deal"
    return Reply("buys", f"pays {price} for {item}", {"item": item, "price": _coins(price)}, "trade")


def _close(ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """The customer takes what was asked, or offered, last."""
    bid = ledger.open_bid("npc")
    if bid is not None and bid.item in stall.wants and bid.item not in stall.wares:
        return _bought(bid, ledger, speaker)
    return None if bid is None else _sold(bid.item, bid.price or 0, bid.against, ledger, speaker, now)


def _refuse(ledger: Ledger) -> Reply | None:
    bid = ledger.open_bid("npc")
    ledger.asked = ""
    if bid is None:
        return None
    ledger.bid(bid.model_copy(update={"state": "refused"}))
    return Reply("no_deal", f"made no deal about {bid.item}", {"item": bid.item}, "talk")


def _sold(item: str, price: int, against: str, ledger: Ledger, speaker: str, now: float) -> Reply:
    bid = Bid(item=item, price=price, against=against, state="agreed", time=now)
    ledger.bids = tuple(b for b in ledger.bids if b.item != item)
    ledger.bid(bid)
    ledger.rounds.pop(item, None)
    ledger.asked = ""
    effect = Effect("sell", {"item": item, "price": price, "against": against, "to": speaker})
    values = {"item": item, "price": price_of(bid)}
    return Reply("sold", f"sold {item} for {price_of(bid)}", values, "trade", effects=(effect,))


def _bought(bid: Bid, ledger: Ledger, speaker: str) -> Reply:
    ledger.bid(bid.model_copy(update={"state": "agreed"}))
    ledger.asked = ""
    effect = Effect("buy", {"item": bid.item, "price": bid.price or 0, "from": speaker})
    values = {"item": bid.item, "price": price_of(bid)}
    return Reply("bought", f"bought {bid.item} for {price_of(bid)}", values, "trade", effects=(effect,))


def _number(word: str) -> int:
    return int(word) if re.fullmatch(r"\d+", word) else _NUMBERS.get(word.lower(), 1)


def _coins(price: int) -> str:
    return "1 coin" if price == 1 else f"{price} coins"
