"""What a speaker has said, as the other one tells it back to him: "your feet are killing you" of "n my feet r killing me".

Of several sentences those that have what is asked for are told; questions and orders are said as they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from npc.language.after import stems
from npc.language.echo import embedded, turned
from npc.language.plain import plain, unshouted
from npc.language.senses import Sense, is_question, meaning_of
from npc.language.spelling import is_a_word

ENDS = re.compile(
    r"(?<=[.!?;])\s+|\.\.+\s*|,? (?:and|but|so|because|cause)(?= (?:I|we|he|she|it|they|my|now|then|the|there)\b)|"
    r", (?=(?:then )?(?:I|we|he|she|it|they|my|our|yesterday|today)\b|"
    r"(?:then |just )?[a-z]+ed (?:the|my|an?|it|all|some|half|\d+)\b)",
    re.I,
)
OPENS = re.compile(
    r"^(?:(?:and|but|so|well|yeah|yes|okay|no|oh|because|cause|hi|hey|heya|hello|hiya|evening|morning|um+|uh+|hm+|phew|oof|ugh|"
    r"anyway|actually|honestly|sorry|haha)\b[,.! ]*)+",
    re.IGNORECASE,
)
# What joins the parts of one sentence, and what is no clause by itself: "my brother" of "my brother and my cousin both bake".
_WITHIN = re.compile(r",? and|, ", re.IGNORECASE)
_ONLY_NAMED = re.compile(
    r"(?i:my|our|his|her|their|the) "
    r"(?:(?:little|big|old|young|older|younger|elder|twin|best|dear|late) )?[a-z]+(?: [A-Z][a-z]+)?"
)
_GOES_ON = re.compile(r"(?:he|she|they|it|his|her|their|its)\b", re.IGNORECASE)
# "walked all the way up", "been up since four": who speaks leaves himself out.
_LEFT_OUT = re.compile(
    r"(?P<been>been|seen|gone|done)\b|"
    r"(?P<did>(?:just |only |already )?(?:[a-z]+ed|got|had|came|went|lost|found|saw|left|made|took|"
    r"slept|bought|sold))\b(?! (?:is|are|was|were)\b)",
    re.I,
)
_AS_SAID = frozenset({Sense.ORDER, Sense.FORBID, Sense.CEASE, Sense.RELEASE, Sense.LIFT, Sense.TRADE, Sense.LEAVE, Sense.OFFER})
_ARE_ME = re.compile(r"^(who|what|where|how(?: \w+)?) am I\b")
_OF_ONE = re.compile(r"^I\b")
_CAPITAL = re.compile(r"(?<![A-Za-z])i(?![A-Za-z])")
_CLOSES = re.compile(
    r"(?:[ ,]+(?:lol|though|already|you know|you see|haha|anyway|by the way|if you (?:must|want to|have to) know|I guess|"
    r"I suppose))+$",
    re.IGNORECASE,
)
_SHORT_FOR = tuple(
    (re.compile(rf"\b(I|we|you|they)'{end}\b", re.IGNORECASE), rf"\1 {word}")
    for end, word in (("ve", "have"), ("re", "are"), ("ll", "will"))
)
_YOU_EVER = re.compile(r"\bdo not you (?=(?:ever|dare|even)\b)", re.IGNORECASE)
_MOST = 3  # sentences


def sentences(text: str) -> list[str]:
    """The sentences of a `plain` text, and the clauses that could be ones."""
    parts: list[str] = []
    joint, leans = "", False  # what stands before a part, and whether the part before it is a name that waits for its verb
    for part, after in _parts(text):
        named = _ONLY_NAMED.fullmatch(OPENS.sub("", part).strip(" .!?,;")) is not None
        within = bool(parts) and _WITHIN.fullmatch(joint) is not None
        if within and (leans or named):
            parts[-1] += f"{joint.rstrip()} {part}"
        else:
            parts.append(part)
        joint, leans = after, named and (leans or not within)
    return parts


def _parts(text: str) -> Iterable[tuple[str, str]]:
    """What stands between the ends, each part with the end after it."""
    start = 0
    for end in (*ENDS.finditer(text), None):
        part = text[start : end.start() if end else len(text)].strip()
        if re.search(r"\w", part):
            yield part, end[0] if end else ""
        start = end.end() if end else start


@lru_cache(maxsize=512)
def told_back(text: str, sought: frozenset[str] = frozenset(), by_rule: bool = True) -> str:
    """What somebody has said, as it is told back to him, without a full stop at its end.

    Args:
        text: as it was said.
        sought: stems (`npc.language.after`) of what is asked for; of several sentences those that have most of them are told.
        by_rule: whether an order, a bid or a question is said as it was.
    """
    words = _YOU_EVER.sub("do not ", plain(text).strip())
    parts = sentences(words)
    asks = all(is_question(OPENS.sub("", part)) for part in parts)
    if by_rule and (asks or meaning_of(words).sense in _AS_SAID):
        return text.strip().rstrip(" .!?")
    telling = [part for part in parts if not is_question(OPENS.sub("", part)) and OPENS.sub("", part).strip(" .,!?")]
    said = [turned_whole(part) for part in _chosen(telling or parts, sought)]
    return _joined(said) or text.strip().rstrip(" .!?")


def turned_whole(part: str) -> str:
    """One sentence turned round: "you walked all the way up" of "walked all the way up"."""
    part = unshouted(part) if len(part) > len("I AM") else part
    part = _CAPITAL.sub("I", OPENS.sub("", part).rstrip(" .!?,;"))
    part = _CLOSES.sub("", part)
    for pattern, whole in _SHORT_FOR:
        part = pattern.sub(whole, part)
    part = with_subject(part)
    first = part.split(maxsplit=1)[0].strip(" ,.!?'") if part else ""
    if first and first != "I" and is_a_word(first) and not first.isupper():
        part = part[:1].lower() + part[1:]
    return turned(part)


def with_subject(part: str) -> str:
    """A sentence with the "I" that its speaker has left out: "I lost my job" of "lost my job"."""
    if (out := _LEFT_OUT.match(part)) is None:
        return part
    return f"I have {part}" if out["been"] else f"I {part[:1].lower()}{part[1:]}"


def asked_back(text: str) -> str:
    """A question as part of "you asked ...": "whether that is normal"; empty where nothing is asked."""
    parts = [part for part in sentences(plain(unshouted(text))) if is_question(OPENS.sub("", part))]
    if not parts:
        return ""
    asked = OPENS.sub("", parts[-1]).strip(" .!?")
    return embedded(asked) or _ARE_ME.sub(r"\1 I am", turned(asked[:1].lower() + asked[1:]))


def _chosen(parts: list[str], sought: frozenset[str]) -> list[str]:
    """Those sentences that have most of what is sought, each with what goes on about it; all, where none has any of it."""
    shared = [len(stems(part) & sought) for part in parts]
    most = max(shared, default=0)
    if not most:
        return parts[:_MOST]
    kept: list[int] = []
    for n, count in enumerate(shared):
        goes_on = n - 1 in kept and (_GOES_ON.match(OPENS.sub("", parts[n])) is not None or _has_no_verb(parts[n]))
        if count == most or goes_on:
            kept.append(n)
    return [parts[n] for n in kept[:_MOST]]


def _has_no_verb(part: str) -> bool:
    return not _OF_ONE.match(part) and len(part.split()) <= _MOST


def _joined(parts: Iterable[str]) -> str:
    """Sentences in a row, as one says them without drawing breath."""
    return ", ".join(dict.fromkeys(part for part in parts if part))
