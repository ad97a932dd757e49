"""What was said before: who the speaker is, what he asked, promised, handed over and offered, and what was answered him."""

from __future__ import annotations

import re
from collections.abc import Mapping

from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.told_back import asked_back, told_back
from npc.language.after import stems
from npc.language.echo import turned
from npc.language.grammar import GRAMMAR, expanded
from npc.language.own_words import sought_in
from npc.language.phrases import kind_of, singular
from npc.language.plain import plain
from npc.language.senses import Ask, Sense
from npc.language.sentences import mentions
from npc.language.spelling import is_a_word
from npc.language.told import YES
from npc.memory.ledger import Bid, Heard, Ledger

_PROMISED = frozenset({"promise", "swear", "vow", "word", "would", "will", "was going to", "am going to", "had to"})
_HANDED = frozenset({"bring", "brought", "give", "gave", "given", "hand", "handed", "gift", "present"})
# Which of the speaker's lines a question is about, by its verb, or by what follows it ("what did I ask you for?").
_WANTED = {
    "ask": {Sense.QUESTION, Sense.ORDER, Sense.TRADE},
    "for": {Sense.ORDER, Sense.TRADE},
    "want": {Sense.ORDER, Sense.TRADE},
    "to do": {Sense.ORDER, Sense.FORBID},
    "order": {Sense.ORDER, Sense.FORBID},
    "not to do": {Sense.FORBID},
}
_GETS = frozenset({"get", "fetch", "bring", "grab", "give", "pass", "hand", "take", "pick"})  # each may be asked for by another
_WHEN_SAID = stems("first last second start begin moment minute")
_TALKS = frozenset({"ask", "talk", "speak", "tell", "say"})
_NOT_TO = re.compile(r"\b(?:do not|don'?t|never|must not|stop)\b", re.IGNORECASE)
_MOVES = frozenset({"go", "walk", "run", "head", "come", "stand", "stay", "wait", "move"})
_LOOKED_FOR = re.compile(
    r"\b(?:lost|looking for|searching for|search for|look for|can(?:'?t|not| not) find|seeking|missing)\b", re.I
)
_AGES = ((90.0, "a moment ago"), (900.0, "a little while ago"), (5400.0, "an hour ago"), (86400.0, "earlier today"))


_OF_KIN = re.compile(expanded(r"\bmy (<kin>)\b"), re.IGNORECASE)
_WOMEN = frozenset(GRAMMAR["women_of_kin"].split())
_MEN = frozenset(GRAMMAR["men_of_kin"].split())
_TITLED = re.compile(expanded(r"(?:<titles>)\.? [A-Z]"))  # "Miss Dove"
_SETTLED = re.compile(r"\b(?:agreed?|buy|bought|sell|sold|purchased?)\b")
_I_OFFERED = re.compile(r"\bi (?:offer|bid)|\bmy (?:offer|bid)\b")


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
            return _on_table(clause, ledger)
        case _:
            return None


def ago(seconds: float) -> str:
    """How long ago something was, as people say it."""
    return next((words for most, words in _AGES if seconds < most), "some days ago")


def _name(ledger: Ledger) -> Reply:
    if name := ledger.facts.get("name"):
        return Reply("my_name", f"was told the name {name}", {"who": name})
    return Reply("my_name_unknown", "was never told a name")


_HATED = frozenset({"hate", "despise", "dislike", "stand", "not stand", "can not stand", "not like"})
TOPICS = frozenset({"home", "likes", "hates", "trade", "age"})
_OF_HIMSELF = {
    "home": "where you come from",
    "likes": "what you like",
    "hates": "what you hate",
    "trade": "what you do",
    "age": "your age",
}


def as_told(key: str, value: str) -> str:
    """What he told of himself, as it is told back to him: he likes "your sister", of "my sister"."""
    return turned(value) if key in {"likes", "hates"} else value


