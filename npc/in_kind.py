"""What kind of thing is told, where it is not certain what it is about.

The topics that a remark comes near to agree on its kind (sorrow, joy, anger ...: `more` in `small_talk.yaml`) more often than
the nearest one is right. Where another topic is about as near, a line of that kind is said, and not one of the topic.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from npc.behaviour import load_behaviour

GAP = 0.1  # by so much the nearest topic has to be nearer than the next
_CLOSE = 0.05  # of questions
_SHARPNESS = 0.05  # of likeness: what is farther by this counts for a third
_AGREED = 0.6  # of all votes
_FEW = 3  # topics that vote
# What is said at the first mention; later it is the kind's own line.
_FIRST = {
    "further_sorrow": "to_bad",
    "further_joy": "to_good",
    "further_fun": "to_funny",
    "further_anger": "to_wronged",
    "further_tale": "to_story",
}


def is_open(near: Mapping[str, float]) -> bool:
    """Whether another topic is about as near as the nearest one, and of another kind."""
    ranked = sorted(near.items(), key=lambda pair: -pair[1])[:2]
    if len(ranked) < 2:
        return False
    (first, nearest), (second, next_) = ranked
    return nearest - next_ < GAP and (not _kind(first) or _kind(first) != _kind(second))


def is_close(near: Mapping[str, float]) -> bool:
    """Whether a question comes so near to two topics that the nearest one is mostly wrong."""
    ranked = sorted(near.values(), reverse=True)[:2]
    return len(ranked) == 2 and ranked[0] - ranked[1] < _CLOSE


def agreed(near: Mapping[str, float], theirs: str) -> str:
    """The topic of lines for what the nearest topics have in common; empty where that is nothing.

    Args:
        near: likeness by topic.
        theirs: the topic of the speaker's own life that was spoken of before.
    """
    ranked = sorted(near.items(), key=lambda pair: -pair[1])[:_FEW]
    votes: dict[str, float] = {}
    for topic, likeness in ranked:
        votes[_kind(topic)] = votes.get(_kind(topic), 0.0) + exp((likeness - ranked[0][1]) / _SHARPNESS)
    kind = max(votes, key=votes.__getitem__, default="")
    if not kind or votes[kind] < _AGREED * sum(votes.values()):
        return ""
    return kind if _kind(theirs) == kind else _FIRST.get(kind, kind)


def _kind(topic: str) -> str:
    return load_behaviour().talk_further.get(topic, {}).get("more", "")
