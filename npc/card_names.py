"""Names that a card chooses itself and may have mistyped: entries of the state, kinds of effects, intents of its own.

No list tells which of them there are: the game takes what it knows. What is written nearly like another name that the card
uses more often is asked about.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from npc.card_file import Where, shown
from npc.card_review import Remark, awaited, conditions_of, effects_of, spoken
from npc.conditions import Condition
from npc.effects import QUEST, TAG
from npc.persona import Persona
from npc.variables import STATE

_NEAR = 0.8  # likeness of two names, from which one may be the other, mistyped
_SHORTEST = 4  # letters: shorter names are alike by chance
# Entries of the state and kinds of effects that mean something to the engine
STATES = ("player", "done", "failed", "event", "event_by", "event_id", "hour", "language", "speaker_faction", "speaker_npc")
# What is meant for a comparison of numbers, and compared as the text that it is
_A_NUMBER = r"(\d+(?:\.\d+)?)"
_MEANT = tuple(
    (re.compile(pattern.replace("#", _A_NUMBER), re.IGNORECASE), written)
    for pattern, written in (
        (r"# ?(?:\+|or more|and more|or above)|(?:\+|≥|=>|at least|min|minimum) ?#", '">= {}"'),
        (r"(?:more than|over|above) ?#", '"> {}"'),
        (r"(?:less than|fewer than|under|below) ?#", '"< {}"'),
        (r"# ?(?:or less|or fewer)|(?:≤|=<|at most|up to|max|maximum) ?#", '"<= {}"'),
        (r"==? ?#", "{}"),
    )
)
KINDS = (QUEST, TAG, "sell", "buy", "keep", "give_back", "give", "tell")


def names(persona: Persona) -> Iterator[Remark]:
    """What may be mistyped, each with its place."""
    yield from _mistyped("the entry of the state", list(_states(persona)), STATES, _things(persona))
    yield from (remark for where, condition in conditions_of(persona) for remark in _no_numbers(where, condition))
    yield from _mistyped("the effect", [(where, effect.kind) for where, effect in effects_of(persona)], KINDS)
    asked = awaited(persona)
    for intent, examples in persona.intents.items():
        if not examples:
            what = f"the intent `{shown(intent)}` has no examples, so that nobody means it"
            yield ("intents", intent), what, "Write what players say, each between quotes."
        elif intent not in asked:
            what = f"nothing asks for the intent `{shown(intent)}`, so that nothing comes of it"
            yield ("intents", intent), what, f"Ask for it in a rule, a step or a line: `intent: {shown(intent)}`."


def _mistyped(
    kind: str, used: Sequence[tuple[Where, str]], known: Sequence[str], beside: Collection[str] = ()
) -> Iterator[Remark]:
    """Names that are nearly others of their kind, or of what the card has `beside` them."""
    many = Counter(name for _, name in used)
    for where, name in used:
        others = [other for other, n in many.items() if other != name and n > many[name]]
        others += [other for other in (*known, *beside) if other != name]
        if name in known or name in beside or len(name) < _SHORTEST or not others:
            continue
        turned = [other for other in others if sorted(other) == sorted(name)]  # `glod` for `gold`
        for near in turned[:1] or difflib.get_close_matches(name, others[:400], 1, _NEAR):
            if not _apart(name, near):
                yield where, f"{kind} `{shown(name)}` is nearly `{shown(near)}`", f"Did you mean `{shown(near)}`?"


def _apart(name: str, near: str) -> bool:
    """Whether two names differ by purpose: `step_1` and `step_2`, `gate` and `gates`."""
    digits = str.maketrans("", "", "0123456789")
    return name.translate(digits) == near.translate(digits) or f"{name}s" == near or f"{near}s" == name


def _things(persona: Persona) -> frozenset[str]:
    """What games keep entries of their state for: quests, goods, sights, and what effects change hands by."""
    named = {
        value for _, effect in effects_of(persona) for value in effect.effect({}).values.values() if isinstance(value, str)
    }
    names = {*persona.quests, *persona.wares, *persona.wants, *persona.watch, *persona.state, *named}
    return frozenset(name for name in names if "{" not in name)


def _no_numbers(where: Where, condition: Condition) -> Iterator[Remark]:
    for key, value in condition.state.items():
        found = next(((m, to) for form, to in _MEANT if isinstance(value, str) and (m := form.fullmatch(value.strip()))), None)
        if found is not None:
            number = next(filter(None, found[0].groups()))
            what = f"`{shown(key)}: {shown(str(value))}` is compared as a text, and no number is that"
            yield (*where, "state", key), what, f"For a number write `{shown(key)}: {found[1].format(number)}`."
    for inner in (*condition.any, *filter(None, (condition.not_,))):
        yield from ((where, what, fix) for _, what, fix in _no_numbers(where, inner))


def _states(persona: Persona) -> Iterator[tuple[Where, str]]:
    for key in persona.state:
        yield ("state", key), key
    for where, condition in conditions_of(persona):
        yield from _states_of(where, condition)
    for where, lines in spoken(persona):
        for n, line in enumerate(lines):
            yield from (((*where, n), name.removeprefix(STATE)) for name in sorted(line.variables) if name.startswith(STATE))


def _states_of(where: Where, condition: Condition) -> Iterator[tuple[Where, str]]:
    for key in condition.state:
        yield (*where, "state", key), key
    for inner in (*condition.any, *filter(None, (condition.not_,))):
        yield from ((where, key) for _, key in _states_of(where, inner))