def _mine(clause: Clause, ledger: Ledger) -> Reply | None:
    asked = _asked(clause.meaning.values, ledger)
    if not asked and "their" in clause.meaning.values:  # of somebody who was never spoken of
        return None
    if asked == "name":
        return _name(ledger)
    key = key_of(asked, ledger)
    if not key:
        thing = _OF_HIMSELF.get(asked) or (f"your {asked}" if asked else "that")
        return Reply("recall_none", f"was never told of that: {asked}", {"thing": thing})
    value = ledger.facts[key]
    if value == YES:
        return Reply("recall_has", f"was told of {key}", {"thing": key})
    topic = key if key in TOPICS else "called"
    return Reply(f"recall_{topic}", f"was told of {key}: {value}", {"thing": key, "value": as_told(key, value)})


def _asked(values: Mapping[str, str], ledger: Ledger) -> str:
    """What is asked for of all that the speaker told of himself."""
    if "their" in values:
        return lately(ledger)
    if "like" in values:
        return "hates" if values["like"].lower() in _HATED else "likes"
    if "age" in values:
        return "age"
    if "trade" in values or "home" in values:
        return "trade" if "trade" in values else "home"
    return singular(values.get("mine", "").lower().removesuffix("'s name").removesuffix("'s").removesuffix(" name"))


_SAME = {"village": "home", "town": "home", "hometown": "home", "job": "trade", "profession": "trade"}


def key_of(asked: str, ledger: Ledger) -> str:
    """The fact that tells of something of the speaker's; empty where there is none. His brother's dog is not his."""
    asked = _SAME.get(asked, asked)
    if not asked or "'s " in asked:
        return ""
    return next((key for key in ledger.facts if key == asked or asked.endswith(f" {key}") or key.endswith(f" {asked}")), "")


def lately(ledger: Ledger, pronoun: str = "") -> str:
    """Whom "her" means in "what is her name?": the kin or animal of the speaker that he spoke of last.

    Args:
        pronoun: `his`, `her` ..., where nobody is meant whom it does not fit; then somebody only asked after counts, too.
    """
    of_others = [key for key in reversed(ledger.facts) if key not in {*TOPICS, "name"}]
    if pronoun:
        if asked := _OF_KIN.findall(ledger.heard[-1].text if ledger.heard else ""):
            of_others = [asked[-1].lower(), *of_others]
        of_others = [key for key in of_others if may_be(kind_of(key), pronoun)]
    for heard in reversed(ledger.heard):
        if key := next((key for key in of_others if mentions(heard.text, kind_of(key), plural=True)), ""):
            return key
    return of_others[0] if of_others else ""


def may_be(kind: str, pronoun: str) -> bool:
    """Whether somebody of this kind may be meant by `her`, `his` ...: no sister by "his"."""
    return kind.lower() not in {"her": _MEN, "she": _MEN, "his": _WOMEN, "he": _WOMEN, "him": _WOMEN}.get(pronoun.lower(), ())


def _said(clause: Clause, ledger: Ledger, now: float) -> Reply:
    values = clause.meaning.values
    how, what = values.get("how", "").lower(), values.get("what", "").lower()
    first = values.get("when", "").startswith(("first", "at first", "the first"))
    if how in _HANDED:
        if not ledger.handed:
            return Reply("recall_none", "was given nothing", {"thing": "a gift"})
        return Reply("handed", f"was given {ledger.handed[-1]}", {"thing": ledger.handed[-1]})
    if not how or how in _PROMISED:
        return _promised(ledger, now, first)
    if how in {"looking", "searching"}:
        sought = [h for h in _heard(ledger) if h.sense != Sense.QUESTION and _LOOKED_FOR.search(h.text)]
        line = sought[-1] if sought else None
        if line is None:
            return Reply("recall_none", "was not told what is looked for", {"thing": "that"})
        return _words(line, now)
    wanted = _WANTED.get(what) or _WANTED.get(how.removesuffix("ed"))
    named = what.rpartition(" ")[2] if what.startswith(("to ", "not to ")) and not what.endswith("to do") else ""
    if named:  # "what did I ask you to hold?"
        wanted = _WANTED["to do"]
    verbs = next((group for group in (_GETS, _MOVES, _TALKS) if named in group), frozenset({named}))
    lines = (
        [h for h in _heard(ledger) if (wanted is None or h.sense in wanted) and any(mentions(h.text, verb) for verb in verbs)]
        if named
        else [h for h in _heard(ledger) if wanted is None or h.sense in wanted]
    )
    if not lines and what.startswith("not to "):  # "run, and do not wait for me" is an order, too
        lines = [h for h in _heard(ledger) if _NOT_TO.search(h.text)]
    if not lines and named:
        lines = [h for h in _heard(ledger) if h.sense in _WANTED["to do"]]
    lines = lines or ([] if what == "for" else _heard(ledger))
    repeated = sought_in(plain(clause.said)) - _WHEN_SAID if wanted is None and not named else frozenset()
    if repeated and not any(repeated & stems(plain(line.text)) for line in lines):  # the last words are of something else
        return Reply("recall_none", "was never told of it", {"thing": "that"})
    if not lines:
        return Reply("recall_none", "was told nothing before", {"thing": "anything"})
    if values.get("when", "").lower().startswith("before ") and len(lines) > 1:  # "what did I want before that?"
        return _words(lines[-2], now)
    line = lines[0 if first else -1]
    last = ledger.order
    if last is not None and last.time == line.time and last.thing and not mentions(line.text, kind_of(last.thing)):
        line = line.model_copy(update={"text": last.text})  # "no, the other one"
    return _words(line, now)


