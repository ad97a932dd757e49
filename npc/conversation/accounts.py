"""What changed hands, asked for or claimed: "how many did you take?", "what do I have from you?", "I gave you 10, not 7".

The deeds of the ledger are the account (`npc.memory.ledger.Deed`): every sale, gift and thing held is one, whatever is said of
it afterwards. A question is read by who does what in it (`npc.language.accounts`): of "did I give you" the character got it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from npc.conversation.bids import priced
from npc.conversation.reply import Reply
from npc.conversation.stall import called, coins, counted, number
from npc.language.accounts import MASS, Asked, asked
from npc.language.phrases import kind_of, singular, thing_in, with_article
from npc.memory.ledger import Deed, Ledger

COIN = frozenset({"coin", "money", "gold", "silver", "copper", "cash", "payment"})
_KINDS = {
    "out": frozenset({"sold", "gave"}),  # what went to the speaker
    "in": frozenset({"given", "bought", "kept"}),
    "sold": frozenset({"sold"}),
    "bought": frozenset({"bought"}),
}
_ANYTHING = frozenset(
    {
        "thing",
        "stuff",
        "item",
        "good",
        "ware",
        "piece",
        "one",
        "it",
        "that",
        "them",
        "those",
        "these",
        "this",
        "something",
        "all",
    }
)
_IT = frozenset({"it", "that", "this", "them", "those", "these"})
_IN_ALL = re.compile(r"\b(?:in total|altogether|all together|overall|in all|today|so far|up to now|until now)\b", re.IGNORECASE)
_OF_ANY = frozenset({"old", "new", "nice", "good", "my", "other", "whole"})
# Owed in a manner of speaking.
_NO_DEBT = re.compile(
    r"(?:(?:big|huge|an?|your) )*(?:favou?r|apology|explanation|answer|drink|life|everything|lot|respect|thanks|debt)\b"
)


def answer(words: str, ledger: Ledger) -> Reply | None:
    """The answer to a `plain` question or claim about what changed hands; None where it is none, or nothing is known of it."""
    everything = _IN_ALL.search(words) is not None
    for question in asked(words):
        question = replace(question, values={**question.values, "all": "yes"}) if everything else question
        if (reply := _HANDLERS[question.what](question, ledger)) is not None:
            return reply
    return None


def of(words: str) -> tuple[int, str]:
    """How many of what was handed over, as an item of the account: (5, "coin") of "5 coins", (1, "apple") of "an apple"."""
    count, item = counted(words.lower())
    item = singular(thing_in(item) or item)
    return count, "coin" if item.rpartition(" ")[2] in COIN else item


def held(ledger: Ledger, words: str = "") -> dict[str, int]:
    """What the character has of the speaker's, not bought by it: kept or given, and not given back."""
    return _left(ledger, {"kept", "given"}, "returned", words)


def fits(item: str, words: str) -> bool:
    """Whether words may mean an item: "it" and "things" mean any, "ropes" and "the red one" a red rope."""
    named = singular(thing_in(words) or words)
    if not named or named in _ANYTHING:
        return True
    *which, kind = named.split()
    ours = item.lower().split()
    if kind == "one":
        return bool({*which} & {*ours})
    if kind in COIN:
        return item == "coin"
    return kind == singular(ours[-1]) and {*which} <= {*ours, *_OF_ANY}


# -- which deeds -----------------------------------------------------------------------------------------------


def _deeds(ledger: Ledger, kinds: Iterable[str], words: str = "") -> list[Deed]:
    """Those of some kinds about an item; of "it" and "them" the last one."""
    found = [deed for deed in ledger.deeds if deed.what in kinds and fits(deed.item, words)]
    return found[-1:] if words in _IT else found


def _last(ledger: Ledger, kinds: Iterable[str]) -> Deed | None:
    return next((deed for deed in reversed(ledger.deeds) if deed.what in kinds), None)


