"""What passed between the two, asked for plainly: "what am I looking for?", "what did you promise me?", "have we met before?".

The ledger has the answer, whatever was said since, or it is said that there is none: a wrong recollection is worse. Of others
who were there it tells that they were, and when, never what they said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from npc.conversation import bidden, recall
from npc.conversation.accounts import bought_from
from npc.conversation.bidden import words_of
from npc.conversation.correcting import is_correction
from npc.conversation.episodes import faded
from npc.conversation.recall import ago, price_of, resumed
from npc.conversation.reply import Reply
from npc.conversation.retold import Sentence, told_of
from npc.conversation.stall import called
from npc.conversation.told_back import OPENS, asked_back, told_back
from npc.language.between import PROMISE_ME, Asked, asked, gives_a_name, what_not_to_do, what_to_do
from npc.language.echo import embedded, turned
from npc.language.kinds import COMMON
from npc.language.phrases import kind_of, singular, thing_in, with_article
from npc.language.plain import plain
from npc.language.senses import is_question
from npc.language.sentences import mentions
from npc.language.told import YES
from npc.memory import Memory
from npc.memory.ledger import Heard, Ledger, Promise

MOST_TOLD = 2  # sayings of a kind that are told together
_MOST_OTHERS = 3
_MOST_PROMISES = 3
_MOST_FACTS = 4
_MOST_OF_MINE = 3
_MOST_WORDS = 320  # characters of a summary
_LONGEST_PART = 90  # characters of what it has in it
_OF_HIM = {
    "name": "you are {}",
    "home": "you come from {}",
    "likes": "you like {}",
    "hates": "you cannot stand {}",
    "trade": "your trade is {}",
    "age": "you are {}",
}
# What an answer is called that was never told.
_MISSING = {
    "seeks": "what you are looking for",
    "fears": "what you are afraid of",
    "goes": "where you are going",
    "plans": "what you mean to do",
    "ban": "anything that I must not do",
    "order": "an order",
    "offer": "an offer",
}
_ASKS = re.compile(r"(?:(?:please|so|and|now) )*(?:tell|what|who|where|when|why|how|which|do|does|did|is|are|can|have)\b", re.I)
PLAYER, NPC = "player", "npc"  # by whom something was offered or promised


class _Asks:
    """One question, with what is known to whoever is asked."""

    def __init__(self, question: Asked, ledger: Ledger, memory: Memory, speaker: str, now: float) -> None:
        self.what, self.item, self.mine = question.what, question.item, question.mine
        self.ledger, self.memory, self.speaker, self.now = ledger, memory, speaker, now


def answer(words: Iterable[str], ledger: Ledger, memory: Memory, speaker: str, now: float) -> Reply | None:
    """The answer to a question after what passed between the two; None where it is none.

    Args:
        words: the question as it may be read, `plain`, the surest first.
        now: second of the character's life.
    """
    found: Reply | None = None
    for question in dict.fromkeys(filter(None, map(asked, words))):
        reply = _HANDLERS[question.what](_Asks(question, ledger, memory, speaker, now))
        if reply is not None and reply.topic != "recall_none":
            return reply
        found = found or reply
    return found


def is_recall(topic: str) -> bool:
    """Whether a line of this topic only tells back what was said or done before."""
    return topic.startswith("recall_") or topic in _TELLS_BACK


_TELLS_BACK = frozenset({"i_said", "you_asked", "again", "again_none", "promised", "handed", "my_name", "my_name_unknown"}) | {
    *("my_promise", "talked_of", "said_nothing", "met_first", "met_often", "others_here", "others_none", "you_gave"),
    *("you_gave_nothing", "offered", "asked_for", "was_refused", "agreed"),
}


# -- what the speaker said ---------------------------------------------------------------------------------------


def _none(what: str, thing: str = "") -> Reply:
    return Reply("recall_none", f"was never told: {what}", {"thing": thing or _MISSING.get(what, "that")})


def _sayings(asks: _Asks, most: int = MOST_TOLD) -> Reply:
    kept = asks.ledger.sayings.get(asks.what, ())[-most:]
    if not kept:
        return _none(asks.what)
    if asks.what == "seeks" and (asked_ := asked_back(kept[-1].text)):  # "have you seen my brother?" tells what is looked for
        return Reply("you_asked", "remembers what was asked", {"words": asked_, "when": ago(asks.now - kept[-1].time)})
    return words_of(kept, asks.now, by_rule=asks.what in {"ban", "order"})


def _plans(asks: _Asks) -> Reply:
    """What he meant to do, be it a journey, a plan or a promise: what he said last."""
    kept = [said for kind in ("plans", "goes") for said in asks.ledger.sayings.get(kind, ())]
    promised = [Heard(text=p.text, sense="plans", time=p.time) for p in asks.ledger.promises if p.by == PLAYER]
    said = max([*kept, *promised], key=lambda said: said.time, default=None)
    return _none("plans") if said is None else words_of([said], asks.now, by_rule=False)


def _goes(asks: _Asks) -> Reply:
    return _sayings(asks, 1) if asks.ledger.sayings.get("goes") else _none("goes")


def _order(asks: _Asks) -> Reply:
    """The last order, whole: "go to the well and look for the captain" are two."""
    kept = asks.ledger.sayings.get("order", ())
    return words_of([said for said in kept if said.time == kept[-1].time], asks.now) if kept else _none("order")


def _offer(asks: _Asks) -> Reply:
    """The last bid, or what else was offered since."""
    named = singular(asks.item)
    bids = [b for b in asks.ledger.bids if b.by == PLAYER and (b.price is not None or b.against)]
    of_it = [b for b in bids if not named or mentions(named, kind_of(b.item), plural=True)]
    kept = [
        said for said in asks.ledger.sayings.get("offer", ()) if not named or mentions(said.text, kind_of(named), plural=True)
    ]
    if not of_it and not kept:
        return _none("offer", f"an offer for the {asks.item}" if asks.item else "")
    if kept and (not of_it or kept[-1].time > of_it[-1].time):
        return words_of(kept[-1:], asks.now)
    bid = of_it[-1]
    topic = {"agreed": "agreed", "paid": "agreed", "refused": "was_refused"}.get(bid.state, "offered")
    return Reply(topic, f"remembers the offer for {bid.item}", {"item": bid.item, "price": price_of(bid)})


def _promise(asks: _Asks) -> Reply:
    his = [promise for promise in asks.ledger.promises if promise.by == PLAYER]
    if not his:
        return _none("promise", "a promise")
    return Reply("promised", "was given a promise", {"words": his[-1].text, "when": ago(asks.now - his[-1].time)})


def _first_question(asks: _Asks) -> Reply | None:
    """What was asked first; where nothing was asked, what was said first, as what it was."""
    ledger = asks.ledger
    requests = [said for said in (ledger.first_order,) if said is not None and is_question(plain(said.text))]
    first = min(filter(None, (ledger.first_question, *requests)), key=lambda said: said.time, default=None)
    first = first or ledger.first_order or ledger.first
    if first is None:
        return _none("question", "anything")
    if first in requests:
        words = f"me to {turned(what_to_do(plain(first.text)))}"
    elif not (words := asked_back(first.text)):
        return words_of([first], asks.now)
    return Reply("you_asked", "remembers the first question", {"words": words, "when": ago(asks.now - first.time)})


# -- what he has, and what he gave -------------------------------------------------------------------------------


def _gift(asks: _Asks) -> Reply:
    given = asks.ledger.handed
    if not given:
        return Reply("you_gave_nothing", "was given nothing")
    return Reply("handed", f"was given {given[-1]}", {"thing": given[-1]})


def _purchase(asks: _Asks) -> Reply:
    if left := bought_from(asks.ledger):
        return Reply("you_have", "remembers what was sold", {"seen": _list(called(item, n) for item, n in left.items())})
    return Reply("you_have_nothing", "has sold nothing")


def _debt(asks: _Asks) -> Reply | None:
    due = asks.ledger.asked or any(bid.state == "agreed" for bid in asks.ledger.bids)
    return None if due else Reply("owes_nothing", "is owed nothing")


def _mine_name(asks: _Asks) -> Reply | None:
    """The name of somebody or something of his, from what was told of that one alone."""
    thing = singular(asks.mine)
    if (key := recall.key_of(thing, asks.ledger)) and asks.ledger.facts[key] != YES:
        topic = key if key in recall.TOPICS else "called"
        value = recall.as_told(key, asks.ledger.facts[key])
        return Reply(f"recall_{topic}", f"was told of {key}", {"thing": key, "value": value})
    for sentence in reversed(told_of(asks.memory, asks.speaker, [kind_of(thing)])):
        if _is_of(thing, sentence) and gives_a_name(kind_of(thing), sentence.text):
            words, when = told_back(sentence.text, by_rule=False), ago(asks.now - sentence.episode.time)
            return Reply("i_said", f"remembers the name of {thing}", {"words": words, "when": when})
    return _none(f"the name of {thing}", _its_name(asks.mine))


def _its_name(mine: str) -> str:
    return f"the names of your {mine}" if singular(mine) != mine else f"your {mine}'s name"


def _who_is(asks: _Asks) -> Reply | None:
    """Somebody whom he has named as one of his; None of others."""
    key = next((key for key, value in asks.ledger.facts.items() if value.lower() == asks.item and key not in recall.TOPICS), "")
    if not key or key == "name":
        return None
    return Reply("recall_called", f"was told of {key}", {"thing": key, "value": asks.ledger.facts[key]})


def _about_me(asks: _Asks) -> Reply:
    """What he has told of himself: by what he is called, comes from, likes ..., and in his own words."""
    known = {key: recall.as_told(key, value) for key, value in asks.ledger.facts.items() if value != YES}
    facts = [_OF_HIM.get(key, f"your {key} is called {{}}").format(value) for key, value in known.items()]
    kept = [told_back(said.text, by_rule=False) for said in asks.ledger.sayings.get("told", ())]
    kept = [words for words in kept if not any(mentions(words, value) for value in known.values())]
    words = [words for words in (*facts[-_MOST_FACTS:], *kept[-MOST_TOLD:]) if len(words) <= _LONGEST_PART]
    if not words:
        return _none("anything", "yourself")
    return Reply("i_said", "remembers what he told of himself", {"words": _list(words), "when": "so far"})


def _mine_about(asks: _Asks) -> Reply:
    """What he has told of somebody or something of his, the newest first."""
    thing = singular(asks.mine)
    key = recall.key_of(thing, asks.ledger)
    value = asks.ledger.facts.get(key, YES)
    named = [kind_of(thing), *([value] if key and value != YES and key not in recall.TOPICS else [])]
    found = [
        s
        for s in told_of(asks.memory, asks.speaker, named)
        if not is_correction(s.text)
        and PROMISE_ME.fullmatch(s.text.strip(" .!")) is None
        and _is_of(thing, s)
        and (len(thing.split()) < 2 or s.goes_on or _fits(thing, s.text, value))
    ]
    if found:
        words = ", and ".join(dict.fromkeys(told_back(s.text, by_rule=False) for s in found[-_MOST_OF_MINE:]))
        return Reply("i_said", f"remembers {thing}", {"words": words, "when": ago(asks.now - found[-1].episode.time)})
    if key:
        topic = "has" if value == YES else key if key in recall.TOPICS else "called"
        return Reply(f"recall_{topic}", f"was told of {key}", {"thing": key, "value": recall.as_told(key, value)})
    from_long_ago = faded(thing, asks.memory, asks.speaker, asks.now)
    return from_long_ago or _none(thing, f"your {asks.mine}")


def _is_of(thing: str, sentence: Sentence) -> bool:
    """Whether a sentence is about what belongs to this one: his brother's dog is told of with his brother."""
    whose, _, _ = thing.rpartition("'s ")
    return not whose or any(mentions(text, kind_of(whose)) for text in (sentence.text, sentence.before))


