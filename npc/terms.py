"""What is said about trade that asks no plain price: half of one, credit, a discount for many, a parcel, whom it is for, work
asked of a craftsman, hire, a bite that is offered, things instead of coins.

None of it names a ware, and the model hears deeds in it ("would you take half of that?"): it is read by what it says
(`npc/language/terms.yaml`), and answered in words.
"""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation import bids, deals
from npc.conversation.basket import basket
from npc.conversation.no_stall import ASKED, is_bribe
from npc.conversation.offhand import lately_priced
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, called, coins, number
from npc.dealings import SURE, stall_of
from npc.facts import told_of
from npc.language.formulas import group, patterns
from npc.language.patterns import TablePattern
from npc.language.phrases import singular, thing_in
from npc.language.plain import plain
from npc.language.senses import Ask, Sense
from npc.memory.ledger import LONGEST, Bid, Ledger
from npc.parts import best
from npc.turn import Turn
from npc.types import Percept

_TREAT, _TREAT_NEAR, _FOR_IT, _BITE, _LATER, _LEND = patterns("terms.yaml", "treat treat_near for_it bite later lend")
_KNOWN = 0.75  # likeness from which a fact of the card is meant
_SO_MANY, _DISCOUNT, _HALF, _MORE, _PACKS, _HANDS, _OCCASION, _UNPAID, _ADDS_UP, _OF_IT = patterns(
    "terms.yaml", "so_many discount half more packs hands occasion unpaid adds_up of_it"
)
_MENDS, _MENDS_SUCH, _BROKEN, _MAKES, _ORDERS, _WHEN, _COSTS, _MANY = patterns(
    "terms.yaml", "mends mends_such broken makes orders when costs many"
)
_FEE, _HIRES, _WANTED, _TERMS, _IN_KIND, _BROKE, _PRICE_OF = patterns(
    "terms.yaml", "fee hires wanted terms in_kind broke price_of"
)
_SENTENCE = re.compile(
    r"(?<=[.!?;])\s+|"
    r"(?<=[,:]) (?=(?:and |so |but )?(?:(?:can|could|would|will|do|may) (?:you|I|we)|you (?:do|fix|mend|repair))\b)",
    re.IGNORECASE,
)
_CRAFT = re.compile(
    r"smith|carpenter|joiner|mechanic|engineer|tinker|tailor|cobbler|mason|wright|potter|weaver|armou?rer|craft", re.IGNORECASE
)
_ASKS = re.compile(r"(?:[a-z]+,? )?(?:can|could|may|might|mind|is it|would) ", re.IGNORECASE)
_REQUEST = re.compile(r"(?:can|could|would|will) you\b", re.IGNORECASE)
_HANDED = re.compile(r"\b(?:give|hand|pass) (?:me|us) (?:the|that|this|your|those) (?P<item>[a-z][a-z -]*)", re.IGNORECASE)
_PLACE = re.compile(r" (?:by|near|at|on|over|in|next to|beside|behind|under) .*$", re.IGNORECASE)
_MINE = re.compile(r"^(?:my|our)\b", re.IGNORECASE)
_NUMBERS = {"a dozen": 12, "half a dozen": 6, "a couple": 2, "a hundred": 100}
_HANDING = frozenset({"give", "hand", "get", "pass", "fetch", "bring"})
_MANNERS = frozenset({"compliment", "apologize", "thank"})
_HIRED = 2  # lines for which a sum is for the service that was asked
_SOLD = 180.0  # seconds for which what was sold may be wrapped
_KNOWS = 0.7  # likeness from which a fact of the card answers a question about what it charges
_MAY_KNOW = 0.5  # likeness from which a fact may be about the work that is asked


def answer(turn: Turn, looked: Percept) -> Reply | None:
    """What answers words about the terms of a trade, or of a service; None where they are about none."""
    if turn.parts.meant(turn.heard):
        return None
    words = plain(looked.text)
    said = [sentence.strip() for sentence in _SENTENCE.split(words) if sentence.strip()]
    found = _offered(turn, said) or _worked(turn, said) or _hired(turn, said)
    if found is None and "trade" not in turn.parts.persona.boundaries:
        stall = stall_of(turn)
        found = _lent(turn, said, stall)
        found = found or (
            _at_the_stall(turn, words, said, stall, looked) if stall.wares or stall.wants else _without(turn, said)
        )
    if found is not None:
        if best(turn.heard.intent)[0] in _MANNERS:  # "that is steep! would you settle for half?" praises nothing
            turn.clauses[0] = (turn.clause, replace(turn.heard, intent={"trade": SURE}))
        turn.settled += [clause for clause, _ in turn.clauses]
    return found


