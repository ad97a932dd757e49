"""Questions after what their speaker has told: what they look for in his words, and which words have it.

"How many wolves did I kill?" looks for a number, near wolves and killing; "and when?" for a time, near what was asked before.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from npc.language.echo import base
from npc.language.phrases import singular
from npc.tables import table_beside

_DATA: dict[str, Any] = table_beside(__file__, "after.yaml")
NUMBER = _DATA["number"]


def _expanded(pattern: str) -> str:
    named = {"ago": _DATA["ago"], "person": "".join(_DATA["person"].split()), "number": NUMBER}
    for name, words in named.items():
        pattern = pattern.replace(f"<{name}>", f"(?:{words})")
    return pattern.replace("<number>", f"(?:{NUMBER})")


ANSWERS = {kind: re.compile(rf"\b(?:{_expanded(pattern)})\b", re.IGNORECASE) for kind, pattern in _DATA["answers"].items()}
_AGO = re.compile(_expanded("<ago>"), re.IGNORECASE)
_LITTLE = frozenset(_DATA["says_little"].split())
_SAME: dict[str, str] = {word: words[0] for words in _DATA["same"] for word in words}
_OPENS = (
    r"^(?:(?:and|so|but|okay|well|now|wait|sorry|hey) )*"
    r"(?:(?:(?:do|can|could) )?you (?:still )?(?:remember|know|recall|tell me)(?: again)? )?"
)
_KINDS = tuple(
    (kind, re.compile(rf"{_OPENS}(?:{pattern})\b", re.IGNORECASE))
    for kind, pattern in (
        ("animal", r"(?:what|which) (?:animal|beast|creature)"),
        ("whose", r"(?:and )?whose (?P<whose>[a-z]+)"),
        ("name", r"what (?:did I say|was it that I said|do I say) (?:(?:the|his|her|its|their) name|"
            r"(?:my|our) [a-z]+ (?:is |are |was |were )?(?:called|named))|what name (?:did|do|was) I|"
            r"what (?:is|was|were|are) (?:my|the|his|her|its|their|our) (?:[a-z]+ ){0,3}(?:called|names?)|"
            r"what (?:do|did) (?:I|we) call"),
        ("about", r"what (?:is|was|are|were) .{2,40} about$"),
        ("colour", r"(?:what|which) colou?r"),
        ("many", r"how (?:many|much|old|often|tall|far|big)|(?:at |of )?what age"),
        ("when", r"(?:by |until |till |for |since )?when|what (?:day|time|year)|how long|"
            r"(?:on )?(?:which|what) (?:day|night|week)"),
        ("where", r"(?:from )?where(?: from)?|(?:in |to |from )?(?:which|what) (?:village|town|place|city)"),
        ("trade", r"what (?:does|do) (?:my|our|his|her|he|she|they|[A-Z][a-z]+)\b.* do(?: for (?:a living|work|money))?$|"
            r"what did (?:my|our|his|her|he|she|they|[A-Z][a-z]+)\b.* do for (?:a living|work|money)$|"
            r"what (?:did I (?:say|tell you)(?: that)? )?(?:(?:my|our) (?:[a-z-]+ ){1,2}?|he |she |they )"
            r"(?:is|was|does|did|are|were)(?: for (?:a living|work))?$|what (?:did I (?:say|tell you)(?: that)? )?"
            r"(?:my|our) [a-z-]+(?: [A-Z][a-z]+)? (?:did|does|was|is)(?: for (?:a living|work))?$|"
            r"what (?:sort of |kind of )?(?:trade|job|work) (?:is|was|does|did|has) (?:my|he|she)\b.*|"
            r"what (?:is|was) my (?:brother|sister|father|mother|son|daughter|husband|wife|uncle|aunt|cousin|friend|dad|mum)$"),
        ("who", r"(?:with |to |for |from |about |by |at )?(?:who|whom|whose)|"
            r"which(?: one)? of (?:the|my|them|those|these|our)"),
        ("why", r"why|how come|what for"),
        ("what", r"what|which|how"),
    )
)  # fmt: skip
_OF_ONESELF = {
    what: (
        re.compile(rf"{_OPENS}(?:{rule['asks']})(?:\b|$)", re.IGNORECASE),
        re.compile(rf"\b(?:{_expanded(rule['tells'])})", re.IGNORECASE),
    )
    for what, rule in _DATA["of_oneself"].items()
}
_BARE = re.compile(
    rf"{_OPENS}(?:(?:with |to |for |from |about |by |at )?(?:who|whom)|when|where|why|how (?:many|much|old|often|long)|"
    r"what colou?r|since when)(?: (?:exactly|again|then|was (?:it|that)|is (?:it|that)|with|to|from|for))*[\s?.!]*$",
    re.IGNORECASE,
)
_TYPED = frozenset({"trade", "animal", "whose", "about", "colour", "many", "when", "where", "who", "why", "name"})
# Whose life is asked for: the other one's, or what is to be done.
_NOT_THEIRS = re.compile(
    r"\b(?:do|did|are|were|would|could|can|have|had|will|should|does) you\b(?! (?:still )?(?:remember|know|recall|tell me)\b)|"
    r"\byou(?:r|rs)?\b(?=.*\b(?:think|do|like|want|feel)\b)|\byour\b|\b(?:should|shall|can|could|may|must|would|"
    r"will) (?:I|we)\b|"
    r"\bdo I (?:have|need|owe|get|find|pay|look|go|do|know|make|use|open|reach)\b|\btold you\b(?! I\b)|\bwill you remember\b",
    re.IGNORECASE,
)
# "How many brothers do I have?", "by when do I need it?": of what can be told, and not only counted or known.
_OWN = re.compile(
    rf"{_OPENS}(?:how many (?:[a-z]+ ){{1,2}}(?:do I have|have I(?: got)?)(?: again)?[\s?.!]*$|(?:by|until|till|since) when\b)",
    re.IGNORECASE,
)
_MINE = re.compile(r"\b(?:I|me|my|mine|we|our|us)\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without its endings, and the first of those that mean the same: "job" of "works"."""
    word = word.lower().strip("'-").removesuffix("'s")
    if word in _SAME:
        return _SAME[word]
    short = base(singular(word))
    for ending in ("ing", "ed", "es", "s", "e"):
        if short not in _SAME and short.endswith(ending) and len(short) - len(ending) >= 3:
            short = short.removesuffix(ending)
            break
    if len(short) > 3 and short[-1] == short[-2]:
        short = short[:-1]
    return _SAME.get(short, short)


