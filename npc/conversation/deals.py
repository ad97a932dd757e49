"""A deal closed, or not: what changes hands is an effect that the game carries out."""

from __future__ import annotations

from npc.conversation.recall import price_of
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, called
from npc.memory.ledger import Bid, Deed, Ledger
from npc.types import Effect

_FRESH = 120.0  # seconds for which a deal is spoken of


def close(ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """The customer takes what was asked, or offered, last."""
    bid = ledger.open_bid("npc")
    if bid is None:
        return None
    return bought(bid, ledger, speaker) if bid.buys else sold(bid, ledger, stall, speaker)


def refuse(ledger: Ledger) -> Reply | None:
    bid = ledger.open_bid("npc")
    ledger.asked = ""
    if bid is None:
        return None
    ledger.bid(bid.model_copy(update={"state": "refused"}))
    return Reply("no_deal", f"made no deal about {bid.item}", {"item": bid.item}, "talk")


def sold(bid: Bid, ledger: Ledger, stall: Stall, speaker: str) -> Reply:
    """An effect for each ware; the first of several bears what the price is more than the sum of the others."""
    agreed = bid.model_copy(update={"by": "player", "state": "agreed"})
    ledger.bids = tuple(b for b in ledger.bids if b.item != bid.item)
    ledger.bid(agreed)
    ledger.rounds.pop(bid.item, None)
    ledger.asked = ""
    back = 0
    if bid.against in stall.wares:  # which it had sold
        back = exchanged_for_less(bid.against, bid.item, ledger, stall) if not bid.price else 0
        ledger.did(Deed(what="refunded", item=bid.against, price=back, time=bid.time))
        ledger.bids = tuple(b for b in ledger.bids if b.item != bid.against)
    effects = tuple(
        Effect(
            "sell",
            {"item": part, "price": share, "against": "" if back else bid.against, "to": speaker, "count": n * bid.count},
        )
        for part, n, share in stall.shares(bid.item, bid.price or 0)
    )
    if back:  # what comes back was dearer
        effects = (Effect("buy", {"item": bid.against, "price": back, "from": speaker, "count": 1}), *effects)
    for place, (part, n, share) in enumerate(stall.shares(bid.item, bid.price or 0)):
        against = "" if place else bid.against
        ledger.did(Deed(what="sold", item=part, count=n * bid.count, price=share, against=against, time=bid.time))
    values = {"item": called(bid.item, bid.count), "price": price_of(agreed)}
    return Reply("sold", f"sold {values['item']} for {price_of(agreed)}", values, "trade", effects=effects)


def exchanged_for_less(old: str, new: str, ledger: Ledger, stall: Stall) -> int:
    """Coins that the customer gets back who exchanges what he has bought for what is cheaper."""
    paid = next((d for d in reversed(ledger.deeds) if d.what == "sold" and d.item == old), None)
    if paid is None or paid.against:
        return 0
    return max(paid.price // max(paid.count, 1) - stall.asks(new), 0)


def bought(bid: Bid, ledger: Ledger, speaker: str) -> Reply:
    ledger.bid(bid.model_copy(update={"state": "agreed"}))
    ledger.rounds.pop(bid.item, None)
    ledger.asked = ""
    effect = Effect("buy", {"item": bid.item, "price": bid.price or 0, "from": speaker, "count": bid.count})
    ledger.did(Deed(what="bought", item=bid.item, count=bid.count, price=bid.price or 0, time=bid.time))
    values = {"item": called(bid.item, bid.count), "price": price_of(bid)}
    return Reply("bought", f"bought {values['item']} for {price_of(bid)}", values, "trade", effects=(effect,))


def settled_since(mine: Bid | None, ledger: Ledger, now: float) -> Bid | None:
    """The deal struck after what lies on the table, or lately where nothing does: a number alone is no bid then."""
    done = next((b for b in reversed(ledger.bids) if b.state in {"agreed", "paid"}), None)
    if done is None or ledger.asked == "deal":
        return None
    return done if (done.time >= mine.time if mine is not None else now - done.time <= _FRESH) else None


def agreed_on(bid: Bid) -> Reply:
    """What was agreed on stands, and is not sold again."""
    told = {"item": called(bid.item, bid.count), "price": price_of(bid)}
    return Reply("agreed", f"has agreed on {told['price']}", told, "talk")