def _first(pattern: TablePattern, said: list[str]) -> re.Match[str] | None:
    return next((found for sentence in said if (found := pattern.match(sentence)) is not None), None)


def _offered(turn: Turn, said: list[str]) -> Reply | None:
    """A bite, or the rest of one's bread; "take one of the apples" that are in view asks to pick one up."""
    offers = [_TREAT, _FOR_IT, _BITE] if turn.heard.target is not None else [_TREAT, _TREAT_NEAR, _FOR_IT, _BITE]
    if all(_first(offer, said) is None for offer in offers):
        return None
    return Reply("on_gift_refused", "was offered something of the speaker's")


# -- work and hire -----------------------------------------------------------------------------------------------


def _worked(turn: Turn, said: list[str]) -> Reply | None:
    """Work that is asked of it: what the card says of such requests, else whether this is its trade at all."""
    mends, makes = _first(_MENDS, said), _first(_MAKES, said)
    broken = next((found for sentence in said if (found := _BROKEN.search(sentence)) is not None), None)
    such = _first(_MENDS_SUCH, said) if broken is not None else None
    found = makes or mends or such
    if found is None and (of_it := _of_work(turn, said)) is not None:
        return of_it
    if found is None and _first(_ORDERS, said) is None:
        return None
    if turn.heard.target is not None and mends is not None and _MINE.match(group(mends, "item")) is None:
        return None  # "fix the fence", which is in view
    fact, likeness = best(turn.heard.knowledge)
    known = turn.parts.persona.knowledge.get(fact)
    if known is not None and likeness >= _KNOWS and any(_REQUEST.match(asked) for asked in known.asked):
        return None  # the card has words of its own for such a request
    crafts = _CRAFT.search(turn.parts.persona.role) is not None
    item = group(found, "item") if found is not None and found is not such else ""
    thing = thing_in(item) or item
    if not crafts:
        return Reply("no_work", "was asked for work that is not its own", {"item": singular(thing) or "it"}) if found else None
    stall = stall_of(turn)
    if makes is not None and (ware := stall.find(thing)):
        return bids.ask(ware, stall.asks(ware), "makes_for", turn.ledger, turn.percept.time)
    if makes is None and found is not None and (told := _told_of_work(turn)) is not None:
        return told
    return Reply("makes" if mends is None and such is None else "mends", "was asked for work", {"item": thing or "it"})


def _of_work(turn: Turn, said: list[str]) -> Reply | None:
    """When work will be done that was just asked, and for how much."""
    lately = [plain(heard.text) for heard in turn.ledger.heard[-_HIRED:]]
    sentences = [sentence for text in lately for sentence in _SENTENCE.split(text)]
    asked = any(p.match(s) is not None for s in sentences for p in (_MENDS, _MAKES, _MENDS_SUCH, _ORDERS))
    if not asked or turn.ledger.told or turn.ledger.asked == bids.DEAL or _CRAFT.search(turn.parts.persona.role) is None:
        return None
    if any(_WHEN.search(sentence) for sentence in said):
        return Reply("when_done", "was asked when work will be done")
    if any(_COSTS.search(sentence) for sentence in said):
        return Reply("mends", "was asked what work will cost", {"item": "it"})
    return None


def _told_of_work(turn: Turn) -> Reply | None:
    """What the card says further of a fact near by, where it is asked for the deed itself: "can you do it for me?"."""
    facts = turn.parts.persona.knowledge
    heard = [percept.knowledge for _, percept in turn.clauses]
    for topic, likeness in sorted(best(known) for known in heard if known)[::-1]:
        asked = [key for key in facts[topic].further if _REQUEST.match(key)] if topic in facts else []
        if likeness >= _MAY_KNOW and asked:
            return told_of(turn, topic, facts[topic].further[asked[0]], f"was asked for work it knows of as {topic}")
    return None


def _hired(turn: Turn, said: list[str]) -> Reply | None:
    """Its services for pay: it promises none, and names no price that the card does not name."""
    lately = [plain(heard.text) for heard in turn.ledger.heard[-_HIRED:]]
    goes_on = any(_WANTED.search(text) or any(map(_is_hire, _SENTENCE.split(text))) for text in lately)
    whole = " ".join(said)
    hires = any(map(_is_hire, said)) or _WANTED.search(whole) is not None or (goes_on and _names_terms(whole))
    if not hires or is_bribe(whole):
        return None
    fact, likeness = best(turn.heard.knowledge)
    if fact in turn.parts.persona.knowledge and likeness >= _KNOWS:
        return None
    return Reply("no_hire", "was offered pay for a service")


