"""What of a card can never come about, though it is no fault: dead rules, lines never said, phrases never looked for.

Only what is certain is said. A condition is taken to imply another where each of its entries does; what a game may yet bring
(a state, a phrase of its own watch list) is told as a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from npc.behaviour import load_behaviour
from npc.card_file import CardFile, Where, shown
from npc.conditions import Condition, Line
from npc.effects import QUEST, Consequence
from npc.persona import Persona, Rule, card_path, load_persona
from npc.variables import TOPIC_VARIABLES

_UNSET_BY_RULES = ("cause", "emotion")  # decided on after the rules
_LISTS = frozenset(
    {"intent", "tone", "action", "wanted", "emotion", "mood", "relationship", "faction", "cause", "promised", "event", "knows"}
    | {"sees", "remembers", "did", "saw", "goal"}
)


def review(name_or_path: str | Path) -> list[str]:
    """Remarks on a sound card, each a sentence with file and line; empty where there are none.

    Raises:
        PersonaError: there is no such card, or it has a fault.
    """
    persona = load_persona(name_or_path)
    card = CardFile.read(card_path(name_or_path))
    found = [*_rules(persona), *_lines(persona), *_sights(persona), *_steps(persona)]
    at = {where: (place.line if (place := card.place(where)) else 0) for where, _ in found}
    return [
        f"{card.name}{card.line(where)}: note: {message}" for where, message in sorted(found, key=lambda remark: at[remark[0]])
    ]


# -- rules -------------------------------------------------------------------------------------------------------


def _rules(persona: Persona) -> Iterator[tuple[Where, str]]:
    for n, rule in enumerate(persona.rules):
        if why := _never(rule, persona):
            yield ("rules", n), f"this rule never holds: {why}."
            continue
        before = next((m for m, other in enumerate(persona.rules[:n]) if implies(rule.when, other.when)), None)
        if before is not None:
            yield ("rules", n), f"this rule never decides: rule {before + 1} holds wherever it does, and comes first."


def _never(rule: Rule, persona: Persona) -> str:
    for entry in ("action", "wanted"):
        names = getattr(rule.when, entry)
        if names and set(names) <= persona.boundaries.keys():
            return f"`boundaries` forbids {' and '.join(names)}, and comes first"
    unset = next((entry for entry in _UNSET_BY_RULES if getattr(rule.when, entry)), "")
    return f"`{unset}` is decided on after the rules" if unset else ""


def implies(one: Condition, other: Condition) -> bool:
    """Whether `other` holds wherever `one` does, as far as their entries show."""
    return all(_covers(name, getattr(one, name), getattr(other, name)) for name in Condition.model_fields)


def _covers(name: str, mine: object, theirs: object) -> bool:
    """Whether an entry of a condition is no stricter than that of another."""
    if theirs == Condition.model_fields[name].get_default(call_default_factory=True) or mine == theirs:
        return True
    if isinstance(theirs, tuple) and isinstance(mine, tuple):
        return name in _LISTS and bool(mine) and set(mine) <= set(theirs)
    if isinstance(theirs, Mapping) and isinstance(mine, Mapping):
        return all(key in mine and _same(mine[key], value) for key, value in theirs.items())
    if isinstance(mine, (int, float)) and isinstance(theirs, (int, float)):
        return mine <= theirs if name == "heard_below" else mine >= theirs
    return False


def _same(mine: object, theirs: object) -> bool:
    if isinstance(mine, tuple) and isinstance(theirs, tuple):
        return set(mine) <= set(theirs)
    return mine == theirs


# -- lines -------------------------------------------------------------------------------------------------------


def _lines(persona: Persona) -> Iterator[tuple[Where, str]]:
    for where, lines in spoken(persona):
        topic = str(where[1]) if where[0] == "lines" else ""
        known = load_behaviour().known_there.get(topic, frozenset())
        for n, line in enumerate(lines):
            unknown = sorted(line.variables.intersection(TOPIC_VARIABLES) - known)
            if unknown:
                there = f"in lines of `{topic}`" if topic else "there"
                yield (*where, n), f"this line is never said: {{{unknown[0]}}} is never known {there}."
            elif where[0] == "lines" and topic in load_behaviour().actions and line.action and topic not in line.action:
                yield (*where, n), f"this line is never said: it asks for another action than `{topic}`."


def spoken(persona: Persona) -> Iterator[tuple[Where, Sequence[Line]]]:
    """Every place of a card where lines stand, and the lines there."""
    for action, lines in persona.lines.items():
        yield ("lines", action), lines
    for action, lines in persona.boundaries.items():
        yield ("boundaries", action), lines
    said = {
        "rules": [rule.say for rule in persona.rules],
        "schedule": [entry.say for entry in persona.schedule],
        "barks": [bark.say for bark in persona.barks],
    }
    for entry, all_lines in said.items():
        for n, lines in enumerate(all_lines):
            yield (entry, n, "say"), lines
    for name, fact in persona.knowledge.items():
        yield ("knowledge", name, "say"), fact.say
    for name, quest in persona.quests.items():
        for step, reached in quest.steps.items():
            yield ("quests", name, "steps", step, "say"), reached.say


# -- sights and steps --------------------------------------------------------------------------------------------


def _sights(persona: Persona) -> Iterator[tuple[Where, str]]:
    behaviour = load_behaviour()
    known = {*behaviour.meanings, *behaviour.watch, *persona.watch, *persona.places}
    for where, condition in conditions_of(persona):
        for entry in ("sees", "saw"):
            for phrase in getattr(condition, entry):
                if phrase not in known:
                    told = f"`{shown(phrase)}` is no phrase under `watch`: does your game watch for it?"
                    yield (*where, entry), told
        for inner in (*condition.any, *filter(None, (condition.not_,))):
            for phrase in (*inner.sees, *inner.saw):
                if phrase not in known:
                    yield where, f"`{shown(phrase)}` is no phrase under `watch`: does your game watch for it?"


def conditions_of(persona: Persona) -> Iterator[tuple[Where, Condition]]:
    """Every condition of a card, and its place."""
    for n, rule in enumerate(persona.rules):
        yield ("rules", n, "when"), rule.when
    for n, bark in enumerate(persona.barks):
        yield ("barks", n, "when"), bark.when
    for action, needs in persona.requires.items():
        yield ("requires", action), needs
    for name, plan in persona.plans.items():
        yield ("plans", name, "when"), plan.when
    for name, quest in persona.quests.items():
        for step, entry in quest.steps.items():
            if entry.when is not None:
                yield ("quests", name, "steps", step, "when"), entry.when
    for where, lines in spoken(persona):
        for n, line in enumerate(lines):
            yield (*where, n), line


def _steps(persona: Persona) -> Iterator[tuple[Where, str]]:
    moved = {
        (values.get("quest"), values.get("step"))
        for effect in _effects(persona)
        if effect.kind == QUEST
        for values in [effect.effect({}).values]
    }
    for name, quest in persona.quests.items():
        for step, entry in quest.steps.items():
            if entry.when is None and (name, step) not in moved:
                yield ("quests", name, "steps", step), "nothing reaches this step: it has no `when`, and no effect names it."


def _effects(persona: Persona) -> Iterator[Consequence]:
    steps = [step for quest in persona.quests.values() for step in quest.steps.values()]
    for effects in [holder.effects for group in (persona.rules, persona.barks, steps) for holder in group]:
        yield from effects
    for _, lines in spoken(persona):
        for line in lines:
            yield from line.effects


# -- what is waited for -------------------------------------------------------------------------------------------


def awaited(persona: Persona) -> dict[str, tuple[Condition, ...]]:
    """Intents of a card's own that nothing but rules asks for -> what these ask of the game's state and of quests beside."""
    found: dict[str, list[Condition]] = {}
    for where, condition in conditions_of(persona):
        intents, inner = set(condition.intent), _inner_intents(condition)
        for intent in (intents | inner) & persona.intents.keys():
            is_rule = where[0] == "rules" and intent not in inner
            asked = Condition(state=condition.state, quest=condition.quest) if is_rule else Condition()
            found.setdefault(intent, []).append(asked)
    return {intent: tuple(asked) for intent, asked in found.items()}


def _inner_intents(condition: Condition) -> set[str]:
    """The intents that conditions within a condition name."""
    inner = [*condition.any, *filter(None, (condition.not_,))]
    return {intent for one in inner for intent in {*one.intent, *_inner_intents(one)}}
