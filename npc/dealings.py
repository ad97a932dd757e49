"""What changes hands between a speaker and a character: what it keeps for him, gives back, and trades."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation import basket, trade
from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall, counted
from npc.language.phrases import kind_of, singular, thing_in
from npc.language.senses import Ask, Meaning, Sense
from npc.parts import best
from npc.turn import Turn
from npc.types import Effect, Percept

KEPT = frozenset({Ask.KEEPS, Ask.GIVES_BACK, Ask.TAKES_BACK})
_IT_BACK = re.compile(r"\b(?:it|that|this|them)(?: to me)? back\b|\bback (?:it|that|this|them)\b", re.IGNORECASE)
_BUYING = frozenset({"give", "buy", "sell", "get", "hand"})
_SAYS_SO = 0.8  # of an intent: that words agree to a price, or refuse it


def kept(turn: Turn, looked: Percept) -> Reply | None:
    """What the speaker gives it to hold, wants back, or gives back himself; None where nothing of the kind changes hands."""
    clause, ledger = turn.clause, turn.ledger
    thing = singular(clause.thing)
    match clause.meaning.ask:
        case Ask.KEEPS if not thing and (bid := ledger.open_bid("npc")) is not None and not bid.buys:
            return Reply("keeps", f"sets {bid.item} aside", {"thing": bid.item})
        case Ask.KEEPS:
            sold = next((bid.item for bid in reversed(ledger.bids) if bid.state in {"agreed", "paid"} and not bid.buys), "")
            thing = thing or sold  # "keep one of them for me"
            ledger.handed = (*ledger.handed, (thing or "it")[:120])[-8:]
            effect = Effect("keep", {"item": thing or "it", "from": looked.speaker})
            return Reply("keeps", f"keeps {thing or 'it'} for the speaker", {"thing": thing or "it"}, effects=(effect,))
        case Ask.GIVES_BACK if clause.conditions:
            return Reply("waits", "will give back what it keeps")
        case Ask.GIVES_BACK:
            said = _IT_BACK.search(clause.said) is not None
            held = [h for h in ledger.handed if said or thing in h or kind_of(h) == kind_of(thing)]
            if not held:
                return None
            ledger.handed = tuple(h for h in ledger.handed if h != held[-1])
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
    intent, p = best(heard.intent)
    in_view = heard.target is not None and not turn.clause.meaning.thing
    in_view = in_view and not basket.goes_on(turn.clause, turn.ledger, stall_of(turn))
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
    turn.settled += [c for c, _ in turn.clauses if wished is not turn.clause and c.sense is Sense.ORDER]
    bid = next((c for c, _ in turn.clauses[1:] if _is_bid(c)), None)
    if traded.topic == "price" and bid is not None:  # "I need an axe. 20 coins?"
        turn.settled.append(bid)
        traded = trade.answer(bid, turn.ledger, stall, looked.speaker, looked.time) or traded
    return traded


def _is_bid(clause: Clause) -> bool:
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
