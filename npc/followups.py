"""What goes on about small talk in words that say nothing alone: "why is that?", "and you?", "what do you think?".

A topic of `small_talk.yaml` answers what is asked further about it (`further`), and knows what "and you?" asks after (`back`).
What was told over several turns is judged and advised by the last topic of the speaker's own life. Where a topic has no answer
of its own there is a plain one for each way of going on (`further_why` ...). Facts of a card have their own (`npc.facts`).
"""

from __future__ import annotations

import re

from npc.conversation.reply import Reply
from npc.facts import of_its_life
from npc.language.echo import base
from npc.language.forms import follow_of, form_of
from npc.language.senses import Ask, Sense
from npc.language.taken_up import values_of
from npc.parts import best
from npc.smalltalk import GO_ON
from npc.turn import Turn

_ASKS_ON = frozenset({Sense.QUESTION, Sense.OTHER, Sense.YES, Sense.ORDER, Sense.TRADE, Sense.CEASE})
_OF_THEIRS = frozenset({"think", "advise"})  # about what the speaker told, even if something else came between
_ANYTIME = frozenset({"back", "sure", "then"})  # what can be said to whatever was talked of
_OFTEN_ITS_OWN = frozenset({"then", "what", "like", "felt", "said"})  # other questions are put so, too
_OPEN = frozenset({Ask.NONE, Ask.WHY, Ask.HOW_LONG, Ask.COUNT, Ask.MINE, Ask.YOU_SAID})
_PLAIN = {"sure": "on_sure"}
_OF_SOMEBODY = re.compile(r"[a-z]+ (?:he|she|they)\b", re.IGNORECASE)  # "was she older than you?"
_WORD = re.compile(r"[a-z]{4,}")
_ADVICE = "on_advice"
_NEAR = 0.68  # likeness from which a question stands for itself
_FEW = 4  # words of a question whether what was told is so: "is it true?"
_TALK = 0.75  # likeness from which words are about something of their own
_MAY_KNOW = 0.6  # likeness from which the card may know it
_LOOSE = 0.7  # likeness from which a question is about something else than what was talked of
_LONGEST = 9  # words of a question that goes on about it
_REFERS = re.compile(
    r"\b(?:he|she|him|her|they|them|it|that|there|then|together|your|yours|you (?:know|feel|find|meet))\b", re.I
)
_KNOWS = 0.8  # likeness from which the card itself knows what is asked


def answer(turn: Turn) -> Reply | None:
    """What is answered to words that go on about what was just talked of; None where they do not."""
    clause, ledger, behaviour = turn.clause, turn.ledger, turn.parts.behaviour
    kind = follow_of(clause.text) or (follow_of(clause.said) if clause.sense is Sense.QUESTION else "")
    if GO_ON.fullmatch(clause.text) and not (ledger.talk or ledger.asked or ledger.told or ledger.forbidden):
        return Reply("on_more", "was told to go on")
    if turn.heard.talk and (ledger.talk or ledger.told) and kind in {"", "sure"} and _says_after(turn):
        return Reply("on_sure", "has its own words said back as a question")
    surprised = clause.sense is Sense.NO and kind in {"sure", "even"} and not ledger.asked  # "no way!", "not even then?"
    if (
        not (clause.sense in _ASKS_ON or surprised)
        or not (clause.meaning.ask in _OPEN or (kind == "advise" and clause.meaning.ask is Ask.PRESENT))  # "any tips?"
        or (ledger.told and kind not in _OF_THEIRS)
    ):
        return None
    topic = (_just_told(turn, kind) or ledger.theirs) if kind in _OF_THEIRS else ledger.talk
    if not kind or not topic or (kind in _OFTEN_ITS_OWN and _is_its_own(turn)):
        return None
    if kind == "why" and ledger.reason != "talk":
        return None  # of what it did, not of what it said
    if kind == "back":
        name = behaviour.talk_back.get(topic, "further_back")
    else:
        further = behaviour.talk_further.get(topic, {})
        if kind == "became" and kind not in further:
            return None  # of whom nobody knows
        if kind == "urge" and not topic.startswith("on_"):
            return None
        if kind == "whether" and form_of(clause.text.rstrip(" ?."), True)[0] == "to_was_i":  # "is that too personal?"
            return None
        if kind == "whether" and len(clause.said.split()) > _FEW and _OF_SOMEBODY.match(clause.text) is None:
            return None
        if kind == "whether" and max(best(turn.heard.talk)[1], best(turn.heard.knowledge)[1]) >= _NEAR:
            return None
        if kind == "advise" and kind not in further:
            return Reply(_ADVICE, "was asked for advice about what was told")
        name = further.get(kind, _PLAIN.get(kind, f"further_{kind}"))
    fact, likeness = best(turn.heard.knowledge)
    if fact in turn.parts.persona.knowledge and likeness >= _KNOWS and name.startswith("further_"):
        return None
    name = _fresh(turn, name, _PLAIN.get(kind, f"further_{kind}"))
    if name not in behaviour.topics:
        return None
    about = _ADVICE if kind in _OF_THEIRS else "" if name in behaviour.small_talk and kind != "sure" else topic
    why = f"was asked further about {topic.partition('_')[2].replace('_', ' ')}: {kind}"
    return Reply(name, why, values_of(clause.text, clause.sense is Sense.QUESTION), talk=about)


