"""A turn of a conversation: what the ledger, the frame and the grammar settle before the model is asked what to do.

The model tells what words are about and what they point at. Whether a deed is asked for or forbidden, what "it" means, what
was agreed on, what is in view: that is answered here, and only what is left goes the way of `npc.answers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from npc.conditions import Moment
from npc.conversation import recall, trade, view
from npc.conversation.reading import Clause, Reading, read
from npc.conversation.reply import Reply
from npc.language.grammar import GRAMMAR
from npc.language.phrases import kind_of, singular
from npc.language.senses import Ask, Sense
from npc.memory import Person
from npc.memory.ledger import Heard, Ledger, Meant, Order, Promise
from npc.memory.records import PlannedOrder
from npc.parts import CharacterParts, best
from npc.types import Decision, Percept

BACK = 5.0  # seconds of silence after which somebody who speaks again has come back
# Which clause of several decides: what asks for something, before what takes something back, tells something, is small talk.
_RANKS = (
    {Sense.ORDER, Sense.QUESTION, Sense.TRADE, Sense.LEAVE, Sense.CORRECT},
    {Sense.FORBID, Sense.CEASE, Sense.RELEASE, Sense.LIFT},
    {Sense.OFFER, Sense.PROMISE, Sense.PEACE, Sense.SELF},
    {Sense.FAREWELL},
)
# Asked of what is between the two: no fact of the card, however near its words come.
_PERSONAL = frozenset({Ask.MY_NAME, Ask.MINE, Ask.I_SAID, Ask.YOU_SAID, Ask.ON_TABLE, Ask.HOW_LONG})
_KNOWS = 0.7  # likeness from which a question is one of those of the card, whatever else it may be
# What a clause is taken for by feelings, rules and memory, where the grammar knows better than the model.
_INTENTS = {
    Sense.FORBID: "none",
    Sense.CEASE: "none",
    Sense.RELEASE: "none",
    Sense.LIFT: "agree",
    Sense.LEAVE: "chat",
    Sense.OFFER: "agree",
    Sense.PROMISE: "agree",
    Sense.PEACE: "apologize",
    Sense.SELF: "chat",
    Sense.FAREWELL: "farewell",
    Sense.YES: "agree",
}
SURE = 0.9  # of what the grammar knows
_DURATION = re.compile(r"\bfor (?:about )?(?P<count>\d{1,4}|[a-z]+) (?P<unit>second|minute|hour)s?\b", re.IGNORECASE)
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


@dataclass(slots=True)
class Turn:
    """One utterance, as far as the grammar has it.

    Attributes:
        clauses: each with its percept; the first is the one that decides.
        replied: the answer that needs no model, where there is one.
    """

    parts: CharacterParts
    percept: Percept
    person: Person
    clauses: list[tuple[Clause, Percept]]
    replied: Reply | None = None

    @property
    def ledger(self) -> Ledger:
        return self.person.ledger

    @property
    def clause(self) -> Clause:
        """The one that decides."""
        return self.clauses[0][0]

    @property
    def heard(self) -> Percept:
        """The percept of the clause that decides."""
        return self.clauses[0][1]


def take_turn(parts: CharacterParts, percept: Percept, person: Person, away: float | None) -> Turn | None:
    """Read an utterance against the ledger of its speaker; None where there is nothing to read.

    Args:
        away: seconds since the speaker last said something.
    """
    reading = read(percept.text, person.ledger, parts.persona.name)
    if not reading.clauses:
        return None
    if away is not None and away >= BACK:
        _come_back(parts, percept.speaker)
    pairs = [_heard_as(clause, part) for clause, part in zip(reading.clauses, _percepts(reading, percept), strict=False)]
    decides = min(range(len(pairs)), key=lambda n: (_rank(pairs[n][0]), n))
    turn = Turn(parts, percept, person, [pairs[decides], *pairs[:decides], *pairs[decides + 1 :]])
    for clause, part in turn.clauses[1:]:
        if clause.sense in _BESIDE:
            _HANDLERS[clause.sense](replace(turn, clauses=[(clause, part)]))
    known = {d.phrase: d for d in percept.looked} | {d.phrase: d for d in percept.watch}
    if turn.clause.lost and turn.heard.target is None:
        _mean_the_only_thing(turn)
    turn.replied = _reply(turn, replace(percept, watch=tuple(known.values())))
    return turn


def _percepts(reading: Reading, percept: Percept) -> Sequence[Percept]:
    if reading.whole or len(percept.clauses) != len(reading.clauses):
        return [percept] * len(reading.clauses)
    kept = {
        "time": percept.time,
        "watch": percept.watch,
        "speaker": percept.speaker,
        "state": percept.state,
        "source": percept.source,
    }
    return [replace(part, **kept) for part in percept.clauses]  # type: ignore[arg-type]


def _heard_as(clause: Clause, percept: Percept) -> tuple[Clause, Percept]:
    intent = _INTENTS.get(clause.sense)
    if clause.sense is Sense.PEACE and clause.conditions:  # "I will not hurt you if you pay" is a threat
        return replace(clause, meaning=replace(clause.meaning, sense=Sense.OTHER)), percept
    if intent is None or intent not in percept.intent:
        return clause, percept
    rest = (1.0 - SURE) / max(len(percept.intent) - 1, 1)
    action = {"greet": SURE} if clause.sense is Sense.FAREWELL else percept.action
    return clause, replace(
        percept, intent={label: SURE if label == intent else rest for label in percept.intent}, action=action
    )


def _mean_the_only_thing(turn: Turn) -> None:
    """ "Kill it!", where nothing was spoken of before and one thing alone is in view."""
    things = view.table(turn.percept.watch)
    if len(things) == 1:
        clause = replace(turn.clause, thing=things[0].phrase, lost="")
        turn.clauses[0] = (clause, replace(turn.heard, target=things[0].target))


def _rank(clause: Clause) -> int:
    return next((rank for rank, senses in enumerate(_RANKS) if clause.sense in senses), len(_RANKS))


def _come_back(parts: CharacterParts, speaker: str) -> None:
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


# -- answers that need no model ---------------------------------------------------------------------------


def _reply(turn: Turn, looked: Percept) -> Reply | None:
    """What the grammar, the frame, the ledger or the table of wares answers; None: ask the model."""
    clause, parts, ledger = turn.clause, turn.parts, turn.ledger
    if clause.lost and turn.heard.target is None:  # "that" is what the words point at, where they do
        return _ask_which(turn)
    fact, likeness = best(turn.heard.knowledge)
    if likeness >= _KNOWS and fact in parts.persona.knowledge and clause.meaning.ask not in _PERSONAL:
        return None
    seen = view.answer(clause, looked) or recall.answer(clause, ledger, looked.time) or _under_way(turn)
    if seen is not None:
        return seen
    if "trade" not in parts.persona.boundaries:
        stall = trade.Stall(parts.persona.wares, parts.persona.wants, _sympathy(turn))
        if (traded := trade.answer(clause, ledger, stall, looked.speaker, looked.time)) is not None:
            return traded
    handler = _HANDLERS.get(clause.sense)
    return handler(turn) if handler is not None else None


def _ask_which(turn: Turn) -> Reply:
    clause, ledger = turn.clause, turn.ledger
    ledger.asked = "which"
    ledger.order = Order(text=clause.text[:500], verb=clause.meaning.verb, thing=clause.lost, time=turn.percept.time)
    kinds = {kind_of(thing.phrase) for thing in ledger.things}
    if len(kinds) == 1:
        return Reply("which", f"does not know which {min(kinds)} is meant", {"thing": min(kinds)})
    return Reply("what_thing", f"does not know what `{clause.lost}` means")


def actions_of(turn: Turn, clause: Clause) -> tuple[str, ...]:
    """The actions that an order is of, or its contrary."""
    return turn.parts.behaviour.deeds.get(clause.meaning.verb, ())


def _forbid(turn: Turn) -> Reply:
    actions = actions_of(turn, turn.clause)
    for action in actions:
        turn.ledger.forbid(action, singular(turn.clause.thing))
    _end(turn, actions)
    return Reply(
        "forbid", f"was told not to {turn.clause.meaning.verb or 'do that'}", {"what": turn.clause.meaning.verb or "do it"}
    )


def _cease(turn: Turn) -> Reply:
    verb = turn.clause.meaning.verb
    ended = _end(turn, actions_of(turn, turn.clause) if verb else ())
    if ended:
        return Reply("cease", f"was told to stop {verb}".rstrip())
    return Reply("cease_nothing", f"was told to stop {verb or 'what it does not do'}")


def _release(turn: Turn) -> Reply:
    verb = turn.clause.meaning.verb
    _end(turn, actions_of(turn, turn.clause) if verb else ())
    turn.ledger.asked = ""
    return Reply("release", f"need not {verb or 'do that'}")


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


def _lift(turn: Turn) -> Reply | None:
    lifted = [turn.ledger.lift(action, singular(turn.clause.thing)) for action in actions_of(turn, turn.clause)]
    if not turn.clause.meaning.verb:
        lifted = [turn.ledger.lift(entry.action) for entry in turn.ledger.forbidden]
    return Reply("lift", f"may {turn.clause.meaning.verb or 'do it'} again") if any(lifted) else None


def _leave(turn: Turn) -> Reply:
    parts, verb = turn.parts, turn.clause.meaning.values.get("verb", turn.clause.meaning.verb) or "do so"
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
    values, ledger = turn.clause.meaning.values, turn.ledger
    for key in ("name", "home", "likes", "hates", "trade"):
        if key in values:
            ledger.learn(key, values[key])
    if "has" in values or "whose" in values:
        ledger.learn((values.get("has") or values["whose"]).lower(), values.get("called", "yes"))
    if "name" in values:
        return Reply("called", f"was told the name {values['name']}", {"who": values["name"]})
    return Reply("noted", "was told something of the speaker")


def _order(turn: Turn) -> Reply | None:
    """An order goes to the model, but for what cannot be done without a thing that is there."""
    clause, percept = turn.clause, turn.heard
    actions = actions_of(turn, clause)
    for action in actions:
        turn.ledger.lift(action, singular(clause.thing))  # who orders it takes back that it was forbidden
    if clause.conditions and (waiting := _waiting(turn, clause)) is not None:
        return waiting
    if clause.meaning.is_deed_of_a_thing and not clause.thing and percept.target is None and percept.has_frame:
        return None if clause.meaning.verb in {"fight", "attack", "kill"} else _ask_which(turn)
    return None


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


def _under_way(turn: Turn) -> Reply | None:
    """What it does, why, and for how long."""
    agenda, now = turn.parts.agenda, turn.percept.time
    match turn.clause.meaning.ask:
        case Ask.DOING:
            doing = agenda.standing or agenda.doing
            if doing is None or doing.action in {"talk", "greet"}:
                return Reply("doing_nothing", "does nothing")
            return Reply(
                "doing",
                f"is asked what it does: {doing.action}",
                {"doing": turn.parts.behaviour.under_way.get(doing.action, doing.action)},
            )
        case Ask.HOW_LONG:
            return _how_long(turn, now)
        case Ask.WHY:
            reason = turn.ledger.reason
            return Reply("why", "is asked why", {"reason": reason}) if reason else Reply("why_none", "is asked why")
        case _:
            return None


def _how_long(turn: Turn, now: float) -> Reply | None:
    standing = turn.parts.agenda.standing
    if standing is None:
        return None
    for order in turn.parts.agenda.planned:
        if not order.action and order.when == "after":
            return Reply("how_long_for", "is asked for how long", {"count": _span(order.due - now)})
        if not order.action and order.text:
            return Reply("how_long_until", "is asked for how long", {"when": turned(order.text)})
    return Reply("how_long", "is asked for how long")


def _span(seconds: float) -> str:
    count, unit = (round(seconds / 60), "minute") if seconds >= 90 else (max(round(seconds), 1), "second")
    return f"{count} {unit}{'s' if count != 1 else ''}"


_TURNED = {
    "i": "you",
    "me": "you",
    "my": "your",
    "you": "I",
    "your": "my",
    "am": "are",
    "are": "am",
    "we": "we",
    "mine": "yours",
}


def turned(words: str) -> str:
    """The words of one as the other says them: "you come back" for "I come back"."""
    return re.sub(r"\b[A-Za-z]+\b", lambda found: _TURNED.get(found[0].lower(), found[0]), words)


def _sympathy(turn: Turn) -> float:
    """-1..1: what relationship and mood take off a price, or put on it."""
    relationship = turn.person.relationship
    felt = relationship.trust + relationship.affection + turn.parts.feelings.mood.now.valence / 2
    return max(-1.0, min(1.0, felt))


_HANDLERS: dict[Sense, Callable[[Turn], Reply | None]] = {
    Sense.FORBID: _forbid,
    Sense.CEASE: _cease,
    Sense.RELEASE: _release,
    Sense.LIFT: _lift,
    Sense.LEAVE: _leave,
    Sense.OFFER: _offer,
    Sense.PROMISE: _promise,
    Sense.PEACE: _peace,
    Sense.SELF: _self,
    Sense.ORDER: _order,
}
# Done beside what decides.
_BESIDE = frozenset({Sense.FORBID, Sense.CEASE, Sense.RELEASE, Sense.LIFT, Sense.PROMISE, Sense.SELF})


# -- afterwards -------------------------------------------------------------------------------------------


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


def note(turn: Turn, moment: Moment, decision: Decision) -> None:
    """Bring the ledger up to date with what was said and done."""
    clause, ledger, now = turn.clause, turn.ledger, turn.percept.time
    ledger.hear(Heard(text=turn.percept.text[:500], sense=clause.sense, intent=moment.intent, time=now))
    for told, percept in turn.clauses:
        if told.thing and not told.lost:
            place = percept.target
            ledger.mean(Meant(phrase=told.thing, time=now, x=place.x if place else None, y=place.y if place else None))
    if clause.sense is Sense.ORDER and not clause.lost:
        ledger.order = Order(text=clause.text[:500], verb=clause.meaning.verb, thing=clause.thing, time=now)
        if decision.action == "go_to" and clause.thing:
            ledger.place = Meant(phrase=clause.thing, time=now)
        _bound(turn, clause, now)
    elif clause.sense is Sense.QUESTION and clause.thing:
        ledger.question = Order(text=clause.text[:500], thing=clause.thing, time=now)
    if turn.replied is None or turn.replied.topic not in {"which", "what_thing", "price", "counter", "firm"}:
        ledger.asked = ""
    ledger.told = moment.knows
    if clause.meaning.ask is not Ask.WHY:
        ledger.reason = decision.reason[:120]
    if decision.line and (turn.replied is None or turn.replied.topic != "again"):
        ledger.line = decision.line[:500]


def _bound(turn: Turn, clause: Clause, now: float) -> None:
    """An order "for five minutes" ends by itself."""
    found = _DURATION.search(clause.text)
    if found is None:
        return
    count = int(found["count"]) if found["count"].isdigit() else GRAMMAR["numbers"].get(found["count"].lower(), 1)
    due = now + count * _UNITS[found["unit"].lower()]
    turn.parts.agenda.plan(PlannedOrder(when="after", speaker=turn.percept.speaker, text=clause.text[:500], due=due))


def trace_of(ledger: Ledger) -> tuple[str, ...]:
    """What the ledger holds, for whoever asks why."""
    told: dict[str, object] = {
        "meant": ", ".join(thing.phrase for thing in ledger.things[-3:]),
        "forbidden": ", ".join(f"{f.action} {f.thing}".strip() for f in ledger.forbidden),
        "on the table": ", ".join(f"{b.item} ({b.state})" for b in ledger.bids[-3:]),
        "told of himself": ", ".join(f"{key}: {value}" for key, value in ledger.facts.items()),
    }
    return tuple(f"{name}: {value}" for name, value in told.items() if value)
