"""Deeds that are asked for in a roundabout way, asked outright (`requests.yaml`): "would it be too much trouble to hand me the
key", "it would be good if somebody shut that chest", "I would feel safer with you next to me"."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.formulas import expanded as with_parts
from npc.language.grammar import GRAMMAR, expanded
from npc.language.patterns import TablePattern
from npc.tables import table_beside

_DATA = table_beside(__file__, "requests.yaml")
_PARTS: dict[str, str] = {**GRAMMAR["parts"], "verbs": expanded("<verbs>"), **_DATA["parts"]}
# Where a clause may begin.
_AT = (
    r"(?:^|(?<=[.!?;:,] )|(?<=\band )|(?<=\bbut )|(?<=\bso )|(?<=\bthen )|(?<=\bwell )|(?<=\bnow )|(?<=\bokay )|(?<=\boh )|"
    r"(?<=\bhey )|(?<=\bplease )|(?<=\bperhaps )|(?<=\bmaybe ))"
)
_FIRST = (
    r"(?:^|(?<=[.!?;] )|(?<=\bthen )|(?<=\bso )|(?<=\bplease )|(?<=\bcan you )|(?<=\bcould you )|(?<=\bwould you )|"
    r"(?<=\bwill you )|(?<=\band )|(?<=\bbut )|(?<=\bwell )|(?<=\boh ))"
)
_NOT = r"(?!not\b|never\b|n't\b)"


def _patterns(name: str, then: str) -> TablePattern:
    frames = "|".join(with_parts(frame, _PARTS) for frame in _DATA[name])
    return TablePattern(f"{_AT}(?:{frames}) *{then}")


_INFINITIVE = _patterns("infinitive", rf"(?<= ){_NOT}(?=[a-z])")
_ING = _patterns("ing", r"(?<= )(?P<did>[a-z]{2,}ing)\b")
_PAST = _patterns("past", rf"(?<= ){_NOT}(?P<did>[a-z]+)\b")
_WHOLE = tuple(
    (TablePattern(rf"{_FIRST}(?:{with_parts(like, _PARTS)})"), rule["as"]) for rule in _DATA["whole"] for like in rule["like"]
)
# "Please opening the door" of "that door needs opening".
_DOING = re.compile(
    r"\bplease (?P<did>opening|closing|shutting|locking|unlocking|lighting|fetching|moving|guarding|watching|searching|"
    r"opened|closed|shut|locked|unlocked|lit|fetched|moved|guarded|watched|searched)\b",
    re.IGNORECASE,
)
_TO_YOU = re.compile(
    r"\bplease (?!(?:can|could|would|will|may|might|do|if|so|thank)\b)[a-z]+ (?:you|yourself)\b", re.I
)  # "it would be nice if someone shot you"
_VERBS = frozenset(GRAMMAR["verbs"].split()) | {"join", "shut", "see", "accompany"}
_IRREGULAR = {
    "brought": "bring", "came": "come", "drew": "draw", "fed": "feed", "fought": "fight", "found": "find", "gave": "give",
    "got": "get", "held": "hold", "hid": "hide", "kept": "keep", "knelt": "kneel", "laid": "lay", "led": "lead",
    "left": "leave", "lent": "lend", "let": "let", "lit": "light", "hit": "hit", "put": "put", "ran": "run", "read": "read",
    "said": "say", "sang": "sing", "sat": "sit", "shot": "shoot", "showed": "show", "shut": "shut", "sold": "sell",
    "stood": "stand", "struck": "strike", "threw": "throw", "told": "tell", "took": "take", "went": "go", "woke": "wake",
    "wrote": "write", "made": "make", "met": "meet", "lay": "lie", "broke": "break", "built": "build", "running": "run",
    "lying": "lie", "sitting": "sit",
}  # fmt: skip


@lru_cache(maxsize=512)
def requested(said: str) -> str:
    """`plain` words with what they ask for asked outright; as they were where they ask for no deed in such a frame."""
    asked = _INFINITIVE.sub("please ", _ING.sub(_outright, _PAST.sub(_outright, said)))
    said = said if _TO_YOU.search(asked) is not None else asked
    for pattern, plainly in _WHOLE:
        said = pattern.sub(plainly, said)
    return _DOING.sub(_outright, said)


def _outright(found: re.Match[str]) -> str:
    verb = _present(found["did"].lower())
    return f"please {verb}" if verb else found[0]


def _present(did: str) -> str:
    """ "open" of "opened" and "opening", "take" of "took"; empty where no verb of an order is known by that."""
    if did in _IRREGULAR:
        return _IRREGULAR[did]
    stem = did.removesuffix("ing") if did.endswith("ing") else did.removesuffix("ed")
    if stem == did:
        return ""
    doubled = stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    known = (one for one in (stem, f"{stem}e", doubled, f"{stem[:-1]}y") if one in _VERBS)
    return next(known, "")