def _fits(thing: str, text: str, name: str) -> bool:
    """Whether a sentence is of this one of several: of "my third cousin", not of any cousin."""
    return mentions(text, thing, plural=True) or (name != YES and mentions(text, name))


# -- what the character said and promised ------------------------------------------------------------------------


def _your_promise(asks: _Asks) -> Reply:
    mine = [promise for promise in asks.ledger.promises if promise.by == NPC]
    if not mine:
        return Reply("said_nothing", "has promised nothing", {"thing": "a promise"})
    words = _list(dict.fromkeys(promise.text for promise in mine[-_MOST_PROMISES:]))
    return Reply("my_promise", "gave its word", {"words": words, "when": ago(asks.now - mine[-1].time)})


def _your_words(asks: _Asks) -> Reply:
    """Its own last line that names the thing, else that which it said to words that name it."""
    thing = thing_in(asks.item) or asks.item
    sought = kind_of(singular(thing))
    lines = [line for line in reversed(asks.ledger.lines) if sought not in COMMON]
    asked_of = [line for line in lines if mentions(line.to, sought, plural=True)]
    answers = [line for line in asked_of if _ASKS.match(plain(line.to)) or line.to.rstrip().endswith("?")]
    of_it = [line for line in lines if line in answers or mentions(line.text, sought, plural=True)] or asked_of
    if not of_it:
        named = turned(asks.item)
        return Reply("said_nothing", f"said nothing of {thing}", {"thing": named})
    return Reply("again", f"remembers what it said of {thing}", {"line": resumed(of_it[0].text)})


