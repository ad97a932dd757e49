"""Words that place one thing by another: "the chest left of the tree".

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
EDGE = 1.0  # cells over which "left of" begins to hold

_KINDS = {
    "left": r"(?:(?:on|to) the )?left (?:side )?of",
    "right": r"(?:(?:on|to) the )?right (?:side )?of",
    "above": r"above|on top of",
    "below": r"below|under|underneath|beneath",
    "near": r"next to|beside|near(?:est)?(?: to)?|clos(?:e|est) to|in front of|behind|by(?= (?:the|that|this|my|your) )",
}
_PATTERN = re.compile(
    r"\b(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + r")\s+"
    r"(?:the |that |this |those |these |a |an |my |your )?"
    r"(?P<anchor>[a-z][a-z'-]*(?: [a-z][a-z'-]*){0,3}?)(?=$|\s*[.,;:!?]|\s+(?:please|and|or|then|for|to|if|so|now)\b)",
    re.IGNORECASE,
)
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
