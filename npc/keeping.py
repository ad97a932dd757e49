"""What of a turn is kept for later questions: what was told, asked and bidden by its kind, own lines, own promises."""

from __future__ import annotations

import re
from collections.abc import Iterable

from npc.behaviour import load_behaviour
from npc.conditions import Moment
from npc.conversation.between import NPC, is_recall, promised
from npc.conversation.clause import Clause
from npc.conversation.told_back import sentences
from npc.language.between import PROMISE_ME, asked, is_ban, kinds_told, what_not_to_do, what_to_do
from npc.language.echo import turned
from npc.language.phrases import kind_of
from npc.language.plain import plain
from npc.language.senses import Ask, Sense, is_question
from npc.language.sentences import mentions
from npc.memory.ledger import Heard
from npc.second_opinion import is_hostile
from npc.turn import Turn
from npc.types import Decision

_KINDS = {Sense.FORBID: "ban", Sense.ORDER: "order", Sense.OFFER: "offer"}
_TELLING = frozenset({Sense.OTHER, Sense.SELF, Sense.PROMISE})
_SPEECH = frozenset({"tell", "say", "speak", "talk", "answer", "remember", "forget", "forgive", "listen"})
_TAKES_ON = frozenset({"waits", "keeps_away", "keeps", "passes_on"})  # answers that are a promise
_OF_BEFORE = frozenset({Ask.MY_NAME, Ask.MINE, Ask.ABOUT, Ask.I_SAID, Ask.YOU_SAID, Ask.ON_TABLE})
_CASES = frozenset({"if", "when", "unless"})
_FEW = 3  # words of what is told
_MINE = re.compile(r"\b(?:I|my|we|our)\b")
_YOU_WILL = re.compile(r"you (?:will|would|are going to|shall) (?P<not>not |never )?", re.IGNORECASE)
# What is said to come about is no order, though it is put as one: "you will rot here forever".
_FORETOLD = re.compile(
    r"\byou (?:will|shall|are going to) [^.!?;]*\b(?:for ?ever|for all eternity|one day|some ?day|soon|in the end|"
    r"(?:for |all )?the rest of your (?:life|days)|all your (?:life|days)|"
    r"(?:until|till) you (?:rot|die|drop|freeze|starve|are dead))\b",
    re.IGNORECASE,
)
_NOT_AGREED = frozenset({"boundary", "unwilling", "unclear"})  # causes of an answer that takes nothing on
_YOU_MAY = re.compile(
    r"(?:(?:okay|now|so|well|actually|all right),? )*you (?:can|may) (?:now |again )?(?P<verb>[a-z]+)", re.IGNORECASE
)


def keep(turn: Turn, moment: Moment, decision: Decision) -> None:
    """Bring the ledger up to date with what may be asked for later."""
    ledger, now = turn.ledger, turn.percept.time
    recalls = any(asked(plain(words)) is not None for clause, _ in turn.clauses for words in (clause.text, clause.said))
    for clause, _ in turn.clauses:
        if (kind := _kind(turn, clause)) and asked(plain(clause.said)) is None:
            ledger.keep(kind, what_to_do(_whole(clause)) if kind in {"order", "message"} else _whole(clause), now)
        if clause.sense in {Sense.ORDER, Sense.FORBID} and any(c.joint in _CASES for c in clause.conditions):
            ledger.keep("waits", _whole(clause), now)
        if clause.sense is Sense.TRADE and ledger.first_question is None and is_question(clause.said):
            ledger.first_question = Heard(text=clause.said[:500], sense=clause.sense, time=now)
    for sentence in sentences(plain(turn.percept.text)):
        asks = is_question(sentence)
        for kind in kinds_told(sentence):
            if kind == "seeks" or not asks:
                ledger.keep(kind, sentence, now)
    for text in _promises(turn, moment, decision):
        promised(ledger, text, now)
    if decision.line and not recalls and not (turn.replied is not None and is_recall(turn.replied.topic)):
        ledger.say(decision.line, turn.percept.text, now)


