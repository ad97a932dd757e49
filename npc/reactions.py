"""What a character does without a word being said: about events that the game tells, about sights, and by the hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from npc.affect import Relationship
from npc.agenda import FOREVER, Reflex
from npc.circumstances import Occupation, hour_of
from npc.conditions import Line, Moment
from npc.lookout import Sighting
from npc.memory import Person
from npc.memory.records import TRIFLE
from npc.parts import CharacterParts
from npc.quests import Reached, reached
from npc.text import valid
from npc.types import Decision, Percept, Target

_INSTEAD = "warn"  # of a reflex that somebody has forbidden


def take_in_event(parts: CharacterParts, percept: Percept) -> str:
    """Take in what the game tells to have happened; its name where that is news, else nothing.

    An event counts when it first appears, or appears with another `event_id`: frames may be lost or repeated,
    so a game lets it stand for a while.
    """
    state, memory = percept.state, parts.memory
    if "event" not in state and not parts.event:
        return ""
    name, who = valid(str(state.get("event", ""))), valid(str(state.get("event_by", "")))
    news = valid(f"{name}/{who}/{state.get('event_id', '')}")[:500] if name else ""
    if news == parts.event:
        return ""
    parts.event = news
    memory.touch()
    event = parts.events.get(name)
    if event is None:
        return ""
    if who:
        parts.introduce(who, percept)
    relationship = memory.acquaint(who, percept.time).relationship if who else Relationship()
    parts.feelings.take_in_event(event, relationship)
    memory.remember(percept.time, who, name, event.salience, emotion=parts.feelings.mood.name)
    return name


def react_to_event(parts: CharacterParts, name: str, percept: Percept, seen: list[Sighting]) -> Decision | None:
    """What it does at once about something that happened; None where that calls for nothing."""
    if not name or not parts.events[name].react:
        return None
    choice = parts.choose(parts.events[name].react, percept)
    who = valid(str(percept.state.get("event_by", "")))
    moment = parts.moment(percept, seen, parts.memory.person(who) or Person(), name, who)
    found = _reach(parts, percept, moment, who)
    if found is not None and found.step.action:
        return _speak_up(parts, percept, moment, found.step.action, "quest", found.step.say, f"was {name} and {found.told}")
    moment.action, moment.cause = choice.label, "event"
    moment.emotion = parts.feeling(percept, moment)
    parts.begin(moment, percept, 1.0)
    say = parts.speaker.line(choice.label, moment, parts.variables(percept))
    why = f"was {name}" + (f" by {who}" if who else "")
    return parts.decide(moment, 1.0, parts.danger(seen), say, why, parts.weighed(choice, moment))


def react_to_change(parts: CharacterParts, percept: Percept, seen: list[Sighting], event: str) -> Decision | None:
    """What it says of its own accord as something becomes so that the game tells; None where that is nothing.

    What holds already when it is first told is no news. While a danger is answered nothing is said, and nothing lost.
    """
    persona, (before, held) = parts.persona, parts.changes
    if not (persona.barks or persona.quests) or before == percept.state:
        return None
    doing = parts.agenda.current
    if doing is not None and parts.behaviour.actions[doing.action].alert and before is not None:
        return None
    who = percept.speaker if parts.memory.person(percept.speaker) else parts.memory.last_speaker
    moment = parts.moment(percept, seen, parts.memory.person(who) or Person(), event, who)
    holding = frozenset(n for n, bark in enumerate(persona.barks) if bark.when.holds(moment))
    parts.changes = dict(percept.state), holding
    found = _reach(parts, percept, moment, who)
    if found is not None and found.step.action:
        return _speak_up(parts, percept, moment, found.step.action, "quest", found.step.say, found.told)
    if before is None or not (news := sorted(holding - held)):
        return None
    if len(news) > 1:  # one at a time: the others are news again in the next frame
        parts.changes = {}, holding.difference(news[1:])
    bark = persona.barks[news[0]]
    variables = parts.variables(percept)
    parts.speaker.due += [consequence.effect(variables) for consequence in bark.effects]
    return _speak_up(parts, percept, moment, bark.do, "change", bark.say, "notices a change")


def _reach(parts: CharacterParts, percept: Percept, moment: Moment, who: str) -> Reached | None:
    """Take the step of a quest that somebody has just reached without a word."""
    found = reached(parts.persona.quests, moment) if who and parts.persona.quests else None
    if found is not None:
        parts.reach(found, moment, parts.variables(percept), who)
        parts.memory.acquaint(who, percept.time)
    return found


def _speak_up(
    parts: CharacterParts, percept: Percept, moment: Moment, action: str, cause: str, say: Sequence[Line], why: str
) -> Decision:
    moment.action, moment.cause = action, cause
    moment.emotion = parts.feeling(percept, moment)
    parts.begin(moment, percept, 1.0)
    variables = parts.variables(percept)
    line = parts.speaker.one_of(say, moment, variables) or parts.speaker.line(action, moment, variables)
    return parts.decide(moment, 1.0, None, line, why)


def react_to_sight(parts: CharacterParts, percept: Percept, seen: list[Sighting]) -> Decision | None:
    """Start a reflex at the most urgent sight; None where it is no news or calls for nothing."""
    for sighting in seen:
        reflex = parts.agenda.reflex
        if sighting.noticed or (reflex and reflex.sighting and not _outranks(parts, sighting, reflex.sighting)):
            continue
        sighting.noticed = True
        options = _options(parts, sighting)
        if options:
            return _start_reflex(parts, sighting, options, percept, seen)
    return None


def _outranks(parts: CharacterParts, sighting: Sighting, other: Sighting) -> bool:
    return parts.lookout.rank(sighting) < parts.lookout.rank(other)


def _options(parts: CharacterParts, sighting: Sighting) -> Mapping[str, float]:
    reactions = parts.persona.reactions
    own = reactions.get(sighting.phrase) or reactions.get(sighting.meaning)
    options = {own: 1.0} if own else parts.behaviour.reflexes.get(sighting.meaning, {})
    allowed = {action: p for action, p in options.items() if not parts.memory.is_forbidden(action, sighting.phrase)}
    if allowed or not options or parts.memory.is_forbidden(_INSTEAD, sighting.phrase) or not parts.may_do([_INSTEAD]):
        return allowed
    return {_INSTEAD: 1.0}


def _start_reflex(
    parts: CharacterParts, sighting: Sighting, options: Mapping[str, float], percept: Percept, seen: list[Sighting]
) -> Decision | None:
    """Enter a reflex; None where something that answers a danger is under way already."""
    parts.feelings.see(sighting.meaning, sighting.p)
    choice = parts.choose(options, percept)
    action = parts.behaviour.actions[choice.label]
    moment = parts.moment(percept, seen, Person())
    moment.action, moment.cause = choice.label, "reflex"
    moment.emotion = parts.feeling(percept, moment)
    ends = FOREVER if action.alert else percept.time + action.lasts
    agenda = parts.agenda
    agenda.reflex = Reflex(choice.label, moment.emotion, ends, sighting.p, sighting=sighting)
    if sighting.phrase:
        salience = parts.behaviour.memories.get(sighting.meaning, TRIFLE)
        parts.memory.remember(percept.time, "", "saw", salience, text=sighting.phrase, emotion=moment.emotion)
    if agenda.doing and parts.behaviour.actions[agenda.doing.action].alert:
        return None
    agenda.doing = None
    what = sighting.phrase or sighting.meaning
    variables = _naming(sighting.phrase, parts, percept)
    say = parts.speaker.line(choice.label, moment, variables) if agenda.may_cry(what, percept.time) else ""
    why = f"saw a {what} ({sighting.p:.2f}), a {sighting.meaning}" if sighting.phrase else f"saw a {what}"
    return parts.decide(moment, sighting.p, sighting.place, say, why, parts.weighed(choice, moment))


def keep_hours(parts: CharacterParts, percept: Percept, seen: list[Sighting]) -> Decision | None:
    """What its schedule gives it to do; None where that is nothing, or the game tells no hour."""
    hour = hour_of(percept.state)
    if hour is None:
        parts.day.interrupt()
        return None
    moment = parts.moment(percept, seen, Person())
    moment.emotion = moment.mood

    def possible(entry: Occupation) -> bool:
        needs = parts.persona.requires.get(entry.do)
        moment.action = entry.do
        return parts.may_do([entry.do]) and (needs is None or needs.holds(moment))

    entry = parts.day.live(hour, possible, parts.agenda.reported)
    if entry is None:
        return None
    say = parts.speaker.one_of(entry.say, moment, _naming(entry.at, parts, percept)) if parts.day.begins else ""
    where = f", {entry.at}" if entry.at else ""
    why = f"keeps its hours ({entry.start:g} to {entry.end:g}{where})"
    return parts.decide(moment, 1.0, _in_view(entry.at, parts, percept), say, why)


def _naming(phrase: str, parts: CharacterParts, percept: Percept) -> dict[str, str]:
    """The variables of lines, with `phrase` for what is meant."""
    return parts.variables(percept) | ({"target": phrase} if phrase else {})


def _in_view(phrase: str, parts: CharacterParts, percept: Percept) -> Target | None:
    """Where a phrase that is watched for is on the frame."""
    found = next((d for d in percept.watch if d.phrase == phrase and parts.lookout.sees(phrase)), None)
    return Target(found.x, found.y, found.p) if found else None
