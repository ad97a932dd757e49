"""Orders and their contrary: done now, in their turn or under a condition, forbidden, stopped, taken back, allowed again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from npc.conversation.reading import Clause
from npc.conversation.reply import Reply
from npc.language.grammar import GRAMMAR
from npc.language.phrases import kind_of, singular
from npc.language.senses import Sense
from npc.memory.ledger import Order
from npc.memory.records import PlannedOrder
from npc.parts import CharacterParts, best
from npc.turn import Turn

_DURATION = re.compile(r"\bfor (?:about )?(?P<count>\d{1,4}|[a-z]+) (?P<unit>second|minute|hour)s?\b", re.IGNORECASE)
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
    _end(turn, actions_of(turn, turn.clause) if verb else ())
    turn.ledger.asked = ""
    return Reply("release", f"need not {verb or 'do that'}")


def lift(turn: Turn) -> Reply | None:
    lifted = [turn.ledger.lift(action, singular(turn.clause.thing)) for action in actions_of(turn, turn.clause)]
    if not turn.clause.meaning.verb:
        lifted = [turn.ledger.lift(entry.action) for entry in turn.ledger.forbidden]
    return Reply("lift", f"may {turn.clause.meaning.verb or 'do it'} again") if any(lifted) else None


def order(turn: Turn) -> Reply | None:
    """An order goes to the model, but for what cannot be done without a thing that is there."""
    clause, percept = turn.clause, turn.heard
    actions = actions_of(turn, clause)
    for action in actions:
        turn.ledger.lift(action, singular(clause.thing))  # who orders it takes back that it was forbidden
    if clause.conditions and (waiting := _waiting(turn, clause)) is not None:
        return waiting
    if clause.meaning.is_deed_of_a_thing and not clause.thing and percept.target is None and percept.has_frame:
        return None if clause.meaning.verb in {"fight", "attack", "kill"} else ask_which(turn)
    return None


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
    condition, now = clause.conditions[0], turn.percept.time
    when = _when(condition)
    if condition.joint in {"until", "before"}:
        turn.parts.agenda.plan(
            PlannedOrder(when=when, speaker=turn.percept.speaker, phrase=condition.thing, text=condition.text)
        )
        return None
    actions = [a for a in actions_of(turn, clause) if turn.parts.may_do([a])]
    if not actions:
        return None
    target = turn.heard.target
    turn.parts.agenda.plan(
        PlannedOrder(
            when=when,
            action=actions[0],
            speaker=turn.percept.speaker,
            text=clause.text[:500],
            thing=clause.thing or condition.thing,
            phrase=condition.thing,
            x=target.x if target else None,
            y=target.y if target else None,
            due=now,
            lasting=condition.said.lower().startswith(("whenever", "every")),
        )
    )
    turn.parts.memory.touch()
    return Reply("waits", f"will {actions[0]} {condition.joint} {condition.text[:60]}")


def _when(condition: Clause) -> Literal["sees", "gone", "back"]:
    words = condition.text.lower()
    if re.search(r"\b(?:i|we) (?:come|am|get|return|call|say)\b.*|\bback\b", words):
        return "back"
    if condition.thing and re.search(r"\b(?:gone|leaves?|dead|dies|away|out)\b", words):
        return "gone"
    return "sees" if condition.thing else "back"


def plan_the_rest(turn: Turn, action: str) -> None:
    """Further orders of the utterance wait for their turn, each for the one before it."""
    before = action
    for clause, percept in turn.clauses[1:]:
        if clause.sense is not Sense.ORDER or clause.lost:
            continue
        named = best({a: percept.action.get(a, 0.0) for a in turn.parts.behaviour.deeds.get(clause.meaning.verb, ())})[0]
        if not named or not turn.parts.may_do([named]) or turn.ledger.forbids(named, singular(clause.thing)):
            continue
        target = percept.target
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