def _names_terms(words: str) -> bool:
    """Whether words are what is paid, or when, and nothing else."""
    return any(pattern.match(part) is not None for part in (words, *words.split(", ")) for pattern in (_TERMS, _LATER))


def _is_hire(sentence: str) -> bool:
    return _FEE.match(sentence) is not None or _HIRES.match(sentence) is not None


# -- terms of a bargain ------------------------------------------------------------------------------------------


def _lent(turn: Turn, said: list[str], stall: Stall) -> Reply | None:
    """Credit, and coins to borrow."""
    if _first(_LEND, said) is not None:
        return Reply("no_loan", "was asked for coins to borrow", {}, "refuse")
    if not stall.wares or (later := _first(_LATER, said)) is None:
        return None
    mine = turn.ledger.open_bid("npc")
    asks = later.string.rstrip().endswith("?") or _ASKS.match(later.string) is not None
    if not asks and (mine is None or mine.buys):  # "I will pay you tomorrow" promises
        return None
    if (mine is None or mine.buys) and best(turn.heard.knowledge)[1] >= _KNOWN:  # the card's own view of credit
        return None
    return Reply("no_credit", "gives no credit", {"item": mine.item if mine is not None and not mine.buys else "it"}, "refuse")


def _at_the_stall(turn: Turn, words: str, said: list[str], stall: Stall, looked: Percept) -> Reply | None:
    """What one says who sells or buys."""
    ledger, now = turn.ledger, looked.time
    mine = lately_priced(ledger, now)
    if (unpaid := _for_nothing(turn, words, stall, looked)) is not None:
        return unpaid
    if mine is None and ledger.bids and ledger.bids[-1].state == "refused" and ledger.bids[-1].buys and _first(_MORE, said):
        one = ledger.bids[-1].item
        return Reply("no_use", f"has no use for {one}, for no price", {"item": one}, "refuse")
    if not stall.wares:
        return None
    if (total := _total(turn, words, stall, looked)) is not None:
        return total
    if _first(_HALF, said) is not None:
        return _halved(turn, mine, stall, looked)
    many = _first(_MANY, said)
    if many is not None and mine is not None and not mine.buys and " and " not in mine.item:
        count = _count(group(many, "n"))
        return bids.ask(mine.item, stall.asks(mine.item, count), "price", ledger, now, count)
    if _DISCOUNT.search(words) is not None and (found := _for_many(turn, words, mine, stall, looked)) is not None:
        return found
    if _first(_PACKS, said) is not None or (_first(_HANDS, said) is not None and _sold_lately(ledger, now) is not None):
        return _packed(turn, stall, looked)
    occasion = _first(_OCCASION, said)
    if occasion is not None and not basket(words, stall).wares:
        value = re.sub(r"^(?:my|our)\b", "your", group(occasion, "item"), flags=re.IGNORECASE)
        return Reply("shops_for", "was told what the shopping is for", {"value": value, "seen": _listed(stall)})
    return None


def _total(turn: Turn, words: str, stall: Stall, looked: Percept) -> Reply | None:
    """What all that is named comes to, whatever the card knows of it; and the price of the one thing that is."""
    wares, asks = basket(words, stall).wares, turn.clause.meaning
    if asks.ask is Ask.PRICE and len(turn.clauses) > 1 and len(wares) == 1 and not asks.values:  # "that rope, what is it?"
        count, item = wares[0]
        return bids.ask(item, stall.asks(item, count), "price", turn.ledger, looked.time, count)
    mine, many = lately_priced(turn.ledger, looked.time), _OF_IT.search(words)
    if not wares or _ADDS_UP.search(words) is None or mine is None or mine.buys or many is None or " and " in mine.item:
        return None
    more = [(_count(group(many, "n")), mine.item), *(ware for ware in wares if ware[1] != mine.item)]
    several = " and ".join(f"{n} {name}" if n > 1 else name for n, name in more)
    return bids.ask(several, stall.asks(several), "price", turn.ledger, looked.time)


