"""Orders and their contrary: done now, in their turn or under a condition, forbidden, stopped, taken back, allowed again."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from npc.circumstances import hour_of
from npc.conversation.reading import Clause
from npc.conversation.reply import Reply
from npc.language.grammar import GRAMMAR
from npc.language.kinds import to_look_for
from npc.language.phrases import kind_of, singular
from npc.language.senses import Sense
from npc.memory.ledger import Order
from npc.memory.records import PlannedOrder
from npc.parts import CharacterParts, best
from npc.second_opinion import SURE, mostly
from npc.turn import Turn
from npc.types import Found, Percept, Target

_THERE = 0.7  # presence from which it is
# Deeds that are of a thing, and what is meant by the words that ask for them.
_ASKED = {"give": "give_me", "pick_up": "pick_up", "use": "use"}
_AT = 0.12  # of the frame's width: what the words point at is the thing that was found
_DOUBTFUL, _NOWHERE = (
    0.3,
    0.1,
)  # presence below which it is there only where the words point at it, too; and below which it is not
_DURATION = re.compile(r"\bfor (?:about )?(?P<count>\d{1,4}|[a-z]+) (?P<unit>second|minute|hour)s?\b", re.IGNORECASE)
_SAYS = re.compile(
    r"\b(?:i|we) (?:say|shout|call|yell|whistle|tell you|give the (?:word|order|signal))\b[ ,:\"']*(?P<words>.*?)[\"']*$"
)
_CLOCK = re.compile(r"(?:it is |at )?(?P<count>\d{1,2}|[a-z]+)(?: o'? ?clock)?(?: ?(?P<half>am|pm))?")
_BACK = re.compile(r"\b(?:i|we) (?:come|am|get|return|call)\b.*|\bback\b")
_KEEPS_OUT = re.compile(r"(?:please )?(?:do not|never) (?:ever )?let\b", re.IGNORECASE)
_TELLS = frozenset({"tell", "call", "shout", "alert", "show", "wake", "warn"})
_PUTS = frozenset({"put", "put back"})
# Signs that may be given without a word.
_SIGN = re.compile(
    r"(?:(?:i|we) )?(?P<sign>whistle|clap|shout|wave|nod|knock|snap|cough|scream|signal|yell|call|wink|point)s?(?: .*)?"
)
_ANYBODY = frozenset({"anyone", "anybody", "them", "him", "her", "somebody", "someone", "people", "person", "any person"})
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


def actions_of(turn: Turn, clause: Clause) -> tuple[str, ...]:
    """The actions that an order is of, or its contrary."""
    return turn.parts.behaviour.deeds.get(clause.meaning.verb, ())


def _end(turn: Turn, actions: Sequence[str]) -> bool:
    """End what is under way of these actions, or (of none) on this speaker's word; whether anything was."""
    agenda, ended = turn.parts.agenda, False
    for layer in ("doing", "standing"):
        activity = getattr(agenda, layer)
        if activity is not None and (
            activity.action in actions if actions else activity.action not in {"talk", "greet", "refuse"}
        ):
            setattr(agenda, layer, None)
            ended = True
    if not actions:
        ended = agenda.drop_planned(turn.percept.speaker) or ended
    if ended:
        turn.parts.memory.touch()
    return ended


def forbid(turn: Turn) -> Reply:
    actions = actions_of(turn, turn.clause)
    for action in actions:
        turn.ledger.forbid(action, singular(turn.clause.thing))
    _end(turn, actions)
    return Reply(
        "forbid", f"was told not to {turn.clause.meaning.verb or 'do that'}", {"what": turn.clause.meaning.verb or "do it"}
    )


def cease(turn: Turn) -> Reply:
    verb = turn.clause.meaning.verb
    ended = _end(turn, actions_of(turn, turn.clause) if verb else ())
    if ended:
        return Reply("cease", f"was told to stop {verb}".rstrip())
    return Reply("cease_nothing", f"was told to stop {verb or 'what it does not do'}")


def release(turn: Turn) -> Reply:
    verb = turn.clause.meaning.verb
    if verb in _PUTS:
        return _put_back(turn)
    _end(turn, actions_of(turn, turn.clause) if verb else ())
    turn.ledger.asked = ""
    return Reply("release", f"need not {verb or 'do that'}")


