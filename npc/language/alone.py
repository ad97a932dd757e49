"""A thing that is told apart from others and named alone, however it is written: "red one pls", "nope, other one",
"whichever is closer"; put as the grammar reads it: "the red one please", "no, the other one", "the closest one"."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.kinds import COMMON
from npc.language.phrases import COLOURS, kind_of, singular

_HUE = "|".join(COLOURS)
_HOW = (
    rf"(?:(?:{_HUE}|big|bigger|biggest|small|smaller|smallest|little|large|old|new|left|right|middle|near|far|first|second|third|last|"
    r"same|right hand|left hand|lower|upper|top|bottom|front|back|other|next|left most|right most|leftmost|rightmost) ?)+"
)
_CLOSEST = r"(?P<rank>closest|closer|nearest|nearer|furthest|further|farthest|farther)(?: away)?"
_WHO = r"(?: (?:to|from) (?P<who>you|me|us|here|(?:the|that|this) [a-z]+(?: [a-z]+)?))?"
_PLACE = (
    r"(?P<place>(?:(?:over )?there |right )?(?:by|near|next to|beside|behind|on|at|under|in|in front of|left of|right of|"
    r"to the|over by|close to) (?:you|me|us|it|him|her|(?:the|that|this|your|my) [a-z]+(?: [a-z]+)?"
    r"(?: of (?:the|that|you|me) ?[a-z]*)?)|over there|there|here)"
)
_NO = r"(?:no+|nope|nah|wrong one|not (?:that|this)(?: one)?|wait|oh|sorry|actually|argh|ugh|I (?:said|mean|meant|want|wanted))"
_LEAD = (
    rf"(?:(?:also|plus|then|now|next|okay|oh|and)[,.! ]+)*(?P<no>(?:{_NO}[,.! ]+)*)"
    r"(?:(?:just|only|maybe|yes|yeah|the one|with|and|also|okay|um+|hm+|for me)[,.! ]+)*"
)
_TAIL = (
    r"(?P<please>(?:,? ?(?:please|instead|then|now|too|as well|for me|thanks|thank you|will do|is fine|"
    r"if you (?:please|would|can|could|do not mind)|mate|of (?:the two|them|those|these)))*)[\s.!]*"
)
_IS_CLOSEST = rf"one (?:that is |which is )?(?:the )?{_CLOSEST.replace('rank', 'rank_')}"
_FORMS = tuple(
    re.compile(rf"{_LEAD}(?:{form}){_TAIL}", re.IGNORECASE)
    for form in (
        rf"(?:(?:the|that|this) )?(?P<how>{_HOW})ones?(?: {_PLACE})?",
        rf"(?:(?:the|that|this) )?(?P<how>(?:other )?(?:{_HUE})|other|next)(?: thing)?(?:,? (?:the |that )?one)?(?: {_PLACE})?",
        rf"(?:(?:the )?(?:{_CLOSEST} one|{_IS_CLOSEST})){_WHO}",
        rf"(?:whichever|which ?ever one|the one that|the one which|what ?ever) is (?:the )?{_CLOSEST}{_WHO}",
        rf"(?:the |that )?one {_PLACE}",
    )
)
# "Blue potion too", "apple please": of what lies about.
_THING = re.compile(
    rf"{_LEAD}(?P<thing>(?:(?:{_HUE}|big|small|little|old|other) )?[a-z]+)"
    r"(?P<tail>(?:,? (?:too|as well|also|instead|next|please|now|then))+)[\s.!]*",
    re.IGNORECASE,
)
_ANY = re.compile(
    rf"{_LEAD}(?:either(?: one| of them)?|any(?: one| of them| of those)?|whichever(?: one)?|you (?:choose|pick|decide)|"
    r"(?:(?:I )?do not (?:care|mind)|(?:it )?does not matter)(?: which(?: one)?)?)(?: you like)?"
    rf"{_TAIL}",
    re.IGNORECASE,
)
_LONGEST = 80  # characters


@lru_cache(maxsize=512)
def named_alone(said: str) -> str:
    """A `plain` clause that only tells one thing apart from others, put whole; as it was where it does more than that."""
    if len(said) > _LONGEST or said.rstrip().endswith("?"):
        return said
    thing = _THING.fullmatch(said.strip())
    if thing is not None and kind_of(singular(thing["thing"].lower())) in COMMON:
        return f"{'no, ' if thing['no'] else ''}the {thing['thing'].lower()}{thing['tail']}"
    for form in _FORMS:
        if (found := form.fullmatch(said.strip())) is None:
            continue
        values = {name.rstrip("_"): value for name, value in found.groupdict().items() if value}
        place = f" {values['place'].strip()}" if "place" in values else ""
        no = "no, " if values.get("no") else ""
        please = " please" if "please" in values.get("please", "") else ""
        if rank := values.get("rank", ""):
            end = "farthest" if rank.lower().startswith("f") else "closest"
            to = f" {'from' if end == 'farthest' else 'to'} {values['who']}" if "who" in values else ""
            return f"{no}the one {end}{to}{please}" if to else f"{no}the {end} one{please}"
        how = f"{values['how'].strip().lower()} " if "how" in values else ""
        return f"{no}the {how}one{place}{please}"
    return said


def is_any(said: str) -> bool:
    """Whether words leave the choice to the other: "either one will do", "you choose"."""
    return len(said) <= _LONGEST and _ANY.fullmatch(said.strip()) is not None
