"""Bids: what the character asks or pays, how it answers a bid, and goods for goods.

It concedes towards its reserve price from bid to bid, faster for those whom it likes (the monotonic concession of Rosenschein
& Zlotkin 1994, cut down to two sides and three rounds), be it that it sells or that it buys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from npc.conversation.deals import bought, sold
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, called, coins, counted, number, offered
from npc.language.phrases import singular, thing_in
from npc.memory.ledger import Bid, Ledger

ROUNDS = 3  # after so many bids below it, the price is firm
_STANDS = 1.7  # a price that was haggled down, or named in a better mood, is not taken back but by an enemy
DEAL = "deal"  # what the character waits to hear after it has named a price
GOODS, WARES = "goods", "wares"  # and after it has told what it buys, or what it sells


def ask(item: str, price: int, topic: str, ledger: Ledger, now: float, count: int = 1) -> Reply:
    if topic == "price":  # what was named before stands, unless much has come between the two
        told = next((b.price for b in reversed(ledger.bids) if _is_asked(b, item, count)), None)
        price = told if told is not None and told <= price <= told * _STANDS else price
    ledger.bid(Bid(item=item, by="npc", price=price, time=now, count=count))
    ledger.asked = DEAL
    named = called(item, count)
    return Reply(topic, f"asks {price} for {named}", {"item": named, "price": coins(price)}, "trade")


def _is_asked(bid: Bid, item: str, count: int) -> bool:
    return (bid.item, bid.count, bid.by, bid.state, bid.buys) == (item, count, "npc", "open", False)


def lower(
    item: str,
    bid: int | None,
    ledger: Ledger,
    stall: Stall,
    now: float,
    speaker: str = "",
    against: str = "",
    worth: int = 0,
    count: int = 0,
) -> Reply:
    """Answer a bid, or words that the price is too high: take it, come down, or stay firm.

    Args:
        against: what comes with the coins of the bid, and is `worth` so many more.
        count: how many, where that is not what was asked for before.
    """
    mine = next((b for b in reversed(ledger.bids) if b.item == item and b.by == "npc" and b.state == "open"), None)
    if count and mine is not None and mine.count != count:
        mine = None
    count = count or (mine.count if mine is not None else 1)
    floor = stall.least(item, count)
    if bid is not None and count > 1 and bid < floor / 2 <= bid * count:  # "4 each", for short
        bid *= count
    asked = mine.price if mine is not None and mine.price is not None else stall.asks(item, count)
    rounds = ledger.haggle(item)
    if bid is not None:
        ledger.bid(Bid(item=item, price=bid, time=now, count=count))
        if bid + worth >= floor:
            paid_in = {"price": min(bid, max(asked - worth, 0)), "against": against}
            return sold(Bid(item=item, time=now, count=count, **paid_in), ledger, stall, speaker)  # type: ignore[arg-type]
    if rounds >= ROUNDS or asked <= floor:
        return ask(item, asked, "firm", ledger, now, count)
    aim = max(floor, bid if bid is not None else floor)
    share = 0.5 + 0.25 * stall.sympathy
    price = max(floor, min(asked - 1, round(asked - share * (asked - aim))))
    return ask(item, price, "counter", ledger, now, count)


def pay_more(named: str, values: Mapping[str, str], ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """Answer what the customer wants for his goods: pay it, go up a little, or stay firm."""
    mine = ledger.open_bid("npc")
    count, words = counted(named)
    item = stall.wanted(words) or (mine.item if mine is not None and mine.buys else "")
    item = item or next((want for thing in reversed(ledger.things) if (want := stall.wanted(thing.phrase))), "")
    if not item:
        return None
    if mine is not None and mine.buys and mine.item == item:
        count, offered = mine.count, mine.price or 0
    else:
        offered = stall.pays(item, count)
    wanted, rounds, most = number(values.get("number", "")), ledger.haggle(item), stall.most(item, count)
    if wanted is not None and ("each" in values or (count > 1 and wanted < offered / 2)):
        wanted *= count  # "2 then", of six
    if wanted is not None and wanted <= max(offered, most):
        return bought(Bid(item=item, by="npc", price=wanted, time=now, count=count, buys=True), ledger, speaker)
    if rounds < ROUNDS and offered < most:
        aim = min(most, wanted if wanted is not None else most)
        offered = min(most, max(offered + 1, round(offered + (0.5 + 0.25 * stall.sympathy) * (aim - offered))))
    return offer(item, offered, count, ledger, now)


def offer(item: str, price: int, count: int, ledger: Ledger, now: float) -> Reply:
    ledger.bid(Bid(item=item, by="npc", price=price, time=now, count=count, buys=True))
    ledger.asked = DEAL
    named = called(item, count)
    return Reply("buys", f"pays {price} for {named}", {"item": named, "price": coins(price)}, "trade")


def swap(item: str, words: str, ledger: Ledger, stall: Stall, speaker: str, now: float, asks: bool = False) -> Reply | None:
    """Goods for a ware: taken where they are worth it, else what is to come on top is asked.

    Args:
        words: of the goods, and coins with them.
        asks: it is a question, which closes no deal: "what about my amber?".
    """
    paid, goods, useless = offered(words, stall)
    if useless or not goods:
        one = singular(useless[0]) if useless else ""
        if item and one:
            ledger.bid(Bid(item=item, against=one[:120], time=now))
        ledger.asked = GOODS
        return Reply("no_use", f"has no use for {one}", {"item": one}, "refuse") if one else None
    if not item:
        return buys_what({"item": words}, ledger, stall, now)
    against = " and ".join(called(want, count) for count, want in goods)
    worth = paid + sum(stall.pays(want, count) for count, want in goods)
    ledger.bid(Bid(item=item, price=paid or None, against=against[:120], time=now))
    if worth >= stall.least(item) and not asks:
        return sold(Bid(item=item, price=paid, against=against[:120], time=now), ledger, stall, speaker)
    return put_down(item, goods, paid, ledger, stall, now)


def put_down(
    item: str, goods: Sequence[tuple[int, str]], paid: int, ledger: Ledger, stall: Stall, now: float, count: int = 1
) -> Reply:
    """What is asked beside goods that the customer puts down: nothing where they, and his coins, are worth the least."""
    worth = sum(stall.pays(want, n) for n, want in goods)
    against = " and ".join(called(want, n) for n, want in goods)[:120]
    asked = next((b for b in reversed(ledger.bids) if (b.item, b.by, b.state) == (item, "npc", "open") and b.price), None)
    price = asked.price if asked is not None and asked.price is not None and not asked.against else stall.asks(item, count)
    rest = paid if paid + worth >= stall.least(item, count) else max(price - worth, paid)
    bid = Bid(item=item, by="npc", price=rest, against=against, time=now, count=count)
    ledger.bid(bid)
    ledger.asked = DEAL
    told = {"item": called(item, count), "price": priced(bid)}
    return Reply("counter", f"asks {told['price']} for {told['item']}", told, "trade")


def priced(bid: Bid) -> str:
    """ "9 coins", "your amber", "your amber and 9 coins"."""
    parts = [*([f"your {bid.against}"] if bid.against else []), *([coins(bid.price)] if bid.price else [])]
    return " and ".join(parts) or coins(0)


def buys_what(values: Mapping[str, str], ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """What it pays for something that the customer has; of nothing in particular, what it buys at all."""
    count, named = counted(thing_in(values.get("item", "")))
    meant = [named] if named else [thing.phrase for thing in reversed(ledger.things)]
    item = next((want for words in meant if (want := stall.wanted(words))), "")
    mine = ledger.open_bid("npc")
    if item and not named and mine is not None and mine.buys and mine.item == item:
        count = mine.count
    if item and ("item" in values or "for_it" in values):
        return offer(item, stall.pays(item, count), count, ledger, now)
    if named and "maybe" in values:  # "do you want an apple?" may be meant as a gift
        return None
    if named:
        one = singular(named)
        return Reply("no_use", f"has no use for {one}", {"item": one}, "refuse")
    if item:
        return offer(item, stall.pays(item, count), count, ledger, now)
    ledger.asked = GOODS
    told = ", ".join(f"{name} for {coins(stall.pays(name))}" for name in stall.wants)
    return Reply("wants", "was asked what it buys", {"seen": told}, "trade")


def no_use(values: Mapping[str, str]) -> Reply | None:
    """What it says who buys nothing, of a thing that is named."""
    one = singular(counted(thing_in(values.get("item", "")))[1])
    return Reply("no_use", f"has no use for {one}", {"item": one}, "refuse") if one and "maybe" not in values else None


def shown(values: Mapping[str, str], ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """ "I have two wolf pelts": what it pays for them, where it wants them or has just said what it wants."""
    count, named = counted(thing_in(values.get("item", "")))
    if want := stall.wanted(named):
        return offer(want, stall.pays(want, count), count, ledger, now)
    if ledger.asked != GOODS or not named:
        return None
    one = singular(named)
    return Reply("no_use", f"has no use for {one}", {"item": one}, "refuse")
