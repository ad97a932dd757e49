"""Words that place one thing by another, "the chest left of the tree", or by how far it is: "the one nearest to you".

A heat map says where chests are and another where the tree is; which of the chests is meant follows from the places
alone (composed as in Neural Module Networks, Andreas et al. 2016). Nothing is learned, so that it holds in every game.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
REACH = 8.0  # cells: how far from the anchor a thing "next to" it may be before it counts e^-0.5
ALIKE = 0.5  # of the hottest cell: what is as hot may be meant as well
EDGE = 1.0  # cells over which "left of" begins to hold

_KINDS = {
    "left": r"(?:(?:on|to) the )?left (?:side )?of",
    "right": r"(?:(?:on|to) the )?right (?:side )?of",
    "above": r"above|on top of",
    "below": r"below|under|underneath|beneath",
    "near": r"next to|beside|near(?:est)? to|near|nearest(?= (?:the|that|this|my|your) )|clos(?:e|est) to|in front of|behind"
    r"|by(?= (?:the|that|this|my|your) )",
}
_PATTERN = re.compile(
    r"\b(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + r")\s+"
    r"(?:the |that |this |those |these |a |an |my |your )?"
    r"(?P<anchor>[a-z][a-z'-]*(?: [a-z][a-z'-]*){0,3}?)(?=$|\s*[.,;:!?]|\s+(?:please|and|or|then|for|to|if|so|now)\b)",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"\b(?:(?P<near>nearest|closest)|farthest|furthest)\s+(?!(?:to|from|the|that|this|my|your)\b)(?=[a-z])", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"\b(?:(?P<near>near(?:est|er)?(?: to)?|clos(?:e|est|er) to|next to|beside)|(?:far|farthest|furthest)(?: away)? from)\s+"
    r"(?P<who>you|me|us|yourself|myself)\b",
    re.IGNORECASE,
)
_A_THING = re.compile(r"\b(?:the|that|this|those|these|a|an|any|some|one)\b", re.IGNORECASE)
_WHO = {"you": "you", "yourself": "you", "me": "me", "us": "me", "myself": "me"}
_NO_THING = frozenset({"me", "you", "us", "him", "her", "them", "it", "here", "there", "myself", "yourself"})
_LINK = re.compile(
    r"(?:\s+(?:that|which|who)(?:'s| is| are| stands?| lies?| sits?)?|\s+(?:is|are|right|just|standing|lying))+$", re.IGNORECASE
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
    found = _PATTERN.search(text)
    if found is None or found["anchor"].lower() in _NO_THING:
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
    if found := _PERSONAL.search(text):
        before = _LINK.sub("", text[: found.start()].rstrip())
        if not _A_THING.search(before):
            return None  # "stay close to me"
        return Distance(before + text[found.end() :], _WHO[found["who"].lower()], not found["near"])
    if found := _SUPERLATIVE.search(text):
        return Distance(text[: found.start()] + text[found.end() :], None, not found["near"])
    return None


def ranked(heat: Floats, place: tuple[float, float] | None, farthest: bool) -> Floats:
    """The heat map of things, weighed by how near each is.

    Args:
        heat: probabilities [rows, columns].
        place: row and column that distances are measured from; None: the lower in the picture, the nearer, as in any view
            that is not from straight above.
    """
    down, across = np.indices(heat.shape, np.float32)
    away = heat.shape[0] - down if place is None else np.hypot(down - place[0], across - place[1])
    weighed: Floats = (heat * (heat >= ALIKE * heat.max()) * np.exp((away if farthest else -away) / REACH)).astype(np.float32)
    return weighed / max(float(weighed.max()), 1e-9) * float(heat.max())


def placed(heat: Floats, kind: str, anchor: Floats) -> Floats:
    """The heat map of a thing, weighed by how well each cell stands in the relation to the anchor's peak.

    Args:
        heat, anchor: probabilities [rows, columns] of the thing and of its anchor.
    """
    row, column = np.unravel_index(int(anchor.argmax()), anchor.shape)
    down, across = np.indices(heat.shape, np.float32)
    down, across = down - float(row), across - float(column)
    beyond = {"left": -across, "right": across, "above": -down, "below": down}
    near = np.exp(-(across**2 + down**2) / (2 * REACH**2))
    holds = near if kind == "near" else np.sqrt(near) / (1 + np.exp(-(beyond[kind] - EDGE) / EDGE))
    weighed: Floats = (heat * holds * (1 - anchor)).astype(np.float32)
    return weighed
