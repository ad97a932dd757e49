"""What kind of thing is told, where it is not certain what it is about.

The topics that a remark comes near to agree on its kind (sorrow, joy, anger ...: `more` in `small_talk.yaml`) more often than
the nearest one is right. Where another topic is about as near, a line of that kind is said, and not one of the topic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import exp

from npc.behaviour import load_behaviour
from npc.language import polarity

GAP = 0.1  # by so much the nearest topic has to be nearer than the next
_CLOSE = 0.05  # of questions
_SHARPNESS = 0.05  # of likeness: what is farther by this counts for a third
_AGREED = 0.6  # of all votes
_FEW = 3  # topics that vote
_OF_KIN = re.compile(
    r"\b(?:son|daughter|boy|girl|child|children|kids?|baby|brother|bro|sister|sis|mother|father|mum|mom|mama|dad|papa|wife|husband|"
    r"gran|granny|grandma|grandpa|grandad|uncle|aunt|cousin|friend|nephew|niece|boyfriend|girlfriend|lover|partner|horse|dog|cat|"
    r"cow|pony|steed|mare|pet|heart|leg|arm|back|head|hand|knee|foot)\b",
    re.IGNORECASE,
)
_OF_MINE = re.compile(
    r"(?:(?:and|but|so|then|well|oh|yesterday|today|now|first|somebody|someone)[, ]+)*(?:I|we|my|our)\b", re.IGNORECASE
)
MERRY = frozenset({"further_joy", "further_fun", "further_fond"})
_SAD = frozenset({"further_sorrow", "further_anger", "further_hard", "further_tale", "further_fun"})
_EITHER = frozenset({"on_tale", "on_kin", "on_dream", "on_boast", "on_newcomer"})  # may be told of what was bad, too
_GLADLY = 0.7  # likeness from which a topic that is not sad may be meant by something sad
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


def jars(topic: str, tone: str, nearest: float) -> bool:
    """Whether words are bad news and the topic is for good ones, or the other way round: a divorce is no wedding.

    Args:
        tone: `good`, `bad` or empty.
        nearest: likeness of the topic that they come nearest to.
    """
    more = _kind(topic)
    far = nearest < _GLADLY and more not in _SAD and topic.startswith("on_")
    bad = tone == "bad" and (more in MERRY or far) and topic not in _EITHER
    return bad or (tone == "good" and more == "further_sorrow")


def is_eased(topic: str, text: str) -> bool:
    """Whether a topic of sorrow is near to words that say that there is none: "I am not frightened of it any more"."""
    return _kind(topic) == "further_sorrow" and polarity.is_eased(text)


def news(text: str, tone: str, form: str) -> str:
    """The topic of lines for what is told as good or bad, and is of no topic of its own.

    Args:
        text: a `plain` clause.
        tone: of it, as `polarity_of` has it; not empty.
        form: the topic of how it is put.
    """
    if tone != "bad" or polarity.is_grave(text) or _OF_KIN.search(text) is not None:
        return f"to_{tone}"
    if _OF_MINE.match(text) is not None:  # "I left the stove on"
        return "to_mishap"
    return form if form == "to_judged" else "to_peeve"  # "the soup was terrible", "the road is full of holes"


def _kind(topic: str) -> str:
    return load_behaviour().talk_further.get(topic, {}).get("more", "")