def _put_back(turn: Turn) -> Reply:
    """What it has taken goes back to where it was, as far as that is known."""
    clause, ledger = turn.clause, turn.ledger
    _end(turn, ())
    ledger.asked = ""
    kind = kind_of(singular(clause.thing))
    was = next((m for m in reversed(ledger.things) if m.x is not None and (not kind or m.kind == kind)), None)
    at = Target(was.x, was.y, SURE) if was is not None and was.x is not None and was.y is not None else turn.heard.target
    thing = singular(clause.thing) or (was.phrase if was is not None else "")
    return Reply("puts_back", "puts it back", {"thing": thing or "it"}, "use" if at is not None else "talk", at)


def lift(turn: Turn) -> Reply | None:
    if turn.clause.conditions and (waiting := _waiting(turn, turn.clause)) is not None:  # "you may hit it if it bites"
        return waiting
    lifted = [turn.ledger.lift(action, singular(turn.clause.thing)) for action in actions_of(turn, turn.clause)]
    if not turn.clause.meaning.verb:
        lifted = [turn.ledger.lift(entry.action) for entry in turn.ledger.forbidden]
    if any(lifted):
        return Reply("lift", f"may {turn.clause.meaning.verb or 'do it'} again")
    named = turn.clause.meaning.verb
    return (
        Reply("on_ok", f"may {named}, and might before")
        if turn.heard.talk and named and not actions_of(turn, turn.clause)
        else None
    )


def order(turn: Turn) -> Reply | None:
    """An order goes to the model, but for what cannot be done without a thing that is there."""
    clause, percept = turn.clause, turn.heard
    actions = actions_of(turn, clause)
    if any(turn.parts.behaviour.actions[action].ongoing for action in actions):  # until when the one before it was to last
        turn.parts.agenda.planned = [waiting for waiting in turn.parts.agenda.planned if waiting.action]
    for action in actions:
        turn.ledger.lift(action, singular(clause.thing))  # who orders it takes back that it was forbidden
    if clause.meaning.verb == "let" and _KEEPS_OUT.match(clause.text):
        return keep_away(turn)
    turn.clauses[0] = (
        clause,
        _meant(turn, clause, replace(percept, target=_checked(clause, percept.target, turn.percept.looked))),
    )
    percept = turn.heard
    if clause.conditions and (waiting := _waiting(turn, clause)) is not None:
        return waiting
    if clause.meaning.is_deed_of_a_thing and not clause.thing and percept.target is None and percept.has_frame:
        return None if clause.meaning.verb in {"fight", "attack", "kill"} else ask_which(turn)
    return None


def _meant(turn: Turn, clause: Clause, percept: Percept) -> Percept:
    """The percept of an order of a thing that is there: where the model hears no such deed in it, its verb tells which."""
    named = [action for action in actions_of(turn, clause) if action in _ASKED]
    heard, p = best(percept.action)
    sure = p >= turn.parts.behaviour.understood and best(percept.intent)[1] >= turn.parts.behaviour.understood
    found = any(d.p >= _THERE for d in _found(turn.percept.looked, clause))
    if not named or not found or percept.target is None or (sure and turn.parts.behaviour.actions[heard].deed):
        return percept
    return replace(
        percept, action=mostly(percept.action, named[0], SURE), intent=mostly(percept.intent, _ASKED[named[0]], SURE)
    )


def _checked(clause: Clause, target: Target | None, looked: Sequence[Found]) -> Target | None:
    """Where the thing of an order is: where the words point, if what they name may be there, else where that was found.

    None where it is not in view, wherever the words may seem to point: who is asked for a key does not hand over the chest.
    """
    found = _found(looked, clause)
    if not found:
        return target
    best_one = max(found, key=lambda d: d.p)
    if best_one.p < _NOWHERE:
        return None
    places = [at for d in found if d.p >= max(_DOUBTFUL, best_one.p / 2) for at in ((d.x, d.y), *d.others)]
    places = places or [(best_one.x, best_one.y)]
    if target is not None and any(_apart(target, at) < _AT for at in places):
        return target
    if best_one.p < (_THERE if target is None else _DOUBTFUL) or clause.other is not None:
        return target if clause.other is not None else None
    if target is None:
        return Target(best_one.x, best_one.y, best_one.p)
    x, y = min(places, key=lambda at: _apart(target, at))
    return Target(x, y, best_one.p)


