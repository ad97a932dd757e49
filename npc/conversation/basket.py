"""What a customer names, however he puts it: wares and how many, what he leaves out, coins.

The grammar of trade reads how most people put it. Who puts it otherwise ("two stews, one ale and a room for the night, how much
is that?", "leave out the ale", "27 for all ten") still names wares and numbers, and a word or two tell what for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from npc.conversation import bids, counters, trade
from npc.conversation.clause import Clause
from npc.conversation.offhand import count_in, lately_priced
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, called, head_of, number
from npc.language.grammar import expanded
from npc.language.kinds import akin
from npc.language.phrases import COLOURS, kind_of, singular, thing_in
from npc.language.plain import plain
from npc.language.senses import Ask, Sense
from npc.memory.ledger import Bid, Ledger

_TOKEN = re.compile(r"[a-z']+|\d+|[,.;!?]")
_NUMBER = r"(?:\d{1,6}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|fifty)"
_SKIPPED = frozenset({
    "of", "the", "more", "a", "an", "some", "fresh", "good", "big", "small", "nice", "your", "those", "these", "that",
})  # fmt: skip
# What may follow the name of a ware: no "pie crumbs".
_AFTER = frozenset({
    ",", ".", ";", "!", "?", "and", "or", "for", "please", "to", "then", "now", "with", "at", "from", "in", "on",
    "too", "also", "as", "plus", "each", "all", "altogether", "instead", "out", "off", "today", "is", "are", "it",
    "if", "i", "you", "we", "but", "would", "do", "does", "cost", "worth", "back", "again", "first", "only", "maybe",
    "though", "without", "except",
})  # fmt: skip
_DROPS = re.compile(
    r"(?:without|except|not|no|forget(?: about)?|drop|minus|leave out|take off|take out|never mind|skip|instead of|rather than|"
    r"do(?:es)? not (?:want|need|like)|hates|dislikes)(?: (?:the|any|that|those|an?|my))*$"
)
_COINS = (
    re.compile(expanded(rf"\b(?P<n>{_NUMBER}) <coin>\b"), re.IGNORECASE),
    re.compile(
        rf"\b(?:for|give you|pay(?: you)?|offer(?: you)?|down to|go to|make it|say|how about|only have)(?: only| just)? "
        rf"(?P<n>{_NUMBER})(?=[\s?.!,]*$| for\b| and\b|,| then\b| if\b)",
        re.IGNORECASE,
    ),
    re.compile(r"^(?P<n>\d{1,6})(?= for\b)", re.IGNORECASE),
    re.compile(r"\b(?P<n>\d{1,6})(?= for (?:the lot|all|both|everything|them|it)\b)", re.IGNORECASE),
)
# "It cost me 80 silver", "I lost 40 coins": a sum that is told of, and bids nothing.
_PAST_SUM = re.compile(
    rf"\b(?:cost|lost|paid|spent|earned|won|found|owed|stole|took|saved|had|made|gave (?!you\b)[a-z]+)"
    rf"(?: (?!for\b)[a-z']+){{0,3}} "
    rf"{_NUMBER}(?: (?:gold|silver|copper|coins?|gold coins?|coppers))*",
    re.IGNORECASE,
)
_MANY = re.compile(
    rf"\b(?P<n>{_NUMBER}|another|a couple)(?: more)? of (?:them|those|these|it)\b|\b(?P<n_>{_NUMBER}) more\b|"
    rf"\ball (?P<n__>{_NUMBER})\b|(?:give me|(?:I |^)(?:only |just )?(?:need|want|take|will take|will have)|only|just) "
    rf"(?P<n___>(?!an? ){_NUMBER})(?: actually| please| then)*(?=[\s.!]*$|,)(?!\?)",
    re.IGNORECASE,
)
_UNIT = (
    "bags?|sacks?|pieces?|bundles?|bowls?|mugs?|plates?|slices?|jars?|flasks?|loads?|units?|lengths?|coils?|bottles?|cups?|pounds?|"
    "lumps?|vials?|bits?|portions?"
)
_A_UNIT = re.compile(_UNIT)
_UNITS = re.compile(rf"(?P<n>(?!an? ){_NUMBER}) (?:{_UNIT})\b(?! of (?!it\b|them\b|that\b))", re.IGNORECASE)
_PLEASE = re.compile(r"\bplease\b", re.IGNORECASE)
_SO_MANY_PLEASE = re.compile(
    r"(?:just |only |yes,? |make it |I (?:will take|want) )?(?P<n>two|three|four|five|six|seven|eight|nine|ten|twelve)"
    r"(?: of (?:them|those|it))?,? (?:please|of course|thanks|thank you|if you have them)[\s.!]*",
    re.IGNORECASE,
)
_SO_MANY = re.compile(rf"(?:just |only )?(?!an? ){_NUMBER} ", re.IGNORECASE)
_EACH = re.compile(r"\bone of each\b", re.IGNORECASE)
_LINES = 3  # in which "each" was spoken of
_OF_EACH = re.compile(r"\bone of (?:each|everything|them all)\b|\beverything (?:you have|on the menu)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:how much|cost|price|altogether|in total|the total|come to|what if|if I (?:buy|take|"
    r"get))\b",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\b(?:I (?:will|would) (?:just |also |only )?(?:take|have|like|buy)|"
    r"(?<!do )(?<!would )(?<!should )(?<!why )I (?:want|need)(?! to (?!buy|have|get)\b)|"
    r"(?:give|get|bring|make|pour|pack) (?:me|us)|please|to go|for me|order|just the|only the)\b",
    re.IGNORECASE,
)
_ADDS = re.compile(r"^(?:and|also|plus|oh and|throw in|add)\b|\b(?:too|as well|on top|with it)(?=[\s?.!]*$|,)", re.IGNORECASE)
_AND_ALONE = re.compile(
    r"(?:and|also|plus|oh and)(?: maybe| also)? (?:an?|some|one|two|three|four|five|six|\d+) [a-z' -]{2,30}[.!]*", re.I
)
_AND_THE = re.compile(r"and (?:(?:what|how) about )?the [a-z' -]+\?+", re.IGNORECASE)  # asks the price of the other
_ONLY = re.compile(r"\b(?:just|only)\b", re.IGNORECASE)
_SAME = re.compile(
    r"\b(?:the )?same (?:again|order|thing|for (?:me|us|him|her|them|my|the))\b|\banother round\b|"
    r"^(?:again|once more),? please",
    re.IGNORECASE,
)
_HALF = re.compile(r"\bhalf (?:the |that )?price\b|\bhalf off\b", re.IGNORECASE)
_FREE = re.compile(r"\b(?:for free|for nothing|a free|on the house|as a gift|for no money)\b", re.IGNORECASE)
# "I give you 10 if you throw in the rope."
_THROWS_IN = re.compile(
    r"\b(?:throw|chuck|toss|put|add) in (?P<item>[a-z0-9' -]+?)(?: (?:for free|as well|too|on top|for nothing|with it))*"
    r"(?=[\s,.!?]*$|,| and\b| then\b)|"
    r"\bif (?:I get|you add|you give me|I can have) (?P<item_>[a-z0-9' -]+?) (?:too|as well|with it|on top|for free)\b|"
    r"\b(?:with|plus|including) (?!my\b)(?P<item__>(?:the |an? |some |that |your )[a-z0-9' -]+?) "
    r"(?:on top|thrown in|included|as well|"
    r"for free|on the house)\b|"
    r"\b(?:but |if |as long as |provided )(?P<item___>(?:the |an? |that |your )[a-z0-9' -]+?) "
    r"(?:comes with it|is included|goes with it|is free)\b",
    re.IGNORECASE,
)
_BID = re.compile(r"\b(?P<n>\d{1,6})\b")
_SENSES = frozenset(
    {
        Sense.TRADE,
        Sense.QUESTION,
        Sense.ORDER,
        Sense.OTHER,
        Sense.SELF,
        Sense.RELEASE,
        Sense.CORRECT,
        Sense.OFFER,
        Sense.NO,
        Sense.YES,
    }
)


@dataclass(frozen=True, slots=True)
class Basket:
    """What words name.

    Attributes:
        wares: how many of which.
        without: wares that are left out.
        coins: a sum, None where none is named.
        many: how many of what is on the table; 0 where that is not said.
        some: wares of which there are several, and it is not said how many ("the needles").
    """

    wares: tuple[tuple[int, str], ...] = ()
    without: frozenset[str] = frozenset()
    coins: int | None = None
    many: int = 0
    some: frozenset[str] = frozenset()


def basket(words: str, stall: Stall) -> Basket:
    """What `plain` words name of a stall."""
    tokens = _TOKEN.findall(words.lower())
    wares: dict[str, int] = {}
    without: set[str] = set()
    some: set[str] = set()
    at = 0
    while at < len(tokens):
        name, length = _ware_at(tokens, at, stall)
        if name and (at + length == len(tokens) or tokens[at + length] in _AFTER):
            if _DROPS.search(" ".join(tokens[:at])) or tokens[at + length : at + length + 1] == ["out"]:
                without.add(name)
            else:
                before = _count_before(tokens, at)
                wares[name] = wares.get(name, 0) + (before or 1)
                if before is None and tokens[at + length - 1] != singular(tokens[at + length - 1]):
                    some.add(name)
        at += max(length, 1)
    if _OF_EACH.search(words):
        wares = dict.fromkeys(stall.wares, 1) | wares
    many = _MANY.search(words) or _UNITS.search(words)
    count = next((v for v in many.groupdict().values() if v), "") if many is not None else ""
    words = _PAST_SUM.sub("", words)
    coins = next((number(found["n"]) for pattern in _COINS if (found := pattern.search(words)) is not None), None)
    named = tuple((n, name) for name, n in wares.items())
    return Basket(named, frozenset(without), coins, _counted(count), frozenset(some))


def _counted(word: str) -> int:
    return {"another": 1, "a couple": 2, "": 0}.get(word.lower(), number(word) or 0)


def _ware_at(tokens: list[str], at: int, stall: Stall) -> tuple[str, int]:
    """The ware whose name begins here, and how many words it has; ("", 0) where none does."""
    for name in sorted(stall.wares, key=len, reverse=True):
        parts = name.split()
        if [singular(token) for token in tokens[at : at + len(parts)]] == [singular(part) for part in parts]:
            return name, len(parts)
    heads = [
        name
        for name in stall.wares
        if singular(tokens[at]) in {kind_of(name), head_of(name)}
        or akin(singular(tokens[at]), name)
        or (tokens[at] in COLOURS and tokens[at] in name.split()[:-1])  # "one red and one blue"
    ]
    hued = tokens[at] in COLOURS and tokens[at + 1 : at + 2] in (["one"], ["ones"])  # "three of the blue ones"
    return (heads[0], 1 + hued) if len(heads) == 1 else ("", 0)


def _count_before(tokens: list[str], at: int) -> int | None:
    for token in reversed(tokens[max(at - 3, 0) : at]):
        if (count := number(token)) is not None and token not in {"a", "an"}:
            return count
        if token not in _SKIPPED and not _A_UNIT.fullmatch(token):
            break
    return None


def _named(wares: tuple[tuple[int, str], ...]) -> tuple[int, str]:
    """Several wares as one item, as `Stall.parts` reads it; of one alone its count."""
    if len(wares) == 1:
        return wares[0]
    return 1, " and ".join(f"{n} {name}" if n > 1 else name for n, name in wares)


def names_wares(clause: Clause, stall: Stall) -> bool:
    """Whether nothing is said but wares: "two knives"."""
    return trade.wants(clause) and bool(basket(clause.text, stall).wares)


def goes_on(clause: Clause, ledger: Ledger, stall: Stall, now: float) -> bool:
    """Whether words that name wares or numbers go on with the trade under way, whatever else they may mean."""
    if counters.goes_on(clause, ledger, now):
        return True
    named = clause.meaning.is_deed_of_a_thing and clause.thing and not _UNITS.search(clause.text)
    if ledger.asked not in {"deal", "wares"} or clause.sense not in _SENSES or named:
        return False
    found = basket(clause.text, stall)
    return bool(found.without or found.many or found.coins is not None or _HALF.search(clause.text))


def answer(
    clause: Clause,
    ledger: Ledger,
    stall: Stall,
    speaker: str,
    now: float,
    heard: str = "",
    in_view: bool = False,
    whole: str = "",
) -> Reply | None:
    """As `trade.answer`; what that does not read is read by what it names.

    Args:
        whole: the whole utterance: "two stews and an ale. How much is that?".
    """
    if stall.wares or stall.wants:
        named = basket(whole.replace(clause.text, "", 1), stall).wares if whole and count_in(clause) else ()
        if len(named) == 1:  # "rope then. Gimme three"
            return _priced(count_in(clause), named[0][1], None, ledger, stall, speaker, now)
        further = counters.answer(clause, ledger, stall, speaker, now)
        if isinstance(further, Reply):
            return further
        if further is not None:
            clause, whole = further, further.text or clause.text
    words = whole or clause.text
    if _EACH.search(words) and len(lately := _named_lately(ledger, stall)) > 1:
        words = _EACH.sub(", ".join(f"one {name}" for name in lately), words)
    if _PLEASE.search(clause.said):  # it was cut off
        words += " please"
    found = (
        basket(words, stall)
        if stall.wares and clause.sense in _SENSES and not (in_view and clause.sense is Sense.ORDER)
        else Basket()
    )
    mine = ledger.open_bid("npc") if ledger.asked == "deal" else None
    if mine is None and found.coins is not None and _ADDS.search(words):  # "what if I take a rope as well, 40 for the lot?"
        mine = lately_priced(ledger, now)
    if mine is not None and not mine.buys and (both := _with_more(words, mine, stall)):
        bid = _BID.search(words)
        return bids.lower(both, int(bid["n"]) if bid is not None else mine.price, ledger, stall, now, speaker)
    if mine is not None and not mine.buys and (so_many := _SO_MANY_PLEASE.fullmatch(clause.said)):  # "three, please" is no bid
        return _priced(number(so_many["n"]) or 1, mine.item, None, ledger, stall, speaker, now)
    only = (
        mine is not None
        and _ONLY.search(words) is not None
        and {n for _, n in found.wares} < {n for _, n in stall.parts(mine.item)}
    )
    if mine is not None and not mine.buys and (found.without or only or (found.many and clause.meaning.ask is Ask.NONE)):
        read = _read(words, found, mine, ledger, stall, speaker, now)
        if read is not None:
            return read
    if (
        clause.sense is Sense.ORDER
        and _SAME.search(clause.text)
        and (same := _read(words, found, mine, ledger, stall, speaker, now))
    ):
        return same
    several = clause.sense is Sense.ORDER and (any(n > 1 for n, _ in found.wares) or (found.coins and found.wares))
    adds = mine is not None and _ADDS.search(clause.said) is not None and _AND_THE.fullmatch(clause.said.strip()) is None
    alone = trade.ABOUT.match(clause.text) or (adds and _AND_ALONE.fullmatch(clause.said.strip()))
    if several or ((found.coins is not None or adds) and found.wares and alone):
        read = _read(clause.said if adds else words, found, mine, ledger, stall, speaker, now)
        if read is not None:
            return read
    priced = lately_priced(ledger, now) if clause.meaning.ask is Ask.TOTAL and found.many else None
    if priced is not None and not priced.buys:  # "5 of them then, what does that come to?"
        return _priced(found.many, priced.item, None, ledger, stall, speaker, now)
    if clause.meaning.ask is Ask.TOTAL and found.wares and not {name for _, name in found.wares} <= _lately_sold(ledger):
        return _priced(*_named(found.wares), None, ledger, stall, speaker, now)  # "five salts and a rope, total?"
    said = trade.answer(clause, ledger, stall, speaker, now, heard, in_view)
    if said is not None and said.topic not in {"not_for_sale", "owes_nothing"}:
        return said
    return _read(words, found, mine, ledger, stall, speaker, now) or said


def _with_more(words: str, mine: Bid, stall: Stall) -> str:
    """What lies on the table, and what is to come with it for no more coins; empty where nothing is."""
    found = _THROWS_IN.search(words)
    named = next(filter(None, found.groupdict().values()), "") if found is not None else ""
    more = stall.find(thing_in(named)) if named else ""
    if not more or mine.count != 1 or more in {name for _, name in stall.parts(mine.item)}:
        return ""
    return stall.find(f"{mine.item} and {more}")


def _read(words: str, found: Basket, mine: Bid | None, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    if mine is not None and mine.buys:
        return None
    on_table = {name: n * mine.count for n, name in stall.parts(mine.item)} if mine is not None else {}
    wares = tuple((on_table.get(name, n) if name in found.some else n, name) for n, name in found.wares)
    given = wares
    if found.without and mine is not None:
        left = tuple((n * mine.count, name) for n, name in stall.parts(mine.item) if name not in found.without)
        wares = wares or left
        if not wares:
            return None
    elif (
        not wares
        and found.many
        and (item := mine.item if mine is not None else _spoken_of(ledger, stall) or _last_sold(ledger))
    ):
        if mine is None and " and " in item:
            return None  # four of which?
        return _priced(found.many, item, found.coins, ledger, stall, speaker, now)
    elif (
        wares
        and mine is not None
        and _ADDS.search(words)
        and not {n for _, n in wares} & {n for _, n in stall.parts(mine.item)}
    ):
        wares = (*((n * mine.count, name) for n, name in stall.parts(mine.item)), *wares)
    if not wares and _SAME.search(words) and (last := _last_sale(ledger)) is not None:
        return _priced(last.count, last.item, None, ledger, stall, speaker, now)
    if wares:
        count, item = _named(wares)
        free = _FREE.search(words) is not None
        if not (
            found.coins
            or found.without
            or free
            or wares != given
            or (mine is not None and _ONLY.search(words) is not None)
            or _ASKS.search(words)
            or _TAKES.search(words)
            or _is_list(words, found)
        ):
            return None
        return _priced(count, item, 0 if free else found.coins, ledger, stall, speaker, now)
    if mine is None:
        return None
    if _HALF.search(words):
        return _priced(mine.count, mine.item, (mine.price or 0) // 2, ledger, stall, speaker, now)
    return _priced(mine.count, mine.item, found.coins, ledger, stall, speaker, now) if found.coins is not None else None


def _is_list(words: str, found: Basket) -> bool:
    """Whether nothing is said but wares and numbers."""
    counted = len(found.wares) > 1 or _SO_MANY.match(words) is not None
    return counted and len(words.split()) <= 4 * len(found.wares)


def _last_sale(ledger: Ledger) -> Bid | None:
    return next((bid for bid in reversed(ledger.bids) if not bid.buys and bid.state in {"agreed", "paid"}), None)


def _named_lately(ledger: Ledger, stall: Stall) -> list[str]:
    """The wares of the last lines, which "one of each" is of."""
    return list(dict.fromkeys(name for heard in ledger.heard[-_LINES:] for _, name in basket(plain(heard.text), stall).wares))


def _spoken_of(ledger: Ledger, stall: Stall) -> str:
    """The ware that was meant since the last sale: "what is that rope like?", and then "three of them"."""
    sale = _last_sale(ledger)
    lately = (thing for thing in reversed(ledger.things) if sale is None or thing.time > sale.time)
    return next((item for thing in lately if (item := stall.find(thing.phrase))), "")


def _lately_sold(ledger: Ledger) -> set[str]:
    return {deed.item for deed in ledger.deeds if deed.what == "sold"}


def _last_sold(ledger: Ledger) -> str:
    last = _last_sale(ledger)
    return last.item if last is not None else ""


def _priced(count: int, item: str, coins: int | None, ledger: Ledger, stall: Stall, speaker: str, now: float) -> Reply | None:
    if len(item) > 110 or called(item, count) == "":
        return None
    if coins is None:
        return bids.ask(item, stall.asks(item, count), "price", ledger, now, count)
    return bids.lower(item, coins, ledger, stall, now, speaker, count=count)
