"""Questions about a thing that is not named but described: "what's that wooden thing with the wheels?", "who's the bloke by the
stall?", "is that thing going to bite us?", and what things are for.

Here is read what is asked and of which words; `npc.conversation.identify` finds the thing in view.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from npc.language.kinds import COMMON, akin, does_harm, is_alive
from npc.language.patterns import TablePattern
from npc.language.phrases import COLOURS, singular
from npc.language.senses import Ask, Meaning, Sense
from npc.tables import table_beside

_DATA: dict[str, Any] = table_beside(__file__, "described.yaml")
LIKE: dict[str, frozenset[str]] = {kind: frozenset(words.split()) for kind, words in _DATA["like"].items()}
USES: dict[str, str] = _DATA["uses"]
LOOKS: dict[str, str] = _DATA["looks"]
_VOCABULARY = frozenset().union(*LIKE.values())
_PERSONS, _THINGS = _DATA["persons"], _DATA["things"]
_WORD = re.compile(r"[a-z'-]+")
_ISH = re.compile(r"(?P<word>[a-z]{3,}?)(?:ish|y-looking|-looking|-like)$")  # "roundish"


def _whole(pattern: str) -> str:
    """A pattern with the `<parts>` of the file put in."""
    parts = {**_DATA["parts"], "things": _THINGS, "persons": _PERSONS}
    while (found := re.search(r"(?<!P)<(\w+)>", pattern)) is not None:
        pattern = pattern[: found.start()] + parts[found[1]] + pattern[found.end() :]
    return pattern


_FORMS: tuple[tuple[Ask, bool, TablePattern], ...] = tuple(
    (Ask(rule["for"].partition(" ")[0]), " " in rule["for"], TablePattern(_whole(rf"<leads>(?:{like})<where>[\s?.!]*")))
    for rule in _DATA["asks"]
    for like in rule["like"]
)
_ODD_ALONE = re.compile(_whole(r"<leads><odd>[\s?.!]*"), re.IGNORECASE)
_DANGER = re.compile(r"danger|deadly|hostile|threat|suspicious|scary|enem|foe", re.IGNORECASE)
_MATERIALS = {
    "wood": "wooden",
    "metal": "metal metallic",
    "iron": "metal iron",
    "steel": "metal steel",
    "fire": "burning",
    "flames": "burning",
}
_ANY = frozenset({"it", "that", "this", "they", "those", "these", "them"})
_DEICTIC = re.compile(r"(?:that|those|these|this|them)\b|.*\b(?:there|here)\b", re.IGNORECASE)


@lru_cache(maxsize=512)
def described(text: str) -> Meaning | None:
    """What a `plain` question asks of a thing that it describes; None where it describes none.

    Values are `described` (the words) or `item` (a thing by its name), and `who` of persons.
    """
    for ask, who, pattern in _FORMS:
        if (found := pattern.fullmatch(text)) is None:
            continue
        values = {name: value.strip(" ,.?!").lower() for name, value in found.groupdict().items() if value}
        words = values.get("described", "")
        if words and not _is_description(words, ask, who):
            continue
        values |= {"who": "yes"} if who else {}
        return Meaning(Sense.QUESTION, ask, values=values)
    return None


def _is_description(words: str, ask: Ask, who: bool) -> bool:
    """Whether words are of something in view: "the worst thing that you saw" is of none."""
    if words.split()[0] in _ANY and len(words.split()) == 1:
        return True
    return who or is_other(words) or bool(words_of(words)) or (ask is not Ask.NAMED and _DEICTIC.match(words) is not None)


def is_pointed_at(text: str) -> bool:
    """Whether words are a description and nothing else: "that little glass thing there, the blue one"."""
    return _ODD_ALONE.fullmatch(text) is not None and bool(words_of(text))


def is_pronoun(words: str) -> bool:
    """Whether a description is a mere pronoun."""
    return words in _ANY


def is_other(words: str) -> bool:
    """Whether a description is of one beside what was shown last: "and the other one?"."""
    return words.startswith("the other ")


def words_of(description: str) -> frozenset[str]:
    """The words of a description that say what a thing is like, or name one."""
    words = [_ISH.sub(r"\g<word>", word) for word in _WORD.findall(description.lower())]
    return frozenset(word for word in words if word in _VOCABULARY or word in COLOURS or singular(word) in LIKE)


def fit(description: str, kind: str, colour: str = "") -> float:
    """How well a description fits a kind of thing in view: how many of its words do."""
    last = kind.rsplit(" ", 1)[-1]
    like = LIKE.get(kind) or LIKE.get(last) or frozenset()
    score = 0.0
    for word in words_of(description):
        if word in COLOURS:
            alike = word == colour or kind.startswith(word) or word in like
            score += 1.0 if alike else -0.5 if colour or kind.split()[0] in COLOURS else 0.0
        elif word in like or f"{word}s" in like:
            score += 1.0
        elif akin(singular(word), kind):
            score += 2.0
    return score


def has_quality(quality: str, kind: str, colour: str = "") -> bool:
    """Whether a kind of thing is as anybody would say: "shiny", "made of wood", "dangerous", "alive"."""
    if _DANGER.search(quality):
        return does_harm(kind)
    if quality in {"alive", "living"}:
        return is_alive(kind)
    return fit(_MATERIALS.get(quality.rpartition(" ")[2], quality), kind, colour) >= 1.0


def use_of(thing: str) -> str:
    """What a thing is for, after "it is for"; empty where that is nothing that everybody knows."""
    one = singular(thing.lower())
    if one in USES:
        return USES[one]
    last = one.rsplit(" ", 1)[-1]
    found = USES.get(last, "")
    return found or next((use for kind, use in USES.items() if kind in COMMON and akin(one, kind)), "")


def looks_of(thing: str) -> str:
    """What all things of a kind look like: "wooden and round" of a barrel; empty where that is nothing that everybody knows."""
    one = singular(thing.lower())
    return LOOKS.get(one) or LOOKS.get(one.rsplit(" ", 1)[-1], "")