def _for_nothing(turn: Turn, words: str, stall: Stall, looked: Percept) -> Reply | None:
    """A ware that has its price is to be handed over for nothing: the price is said again."""
    clause, ledger = turn.clause, turn.ledger
    unpaid = _UNPAID.search(words) is not None
    item, handed = "", _HANDED.search(words)
    if handed is not None or (clause.sense is Sense.ORDER and clause.meaning.verb in _HANDING):
        named = (handed["item"] if handed is not None else "", clause.thing, clause.meaning.thing)
        names = (_PLACE.sub("", thing_in(name)) for name in named if name)
        item = next(filter(None, map(stall.find, names)), "")
    mine = ledger.open_bid("npc")
    told = any(b.item == item and b.by == "npc" and b.state == "open" and not b.buys for b in ledger.bids)
    if not item and unpaid and ledger.asked == bids.DEAL and mine is not None and not mine.buys:
        item = mine.item
    if not item or not (unpaid or (told and turn.heard.target is not None)):
        return None
    return bids.ask(item, stall.asks(item), "firm" if unpaid else "price", ledger, looked.time)


def _halved(turn: Turn, mine: Bid | None, stall: Stall, looked: Percept) -> Reply:
    """Half of a price that was named; where several were, which is meant."""
    ledger, now = turn.ledger, looked.time
    if mine is None or mine.buys or not mine.price:
        ledger.asked = bids.WARES
        return Reply("of_which", "was bid half of no price in particular", {"seen": _listed(stall)})
    return bids.lower(mine.item, mine.price // 2, ledger, stall, now, looked.speaker, count=mine.count)


def _for_many(turn: Turn, words: str, mine: Bid | None, stall: Stall, looked: Percept) -> Reply | None:
    """A discount for so many: the price of them, lower where it haggles."""
    ledger, now, named = turn.ledger, looked.time, basket(words, stall)
    found = _SO_MANY.search(words)
    count = _count(group(found, "n")) if found is not None else named.many
    item = named.wares[0][1] if len(named.wares) == 1 else mine.item if mine is not None and not mine.buys else ""
    count = max(count, named.wares[0][0]) if len(named.wares) == 1 else count
    if not count and not named.wares and mine is not None and not mine.buys and ledger.asked == bids.DEAL:
        return bids.lower(mine.item, None, ledger, stall, now, count=mine.count)  # "shave a little off"
    if not item or count < 2 or " and " in item or (found is None and named.coins is not None):
        return None
    bids.ask(item, stall.asks(item, count), "price", ledger, now, count)
    return bids.lower(item, None, ledger, stall, now, count=count)


def _sold_lately(ledger: Ledger, now: float) -> Bid | None:
    sale = next((b for b in reversed(ledger.bids) if b.state in {"agreed", "paid"} and not b.buys), None)
    return sale if sale is not None and now - sale.time <= _SOLD else None


def _packed(turn: Turn, stall: Stall, looked: Percept) -> Reply:
    """What lies on the table is taken, what was sold is wrapped."""
    ledger, now = turn.ledger, looked.time
    if ledger.asked == bids.DEAL and (closed := deals.close(ledger, stall, looked.speaker, now)) is not None:
        return closed
    if (sale := _sold_lately(ledger, now)) is not None:
        return Reply("packs", f"wraps {sale.item}", {"item": called(sale.item, sale.count)})
    ledger.asked = bids.WARES
    return Reply("of_which", "was asked to wrap what was not bought", {"seen": _listed(stall)})


def _without(turn: Turn, said: list[str]) -> Reply | None:
    """What one says who neither sells nor buys: of half of a bid, of boots instead of coins, of the price of a thing."""
    ledger, now = turn.ledger, turn.percept.time
    on_table = ledger.open_bid("player") if ledger.asked == ASKED else None
    if on_table is not None and _first(_HALF, said) is not None:
        return Reply("sells_nothing", f"does not deal in {on_table.item}", {"item": on_table.item}, "refuse")
    kind = _first(_IN_KIND, said)
    if kind is not None and (on_table is not None or " only " in kind[0] or any(_BROKE.search(sentence) for sentence in said)):
        mine = thing_in(group(kind, "item")) or group(kind, "item")
        return Reply("keeps_yours", f"was offered {mine} instead of coins", {"item": mine})
    known = best(turn.heard.knowledge)[1] >= _KNOWS
    if not known and (asked := _first(_PRICE_OF, said)) is not None and (item := thing_in(group(asked, "item"))):
        ledger.bid(Bid(item=item[:LONGEST], time=now))
        ledger.asked = ASKED
        return Reply("sells_nothing", f"does not deal in {item}", {"item": item}, "refuse")
    return None


def _count(word: str) -> int:
    return _NUMBERS.get(word.lower(), number(word) or 0)


def _listed(stall: Stall) -> str:
    return ", ".join(f"{name} for {coins(stall.asks(name))}" for name in stall.wares)
