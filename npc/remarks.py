"""What kind of remark it is: told by its wording (`Percept.remark`), and answered with a line that fits whatever it is about.

Topics are near to few remarks, and what a remark is about is endless; its kind (somebody is tired, was cheated, has come a long
way) is told of nearly every one (`engine/minds/wordings.py`), and shows that it was understood.
"""

from __future__ import annotations

from npc import in_kind
from npc.conversation.reply import Reply
from npc.language.polarity import is_grave, polarity_of
from npc.language.senses import Sense
from npc.language.taken_up import values_of
from npc.nearness import TOLD
from npc.parts import best
from npc.turn import Turn

LIKELY = 0.25  # how likely a kind has to be, to be taken up
SURELY = 0.5  # and from which it is, of few words and of those that are put in a way of their own
_CERTAINLY = 0.7  # and from which no manners are meant, whatever the model hears
_FEW = 3  # words
_GRAVE = frozenset({
    "angry", "cold", "death", "doubt", "failure", "friend", "gossip", "hungry", "hurt", "kin", "kin_ill", "lonely", "money",
    "nervous", "people", "quarrel", "sad", "scared", "secret", "sick", "sleepless", "strange_sight", "threat_news", "wronged",
})  # fmt: skip
# Ways of putting a remark that say little of it.
DETAILS = frozenset({
    "", "to_answer", "to_habit", "to_judged", "to_of_it", "to_of_kin", "to_of_mine", "to_of_them", "to_of_thing", "to_remark",
    "to_of_yours", "to_self", "to_story", "to_they_say", "to_think",
})  # fmt: skip
# What is said between the two is meant as such: "you are very kind".
_MANNERS = frozenset({"compliment", "grateful", "agree", "disagree", "blame", "tease", "doubt_you", "amazed", "amused"})


def answer(turn: Turn, form: str = "") -> Reply | None:
    """The answer to a remark by its kind; None where it is of none, or where its own form says more.

    Args:
        form: the topic of the way in which it is put, which goes before a kind that is not quite sure.
    """
    kind, p = best(turn.heard.remark)
    topic, text = f"on_told_{kind}", turn.clause.text
    little = form in DETAILS and len(text.split()) > _FEW
    if p < (LIKELY if little else SURELY) or turn.clause.sense is Sense.QUESTION or form in TOLD or form.startswith("on_"):
        return None
    if topic not in turn.parts.behaviour.topics or topic == turn.ledger.talk or (is_grave(text) and kind not in _GRAVE):
        return None
    if in_kind.jars(topic, polarity_of(text), 1.0) or _is_out_of_place(turn, topic):
        return None
    return Reply(topic, f"was told something: {kind.replace('_', ' ')} ({p:.2f})", values_of(text, False))


def _is_out_of_place(turn: Turn, topic: str) -> bool:
    """Whether something else than sorrow is heard in what goes on about a sorrow."""
    if is_glad(turn):
        return False
    further, ledger = turn.parts.behaviour.talk_further, turn.ledger
    sorrow = ledger.theirs_aside <= 1 and further.get(ledger.theirs, {}).get("more") == "further_sorrow"
    return sorrow and further.get(topic, {}).get("more", "further_sorrow") != "further_sorrow"


def is_sure(turn: Turn) -> bool:
    """Whether a remark is surely of its kind."""
    return best(turn.heard.remark)[1] >= SURELY


def is_glad(turn: Turn) -> bool:
    """Whether what is told is surely no sorrow: "my wife is with child"."""
    kind, p = best(turn.heard.remark)
    return p >= SURELY and turn.parts.behaviour.talk_further.get(f"on_told_{kind}", {}).get("more") in in_kind.MERRY


def is_told(turn: Turn) -> bool:
    """Whether words surely tell something, so that no greeting or farewell is meant: "I am going to the mill tomorrow"."""
    kind, p = best(turn.heard.remark)
    return p >= _CERTAINLY and kind not in _MANNERS and len(turn.clause.text.split()) > _FEW
