"""Words that go on with the order before them: "again", "just do it", "same with the barrel", "the key too".

They name no deed of their own: what was ordered last is meant, once more or of another thing. An order is gone on with for a
few lines; after that, or while a price lies on the table, such words stand for themselves.
"""

from __future__ import annotations

import re

from npc.conversation.referring import thing_of
from npc.language.clauses import bare, cut, trimmed
from npc.language.kinds import coloured
from npc.language.phrases import COLOURS, WHICH, colour_in, kind_of, singular, thing_in
from npc.language.plain import plain
from npc.language.reworded import reworded
from npc.language.senses import Ask, Sense, meaning_of
from npc.language.sentences import mentions
from npc.memory.ledger import Ledger, Order

_LINES = 3  # so many lines back an order is still gone on with
_LEAD = re.compile(
    r"^(?:(?:now|then|next|and|also|plus|okay|yes|sure|well|right|good|great|nice|please|just|but|thanks|thank you|"
    r"finally|oh|I said|I told you(?: to)?)[,.! ]+)+",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"(?:again|once (?:more|again)|one more time|another time|encore|repeat (?:it|that)|"
    r"(?:do|try) (?:it|that) (?:again|once (?:more|again)|one more time)|"
    r"(?:the )?same (?:thing )?(?:again|once more))(?:,? (?:please|now|then|for me))*[\s.!]*",
    re.IGNORECASE,
)
# "Do it": what was ordered, and not done or taken back since.
_DO_IT = re.compile(
    r"(?:(?:please |just |go (?:on|ahead) and |you (?:must|have to|should|can) )*"
    r"do (?:it|as (?:I|you are) (?:say|said|told(?: you)?|"
    r"ask(?:ed)?)|what I (?:say|said|told you|ask(?:ed)?(?: you)?(?: to do)?))|get on with it|you heard me|"
    r"go on,? do it|go ahead(?: and do it)?,? do it)(?:,? (?:anyway|already|now|then|at once|please|for me|right now))*[\s.!]*",
    re.IGNORECASE,
)
# "Harder!", "more": it again, in another manner; "go!" after "wait": it after all.
_MORE = re.compile(
    r"(?:(?:a (?:bit|little)|even|much|try|go|still) )?(?:more|harder|faster|quicker|louder|slower|quieter|softer|higher|"
    r"deeper|further|farther|closer|longer)(?: (?:this time|please|again))*[\s.!]*|"
    r"(?:keep (?:going|at it|trying)|do not stop)[\s.!]*|"
    r"(?:go|now|go now|now go)(?: go)*[\s.!]*",
    re.IGNORECASE,
)
_LOUDER = re.compile(r"(?:a (?:bit|little) |even |much )?(?:louder|quieter|softer)\b.*", re.IGNORECASE)
_SOUNDS = frozenset(
    {"sing", "play", "shout", "say", "call", "knock", "whistle", "hum", "talk", "speak", "yell", "laugh", "clap"}
)
_LOOKS = re.compile(
    r"(?:(?:please|just|you|so|can you|could you|will you) )*(?:go (?:and |to )?)?(?:look|check|see|investigate|have a look|"
    r"take a look|check it out|find out)(?: (?:please|for me|for yourself|inside|it out|now))*[\s.!?]*",
    re.IGNORECASE,
)
_GOES = re.compile(r"\b(?:go|have a|take a|check|investigate|find out)\b", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?:in|inside|behind|under|at|by|near|on|out of|from|over by) (?:the|that|this) "
    r"(?P<place>[a-z]+(?: (?!is\b|and\b|i\b|was\b)[a-z]+)?)",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"(?:(?:(?:now |and |then )?(?:do )?the )?same(?: thing)?(?: (?:again|as before))?,?(?: but)?"
    r"(?: (?:with|for|to|on|goes for))?"
    r"|(?:now |and |then )?(?:do )?(?:it|that)(?: again)? (?:with|to|for)|likewise(?: with)?|ditto(?: for| with)?) "
    r"(?:the one (?=on|by|near|next|at|beside|in))?(?P<thing>(?:the|that|this|those|these|your|my|one) [a-z' -]{2,50}?)"
    r"(?: (?:too|as well|please|now|then))*[\s.!?]*",
    re.IGNORECASE,
)
_TOO = re.compile(
    r"(?P<thing>(?:the|that|this|those|these) [a-z' -]{2,40}?),? (?:too|as well|also)(?: please)?[\s.!]*", re.IGNORECASE
)
_NEXT = re.compile(
    r"(?:now|then|next|and now|and then|and next),? (?P<thing>the [a-z' -]{2,40}?)(?: please| now)*[\s.!]*", re.IGNORECASE
)
_NOT_THIS = re.compile(
    r"(?:^|.* )(?:not|rather than) (?:to )?(?P<thing>(?:the|that|this) [a-z][a-z' -]{1,40}?)"
    r"(?:,| (?=(?:but )?(?:the|that|this|I) )|[\s.!]*$).*",
    re.IGNORECASE,
)
_WITH = re.compile(r"(?:with|using) (?:the|that|this|your|my) [a-z]+(?: [a-z]+)?", re.IGNORECASE)
_WHICH_ALONE = re.compile(rf"(?:the|that|this) (?:{WHICH}|{'|'.join(COLOURS)}|big|small|old|new)", re.IGNORECASE)
_ASKED_FOR = frozenset({Sense.QUESTION, Sense.TRADE})


