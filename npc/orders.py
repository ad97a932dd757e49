"""Orders and their contrary: done now, in their turn or under a condition, forbidden, stopped, taken back, allowed again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from npc.conversation.clause import Clause
from npc.conversation.referring import handed_to
from npc.conversation.reply import Reply
from npc.conversation.steps import side_of
from npc.conversation.things import seen
from npc.conversation.view import taken_for
from npc.friends import denies_attack, is_spared
from npc.language.kinds import PERSON, akin, is_alive, to_look_for
from npc.language.phrases import kind_of, singular, thing_in
from npc.language.senses import BEYOND, STEPS_BACK, Ask, Sense
from npc.memory.ledger import Order
from npc.memory.records import PlannedOrder
from npc.parts import best
from npc.second_opinion import SURE, mostly
from npc.turn import Turn
from npc.types import Effect, Found, Percept, Target
from npc.waiting import KEEPS_OUT, actions_of, ends_then, is_done_first, keep_away, waiting
from npc.whereabouts import checked, found_of, rival_of, where_it_was

_THERE = 0.7  # presence from which it is
# Deeds that are of a thing, and what is meant by the words that ask for them.
_ASKED = {"give": "give_me", "pick_up": "pick_up", "use": "use", "go_to": "go_to"}
_PUTS = frozenset({"put", "put back"})
_TELLS = frozenset({"tell", "mention", "repeat"})
_WATCHES = frozenset({"guard", "watch", "keep", "look", "wait", "protect"})
_HANDED = frozenset({"bring", "fetch", "give", "hand", "pass"})
_HURRIES = frozenset({"run", "come", "leave"})
_LIFTING = frozenset({"carry", "lift", "pull", "throw"})
_EXCEPT = re.compile(
    r"\b(?:any|every)(?:thing|one|body)(?: else)? (?:but|except(?: for)?|other than|besides|apart from) (?P<thing>[a-z' -]+)",
    re.IGNORECASE,
)
_HIM = re.compile(r"\b(?:him|her|anyone|anybody)\b", re.IGNORECASE)
_ME = re.compile(r"(?:me|us)\b", re.IGNORECASE)
_THERE_IT_IS = re.compile(
    r"\b(?:wait|stay|stand|sit|hide)(?: right| over| just)? there\b(?! (?:by|near|next|behind|beside))", re.IGNORECASE
)
_LETS_BY = frozenset({"", "go", "come", "let", "enter", "pass", "walk"})
_KEEP_THEM = re.compile(r"keep (?:it|them|that|those)(?: all| both)?(?: then| for yourself)*[\s.!]*", re.IGNORECASE)
_BACK = "back"  # where it turns


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
    actions, said = actions_of(turn, turn.clause), turn.clause.text
    if turn.clause.meaning.verb == "touch" and (_HIM.search(said) or is_alive(turn.clause.thing)):  # no hand is laid on him
        actions = (*actions, "attack")
    if turn.clause.meaning.verb in _HURRIES and not turn.clause.thing:  # who is not to run may walk
        actions = actions[:1]
    excepted = _EXCEPT.search(said)
    for action in actions:
        turn.ledger.forbid(action, singular(turn.clause.thing), singular(thing_in(excepted["thing"])) if excepted else "")
    _end(turn, actions)
    if turn.heard.talk and turn.clause.meaning.verb in _TELLS and not turn.clause.thing:  # "do not tell anyone"
        return Reply("to_hush", "was told to keep it to itself")
    return Reply(
        "forbid", f"was told not to {turn.clause.meaning.verb or 'do that'}", {"what": turn.clause.meaning.verb or "do it"}
    )


def held_back(turn: Turn) -> Reply | None:
    """What it would do for words that order nothing, and was told not to: "after him!" lifts no ban."""
    clause, action = turn.clause, best(turn.heard.action)[0]
    if clause.sense is Sense.ORDER and any(c.joint in {"if", "when"} for c in clause.conditions):
        return waiting(turn, clause)  # whatever fact its words come near to: no deed is done before its condition holds
    known = turn.parts.behaviour.actions.get(action)
    if known is None or not known.deed or not turn.ledger.forbids(action, singular(clause.thing)):
        return None
    ordered = clause.sense is Sense.ORDER and action in actions_of(turn, clause)
    return None if ordered else Reply("forbidden", f"was told not to {action}", action="refuse")


def cease(turn: Turn) -> Reply:
    verb = turn.clause.meaning.verb
    if (then := ends_then(turn)) is not None:
        return then
    ended = _end(turn, actions_of(turn, turn.clause) if verb else ())
    if verb in _WATCHES:  # what it was to watch for, it is no longer
        ended = turn.parts.agenda.drop_planned(turn.percept.speaker) or ended
    if ended:
        return Reply("cease", f"was told to stop {verb}".rstrip())
    return Reply("cease_nothing", f"was told to stop {verb or 'what it does not do'}")


def release(turn: Turn) -> Reply:
    verb = turn.clause.meaning.verb
    if (then := ends_then(turn)) is not None:
        return then
    if verb in _PUTS:
        return _put_back(turn)
    if verb == "let" and (held := turn.ledger.handed):  # "let go"
        turn.ledger.handed = held[:-1]
        effect = Effect("give_back", {"item": held[-1], "to": turn.percept.speaker})
        return Reply("gives_back", f"gives back {held[-1]}", {"thing": held[-1]}, "give", effects=(effect,))
    _end(turn, actions_of(turn, turn.clause) if verb else ())
    turn.ledger.asked = ""
    if thing := singular(thing_in(turn.clause.meaning.values.get("rest", ""))):  # "skip the well"
        agenda = turn.parts.agenda
        agenda.planned = [order for order in agenda.planned if singular(order.thing) != thing]
    if "all" in turn.clause.meaning.values:
        turn.ledger.forbidden = ()
    return Reply("release", f"need not {verb or 'do that'}")


def _put_back(turn: Turn) -> Reply:
    """What it has taken goes back to where it was, as far as that is known."""
    clause, ledger = turn.clause, turn.ledger
    _end(turn, ())
    ledger.asked = ""
    kind = kind_of(singular(clause.thing))
    same = {kind, *to_look_for(kind)} if kind else set()
    was = next((m for m in reversed(ledger.things) if m.x is not None and (not kind or m.kind in same)), None)
    at = Target(was.x, was.y, SURE) if was is not None and was.x is not None and was.y is not None else turn.heard.target
    thing = singular(clause.thing) or (was.phrase if was is not None else "")
    return Reply("puts_back", "puts it back", {"thing": thing or "it"}, "use" if at is not None else "talk", at)


def lift(turn: Turn) -> Reply | None:
    if turn.clause.conditions and not turn.clause.meaning.verb and turn.ledger.forbidden:  # "only if it bites, then you can"
        turn.clauses[0] = (_of_the_last_ban(turn), turn.heard)
    if turn.clause.conditions and (planned := waiting(turn, turn.clause)) is not None:  # "you may hit it if it bites"
        agenda = turn.parts.agenda
        agenda.planned = [*agenda.planned[:-1], *(o.model_copy(update={"lifts": True}) for o in agenda.planned[-1:])]
        return planned
    if turn.clause.meaning.verb in _LETS_BY and _lets_by(turn):
        return Reply("lift", "lets people by again")
    lifted = [turn.ledger.lift(action, singular(turn.clause.thing)) for action in actions_of(turn, turn.clause)]
    if not turn.clause.meaning.verb:
        lifted = [turn.ledger.lift(entry.action) for entry in turn.ledger.forbidden]
    if any(lifted):
        return Reply("lift", f"may {turn.clause.meaning.verb or 'do it'} again")
    named = turn.clause.meaning.verb
    if not named:
        return Reply("on_ok", "may go on") if turn.heard.talk else None
    wills = best(turn.heard.action)[0] in actions_of(turn, turn.clause)  # and does so at once
    return Reply("on_ok", f"may {named}, and might before") if turn.heard.talk and named and not wills else None


def _lets_by(turn: Turn) -> bool:
    """End what it keeps away for this speaker; whether it did: "you can go in now" after "nobody goes in there"."""
    agenda = turn.parts.agenda
    kept = [o for o in agenda.planned if not (o.lasting and o.action == "warn" and o.speaker == turn.percept.speaker)]
    ended, agenda.planned = len(kept) < len(agenda.planned), kept
    return ended


def _of_the_last_ban(turn: Turn) -> Clause:
    """The clause with the deed that was forbidden last."""
    last = turn.ledger.forbidden[-1]
    verb = next((verb for verb, actions in turn.parts.behaviour.deeds.items() if actions[0] == last.action), last.action)
    return replace(turn.clause, thing=last.thing, meaning=replace(turn.clause.meaning, verb=verb))


def order(turn: Turn) -> Reply | None:
    """An order goes to the model, but for what cannot be done without a thing that is there."""
    clause, percept = turn.clause, turn.heard
    if clause.meaning.ask is Ask.PASSES_ON:
        whom, words = (clause.meaning.values.get(name, "") for name in ("whom", "words"))
        person = turn.ledger.person
        whom = person.phrase if person is not None and whom.lower() in {"him", "her"} else whom
        if words.lower() == "nothing":
            return Reply("to_hush", "was told to say nothing")
        effect = Effect("tell", {"whom": whom, "words": words, "from": percept.speaker})
        return Reply(
            "passes_on", f"is to tell {whom or 'whoever asks'}", {"what": words}, effects=() if clause.conditions else (effect,)
        )
    if clause.meaning.verb == "step" and STEPS_BACK.match(clause.text):
        _end(turn, ("attack", "follow"))
        return Reply("steps_back", "was told to step back")
    if (side := side_of(clause)) and not clause.conditions:  # "move a bit to the left"
        return Reply("shifts", f"was told to move {side}", effects=(Effect("step", {"to": side}),))
    if clause.meaning.verb == "keep" and any(map(_KEEP_THEM.fullmatch, (clause.text, clause.said))):  # it need not hand it over
        return Reply("on_ok", "may keep it")
    if clause.meaning.verb == "turn" and clause.meaning.values.get("rest") == "round" and not clause.conditions:
        return Reply("turns", "was told to turn round", effects=(Effect("turn", {"to": _BACK}),))
    if _is_beyond(clause, percept):
        return Reply("to_order", f"was asked to {clause.meaning.verb}, which it cannot do")
    actions = actions_of(turn, clause)
    if (denied := denies_attack(turn)) is not None:
        return denied
    if any(turn.parts.behaviour.actions[action].ongoing for action in actions):  # until when the one before it was to last
        turn.parts.agenda.planned = [kept for kept in turn.parts.agenda.planned if kept.action]
    for action in actions:
        turn.ledger.lift(action, singular(clause.thing))  # who orders it takes back that it was forbidden
    if clause.meaning.verb == "let" and KEEPS_OUT.match(clause.text):
        return keep_away(turn)
    turn.clauses[0] = (
        clause,
        _meant(turn, clause, replace(percept, target=checked(clause, percept.target, turn.percept.looked))),
    )
    percept = turn.heard
    if (same := where_it_was(turn, clause)) is not None:
        percept = replace(percept, target=same)
        turn.clauses[0] = (clause, percept)
    if (handed := _handed_over(turn, clause)) is not None:
        return handed
    if (instead := rival_of(clause, percept.target, turn.percept.looked)) is not None:
        return taken_for(singular(clause.thing), instead, "refuse")
    if clause.conditions and (planned := waiting(turn, clause)) is not None:
        return planned
    if clause.meaning.is_deed_of_a_thing and not clause.thing and percept.target is None and percept.has_frame:
        return None if clause.meaning.verb in {"fight", "attack", "kill"} else ask_which(turn)
    return None


def _handed_over(turn: Turn, clause: Clause) -> Reply | None:
    """ "Give it to the bard": it goes there with the thing, and the game hands it over; None where nobody such is in view."""
    whom = handed_to(clause.meaning)
    names = {whom, *to_look_for(whom)} if whom else set()
    there = max((d for d in seen(turn.percept) if d.phrase.lower() in names), key=lambda d: d.p, default=None)
    if there is None or not clause.thing or clause.conditions:
        return None
    at = Target(there.x, there.y, there.p) if there.p >= _THERE else None
    turn.clauses[0] = (clause, replace(turn.heard, target=at))
    if at is None:
        return None
    effect = Effect("give", {"item": clause.thing, "to": whom})
    return Reply("go_to", f"was told to give {clause.thing} to {whom}", action="go_to", target=at, effects=(effect,))


def _is_beyond(clause: Clause, percept: Percept) -> bool:
    """Whether no action is of it: who is told to dig does not greet, and nobody is carried home."""
    if clause.meaning.verb in _LIFTING and _ME.match(clause.meaning.values.get("rest", "")):
        return True
    if clause.meaning.verb in _HANDED and akin(singular(clause.thing), PERSON):  # nobody is handed over
        return True
    return clause.meaning.verb in BEYOND and percept.target is None


def _is_going(clause: Clause, looked: Sequence[Found]) -> bool:
    """Whether an order has to be gone for: "wait by the barrel", "hide behind the tree", where that is in view.

    "Wait there" is where it has gone already.
    """
    if _THERE_IT_IS.search(clause.said) is not None:
        return False
    return clause.meaning.goes_to_a_thing and any(d.p >= _THERE for d in found_of(looked, clause))


def _meant(turn: Turn, clause: Clause, percept: Percept) -> Percept:
    """The percept of an order of a thing that is there: where the model hears no such deed in it, its verb tells which."""
    named = [action for action in actions_of(turn, clause) if action in _ASKED]
    heard, p = best(percept.action)
    if not named and percept.target is not None and _is_going(clause, turn.percept.looked):
        named, heard = ["go_to"], ""
    sure = bool(heard) and p >= turn.parts.behaviour.understood and best(percept.intent)[1] >= turn.parts.behaviour.understood
    found = any(d.p >= _THERE for d in found_of(turn.percept.looked, clause))
    known = turn.parts.behaviour.actions.get(heard)
    sure = sure and known is not None and known.deed
    astray = named[:1] == ["go_to"] and heard == "follow"  # "can you go over to her for me"
    if not named or not found or percept.target is None or (sure and not astray):
        return percept
    return replace(
        percept, action=mostly(percept.action, named[0], SURE), intent=mostly(percept.intent, _ASKED[named[0]], SURE)
    )


def ask_which(turn: Turn) -> Reply:
    clause, ledger = turn.clause, turn.ledger
    ledger.asked = "which"
    ledger.order = Order(text=clause.text[:500], verb=clause.meaning.verb, thing=clause.lost, time=turn.percept.time)
    kinds = {kind_of(thing.phrase) for thing in ledger.things}
    if len(kinds) == 1:
        return Reply("which", f"does not know which {min(kinds)} is meant", {"thing": min(kinds)})
    return Reply("what_thing", f"does not know what `{clause.lost}` means")


def plan_the_rest(turn: Turn, action: str) -> list[Reply]:
    """Further orders of the utterance wait for their turn, each for the one before it, or for their condition.

    Returns:
        What is to be said of them.
    """
    before, told = action, []
    for clause, percept in turn.clauses[1:]:
        if clause.sense is not Sense.ORDER or clause.lost or clause in turn.settled or side_of(clause):
            continue
        if action == "refuse" and clause.thing and singular(clause.thing) == singular(turn.clause.thing):
            continue  # "pick up the knife and give it to me" is refused as a whole
        alone = replace(turn, clauses=[(clause, percept)])
        waits = None
        if clause.meaning.verb == "let" and KEEPS_OUT.match(clause.text):
            waits = keep_away(alone)
        elif any(c.joint in {"if", "when"} and not is_done_first(c) for c in clause.conditions):
            waits = waiting(alone, clause)
        if waits is not None:
            told.append(waits)
            continue
        named = best({a: percept.action.get(a, 0.0) for a in turn.parts.behaviour.deeds.get(clause.meaning.verb, ())})[0]
        named = "go_to" if _is_going(clause, turn.percept.looked) else named
        if not named or not turn.parts.may_do([named]) or turn.ledger.forbids(named, singular(clause.thing)):
            continue
        target = checked(clause, percept.target, turn.percept.looked)
        if (
            target is None
            and percept.has_frame
            and turn.parts.behaviour.actions[named].target
            and clause.meaning.is_deed_of_a_thing
        ):
            continue  # what is not there is not taken later either
        if named == "attack" and is_spared(turn, clause, target):
            continue
        turn.parts.agenda.plan(
            PlannedOrder(
                when="then",
                action=named,
                intent=turn.parts.understood(percept),
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
