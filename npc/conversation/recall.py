"""What was said before: who the speaker is, what he asked, promised, handed over and offered, and what was answered him."""

from __future__ import annotations

from npc.conversation.reading import Clause
from npc.conversation.reply import Reply
from npc.language.senses import Ask, Sense
from npc.memory.ledger import Bid, Heard, Ledger

_WORDS_FOR = {
    "ask": {Sense.QUESTION, Sense.ORDER, Sense.TRADE},
    "want": {Sense.ORDER, Sense.TRADE},
    "order": {Sense.ORDER},
    "promise": {Sense.PROMISE},
}
_AGES = ((90.0, "a moment ago"), (900.0, "a little while ago"), (5400.0, "an hour ago"), (86400.0, "earlier today"))


def answer(clause: Clause, ledger: Ledger, now: float) -> Reply | None:
    """The answer to a question about what was said before; None where the clause is none."""
    match clause.meaning.ask:
        case Ask.MY_NAME:
            return _name(ledger)
        case Ask.MINE:
            return _mine(clause, ledger)
        case Ask.I_SAID:
            return _said(clause, ledger, now)
        case Ask.YOU_SAID:
            return _again(ledger)
        case Ask.ON_TABLE:
            return _on_table(ledger)
        case _:
            return None


def ago(seconds: float) -> str:
    """How long ago something was, as people say it."""
    return next((words for most, words in _AGES if seconds < most), "some days ago")


def _name(ledger: Ledger) -> Reply:
    if name := ledger.facts.get("name"):
        return Reply("my_name", f"was told the name {name}", {"who": name})
    return Reply("my_name_unknown", "was never told a name")


def _mine(clause: Clause, ledger: Ledger) -> Reply:
    values = clause.meaning.values
    asked = values.get("mine", "").lower().removesuffix("'s name").removesuffix("'s").removesuffix(" name")
    if not asked:
        asked = "likes" if "like" in values else "home"
    if asked == "name":
        return _name(ledger)
    key = next((key for key in ledger.facts if key == asked or asked.endswith(f" {key}") or key.endswith(f" {asked}")), "")
    if not key:
        return Reply("recall_none", f"was never told of that: {asked}", {"thing": asked})
    value = ledger.facts[key]
    if value == "yes":
        return Reply("recall_has", f"was told of {key}", {"thing": key})
    topic = key if key in {"home", "likes", "hates", "trade"} else "called"
    return Reply(f"recall_{topic}", f"was told of {key}: {value}", {"thing": key, "value": value})


def _said(clause: Clause, ledger: Ledger, now: float) -> Reply:
    how = clause.meaning.values.get("how", "say").lower().rstrip("d")
    first = clause.meaning.values.get("when", "").startswith(("first", "at first"))
    if how in {"give", "gave"} and ledger.handed:
        return Reply("handed", f"was given {ledger.handed[-1]}", {"thing": ledger.handed[-1]})
    if how == "promise":
        mine = [promise for promise in ledger.promises if promise.by == "player"]
        if not mine:
            return Reply("recall_none", "was promised nothing", {"thing": "a promise"})
        return Reply(
            "promised", "was given a promise", {"words": mine[0 if first else -1].text, "when": ago(now - mine[-1].time)}
        )
    wanted = _WORDS_FOR.get(how)
    lines = [h for h in _heard(ledger) if wanted is None or h.sense in wanted] or _heard(ledger)
    if not lines:
        return Reply("recall_none", "was told nothing before", {"thing": "anything"})
    line = lines[0 if first else -1]
    return Reply("i_said", "remembers the words", {"words": line.text.rstrip(" .!?"), "when": ago(now - line.time)})


def _heard(ledger: Ledger) -> list[Heard]:
    first = [ledger.first] if ledger.first is not None and ledger.first not in ledger.heard else []
    return [*first, *ledger.heard]


def _again(ledger: Ledger) -> Reply:
    if not ledger.line:
        return Reply("again_none", "has said nothing yet")
    return Reply("again", "says it again", {"line": ledger.line[:1].lower() + ledger.line[1:]})


def _on_table(ledger: Ledger) -> Reply:
    if not ledger.bids:
        return Reply("recall_none", "was offered nothing", {"thing": "an offer"})
    bid = ledger.bids[-1]
    topic = {"agreed": "agreed", "refused": "was_refused"}.get(bid.state, "offered" if bid.by == "player" else "asked_for")
    return Reply(topic, f"remembers {bid.item}", {"item": bid.item, "price": price_of(bid)})


def price_of(bid: Bid) -> str:
    """ "five coins", "your sword"."""
    if bid.against:
        return f"your {bid.against}" if bid.by == "player" else f"a {bid.against}"
    return "1 coin" if bid.price == 1 else f"{bid.price or 0} coins"