def resumed(said: str, ledger: Ledger) -> str:
    """The order, whole, that a clause goes on with; empty where it goes on with none.

    Args:
        said: the clause, `plain`.
        ledger: of who speaks.
    """
    last = _lately(ledger)
    if last is None or said.rstrip().endswith("?"):
        return ""
    words = trimmed(_LEAD.sub("", said.strip()) or said).strip(" ,")
    if _LOUDER.fullmatch(words) and last.verb not in _SOUNDS:
        return ""
    if _AGAIN.fullmatch(words) or _MORE.fullmatch(words) or (_DO_IT.fullmatch(words) and not ledger.asked):
        return last.text
    if _WITH.fullmatch(words) and ledger.heard and last.time == ledger.heard[-1].time and " with " not in last.text:
        return f"{last.text} {words}"  # "lock that chest", and then "with the key"
    found = _SAME.fullmatch(said.strip()) or _SAME.fullmatch(bare(said.strip()))
    found = found or _TOO.fullmatch(words) or _NEXT.fullmatch(said.strip(" ,"))
    return _of(last, found["thing"].strip(), ledger) if found is not None else ""


def put_right(said: str, ledger: Ledger) -> Order | None:
    """The order that "not the well, the sign" puts right: the latest of the last lines that is of the well; else None.

    Args:
        said: the clause, `plain`.
    """
    found = _NOT_THIS.fullmatch(said)
    phrase = singular(thing_in(found["thing"])) if found is not None else ""
    if (
        found is None
        or not phrase
        or (ledger.order is not None and phrase in {ledger.order.thing, kind_of(ledger.order.thing)})
    ):
        return None
    if ledger.order is not None and ledger.order.thing and mentions(said[: found.start("thing")], kind_of(ledger.order.thing)):
        return None  # "I said the sword, not the chest", when the sword was meant last
    for heard in reversed(ledger.heard[-_LINES:]):
        for piece in reversed(cut(plain(heard.text)) if heard.sense == Sense.ORDER else ()):
            text = trimmed(reworded(trimmed(piece.text)))
            meaning = meaning_of(text)
            thing = thing_of(meaning) if meaning.sense is Sense.ORDER else ""
            if thing and phrase in {singular(thing), kind_of(thing)}:
                return Order(text=text[:500], verb=meaning.verb, thing=thing, time=heard.time)
    return None


def looked_into(said: str, before: str, ledger: Ledger) -> str:
    """ "Go to the barrel" for "go look" after "there is something in that barrel".

    As it was said, where there is nothing to look into.
    """
    if _LOOKS.fullmatch(said) is None or _GOES.search(said) is None:
        return said
    found = _PLACE.search(before)
    place = found["place"] if found is not None else ledger.thing.phrase if ledger.thing is not None else ""
    return f"go to the {place}" if place else said


def _lately(ledger: Ledger) -> Order | None:
    """The order that is gone on with; none where another thing was asked since, or a bargain is under way."""
    last = ledger.order
    if last is None or meaning_of(last.text).sense is not Sense.ORDER or meaning_of(last.text).ask is not Ask.NONE:
        return None
    recent = ledger.heard[-_LINES:]
    if not recent or last.time < recent[0].time or any(bid.time >= last.time for bid in ledger.bids):
        return None
    return last if not any(heard.sense in _ASKED_FOR for heard in recent if heard.time > last.time) else None


def _of(last: Order, thing: str, ledger: Ledger) -> str:
    """The order with another thing in the place of its own, wherever that was said to be."""
    if not last.thing:
        return ""
    kind = kind_of(last.thing)
    if any(word in COLOURS for word in thing.lower().split()):  # "again with the red one", of what has a colour
        kind = next((m.kind for m in reversed(ledger.things) if colour_in(m.phrase)), coloured(kind))
    phrase = re.sub(r"\bones?\b", kind, thing, count=1)
    if _WHICH_ALONE.fullmatch(phrase) is not None:  # "same with the third"
        phrase = f"{phrase} {kind}"
    old = re.compile(
        rf"(?:\b(?:the|that|this|an?|any|some|your|my|those|these)\s+)?(?:(?:{WHICH}) )?"
        rf"\b{re.escape(last.thing)}\b(?: (?:on|to|at) (?:the |your |my )?(?:left|right)(?: side)?)?",
        re.IGNORECASE,
    )
    changed, count = old.subn(lambda _: phrase, last.text, count=1)
    return changed if count else ""
