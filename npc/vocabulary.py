"""What a card may name, and how much it may hold.

A label that does not exist would never hold, and nobody would notice. The card is looked at as data, whether or not the rest
of it is right, so that its author sees all faults at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from npc.affect import SHOWN
from npc.asks import NOT_BEGUN
from npc.behaviour import Behaviour, load_behaviour
from npc.card_faults import check_known, unknown_name
from npc.card_file import Where, shown
from npc.conditions import ASKS
from npc.effects import QUEST

CAUSES = (
    "words",
    "boundary",
    "unwilling",
    "rule",
    "absent",
    "unable",
    "unknown",
    "unclear",
    "reflex",
    "event",
    "plan",
    "quest",
    "change",
)
RELATIONSHIPS = ("acquaintance", "friend", "foe", "feared")

# Entry of a card -> how many it may have at most, beside what the schema says of `knowledge`, `goals` and `schedule`
MOST = {"watch": 64, "reactions": 64, "rules": 600, "plans": 40}
MOST_LINES = 200  # in one place
MOST_QUESTIONS = 300  # of all knowledge together: each is a run of the sentence encoder
LONGEST_TEXT = 20_000  # characters of one text, such as the backstory
LONGEST_NAME = 200  # of a key, a phrase, what the player is called

_Misfit = tuple[Where, str, str]  # place, what is wrong, the fix


def _known(kind: str, known: Callable[[], Collection[str]]) -> AfterValidator:
    """Refuses a name that is none of `known`."""

    def check(name: str) -> str:
        check_known([name], known(), kind)
        return name

    return AfterValidator(check)


def _avoidable(action: str) -> str:
    if action in {"idle", "refuse"}:
        raise ValueError(f"`{action}` must stay possible: it is what a character does instead; leave it out")
    return action


def _not_an_intent(name: str) -> str:
    if name in load_behaviour().intents and name not in load_behaviour().spoken:
        raise ValueError(
            f"`{name}` is what a player means, and lines go by what the character does; write for example"
            f" `talk: {{say: ..., intent: {name}}}`"
        )
    return name


TraitName = Annotated[str, _known("trait", lambda: load_behaviour().traits)]
Action = Annotated[str, _known("action", lambda: load_behaviour().actions)]
Avoidable = Annotated[Action, AfterValidator(_avoidable)]
SpokenWith = Annotated[str, AfterValidator(_not_an_intent), _known("action", lambda: load_behaviour().spoken)]
Meaning = Annotated[str, _known("meaning", lambda: load_behaviour().meanings)]


_KINDS: dict[str, Callable[[Behaviour], Collection[str]]] = {
    "tones": lambda behaviour: behaviour.tones,
    "actions": lambda behaviour: tuple(behaviour.actions),
    "emotions": lambda behaviour: tuple(behaviour.emotions),
    "moods": lambda _: ("neutral", *SHOWN),
    "relationships": lambda _: RELATIONSHIPS,
    "causes": lambda _: CAUSES,
}
_OWN: dict[str, Callable[[Mapping[str, Any], Behaviour], Collection[str]]] = {
    "intents": lambda card, behaviour: (*behaviour.intents, *_names(card, "intents")),
    "events": lambda card, behaviour: (*behaviour.events, *_names(card, "events")),
    "intents and events": lambda card, behaviour: (
        *behaviour.intents,
        *behaviour.events,
        *_names(card, "intents"),
        *_names(card, "events"),
    ),
    "promises": lambda card, behaviour: (*behaviour.actions, *behaviour.plans, *_names(card, "plans")),
    "facts": lambda card, _: _names(card, "knowledge"),
    "goals": lambda card, _: _names(card, "goals"),
    "factions": lambda card, _: _factions(card),
}


def common_labels() -> dict[str, Collection[str]]:
    """Entry of a condition -> the labels that it may name in any card. What is in view may be called anything."""
    behaviour = load_behaviour()
    return {name: _KINDS[asks.names](behaviour) for name, asks in ASKS.items() if asks.names in _KINDS}


def excesses(card: Any) -> Iterator[_Misfit]:
    """Where a card, as data, holds more than any character needs; what it costs to play it would be paid by all."""
    card = _mapping(card)
    for entry, most in MOST.items():
        if isinstance(card.get(entry), (dict, list)) and len(card[entry]) > most:
            yield (entry,), f"{len(card[entry])} entries, at most {most}", "Leave some out."
    for place, lines in _spoken(card):
        if isinstance(lines, list) and len(lines) > MOST_LINES:
            yield place, f"{len(lines)} lines, at most {MOST_LINES}", "Leave some out."
    asked = [fact["asked"] for _, fact in _mappings(card, "knowledge") if "asked" in fact]
    asked += _mapping(card.get("intents")).values()
    questions = sum(len(many) if isinstance(many, list) else 1 for many in asked)
    if questions > MOST_QUESTIONS:
        message = f"{questions} questions in all, at most {MOST_QUESTIONS}"
        yield ("knowledge",), message, "Leave some out: others with the same meaning are understood too."
    further = sum(len(_mapping(fact.get("further"))) for _, fact in _mappings(card, "knowledge"))
    if further > MOST_QUESTIONS:
        yield ("knowledge",), f"{further} entries under `further` in all, at most {MOST_QUESTIONS}", "Leave some out."
    yield from _long_texts(card, ())


def misfits(card: Any) -> Iterator[_Misfit]:
    """Where a card, as data, names what does not exist, or says two things that do not go together."""
    card, behaviour = _mapping(card), load_behaviour()
    labels = common_labels()
    labels |= {name: _OWN[asks.names](card, behaviour) for name, asks in ASKS.items() if asks.names in _OWN}
    for place, condition in _conditions(card):
        for entry, known in labels.items():
            for n, label in _texts(condition.get(entry)):
                if label not in known:
                    yield (*place, entry, *n), *unknown_name(entry, label, known)
    for name, plan in _mappings(card, "plans"):
        for n, step in _texts(plan.get("steps")):
            if step not in behaviour.actions:
                yield ("plans", name, "steps", *n), *unknown_name("action", step, behaviour.actions)
    sights = dict.fromkeys((*behaviour.meanings, *_names(card, "watch")))
    for sight in _names(card, "reactions"):
        if sight not in sights:
            yield ("reactions", sight), *unknown_name("phrase or meaning", sight, sights)
    yield from _forbidden(card)
    yield from _double_ids(card)
    yield from _taken_names(card, behaviour)
    yield from _unknown_steps(card)
    for name, event in _mappings(card, "events"):
        for action in _mapping(event.get("react")) or [action for _, action in _texts(event.get("react"))]:
            if action not in behaviour.actions:
                yield ("events", name, "react"), *unknown_name("action", str(action), behaviour.actions)


def _taken_names(card: Mapping[str, Any], behaviour: Behaviour) -> Iterator[_Misfit]:
    """Where a card gives a name of its own that means something else already."""
    for entry, taken in (("intents", behaviour.intents), ("events", tuple(behaviour.events))):
        for name in _names(card, entry):
            if name in taken:
                yield (entry, name), f"`{shown(name)}` is one of the common {entry}", "Give it a name of its own."
    for name in _names(card, "intents"):
        if name in _names(card, "knowledge"):
            yield ("intents", name), f"`{shown(name)}` is a fact under `knowledge`, too", "Give one of them another name."


def _double_ids(card: Mapping[str, Any]) -> Iterator[_Misfit]:
    """Where two lines with different words have one id: a translation or a recording fits one of them."""
    named: dict[str, tuple[str, Any]] = {}  # as a file system sees it that knows no capitals
    for place, lines in _spoken(card):
        for n, line in _items(lines):
            name, words = line.get("id"), line.get("say")
            if isinstance(name, str) and named.setdefault(name.lower(), (name, words)) != (name, words):
                yield (*place, n, "id"), f"two lines are called `{shown(name)}`", "Give each line an id of its own."


def _unknown_steps(card: Mapping[str, Any]) -> Iterator[_Misfit]:
    """Where a condition or an effect names a quest or a step that the card has not."""
    quests = {name: [NOT_BEGUN, *_names(quest, "steps")] for name, quest in _mappings(card, "quests")}
    for place, condition in _conditions(card):
        for quest, steps in _mapping(condition.get("quest")).items():
            yield from _unknown_step((*place, "quest", quest), quest, steps, quests)
    for place, effect in _effects(card):
        if effect.get("kind") == QUEST:
            name, step = effect.get("quest"), effect.get("step")
            if not isinstance(name, str) or not isinstance(step, str):
                fix = "Write `{kind: quest, quest: the_ring, step: found}`."
                yield place, "an effect of kind `quest` names the `quest` and the `step`", fix
            else:
                yield from _unknown_step((*place, "step"), name, step, quests)


def _unknown_step(place: Where, quest: Any, steps: Any, quests: Mapping[str, list[str]]) -> Iterator[_Misfit]:
    if quest not in quests:
        yield place, *unknown_name("quest", str(quest), quests)
        return
    for n, step in _texts(steps):
        if step not in quests[quest]:
            yield (*place, *n), *unknown_name("step", step, quests[quest])


def _forbidden(card: Mapping[str, Any]) -> Iterator[_Misfit]:
    """Where a card does what its boundaries forbid."""
    done: list[tuple[Where, str, Any]] = [
        (("reactions", sight), "a reaction", action) for sight, action in _mapping(card.get("reactions")).items()
    ]
    done += [(("rules", n, "do"), "a rule", rule.get("do")) for n, rule in _items(card.get("rules"))]
    done += [(("barks", n, "do"), "a bark", bark.get("do", "talk")) for n, bark in _items(card.get("barks"))]
    done += [((*place, "do"), "a step", step.get("do", "talk" if "say" in step else "")) for place, step in _steps(card)]
    done += [(("schedule", n, "do"), "the schedule", entry.get("do")) for n, entry in _items(card.get("schedule"))]
    for place, who, action in done:
        if isinstance(action, str) and action in _names(card, "boundaries"):
            fix = "Do something else there, or take it out of `boundaries`."
            yield place, f"{who} does `{action}`, which `boundaries` forbids", fix


def _long_texts(value: Any, where: Where) -> Iterator[_Misfit]:
    most = LONGEST_NAME if len(where) == 1 and where[0] in {"calls_player"} else LONGEST_TEXT
    if isinstance(value, str) and len(value) > most:
        yield where, f"{len(value)} characters, at most {most}", "Shorten it."
    elif isinstance(value, dict):
        for key, inner in value.items():
            place = (*where, key)
            if isinstance(key, str) and not key.strip():
                yield place, "an entry without a name", "Name it, or remove it."
            elif isinstance(key, str) and len(key) > LONGEST_NAME:
                yield place, f"a name of {len(key)} characters, at most {LONGEST_NAME}", "Shorten it."
            yield from _long_texts(inner, place)
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _long_texts(inner, (*where, n))


def _conditions(card: Mapping[str, Any]) -> Iterator[tuple[Where, Mapping[str, Any]]]:
    """Every condition of a card and its place, and those within it; a line with circumstances is one, too."""
    for place, condition in _outer_conditions(card):
        yield from _with_inner(place, condition)


def _with_inner(place: Where, condition: Mapping[str, Any]) -> Iterator[tuple[Where, Mapping[str, Any]]]:
    yield place, condition
    if isinstance(condition.get("not"), dict):
        yield from _with_inner((*place, "not"), condition["not"])
    if "any" in condition:
        for n, inner in _items(condition["any"]):
            yield from _with_inner((*place, "any", n), inner)


def _outer_conditions(card: Mapping[str, Any]) -> Iterator[tuple[Where, Mapping[str, Any]]]:
    for entry in ("rules", "barks"):
        for n, rule in _items(card.get(entry)):
            yield (entry, n, "when"), _mapping(rule.get("when"))
    for place, step in _steps(card):
        yield (*place, "when"), _mapping(step.get("when"))
    for action, needs in _mappings(card, "requires"):
        yield ("requires", action), needs
    for name, plan in _mappings(card, "plans"):
        yield ("plans", name, "when"), _mapping(plan.get("when"))
    for place, lines in _spoken(card):
        for n, line in _items(lines):
            yield (*place, n), line


def _spoken(card: Mapping[str, Any]) -> Iterator[tuple[Where, Any]]:
    """Everything that stands where lines do, and its place."""
    for field in ("boundaries", "lines"):
        for key, lines in _mapping(card.get(field)).items():
            yield (field, key), lines
    for field in ("rules", "schedule", "barks"):
        for n, entry in _items(card.get(field)):
            yield (field, n, "say"), entry.get("say")
    for place, step in _steps(card):
        yield (*place, "say"), step.get("say")
    for name, fact in _mappings(card, "knowledge"):
        yield ("knowledge", name, "say"), fact.get("say")
        for key, lines in _mapping(fact.get("further")).items():
            yield ("knowledge", name, "further", key), lines


def _steps(card: Mapping[str, Any]) -> Iterator[tuple[Where, Mapping[str, Any]]]:
    """The steps of all quests, each with its place."""
    for quest, entry in _mappings(card, "quests"):
        for name, step in _mappings(entry, "steps"):
            yield ("quests", quest, "steps", name), step


def _effects(card: Mapping[str, Any]) -> Iterator[tuple[Where, Mapping[str, Any]]]:
    """Every effect of a card and its place."""
    holders: list[tuple[Where, Mapping[str, Any]]] = [*_steps(card)]
    for entry in ("rules", "barks"):
        holders += [((entry, n), holder) for n, holder in _items(card.get(entry))]
    for place, lines in _spoken(card):
        holders += [((*place, n), line) for n, line in _items(lines)]
    for place, holder in holders:
        for n, effect in _items(holder.get("effects")):
            yield (*place, "effects", n), effect


def _factions(card: Mapping[str, Any]) -> list[str]:
    factions = _mapping(card.get("factions"))
    own = factions.get("own")
    return [*([own] if isinstance(own, str) and own else []), *_names(factions, "stance")]


def _names(card: Mapping[str, Any], entry: str) -> list[str]:
    return [name for name in _mapping(card.get(entry)) if isinstance(name, str)]


def _mappings(card: Mapping[str, Any], entry: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, inner in _mapping(card.get(entry)).items():
        if isinstance(inner, dict):
            yield name, inner


def _items(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings of a list, or the one that stands alone."""
    for n, inner in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(inner, dict):
            yield n, inner


def _texts(value: Any) -> Iterator[tuple[tuple[int, ...], str]]:
    """One text, or those of a list with their indices."""
    if isinstance(value, str):
        yield (), value
    for n, inner in enumerate(value if isinstance(value, list) else ()):
        if isinstance(inner, str):
            yield (n,), inner


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
