"""What the grammar, the ledger, the frame or the table of wares answers, without asking the model what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from npc import facts, followups, remarks, response, retelling, smalltalk, spared, terms
from npc.conversation import basket, episodes, recall, trade, view
from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.conversation.stall import counted
from npc.dealings import KEPT, account, for_sale, in_hand, is_bid, kept, stall_of, traded_for, undealt, wants_back
from npc.language.after import of_oneself
from npc.language.grammar import GRAMMAR
from npc.language.mood import Mood, mood_of
from npc.language.phrases import singular, thing_in
from npc.language.plain import plain
from npc.language.polarity import polarity_of
from npc.language.senses import Ask, Sense, about_whom
from npc.language.taken_up import values_of
from npc.language.told import YES
from npc.language.tongues import is_in
from npc.memory.ledger import Promise
from npc.nearness import FORMED
from npc.orders import ask_which, cease, forbid, lift, order, release
from npc.parts import best
from npc.supposed import supposed
from npc.turn import Turn
from npc.types import Percept
from npc.under_way import under_way
from npc.waiting import PERFORMS, TELLS, actions_of, at_the_word, cut_short, waiting
from npc.weighing import is_here_and_now

_LEFT = re.compile(r"\b(?:gone|away|still (?:there|here))\b", re.IGNORECASE)
# Asked of what is between the two: no fact of the card, however near its words come.
_PERSONAL = frozenset({Ask.MY_NAME, Ask.MINE, Ask.ABOUT, Ask.I_SAID, Ask.YOU_SAID, Ask.ON_TABLE, Ask.HOW_LONG})
_ABSTRACT = frozenset(GRAMMAR["abstract"].split())
_SHOWN = frozenset({Ask.PRESENT, Ask.INSIDE})
_FEARED = frozenset({"threat", "hazard"})
_MET = frozenset({"on_missed_you", "on_met_before"})
_TAKES = frozenset({"celebrate", "refuse"})  # what a card does about a gift in its own way
_ITSELF = frozenset({"handed", "name"})
_ASKING = frozenset({Sense.QUESTION, Sense.ORDER, Sense.OTHER, Sense.LEAVE, Sense.TRADE})
_MAY_KNOW = 0.5  # likeness from which a question about what is not in view may be one of those
# What is seen tells more about places and colours than what is known, unless the very words are those of a fact.
_OF_PLACES = frozenset({Ask.BESIDE, Ask.NEARER, Ask.FAR, Ask.COLOUR, Ask.WHERE, Ask.LOOKS, Ask.ACTS})
_KNOWS_BETTER = 0.9
_OF_MINE = re.compile(r"\bmy\b|\bI (?:left|gave you|handed you)\b", re.IGNORECASE)
_MINE_ALONE = re.compile(
    r"(?:and |now |okay |so )*my (?P<item>[a-z]+(?: (?!please|back|now)[a-z]+)?)(?: back)?(?:,? please|"
    r" now)*[\s?.!]*",
    re.IGNORECASE,
)
_HANDING = frozenset({"give", "hand", "bring", "get", "pass", "return", "fetch"})
_DONE = frozenset({"attack", "use", "give", "pick_up", "follow", "go_to", "flee", "defend", "warn", "heal"})
_SEEN_OF = frozenset(
    {Ask.VIEW, Ask.PRESENT, Ask.COUNT, Ask.COLOUR, Ask.BESIDE, Ask.NEARER, Ask.FAR, Ask.MY_NAME, Ask.DOING, Ask.HOW_LONG}
)
_UNSURE = frozenset({"what_thing", "which", "cannot_tell", "blind", "no_credit"})  # nothing to add in passing
_NO_DEED = frozenset({"celebrate", "talk", "greet", "idle"})  # "do not laugh"
_PASSED_ON = frozenset({"tell", "mention", "reveal", "repeat", "betray"})
_FOR_ME = re.compile(r"\b(?:I|me|us|we|one|it take)\b", re.IGNORECASE)
_QUITE = 0.75  # likeness from which a ban of no deed is talk
_STRUCK = frozenset({"sold", "sold_change", "bought"})  # what was agreed on is told
_MOST_ALSO = 2  # further answers to one utterance
_TELLS_OF_IT = re.compile(r"(?:that|this|it|they)(?:'?s| is| was| are| were)\b", re.IGNORECASE)  # "that's not a lot"
_TELLS = frozenset({Mood.MINE, Mood.PAST, Mood.REPORTED})  # "every time I wake up before I touch the handle"
_DENIES = frozenset({"recall_none", "you_have_nothing", "you_gave_nothing"})
_SPEAKS = frozenset({"tell", "ask", "say", "confess"})
_VERY = 0.9  # likeness from which words are what anybody may be asked, though they name what is not in view
_KNOWS = 0.7  # likeness from which a question is one of those of the card, whatever else it may be


def reply(turn: Turn, looked: Percept) -> Reply | None:
    """What the grammar, the frame, the ledger or the table of wares answers; None: ask the model.

    Nothing is denied to have been told while a line that was heard has the words of the question.
    """
    found = _reply(turn, looked)
    denies = found is not None and found.topic in _DENIES
    told = retelling.by_words(turn, looked) if denies else None
    if told is None and found is not None and found.topic == "you_gave_nothing":  # what it was bidden to hold is no gift
        told = retelling.passed(turn, looked)
    return told or found


def _reply(turn: Turn, looked: Percept) -> Reply | None:
    clause, parts, ledger = turn.clause, turn.parts, turn.ledger
    if (due := at_the_word(turn)) is not None:
        return due
    if plain(looked.text).strip(" .,!?").lower() == parts.persona.name.lower():
        return Reply("on_listening", "is called by its name")
    if (shorter := cut_short(turn)) is not None:
        return shorter
    if (spares := spared.answer(turn)) is not None:
        return spares
    if (
        clause.sense is Sense.ORDER
        and clause.meaning.verb in PERFORMS | TELLS
        and clause.meaning.ask is Ask.NONE
        and any(c.joint in {"if", "when"} for c in clause.conditions)
        and (planned := waiting(turn, clause)) is not None
    ):
        return planned  # "if he turns round, sing", "tell me when he comes"
    if (accounted := account(turn, looked)) is not None:
        return accounted
    if not turn.gifts and (agreed := terms.answer(turn, looked)) is not None:
        return agreed
    if (own := retelling.as_said(turn, looked)) is not None:
        return own
    if (passed := retelling.passed(turn, looked)) is not None:
        return passed
    if (own := retelling.outright(turn, looked)) is not None:
        return own
    if any(kind == "handed" for kind, _ in turn.gifts):
        return None if "celebrate" not in parts.persona.boundaries else _given(turn.gifts[0][1])
    if (refused := undealt(turn, looked)) is not None:
        return refused
    if (back := wants_back(turn)) is not None:
        held = kept(replace(turn, clauses=[(back, turn.heard)]), looked)
        if held is not None:
            return held
    if clause.meaning.ask in KEPT and (held := kept(turn, looked)) is not None:
        return held
    if clause.sense in {Sense.OTHER, Sense.SELF} and turn.told and (called := _named(turn)):
        return called
    if clause.sense is Sense.OTHER and any(value != YES and kind not in _ITSELF for kind, value in turn.told):
        return _self(turn)
    if (said := response.answer(turn)) is not None:
        return said
    handed = next((value for kind, value in turn.told if kind == "handed"), "")
    joyless = "celebrate" in parts.persona.boundaries
    if handed and (sold := in_hand(turn, handed, looked)) is not None:
        return sold
    if handed and clause.sense in {Sense.OTHER, Sense.SELF} and (joyless or best(turn.heard.action)[0] not in _TAKES):
        return _given(handed, "talk" if joyless else "celebrate")
    alone = next((m for c, _ in turn.clauses if ledger.handed and (m := _MINE_ALONE.fullmatch(c.said))), None)  # "my torch?"
    if alone is not None or (clause.sense is Sense.ORDER and _OF_MINE.search(clause.said)):  # "give me my bag"
        mine = replace(clause, meaning=replace(clause.meaning, ask=Ask.GIVES_BACK))
        mine = replace(mine, thing=alone["item"].lower()) if alone is not None else mine
        if (alone is not None or clause.meaning.verb in _HANDING) and (
            held := kept(replace(turn, clauses=[(mine, turn.heard)]), looked)
        ) is not None:
            return held
    tells = clause.sense is Sense.OTHER and bool(turn.heard.talk) and _TELLS_OF_IT.match(clause.said) is not None
    goes_on = (
        trade.goes_on(clause, ledger) or trade.wants(clause) or basket.goes_on(clause, ledger, stall_of(turn), looked.time)
    )
    if goes_on and (traded := traded_for(turn, looked)) is not None:
        return traded
    if (
        clause.lost and turn.heard.target is None and not tells and not _is_talk(turn)
    ):  # "that" is what the words point at, where they do
        return ask_which(turn)
    if parts.meant(turn.heard) and _may_ask_for_a_fact(turn):
        return None
    if is_here_and_now(turn) and (shown := _shown(turn, looked)) is not None:
        return for_sale(turn, shown, looked) or shown
    if (own := retelling.answer(turn, looked)) is not None:
        return own
    if clause.meaning.ask is Ask.NONE and (own := episodes.of_own_deeds(clause, parts.memory, looked)) is not None:
        return own
    asks = clause.sense is Sense.QUESTION and clause.meaning.ask is Ask.NONE
    if asks and (own := retelling.by_words(turn, looked)) is not None:
        return own
    if (told := facts.answer(turn)) is not None:
        return told
    if (further := followups.answer(turn)) is not None:
        return further
    fact, likeness = best(turn.heard.knowledge)
    knows = _KNOWS_BETTER if clause.meaning.ask in _OF_PLACES and looked.has_frame else _KNOWS
    if likeness >= knows and fact in parts.persona.knowledge and _may_ask_for_a_fact(turn) and smalltalk.knows(turn):
        return None
    seen = _seen(turn, looked) or episodes.of_a_thing(clause, parts.memory, looked.speaker, looked.time, looked.recalled)
    seen = seen or recall.answer(clause, ledger, looked.time) or under_way(turn)
    seen = seen or episodes.answer(clause, parts.memory, looked.speaker, looked.time, looked.recalled)
    far = smalltalk.KNOWN if about_whom(clause.text) == "I" else smalltalk.QUITE
    nearer = max((looked.recalled or {}).values(), default=0.0) > best(turn.heard.knowledge)[1]
    if seen is None and best(turn.heard.talk)[1] < far and (nearer or not smalltalk.knows(turn)):
        seen = episodes.of_mine(clause, parts.memory, looked.speaker, looked.time, looked.recalled)
    if seen is not None and seen.topic == "recall_none":
        seen = (
            episodes.of_kin(clause, ledger, parts.memory, looked.speaker, looked.time)
            or episodes.by_meaning(clause, parts.memory, looked.speaker, looked.time, looked.recalled)
            or seen
        )
    if seen is not None and seen.topic == "my_name_unknown" and best(turn.heard.talk)[0] in _MET:
        seen = None  # "remember me?" of a stranger
    if seen is not None:
        return for_sale(turn, seen, looked) or seen
    if (traded := traded_for(turn, looked)) is not None:
        return traded
    if (asked := retelling.said(turn, looked)) is not None:
        return asked
    perhaps = clause.text.lower().startswith(("maybe", "perhaps"))  # "maybe one day, if my wife lets me"
    waits = (
        clause.sense is Sense.OTHER
        and not perhaps
        and mood_of(clause.text) not in _TELLS
        and any(c.joint in {"if", "when"} for c in clause.conditions)
    )
    if waits and best(turn.heard.action)[0] in _DONE and (planned := waiting(turn, clause)) is not None:
        return planned  # no deed is done before its condition holds
    if (would := supposed(turn)) is not None:
        return would
    of_talk = clause.sense is Sense.FORBID and clause.meaning.verb not in PERFORMS and not clause.conditions
    if of_talk and _is_talk(turn, _QUITE) and not _is_secret(clause):
        return smalltalk.answer(turn)
    handler = HANDLERS.get(clause.sense)
    return (handler(turn) if handler is not None else None) or followups.loosely(turn) or smalltalk.answer(turn)


def _given(thing: str, action: str = "talk") -> Reply:
    return Reply("given", f"was given {thing}", {"thing": thing}, action)


def also(turn: Turn, looked: Percept) -> list[Reply]:
    """Answers to what else is asked, or bidden, in the same breath."""
    told: list[Reply] = []
    main = turn.replied.topic if turn.replied is not None else ""
    for clause, percept in turn.clauses[1:]:
        if clause in turn.settled or clause.conditions:
            continue
        if (is_bid(clause) or "dear" in clause.meaning.values) and turn.replied is not None and turn.replied.action == "trade":
            continue  # of two bids in one breath one counts
        alone = replace(turn, clauses=[(clause, percept)], replied=None)
        found, on_table = None, (turn.ledger.bids, turn.ledger.asked)
        if clause.sense is Sense.QUESTION and clause.meaning.ask in _SEEN_OF:
            found = retelling.answer(alone, looked) or _seen(alone, looked)  # "what is my name, and how many kids have I?"
            found = found or recall.answer(clause, turn.ledger, looked.time)
            found = found or (None if _FOR_ME.search(clause.text) else under_way(alone))  # "how long would it take me?"
        elif clause.sense is Sense.QUESTION:
            found = retelling.answer(alone, looked)
        if found is not None and found.topic == main == "i_said":
            turn.settled.append(clause)
        elif clause.meaning.ask in KEPT:
            found = kept(alone, looked)
        elif clause.sense in {Sense.TRADE, Sense.ORDER}:
            found = traded_for(alone, looked)
            if found is None and clause.sense is Sense.ORDER and not actions_of(alone, clause):
                found = smalltalk.answer(alone)  # "sing something, then give me an apple"
                found = found if found is not None and found.topic.startswith("on_") else None
            if found is not None:
                turn.settled.append(clause)
        if (
            found is not None
            and found.topic not in _UNSURE
            and (found.topic != main or _says_more(turn.replied, found))
            and not (main in _STRUCK and (found.topic == "agreed" or found.topic in _STRUCK))
            and all(found.topic != other.topic for other in told)
        ):
            told.append(found)
        elif found is not None and found.action == "trade" and not found.effects:  # what is not told is not bid either
            turn.ledger.bids, turn.ledger.asked = on_table
    return told[:_MOST_ALSO]


def _says_more(first: Reply | None, second: Reply) -> bool:
    """Whether of two answers after what was said before each tells something of its own."""
    return first is not None and second.topic == "i_said" and first.values.get("words") != second.values.get("words")


def _shown(turn: Turn, looked: Percept) -> Reply | None:
    """What the frame answers, whatever else may be known."""
    meanings = {**turn.parts.behaviour.watch, **turn.parts.persona.meanings}
    return view.answer(turn.clause, looked, frozenset(phrase for phrase, means in meanings.items() if means in _FEARED))


def _seen(turn: Turn, looked: Percept) -> Reply | None:
    """What the frame answers; where it has nothing of the kind, and the card knows of something like it, that is meant."""
    seen = _shown(turn, looked)
    if seen is not None and seen.topic == "absent" and turn.clause.meaning.ask is Ask.COLOUR and not _is_said(turn.clause):
        return Reply("unknown", f"{seen.why}, which was only spoken of")  # "what colour is it?" of what was told
    abstract = any(singular(word) in _ABSTRACT for word in turn.clause.thing.lower().split())
    if turn.heard.talk and turn.clause.meaning.ask in _SHOWN and abstract:  # "is there a feast soon?"
        return None
    missing = seen is not None and seen.topic in {"absent", "cannot_tell", "blind"}
    if not missing or turn.clause.meaning.ask is Ask.CLAIM:
        return seen
    if turn.heard.talk:
        any_of = turn.clause.text.lower().startswith("any ") and best(turn.heard.talk)[1] >= smalltalk.QUITE  # "any tips?"
        left = _LEFT.search(turn.clause.text) is not None  # what has been in view
        asked = best(turn.heard.talk)[1] >= _VERY and turn.clause.meaning.ask is Ask.PRESENT  # "is there an inn here?"
        return None if any_of or asked or (smalltalk.knows(turn) and not left) else seen
    fact, likeness = best(turn.heard.knowledge)
    return None if likeness >= _MAY_KNOW and fact in turn.parts.persona.knowledge else seen


def _is_talk(turn: Turn, near: float = FORMED) -> bool:
    """Whether no deed is bidden or forbidden: "do not worry about me", "make one about me"."""
    return best(turn.heard.talk)[1] >= near and {*actions_of(turn, turn.clause)} <= _NO_DEED


def _is_secret(clause: Clause) -> bool:
    """Whether something is not to be passed on: "do not tell the guard what I told you"."""
    return clause.meaning.verb in _PASSED_ON and not clause.meaning.values.get("rest", "").lower().startswith(("me", "us"))


def _is_said(clause: Clause) -> bool:
    """Whether the thing is named, and no pronoun stands for it."""
    return singular(clause.thing).lower() in clause.said.lower()


def _may_ask_for_a_fact(turn: Turn) -> bool:
    """ "My name is Ada" asks nothing, however near it comes to "what is your name?"; prices are those of the wares."""
    clause = turn.clause
    if clause.sense is Sense.QUESTION and (episodes.asks_back(clause.text) or of_oneself(clause.text)):
        return False
    if clause.meaning.ask in _PERSONAL:
        known = recall.answer(clause, turn.ledger, turn.percept.time)
        return clause.meaning.ask is Ask.MINE and known is not None and known.topic == "recall_none"
    if clause.sense is Sense.ORDER and clause.meaning.thing and stall_of(turn).find(counted(thing_in(clause.meaning.thing))[1]):
        return False  # "can I get two horseshoes?"
    if clause.meaning.ask in {Ask.BUYS, Ask.HAVE} and turn.parts.persona.wants:
        item = clause.meaning.values.get("item", "")
        return bool(item) and not stall_of(turn).wanted(item)
    if clause.sense is Sense.TRADE and turn.parts.persona.wares:
        item, listed = clause.meaning.values.get("item", ""), {"rank", "number"}.isdisjoint(clause.meaning.values)
        return (clause.meaning.ask is Ask.WARES and listed) or bool(item and not stall_of(turn).find(item))
    return clause.sense in _ASKING


def _foreign(turn: Turn) -> Reply:
    if is_in(turn.clause.said, turn.parts.language):  # whose lines are translated into it is no stranger to it
        return Reply("unclear", "was spoken to in the game's own language, and reads English alone")
    return Reply("foreign", "does not know this tongue")


def _leave(turn: Turn) -> Reply:
    parts, verb = turn.parts, turn.clause.meaning.values.get("verb", turn.clause.meaning.verb) or "do so"
    if verb in _SPEAKS and turn.heard.talk:  # "can I tell you a secret?"
        return Reply("to_tell_me", f"was asked leave to {verb} something")
    kind = turn.person.relationship.name
    if kind in {"foe", "feared"} or (parts.feelings.mood.name == "angry" and kind != "friend"):
        return Reply("deny", f"was asked leave to {verb} by a {kind}", action="refuse")
    return Reply("allow", f"was asked leave to {verb}")


def _offer(turn: Turn) -> Reply:
    return Reply("offer", f"was offered: {turn.clause.text[:80]}")


def _promise(turn: Turn) -> Reply:
    promise = Promise(text=turn.clause.text.rstrip(" .!")[:500], time=turn.percept.time)
    turn.ledger.promises = (*turn.ledger.promises, promise)[-8:]
    return Reply("promise", "was given a promise")


def _peace(turn: Turn) -> Reply:
    return Reply("peace", "was told that no harm is meant")


def _self(turn: Turn) -> Reply:
    if called := _named(turn):
        return called
    kind, value = next(((kind, value) for kind, value in turn.told if value != YES and kind not in _ITSELF), ("", ""))
    if kind != "hates" and (talked := smalltalk.of_themselves(turn)) is not None:
        return talked
    if not kind and turn.heard.talk and (taken := smalltalk.taken_up(turn)) is not None:  # "I can not stand him"
        return taken
    if (
        kind not in {"", "likes", "hates"} and turn.heard.talk and polarity_of(turn.clause.text) == "bad"
    ):  # "mine died, he was called Rex"
        return Reply("to_bad", "was told something sad", values_of(turn.clause.text, False))
    if turn.heard.talk and smalltalk.LAUGHS.search(turn.percept.text):
        return Reply("to_funny", "was told something merry", values_of(turn.clause.text, False))
    if not kind and (told_of := remarks.answer(turn)) is not None:
        return told_of
    topic = f"noted_{kind}" if f"noted_{kind}" in turn.parts.behaviour.topics else "noted"
    return Reply(topic, "was told something of the speaker", {"value": recall.as_told(kind, value)} if value else {})


def _named(turn: Turn) -> Reply | None:
    name = next((value for kind, value in turn.told if kind == "name"), "")
    return Reply("called", f"was told the name {name}", {"who": name}) if name else None


HANDLERS: dict[Sense, Callable[[Turn], Reply | None]] = {
    Sense.FOREIGN: _foreign,
    Sense.FORBID: forbid,
    Sense.CEASE: cease,
    Sense.RELEASE: release,
    Sense.LIFT: lift,
    Sense.LEAVE: _leave,
    Sense.OFFER: _offer,
    Sense.PROMISE: _promise,
    Sense.PEACE: _peace,
    Sense.SELF: _self,
    Sense.ORDER: order,
}
# Done beside what decides.
BESIDE = frozenset({Sense.FORBID, Sense.CEASE, Sense.RELEASE, Sense.LIFT, Sense.PROMISE, Sense.SELF})
