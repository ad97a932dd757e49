"""Trade: what words about wares and prices mean, and which bid, counter-bid or deal (`bids`, `deals`) answers them.

The game carries out what was agreed: a deal is an effect of the decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from npc.conversation.bids import DEAL, GOODS, WARES, ask, buys_what, lower, no_use, offer, pay_more, shown, swap
from npc.conversation.clause import Clause
from npc.conversation.counters import split_count
from npc.conversation.deals import agreed_on, close, refuse, settled_since, sold
from npc.conversation.payment import handed_over, hands_over, on_credit, owed, paid, returned
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, called, coins, counted, named, number, offered
from npc.language.kinds import may_be_sold
from npc.language.phrases import singular, thing_in
from npc.language.senses import Ask, Sense
from npc.memory.ledger import Bid, Ledger

ABOUT = re.compile(r"(?:tell me about|(?:and )?(?:what|how) about) (?P<item>.+)", re.IGNORECASE)
# "I will think about it" is no deal yet.
_WAVERS = re.compile(
    r"\b(?:think|maybe|perhaps|later|tomorrow|if|but|unless|first|wait|whether|sure about|decide|consider|come back)\b",
    re.IGNORECASE,
)
_GIVES = re.compile(r"I (?:will|can|could|would)(?: also)? (?:give|offer|trade|pay)(?: you)? (?P<mine>.+)", re.IGNORECASE)
_TAKES = re.compile(
    r"(?:(?:yes|okay|fine|good|then)[, ]+)*(?:I (?:will |would (?:like to )?|want to )?(?:just )?(?:take|buy)|I want|"
    r"I (?:will|would|would like to) have|give me|hand me) (?!to\b|you\b|your\b|my\b|no\b|not\b)(?P<item>.+)",
    re.IGNORECASE,
)
_FOR_COINS = re.compile(r" for (?:just |only )?\d{1,6}\b", re.IGNORECASE)  # a bid
_IT = re.compile(r"(?:it|that|this|them|these|those|one|that one|this one|the lot)(?: (?:please|then|now))*", re.IGNORECASE)
# "2 pies and an ale", said alone
_LISTED = re.compile(
    r"(?:\d{1,3}|an?|some|two|three|four|five|six|seven|eight|nine|ten|twelve) [a-z' -]+(?:(?:, | and )[a-z0-9' -]+)*",
    re.IGNORECASE,
)
# "a new one", of what lies on the table; and what names no ware, but any.
_ANOTHER = re.compile(
    r"(?:whole )?(?:pair|both|lot|set|rest)|(?:(?:new|second|other|better|different|same|another) )?"
    r"(?:ones?|another|it|them|they|those|these|this|that)",
    re.IGNORECASE,
)
_WHAT_IS = re.compile(r"(?:and |so )?what (?:is|are) (?:an?|your) (?P<item>[a-z' -]{1,40}?)[?. ]*", re.IGNORECASE)
_GET_IT = re.compile(
    r"(?:(?:can|could|may) I (?:at least |please |just )?(?:get|have|take)|(?:now )?give me|hand me) "
    r"the (?P<item>[a-z' -]{1,40}?)"
    r"(?: now| then| first| already| please| at least)*[?.! ]*",
    re.IGNORECASE,
)
_SELLS = re.compile(r"\b(?:buy|interested|for sale|to sell|take it off)\b", re.IGNORECASE)
_PRONOUNS = frozenset({"it", "that", "them", "this", "those", "these"})
_UP_TO = re.compile(r"\b(?:under|below|up to|for less than|less than|within|for) (?P<n>\d{1,6})\b", re.IGNORECASE)
_WOULD_TAKE = re.compile(r"(?:would|will|could|can|is|do) ", re.IGNORECASE)  # "would you take ten?" bids
_STARTLED = re.compile(r"(?:[?]!*|!!)\s*$")
_AS_PAYMENT = re.compile(r"do you (?:take|accept) .*\bas payment\b", re.IGNORECASE)
_WILD = 3  # times the price
_FRESH = 120.0  # seconds for which a sale is waited for
# What is no ware, whatever is said of buying for it: "I am buying for my sister's wedding".
_NO_WARES = frozenset({
    "wedding", "birthday", "party", "feast", "anniversary", "christening", "funeral", "trouble", "effort", "help", "pain",
    "journey", "trip", "voyage", "holiday", "winter", "summer", "friend", "wife", "husband", "mother", "father", "daughter",
    "son", "sister", "brother", "family", "master", "lord", "lady", "moment", "while", "discount", "dinner", "supper",
    "service", "harvest", "fair",
})  # fmt: skip
_OF_ANY_KIND = re.compile(
    r"(?:nice |good |little |small |cheap |wedding |birthday )*(?:gifts?|presents?|souvenirs?|supplies|gear|equipment|"
    r"things?|stuff|goods?|wares?)(?: .*)?"
)


def answer(
    clause: Clause, ledger: Ledger, stall: Stall, speaker: str, now: float, heard: str = "", in_view: bool = False
) -> Reply | None:
    """The answer to a clause about prices and deals, with the bids of the ledger brought up to date; None where it is none.

    Args:
        heard: the intent that the model is sure of: words that nothing here knows may still agree to a price.
        in_view: the thing of an order is seen, and meant as such.
    """
    if not stall.wares and not stall.wants:  # the card has no prices: the model's way, with the card's lines for `trade`
        return None
    ledger.bids = tuple(bid for bid in ledger.bids if bid.state != "open" or stall.has(bid.item, bid.buys))
    meaning, values = clause.meaning, clause.meaning.values
    open_bid = ledger.open_bid("npc") if ledger.asked == DEAL else None
    if stall.wares:
        settled = owed(clause, ledger, stall, now) or returned(clause, ledger, stall, speaker, now) or on_credit(clause, ledger)
        if settled is not None:
            return settled
    if open_bid is None and (settled := paid(clause, ledger, stall, now)) is not None:
        return settled
    if (named_alone := _alone(clause, ledger, stall)) != "":
        return ask(named_alone, stall.asks(named_alone), "price", ledger, now)
    if wants(clause) and (wanted := _wanted(clause.text, ledger, stall, speaker, now)) is not None:
        return wanted
    if meaning.sense is Sense.QUESTION and (about := ABOUT.match(clause.text)) is not None:
        return _about(about["item"], ledger, stall, speaker, now)
    if meaning.sense is Sense.QUESTION and (what := _WHAT_IS.fullmatch(clause.text)) and stall.names(what["item"]):
        item = stall.find(what["item"])
        return ask(item, stall.asks(item), "price", ledger, now) if item else None
    if (due := _of_what_is_sold(clause, ledger, stall, now)) is not None:
        return agreed_on(due)
    if meaning.ask is Ask.HAVE:
        sells = not stall.wants and _SELLS.search(clause.said) is not None
        return shown(values, ledger, stall, now) or (no_use(values) if sells else None)
    if meaning.sense is Sense.ORDER and meaning.verb != "keep":
        return None if in_view else _ordered(clause, ledger, stall, speaker, now)
    if ledger.asked == WARES and meaning.sense is Sense.OTHER and (item := stall.find(thing_in(clause.text))):
        return ask(item, stall.asks(item), "price", ledger, now)
    if (
        open_bid is not None
        and meaning.sense is Sense.OTHER
        and heard in {"agree", "refuse"}
        and not _WAVERS.search(clause.text)
    ):
        return close(ledger, stall, speaker, now) if heard == "agree" else refuse(ledger)
    if open_bid is not None and (meaning.sense is Sense.RELEASE or (meaning.sense is Sense.ORDER and meaning.verb == "keep")):
        return refuse(ledger)  # "forget it", "keep it"
    if meaning.sense is Sense.OFFER and open_bid is not None and not open_bid.buys and (goods := _GIVES.match(clause.text)):
        return swap(open_bid.item, goods["mine"], ledger, stall, speaker, now)
    if meaning.sense is not Sense.TRADE and not (meaning.sense in {Sense.YES, Sense.NO} and ledger.asked == DEAL):
        return None
    if meaning.ask is Ask.BUYS:
        return buys_what(values, ledger, stall, now) if stall.wants else no_use(values)
    if meaning.ask is Ask.WARES:
        if "than" in values:  # "is the red one cheaper than the blue one?"
            pair = [name for key in ("item", "other") for name in stall.meant(thing_in(values.get(key, "")))]
            return _wares({}, ledger, stall, now, list(dict.fromkeys(pair))) if len(set(pair)) > 1 else None
        if "number" not in values and (most := _UP_TO.search(clause.text)) is not None:
            values = {**values, "number": most["n"]}
        return _wares(values, ledger, stall, now, stall.meant(thing_in(values.get("item", ""))) or None)
    if meaning.sense is Sense.YES or "deal" in values:
        if open_bid is None and (late := settled_since(ledger.open_bid("npc"), ledger, now)) is not None:
            return agreed_on(late)
        return handed_over(close(ledger, stall, speaker, now), clause, ledger)
    if meaning.sense is Sense.NO:
        return refuse(ledger)
    startled = _STARTLED.search(clause.said) is not None and _WOULD_TAKE.match(clause.text) is None
    if startled and (bid := ledger.open_bid("npc")) and number(values.get("number", "")) == bid.price:
        values = {**values, "dear": values["number"]}  # "60??": who says the price again finds it high
    elif startled and open_bid is None and (item := _plenty(values, ledger, stall)):  # "30 for that??" is no bid
        return ask(item, stall.asks(item), "price", ledger, now)
    bargained = handed_over(_bargain(clause.text, values, ledger, stall, speaker, now), clause, ledger)
    if bargained is None and meaning.ask is Ask.PRICE and not values and not ledger.things:  # "how much?" of nothing at all
        return _wares({}, ledger, stall, now)
    return bargained


def _bargain(text: str, values: Mapping[str, str], ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """Prices and bids, of what it sells or of what it is about to buy."""
    if (
        "mine" in values
        and stall.find(thing_in(values["mine"]))
        and not stall.find(thing_in(values.get("item", "")))
        and values.get("item")
    ):
        values = {**values, "mine": values["item"], "item": values["mine"]}  # "swap your mirror for my pelt"
    goods = named(values.get("item", ""))
    mine = ledger.open_bid("npc")
    if "stands" in values:  # "take it or leave it": what was bid last
        bid = ledger.open_bid("player")
        if bid is None or bid.price is None or not stall.find(bid.item):
            return None
        values = {**values, "number": str(bid.price)}
    if "count" in values:
        count = number(values["count"]) or 1
        if mine is None or mine.buys:
            return None if mine is None else offer(mine.item, stall.pays(mine.item, count), count, ledger, now)
        return ask(mine.item, stall.asks(mine.item, count), "price", ledger, now, count)
    buys = mine is not None and mine.buys and "mine" not in values
    if (buys and (not goods or stall.wanted(goods))) or "sells" in values:
        return pay_more(goods, values, ledger, stall, speaker, now)
    if not stall.wares:
        return None
    if {"dear", "little"} & values.keys() and not goods and mine is None:  # "that is a lot", and nobody has named a price
        return None
    if "number" in values and not goods and (late := settled_since(mine, ledger, now)) is not None:
        return agreed_on(late)
    if "number" in values and not goods and ledger.asked in {GOODS, WARES}:  # which is a price of nothing
        return None
    count, words = stall.several("" if _ANOTHER.fullmatch(goods) or number(goods) else goods)
    every = number(values.get("item", "").lower().removeprefix("all ").strip()) or 0
    count = every or count
    fits = stall.meant(words)
    if len(fits) > 1 and not stall.find(words):
        return _wares({}, ledger, stall, now, fits)
    item = _item(words, ledger, stall)
    if (
        item == "" and "maybe" in values and not may_be_sold(singular(goods)) and "also" not in values
    ):  # "do you have children?"
        return None
    if values.get("mine", "").lower() in _PRONOUNS:  # "the potion for it", of what it was about to buy
        pelt = mine.item if mine is not None and mine.buys else next(filter(None, map(stall.wanted, _meant(ledger))), "")
        values = {**values, "mine": called(pelt, mine.count if mine is not None and mine.buys else 1) or values["mine"]}
    if "mine" in values and _AS_PAYMENT.match(text) is not None:  # asks, and closes nothing
        mine_too = ledger.asked == DEAL and item != ""
        return (
            swap(item, values["mine"], ledger, stall, speaker, now, asks=True)
            if mine_too
            else buys_what({"item": values["mine"]}, ledger, stall, now)
        )
    if "mine" in values:
        return swap(item, values["mine"], ledger, stall, speaker, now)
    if item == "" and _OF_ANY_KIND.fullmatch(goods):
        return _wares(values, ledger, stall, now)
    if item == "" and singular(goods).rpartition(" ")[2] in _NO_WARES:
        return None
    if item == "":
        sold = {"item": goods, "seen": _listed(stall, list(stall.wares))}
        return Reply("not_for_sale", f"does not sell {goods}", sold, "refuse") if goods else None
    if "dear" in values:
        return lower(item, None, ledger, stall, now)
    if mine is not None and mine.item == item and _is_wild(values, mine) and not hands_over(text):
        return ask(item, mine.price or 0, "price", ledger, now, mine.count)
    if "number" in values:
        plus, goods = counted(thing_in(values.get("plus", "")))
        against = stall.wanted(goods) if goods else ""
        worth = stall.pays(against, plus) if against else 0
        return lower(item, number(values["number"]) or 1, ledger, stall, now, speaker, called(against, plus), worth, every)
    if mine is not None and ledger.asked == DEAL and mine.item == item and count in {1, mine.count} and _TAKES.match(text):
        return close(ledger, stall, speaker, now)  # "I will buy the rope"
    return ask(item, stall.asks(item, count), "price", ledger, now, count)


def _is_wild(values: Mapping[str, str], mine: Bid) -> bool:
    """Whether a number is so much more than what is asked that it can be no bid."""
    return "number" in values and (number(values["number"]) or 0) > _WILD * max(mine.price or 0, 1)


def _alone(clause: Clause, ledger: Ledger, stall: Stall) -> str:
    """The ware that is named and nothing else ("rope", "rope?"), where that answers no question of the character's own."""
    words = clause.text.strip(" .!?").lower()
    if clause.sense not in {Sense.OTHER, Sense.QUESTION} or ledger.line.rstrip().endswith("?") or ledger.asked == DEAL:
        return ""
    return stall.find(words) if words and singular(words) in stall.wares else ""


