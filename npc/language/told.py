"""What a speaker tells of himself, wherever it stands in his words: name, home, likes, trade, kin and animals, gifts.

"my dog Biscuit will not eat, and I have a sister, she is called Anna" tells of a dog and a sister.
"""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.grammar import GRAMMAR, expanded
from npc.language.manners import GREETING

_PATTERNS = tuple(re.compile(expanded(pattern), re.IGNORECASE) for pattern in GRAMMAR["told"])
_ASKS = re.compile(
    r"\?\s*$|^(?:what|who|where|when(?! (?:I|we|he|she|it|they|my) )|why|how|do|does|did|can|could|is|are|was|were|will|"
    r"would)\b",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?;])\s+")
# "Good evening. Inspector Ward."; without a greeting it calls somebody.
_TITLED = re.compile(
    expanded(r"(?P<name>(?:<titles>)\.? [A-Z][a-z][\w'-]*(?: (?:of |the )?[A-Z][\w'-]*)?)(?:,? at your service)?[\s.]*")
)
_NOT_NAMES = frozenset(GRAMMAR["not_names"].split())
_KIN = re.compile(expanded(r"<kin>s?"), re.IGNORECASE)
YES = "yes"  # of somebody or something without a name: there is one


def told(text: str) -> list[tuple[str, str]]:
    """Facts as (kind, value), in the order in which they are told; text is `plain`.

    Kinds are `name`, `home`, `likes`, `hates`, `trade`, `handed`, and the words for kin and animals ("sister", "old dog"),
    whose value is a name or `YES`. Questions tell nothing.
    """
    return list(_told(text))


@lru_cache(maxsize=512)
def _told(text: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    sentences = _END.split(text)
    for sentence in sentences:
        if not _ASKS.search(sentence):
            found += _in_sentence(sentence)
    titled = _TITLED.fullmatch(sentences[-1])
    if titled is not None and len(sentences) > 1 and GREETING.fullmatch(sentences[0]):
        found.append(("name", titled["name"]))
    return tuple(found)


def tells_of_oneself(text: str) -> bool:
    """Whether this is what the words are for: a name, where one is from ... not the mention of "my mother"."""
    return any(kind != "handed" and value != YES for kind, value in told(text))


def _in_sentence(sentence: str) -> list[tuple[str, str]]:
    facts: dict[int, list[tuple[str, str]]] = {}
    taken: set[tuple[str, int]] = set()
    for pattern in _PATTERNS:
        for match in pattern.finditer(sentence):
            values = {name.rstrip("_"): value.strip(" ,.?!'") for name, value in match.groupdict().items() if value}
            kin = values.pop("has", "").lower()
            if kin:
                values = {kin: as_name(values.get("called", "")) or YES}
            for kind, value in values.items():
                value = as_name(value) if kind == "name" else value
                place = (kind, -1 if kind == kin else match.start())
                if value and place not in taken:
                    taken.add(place)
                    facts.setdefault(match.start(), []).append((kind, value))
    return [fact for start in sorted(facts) for fact in facts[start]]


def as_name(word: str) -> str:
    """A name as it is written, with a capital at least; empty where the word is none."""
    if word.lower().split(" ")[0] in _NOT_NAMES:
        return ""
    return word[:1].upper() + word[1:]


def is_kin(words: str) -> bool:
    """Whether words name kin, an animal or something else of one's own that has a name: "little brother"."""
    return _KIN.fullmatch(words.rsplit(" ", 1)[-1]) is not None