@lru_cache(maxsize=1024)
def stems(text: str) -> frozenset[str]:
    """The words of a `plain` text that say something, each as its `stem`."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(stem(word) for word in words if word.removesuffix("'s") not in _LITTLE and len(word) > 1)


@lru_cache(maxsize=512)
def sought_by(question: str) -> str:
    """What a `plain` question looks for in what its speaker has told; empty where it can look for nothing there.

    Kinds are `who`, `many`, `when`, `where`, `why`, `colour`, `name` and `what`.
    """
    question = question.rstrip(" ?.!")
    if _NOT_THEIRS.search(question) is not None and _OWN.match(question) is None:
        return ""
    return next((kind for kind, pattern in _KINDS if pattern.match(question)), "")


@lru_cache(maxsize=512)
def whose(question: str) -> str:
    """What is asked for its owner: "name" of "whose name is that?"; empty where nothing is."""
    return next((found["whose"] for kind, pattern in _KINDS if kind == "whose" and (found := pattern.match(question))), "")


@lru_cache(maxsize=512)
def of_oneself(question: str) -> str:
    """What a `plain` question asks of its speaker's own life: `work`, `home`, `money`; empty where it asks for none of them."""
    return next((what for what, (asks, _) in _OF_ONESELF.items() if asks.match(question) is not None), "")


def tells_of(what: str, sentence: str) -> bool:
    """Whether a sentence tells of that part of its speaker's life."""
    return what in _OF_ONESELF and _OF_ONESELF[what][1].search(sentence) is not None


def is_bare(question: str) -> bool:
    """Whether a question says nothing but what it looks for: "and when?"."""
    return _BARE.match(question) is not None


def is_after_oneself(question: str) -> bool:
    """Whether it names its speaker, or what is his."""
    return _MINE.search(question) is not None


def is_number(words: str) -> bool:
    """Whether words are no more than a number, or a time: "two years"."""
    return (
        any(ANSWERS[kind].fullmatch(words.strip()) is not None for kind in ("many", "when"))
        or _AGO.fullmatch(words) is not None
    )


def is_typed(kind: str) -> bool:
    """Whether words show by themselves that they have what is looked for."""
    return kind in _TYPED


_VERBLESS = re.compile(r"(?:(?:and|or|the|a|my|little|big|old) |[\w'-]+,? ){0,4}[\w'-]+", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|was|were|am|has|have|had|got|do|did|I|he|she|they|we|you|it)\b", re.IGNORECASE)


def is_verbless(sentence: str) -> bool:
    """Whether a sentence is a few words without a verb: "Mia and Lotta"."""
    return _VERBLESS.fullmatch(sentence.strip(" .!,")) is not None and _VERB.search(sentence) is None


def has(kind: str, sentence: str, known: frozenset[str]) -> bool:
    """Whether a sentence has what is looked for, in other words than those of the question (`known`, stems)."""
    pattern = ANSWERS.get(kind)
    if pattern is None:
        return bool(stems(sentence) - known)
    return any(not (found := stems(match[0])) or found - known for match in pattern.finditer(sentence))