def _your_price(asks: _Asks) -> Reply:
    named = kind_of(singular(asks.item))
    bids = [b for b in asks.ledger.bids if b.price is not None and mentions(b.item, named, plural=True)]
    own = [b for b in bids if b.by == NPC] or [b for b in bids if b.state in {"agreed", "paid"}]
    if not own:
        return Reply("said_nothing", f"named no price for {asks.item}", {"thing": f"a price for the {asks.item}"})
    topic = "agreed" if own[-1].state in {"agreed", "paid"} else "asked_for"
    return Reply(topic, f"remembers its price for {own[-1].item}", {"item": own[-1].item, "price": price_of(own[-1])})


# -- the two, and others -----------------------------------------------------------------------------------------


def _met(asks: _Asks) -> Reply:
    person = asks.memory.person(asks.speaker)
    since = asks.now if person is None else person.met
    known = {"when": ago(asks.now - since), "count": str(asks.ledger.visits), "who": asks.ledger.facts.get("name", "")}
    often = asks.ledger.visits > 1
    return Reply("met_often" if often else "met_first", f"knows how often they met: {max(asks.ledger.visits, 1)}", known)


def _others(asks: _Asks) -> Reply:
    """Who else spoke with it, and when, the latest first."""
    others = [(p.last, _called(name, p.ledger)) for name, p in asks.memory.people.items() if name != asks.speaker and p.heard]
    if not others:
        return Reply("others_none", "has spoken with nobody else")
    latest = sorted(others, reverse=True)[:_MOST_OTHERS]
    seen = _list(f"{who}, {ago(asks.now - last)}" for last, who in latest)
    return Reply("others_here", f"has spoken with {len(others)} others", {"seen": seen})


