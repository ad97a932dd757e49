"""What of a card can never come about, though it is no fault: dead rules, lines never said, phrases never looked for.

Only what is certain is said. A condition is taken to imply another where each of its entries does; what a game may yet bring
(a state, a phrase of its own watch list) is told as a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from npc.behaviour import load_behaviour
from npc.card_faults import did_you_mean
from npc.card_file import Where, shown
from npc.conditions import Condition, Line
from npc.effects import QUEST, Consequence
from npc.persona import Persona
from npc.variables import TOPIC_VARIABLES, VARIABLES

Remark: TypeAlias = tuple[Where, str, str]  # its place, what is so, and what to do about it

# Of what nobody says there is nothing as a bark is looked for.
_OF_WORDS = ("intent", "knows", "action", "wanted", "cause", "emotion")
_UNSET_BY_RULES = ("cause", "emotion")  # decided on after the rules
_LISTS = frozenset(
    {"intent", "tone", "action", "wanted", "emotion", "mood", "relationship", "faction", "cause", "promised", "event", "knows"}
    | {"sees", "remembers", "did", "saw", "goal"}
)


def never(persona: Persona) -> Iterator[Remark]:
    """What can never come about, each with its place and a fix."""
    yield from _rules(persona)
    yield from _barks(persona)
    yield from _lines(persona)
    yield from _sights(persona)
    yield from _steps(persona)
    if persona.wares and "trade" in persona.boundaries:
        yield (
            ("wares",),
            "nothing of this is sold: `boundaries` forbids trade",
            "Take `trade` out of `boundaries`, or the wares away.",
        )


# -- rules and barks ---------------------------------------------------------------------------------------------


def _rules(persona: Persona) -> Iterator[Remark]:
    for n, rule in enumerate(persona.rules):
        if why := _impossible(rule.when, persona) or _unset(rule.when):
            yield ("rules", n), f"this rule never holds: {why[0]}", why[1]
            continue
        before = next((m for m, other in enumerate(persona.rules[:n]) if implies(rule.when, other.when)), None)
        if before is not None:
            what = f"this rule never decides: rule {before + 1} holds wherever it does, and comes first"
            yield ("rules", n), what, f"Put it before rule {before + 1}, or let that one ask for more."


def _barks(persona: Persona) -> Iterator[Remark]:
    for n, bark in enumerate(persona.barks):
        words = next((entry for entry in _OF_WORDS if getattr(bark.when, entry)), "")
        if words:
            what = f"this bark is never said: it asks for `{words}`, and barks come without a word being said"
            yield ("barks", n), what, "Make a rule of it, or ask for what the game tells in its `state`."
        elif why := _impossible(bark.when, persona):
            yield ("barks", n), f"this bark is never said: {why[0]}", why[1]


def _unset(when: Condition) -> tuple[str, str] | None:
    entry = next((entry for entry in _UNSET_BY_RULES if getattr(when, entry)), "")
    return (f"`{entry}` is decided on after the rules", "Ask for it in lines.") if entry else None


def _impossible(when: Condition, persona: Persona) -> tuple[str, str] | None:
    """Why a condition can never hold, and what to do about it."""
    for entry in ("action", "wanted"):
        names = getattr(when, entry)
        if names and set(names) <= persona.boundaries.keys():
            what = f"`boundaries` forbids {' and '.join(names)}, and comes first"
            return what, "Say it in `boundaries`, or take the action out of them."
    if when.not_ is not None and implies(when, when.not_):
        return "its `not` is so wherever the rest is", "Take one of the two out."
    if when.heard_below is not None and when.heard_below <= 0:
        return "nobody has said fewer than 0 things", "Write `heard_below: 1` for the first words."
    if when.any and all(_impossible(one, persona) for one in when.any):
        return "nothing of its `any` can be", "Correct what stands there."
    return None


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


def _lines(persona: Persona) -> Iterator[Remark]:
    behaviour = load_behaviour()
    for where, lines in spoken(persona):
        topic = str(where[1]) if where[0] == "lines" else ""
        known = behaviour.known_there.get(topic, frozenset())
        if topic in persona.boundaries:
            fix = f"Say in `boundaries` what it says instead, or take `{topic}` out of them."
            yield where, f"these lines are never said: `boundaries` forbids {topic}", fix
            continue
        for n, line in enumerate(lines):
            unknown = sorted(line.variables.intersection(TOPIC_VARIABLES) - known)
            if unknown:
                there = f"in lines of `{topic}`" if topic else "there"
                has = f"There are {{{'}, {'.join(sorted((*VARIABLES, *known)))}}}."
                yield (*where, n), f"this line is never said: {{{unknown[0]}}} is never known {there}", has
            elif topic in behaviour.actions and line.action and topic not in line.action:
                fix = f"Put it under `{line.action[0]}`, or take `action` out."
                yield (*where, n), f"this line is never said: it asks for another action than `{topic}`", fix
            elif why := _impossible(line, persona):
                yield (*where, n), f"this line is never said: {why[0]}", why[1]


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
        for key, lines in fact.further.items():
            yield ("knowledge", name, "further", key), lines
    for name, quest in persona.quests.items():
        for step, reached in quest.steps.items():
            yield ("quests", name, "steps", step, "say"), reached.say


# -- sights and steps --------------------------------------------------------------------------------------------


def _sights(persona: Persona) -> Iterator[Remark]:
    behaviour = load_behaviour()
    known = {*behaviour.meanings, *behaviour.watch, *persona.watch, *persona.places}
    for where, condition in conditions_of(persona):
        for place, phrase in _seen(where, condition):
            if phrase not in known:
                fix = f"{did_you_mean(phrase, known)}Else put it under `watch`, or let the game ask for it."
                yield place, f"`{shown(phrase)}` is no phrase under `watch`: does your game watch for it?", fix


def _seen(where: Where, condition: Condition) -> Iterator[tuple[Where, str]]:
    """The phrases that a condition, or one within it, asks for, and where."""
    for entry in ("sees", "saw"):
        yield from (((*where, entry), phrase) for phrase in getattr(condition, entry))
    for inner in (*condition.any, *filter(None, (condition.not_,))):
        yield from ((where, phrase) for _, phrase in _seen(where, inner))


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


def _steps(persona: Persona) -> Iterator[Remark]:
    moved = {
        (values.get("quest"), values.get("step"))
        for _, effect in effects_of(persona)
        if effect.kind == QUEST
        for values in [effect.effect({}).values]
    }
    for name, quest in persona.quests.items():
        lost = ""
        for step, entry in quest.steps.items():
            where = ("quests", name, "steps", step)
            if (name, step) in moved:
                lost = ""
            elif entry.when is None:
                lost = step
                effect = f"`{{kind: quest, quest: {shown(name)}, step: {shown(step)}}}`"
                fix = f"Give it a `when`, or a line or rule the effect {effect}."
                yield where, "nothing reaches this step: it has no `when`, and no effect names it", fix
            elif lost:
                yield where, f"nothing reaches this step: it comes after `{shown(lost)}`", "Let something reach that one."


def effects_of(persona: Persona) -> Iterator[tuple[Where, Consequence]]:
    """Every effect of a card, and its place."""
    for n, rule in enumerate(persona.rules):
        yield from ((("rules", n, "effects", m), effect) for m, effect in enumerate(rule.effects))
    for n, bark in enumerate(persona.barks):
        yield from ((("barks", n, "effects", m), effect) for m, effect in enumerate(bark.effects))
    for name, quest in persona.quests.items():
        for step, reached in quest.steps.items():
            at = ("quests", name, "steps", step, "effects")
            yield from (((*at, m), effect) for m, effect in enumerate(reached.effects))
    for where, lines in spoken(persona):
        for n, line in enumerate(lines):
            yield from (((*where, n, "effects", m), effect) for m, effect in enumerate(line.effects))


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
