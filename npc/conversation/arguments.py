"""What is brought forward for a price: the middle between two bids, what somebody else asks, what goods would fetch."""

from __future__ import annotations

import re

from npc.conversation.bids import DEAL, ask, buys_what, lower, pay_more, swap
from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, counted, number
from npc.language.formulas import patterns
from npc.language.phrases import thing_in
from npc.memory.ledger import Bid, Ledger

_MIDDLE, _RIVAL, _MATCH, _GETS, _FOR_GOODS = patterns("haggling.yaml", "middle rival match gets for_goods")
_IT = frozenset({"", "it", "them", "that", "one", "his", "theirs"})


def goes_on(said: str) -> bool:
    """Whether words argue about what lies on the table, whatever else they may mean."""
    return _MIDDLE.match(said) is not None or _MATCH.match(said) is not None


def answer(clause: Clause, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """The answer to an argument about a price; None where there is none."""
    said = clause.text.strip()
    mine = ledger.open_bid("npc") if ledger.asked == DEAL else None
    if _MIDDLE.match(said) is not None:
        return _in_the_middle(mine, ledger, stall, speaker, now)
    if _MATCH.match(said) is not None:
        return _as_low_as(ledger.open_bid("npc"), ledger, stall, now)
    if (rival := _RIVAL.match(said)) is not None:
        return _of_a_rival(rival, mine, ledger, stall, now)
    if (gets := _GETS.match(said)) is not None and stall.wanted(counted(thing_in(gets["goods"]))[1]):
        return buys_what({"item": gets["goods"]}, ledger, stall, now)
    if (pair := _FOR_GOODS.match(said)) is not None and stall.wanted(thing_in(pair["goods"])):
        item = stall.find(pair["item"]) or stall.find(thing_in(pair["item"]))
        asks = clause.said.rstrip().endswith("?")
        return swap(item, pair["goods"], ledger, stall, speaker, now, asks=asks) if item else None
    return None


def _theirs(mine: Bid, ledger: Ledger) -> int | None:
    """The last bid of the customer for what lies on the table."""
    bids = (b for b in reversed(ledger.bids) if b.by == "player" and b.item == mine.item and b.state == "open")
    return next((b.price for b in bids if b.price is not None), None)


def _in_the_middle(mine: Bid | None, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """ "Meet me in the middle": a bid of what lies between the two; where the customer has bid nothing, that it is dear."""
    if mine is None or mine.price is None:
        return None
    theirs = _theirs(mine, ledger)
    if mine.buys:
        return pay_more("", {} if theirs is None else {"number": str((theirs + mine.price) // 2)}, ledger, stall, speaker, now)
    middle = None if theirs is None or theirs >= mine.price else (theirs + mine.price + 1) // 2
    return lower(mine.item, middle, ledger, stall, now, speaker, count=mine.count)


def _of_a_rival(found: re.Match[str], mine: Bid | None, ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """ "Your neighbour sells rope for 2": it comes down towards that, as far as it does; the number is kept as a bid."""
    words = thing_in(found["item"] or "") if (found["item"] or "").lower() not in _IT else ""
    item = stall.find(words) if words else mine.item if mine is not None and not mine.buys else ""
    price = number(found["n"])
    if not item or price is None:
        return None
    count = mine.count if mine is not None and mine.item == item else 1
    if mine is None or mine.item != item:
        ask(item, stall.asks(item, count), "price", ledger, now, count)
    reply = lower(item, None, ledger, stall, now, count=count)
    ledger.bid(Bid(item=item, price=price, time=now, count=count))
    return reply


def _as_low_as(mine: Bid | None, ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """ "Can you match that?": it names that price where it may, and closes nothing; else as low as it goes."""
    theirs = _theirs(mine, ledger) if mine is not None and not mine.buys else None
    if mine is None or theirs is None:
        return None
    floor = stall.least(mine.item, mine.count)
    if theirs >= floor:
        return ask(mine.item, theirs, "counter", ledger, now, mine.count)
    return ask(mine.item, min(mine.price or floor, max(floor, theirs)), "firm", ledger, now, mine.count)