def _meant(ledger: Ledger) -> list[str]:
    """What was spoken of, the latest first."""
    return [thing.phrase for thing in reversed(ledger.things)]


def _of_what_is_sold(clause: Clause, ledger: Ledger, stall: Stall, now: float) -> Bid | None:
    """The sale that is not paid yet, where its ware is asked for: it is not sold twice."""
    found = _GET_IT.fullmatch(clause.text)
    item = stall.find(found["item"]) if found is not None else ""
    sale = next((b for b in reversed(ledger.bids) if b.state == "agreed" and not b.buys), None)
    if not item or sale is None or now - sale.time > _FRESH or item not in {name for _, name in stall.parts(sale.item)}:
        return None
    return sale


def _plenty(values: Mapping[str, str], ledger: Ledger, stall: Stall) -> str:
    """The ware that a number is named for, where it costs no more than that."""
    item = _item(named(values.get("item", "")), ledger, stall) if values.keys() <= {"number", "item", "bid"} else ""
    return item if item and (number(values.get("number", "")) or 0) >= stall.asks(item) else ""


def wants(clause: Clause) -> bool:
    """Whether words may take a ware, which no verb of an order tells: "I take it", "I want pie", "2 pies and an ale"."""
    if clause.meaning.sense not in {Sense.OTHER, Sense.SELF}:
        return False
    return _TAKES.match(clause.text) is not None or _LISTED.fullmatch(clause.text.rstrip(" .!?")) is not None


