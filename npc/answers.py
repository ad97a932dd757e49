"""What a character does about words: utility over what the model proposes, then boundaries, rules and needs.

A question that comes near one of the card's `knowledge` proposes to talk, and is answered if that is what it comes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from npc import smalltalk
from npc.arbitration import Choice
from npc.conditions import Moment
from npc.conversation.recall import resumed
from npc.conversation.things import in_more_words, pointed_out
from npc.facts import KNOWS
from npc.hearing import note, take_turn
from npc.language.senses import Sense
from npc.language.taken_up import values_of
from npc.lookout import Sighting
from npc.memory.records import TRIFLE
from npc.nearness import FAINT
from npc.orders import plan_the_rest
from npc.parts import CharacterParts, best, speaking_character
from npc.quests import reached
from npc.replies import also
from npc.second_opinion import SURE
from npc.turn import Turn, trace_of
from npc.types import SILENCE, Decision, Percept

# However near they come to what the card knows, they say the opposite.
_TAKEN_BACK = frozenset({Sense.FORBID, Sense.CEASE, Sense.RELEASE, Sense.LIFT})


def answer(parts: CharacterParts, percept: Percept, seen: list[Sighting], event: str) -> Decision:
    """Hear words, do something about them, and remember them. Words that were heard before move and teach nothing."""
    percept = pointed_out(in_more_words(percept))
    percept = replace(percept, clauses=tuple(pointed_out(clause) for clause in percept.clauses))
    memory, now = parts.memory, percept.time
    parts.introduce(percept.speaker, percept)
    person, away = memory.meet(percept.speaker, now)
    repeated = memory.knows(percept.source)
    turn = None if repeated else take_turn(parts, percept, person, away)
    heard = percept if turn is None else turn.heard
    if not repeated:
        for told in (heard,) if turn is None else turn.all_heard:
            parts.feelings.hear(told, person.relationship)
    moment = parts.moment(heard, seen, person, event)
    moment.away = away
    if turn is not None and turn.replied is not None:
        talk = "ask_about" if turn.clause.sense is Sense.QUESTION else "chat"
        plain = talk if turn.replied.topic.startswith(_TALK_OF) else parts.known(heard.intent)
        own = parts.meant(heard)  # the card's own words, whatever the grammar takes them for
        certain = own and heard.knowledge[own] >= KNOWS and turn.clause.sense not in _TAKEN_BACK
        moment.intent = own if certain else plain
    if not repeated:
        person.heard += 1
    if _has_talked_enough(parts, percept, away):
        return _fall_silent(parts, percept, moment)
    understood = _understands(parts, heard)
    if turn is not None and turn.replied is None and _is_ordered(parts, turn):
        understood = understood or bool(parts.meant(heard))
    elif turn is None or turn.replied is None:
        moment.knows = _known(
            parts,
            heard,
            (moment.intent if understood else "") or "none",
            turn is not None and turn.clause.sense is Sense.QUESTION,
        )
        understood = understood or bool(moment.knows or parts.meant(heard))
        if not understood and turn is not None:
            turn.replied = smalltalk.taken_up(turn)
    if turn is not None and turn.replied is not None:
        decision, understood = _reply(parts, turn, moment, seen), True
    else:
        decision = _do_as_told(parts, heard, moment, seen) if understood else _ask_again(parts, heard, moment)
    if turn is not None:
        further = [] if moment.cause in {"boundary", "rule", "quest"} else also(turn, percept)
        turn.also = [*turn.also, *further, *plan_the_rest(turn, moment.action)]
        decision = _with_the_rest(parts, turn, moment, decision)
        note(turn, moment, decision)
        decision = replace(decision, trace=(*decision.trace, *turn.as_read, *trace_of(person)))
    if not repeated:
        what = moment.intent if understood else ""
        memory.remember(
            now,
            percept.speaker,
            what or "words",
            parts.behaviour.memories.get(what, TRIFLE),
            did=moment.action,
            text=percept.text,
            emotion=moment.emotion,
            source=percept.source,
        )
    return decision


_OWED = frozenset({"gives_back"})
_TALK_OF = ("on_", "to_", "further_")  # topics of small talk
_TAG = 3  # words of a question that may only hang on another: "do you remember?"
_BY_THE_WAY = frozenset({"on_sure", "on_doubt", "on_mood"})  # "really?" beside another question
TALK = 4  # answers to another character, until one of the two has been silent for a while
SILENT = 30.0  # seconds


def _has_talked_enough(parts: CharacterParts, percept: Percept, away: float | None) -> bool:
    """Two characters would answer each other for ever: after a few answers to one of them it falls silent."""
    if not speaking_character(percept):
        return False
    if away is None or away >= SILENT:
        parts.exchanges[percept.speaker] = 0
    parts.exchanges[percept.speaker] = said = parts.exchanges.get(percept.speaker, 0) + 1
    return said > TALK


def _fall_silent(parts: CharacterParts, percept: Percept, moment: Moment) -> Decision:
    moment.action, moment.cause, moment.emotion = "idle", "words", moment.mood
    return parts.decide(moment, 1.0, None, "", f"has talked enough with {speaking_character(percept)} for now")


def _reply(parts: CharacterParts, turn: Turn, moment: Moment, seen: list[Sighting]) -> Decision:
    """Say what the ledger, the frame or the grammar answers, unless the card has something else to say about it."""
    reply, heard = turn.replied, turn.heard
    assert reply is not None
    choice = parts.choose({reply.action: SURE}, heard)
    if reply.topic in _OWED:  # what it holds for somebody it gives back, willing or not
        choice = replace(choice, label=choice.wanted)
    why, say = _overruled(parts, choice, heard, moment) or _unwilling(choice, moment) or ("", "")
    stands = not why
    if not stands and reply.topic in {
        "waits",
        "keeps_away",
    }:  # what the card never does it does not plan either, nor anything else for it now
        parts.agenda.planned = parts.agenda.planned[:-1]
        moment.action = "refuse" if parts.behaviour.actions[moment.action].deed else moment.action
    moment.emotion = parts.feeling(heard, moment)
    parts.begin(moment, heard, choice.p)
    known = {**parts.variables(heard), **reply.values}
    if stands:
        if reply.topic == "unknown":
            moment.cause = "unknown"
        why, say = reply.why, f"{reply.lead} {parts.speaker.line(reply.topic, moment, known)}".strip()
    say = say or parts.speaker.line(moment.action, moment, known)
    told = parts.weighed(choice, moment)
    return parts.decide(moment, choice.p, reply.target if stands else None, say, why, told, reply.effects if stands else ())


def _understands(parts: CharacterParts, percept: Percept) -> bool:
    """Whether the words are clear enough to act on.

    A wrong answer is soon forgotten, a wrong deed is not: an answer needs a sure intent or action, a deed both. Words that
    the model takes for silence (other scripts, signs alone, no words at all) mean nothing to it, however sure it is.
    """
    intent, do = parts.known(percept.intent), parts.known(percept.action)
    if intent == SILENCE["intent"]:
        intent, do = "", "" if do == "idle" else do
    sure = (bool(intent), bool(do))
    action = parts.behaviour.actions.get(best(percept.action)[0])
    return all(sure) if action is not None and action.deed else any(sure)


def _is_ordered(parts: CharacterParts, turn: Turn) -> bool:
    """Whether it is told to do something that it can: whoever it is about, nothing is told of him."""
    clause, heard = turn.clause, turn.heard
    deed = best(heard.action)[0]
    named = clause.sense is Sense.ORDER and deed in parts.behaviour.deeds.get(clause.meaning.verb, ())
    near = best(heard.knowledge)[1] >= KNOWS
    return named and not near


def _known(parts: CharacterParts, percept: Percept, intent: str, asked: bool = False) -> str:
    """The fact that answers the words; empty where they ask for none, or for something that is in view.

    Args:
        asked: they are a question by their words, whatever the model hears in them.
    """
    fact, likeness = best(percept.knowledge)
    near = parts.behaviour.asking.get(intent)
    if percept.talk and near is not None:
        near = smalltalk.NEAR if asked else max(near, FAINT)
    elif asked and percept.talk:
        near = smalltalk.NEAR
    if near is None or likeness < near or fact not in parts.persona.knowledge or not smalltalk.tells(percept, likeness):
        return ""
    return "" if percept.target is not None and intent in parts.behaviour.pointing else fact


def _do_as_told(parts: CharacterParts, percept: Percept, moment: Moment, seen: list[Sighting]) -> Decision:
    if moment.intent in parts.behaviour.dismissals:
        parts.agenda.standing = None
    known = moment.knows or parts.meant(percept)
    proposed = {"talk": percept.knowledge[known]} if known else percept.action
    choice = parts.choose(proposed, percept)
    why, say = _settle(parts, choice, percept, moment)
    moment.emotion = parts.feeling(percept, moment)
    plan = parts.begin(moment, percept, choice.p)
    say = say or parts.speaker.line(moment.action, moment, parts.variables(percept))
    alert = parts.behaviour.actions[moment.action].alert
    target = percept.target or (parts.danger(seen) if alert else None)
    heard = f"heard {_named(percept.intent)}, {_named(percept.tone, ' in tone')}"
    why = f"{why} and begins to {plan}" if plan else why
    return parts.decide(moment, choice.p, target, say, why, (heard, *parts.weighed(choice, moment)))


def _settle(parts: CharacterParts, choice: Choice, percept: Percept, moment: Moment) -> tuple[str, str]:
    """Fix action and cause in `moment`; return why, and the words that a rule or boundary gives."""
    overruled = _overruled(parts, choice, percept, moment)
    if overruled is None and choice.label != choice.wanted and _is_of_nothing(parts, percept, moment):
        return _comply(parts, choice, percept, moment)
    return overruled or _unwilling(choice, moment) or _comply(parts, choice, percept, moment)


def _overruled(parts: CharacterParts, choice: Choice, percept: Percept, moment: Moment) -> tuple[str, str] | None:
    """Where a boundary, a rule or a need of the card has the last word; None where it has not. Returns as `_settle` does."""
    persona, asked = parts.persona, f"was asked to {choice.wanted} ({choice.p:.2f})"
    moment.action, variables = choice.label, parts.variables(percept)
    if choice.label != choice.wanted:
        moment.wanted = choice.wanted
    if choice.wanted in persona.boundaries:
        moment.cause = "boundary"
        say = parts.speaker.one_of(persona.boundaries[choice.wanted], moment, variables)
        return f"{asked}, which it never does", say
    found = reached(persona.quests, moment)
    if found is not None:
        parts.reach(found, moment, variables, percept.speaker)
        if found.step.action:
            moment.wanted = "" if found.step.action == choice.wanted else choice.wanted
            moment.cause, moment.action = "quest", found.step.action
            say = parts.speaker.one_of(found.step.say, moment, variables)
            return f"{asked}, and {found.told}", say
    return ruled(parts, moment, variables, choice.wanted, asked)


def ruled(
    parts: CharacterParts, moment: Moment, variables: Mapping[str, str], wanted: str, asked: str
) -> tuple[str, str] | None:
    """Where a rule or a need of the card has the last word about `moment.action`, or that of an order whose turn has come.

    Args:
        asked: how the reason begins.

    Returns:
        Why, and the words that a rule gives; action and cause are in `moment` then.
    """
    rule = next((rule for rule in parts.persona.rules if rule.when.holds(moment)), None)
    if rule:
        moment.wanted = "" if rule.do == wanted else wanted
        moment.cause, moment.action = "rule", rule.do
        parts.speaker.due += [consequence.effect(variables) for consequence in rule.effects]
        return f"{asked}, but {rule.because}", parts.speaker.one_of(rule.say, moment, variables)
    needs = parts.persona.requires.get(moment.action)
    if needs is not None and not needs.holds(moment):
        moment.wanted, moment.cause, moment.action = moment.action, "unable", "refuse"
        return f"{asked}, but is not able to", ""
    return None


def _unwilling(choice: Choice, moment: Moment) -> tuple[str, str] | None:
    """Where it does something else of its own will; None where it does as it is told. Returns as `_settle` does."""
    moment.cause = "words"
    if not moment.wanted:
        return None
    moment.cause = "unwilling"
    appeal = choice.appeals[choice.wanted]
    return f"was asked to {choice.wanted} ({choice.p:.2f}), but is unwilling ({appeal:+.2f})", ""


def _comply(parts: CharacterParts, choice: Choice, percept: Percept, moment: Moment) -> tuple[str, str]:
    """Nothing forbids it, and it does so for the words. Returns as `_settle` does."""
    if _is_missing(parts, percept, moment):
        moment.wanted = "" if moment.action == "refuse" else moment.action
        moment.cause, moment.action = "absent", "refuse"
        return f"heard {moment.intent} and sees nothing of the kind ({choice.p:.2f})", ""
    if moment.action == "talk" and percept.knowledge and (moment.knows or moment.intent in parts.behaviour.unknown):
        return _tell(parts, percept, moment)
    return f"heard {moment.intent or 'words'} ({choice.p:.2f})", ""


def _is_missing(parts: CharacterParts, percept: Percept, moment: Moment) -> bool:
    """Whether something in view is asked for that is not there: what is not there is neither taken nor gone to."""
    if _is_of_nothing(parts, percept, moment):
        return True
    return percept.target is None and moment.intent in parts.behaviour.pointing and moment.action == "refuse"


def _is_of_nothing(parts: CharacterParts, percept: Percept, moment: Moment) -> bool:
    """Whether it would do something to a thing, and none is meant that is in view: no such deed is announced."""
    action = parts.behaviour.actions[moment.action]
    return percept.target is None and percept.has_frame and action.target and not action.alert


def _tell(parts: CharacterParts, percept: Percept, moment: Moment) -> tuple[str, str]:
    """Say what it knows, or that it does not know; what it tells nobody here (no line fits) it does not know either."""
    fact, likeness = best(percept.knowledge)
    variables = parts.variables(percept)
    if moment.knows and (say := _fact(parts, moment.knows, moment, variables)):
        return f"was asked about what it knows as {fact} ({likeness:.2f})", say
    moment.cause = "unknown"
    say = parts.speaker.line("unknown", moment, variables)
    return f"was asked what it cannot tell (nearest: {fact}, {likeness:.2f})", say


def _fact(parts: CharacterParts, name: str, moment: Moment, variables: Mapping[str, str]) -> str:
    """The words of a fact; what was said lately is owned up to ("as I said")."""
    lines = parts.speaker.confided(parts.persona.knowledge[name].say, moment, variables)
    fresh = parts.speaker.has_fresh(lines, moment, variables)
    say = parts.speaker.one_of(lines, moment, variables)
    if fresh or not say:
        return say
    return parts.speaker.line("again", moment, {**variables, "line": resumed(say)}) or say


def _with_the_rest(parts: CharacterParts, turn: Turn, moment: Moment, decision: Decision) -> Decision:
    """The decision with what is to be said to the other clauses of the utterance, and what the game carries out for them."""
    if not decision.line:
        return decision
    said = [_what_else_was_asked(parts, turn, moment)]
    if moment.action != "refuse":
        known = parts.variables(turn.heard)
        said += [parts.speaker.line(reply.topic, moment, {**known, **reply.values}) for reply in turn.also]
    told = "" if any(said) else _what_was_told(parts, turn, moment)
    said.append(_goodbye(parts, turn, moment))
    line = " ".join(dict.fromkeys(filter(None, (told, decision.line, *said))))
    effects = (*decision.effects, *(effect for reply in turn.also for effect in reply.effects))
    why = [f"also {reply.why}" for reply in turn.also]
    return replace(decision, line=line, effects=effects, trace=(*decision.trace, *why))


def _goodbye(parts: CharacterParts, turn: Turn, moment: Moment) -> str:
    """A farewell, where one was said beside what decides: "just kidding. bye, Pip"."""
    if moment.intent == "farewell" or moment.action == "refuse":
        return ""
    if all(clause.sense is not Sense.FAREWELL for clause, _ in turn.clauses[1:]):
        return ""
    return parts.speaker.line("greet", replace(moment, intent="farewell"), parts.variables(turn.heard))


def _what_else_was_asked(parts: CharacterParts, turn: Turn, moment: Moment) -> str:
    """The fact, or the line of small talk, that answers a second question of the same utterance."""
    for clause, percept in turn.clauses[1:]:
        if clause.sense is not Sense.QUESTION or percept is turn.heard or clause in turn.settled:
            continue
        fact = _known(parts, percept, parts.known(percept.intent) or "none")
        told = {moment.knows, turn.replied.fact if turn.replied is not None else ""}
        if fact and fact not in told:
            return _fact(parts, fact, moment, parts.variables(percept))
        if len(clause.text.split()) > _TAG and (more := _talked_of(parts, turn, percept)):
            return parts.speaker.line(more, moment, parts.variables(percept))
    return ""


def _what_was_told(parts: CharacterParts, turn: Turn, moment: Moment) -> str:
    """A word about what the speaker tells of his own life before he asks something: "my dog died. do you have one?"."""
    if turn.clause.sense is not Sense.QUESTION or moment.action != "talk":
        return ""
    for clause, percept in turn.clauses[1:]:
        topic = _talked_of(parts, turn, percept) if clause.sense is not Sense.QUESTION and percept is not turn.heard else ""
        if "think" in parts.behaviour.talk_further.get(topic, {}):
            return parts.speaker.line(topic, moment, {**parts.variables(percept), **values_of(clause.text, False)})
    return ""


def _talked_of(parts: CharacterParts, turn: Turn, percept: Percept) -> str:
    """What another clause is about of all that anybody talks of, if that is certain and not answered yet."""
    topic, likeness = best(percept.talk)
    new = topic not in _BY_THE_WAY and (turn.replied is None or topic not in {turn.replied.topic, turn.replied.talk})
    return topic if new and likeness >= smalltalk.QUITE and topic in parts.behaviour.small_talk else ""


def _ask_again(parts: CharacterParts, percept: Percept, moment: Moment) -> Decision:
    action = "refuse" if "talk" in parts.persona.boundaries else "talk"
    moment.cause, moment.action, moment.emotion = "unclear", action, "neutral"
    confidence = best(percept.action)[1]
    parts.begin(moment, percept, confidence)
    say = parts.speaker.line("unclear", moment, parts.variables(percept))
    why = f"did not understand (likeliest: {_named(percept.intent)}) and asks again"
    return parts.decide(moment, confidence, None, say, why)


def _named(probabilities: Mapping[str, float], kind: str = "") -> str:
    label, p = best(probabilities)
    return f"{label or 'nothing'}{kind} ({p:.2f})"