def _just_told(turn: Turn, kind: str) -> str:
    """What the same words tell before they ask for a judgement or advice: "we have no name yet. any ideas?"."""
    for clause, percept in turn.clauses[1:]:
        topic, likeness = best(percept.talk)
        if (
            clause.sense is not Sense.QUESTION
            and likeness >= _TALK
            and kind in turn.parts.behaviour.talk_further.get(topic, {})
        ):
            return topic
    return ""


def loosely(turn: Turn) -> Reply | None:
    """What is answered to a question of more words that comes near to nothing, after something of the character's own life was
    talked of: "how did you know that he was the one?"; None for any other question."""
    clause, ledger = turn.clause, turn.ledger
    own = ledger.told or (ledger.talk.startswith("on_") and ledger.talk != ledger.theirs)
    if clause.sense is not Sense.QUESTION or clause.meaning.ask not in _OPEN or not own or not turn.heard.talk:
        return None
    if len(clause.text.split()) > _LONGEST or _REFERS.search(clause.text) is None:
        return None
    (topic, likeness), known = best(turn.heard.talk), best(turn.heard.knowledge)[1]
    if known >= _MAY_KNOW or (likeness >= _LOOSE and topic != ledger.talk) or likeness >= _TALK:
        return None
    name = of_its_life(clause.text)
    if name not in turn.parts.behaviour.topics:
        return None
    why = (
        f"was asked something about {(ledger.talk or ledger.told).removeprefix('on_').replace('_', ' ')} that it need not tell"
    )
    return Reply(name, why, values_of(clause.text, True), fact=ledger.told, talk=ledger.talk)


def _says_after(turn: Turn) -> bool:
    """Whether words are those of its own last line, as a question: "in a barn?"."""
    said = _WORD.findall(turn.clause.said.lower())
    short = turn.percept.text.rstrip().endswith("?") and len(said) > 0 and len(turn.clause.said.split()) <= _FEW
    return short and {base(word) for word in said} <= {base(word) for word in _WORD.findall(turn.ledger.line.lower())}


def _is_its_own(turn: Turn) -> bool:
    """Whether words that could ask to go on come near to something else: "be honest"."""
    near, likeness = best(turn.heard.talk)
    return likeness >= _TALK and near != "on_more"


def _fresh(turn: Turn, name: str, plain: str) -> str:
    """This topic, or the plain one for the way of going on where all that it has was said lately."""
    parts = turn.parts
    moment, variables = parts.moment(turn.heard, [], turn.person), parts.variables(turn.heard)
    return plain if name != plain and parts.speaker.is_stale(name, moment, variables) else name