def _words(line: Heard, now: float) -> Reply:
    """What was said, told back: "you asked whether it is safe"."""
    if asked := asked_back(line.text):
        return Reply("you_asked", "remembers the words", {"words": asked, "when": ago(now - line.time)})
    return Reply("i_said", "remembers the words", {"words": told_back(line.text), "when": ago(now - line.time)})


def _promised(ledger: Ledger, now: float, first: bool) -> Reply:
    mine = [promise for promise in ledger.promises if promise.by == "player"]
    if not mine:
        return Reply("recall_none", "was promised nothing", {"thing": "a promise"})
    promise = mine[0 if first else -1]
    return Reply("promised", "was given a promise", {"words": promise.text, "when": ago(now - promise.time)})


def _heard(ledger: Ledger) -> list[Heard]:
    known = (ledger.first, ledger.first_order, ledger.first_question)
    first = {h: h.time for h in known if h is not None and h not in ledger.heard}
    return [*sorted(first, key=first.__getitem__), *ledger.heard]


def resumed(line: str) -> str:
    """A line as it goes on after "as I said: ": names keep their capital."""
    first = line.split(maxsplit=1)[0].strip(" .,!?:;") if line.strip() else ""
    return line[:1].lower() + line[1:] if is_a_word(first) and first != "I" and not _TITLED.match(line) else line


def _again(ledger: Ledger) -> Reply:
    if not ledger.line:
        return Reply("again_none", "has said nothing yet")
    return Reply("again", "says it again", {"line": resumed(ledger.line)})


def _on_table(clause: Clause, ledger: Ledger) -> Reply:
    priced = [bid for bid in ledger.bids if bid.price is not None or bid.against]
    if not priced:
        return Reply("recall_none", "was offered nothing", {"thing": "an offer"})
    words = clause.text.lower()
    bids = [bid for bid in priced if mentions(words, kind_of(bid.item), plural=True)] or priced
    if _SETTLED.search(words):
        bids = [bid for bid in bids if bid.state in {"agreed", "paid"}] or bids
    if _I_OFFERED.search(words):
        bids = [bid for bid in bids if bid.by == "player"] or bids
    bid = bids[-1]
    topic = {"agreed": "agreed", "paid": "agreed", "refused": "was_refused"}.get(
        bid.state, "offered" if bid.by == "player" else "asked_for"
    )
    return Reply(topic, f"remembers {bid.item}", {"item": bid.item, "price": price_of(bid)})


def price_of(bid: Bid) -> str:
    """ "five coins", "your sword"."""
    if bid.against:
        against = f"your {bid.against}" if bid.by == "player" else f"a {bid.against}"
        return f"{against} and {'1 coin' if bid.price == 1 else f'{bid.price} coins'}" if bid.price else against
    return "1 coin" if bid.price == 1 else f"{bid.price or 0} coins"
