"""Orders in haste, put as the grammar reads them: "sword. bring.", "no not that one the one on the right", "skip the sign,
just the chest", "there's a wolf, by the well"."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.kinds import COMMON
from npc.language.phrases import COLOURS, kind_of, singular

_HOW = rf"(?:(?:{'|'.join(COLOURS)}|big|small|little|left|right|other|old|first|second|last) )?"
_THE_THING = rf"(?P<thing>(?:(?:the|that|this) )?{_HOW}[a-z]+)"
_LEAD = r"(?P<lead>(?:(?:now|and|then|also|okay|hey|oi|yo|quick|right|next|so|no),? )*)"
_HANDS, _TAKES = (
    "bring|fetch|get|give|hand|pass|gimme|here",
    "take|grab|pick up|open|close|use|drop|throw|carry|drink|eat|light",
)
# "Sword. Fetch.", "key, here", "the red one, give": what is wanted stands first.
_THING_FIRST = re.compile(
    rf"^{_LEAD}{_THE_THING}[.,:;!]+ (?:please |now |you )*(?P<verb>{_HANDS}|{_TAKES})"
    r"(?P<rest>(?: (?:me|it|here|to me|over|now|please|for me))*)[\s.!]*$",
    re.IGNORECASE,
)
# "Not the key the bottle": the sign between the two is left out.
_RUN_TOGETHER = re.compile(
    r"\bnot (?P<not>(?:the|that|this) (?:[a-z]+ )?[a-z]+|that|this|it)[,.;]? (?:but )?"
    r"(?P<but>(?:the|that) (?:one|other|left|right|[a-z]+)\b(?: (?!is\b|are\b|was\b|were\b|has\b|will\b|can\b|I\b|you\b|"
    r"he\b|she\b|we\b|they\b|who\b)[a-z]+){0,5})[\s.!]*$",
    re.IGNORECASE,
)
# "Skip the sign, just the chest."
_JUST = re.compile(
    r"^(?P<lead>.*\b)?(?:skip|forget|leave out|never mind|drop) (?P<not>(?:the|that) [a-z]+(?: [a-z]+)?)[,.;]+ "
    r"(?:just|only|go|do|but)? ?(?:to )?(?P<but>(?:the|that) [a-z]+(?: [a-z]+)?)[\s.!]*$",
    re.IGNORECASE,
)
# "There is a wolf, by the well": where it is belongs to it.
_COMMA_AT = re.compile(
    r"(?P<thing>\b(?:the|an?|that|this|some|another|one|your|my) (?:[a-z]+ )?[a-z]+), "
    r"(?P<at>(?:(?:right|just|over) )*(?:by|near|next to|beside|behind|in front of|under|left of|right of|close to|"
    r"(?:on|to|at|in) (?:the|your|my) (?:far )?(?:left|right|middle)(?: of)?)\b"
    r"(?: (?:the|that|this|you|me|us|your|my)\b(?: (?!and\b|or\b|is\b)[a-z]+){0,2})?[\s.!?]*)$",
    re.IGNORECASE,
)
_IS_AT = re.compile(
    r"(?P<thing>\b(?:the|that|this|an?) (?:(?!one\b)[a-z]+ )?[a-z]+) (?:which|that|who) (?:is|are|stands?|lies?|sits?|hangs?) "
    r"(?:(?:lying|standing|sitting|over|right|there) )*"
    r"(?P<at>(?:on|near|by|next to|at|in|behind|beside|under|closest to|nearest to|in front of) (?:the|that|your|my|you|me)\b)",
    re.IGNORECASE,
)
# "The red one, left side", "potion left".
_SIDE = re.compile(
    r"^(?P<what>(?!.*\b(?:turn|go|move|step|walk|run|look|is|are|was|were|have|has|got|had|what|I|anything|nothing|much|many)\b)"
    r".*?\b(?P<kind>[a-z]+)),? (?:(?:on|to|at|far|the) )*(?P<side>left|right)(?: side| hand side)?[\s.!]*$",
    re.IGNORECASE,
)
# "The one furthest to the right", "the leftmost barrel".
_FURTHEST = re.compile(
    r" (?:(?:that is |which is )?(?:the )?(?:furthest|farthest|most)|all the way|far) (?:over )?(?:to|on) the "
    r"(?P<side>left|right)\b",
    re.IGNORECASE,
)
_MOST = re.compile(r"\b(?P<most>left|right)[ -]?most\b", re.IGNORECASE)
_WITH_ARTICLE = re.compile(r".*\b(?:the|that|this|an?|my|your|those|these|one of)\b", re.IGNORECASE)
_FEW = 2  # words
_BEGINS_ORDER = re.compile(
    r"^(?:(?:please|now|then|just|and|also|okay|so)(?: to)?,? |(?:can|could|will|would) you (?:please )?|I want |I need )*"
    r"(?:bring|give|take|get|fetch|grab|hand|pass|pick|open|close|use|go|carry|move|push|pull|attack|throw|show|the|that)\b",
    re.IGNORECASE,
)
# Said to somebody else.
_NOT_YOU = re.compile(
    r"(?:no,? |hey,? |oh,? )*not (?:to )?you(?:[,.!]* [a-z]+)??(?:[\s.!]*|[,.!]+ "
    r"(?:I (?:am|was|mean|meant)|the other|him|her|your|that|this)\b.*)",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def spelt_out(said: str, ordered: bool = True) -> str:
    """`plain` words, put as orders are as a rule; as they were where nothing is put in haste.

    Args:
        ordered: something was ordered before, and nothing is bargained for.
    """
    if (first := _THING_FIRST.match(said)) is not None and kind_of(singular(first["thing"].lower())) in {*COMMON, "one"}:
        return _verb_first(first)
    if ordered and (just := _JUST.match(said)) is not None:
        return f"not {just['not']}, {just['but']}"
    said = _RUN_TOGETHER.sub(lambda found: f"not {found['not']}, {found['but']}", said)
    if _BEGINS_ORDER.match(said) is not None:
        said = _IS_AT.sub(r"\g<thing> \g<at>", said)
    said = _MOST.sub(r"\g<most>", _FURTHEST.sub(r" on the \g<side>", said))
    side = _SIDE.match(said)
    if side is not None and singular(side["kind"].lower()) in {*COMMON, "one"}:
        named = "" if _WITH_ARTICLE.match(side["what"]) or len(side["what"].split()) > _FEW else "the "
        return f"{named}{side['what']} on the {side['side'].lower()}"
    return _COMMA_AT.sub(r"\g<thing> \g<at>", said)


def _verb_first(first: re.Match[str]) -> str:
    thing, verb = first["thing"].lower(), first["verb"].lower()
    thing = thing if thing.startswith(("the ", "that ", "this ")) else f"the {thing}"
    if re.fullmatch(_HANDS, verb) is not None:
        return f"{first['lead']}{'bring' if verb == 'here' else verb} me {thing}"
    return f"{first['lead']}{verb} {thing}"


def is_to_another(said: str) -> bool:
    """Whether `plain` words tell the one who hears them that he is not spoken to: "not you, I am talking to the guard"."""
    return _NOT_YOU.fullmatch(said.strip()) is not None
