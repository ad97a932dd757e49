"""How a bargain goes on: more or fewer of it, two of the things that were priced, goods put on top, one thing for another.

The bids of the ledger say where the two are: what the character asks or pays, what the customer bids, what is agreed. Words
that name only what changes ("make it three", "both, for 18", "and 5 coins on top?", "the blue one instead") are
read against them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation import arguments, offhand
from npc.conversation.accounts import bought_from
from npc.conversation.bids import DEAL, ask, lower, offer, pay_more, put_down
from npc.conversation.clause import Clause
from npc.conversation.deals import agreed_on, exchanged_for_less, sold
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, called, coins, counted, named, number, offered
from npc.language.formulas import patterns
from npc.language.phrases import singular, thing_in
from npc.language.senses import Ask, Meaning, Sense, meaning_of
from npc.memory.ledger import Bid, Deed, Ledger
from npc.types import Effect

LONGEST_SAID = 160  # characters
FRESH = 180.0  # seconds for which what was priced, or sold, is still spoken of
_AS_WELL = re.compile(r"\b(?:as well|too|also|on top|with it)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d")
(
    _MAKE_IT,
    _BOTH,
    _NO,
    _INSTEAD,
    _SWAPS,
    _ON_TOP,
    _THROWS,
    _DIFFERENCE,
    _CHEAPER,
    _WORTH,
    _ONLY,
    _I_HAVE,
    _HERE,
    _PAYS_NOW,
    _YOU_PAID,
) = patterns(
    "haggling.yaml",
    "make_it both nay instead swaps on_top throws difference cheaper worth only I_have here pays_now you_paid",
)


def answer(clause: Clause, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | Clause | None:
    """The answer to words that change what lies on the table, or was agreed just now; or what they say, in full; else None."""
    mine = ledger.open_bid("npc") if ledger.asked == DEAL else None
    said = clause.text.strip()
    if len(said) > LONGEST_SAID:
        return None
    if mine is not None and _HERE.match(said):
        return replace(clause, text="here you are, deal", meaning=Meaning(Sense.TRADE, values={"deal": "deal"}))
    if (pays := _PAYS_NOW.match(said)) is not None:
        paid = f"here is {pays['n']} coins" if pays["n"] else "here is the money"
        return replace(clause, text=paid, meaning=meaning_of(paid))
    if (offhanded := offhand.answer(clause, ledger, stall, speaker, now)) is not None:
        return offhanded
    if (argued := arguments.answer(clause, ledger, stall, speaker, now)) is not None:
        return argued
    priced = offhand.lately_priced(ledger, now)
    as_well = priced is not None and not priced.buys and _AS_WELL.search(clause.said) is not None
    if not as_well and (made := _MAKE_IT.match(said)) is not None:
        return _made(made, mine, ledger, stall, speaker, now)
    if mine is not None and mine.buys and (haggled := _WORTH.search(said) or _ONLY.match(said)) is not None:
        wanted = number(haggled["n"])
        values = (
            {} if haggled.re is _ONLY.compiled or wanted is None or wanted <= (mine.price or 0) else {"number": haggled["n"]}
        )
        return pay_more("", values, ledger, stall, speaker, now)
    if _DIFFERENCE.match(said) is not None:
        return _difference(ledger, now)
    if _CHEAPER.match(said) is not None and len(two := _priced(ledger, now)) > 1:
        return replace(
            clause,
            text="",
            meaning=Meaning(Sense.TRADE, Ask.WARES, values={"than": "cheaper", "item": two[-2], "other": two[-1]}),
        )
    if (other := _INSTEAD.match(said) or _SWAPS.match(said)) is not None:
        return _exchange(other, mine, ledger, stall, now)
    added = _on_top(clause) if mine is not None and not mine.buys else None
    if added is not None and mine is not None:
        return _added(added["goods"], mine, ledger, stall, speaker, now)
    if clause.meaning.ask is Ask.BUYS and number(clause.meaning.values.get("item", "")):
        return _so_many_of_it(number(clause.meaning.values["item"]) or 1, ledger, stall, now)
    if mine is None and (done := _settled(clause, ledger, now)) is not None:
        return agreed_on(done)
    return _in_full(clause, mine, ledger, now)


def _on_top(clause: Clause) -> re.Match[str] | None:
    """What is put on top, in the words as they were said or as they were completed."""
    for said in (clause.text.strip(), clause.said.strip()):
        if (found := _ON_TOP.match(said)) is not None and (found["top"] or _THROWS.search(said)):
            return found
    return None


def goes_on(clause: Clause, ledger: Ledger, now: float) -> bool:
    """Whether words change what lies on the table, or was sold just now, whatever else they may mean."""
    if offhand.goes_on(clause, ledger, now):
        return True
    said = clause.text.strip()
    lies = ledger.asked == DEAL and ledger.open_bid("npc") is not None
    sold = any(d.what == "sold" and now - d.time <= FRESH for d in ledger.deeds[-3:])
    if not (lies or sold) or len(said) > LONGEST_SAID:
        return False
    if arguments.goes_on(said) or any(
        pattern.match(said) for pattern in (_MAKE_IT, _INSTEAD, _SWAPS, _DIFFERENCE, _CHEAPER, _PAYS_NOW)
    ):
        return True
    return lies and bool(_on_top(clause) or _ONLY.match(said) or _WORTH.search(said) or _HERE.match(said))


def _in_full(clause: Clause, mine: Bid | None, ledger: Ledger, now: float) -> Clause | None:
    """The clause with both things in the place of "both", and without a "no" before a bid; None where it is as it was."""
    text = _YOU_PAID.sub(r"\g<n> coins", clause.text)
    two = _priced(ledger, now)[-2:]
    single = mine is not None and not mine.buys and mine.count == 1 and " and " not in mine.item
    if single and len(two) == 2 and _BOTH.search(text):
        text = _BOTH.sub(lambda _: f"the {two[0]} and the {two[1]}", text, count=1)
    elif mine is not None and (bid := _NO.sub("", text)) != text and "number" in meaning_of(bid).values:
        text = bid
    if text == clause.text:
        return None
    return replace(clause, text=text, meaning=meaning_of(text))


def _priced(ledger: Ledger, now: float) -> list[str]:
    """Wares whose prices were told lately and that were not sold since, the latest last."""
    asked = [b for b in ledger.bids if b.by == "npc" and b.state == "open" and not b.buys and now - b.time <= FRESH]
    return [b.item for b in asked if " and " not in b.item]


def _settled(clause: Clause, ledger: Ledger, now: float) -> Bid | None:
    """What was bought of the customer just now: a number alone is no bid for it any more."""
    values = clause.meaning.values
    if clause.sense is not Sense.TRADE or clause.meaning.ask is not Ask.NONE or values.keys() != {"number"}:
        return None
    last = ledger.bids[-1] if ledger.bids else None
    return last if last is not None and last.buys and last.state == "agreed" and now - last.time <= FRESH else None


# -- more or fewer -----------------------------------------------------------------------------------------------


def _made(found: re.Match[str], mine: Bid | None, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """ "Make it three": so many of it, unless it can only be a price."""
    n = 2 if "couple" in found["n"] else 12 if "dozen" in found["n"] else number(found["n"]) or 1
    item = found["item"] or ""
    if item and not (stall.find(item) or stall.wanted(item)):
        return None
    if (
        mine is not None
        and item
        and stall.find(item) in (names := [name for _, name in stall.parts(mine.item)])
        and len(names) > 1
    ):
        parts = [(n if name == stall.find(item) else k * mine.count, name) for k, name in stall.parts(mine.item)]
        several = " and ".join(f"{k} {name}" if k > 1 else name for k, name in parts)
        return ask(several, stall.asks(several), "price", ledger, now)
    if mine is not None and (not item or stall.find(item) == mine.item or stall.wanted(item) == mine.item):
        if not item and _is_price(n, bool(_DIGITS.search(found["n"])), mine, stall):
            return None
        if mine.buys:
            return offer(mine.item, stall.pays(mine.item, n), n, ledger, now)
        return ask(mine.item, stall.asks(mine.item, n), "price", ledger, now, n)
    sold = next((d for d in reversed(ledger.deeds) if d.what == "sold" and now - d.time <= FRESH), None)
    close_by = (
        sold is not None
        and n <= max(3 * sold.count, 10)
        and ledger.asked != "goods"
        and (sold is ledger.deeds[-1] or ledger.deeds[-1].what == "paid")
    )
    if mine is None and sold is not None and (item or close_by) and (not item or stall.find(item) in bought_from(ledger)):
        return _amended(stall.find(item) or sold.item, n, ledger, stall, speaker, now)
    if item and stall.find(item):
        return ask(stall.find(item), stall.asks(stall.find(item), n), "price", ledger, now, n)
    return None


def _is_price(n: int, digits: bool, mine: Bid, stall: Stall) -> bool:
    """Whether a number is coins, and not how many: one that is near to what was asked, or offered; "three" is how many."""
    price = mine.price or 0
    if mine.buys:
        return n > price or (digits and n >= price / 2)
    near = stall.least(mine.item, mine.count) * (0.5 if digits else 1)
    return near <= n < price


def _amended(item: str, n: int, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """What was sold just now, more or fewer of it: the rest is priced, or taken back."""
    had = bought_from(ledger).get(item, 0)
    if item not in stall.wares or n == had:
        return None
    if n > had:
        return ask(item, stall.asks(item, n - had), "price", ledger, now, n - had)
    back = had - n
    paid = [d for d in ledger.deeds if d.what == "sold" and d.item == item]
    share = sum(d.price for d in paid) * back // max(sum(d.count for d in paid), 1)
    ledger.did(Deed(what="refunded", item=item, count=back, price=share, time=now))
    told = {"item": called(item, back), "price": coins(share)}
    effect = Effect("buy", {"item": item, "price": share, "from": speaker, "count": back})
    return Reply("refunded", f"took {told['item']} back for {told['price']}", told, "trade", effects=(effect,))


def _so_many_of_it(n: int, ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """ "What do you give me for 10?", of what it wants and was spoken of last."""
    bid = ledger.open_bid("npc")
    item = bid.item if bid is not None and bid.buys else ""
    item = item or next((want for thing in reversed(ledger.things) if (want := stall.wanted(thing.phrase))), "")
    return offer(item, stall.pays(item, n), n, ledger, now) if item else None


def split_count(words: str) -> tuple[int, str]:
    """ "charcoal, I have like twenty pieces": (20, "charcoal")."""
    found = _I_HAVE.search(words)
    if found is None:
        return counted(thing_in(words))
    return number(found["n"]) or 1, thing_in(words[: found.start()])


# -- something on top, or instead --------------------------------------------------------------------------------


def _added(words: str, mine: Bid, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """Goods or coins that come on top of what is bid: the price is so much less."""
    paid, goods, useless = offered(words, stall)
    if useless:
        if stall.find(useless[0]):  # "and a rope on top" is to come with it
            return None
        one = singular(useless[0])
        return Reply("no_use", f"has no use for {one}", {"item": one}, "refuse")
    if mine.against and not goods:  # coins beside goods that are on the table
        return sold(mine.model_copy(update={"price": max(mine.price or 0, paid)}), ledger, stall, speaker)
    bid = next((b for b in reversed(ledger.bids) if b.by == "player" and b.state == "open" and b.item == mine.item), None)
    if bid is not None and bid.price is not None and bid.time >= mine.time - FRESH:
        worth = sum(stall.pays(want, n) for n, want in goods)
        against = " and ".join(called(want, n) for n, want in goods)
        if goods and bid.price + paid + worth < stall.least(mine.item, mine.count):
            return put_down(mine.item, goods, bid.price + paid, ledger, stall, now, mine.count)
        return lower(mine.item, bid.price + paid, ledger, stall, now, speaker, against, worth, mine.count)
    if not goods:
        return None
    return put_down(mine.item, goods, paid, ledger, stall, now, mine.count)


def _exchange(found: re.Match[str], mine: Bid | None, ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    """One ware for another: that which was sold goes back, and what the other costs more is asked."""
    item, old = stall.find(named(found["item"])), stall.find(thing_in(found["old"] or ""))
    words = found["item"].lower().split()
    has = bought_from(ledger)
    if not item and words[-1:] == ["one"]:
        kind = (old or (mine.item if mine is not None else next(reversed(has), ""))).rpartition(" ")[2]
        item = stall.find(f"{' '.join(words[:-1])} {kind}".removeprefix("the "))
    if not item:
        return None
    last = next((d for d in reversed(ledger.deeds) if d.what == "sold" and d.item in has and (not old or d.item == old)), None)
    if last is None or item == last.item or (mine is not None and not mine.buys and not old and not mine.against):
        pronoun = not old and thing_in(found["old"] or "it") in {"", "it", "that", "this", "them", "money", "coins", "coin"}
        return ask(item, stall.asks(item), "price", ledger, now) if pronoun else None
    paid = last.price // max(last.count, 1) if not last.against else stall.asks(last.item)
    more = max(stall.asks(item) - paid, 0)
    ledger.bid(Bid(item=item, by="npc", price=more, against=last.item, time=now))
    ledger.asked = DEAL
    back = 0 if more else exchanged_for_less(last.item, item, ledger, stall)
    told = {"item": item, "other": last.item, "price": coins(more or back)}
    topic = "exchange" if more else "exchange_back" if back else "exchange_even"
    return Reply(topic, f"gives {item} for {last.item} and {more}", told, "trade")


def _difference(ledger: Ledger, now: float) -> Reply | None:
    """What one thing costs more than the other, or what is left to pay beside what was given for it."""
    mine = ledger.open_bid("npc")
    if mine is not None and mine.against and not mine.buys:
        ledger.asked = DEAL
        told = {"item": called(mine.item, mine.count), "price": coins(mine.price or 0), "other": mine.against}
        return Reply("exchange", f"asks {mine.price} on top", told, "trade")
    asked = [b for b in ledger.bids if b.by == "npc" and not b.buys and b.price is not None and now - b.time <= FRESH][-2:]
    if len(asked) < 2:
        return None
    cheap, dear = sorted(asked, key=lambda b: b.price or 0)
    told = {
        "price": coins((dear.price or 0) - (cheap.price or 0)),
        "item": called(dear.item, dear.count),
        "other": called(cheap.item, cheap.count),
    }
    return Reply("difference", f"tells the difference: {told['price']}", told, "trade")