def _kind(turn: Turn, clause: Clause) -> str:
    """What kind of saying a clause is; empty where nobody asks for it later."""
    if clause.sense is Sense.ORDER and clause.meaning.ask is Ask.PASSES_ON:
        return "message"
    if clause.sense is Sense.ORDER and (clause.meaning.verb in _SPEECH or any(kind == "handed" for kind, _ in turn.told)):
        return ""
    if clause.sense is Sense.ORDER and is_ban(plain(clause.text)):  # "do not let the baker in" is watched for
        return "ban"
    if clause.sense in _KINDS:
        return _KINDS[clause.sense]
    if is_question(clause.said):
        return "" if clause.meaning.ask in _OF_BEFORE else "asked"
    if clause.sense is Sense.TRADE and "number" in clause.meaning.values:
        noted = any(bid.by == "player" and bid.time == turn.percept.time for bid in turn.ledger.bids)
        return "" if noted else "offer"
    tells = clause.sense in _TELLING and len(clause.said.split()) >= _FEW and _MINE.search(plain(clause.said)) is not None
    return "told" if tells else ""


def _whole(clause: Clause) -> str:
    """A clause with its conditions: "wait here until I come back"."""
    said = clause.text if clause.is_deed else clause.said
    return " ".join([said.rstrip(" .,!"), *(f"{c.joint} {c.text.rstrip(' .,!')}" for c in clause.conditions)])


def _promises(turn: Turn, moment: Moment, decision: Decision) -> Iterable[str]:
    """What the character took on: orders that it carries out for long, bans, what waits, and what it gave its word on.

    Only what its answer agrees to: who is told "promise me" may answer whatever he likes.
    """
    if decision.action == "refuse" or moment.cause in _NOT_AGREED:
        return
    topics = {reply.topic for reply in (turn.replied, *turn.also) if reply is not None}
    actions = load_behaviour().actions
    foretold = _FORETOLD.search(plain(turn.percept.text)) is not None
    for clause, percept in turn.clauses:
        if (given := PROMISE_ME.fullmatch(plain(clause.said).strip(" .!?"))) is not None:
            what = given["what"]
            you = _YOU_WILL.match(what)
            verb = plain(what[you.end() :] if you is not None else what).split(" ")[0].lower()
            does = decision.action in load_behaviour().deeds.get(verb, ()) and not (you is not None and you["not"])
            agrees = does or moment.intent == "agree" or bool(topics & {"forbid", *_TAKES_ON})
            if not agrees or decision.action == "attack" or is_hostile(clause, percept):
                continue
            yield turned(f"{'not ' if you['not'] else ''}to {what[you.end() :]}" if you is not None else what)
        elif clause.sense is Sense.FORBID and topics & {"forbid", *_TAKES_ON}:
            yield f"not to {turned(what_not_to_do(plain(_whole(clause))))}"
        elif clause.sense is Sense.ORDER and clause.meaning.verb not in _SPEECH and not foretold:
            deeds = load_behaviour().deeds.get(clause.meaning.verb, ())
            lasting = decision.action in deeds and actions[decision.action].ongoing
            if lasting or topics & _TAKES_ON:
                order = plain(_whole(clause))
                yield f"not to {turned(what_not_to_do(order))}" if is_ban(order) else f"to {turned(what_to_do(order))}"
        allows = clause.sense in {Sense.LIFT, Sense.ORDER} or _YOU_MAY.match(clause.said) is not None
        if allows and not is_ban(plain(clause.text)):
            turn.ledger.promises = tuple(p for p in turn.ledger.promises if p.by != NPC or not _is_lifted(p.text, clause))


def _is_lifted(promise: str, clause: Clause) -> bool:
    """Whether what it promised not to do may be done again, or is ordered."""
    may = _YOU_MAY.match(clause.said)
    verb, of_it = clause.meaning.verb, not clause.thing or mentions(promise, kind_of(clause.thing), plural=True)
    verb = may["verb"].lower() if may is not None and not verb else verb
    return promise.startswith("not to ") and of_it and (not verb or verb in promise.split())