def _left(ledger: Ledger, there: Iterable[str], back: str, words: str) -> dict[str, int]:
    """How many of what is with one side, less what went back."""
    left: dict[str, int] = {}
    for deed in ledger.deeds:
        if deed.what in there and fits(deed.item, words):
            left[deed.item] = left.get(deed.item, 0) + deed.count
        elif deed.what == back and deed.item in left:
            left[deed.item] -= deed.count
    return {item: n for item, n in left.items() if n > 0}


def bought_from(ledger: Ledger, words: str = "") -> dict[str, int]:
    """What the speaker has from the character: sold or given to him, and not taken back."""
    return _left(ledger, _KINDS["out"], "refunded", words)


def _sum(deeds: Iterable[Deed]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for deed in deeds:
        counts[deed.item] = counts.get(deed.item, 0) + deed.count
    return counts


def _told(items: dict[str, int]) -> str:
    return _list([called(item, n) if n > 1 or kind_of(item) in MASS else with_article(item) for item, n in items.items()])


def _named(items: dict[str, int]) -> str:
    """The same for a line that has an article of its own."""
    return _list([called(item, n) for item, n in items.items()])


def _list(parts: Sequence[str]) -> str:
    return ", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _with_price(deed: Deed) -> str:
    """ "3 ropes for 9 coins"."""
    what = called(deed.item, deed.count)
    return f"{what} for {_price([deed])}" if deed.what in {"sold", "bought"} else what


def _price(deeds: Sequence[Deed]) -> str:
    """What was given for these, in words."""
    paid, against = sum(d.price for d in deeds), dict.fromkeys(d.against for d in deeds if d.against)
    return _list([*([coins(paid)] if paid or not against else []), *(f"your {thing}" for thing in against)])


def _reply(topic: str, seen: str = "", item: str = "", **more: str) -> Reply:
    return Reply(topic, f"counts {seen}" if seen else "counts nothing", {"seen": seen, "item": item, **more})


# -- answers ---------------------------------------------------------------------------------------------------


def _how_many(question: Asked, ledger: Ledger) -> Reply | None:
    kinds, words = _KINDS.get(question.to), question.item
    if kinds is None or not ledger.deeds:
        return None
    if singular(words.rpartition(" ")[2]) in COIN:
        return _coins(ledger, question.to in {"in", "bought"})
    known = bought_from(ledger, words) if "sold" in kinds else _sum(_deeds(ledger, kinds, words))
    if not words and (last := _last(ledger, kinds)) is not None:  # "how many did you take?" of what changed hands last
        known = {last.item: known.get(last.item, last.count)}
    if known:
        return _reply("tally", _told(known), next(iter(known)))
    return _reply("tally_none", item=words) if words else None


def _coins(ledger: Ledger, mine: bool) -> Reply:
    """All coins that went one way; those counted out for the last sale, where nothing else was given."""
    gifts = sum(d.count for d in ledger.deeds if d.what == "given" and d.item == "coin")
    last = _last(ledger, {"paid", "sold"})
    if not mine:  # those that it gave out
        total = sum(d.price for d in ledger.deeds if d.what in {"bought", "refunded"})
    elif last is not None and last.what == "paid" and not gifts:
        total = last.price
    else:
        total = gifts + sum(d.price for d in ledger.deeds if d.what == "sold")
    return _reply("tally", coins(total), "coin") if total else _reply("tally_none", item="coin")


def _what(question: Asked, ledger: Ledger) -> Reply | None:
    kinds = _KINDS.get(question.to)
    if kinds is None or not ledger.deeds:
        return None
    if "sold" in kinds:
        return _has(question, ledger)
    deeds = _deeds(ledger, kinds)
    if "to" in question.values:
        deeds = [d for d in deeds if d.what == "kept"] or deeds
    if not deeds:
        return _reply("you_gave_nothing")
    sums = _sum(d for d in deeds if d.what != "bought")
    if len(deeds) == 1 and list(sums.values()) == [1]:
        return Reply("handed", f"was given {deeds[0].item}", {"thing": deeds[0].item})
    return _reply("you_gave", _list([*(_with_price(d) for d in deeds if d.what == "bought"), *([_told(sums)] if sums else [])]))


def _has(question: Asked, ledger: Ledger) -> Reply | None:
    left, deeds = bought_from(ledger), _deeds(ledger, _KINDS["out"])
    if not left:
        return _reply("you_have_nothing") if ledger.deeds else None
    whole = all(_sum(deeds)[item] == n for item, n in left.items())
    seen = _list([_with_price(d) for d in deeds if d.item in left]) if whole else _told(left)
    return _reply("you_have", seen, next(iter(left)))


def _whether(question: Asked, ledger: Ledger) -> Reply | None:
    kinds, words = _KINDS.get(question.to), question.item
    if kinds is None or not ledger.deeds:
        return None
    if words.startswith(("anything", "something", "more")):
        return _what(question, ledger)
    if deeds := _deeds(ledger, kinds, words):
        return _reply("tally_yes", _told(_sum(deeds)), words)
    spoken_of = "the" in question.values and not question.mine
    spoken_of = spoken_of or any(fits(d.item, words) for d in ledger.deeds)
    spoken_of = spoken_of or any(fits(b.item, words) or words in b.against for b in ledger.bids)
    return _reply("tally_none", item=words) if spoken_of else None


def _paid(question: Asked, ledger: Ledger) -> Reply | None:
    """What one side paid, for one thing or for all of the last deal."""
    words = "" if question.item in _IT else question.item
    deeds = _deeds(ledger, {"sold"} if question.mine else {"bought", "refunded"}, words)
    if not deeds:
        gifts = question.mine and not words and any(d.item == "coin" for d in ledger.deeds if d.what == "given")
        if gifts:
            return _coins(ledger, mine=True)
        return _reply("paid_you_nothing") if ledger.deeds and not question.mine else None
    deeds = deeds if words or "all" in question.values else [d for d in deeds if d.time == deeds[-1].time]
    seen = _named(_sum(deeds))
    return _reply("you_paid" if question.mine else "i_paid", seen, seen, price=_price(deeds))


def _was(question: Asked, ledger: Ledger) -> Reply | None:
    """ "How much was it?", of what changed hands last; what lies on the table has its price."""
    last, bid = _last(ledger, {"sold", "bought"}), ledger.open_bid("npc")
    if last is None or (bid is not None and bid.time > last.time):
        return None
    deal = [d for d in ledger.deeds if d.what == last.what and d.time == last.time]
    seen = _named(_sum(deal))
    return _reply("you_paid" if last.what == "sold" else "i_paid", seen, seen, price=_price(deal))


def _holds(question: Asked, ledger: Ledger) -> Reply | None:
    if not (things := held(ledger)):
        return _reply("you_gave_nothing") if ledger.deeds else None
    return _reply("holds", _told(things), next(iter(things)))


def _keeps(question: Asked, ledger: Ledger) -> Reply | None:
    words = question.item
    if words in COIN or ("where" in question.values and not any(fits(d.item, words) for d in ledger.deeds)):
        return None
    if things := held(ledger, words):
        return _reply("holds", _told(things), next(iter(things)))
    if any(d.what == "returned" and fits(d.item, words) for d in ledger.deeds):
        return _reply("holds_no_more", item=words)
    if deeds := _deeds(ledger, {"bought"}, words):
        return _reply("tally_yes", _told(_sum(deeds)), words)
    return _reply("holds_none", item=words) if ledger.deeds and question.values.get("my") == "my" else None


def _owner(question: Asked, ledger: Ledger) -> Reply | None:
    words = question.item
    last = next((d for d in reversed(ledger.deeds) if d.what != "paid" and fits(d.item, words)), None)
    if last is None or (words in _ANYTHING and words not in _IT):
        return None
    topic = {"given": "is_mine", "bought": "is_mine", "refunded": "is_mine", "kept": "holds"}.get(last.what, "is_yours")
    return _reply(topic, called(last.item, last.count), last.item)


def _due(ledger: Ledger, paid: Deed) -> int:
    """Coins of the sale that a payment was for."""
    return sum(d.price for d in ledger.deeds if d.what == "sold" and d.time == paid.time)


def _change(question: Asked, ledger: Ledger) -> Reply | None:
    if (last := _last(ledger, {"paid"})) is None:
        return None
    back = max(last.price - _due(ledger, last), 0)
    given = called(last.item, last.count)
    return _reply("change" if back else "no_change", given, given, price=coins(last.price), value=coins(back))


def _you_owe(question: Asked, ledger: Ledger) -> Reply | None:
    """Nothing, since it pays at once; what it paid is told along."""
    bought = _last(ledger, {"bought"})
    if bought is None:
        return _reply("owes_you_nothing") if ledger.deeds or ledger.bids else None
    seen = called(bought.item, bought.count)
    return _reply("owes_you_paid", seen, seen, price=coins(bought.price))


def _claims_debt(question: Asked, ledger: Ledger) -> Reply | None:
    thing = question.values["debt"].strip(" .,!?")
    if _NO_DEBT.match(thing):
        return None
    things = held(ledger, thing) if thing_in(thing) and of(thing)[1] != "coin" else {}
    return _reply("holds", _told(things), next(iter(things))) if things else _reply("denies_debt", item=thing)


def _claims_paid(question: Asked, ledger: Ledger) -> Reply | None:
    claimed, last = number(question.values["n"]), _last(ledger, {"paid", "sold"})
    if claimed is None or last is None:
        return None
    deal = [d for d in ledger.deeds if d.what == "sold" and d.time == last.time]
    due, item = sum(d.price for d in deal), _named(_sum(deal))
    counted_ = last.price if last.what == "paid" else due
    if claimed != counted_:
        return _reply("counts_otherwise", coins(counted_), item)
    if claimed > due:
        return _reply("change", coins(claimed), item, price=coins(claimed), value=coins(claimed - due))
    return _reply("counts_the_same", coins(counted_), item)


def _have_paid(question: Asked, ledger: Ledger) -> Reply | None:
    last = _last(ledger, {"paid", "sold"})
    if last is None:
        return None
    deal = [d for d in ledger.deeds if d.what == "sold" and d.time == last.time]
    seen = _named(_sum(deal))
    return _reply("paid_before" if last.what == "paid" else "you_paid", seen, seen, price=_price(deal))


def _got_only(question: Asked, ledger: Ledger) -> Reply | None:
    known = bought_from(ledger, question.item)
    if not known:
        return None
    item, n = list(known.items())[-1]
    same = number(question.values.get("n", "")) == n
    return _reply("counts_the_same" if same else "counts_otherwise", called(item, n), item)


def _recap(question: Asked, ledger: Ledger) -> Reply | None:
    """What lies on the table, else what is agreed."""
    done = [d for d in ledger.deeds if d.what in {"sold", "bought"}]
    bid = ledger.open_bid("npc")
    if bid is not None and not any(d.time > bid.time for d in done):
        told = {"item": called(bid.item, bid.count), "price": priced(bid)}
        return Reply("recap_buys" if bid.buys else "recap_open", f"says what is asked: {told['item']}", told, "trade")
    if not done:
        return None
    last = [d for d in done if d.time == done[-1].time]
    return _reply("recap", _list([_with_price(d) for d in (last if "mine" in question.values else done)]))


_HANDLERS: dict[str, Callable[[Asked, Ledger], Reply | None]] = {
    "change": _change,
    "paid": _paid,
    "did_pay": _paid,
    "how_many": _how_many,
    "what": _what,
    "has": _has,
    "holds": _holds,
    "keeps": _keeps,
    "owner": _owner,
    "whether": _whether,
    "was": _was,
    "debt": _you_owe,
    "claims_debt": _claims_debt,
    "claims_paid": _claims_paid,
    "have_paid": _have_paid,
    "got_only": _got_only,
    "recap": _recap,
}
