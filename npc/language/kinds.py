"""What things are called and what they are: words for one thing, kinds of things, and what is usually there to be seen."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from npc.tables import table_beside

_DATA: dict[str, Any] = table_beside(__file__, "kinds.yaml")
_COMMA = re.compile(r",\s*")
_KINDS: dict[str, tuple[str, ...]] = {kind: tuple(_COMMA.split(names)) for kind, names in _DATA["kinds"].items()}
_GOODS = frozenset(_COMMA.split(_DATA["goods"].strip()))
_DONE_TO: dict[str, tuple[str, ...]] = {verb: tuple(_COMMA.split(names)) for verb, names in _DATA["done_to"].items()}
SAME = frozenset(name for names in _DATA["same"] for name in names)
_NAMES: dict[str, frozenset[str]] = {name: frozenset(names) for names in _DATA["same"] for name in names}
PERSON = "person"
SYNONYMS = frozenset(word for name in _NAMES for word in name.split())
COMMON: tuple[str, ...] = tuple(_COMMA.split(_DATA["common"]))
USUAL = tuple(dict.fromkeys((*COMMON, *(name for names in _KINDS.values() for name in names))))  # all that one may have to know

RIVALS: tuple[str, ...] = tuple(_COMMA.split(_DATA["rivals"]))
_TAKEN_FOR: dict[str, tuple[str, ...]] = {name: tuple(_COMMA.split(others)) for name, others in _DATA["taken_for"].items()}
FIXED = frozenset(_COMMA.split(_DATA["fixed"].strip()))  # what nobody hands over
_COLOURED = frozenset(_COMMA.split(_DATA["coloured"].strip()))
_PART_OF: dict[str, str] = _DATA["part_of"]
_WIDE = frozenset({"forest", "wood", "village", "sea", "river", "lake", "home", "market", "shop", "room", "abode", "stream"})
_VAGUE = frozenset({"person", "people", "home", "money", "gold", "soul", "folk", "heart", "wood"})
_SHE, _HE, _WOMEN, _MEN = (frozenset(_COMMA.split(_DATA[sex].strip())) for sex in ("she", "he", "women", "men"))
_ALIVE = frozenset(
    {*_COMMA.split(_DATA["alive"]), *_KINDS["animal"], *_KINDS[PERSON], *_KINDS["monster"], *_KINDS["enemy"], *_NAMES[PERSON]}
    | {*_WOMEN, *_MEN}
)
_MENTIONED = re.compile(
    r"\b(?:the|an?|that|this|these|those|my|your|our|his|her|their|some|any|no|two|three) ("
    r"(?:(?:red|blue|green|yellow|black|white|brown|golden|big|little|old|other|second|first|last|nearest|closest) )?(?:"
    + "|".join(sorted({*USUAL, *_NAMES} - _VAGUE, key=lambda name: (-len(name), name)))
    + r"))s?\b"
)


def to_look_for(phrase: str) -> tuple[str, ...]:
    """The phrases that a thing is looked for by: wolf, bear, horse ... for "animal", guard, merchant ... for "anybody".

    An unusual word is looked for by the usual one as well: a wagon as a cart.
    """
    anybody = "woman" if phrase in _WOMEN else "man" if phrase in _MEN else PERSON if is_anybody(phrase) else phrase
    kinds = _KINDS.get(anybody)
    if kinds is not None:
        return kinds
    return (phrase, *(name for name in COMMON if phrase not in COMMON and name in _NAMES.get(phrase, ())))


def is_kind(phrase: str) -> bool:
    """Whether a phrase means things of several names: "food", "animal", "person"."""
    return phrase in _KINDS or is_anybody(phrase)


def afforded(verb: str) -> tuple[str, ...]:
    """What a verb is done to, as a rule: chests and doors are opened."""
    return _DONE_TO.get(verb, ())


def coloured(kind: str) -> str:
    """What "the blue one" is after this kind was spoken of: a potion, where things of the kind have no colours of their own."""
    return "potion" if kind in {*COMMON, *_PART_OF, "thing", "one"} and kind not in _COLOURED else kind


def whole_of(phrase: str) -> str:
    """ "house" of "door": where a part is that may be too small to be seen; empty for what is a thing of its own."""
    return _PART_OF.get(phrase.rsplit(" ", 1)[-1], "")


def named_in(text: str) -> str:
    """The usual thing that a remark mentions ("the red potion"), the last of several; empty where it mentions none."""
    words = text.lower().strip(" .!?").split()
    if len(words) == 1 and words[0] in {*COMMON} - _VAGUE:
        return words[0]
    found = _MENTIONED.findall(text.lower())
    return " ".join(found[-1].split()) if found else ""


def may_be_sold(phrase: str) -> bool:
    """Whether a phrase names a usual thing: no animal, nobody, and nothing that does not lie about."""
    last = phrase.rsplit(" ", 1)[-1]
    return (last in COMMON or last in _NAMES or last in _GOODS) and last not in _ALIVE


def may_be_seen(phrase: str) -> bool:
    """Whether a phrase names something that can stand in view: a usual thing, an animal, anybody; no forest, and no village."""
    last = phrase.rsplit(" ", 1)[-1]
    return last not in _WIDE and (last in COMMON or last in _NAMES or last in _GOODS or is_alive(phrase))


def is_alive(phrase: str) -> bool:
    """Whether a phrase names a person, an animal or a monster: somebody whom one may call "him"."""
    return bool({phrase.lower(), phrase.lower().rsplit(" ", 1)[-1]} & _ALIVE)


def he_or_she(phrase: str) -> str:
    """ "him" or "her", whichever somebody of that name is as a rule; empty where that is open."""
    words = {phrase.lower(), phrase.lower().rsplit(" ", 1)[-1]}
    return "her" if words & (_SHE | _WOMEN) else "him" if words & (_HE | _MEN) else ""


def does_harm(phrase: str) -> bool:
    """Whether a phrase names what may bite or burn: an animal, a monster, a fire; nobody."""
    last = phrase.lower().rsplit(" ", 1)[-1]
    return last in {*_KINDS["danger"], "campfire"} or (is_alive(phrase) and not akin(phrase, PERSON))


def is_anybody(phrase: str) -> bool:
    """Whether a phrase means any person, whoever it is."""
    return PERSON in _NAMES.get(phrase, ()) and phrase not in {"man", "woman", "old man", "adventurer"}


@lru_cache(maxsize=4096)
def akin(a: str, b: str) -> bool:
    """Whether both may be true of one thing: a treasure chest is a chest, a wolf is an animal, a pond is water.

    "Red potion" and "blue potion" are akin, too: nothing here looks at colours.
    """
    ours, theirs = _meant(a), _meant(b)
    return bool(ours & theirs)


@lru_cache(maxsize=4096)
def siblings(a: str, b: str) -> bool:
    """Whether one may be taken for the other, and is not: a red and a blue potion, a wolf and a bear."""
    if a == b or _KINDS.keys() & {a, b} or b in _NAMES.get(a, ()):
        return False
    return a.rsplit(" ", 1)[-1] == b.rsplit(" ", 1)[-1] or any(a in names and b in names for names in _KINDS.values())


def is_taken_for(other: str, phrase: str) -> bool:
    """Whether the model takes one thing for another: an apple for a red potion."""
    return other in _TAKEN_FOR.get(phrase.rsplit(" ", 1)[-1], ())


def _meant(phrase: str) -> frozenset[str]:
    last = phrase.rsplit(" ", 1)[-1]
    meant = {phrase, last}
    for name in (phrase, last):
        meant |= _NAMES.get(name, frozenset()) | set(_KINDS.get(name, ()))
    return frozenset(meant)
