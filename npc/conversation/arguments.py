"""What is brought forward for a price: the middle between two bids, what somebody else asks, what goods would fetch."""

from __future__ import annotations

import re

from npc.conversation.bids import DEAL, ask, buys_what, lower, offer, pay_more, swap
from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, coins, counted, number
from npc.language.formulas import patterns
from npc.language.phrases import thing_in
from npc.memory.ledger import Bid, Deed, Ledger

_MIDDLE, _RIVAL, _MATCH, _GETS, _FOR_GOODS, _ENOUGH, _KEEP_CHANGE, _TAKES_SOME, _SAME_PRICE, _SO_MANY, _FEW_THEN = patterns(
    "haggling.yaml", "middle rival match gets for_goods enough keep_change takes_some same_price so_many few_then"
)
_IT = frozenset({"", "it", "them", "that", "one", "his", "theirs"})


def goes_on(said: str) -> bool:
    """Whether words argue about what lies on the table, whatever else they may mean."""
    return any(pattern.match(said) is not None for pattern in (_MIDDLE, _MATCH, _ENOUGH, _TAKES_SOME, _SAME_PRICE))


def answer(clause: Clause, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """The answer to an argument about a price; None where there is none."""
    said = clause.text.strip()
    mine = ledger.open_bid("npc") if ledger.asked == DEAL else None
    if _MIDDLE.match(said) is not None:
        return _in_the_middle(mine, ledger, stall, speaker, now)
    if _MATCH.match(said) is not None:
        return _as_low_as(ledger.open_bid("npc"), ledger, stall, now)
    few = _FEW_THEN.match(said) if mine is not None and mine.count > 1 else None
    if mine is not None and not mine.buys and (enough := _ENOUGH.match(said) or few) is not None:
        count = number(enough["n"]) or 1
        return ask(mine.item, stall.asks(mine.item, count), "price", ledger, now, count) if " and " not in mine.item else None
    if (same := _SAME_PRICE.match(said)) is not None:
        return _at_the_same(same["item"], ledger, stall, now)
    if mine is not None and mine.buys and (some := _TAKES_SOME.match(said) or _SO_MANY.match(said)) is not None:
        count = number(some["n"]) or 1
        each = (mine.price or 0) // max(mine.count, 1)
        return offer(mine.item, each * count, count, ledger, now)
    if _KEEP_CHANGE.match(said) is not None:
        return _tipped(ledger)
    if (rival := _RIVAL.match(said)) is not None:
        return _of_a_rival(rival, mine, ledger, stall, speaker, now)
    if (gets := _GETS.match(said)) is not None and stall.wanted(counted(thing_in(gets["goods"]))[1]):
        return buys_what({"item": gets["goods"]}, ledger, stall, now)
    if (pair := _FOR_GOODS.match(said)) is not None and stall.wanted(thing_in(pair["goods"])):
        item = stall.find(pair["item"]) or stall.find(thing_in(pair["item"]))
        asks = clause.said.rstrip().endswith("?")
        return swap(item, pair["goods"], ledger, stall, speaker, now, asks=asks) if item else None
    return None


def _tipped(ledger: Ledger) -> Reply | None:
    """ "Keep the change": what was paid too much last is a gift."""
    last = next((d for d in reversed(ledger.deeds) if d.what in {"paid", "sold"}), None)
    if last is None or last.what != "paid":
        return None
    due = sum(d.price for d in ledger.deeds if d.what == "sold" and d.time == last.time)
    if last.price <= due:
        return None
    ledger.did(Deed(what="given", item="coin", count=last.price - due, time=last.time))
    return Reply("given", f"was given {coins(last.price - due)}", {"thing": coins(last.price - due)}, "celebrate")


def _at_the_same(words: str, ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """ "And the blue one for the same?": what the last thing was sold for, where it may be; else what it asks."""
    sale = next((d for d in reversed(ledger.deeds) if d.what == "sold" and not d.against), None)
    kind = sale.item.rpartition(" ")[2] if sale is not None else ""
    item = stall.find(thing_in(words)) or stall.find(re.sub(r"\bone\b", kind, thing_in(words) or words))
    if sale is None or not item:
        return None
    price = sale.price // max(sale.count, 1)
    if price < stall.least(item):
        return ask(item, stall.asks(item), "firm", ledger, now)
    return ask(item, min(price, stall.asks(item)), "counter", ledger, now)


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


def _of_a_rival(found: re.Match[str], mine: Bid | None, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """ "Your neighbour sells rope for 2": it comes down towards that, as far as it does; the number is kept as a bid."""
    words = thing_in(found["item"] or "") if (found["item"] or "").lower() not in _IT else ""
    item = stall.find(words) if words else mine.item if mine is not None and not mine.buys else ""
    price = number(found["n"])
    if mine is not None and mine.buys and not words and price is not None:
        return pay_more("", {}, ledger, stall, speaker, now)
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
