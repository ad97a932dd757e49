"""Bargains with a character that neither sells nor buys: it says so, of the thing that is meant, whatever is bid for it.

What is bid is noted in the ledger all the same, so that "20 then" is known to be for the sword, and "what did
I offer?" is answered.
"""

from __future__ import annotations

import re

from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.stall import coins, counted, number
from npc.language.formulas import group, patterns
from npc.language.phrases import thing_in
from npc.language.senses import Ask, Sense
from npc.memory.ledger import LONGEST, Bid, Ledger

_ARTICLE = re.compile(r"\b(?:an?|my|some|this) ", re.IGNORECASE)
_COINS = re.compile(r"\b(?:coins?|gold|silver|coppers?|crowns?|give|pay|offer)\b", re.IGNORECASE)
ASKED = "bid"  # what the ledger says is waited for after a thing was bid for
_BUYS, _SELLS, _SWAPS, _BIDS, _DEAL, _FOR_WHAT, _BRIBE, _GOODS = patterns(
    "bidding.yaml", "buys sells swaps bids deal for_what bribe goods"
)
_NO_THING = frozenset(
    {"it", "that", "this", "them", "those", "these", "one", "something", "anything", "things", "stuff", "you", "me"}
)


def answer(clause: Clause, ledger: Ledger, now: float, known: bool = False) -> Reply | None:
    """The answer to a clause that buys, sells, swaps or bids; None where it does nothing of the kind.

    Args:
        known: the card has an answer of its own to what is asked for.
    """
    text, sense = clause.text.strip(), clause.sense
    if len(text) > 160 or sense in {Sense.FORBID, Sense.CEASE, Sense.SELF}:
        return None
    if is_bribe(text):
        return Reply("bribe", "was offered a bribe", {}, "refuse")
    on_table = ledger.open_bid("player") if ledger.asked == ASKED else None
    if (swap := _SWAPS.match(text)) is not None and (item := _thing(group(swap, "item"), on_table)):
        return _refused(Bid(item=item, against=_thing(group(swap, "mine"), None)[:LONGEST], time=now), ledger)
    if not known and (buys := _BUYS.match(text)) is not None and (item := _thing(group(buys, "item"), on_table)):
        return _refused(Bid(item=item, time=now), ledger)
    if (sells := _SELLS.match(text)) is not None and (item := _thing(group(sells, "item"), on_table)):
        return _refused(Bid(item=item, buys=True, time=now), ledger)
    bid = _BIDS.match(text)
    if on_table is None and bid is not None and _COINS.search(text) is not None and (item := _thing(group(bid, "item"), None)):
        on_table = Bid(item=item, time=now)  # "I will give you 2 coins for your lute"
    if on_table is None:
        return None
    if bid is not None:
        price, more = number(group(bid, "n")), _thing(group(bid, "mine"), None)
        return _refused(on_table.model_copy(update={"price": price, "against": more[:LONGEST], "time": now}), ledger)
    if on_table.against and sense is Sense.OTHER and (goods := _GOODS.match(text)) is not None:  # "a ring and a knife!"
        mine = _ARTICLE.sub("", group(goods, "mine"))[:LONGEST]
        return _refused(on_table.model_copy(update={"against": mine, "time": now}), ledger)
    if _FOR_WHAT.match(text) is not None or _DEAL.match(text) is not None or clause.meaning.ask in {Ask.PRICE, Ask.BUYS}:
        return _refused(on_table.model_copy(update={"price": None, "against": "", "time": now}), ledger)
    return None


def is_bribe(words: str) -> bool:
    """Whether `plain` words offer coins for looking away, or the like."""
    return _BRIBE.match(words.strip()) is not None


def _thing(words: str, on_table: Bid | None) -> str:
    """The thing that words name; of "it" the one that is bid for."""
    item = thing_in(counted(words.strip())[1]) or ""
    if item in _NO_THING or not item:
        return on_table.item if on_table is not None else ""
    return item[:LONGEST]


def _refused(bid: Bid, ledger: Ledger) -> Reply:
    """What is bid is put down, and refused for good: the lines tell what for."""
    ledger.bid(bid)
    ledger.asked = ASKED
    told = {"item": bid.item, "thing": bid.item}
    if bid.price is not None or bid.against:
        offer = " and ".join(
            filter(None, (coins(bid.price) if bid.price is not None else "", bid.against and f"your {bid.against}"))
        )
        topic = "buys_not_for" if bid.buys else "sells_not_for"
        return Reply(topic, f"does not deal, for {offer}", {**told, "price": offer}, "refuse")
    return Reply("buys_nothing" if bid.buys else "sells_nothing", f"does not deal in {bid.item}", told, "refuse")
