"""Noun phrases in the words of orders and questions: the thing, what it is placed by, its kind, one of many."""

from __future__ import annotations

import re

from npc.language.grammar import GRAMMAR, VERBS

_LEADS = re.compile(rf"^(?:(?:{GRAMMAR['leads']})\b\s*)+", re.IGNORECASE)
_TAIL = re.compile(rf"\s*(?:\b(?:{GRAMMAR['tails']})\b.*)?[\s.,!?]*$", re.IGNORECASE)
_NO_THING = frozenset(GRAMMAR["no_things"].split("|"))
_NUMBERS = frozenset(GRAMMAR["numbers"]) - {"a", "an"}
_NOTHING = frozenset({"something", "anything", "nothing", "everything", "someone", "anyone", "nobody"})
_TIME = re.compile(rf"\b(?:{GRAMMAR['times']})$")
_COLOURS = "red|blue|green|yellow|orange|purple|violet|pink|white|black|grey|gray|brown|golden|gold|silver"
COLOURS = tuple(_COLOURS.replace("|violet", "").replace("|gray", "").replace("|golden", "").split("|"))
# Words that tell which of several is meant, by its place among them.
WHICH = "left|right|middle|other|next(?! to)|nearest|closest|farthest|furthest|first|second|third|fourth|last"
_THE = "the|an?|my|your|our|this|that|some|any|his|her|their"
_NAMED = re.compile(rf"\b(?:{_THE}) (?=((?:(?!(?:{_THE})\b)[a-z'-]+ ?){{1,3}}))", re.IGNORECASE)
_PLURALS: dict[str, str] = GRAMMAR["plurals"]
PRONOUN = re.compile(
    r"\b(?:it|them|this one|that one)\b|\b(?:these|those)\b(?! (?!(?:up|down|away|back|to|from|on|off|out|over|and|for|"
    r"please|then|too|"
    r"now|here|there|with|in|alone|at|where|while|when|if|or|one|ones)\b)[a-z])|"
    r"\b(?:that|this)(?= (?:up|down|away|back|to|from|on|off|out|for (?:me|us|him|her)|here|now|too|please|with (?:you|me)|"
    r"instead)\b|[\s.!?]*$)",
    re.IGNORECASE,
)
PERSONAL = re.compile(r"\b(?:him|her)\b", re.IGNORECASE)
OTHER = re.compile(
    r"\b(?:the other|another|a different) one\b|\b(?:the (?:other two|two others|other ones)|the other|another|the others?)\b"
    r"(?! (?!(?:too|please|then|now|as well|also|instead)\b)[a-z])",
    re.IGNORECASE,
)
OTHER_KIND = re.compile(
    rf"\b(?:the other|another|a different) (?P<kind>(?!ones?\b)(?:(?:{_COLOURS}) (?!ones?\b))?(?!(?:{_COLOURS})\b)[a-z]+)",
    re.IGNORECASE,
)
_NO_HOW = (
    "the|that|this|there|only|just|exactly|which|what|who|how|an?|me|us|him|her|them|you|I|we|and|or|to|of|for|with|from|in|no|any|every|want|need|have|see|is|are|like|"
    + VERBS
)
ONE = re.compile(
    rf"(?<!which )(?<!what )(?<!who )\b(?:the |that |this |an? )?(?P<how>(?:(?!(?:{_NO_HOW})\b)[a-z]+ ){{0,2}})"
    r"ones?\b(?! of\b)",
    re.IGNORECASE,
)


def thing_in(rest: str) -> str:
    """The thing that the words after a verb name, without article: "red potion" of "me the red potion by the door"."""
    inside = _LEADS.sub("", rest.strip())
    inside = _TAIL.sub("", inside, count=1).strip(" .,!?").lower()
    words = inside.split()
    if (
        not words
        or len(words) > 5
        or inside in _NO_THING
        or inside in _NUMBERS
        or inside.isdigit()
        or words[0] in _NOTHING
        or _TIME.search(inside)
    ):
        return ""
    return inside


def singular(phrase: str) -> str:
    """ "wolf" of "wolves": what a watch list is asked for."""
    *before, last = phrase.split() or [""]
    one = _PLURALS.get(last)
    if one is None:
        one = last
        if last.endswith("ies") and len(last) > 4:
            one = last[:-3] + "y"
        elif last.endswith(("ches", "shes", "sses", "xes")):
            one = last[:-2]
        elif last.endswith("s") and not last.endswith(("ss", "us", "is")) and len(last) > 3:
            one = last[:-1]
    return " ".join([*before, one])


def things_named(text: str) -> list[str]:
    """Words that may name things, one of each ("wolf"): the first after "the", "a" or "my", whatever else is among them."""
    words = (word for part in _NAMED.finditer(text) for word in part[1].lower().split())
    return list(dict.fromkeys(singular(word) for word in words if len(word) > 2 and word not in _NO_THING))


def plural(phrase: str) -> str:
    """ "wolves" of "wolf"."""
    *before, last = phrase.split() or [""]
    many = next((many for many, one in _PLURALS.items() if one == last), None)
    if many is None:
        if last.endswith("y") and last[-2:-1] not in tuple("aeiou"):
            many = last[:-1] + "ies"
        elif last.endswith(("ch", "sh", "ss", "x", "s")):
            many = last + "es"
        else:
            many = last + "s"
    return " ".join([*before, many])


def with_article(phrase: str) -> str:
    """ "a wolf", "an axe"."""
    sounds = phrase[:1].lower() in tuple("aeiou") and not phrase.lower().startswith(("use", "uni", "one", "eu"))
    return f"{'an' if sounds else 'a'} {phrase}"


def kind_of(phrase: str) -> str:
    """The last word: what the thing is."""
    return phrase.rsplit(" ", 1)[-1]


def colour_in(phrase: str) -> str:
    """The colour word of a phrase; empty where it has none."""
    found = re.match(rf"(?:{_COLOURS})\b", phrase, re.IGNORECASE)
    return found[0].lower() if found else ""
