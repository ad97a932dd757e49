"""From what is wrong with an entry of a card to a sentence that names it, its line, and the fix.

A fault is made when it is shown, not before: a card from a stranger may have thousands, and looking for the nearest name
takes a while.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic_core import PydanticCustomError

from npc.card_file import CardFile, Problem, Where, shown
from npc.errors import PersonaError

_KEY = "[key]"  # pydantic's place for the key of a mapping, which has the line of its entry
_LONGEST = 80  # characters of a name that another one is looked for
_COMPARED, _LISTED = 400, 40  # names that are compared, and told

# pydantic's names for values of the wrong type, and what to say of them
_SHAPES = {
    "dict_type": ("a mapping is expected here", "Write its entries as `key: value`, indented, one below another."),
    "model_type": ("a mapping is expected here", "Write its entries as `key: value`, indented, one below another."),
    "string_type": ("one text is expected here", "Write one text, between quotes where it has punctuation."),
    "tuple_type": ("a list is expected here", "Write its entries one below another, each after `- `."),
}
_NUMBERS = frozenset(
    {"less_than_equal", "greater_than_equal", "int_type", "int_parsing", "int_from_float", "float_type", "float_parsing"}
)
# Mappings of a card: from what to what, and an example
MAPPINGS = {
    "boundaries": ("an action to the reason", "boundaries: {attack: I fight no one.}"),
    "traits": ("a trait to a number from -1 to 1", "traits: {brave: 0.5}"),
    "watch": ("a phrase to its meaning, or to `means` and `looks`", "watch: {wolf: threat}"),
    "reactions": ("a phrase or meaning to an action", "reactions: {threat: flee}"),
    "lines": ("an action to what is said with it", "lines: {greet: Good day.}"),
    "wares": ("a ware to its price", "wares: {bread: 2}"),
    "wants": ("a thing to what it is worth", "wants: {rabbit: 6}"),
    "knowledge": ("a name to what is asked and said", 'knowledge: {ring: {asked: "Where is it?", say: Gone.}}'),
    "intents": ("a name to examples of what players say", 'intents: {ask_work: ["Is there work?"]}'),
    "quests": ("a name to its steps", "quests: {ring: {steps: {asked: {when: {intent: greet}}}}}"),
}
# Those of a condition
_ASKED = {
    "state": ("an entry to its value", 'state: {gold: ">= 5"}'),
    "quest": ("a quest to where it stands", "quest: {ring: asked}"),
}


def check_known(names: Iterable[str], known: Collection[str], kind: str) -> None:
    """Raise a `PydanticCustomError` at the first of `names` that is not known; `entry_fault` makes a sentence of it."""
    for name in names:
        if name not in known:
            raise PydanticCustomError("unknown_name", "unknown name", {"kind": kind, "name": name, "known": known})


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence and a space to go before the list of what there is; empty where nothing comes close."""
    close = _nearest(name, known)
    return f"Did you mean `{shown(close)}`? " if close else ""


def suggestion(name: str, known: Collection[str]) -> str:
    """Did you mean ...? Else the list of what there is."""
    close = _nearest(name, known)
    return f"did you mean `{shown(close)}`?" if close else f"there are {listed(known)}" if known else "there are none"


def listed(known: Collection[str]) -> str:
    """Names for a sentence, in order; of very many the first."""
    names = [shown(name) for name in sorted(known)[:_LISTED]]
    return ", ".join(names) + (f" and {len(known) - _LISTED} more" if len(known) > _LISTED else "")


def unknown_name(kind: str, name: str, known: Collection[str]) -> tuple[str, str]:
    """What is wrong with a name that does not exist, and the fix: those that there are, and the nearest."""
    if not known:
        return f"unknown {kind} `{shown(name)}`", "The card has none, so add it or leave this out."
    return f"unknown {kind} `{shown(name)}`", f"There are {listed(known)}. {did_you_mean(name, known)}".strip()


def problem_fault(card: CardFile, problem: Problem) -> PersonaError:
    """The error for what is wrong with the text of a card."""
    line = card.line(problem.where) if problem.line is None else f":{problem.line}"
    return PersonaError("persona_yaml", f"{card.name}{line}: {problem.message}{_within(problem.where)}.", problem.fix)


def value_fault(card: CardFile, where: Where, message: str, fix: str = "") -> PersonaError:
    """The error for the value at `where`."""
    fix = fix or f"Correct `{_entry(where)}`."
    return PersonaError("persona_value", f"{card.name}{card.line(where)}: {message}{_within(where)}.", fix)


