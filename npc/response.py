"""What is said to what the character itself has just said: yes and no, the bare answer to its question, the rest of a tale.

"Do you miss it?" - "not really", "since Tuesday", "by the mill": such words have no verb, and come near to no topic. They are
taken up as they stand, and neither agree to a price nor send anybody to a mill.
"""

from __future__ import annotations

import re

from npc.conversation.reply import Reply
from npc.language.after import is_number
from npc.language.echo import is_past, turned
from npc.language.forms import follow_of
from npc.language.formulas import patterns
from npc.language.plain import plain
from npc.language.senses import Sense
from npc.parts import best
from npc.turn import Turn

_YES = re.compile(
    r"(?:(?:oh|well|haha|hm+|ah|and|but) )*(?:yes|yeah|yep|yup|aye|sure|of course|indeed|true|precisely|right|"
    r"exactly(?: (?:this|that|so|it|right))?|I (?:do|"
    r"am|did|was|have|would|know|"
    r"think so|guess(?: so)?|suppose(?: so)?)|(?:very|so) much|a (?:lot|little|bit)|absolutely|definitely|always|"
    r"every day|sometimes|"
    r"kind of|sort of|maybe|perhaps|probably)(?:[, ]+(?:yes|yeah|I (?:do|am|did|was|have|would|know|guess(?: so)?|"
    r"think so|suppose(?: so)?)|indeed|"
    r"it (?:is|was|does|did)|really|very much|a (?:lot|little|bit)|of course|sure|true|right|sir|madam|so|"
    r"you are right|they (?:are|do)|"
    r"(?:he|she) (?:is|was|does|did)))*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:(?:oh|well|haha|hm+|ah|and|but) )*(?:no|nope|nah|not|never|hardly|I (?:do|am|did|was|have|would) not|"
    r"not (?:really|at all|"
    r"yet|any ?more|much|always|often)|(?:it|that) (?:is|was|does|did) not|he (?:is|was) not|she (?:is|"
    r"was) not)(?:[, ]+(?:no|not|really|at all|yet|any ?more|much|never|thanks|"
    r"I (?:do|am|did|was|have|would|can|could) not|it (?:is|was|does|did) not|sir|madam|so|that|quite|sure|often|always|today|"
    r"(?:he|she) (?:is|was|does|did) not|they (?:are|do|did) not))*",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:(?:and|but|yeah|yes|no|well|oh|haha|hm+|mostly|only|just|maybe|about|almost|nearly|probably|so)[, ]+)*", re.I
)
_REASON = re.compile(r"(?:because|since|so that|in case)\b(?: [\w',]+){1,12}", re.IGNORECASE)
_REST = re.compile(
    r"(?:in|on|at|by|with|for|from|near|since|until|like|as|without|to|into|onto|off|under|behind|over|after|before|every|all|"
    r"around|through|during|between|against|except|about|of|down|up|not|out of|because of|instead of|in front of|next to)"
    r"(?: [\w'-]+,?){1,8}",
    re.IGNORECASE,
)
# "landed in the pigsty": who it was is known.
_ENDED = re.compile(r"(?:[a-z]{2,}ed|fell|ran|went|came|got|left|broke|died|lost|found|took) (?:[\w'-]+ ?){1,7}", re.IGNORECASE)
_BARE = re.compile(r"[\w'-]+(?:,? [\w'-]+){0,4}", re.IGNORECASE)
# Where somebody is to look, stand or go.
_HERE = re.compile(
    r"\b(?:you|your|here|there|me|left|right|us|please|now)\b|^\w+ (?:it|him|them|her)$|^(?:up|down|on|off|back|over|"
    r"forward|after|at|to)$",
    re.I,
)
# What one says of an answer: it helped, it will be tried, it was good, it must have been hard.
_PLAYS, _HELPS, _TRIES, _PRAISES, _SUFFERS = patterns("asides.yaml", "plays helps tries praises suffers")
_HAS_VERB = re.compile(
    r"\b(?:I|we|you|he|she|they|it) |\b(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|must|let)\b",
    re.I,
)
# "You should come to the wedding": no order to go anywhere.
_INVITES = re.compile(
    r"(?:(?:hey|so|and|but|well|maybe|please)[, ]+)*(?:you (?:should|must|could|can|have to|are welcome to|"
    r"are (?:all )?invited)|(?:do|would) you (?:want|like) to|"
    r"will you|would you(?! (?:come|go) with\b)|"
    r"why do not you|come|join)\b.*\b(?:to|for|at) (?:(?:the|my|our|a|an|his|her|their) )?(?:[a-z']+ )?"
    r"(?:wedding|party|feast|dinner|supper|lunch|birthday|funeral|dance|play|concert|show|ball|tea|christening)\b.*",
    re.IGNORECASE,
)
_WHO = re.compile(r" (?:who|that|which|where|when)\b.*", re.IGNORECASE)
_TAG = re.compile(r"\b(?:huh|eh|right|innit)$", re.IGNORECASE)
_MANNERS = frozenset({"greet", "farewell", "thank", "apologize", "compliment", "insult", "threaten", "attack", "gift"})
_ASKED_ALONG = frozenset({Sense.ORDER, Sense.QUESTION, Sense.OTHER, Sense.OFFER, Sense.LEAVE, Sense.SELF})
_HEARD = 0.6
_OF_ITS_OWN = 0.8  # likeness from which bare words are about something of their own
_NEARLY = 0.5  # and from which a list of names may be
_LONGEST = 9  # words


