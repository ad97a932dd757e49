"""What a customer says offhand of what lies on the table, or has just been priced: "gimme three", "how much a piece?", "you're
having a laugh", "what does 22 get me?"; the numbers and things that it leaves out are those of the last lines."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation.bids import DEAL, ask, lower, offer, pay_more
from npc.conversation.clause import Clause
from npc.conversation.deals import sold
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, named, number
from npc.language.formulas import patterns
from npc.language.phrases import thing_in
from npc.language.plain import plain
from npc.language.senses import Ask, Meaning, Sense, meaning_of
from npc.memory.ledger import Bid, Ledger

_FRESH = 60.0  # seconds for which what was priced is still spoken of, whatever was said in between
_LINES = 3  # in which a customer has told what he has on him
_LONGEST = 120  # characters
_MANY, _GIVES, _EACH, _SCOFFS, _PURSE, _FOR_THAT, _GETS_ME, _ONLY_THE, _THE_LOT, _ONE_MORE, _A_FURTHER, _BOTH, _AGREES = (
    patterns(
        "offhand.yaml",
        "so_many gives_so_many each scoffs purse for_that gets_me only_the the_lot one_more a_further both agrees",
    )
)
_NUMBERS = {"a dozen": 12, "a couple": 2, "a pair": 2}
_HAND_IT = re.compile(
    r"(?:(?:okay|fine|deal|sure|al+ ?right|go on|right|yes|great|then|well)[,. ]+)*(?:(?:please|just|then) )*"
    r"(?:give|hand|pass|sell) (?:me|us) (?:one|it|that one|that|them|the lot)(?: (?:then|please|now))*[\s.!]*$",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\?|\b(?:how|what|can|could|may)\b", re.IGNORECASE)


def lately_priced(ledger: Ledger, now: float) -> Bid | None:
    """What the character asks or pays: what lies on the table, or was priced just now."""
    bid = ledger.open_bid("npc")
    return bid if bid is not None and (ledger.asked == DEAL or now - bid.time <= _FRESH) else None


def goes_on(clause: Clause, ledger: Ledger, now: float) -> bool:
    """Whether words are about what was priced, whatever else they may mean."""
    mine = lately_priced(ledger, now)
    if mine is None or len(clause.said) > _LONGEST:
        return False
    if _is_taken(clause, mine, ledger):
        return True
    return any(pattern.match(words) for pattern in (_MANY, _GIVES, _EACH, _ONE_MORE) for words in _words(clause)) or (
        ledger.asked == DEAL and _SCOFFS.match(clause.text.strip()) is not None
    )


def answer(clause: Clause, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | Clause | None:
    """The answer to such words; or what they say, in full; None where they are none."""
    said, mine = clause.text.strip(), lately_priced(ledger, now)
    if len(said) > _LONGEST:
        return None
    if _THE_LOT.match(said) and mine is not None and ledger.asked == DEAL and not mine.buys:
        return replace(clause, text="here you are, deal", meaning=Meaning(Sense.TRADE, values={"deal": "deal"}))
    if _THE_LOT.match(said) and any(b.state == "agreed" and not b.buys for b in ledger.bids):
        return replace(clause, text="here is the money", meaning=meaning_of("here is the money"))
    if mine is not None and _is_taken(clause, mine, ledger):  # "gimme one"
        return sold(mine.model_copy(update={"time": now}), ledger, stall, speaker)
    if (count := count_in(clause)) and mine is not None and _takes(clause, mine, ledger):  # "fine, give me two of those"
        price = (mine.price or 0) * count
        return sold(mine.model_copy(update={"count": count, "price": price, "time": now}), ledger, stall, speaker)
    if (count := count_in(clause)) and (mine is not None or (item := _spoken_of(ledger, stall, now))):
        return (
            _so_many(count, mine, ledger, stall, now)
            if mine is not None
            else ask(item, stall.asks(item, count), "price", ledger, now, count)
        )
    if mine is not None and _ONE_MORE.match(said):
        return _so_many(mine.count + 1, mine, ledger, stall, now)
    if _A_FURTHER.match(said) and (item := mine.item if mine is not None else _sold_last(ledger, stall)):
        return ask(item, stall.asks(item), "price", ledger, now) if item in stall.wares else None
    if _BOTH.match(said) and (two := _two_of_a_kind(ledger, stall)):
        return ask(two, stall.asks(two), "price", ledger, now)
    if mine is not None and _EACH.match(said):
        return _so_many(1, mine, ledger, stall, now)
    if mine is not None and ledger.asked == DEAL and _SCOFFS.match(said):
        if mine.buys:
            return pay_more("", {}, ledger, stall, speaker, now)
        return lower(mine.item, None, ledger, stall, now, count=mine.count)
    if (gets := _GETS_ME.match(said)) is not None and (coins := _coins_at_hand(ledger)):
        item = stall.find(named(gets["item"] or "")) or _spoken_of(ledger, stall, now)
        count = coins // max(stall.asks(item), 1) if item else 0
        return ask(item, stall.asks(item, count), "price", ledger, now, count) if count else None
    if (only := _ONLY_THE.match(said)) is not None and clause.sense in {Sense.OTHER, Sense.QUESTION, Sense.CORRECT}:
        item = stall.find(thing_in(only["item"]) or only["item"])
        return (
            ask(item, stall.asks(item), "price", ledger, now)
            if item and ledger.bids and stall.names(thing_in(only["item"]))
            else None
        )
    return _within(clause, said, mine, ledger)


def _within(clause: Clause, said: str, mine: Bid | None, ledger: Ledger) -> Clause | None:
    """ "I only got 22 on me", "what can I get for that": as a question for what there is for so many coins."""
    purse = _PURSE.match(said)
    coins = _number(purse["n"]) if purse is not None and mine is None else 0
    if _FOR_THAT.match(said) is not None:
        coins = _coins_at_hand(ledger)
    if not coins:
        return None
    return replace(clause, text="", meaning=Meaning(Sense.TRADE, Ask.WARES, values={"number": str(coins)}))


def _words(clause: Clause) -> tuple[str, str]:
    """The clause as it was said, without what an ellipsis was completed to ("give me the knife" of "give me three")."""
    return clause.said.strip(), clause.text.strip()


def _is_taken(clause: Clause, mine: Bid, ledger: Ledger) -> bool:
    """Whether what has just been priced is to be handed over."""
    return ledger.asked == DEAL and not mine.buys and _HAND_IT.match(plain(clause.said)) is not None


def _takes(clause: Clause, mine: Bid, ledger: Ledger) -> bool:
    """Whether the price of one, which lies on the table, is agreed to, and so many of it wanted at that."""
    said = clause.said.strip()
    alone = ledger.asked == DEAL and mine.count == 1 and not mine.buys and " and " not in mine.item and bool(mine.price)
    return alone and _AGREES.match(plain(said)) is not None and _ASKS.search(said) is None


def count_in(clause: Clause) -> int:
    """How many of what was priced are wanted; 0 where that is not said."""
    found = next((f for words in _words(clause) for f in (_MANY.match(words), _GIVES.match(words)) if f is not None), None)
    return _number(found["n"]) if found is not None else 0


def _number(word: str) -> int:
    return _NUMBERS.get(word.lower(), number(word) or 0)


def _so_many(count: int, mine: Bid, ledger: Ledger, stall: Stall, now: float) -> Reply | None:
    if " and " in mine.item:
        return None
    if mine.buys:
        return offer(mine.item, (mine.price or 0) // max(mine.count, 1) * count, count, ledger, now)
    return ask(mine.item, stall.asks(mine.item, count), "price", ledger, now, count)


def _spoken_of(ledger: Ledger, stall: Stall, now: float) -> str:
    """The ware that was spoken of last."""
    lately = (thing.phrase for thing in reversed(ledger.things) if now - thing.time <= _FRESH)
    return next((item for phrase in lately if (item := stall.find(phrase))), "")


def _sold_last(ledger: Ledger, stall: Stall) -> str:
    return next((d.item for d in reversed(ledger.deeds) if d.what == "sold" and d.item in stall.wares), "")


def _two_of_a_kind(ledger: Ledger, stall: Stall) -> str:
    """The two wares that the last line meant by one word, as one: "red potion and blue potion" of "those potions"."""
    words = plain(ledger.heard[-1].text).lower().split() if ledger.heard else []
    found = next((meant for word in words if len(meant := stall.meant(word.strip(" .,?!"))) == 2), [])
    return " and ".join(found)


def _coins_at_hand(ledger: Ledger) -> int:
    """What the customer said that he has, or got just now."""
    for heard in reversed(ledger.heard[-_LINES:]):
        for words in plain(heard.text).replace("!", ".").split("."):
            if (purse := _PURSE.match(words.strip())) is not None:
                return _number(purse["n"])
    last = ledger.deeds[-1] if ledger.deeds else None
    return last.price if last is not None and last.what == "bought" else 0
