"""Paying for what was sold: coins for a sale just made are no new bid, and hand nothing over again."""

from __future__ import annotations

import re

from npc.conversation.reading import Clause
from npc.conversation.recall import price_of
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, called, named, number
from npc.language.senses import Ask, Sense
from npc.memory.ledger import Ledger

_HANDS_OVER = re.compile(
    r"(?:here (?:is|are|you go|you are)|there you (?:go|are)|take(?: my money|(?= \d))|I (?:will )?pay|the (?:money|coins?)\b)",
    re.IGNORECASE,
)
_MORE = re.compile(r"\b(?:another|more|second|again)\b", re.IGNORECASE)
_FRESH = 120.0  # seconds for which coins are for the sale just made


def paid(clause: Clause, ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """Coins for what was sold just now are no new bid, and hand nothing over again. None where there was no such sale."""
    if (
        clause.sense is not Sense.TRADE
        or clause.meaning.ask is not Ask.NONE
        or {"sells", "mine"} & clause.meaning.values.keys()
    ):
        return None
    values, sale = clause.meaning.values, next((b for b in reversed(ledger.bids) if b.state != "open"), None)
    if sale is None or sale.buys or sale.against or sale.state not in {"agreed", "paid"} or not 0 <= now - sale.time <= _FRESH:
        return None
    if any(b.by == "npc" and b.state == "open" and b.time > sale.time for b in ledger.bids):  # another is spoken of since
        return None
    handed = _HANDS_OVER.match(clause.text) is not None
    if not (handed or ("number" in values and "item" not in values)) or _MORE.search(clause.text):
        return None
    goods = named(values.get("item", ""))
    if goods and stall.find(goods) != sale.item:
        return None
    told = {"item": called(sale.item, sale.count), "price": price_of(sale)}
    if sale.state == "paid":
        return Reply("paid_before", f"is paid for {told['item']} already", told, "talk")
    given = number(values.get("number", ""))
    if given is not None and given < (sale.price or 0):
        return Reply("agreed", f"agreed on {told['price']}", told, "talk")
    ledger.bids = tuple(b.model_copy(update={"state": "paid"}) if b is sale else b for b in ledger.bids)
    return Reply("paid", f"was paid for {told['item']}", told, "talk")


def handed_over(reply: Reply | None, clause: Clause, ledger: Ledger) -> Reply | None:
    """The reply; who closes a sale with the coins in hand has paid."""
    if reply is not None and reply.topic == "sold" and _HANDS_OVER.match(clause.text):
        ledger.bids = (*ledger.bids[:-1], ledger.bids[-1].model_copy(update={"state": "paid"}))
    return reply