def answer(turn: Turn) -> Reply | None:
    """How words are taken up that only go on with what was just said; None where they say something of their own."""
    clause, ledger = turn.clause, turn.ledger
    if turn.heard.talk and clause.sense in _ASKED_ALONG and _INVITES.fullmatch(clause.said.strip(" .!?")):
        return Reply("on_invited", "is invited")
    if turn.heard.talk and _PLAYS.fullmatch(clause.said.strip(" .!?")):
        return Reply("to_play", "is asked to play")
    if not turn.heard.talk or ledger.asked or not (ledger.talk or ledger.told) or clause.conditions:
        return None
    if (judged := _judged(turn)) is not None:
        return judged
    asked = ledger.line.rstrip().endswith("?")
    words = clause.said.strip(" .!?,")
    if (
        ledger.talk
        and clause.sense in {Sense.YES, Sense.NO, Sense.OTHER}
        and len(turn.clauses) == 1
        and not turn.percept.text.rstrip().endswith("?")
    ):
        flat = words.replace(",", "")
        if _YES.fullmatch(flat):
            return _went_on("to_yes" if asked else "to_agreed", "is told yes", turn)
        if _NO.fullmatch(flat) and not _is_waved_off(turn):
            return _went_on("to_no" if asked else "to_differs", "is told no", turn)
    if not ledger.talk:
        return None
    if clause.sense not in {Sense.OTHER, Sense.NO, Sense.YES} or len(words.split()) > _LONGEST:
        return None
    rest = _OPENS.sub("", words, count=1)
    if not rest or _is_manners(turn) or follow_of(rest) or follow_of(words) or _TAG.search(rest):
        return None
    near, fact = best(turn.heard.talk)[1], best(turn.heard.knowledge)[1]
    told = bool(ledger.theirs) and near < _NEARLY and " and " in rest  # "Mia and Lotta"
    reason = _REASON.fullmatch(rest) is not None and not (_HERE.search(rest) and not asked)
    verbless = _HAS_VERB.search(_WHO.sub("", rest)) is None and _HERE.search(rest) is None and max(near, fact) < _OF_ITS_OWN
    tale = bool(ledger.theirs) and _ENDED.fullmatch(rest) is not None
    if reason or (verbless and (_REST.fullmatch(rest) or tale or ((asked or told) and _is_bare(rest)) or is_number(rest))):
        return _fragment(turn, rest, asked)
    return None


def _judged(turn: Turn) -> Reply | None:
    """An answer to what is said of the answer before: that it helps, that it will be tried, that it was good or hard."""
    ledger, words = turn.ledger, turn.clause.said.strip(" .!,")
    if turn.clause.sense not in {Sense.OTHER, Sense.PROMISE, Sense.YES, Sense.SELF} or turn.percept.text.rstrip().endswith("?"):
        return None
    words = words if _TRIES.fullmatch(words) or _HELPS.fullmatch(words) else turn.clause.text.strip(" .!,")  # "..., thx"
    if _HELPS.fullmatch(words):
        return Reply("on_comforted", "is told that it helps")
    if _TRIES.fullmatch(words) and len(words.split()) <= _LONGEST:
        return Reply("on_learned", "is told that it will be tried")
    of_itself = bool(ledger.told) or (ledger.talk.startswith("on_") and ledger.talk != ledger.theirs)
    if not of_itself or best(turn.heard.talk)[1] >= _OF_ITS_OWN:  # "that was terrible" of a joke
        return None
    if _PRAISES.fullmatch(words):
        return Reply("on_wow", "is told that it was good")
    return Reply("on_condolence", "is told that it was hard") if _SUFFERS.fullmatch(words) else None


def _is_bare(words: str) -> bool:
    """Whether words name something and tell nothing of it: "eel pie", not "my sword broke"."""
    return _BARE.fullmatch(words) is not None and not any(is_past(word) for word in words.lower().split())


def _is_waved_off(turn: Turn) -> bool:
    return best(turn.heard.intent)[0] == "thank"


def _is_manners(turn: Turn) -> bool:
    intent, p = best(turn.heard.intent)
    return intent in _MANNERS and p >= _HEARD


def _went_on(topic: str, why: str, turn: Turn) -> Reply:
    """What was talked of stays it."""
    return Reply(topic, why, talk=turn.ledger.talk)


def _fragment(turn: Turn, words: str, asked: bool) -> Reply:
    echo = turned(plain(words))
    echo = f"{echo[:1].upper()}{echo[1:]}"
    ledger = turn.ledger
    more = turn.parts.behaviour.talk_further.get(ledger.theirs, {}).get("more", "")
    topic = more if more and not asked else "to_answer"
    return Reply(topic, "was spoken to: the rest of it", {"detail": echo, "said": echo}, talk=ledger.theirs or ledger.talk)