def _found(looked: Sequence[Found], clause: Clause) -> list[Found]:
    """What was found of the thing of an order that is of one; nothing where it was not looked for."""
    if not (clause.meaning.is_deed_of_a_thing or clause.meaning.goes_to_a_thing) or not clause.thing:
        return []
    names = {singular(clause.thing), *to_look_for(singular(clause.thing))}
    return [d for d in looked if d.phrase.lower() in names]


def _apart(target: Target, at: tuple[float, float]) -> float:
    """Of the frame's width, for a frame that is as wide as most."""
    return math.hypot(target.x - at[0], (target.y - at[1]) * 9 / 16)


def ask_which(turn: Turn) -> Reply:
    clause, ledger = turn.clause, turn.ledger
    ledger.asked = "which"
    ledger.order = Order(text=clause.text[:500], verb=clause.meaning.verb, thing=clause.lost, time=turn.percept.time)
    kinds = {kind_of(thing.phrase) for thing in ledger.things}
    if len(kinds) == 1:
        return Reply("which", f"does not know which {min(kinds)} is meant", {"thing": min(kinds)})
    return Reply("what_thing", f"does not know what `{clause.lost}` means")


def _waiting(turn: Turn, clause: Clause) -> Reply | None:
    """An order under a condition waits for it; one that begins at once and lasts until then is begun now."""
    condition = clause.conditions[0]
    order = _planned(turn, clause, condition)
    if condition.joint in {"until", "before"}:
        turn.parts.agenda.plan(order)
        return None
    telling = ("warn",) if clause.meaning.verb in _TELLS else ()
    actions = [a for a in (*actions_of(turn, clause), *telling) if turn.parts.may_do([a])]
    if not actions:
        return None
    target = turn.heard.target
    place = {} if order.when == "hour" else {"x": target.x if target else None, "y": target.y if target else None}
    named = clause.thing or (condition.thing if order.phrase else "")
    turn.parts.agenda.plan(order.model_copy(update={"action": actions[0], "thing": named, "text": clause.text[:500], **place}))
    turn.parts.memory.touch()
    return Reply("waits", f"will {actions[0]} {condition.joint} {condition.text[:60]}")


def _planned(turn: Turn, clause: Clause, condition: Clause) -> PlannedOrder:
    """What waits for a condition, without what is then done."""
    order = PlannedOrder(
        when=_when(condition),
        speaker=turn.percept.speaker,
        text=condition.text[:500],
        phrase=condition.thing,
        due=turn.percept.time,
        lasting=condition.always,
    )
    words = condition.text.lower().strip(" .!?")
    said = condition.said.lower().strip(" .!?")
    if (found := _SAYS.search(said)) is not None and found["words"]:
        return order.model_copy(update={"when": "said", "phrase": "", "after": found["words"][:120]})
    if (sign := _SIGN.fullmatch(said)) is not None:
        return order.model_copy(update={"when": "said", "phrase": "", "after": sign["sign"]})
    if not condition.thing and (hour := _hour_in(words)) is not None:
        return order.model_copy(update={"when": "hour", "due": hour, "x": hour_of(turn.percept.state)})
    if order.when == "back" and condition.joint not in {"until", "before"} and not _BACK.search(words):
        return order.model_copy(update={"when": "said", "after": words[:120]})  # what no eye tells may be told
    return order


def _hour_in(words: str) -> float | None:
    """The hour of the day that words name: "sunset", "at eight", "10 pm"."""
    if (named := next((hour for name, hour in GRAMMAR["hours"].items() if re.search(rf"\b{name}\b", words)), None)) is not None:
        return float(named)
    found = _CLOCK.fullmatch(words)
    if found is None:
        return None
    count = int(found["count"]) if found["count"].isdigit() else GRAMMAR["numbers"].get(found["count"], -1)
    return None if not 0 <= count <= 24 else float((count + 12 if found["half"] == "pm" and count < 12 else count) % 24)


def _when(condition: Clause) -> Literal["sees", "gone", "back"]:
    words = condition.text.lower()
    if _BACK.search(words):
        return "back"
    if condition.thing and re.search(r"\b(?:gone|leaves?|dead|dies|away|out)\b", words):
        return "gone"
    return "sees" if condition.thing else "back"


