"""What changes hands between a speaker and a character: what it keeps for him, gives back, and trades."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation import accounts, basket, deals, no_stall, trade
from npc.conversation.bids import buys_what
from npc.conversation.clause import Clause
from npc.conversation.payment import on_credit
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, counted, number
from npc.language.formulas import group, patterns
from npc.language.phrases import kind_of, singular, thing_in
from npc.language.plain import plain
from npc.language.senses import Ask, Meaning, Sense
from npc.language.sentences import mentions
from npc.memory.ledger import LONGEST, Bid, Deed, Ledger
from npc.parts import best
from npc.turn import Turn
from npc.types import Effect, Percept

KEPT = frozenset({Ask.KEEPS, Ask.GIVES_BACK, Ask.TAKES_BACK})
_IT_BACK = re.compile(r"\b(?:it|that|this|them)(?: to me)? back\b|\bback (?:it|that|this|them)\b", re.IGNORECASE)
_MY_THING, _MINE_BACK, _TAKES_NOW, _TOO, _ITS_MINE, _COINS, _TAKE_THE, _TAKE_THIS = patterns(
    "handing.yaml", "my_thing mine_back takes_now too its_mine coins take_the take_this"
)
# Beside which another clause may be what is asked.
_SAYS_LITTLE = frozenset({Sense.OTHER, Sense.SELF, Sense.YES, Sense.NO, Sense.RELEASE})
_BUYING = frozenset({"give", "buy", "sell", "get", "hand"})
_CLOSES = re.compile(r"\b(?:deal|agreed|done|sold|shake on it)[\s.!]*$", re.IGNORECASE)
_PARTS = re.compile(r"(?<=[,.!;]) (?=here|take|I\b)", re.IGNORECASE)
[_TIP] = patterns("terms.yaml", "tip")
SURE = 0.9  # of what the account tells
_DUE = 120.0  # seconds for which coins are for what was sold
_LATELY = 4  # lines in which somebody spoke of a thing as his own
_KNOWN = 0.85  # likeness from which words are those of a fact of the card
_SAYS_SO = 0.8  # of an intent: that words agree to a price, or refuse it


def kept(turn: Turn, looked: Percept) -> Reply | None:
    """What the speaker gives it to hold, wants back, or gives back himself; None where nothing of the kind changes hands."""
    clause, ledger = turn.clause, turn.ledger
    thing = singular(clause.thing)
    if clause.meaning.ask is Ask.KEEPS and thing in {"", "it", "that", "this"}:  # "mend my sword, and hold it for me"
        own = _MY_THING.search(plain(looked.text))
        beside = next((c.thing for c, _ in turn.clauses[1:] if c.thing), "")  # "pick up the sword, hold it for me"
        spoken_of = ledger.thing.phrase if thing and ledger.thing is not None else ""
        thing = singular(thing_in(own["item"]) if own is not None else beside or spoken_of) or thing
    match clause.meaning.ask:
        case Ask.KEEPS if not thing and (bid := ledger.open_bid("npc")) is not None and not bid.buys:
            return Reply("keeps", f"sets {bid.item} aside", {"thing": bid.item})
        case Ask.KEEPS:
            sold = next((bid.item for bid in reversed(ledger.bids) if bid.state in {"agreed", "paid"} and not bid.buys), "")
            thing = thing or sold  # "keep one of them for me"
            ledger.handed = (*ledger.handed, (thing or "it")[:120])[-8:]
            ledger.did(Deed(what="kept", item=thing or "it", time=looked.time))
            effect = Effect("keep", {"item": thing or "it", "from": looked.speaker})
            return Reply("keeps", f"keeps {thing or 'it'} for the speaker", {"thing": thing or "it"}, effects=(effect,))
        case Ask.GIVES_BACK if clause.conditions:
            return Reply("waits", "will give back what it keeps")
        case Ask.GIVES_BACK:
            said = _IT_BACK.search(clause.said) is not None
            held = [h for h in ledger.handed if said or thing in h or kind_of(h) == kind_of(thing)]
            if not held and turn.heard.target is None and ledger.deeds and _MINE_BACK.search(clause.said) is not None:
                return Reply("holds_none", f"holds no {thing}", {"item": thing}) if thing else None
            if not held:
                return None
            ledger.handed = tuple(h for h in ledger.handed if h != held[-1])
            count, item = accounts.of(held[-1])
            ledger.did(Deed(what="returned", item=item, count=count, time=looked.time))
            effect = Effect("give_back", {"item": held[-1], "to": looked.speaker})
            return Reply("gives_back", f"gives back {held[-1]}", {"thing": held[-1]}, "give", effects=(effect,))
        case _:
            back = traded_for(turn, looked)
            return back or Reply("takes_back", f"takes {thing or 'it'} back", {"thing": thing or "it"})


def all_wanted(turn: Turn, stall: Stall) -> Clause:
    """The clause with all wares that the utterance asks for: "give me two pies", "give me an ale"."""
    clause = turn.clause
    if clause.sense is not Sense.ORDER or clause.meaning.verb not in _BUYING:
        return clause
    wares = [(c.meaning.thing or c.meaning.values.get("rest", "")) for c, _ in turn.clauses if c.sense is Sense.ORDER]
    wares = [words for words in wares if stall.find(counted(thing_in(words))[1])]
    if len(wares) < 2:
        return clause
    return replace(clause, meaning=replace(clause.meaning, thing=" and ".join(thing_in(words) for words in wares)))


def traded_for(turn: Turn, looked: Percept) -> Reply | None:
    """What its prices answer, if it trades at all."""
    parts, heard = turn.parts, turn.heard
    if "trade" in parts.persona.boundaries or (turn.clause.sense is Sense.ORDER and turn.clause.conditions):
        return None
    if turn.clause.sense is Sense.RELEASE and turn.clause.meaning.verb:  # "put it back" asks for no price
        return None
    intent, p = best(heard.intent)
    on_table = turn.ledger.asked == "deal" and turn.ledger.open_bid("npc") is not None
    in_view = heard.target is not None and not turn.clause.meaning.thing
    in_view = in_view and not basket.goes_on(turn.clause, turn.ledger, stall_of(turn), looked.time)
    startled = is_bid(turn.clause) and turn.clause.said.endswith("?")
    if startled or turn.clause.sense is Sense.YES:  # "thirty?? 12", "fine. 15": the bid is what comes after
        last = next((pair for pair in reversed(turn.clauses[1:]) if is_bid(pair[0]) and not pair[0].said.endswith("?")), None)
        if last is not None:
            turn.settled += [c for c, _ in turn.clauses if is_bid(c) or c.sense is Sense.YES]
            turn = replace(turn, clauses=[last, *(pair for pair in turn.clauses if pair is not last)])
    if (later := next(filter(None, (on_credit(c, turn.ledger) for c, _ in turn.clauses[1:])), None)) is not None:
        turn.settled += [c for c, _ in turn.clauses]
        return later
    stall, wished = stall_of(turn), all_wanted(turn, stall_of(turn))
    traded = basket.answer(
        wished,
        turn.ledger,
        stall,
        looked.speaker,
        looked.time,
        intent if p >= _SAYS_SO else "",
        in_view,
        ", ".join(part.text.rstrip(" .,!?") for c, _ in turn.clauses for part in (c, *c.conditions)),
    )
    if traded is None:
        return None
    if traded.topic == "no_use" and (useless := traded.values.get("item", "")):  # "make it double" is of that
        turn.ledger.bid(Bid(item=useless[:LONGEST], buys=True, state="refused", time=looked.time))
    turn.settled += [c for c, _ in turn.clauses if wished is not turn.clause and c.sense is Sense.ORDER]
    if traded.topic == "price" and on_table and _agrees(turn):  # "without the rope, deal"
        traded = deals.close(turn.ledger, stall, looked.speaker, looked.time) or traded
    if traded.topic == "wants" and (pelt := _wanted_in(looked.text, stall)):  # "I want to sell something. A wolf pelt"
        traded = buys_what({"item": pelt}, turn.ledger, stall, looked.time) or traded
    bid = next((c for c, _ in turn.clauses[1:] if is_bid(c)), None)
    if traded.topic == "price" and bid is not None:  # "I need an axe. 20 coins?"
        turn.settled.append(bid)
        traded = trade.answer(bid, turn.ledger, stall, looked.speaker, looked.time) or traded
    return traded


def in_hand(turn: Turn, thing: str, looked: Percept) -> Reply | None:
    """ "Here is the pelt", of what was just bid for, or bought: no gift."""
    want, ledger = stall_of(turn).wanted(thing), turn.ledger
    bid = next(
        (b for b in reversed(ledger.bids) if want and want in (b.item, b.against) and looked.time - b.time <= _DUE), None
    )
    if bid is None or not (bid.buys or bid.against):
        return None
    turn.told = [(kind, value) for kind, value in turn.told if kind != "handed"]
    ledger.handed = tuple(held for held in ledger.handed if held != thing[:LONGEST])
    if bid.state != "open":
        return deals.agreed_on(bid)
    return deals.close(ledger, stall_of(turn), looked.speaker, looked.time) if ledger.open_bid("npc") is not None else None


def _wanted_in(text: str, stall: Stall) -> str:
    """What it buys that an utterance names; empty where that is nothing, or several things."""
    named = [name for name in stall.wants if mentions(text, name, plural=True)]
    return named[0] if len(named) == 1 else ""


def _agrees(turn: Turn) -> bool:
    """Whether a deal is closed in so many words, and nothing asked."""
    closes = any("deal" in c.meaning.values for c, _ in turn.clauses)
    return closes and _CLOSES.search(turn.percept.text) is not None


def is_bid(clause: Clause) -> bool:
    values = clause.meaning.values
    return clause.sense is Sense.TRADE and "number" in values and not thing_in(values.get("item", ""))


def for_sale(turn: Turn, seen: Reply, looked: Percept) -> Reply | None:
    """ "Any rope?": what is not in view may be among the wares."""
    named = turn.clause.thing
    if seen.topic != "absent" or turn.clause.meaning.ask is not Ask.PRESENT or not stall_of(turn).find(named):
        return None
    about = replace(turn.clause, text=f"tell me about the {named}", meaning=Meaning(Sense.QUESTION))
    return traded_for(replace(turn, clauses=[(about, turn.heard), *turn.clauses[1:]]), looked)


def stall_of(turn: Turn) -> Stall:
    return Stall(turn.parts.persona.wares, turn.parts.persona.wants, _sympathy(turn))


def _sympathy(turn: Turn) -> float:
    """-1..1: what relationship and mood take off a price, or put on it."""
    relationship = turn.person.relationship
    felt = relationship.trust + relationship.affection + turn.parts.feelings.mood.now.valence / 2
    return max(-1.0, min(1.0, felt))


def account(turn: Turn, looked: Percept) -> Reply | None:
    """What is asked or claimed of what changed hands, in the clause that decides, beside it, or in all of it together."""
    shows = any(c.meaning.ask is Ask.HAVE for c, _ in turn.clauses)  # "I have 3 rabbits, what do I get?"
    if shows:
        return None
    others = [c for c, _ in turn.clauses[1:]] if turn.clause.sense in _SAYS_LITTLE else []
    for words in (*(c.said for c in (turn.clause, *others)), plain(looked.text)):
        if (found := accounts.answer(words, turn.ledger)) is not None:
            turn.settled += [c for c, _ in turn.clauses]
            turn.clauses[0] = (turn.clause, replace(turn.heard, intent={"ask_about": SURE}))
            return found
    return None


def wants_back(turn: Turn) -> Clause | None:
    """The clause as one that wants something back, where it is so by what is held: "I will take him now", "my 5 coins too"."""
    if not turn.ledger.handed:
        return None
    for clause, _ in turn.clauses:
        words = clause.said.strip()
        if _ITS_MINE.fullmatch(words) is not None:
            return replace(clause, meaning=replace(clause.meaning, ask=Ask.GIVES_BACK))
        found = _TAKES_NOW.fullmatch(words) or _TOO.fullmatch(words)
        if found is None:
            continue
        named = thing_in(found["item"]) if not found["item"][:1].isdigit() else accounts.of(found["item"])[1]
        held = turn.ledger.handed
        him = found["item"].lower() in {"it", "him", "her", "them", "that"}
        thing = held[-1] if him else next((h for h in reversed(held) if accounts.fits(accounts.of(h)[1], named)), "")
        if thing:
            return replace(clause, thing=thing, meaning=replace(clause.meaning, ask=Ask.GIVES_BACK))
    return None


def undealt(turn: Turn, looked: Percept) -> Reply | None:
    """What one says who neither sells nor buys; None for all who trade, with prices of the card or without."""
    persona = turn.parts.persona
    trades = any(rule.do == "trade" for rule in persona.rules) or any(
        "trade" in goal.favours for goal in persona.goals.values()
    )
    if persona.wares or persona.wants or trades or "trade" in persona.boundaries:
        return None
    return no_stall.answer(turn.clause, turn.ledger, looked.time, best(turn.heard.knowledge)[1] >= _KNOWN)


def gifts(text: str, ledger: Ledger, now: float) -> list[tuple[str, str]]:
    """Coins, and what was spoken of as one's own, that are handed over for nothing, as `npc.language.told` tells of gifts."""
    words = plain(text)
    due = any(b.state == "open" and b.by == "npc" for b in ledger.bids if ledger.asked == "deal")
    due = due or any(b.state == "agreed" and not b.buys and now - b.time <= _DUE for b in ledger.bids)
    coins = next(filter(None, map(_COINS.match, _PARTS.split(words))), None)
    if coins is not None and not due and not no_stall.is_bribe(words):
        return [("handed", f"{number(coins['n']) or coins['n']} coins" if coins["n"] not in {"a", "an"} else "coin")]
    tip = next(filter(None, map(_TIP.match, (words, *_PARTS.split(words)))), None)
    if tip is not None and not due and not no_stall.is_bribe(words):
        return [("handed", group(tip, "item").lower())]
    if not ledger.asked and (this := _TAKE_THIS.fullmatch(words)) is not None:
        return [("handed", group(this, "item").lower())]
    taken = _TAKE_THE.fullmatch(words)
    if taken is not None and any(mentions(heard.text, f"my {taken['item']}") for heard in ledger.heard[-_LATELY:]):
        return [("handed", taken["item"].lower())]
    return []


def note_gifts(turn: Turn, action: str) -> None:
    """What was handed over as a gift is noted in the account, unless it was refused."""
    ledger = turn.ledger
    for kind, value in turn.told:
        if kind == "handed" and action == "refuse":
            ledger.handed = tuple(thing for thing in ledger.handed if thing != value[:LONGEST])
        elif kind == "handed":
            count, item = accounts.of(value)
            ledger.did(Deed(what="given", item=item, count=count, time=turn.percept.time))
