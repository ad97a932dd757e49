"""Words that place one thing by another, "the chest left of the tree", or by how far it is: "the one nearest to you"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KINDS = {
    "left": r"(?:(?:on|to) the )?left (?:side )?of",
    "right": r"(?:(?:on|to) the )?right (?:side )?of",
    "above": r"above|on top of",
    "below": r"below|under|underneath|beneath",
    "near": r"next to|beside|near(?:est)? to|near|nearest(?= (?:the|that|this|those|these|an?|my|your|our|his|her|their)\b)"
    r"|clos(?:e|est) to|in front of|behind|by(?= (?:the|that|this|my|your) )",
}
_ANCHOR_WORD = r"(?!(?:near|nearest|closest|farthest|furthest|next|far)\b)[a-z][a-z'-]*"
_PATTERN = re.compile(
    r"\b(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + r")\s+"
    r"(?:the |that |this |those |these |a |an |my |your |our |his |her |their )?"
    rf"(?P<anchor>{_ANCHOR_WORD}(?: {_ANCHOR_WORD}){{0,3}}?)(?=$|\s*[.,;:!?]|\s+(?:please|and|or|then|for|to|if|so|now)\b)",
    re.IGNORECASE,
)
_NO_THING = frozenset({"me", "you", "us", "him", "her", "them", "it", "here", "there", "myself", "yourself"})
_LINK = re.compile(
    r"(?:\s+(?:that|which|who)(?:'s| is| are| stands?| lies?| sits?)?|\s+(?:is|are|right|just|standing|lying))+$", re.IGNORECASE
)
# A word of a thing's name, and not of what is done: "the old axe", but not "the sword and stay".
_NAME = (
    r"(?!(?:and|or|but|then|so|not|too|very|i|you|of|to|from|with|for|is|are|was|that|which|who|please|now|stay|come|keep|"
    r"stand|walk|get|go|run|be|don't)\b)[a-z][a-z'-]*"
)
_THING = rf"\b(?:the|that|this|those|these|an?|any|some) {_NAME}(?: {_NAME}){{0,3}}"
_WHO = {"you": "you", "yourself": "you", "me": "me", "us": "me", "myself": "me"}
_PERSON = rf"(?P<who>{'|'.join(_WHO)})\b"
_ENDS = r"(?=$|\s*[.,;:!?]|\s+(?:please|and|or|then|now)\b)"
_SUPERLATIVE = r"(?P<word>nearest|closest|farthest|furthest)"
_PERSONAL = re.compile(
    rf"(?P<thing>{_THING}?)(?: (?:that|which|who)(?:'s| is| are| stands| lies)?)? "
    r"(?P<word>near(?:est|er)?(?: to)?|clos(?:e|est|er) to|next to|beside|(?:farthest|furthest)(?: away)? from) "
    rf"{_PERSON}{_ENDS}",
    re.IGNORECASE,
)
_RANKED = re.compile(
    rf"\b(?:the|that) {_SUPERLATIVE} (?P<thing>{_NAME}(?: {_NAME}){{0,3}}?)(?: (?:to|from) {_PERSON})?{_ENDS}", re.IGNORECASE
)
_WHICH_IS = re.compile(
    rf"(?P<thing>{_THING}?) (?:that|which|who)(?:'s| is| are) {_SUPERLATIVE}(?=$|\s*[.,;:!?]|\s+please\b)", re.IGNORECASE
)
_RANKED_BY_THING = re.compile(
    rf"\b(?P<thing>(?:the|that) (?:nearest|closest) {_NAME}(?: {_NAME}){{0,3}}?) "
    r"(?P<link>to (?:the|that|this|my|your|an?) )",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Relation:
    """An utterance taken apart.

    Attributes:
        thing: the utterance without the relation: "hand me the chest".
        kind: left, right, above, below or near.
        anchor: what the thing is placed by: "tree".
    """

    thing: str
    kind: str
    anchor: str


def read_relation(text: str) -> Relation | None:
    """The relation in an utterance, or None where it has none, or one to a person spoken to."""
    if found := _RANKED_BY_THING.search(text):  # "the closest chest to the well" is the chest closest to it
        thing = re.sub(r"\b(nearest|closest) ", "", found["thing"], flags=re.IGNORECASE)
        text = f"{text[: found.start()]}{thing} closest {found['link']}{text[found.end() :]}"
    found = _PATTERN.search(text)
    if found is None or found["anchor"].lower().split()[0] in _NO_THING:
        return None
    kind = next(kind for kind in _KINDS if found[kind])
    thing = _LINK.sub("", text[: found.start()].rstrip()) + text[found.end() :]
    return Relation(thing.strip(), kind, found["anchor"].lower()) if thing.strip() else None


@dataclass(frozen=True)
class Distance:
    """An utterance that tells things of one kind apart by how far they are.

    Attributes:
        thing: the utterance without the distance: "hand me the axe".
        who: whose place is measured from: "you" (the NPC), "me" (who speaks), None where the words do not say.
        farthest: the farthest is meant, not the nearest.
    """

    thing: str
    who: str | None
    farthest: bool


def read_distance(text: str) -> Distance | None:
    """The distance in an utterance, or None where it has none: "the nearest tree", "the axe closest to you"."""
    found = _PERSONAL.search(text) or _RANKED.search(text) or _WHICH_IS.search(text)
    if found is None:
        return None
    article = "the " if found.re is _RANKED else ""
    who = found.groupdict().get("who")
    farthest = found["word"].lower().startswith("f")
    return Distance(text[: found.start()] + article + found["thing"] + text[found.end() :], who and _WHO[who.lower()], farthest)