def keep_away(turn: Turn) -> Reply | None:
    """ "Don't let anyone near the fire": it stands guard, and cries out at whoever comes into view."""
    who = singular(turn.clause.thing)
    if not turn.parts.may_do(["warn"]):
        return None
    phrase = "person" if who in _ANYBODY or not who else who.removeprefix("any ")
    turn.parts.agenda.plan(
        PlannedOrder(
            when="sees", action="warn", speaker=turn.percept.speaker, text=turn.clause.text[:500], thing=phrase, phrase=phrase,
            due=turn.percept.time, lasting=True,
        )
    )  # fmt: skip
    turn.parts.memory.touch()
    return Reply("keeps_away", f"will let no {phrase} by", {"thing": phrase})


def at_the_word(turn: Turn) -> Reply | None:
    """What was to be done "when I say now", now that it is said."""
    agenda, words = turn.parts.agenda, turn.clause.said.lower().strip(" .!?*")
    for order in agenda.planned:
        if order.when == "said" and order.speaker == turn.percept.speaker and order.after in {words, sign_in(words)}:
            agenda.planned = [other for other in agenda.planned if other is not order or order.lasting]
            turn.parts.memory.touch()
            if not order.action:
                agenda.standing = None
                return Reply("cease", f"was to stop at the word `{words}`")
            target = Target(order.x, order.y, SURE) if order.x is not None and order.y is not None else turn.heard.target
            return Reply(order.action, f"was to do so at the word `{words}`", {}, order.action, target)
    return None


def sign_in(words: str) -> str:
    """The sign that somebody gives: "whistle" of "*whistles*"; empty where it is none."""
    found = _SIGN.fullmatch(words.lower().strip(" .!?*"))
    return found["sign"] if found is not None else ""


def plan_the_rest(turn: Turn, action: str) -> list[Reply]:
    """Further orders of the utterance wait for their turn, each for the one before it, or for their condition.

    Returns:
        What is to be said of them.
    """
    before, told = action, []
    for clause, percept in turn.clauses[1:]:
        if clause.sense is not Sense.ORDER or clause.lost or clause in turn.settled:
            continue
        alone = replace(turn, clauses=[(clause, percept)])
        waits = None
        if clause.meaning.verb == "let" and _KEEPS_OUT.match(clause.text):
            waits = keep_away(alone)
        elif any(c.joint in {"if", "when"} for c in clause.conditions):
            waits = _waiting(alone, clause)
        if waits is not None:
            told.append(waits)
            continue
        named = best({a: percept.action.get(a, 0.0) for a in turn.parts.behaviour.deeds.get(clause.meaning.verb, ())})[0]
        if not named or not turn.parts.may_do([named]) or turn.ledger.forbids(named, singular(clause.thing)):
            continue
        target = _checked(clause, percept.target, turn.percept.looked)
        if (
            target is None
            and percept.has_frame
            and turn.parts.behaviour.actions[named].target
            and clause.meaning.is_deed_of_a_thing
        ):
            continue  # what is not there is not taken later either
        turn.parts.agenda.plan(
            PlannedOrder(
                when="then",
                action=named,
                after=before,
                speaker=turn.percept.speaker,
                text=clause.text[:500],
                thing=clause.thing,
                confidence=percept.action.get(named, 0.0),
                x=target.x if target else None,
                y=target.y if target else None,
            )
        )
        before = named
        turn.parts.memory.touch()
        told.append(Reply("then_too", f"will {named} then"))
    return told


def bound(turn: Turn, clause: Clause, now: float) -> None:
    """An order "for five minutes" ends by itself."""
    found = _DURATION.search(clause.text)
    if found is None:
        return
    count = int(found["count"]) if found["count"].isdigit() else GRAMMAR["numbers"].get(found["count"].lower(), 1)
    due = now + count * _UNITS[found["unit"].lower()]
    turn.parts.agenda.plan(PlannedOrder(when="after", speaker=turn.percept.speaker, text=clause.text[:500], due=due))


def come_back(parts: CharacterParts, speaker: str) -> None:
    """What was to last until the speaker comes back is over; what was to begin then begins."""
    kept = []
    for order in parts.agenda.planned:
        if order.when != "back" or order.speaker != speaker:
            kept.append(order)
        elif not order.action and parts.agenda.standing is not None:
            parts.agenda.standing = None
        elif order.action:
            kept.append(order.model_copy(update={"when": "then"}))
    parts.agenda.planned = kept
