"""Somebody's words as the other one says them: "whether he is still alive" of "is he still alive?", "your brother is ill".

A question that nobody has an answer to is at least named in the answer, and a remark taken up (ELIZA did it first: Weizenbaum
1966). Where the grammar of a clause is not plain it says nothing, and the caller has other lines.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

_DATA = yaml.safe_load(Path(__file__).with_name("echo.yaml").read_text(encoding="utf-8"))
_TURNED: dict[str, str] = _DATA["turned"]
_PAST: dict[str, str] = _DATA["past"]
_BEFORE_ME = frozenset(_DATA["before_me"].split())
_OPENS = re.compile(rf"^(?:{_DATA['openings']}\b[ ,]*)+", re.IGNORECASE)
_ENDS = re.compile(rf"(?:(?<![ ,])[ ,]+{_DATA['endings']})+[\s?.!,]*$", re.IGNORECASE)
_NOT_EMBEDDED = re.compile(" ".join(_DATA["not_embedded"].split()).replace("| ", "|"), re.IGNORECASE)
_LONGEST = 12  # words that are taken up: more is repeating, not answering
_SHORTEST = 2
_WORD = re.compile(r"[A-Za-z']+")
_AUXILIARY = "is|are|was|were|am|has|have|had|can|could|will|would|should|must|may|might"
_SUBJECT = (
    r"(?:(?:he|she|it|they|you|we|I|that|this|there|these|those|anyone|anybody|someone|somebody|people|everyone|everybody|nobody)\b"
    r"|one\b(?! of)"
    r"|(?:the|a|an|my|your|his|her|its|their|our|that|this|these|those|any|some|all)\s+"
    r"(?:(?:last|first|next|best|worst|old|older|new|other|only|big|little|young|own|whole|real|red|blue|green|[a-z]+est)\s+)*[a-z'-]+(?:\s+ones?\b)?)"
)
_WH = r"(?P<wh>(?:since |until |by |for |with |from |to )?(?:who|whom|what|when|where|why|which(?: \w+)?|how(?: \w+)??))"
_ASKED = re.compile(
    rf"(?:{_WH}\s+)?(?P<aux>{_AUXILIARY}|do|does|did)\s+(?:not\s+)?(?P<who>{_SUBJECT})(?P<rest>(?:\s+.*)?)", re.IGNORECASE
)
_OF_WHO = re.compile(
    rf"(?:who|what|which \w+|how many \w+)\s+(?!(?:{_AUXILIARY}|do|does|did)\s+(?:{_SUBJECT}))[a-z]+.*", re.IGNORECASE
)
_WHOM = re.compile(r"^((?:who|what|which \w+|how many \w+) \w+) I\b", re.IGNORECASE)
_POINTS = re.compile(r"(?:this|that|these|those)", re.IGNORECASE)  # alone, or with a noun
_AFTER_POINTING = re.compile(
    r"\s*(?:all|so|really|true|about|for|going|supposed|what|how|why|still|actually|even|to|in|on|from|a|an|the|normal|safe|good|bad|"
    r"dangerous|enough|happen|work|mean|help|hurt|cost)\b.*",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"^\s*(?:really|actually|ever|even|still|always|often|just|also)\b", re.IGNORECASE)
_NOT = re.compile(r"^\s*not\b", re.IGNORECASE)


def turned(words: str) -> str:
    """The words of one as the other says them: "your knee" of "my knee", "you are" of "I am", "tells me" of "tells you"."""
    found = words.split()
    out: list[str] = []
    for at, word in enumerate(found):
        core = _WORD.search(word)
        low = core[0].lower() if core else ""
        new = _TURNED.get(low, "")
        before = found[at - 1].lower().strip(",.") if at else ""
        if low == "you" and (before in _BEFORE_ME or (at == len(found) - 1 and at > 0)):
            new = "me"
        elif low in {"am", "was", "are", "were"} and out:
            new = {
                ("you", "am"): "are", ("you", "was"): "were", ("I", "are"): "am", ("I", "were"): "was",
            }.get((out[-1], low), "") if before in {"i", "you", "we"} else ""  # fmt: skip
        out.append(word.replace(core[0], new, 1) if core and new else word)
    return " ".join(out)


@lru_cache(maxsize=256)
def embedded(question: str) -> str:
    """A `plain` question as part of another sentence: "whether he is still alive"; empty where that is not easily made."""
    asked = _ENDS.sub("", _OPENS.sub("", question.strip().rstrip(" ?!.,"))).strip(" ?!.,")
    words = asked.split()
    if not _SHORTEST <= len(words) <= _LONGEST or _NOT_EMBEDDED.fullmatch(asked) or re.search(r"[,;:.]", asked):
        return ""
    if (found := _ASKED.fullmatch(asked)) is not None:
        return _inverted(found)
    return _WHOM.sub(r"\1 me", turned(asked)) if _OF_WHO.fullmatch(asked) else ""


def _inverted(found: re.Match[str]) -> str:
    wh, aux, who, rest = (found["wh"] or "whether").lower(), found["aux"].lower(), found["who"], found["rest"]
    if _POINTS.fullmatch(who) and rest.strip() and not _AFTER_POINTING.fullmatch(rest):
        return ""
    who = who if who == "I" or who[0].isupper() else who.lower()
    if aux in {"do", "does", "did"}:
        if _NOT.match(rest):
            return turned(f"{wh} {who} {aux}{rest}")
        adverb = _ADVERB.match(rest)
        verb, _, more = rest[adverb.end() :].strip().partition(" ") if adverb else rest.strip().partition(" ")
        if not verb.isalpha():
            return ""
        verb = _formed(verb.lower(), aux)
        said = " ".join(filter(None, (adverb[0].strip() if adverb else "", verb, more)))
        return turned(f"{wh} {who} {said}")
    if not rest.strip() and wh == "whether":
        return ""
    return turned(f"{wh} {who} {aux}{rest}")


def _formed(verb: str, aux: str) -> str:
    """The verb as it stands without "did" or "does"."""
    if aux == "do":
        return verb
    if aux == "does":
        if verb == "have":
            return "has"
        return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "o")) else f"{verb[:-1]}ies" if _is_y(verb) else f"{verb}s"
    if verb in _PAST:
        return _PAST[verb]
    return f"{verb}d" if verb.endswith("e") else f"{verb[:-1]}ied" if _is_y(verb) else f"{verb}ed"


def _is_y(verb: str) -> bool:
    return verb.endswith("y") and verb[-2:-1] not in tuple("aeiou")


_REMARK = re.compile(
    r"(?:I|my|our|we|he|she|they|somebody|someone|people|the|a|an|his|her|their)\b.*", re.IGNORECASE
)  # who speaks of himself or of others
_YOURS = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
_ASIDE = re.compile(r"[,;:.!]\s.*$|\s(?:and|but|because|so)\s(?=I\b|we\b|he\b|she\b|it\b|they\b|my\b|now\b).*$", re.IGNORECASE)


@lru_cache(maxsize=256)
def mirrored(remark: str) -> str:
    """The first clause of a `plain` remark of one's own life, turned round: "your brother is ill"; empty where it is none."""
    said = _ENDS.sub("", _OPENS.sub("", remark.strip().rstrip(" ?!.,"))).strip(" ?!.,")
    said = _ASIDE.sub("", said)
    words = said.split()
    if not 3 <= len(words) <= _LONGEST or not _REMARK.fullmatch(said) or _YOURS.search(said):
        return ""
    return turned(said)