def _wanted(text: str, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """A ware is wanted: a deal where its price is told, else that price. None where no ware is named."""
    if _WAVERS.search(text) or _FOR_COINS.search(text):
        return None
    found = _TAKES.match(text)
    words = (found["item"] if found is not None else text).strip(" .!?,")
    mine = ledger.open_bid("npc") if ledger.asked == DEAL else None
    if found is not None and _IT.fullmatch(words):
        if mine is not None:
            return None if mine.buys else sold(mine, ledger, stall, speaker)
        item = stall.find(ledger.things[-1].phrase) if ledger.things else ""
        return ask(item, stall.asks(item), "price", ledger, now) if item else None
    if mine is not None and not mine.buys and (count := number(words)):
        return ask(mine.item, stall.asks(mine.item, count), "price", ledger, now, count)
    count, goods = stall.several(named(words))
    item = stall.find(goods)
    alone = found is None and " and " not in item and count < 2  # "a pie" may be said for many a reason
    if not item or alone or not all(stall.names(part) for part in goods.split(" and ")):
        return None
    if mine is not None and found is not None and mine.item == item and count in {1, mine.count}:
        return sold(mine, ledger, stall, speaker)
    return ask(item, stall.asks(item, count), "price", ledger, now, count)


def _item(named: str, ledger: Ledger, stall: Stall) -> str:
    """What is traded: what the words name, else what lies on the table, was meant last, or is all there is."""
    if named:
        return stall.find(named)
    last = next((bid.item for bid in reversed(ledger.bids) if bid.state == "open" and not bid.buys), "")
    meant = next((found for thing in reversed(ledger.things) if (found := stall.find(thing.phrase))), "")
    return last or meant or (next(iter(stall.wares)) if len(stall.wares) == 1 else "")


def _wares(values: Mapping[str, str], ledger: Ledger, stall: Stall, now: float, among: list[str] | None = None) -> Reply | None:
    """What there is, of these or of all; what can be had for so many coins; the cheapest."""
    listed = sorted(among or stall.wares, key=lambda name: stall.asks(name)) if "rank" in values else among or list(stall.wares)
    most = number(values.get("number", ""))
    listed = [name for name in listed if most is None or stall.asks(name) <= most]
    if "else" in values and (spoken_of := ledger.open_bid("npc")) is not None:
        listed = [name for name in listed if name != spoken_of.item] or listed
    if not listed:
        return Reply("no_deal", f"has nothing for {most} coins", {"item": "anything"}) if stall.wares else None
    if rank := values.get("rank"):
        name = listed[0 if rank.lower().startswith(("cheap", "least")) else -1]
        return ask(name, stall.asks(name), "price", ledger, now)
    ledger.asked = WARES
    return Reply("wares", "was asked for its wares", {"seen": _listed(stall, listed)}, "trade")


def _listed(stall: Stall, names: Sequence[str]) -> str:
    return ", ".join(f"{name} for {coins(stall.asks(name))}" for name in names)


def _about(words: str, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """ "What about the axe?", or of something that the customer has."""
    count, named = split_count(words)
    last = next((bid for bid in reversed(ledger.bids) if bid.by == "player" and bid.state == "open"), None)
    mine = ledger.open_bid("npc") if ledger.asked == DEAL else None
    want = stall.wanted(named) or (offered(words, stall)[1] and "goods")
    if want and last is not None and last.against and last.item:
        return swap(last.item, words, ledger, stall, speaker, now)
    if want and mine is not None and not mine.buys and not offered(words, stall)[2]:
        return swap(mine.item, words, ledger, stall, speaker, now, asks=True)
    if item := stall.find(words.strip(" ?.!")) or stall.find(named):
        return ask(item, stall.asks(item, count), "price", ledger, now, count)
    return buys_what({"item": f"{count} {named}" if count > 1 else words}, ledger, stall, now) if want else None


def _ordered(clause: Clause, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    """ "I need a rope", "give me two": what it sells is paid for."""
    verb, rest = clause.meaning.verb, clause.meaning.values.get("rest", "")
    if verb not in {"give", "buy", "sell", "get", "hand", "take"} or not stall.wares:
        return None
    count, words = counted(thing_in(clause.meaning.thing or rest))
    fits = stall.meant(words) if words else []
    item = stall.find(words) if words else ""
    if " and " in (several := stall.several(named(clause.meaning.thing or rest))[1]) and stall.find(several):
        count, item = 1, stall.find(several)  # "2 pies and an ale"
    mine = ledger.open_bid("npc")
    agreed = mine is not None and mine.item == item and count in {1, mine.count}
    if item and agreed and ledger.asked == DEAL and (_TAKES.match(clause.text) or verb in {"give", "hand"}):
        return close(ledger, stall, speaker, now)
    if item and verb != "take":
        return ask(item, stall.asks(item, count), "price", ledger, now, count)
    return _wares({}, ledger, stall, now, fits) if len(fits) > 1 and verb != "take" else None


def goes_on(clause: Clause, ledger: Ledger) -> bool:
    """Whether words about some thing go on with the trade that is under way, whatever else is known of it."""
    about = clause.meaning.sense is Sense.QUESTION and ABOUT.match(clause.text) is not None
    return ledger.asked in {DEAL, GOODS, WARES} and (about or clause.meaning.ask is Ask.HAVE)
