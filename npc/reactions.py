"""What a character does without a word being said: about events that the game tells, about sights, and by the hour."""

from __future__ import annotations

from collections.abc import Mapping

from npc.agenda import FOREVER, Reflex
from npc.circumstances import Occupation, hour_of
from npc.memory import Person
from npc.memory.records import TRIFLE
from npc.reflexes import Sighting
from npc.relationship import Relationship
from npc.role import Role
from npc.types import Decision, Percept, Target


def undergo(role: Role, percept: Percept) -> str:
    """Take in what the game tells to have happened; its name where that is news, else nothing.

    An event counts when it first appears, or appears with another `event_id`: frames may be lost or repeated,
    so a game lets it stand for a while.
    """
    state, memory = percept.state, role.memory
    if "event" not in state and not memory.life.event:
        return ""
    name, who = str(state.get("event", "")), str(state.get("event_by", ""))
    news = f"{name}/{who}/{state.get('event_id', '')}"[:500] if name else ""
    if news == memory.life.event:
        return ""
    memory.life.event = news
    memory.touch()
    event = role.behaviour.events.get(name)
    if event is None:
        return ""
    if who:
        role.introduce(who, percept)
    relationship = memory.acquaint(who, percept.time).relationship if who else Relationship()
    role.feelings.undergo(event, relationship)
    memory.remember(percept.time, who, name, event.salience, emotion=role.feelings.mood.name)
    return name


def react_to_event(role: Role, name: str, percept: Percept, seen: list[Sighting]) -> Decision | None:
    """What it does at once about something that happened; None where that calls for nothing."""
    if not name or not role.behaviour.events[name].react:
        return None
    choice = role.choose(role.behaviour.events[name].react, percept)
    who = str(percept.state.get("event_by", ""))
    moment = role.moment(percept, seen, role.memory.person(who) or Person(), name, who)
    moment.action, moment.cause = choice.label, "event"
    moment.emotion = role.feeling(percept, moment)
    role.begin(moment, percept, 1.0)
    say = role.speaker.line(choice.label, moment, role.variables(percept))
    why = f"was {name}" + (f" by {who}" if who else "")
    return role.decide(moment, 1.0, role.danger(seen), say, why, role.weighed(choice, moment))


def react_to_sight(role: Role, percept: Percept, seen: list[Sighting]) -> Decision | None:
    """Start a reflex at the most urgent sight; None where it is no news or calls for nothing."""
    for sighting in seen:
        reflex = role.agenda.reflex
        if sighting.noticed or (reflex and reflex.sighting and not _outranks(role, sighting, reflex.sighting)):
            continue
        sighting.noticed = True
        options = _options(role, sighting)
        if options:
            return _start_reflex(role, sighting, options, percept, seen)
    return None


def _outranks(role: Role, sighting: Sighting, other: Sighting) -> bool:
    return role.lookout.rank(sighting) < role.lookout.rank(other)


def _options(role: Role, sighting: Sighting) -> Mapping[str, float]:
    reactions = role.persona.reactions
    own = reactions.get(sighting.phrase) or reactions.get(sighting.meaning)
    return {own: 1.0} if own else role.behaviour.reflexes.get(sighting.meaning, {})


def _start_reflex(
    role: Role, sighting: Sighting, options: Mapping[str, float], percept: Percept, seen: list[Sighting]
) -> Decision | None:
    """Enter a reflex; None where something that answers a danger is under way already."""
    role.feelings.see(sighting.meaning, sighting.p)
    choice = role.choose(options, percept)
    action = role.behaviour.actions[choice.label]
    moment = role.moment(percept, seen, Person())
    moment.action, moment.cause = choice.label, "reflex"
    moment.emotion = role.feeling(percept, moment)
    ends = FOREVER if action.alert else percept.time + action.lasts
    agenda = role.agenda
    agenda.reflex = Reflex(choice.label, moment.emotion, ends, sighting.p, sighting=sighting)
    if sighting.phrase:
        salience = role.behaviour.memories.get(sighting.meaning, TRIFLE)
        role.memory.remember(percept.time, "", "saw", salience, text=sighting.phrase, emotion=moment.emotion)
    if agenda.doing and role.behaviour.actions[agenda.doing.action].alert:
        return None
    agenda.doing = None
    what = sighting.phrase or sighting.meaning
    variables = _naming(sighting.phrase, role, percept)
    say = role.speaker.line(choice.label, moment, variables) if agenda.may_cry(what, percept.time) else ""
    why = f"saw a {what} ({sighting.p:.2f}), a {sighting.meaning}" if sighting.phrase else f"saw a {what}"
    return role.decide(moment, sighting.p, sighting.place, say, why, role.weighed(choice, moment))


def keep_hours(role: Role, percept: Percept, seen: list[Sighting]) -> Decision | None:
    """What its schedule gives it to do; None where that is nothing, or the game tells no hour."""
    moment = role.moment(percept, seen, Person())
    moment.emotion = moment.mood

    def possible(entry: Occupation) -> bool:
        needs = role.persona.requires.get(entry.do)
        moment.action = entry.do
        return role.may_do([entry.do]) and (needs is None or needs.holds(moment))

    entry = role.day.live(hour_of(percept.state), possible, role.agenda.reported)
    if entry is None:
        return None
    say = role.speaker.one_of(entry.say, moment, _naming(entry.at, role, percept)) if role.day.begins else ""
    where = f", {entry.at}" if entry.at else ""
    why = f"keeps its hours ({entry.start:g} to {entry.end:g}{where})"
    return role.decide(moment, 1.0, _in_view(entry.at, role, percept), say, why)


def _naming(phrase: str, role: Role, percept: Percept) -> dict[str, str]:
    """The variables of lines, with `phrase` for what is meant."""
    return role.variables(percept) | ({"target": phrase} if phrase else {})


def _in_view(phrase: str, role: Role, percept: Percept) -> Target | None:
    """Where a phrase that is watched for is on the frame."""
    found = next((d for d in percept.watch if d.phrase == phrase and role.lookout.sees(phrase)), None)
    return Target(found.x, found.y, found.p) if found else None