def entry_fault(card: CardFile, found: Mapping[str, Any], where: Where, fields: Collection[str]) -> PersonaError:
    """The error for one of pydantic's.

    Args:
        found: one of `ValidationError.errors()`.
        where: its place, as far as it is one of the card.
        fields: the entries that there may be beside the one at fault.
    """
    kind, message, value = str(found["type"]), str(found["msg"]), found["input"]
    if kind == "extra_forbidden":
        name = str(where[-1])
        close = _nearest(name, fields)
        fix = f"Remove it. Or did you mean `{close}`?" if close else "Remove it."
        fix += f" There are {listed(fields)}." if fields else ""
        if value is None:  # a comma ends a text within `{ }`
            fix = "If this belongs to the text before it, put the whole text between quotes. Else remove it."
        what = f"unknown entry `{shown(name)}`{_within(where)}"
        return PersonaError("persona_field", f"{card.name}{card.line(where)}: {what}.", fix)
    if kind == "missing":
        missing = (*where, str(found["loc"][-1]))
        fix = f"Add `{missing[-1]}:`."
        if missing[0] in {"lines", "boundaries"}:  # YAML takes `- Mind: the step.` for an entry `Mind`
            fix += " If this is a line with a colon in it, put the whole line between quotes."
        what = f"`{_entry(missing)}` is missing{_within(missing)}"
        return PersonaError("persona_field", f"{card.name}{card.line(where)}: {what}.", fix)
    if kind == "unknown_name":
        return value_fault(card, where, *unknown_name(**found["ctx"]))
    if kind in _NUMBERS:
        return value_fault(card, where, *_numbered(kind, value, found.get("ctx", {})))
    if kind in _SHAPES:
        return value_fault(card, where, *_misshapen(card, kind, where, message, value))
    message = message.removeprefix("Value error, ")
    fix = ""
    if "; " in message:
        message, _, advice = message.partition("; ")
        fix = advice[0].upper() + advice[1:] + ("" if advice.endswith("?") else ".")
    return value_fault(card, where, shown(message, 400), shown(fix, 400))


def place_of(card: Any, loc: Where) -> Where:
    """A place of pydantic's as far as it is one of the card: without its marks of keys and of kinds of values."""
    where: list[int | str] = []
    data: Any = card
    for part in loc:
        known = part in data if isinstance(data, dict) else isinstance(data, list) and part in range(len(data))
        if known:
            data = data[part]
        elif not isinstance(part, int):  # an index: a single line that stands for a list of one
            break
        where.append(part)
    return tuple(where)


def _misshapen(card: CardFile, kind: str, where: Where, what: str, value: Any) -> tuple[str, str]:
    """Fault and fix of a value of the wrong type."""
    if not where:
        return _no_card(value)
    if value is None:
        return "nothing stands here", "Write something after it, or remove it."
    if len(where) > 1 and where[-2] == "state":
        return "a text, a number, or true or false is expected here", "Write one of them."
    if not isinstance(value, (str, list, tuple, dict)) and _wants_text(kind, where, what):
        place = card.place(where)
        written = shown(str(value) if place is None or place.written is None else place.written)
        return f"`{written}` is not text{' in YAML' if place else ''}", f'Put it between quotes: "{written}".'
    if (known := (MAPPINGS if len(where) == 1 else _ASKED).get(str(where[-1]))) is not None:
        pair, example = known
        return f"a mapping from {pair} is expected here", f"Write `{example}`."
    return _SHAPES[kind]


def _numbered(kind: str, value: Any, bounds: Mapping[str, Any]) -> tuple[str, str]:
    """Fault and fix of what should be a number, or another one."""
    written = shown(str(value))
    if kind in {"less_than_equal", "greater_than_equal"}:
        most = kind == "less_than_equal"
        bound = f"{bounds['le' if most else 'ge']:g}"
        return f"`{written}` is {'more' if most else 'less'} than {bound}", f"Write {bound} or {'less' if most else 'more'}."
    whole = kind.startswith("int")
    return f"`{written}` is no {'whole ' if whole else ''}number", f"Write a number, such as {'4' if whole else '0.5'}."


def _wants_text(kind: str, where: Where, what: str) -> bool:
    """A text, a line, or a list in whose place one may stand: any but those at the root of a card."""
    return kind == "string_type" or (kind == "tuple_type" and len(where) > 1) or what.endswith(" Line")


def _no_card(value: Any) -> tuple[str, str]:
    if value is None:
        return "the card is empty", "The smallest card is one line: `name: Tam`."
    return "a card is a mapping", "Write `name: ...` and the other entries of a card."


def _nearest(name: str, known: Iterable[str]) -> str:
    if len(name) > _LONGEST:
        return ""
    near = [other for other in sorted(known)[:_COMPARED] if len(other) <= _LONGEST]
    return next(iter(difflib.get_close_matches(name, near, n=1)), "")


def _entry(where: Where) -> str:
    return ".".join(shown(str(part)) for part in where) or "card"


def _within(where: Where) -> str:
    return f" (in `{_entry(where)}`)"
