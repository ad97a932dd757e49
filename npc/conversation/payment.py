"""Paying for what was sold, owing it, and giving it back: coins for a sale just made are no new bid, and hand nothing over
again; what was sold just now is taken back for what was paid; nothing is sold on credit."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation.clause import Clause
from npc.conversation.recall import price_of
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, called, coins, named, number
from npc.language.phrases import thing_in
from npc.language.senses import Ask, Sense
from npc.memory.ledger import Bid, Deed, Ledger
from npc.types import Effect

_HANDS_OVER = re.compile(
    r"(?:hands|slides|puts|gives|counts|pays|tosses|pushes)\b|(?:(?:deal|okay|fine|good|great|yes|done|sold|agreed|"
    r"all ?right)[,.!]* )*(?:here (?:is|are|you go|you are)|"
    r"there you (?:go|are)|take(?: my money|(?= \d))|I (?:will )?pay|the (?:money|coins?)\b)",
    re.IGNORECASE,
)
_WOULD = re.compile(r"(?:I would|would you|could|can) ", re.IGNORECASE)
_MORE = re.compile(r"\b(?:another|more|second|again)\b", re.IGNORECASE)
_FRESH = 120.0  # seconds for which coins are for the sale just made
_RETURNABLE = 600.0  # seconds for which it is taken back
_UNLIKED = -0.5  # sympathy below which nothing is
_RETURNS = re.compile(
    r"\b(?:(?:take|accept) returns\b|refund|money back|"
    r"(?:coins?|gold) back|(?:I |to )(?:return|bring back|give back) (?:it|them|this|that|the )|"
    r"(?:do not|no longer) (?:want|need) (?:it|them|this|that|the [a-z -]+?)(?: any ?more)?[\s.!]*$|"
    r"changed my mind about (?:it|them|this|that|the )|forget the |take (?:it|them|the [a-z -]+?) back)",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"(?:(?:do not|no longer) (?:want|need)|(?:return|bring back|give back|forget)|changed my mind about) "
    r"(?P<item>(?:the|that) [a-z' -]+?)(?: any ?more| back| after all)*(?=[\s.!,]*$|,)",
    re.IGNORECASE,
)
_MONEY = frozenset({"money", "coins", "coin", "gold"})
_SUPPOSES = re.compile(r"\b(?:if|in case|when)\b.*\?|\b(?:do|would|will|can|could) I get\b", re.IGNORECASE)
_LENDS = re.compile(
    r"\b(?:pay|bring|give)\b.{0,15}\bthe (?:rest|other half|remainder)\b.{0,10}\b(?:later|tomorrow|next|when|once|soon)|"
    r"\bpay\b.{0,30}\b(?:later|tomorrow|next (?:week|time|month))\b|"
    r"\b(?:lend|loan|borrow)\b.*\b(?:coins?|gold|money|\d+)\b|\bon credit\b|\bon (?:my|the|a) tab\b|\b(?:pay|"
    r"give) (?:you |it )*"
    r"(?:back )?(?:later|tomorrow|next (?:week|time|month)|when I|once I|another day|some other time|as soon as|half now)\b|"
    r"(?<!do )\bI (?:will )?owe you\b",
    re.IGNORECASE,
)
_OF_MONEY = re.compile(r"\b(?:lend|loan|borrow|credit|tab)\b", re.IGNORECASE)


def hands_over(text: str) -> bool:
    """Whether coins are put down, as "here is 20"."""
    return _HANDS_OVER.match(text) is not None


def owed(clause: Clause, ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """What the customer owes: for what was sold and is not paid, and for what lies on the table."""
    if clause.meaning.ask is not Ask.TOTAL:
        return None
    on_table = ledger.open_bid("npc") if ledger.asked == "deal" else None
    due = [b for b in ledger.bids if not b.buys and not b.against and b.price and (b is on_table or _is_due(b, now))]
    spoken_of = ledger.open_bid("npc")
    if not due and spoken_of is not None and not spoken_of.buys and spoken_of.price and now - spoken_of.time <= _FRESH:
        due = [spoken_of]  # something else was said in between
    due = list({b.item: b for b in due}.values())
    if not due:
        return Reply("owes_nothing", "is owed nothing", {}, "talk")
    if on_table is None:
        ledger.asked = ""
    told = {"item": " and ".join(called(b.item, b.count) for b in due), "price": coins(sum(b.price or 0 for b in due))}
    return Reply("owes", f"is owed {told['price']}", told, "trade")


def _is_due(bid: Bid, now: float) -> bool:
    return bid.state == "agreed" and now - bid.time <= _FRESH


def on_credit(clause: Clause, ledger: Ledger) -> Reply | None:
    """Coins first: who has named no price for it yet, and is asked for no loan, may be promised what one likes."""
    words = clause.text
    if clause.sense in {Sense.SELF, Sense.FORBID} or not _LENDS.search(words):
        return None
    mine = ledger.open_bid("npc")
    if not _OF_MONEY.search(words) and (mine is None or mine.buys):
        return None
    return Reply("no_credit", "gives no credit", {"item": mine.item if mine is not None and not mine.buys else "it"}, "refuse")


def returned(clause: Clause, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """What was sold lately is taken back for its price, but from nobody whom it dislikes."""
    takes = clause.meaning.ask is Ask.TAKES_BACK
    if not takes and not _RETURNS.search(clause.text):
        return None
    goods = thing_in(clause.meaning.values.get("item", "") or clause.meaning.thing)
    goods = "" if goods in _MONEY else goods or (clause.thing if stall.find(clause.thing) else "")
    if not goods and (unwanted := _UNWANTED.search(clause.text)) is not None:
        goods = thing_in(unwanted["item"])
    sales = [b for b in reversed(ledger.bids) if b.state in {"agreed", "paid"} and not b.buys]
    if _SUPPOSES.search(clause.said) and not takes:
        return Reply("returns", "was asked whether it takes things back", {}, "talk") if stall.wares else None
    item = stall.find(goods) if goods else ""
    sale = next((b for b in sales if not item or item == b.item or item in {name for _, name in stall.parts(b.item)}), None)
    if sale is None or (goods and not stall.find(goods)):
        return None
    shares = stall.shares(sale.item, sale.price or 0)
    gone = [share for share in shares if not goods or share[0] == stall.find(goods)] or shares
    told = {
        "item": " and ".join(called(part, n * sale.count) for part, n, _ in gone),
        "price": coins(sum(share for _, _, share in gone)),
    }
    if sale.against or now - sale.time > _RETURNABLE or stall.sympathy < _UNLIKED:
        return Reply("no_refund", f"takes {told['item']} back no more", told, "refuse")
    ledger.bids = tuple(b for b in ledger.bids if b is not sale)
    if left := [share for share in shares if share not in gone]:  # of several one comes back
        rest = " and ".join(f"{n} {part}" if n > 1 else part for part, n, _ in left)
        ledger.bid(sale.model_copy(update={"item": rest, "price": sum(share for _, _, share in left)}))
    ledger.asked = ""
    for part, n, share in gone:
        ledger.did(Deed(what="refunded", item=part, count=n * sale.count, price=share, time=now))
    effects = tuple(
        Effect("buy", {"item": part, "price": share, "from": speaker, "count": n * sale.count}) for part, n, share in gone
    )
    return Reply("refunded", f"took {told['item']} back for {told['price']}", told, "trade", effects=effects)


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
    if not handed and _WOULD.match(clause.text):
        return None
    if not (handed or ("number" in values and "item" not in values)) or _MORE.search(clause.text):
        return None
    goods = named(values.get("item", ""))
    if goods and stall.find(goods) != sale.item:
        return None
    told = {"item": called(sale.item, sale.count), "price": price_of(sale)}
    if sale.state == "paid":
        return Reply("paid_before", f"is paid for {told['item']} already", told, "talk")
    given = number(values.get("number", ""))
    due = sale.price or 0
    if given is not None and given < due:
        told |= {"seen": coins(given), "value": coins(due - given)}
        return Reply("short" if handed else "agreed", f"agreed on {told['price']}", told, "talk")
    ledger.bids = tuple(b.model_copy(update={"state": "paid"}) if b is sale else b for b in ledger.bids)
    in_hand = due if given is None else given
    ledger.did(Deed(what="paid", item=sale.item, count=sale.count, price=in_hand, time=sale.time))
    if in_hand > due:
        told |= {"price": coins(in_hand), "value": coins(in_hand - due)}
        return Reply("change", f"was paid for {told['item']}, and gives {in_hand - due} back", told, "talk")
    return Reply("paid", f"was paid for {told['item']}", told, "talk")


def handed_over(reply: Reply | None, clause: Clause, ledger: Ledger) -> Reply | None:
    """The reply; who closes a sale with the coins in hand has paid, and gets back what he has paid too much."""
    if reply is None or reply.topic != "sold" or not _HANDS_OVER.match(clause.text):
        return reply
    sale = ledger.bids[-1].model_copy(update={"state": "paid"})
    ledger.bids = (*ledger.bids[:-1], sale)
    given, due = number(clause.meaning.values.get("number", "")), sale.price or 0
    if given is None or given <= due or sale.against:
        return reply
    ledger.did(Deed(what="paid", item=sale.item, count=sale.count, price=given, time=sale.time))
    told = {**reply.values, "seen": coins(given), "value": coins(given - due)}
    return replace(reply, topic="sold_change", why=f"{reply.why}, and gives {given - due} back", values=told)