def _called(speaker: str, ledger: Ledger) -> str:
    """What others are called: by the name that they gave, or that the game knows them by."""
    return ledger.facts.get("name") or (speaker if speaker[:1].isupper() else "somebody who gave no name")


def _talked(asks: _Asks) -> Reply:
    """What was asked, told, bidden and traded so far, in a sentence."""
    ledger = asks.ledger
    kept = {kind: ledger.sayings.get(kind, ())[-MOST_TOLD:] for kind in ("asked", "told", "order", "ban")}
    questions = [words for said in kept["asked"] if (words := embedded(OPENS.sub("", plain(said.text))))]
    remarks = [f"that {words}" for said in kept["told"] if len(words := told_back(said.text, by_rule=False)) <= _LONGEST_PART]
    bidden = [f"to {turned(what_to_do(plain(said.text)))}" for said in kept["order"]]
    bidden += [f"not to {turned(what_not_to_do(plain(said.text)))}" for said in kept["ban"]]
    goods = {deed.item for deed in ledger.deeds if deed.what in {"sold", "bought"}}
    haggled = _list(f"the {item}" for item in sorted({bid.item for bid in ledger.bids} - goods))
    parts = [
        *(f"asked {' and '.join(questions)}" for _ in questions[:1]),
        *(f"told me {' and '.join(remarks)}" for _ in remarks[:1]),
        *(f"told me {' and '.join(bidden[-MOST_TOLD:])}" for _ in bidden[:1]),
        *(f"traded with me for {_list(with_article(item) for item in sorted(goods))}" for _ in [*goods][:1]),
        *(f"spoke with me about the price of {haggled}" for _ in range(bool(haggled))),
    ]
    chosen: list[str] = []
    for part in dict.fromkeys(parts):
        if len(", ".join([*chosen, part])) <= _MOST_WORDS:
            chosen.append(part)
    if not chosen:
        return _none("anything", "anything yet")
    return Reply("talked_of", "sums up what was said", {"words": _list(chosen)})


def _list(parts: Iterable[str]) -> str:
    *first, last = [*parts] or [""]
    return f"{', '.join(first)}{',' if len(first) > 1 else ''} and {last}" if first else last


def promised(ledger: Ledger, text: str, now: float) -> None:
    """Note what the character gave its word on, as "to wait here"."""
    others = tuple(promise for promise in ledger.promises if (promise.by, promise.text) != (NPC, text))
    ledger.promises = (*others, Promise(text=text[:500], by=NPC, time=now))[-8:]


_HANDLERS: dict[str, Callable[[_Asks], Reply | None]] = {
    "seeks": _sayings,
    "fears": _sayings,
    "goes": _goes,
    "plans": _plans,
    "ban": partial(_sayings, most=3),
    "waits": lambda asks: bidden.for_a_case(asks.ledger, asks.item, asks.now),
    "keeping": lambda asks: bidden.to_keep(asks.ledger, asks.now),
    "message": lambda asks: bidden.to_tell(asks.ledger, asks.item, asks.now),
    "order": _order,
    "offer": _offer,
    "gift": _gift,
    "purchase": _purchase,
    "debt": _debt,
    "promise": _promise,
    "your_promise": _your_promise,
    "your_words": _your_words,
    "your_price": _your_price,
    "met": _met,
    "talked": _talked,
    "about_me": _about_me,
    "who_is": _who_is,
    "others": _others,
    "first_question": _first_question,
    "mine_name": _mine_name,
    "mine_about": _mine_about,
}
