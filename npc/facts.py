"""What is asked further about a fact of the card that is spoken of: "when?", "is it contagious?", "what did they take?".

The card's `further` answers: by the question that the words come near to, or by the way in which they go on (`why`, `when` ...:
`npc/language/forms.yaml`). What it has no answer to is repeated where the fact itself holds it, and named where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from npc.conditions import Line
from npc.conversation.episodes import asks_back
from npc.conversation.recall import resumed
from npc.conversation.reply import Reply
from npc.language.echo import embedded, said_back
from npc.language.forms import follow_of, further_of
from npc.language.phrases import kind_of
from npc.language.senses import Ask, Sense, about_whom, is_question
from npc.language.sentences import mentions
from npc.lore import Fact
from npc.parts import best
from npc.persona import Persona
from npc.turn import Turn
from npc.types import Percept
from npc.weighing import is_seen, told_further

KNOWS = 0.7  # likeness from which a question is one of those of the card, whatever else it may be
FAR = 0.55  # likeness below which a short question after a fact goes on about that fact
_NEAR = 0.57  # likeness from which words are about a fact that was not spoken of
_ASKED = 0.58  # likeness from which a question is one that goes on about the fact
_ASIDE = 0.66  # and from which it is, where something else was spoken of meanwhile
_FOLLOWS, _FOLLOWS_LATE = 0.46, 0.54  # how near it has to be, weighed, and where something else was spoken of meanwhile
_HARDLY = 0.33  # and below which nothing of it is meant
_SAME = 0.04  # by so much another fact may be nearer
_VERY = 0.85  # likeness from which a question is the fact's own, however it begins
_WHOLE = 0.8  # likeness from which a question that goes on is asked by itself
_TALK = 0.68  # likeness from which it is small talk
_SURE_TALK = 0.8  # and from which it is though it says "it" or "there"
_WORDS = 4  # at least, of such a question
_SHORT = 9  # words
_FEW = 3  # words of a question that is hardly about anything else: "why should I?"
_NAMES, _NAMED_FROM, _SURELY = 0.2, 0.4, 0.76  # what a name adds to likeness, from which on, and up to which
_IN_VIEW = 0.5
# "when?", "and how many?", "which are good?": what is left out is what was spoken of.
_BARE = re.compile(
    r"^(?:and |but |so |wow |oh |okay )*(?:when|where|why(?: not)?|who(?: else)?|"
    r"how(?: (?:many|much|long|far|often|old|big|come|bad))?|what (?:for|then|else)|"
    r"which(?: ones?)?(?: (?:is|are) \w+)?|since when|until when|really|for (?:whom|who|what))"
    r"(?: exactly| though| then| there| did| was| is)*[\s?.!]*$",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|they|them|that|those|these(?! days| times)|he|she|him|her|his|its|their|there|one|not any ?more)\b", re.IGNORECASE
)
_NAMED = re.compile(r"\b(?:it|they|them|he|she|him|her|his|its|their)\b", re.IGNORECASE)
_COUNTS = re.compile(r"\bhow (?:many|much|old|long|far)\b", re.IGNORECASE)
_A_NUMBER = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|hundred|thousand|once|twice|half)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{4,}", re.IGNORECASE)
_ALIKE = 4  # letters at the beginning of words that are one: "open", "opens"
_WHEN = re.compile(r"(?:and |but |so )*(?:when|since when|until when|how soon|how long)\b", re.IGNORECASE)
_A_TIME = re.compile(
    r"\b(?:days?|nights?|weeks?|moons?|months?|years?|winters?|summers?|springs?|ago|dawn|dusk|noon|midnight|morning|evening|tomorrow|"
    r"yesterday|today|soon|bell|first light|midsummer|always|never)\b",
    re.IGNORECASE,
)
# Somebody's life, or what has been: "where did the rats go with it?".
_LIFE = re.compile(
    r"\b(?:you|your|he|she|they|him|her|his|their|them)\b(?! (?:know|mean)\b)|\b(?:did|was|were|had) (?:the [a-z]+|it|that)\b",
    re.IGNORECASE,
)
# "Not even at midwinter?", "and somebody slow like me?", "not even once?", "can't you just buy one?"
_PLAINLY = {"even": "further_even", "too": "further_too", "sure": "on_sure", "urge": "further_urge"}
_OF_SOMEBODY = re.compile(
    r"\b(?:he|she|his|her|him)\b|"
    r"\b(?:do|did|were|are) they (?:say|think|feel|want|know|love|like|hate)\b",
    re.IGNORECASE,
)
# "Who is Gran?" asks for nobody that was told of.
_WHO_IS = re.compile(
    r"(?:and |so |but )*who (?:is|was|are|were) (?!it\b|that\b|this\b|he\b|she\b|they\b|there\b|the one\b|to blame\b)[a-z]",
    re.I,
)
_EXISTS = re.compile(r"\b(?:is|are|was|were) there\b", re.IGNORECASE)  # "were there any wars?" points nowhere
_WHAT_THEN = re.compile(r"(?:and |so |but )*what did (?:he|she|they|you) (?:say|think|answer|reply|feel)\b", re.IGNORECASE)
_OF_ITSELF = "self"
_HELPS = re.compile(r"what helps against it\b", re.IGNORECASE)
_ASIDE_TALK = 0.45  # by so much small talk may be nearer where a remedy is asked for: "I can't sleep. What helps against it?"
_LATELY = 2  # lines for which what was spoken of is what "it" means
_YOU = re.compile(r"\b(?:you|your)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?:it|they|that|this|these|those)\b", re.IGNORECASE)
_FOLLOWED = frozenset({"like", "felt", "said"})
_OF_A_LIFE = frozenset({"then", "when", "long", "where", "who", "how", "why", *_FOLLOWED})
_WHETHER = re.compile(
    r"(?:and |but |so )*(?:do|did|does|are|is|was|were|have|has|had|can|could|will|would) (?:you|he|she|they|it|that) ",
    re.IGNORECASE,
)
_IN_SIGHT = re.compile(
    r"\b(?:see|view|sight|here|over there|count|look|standing|lying|in front of|around us|"
    r"on the (?:grass|ground|table|floor|shelf))\b",
    re.IGNORECASE,
)
_LOOSE = frozenset({"what", "how", "then"})  # ways to go on that say little: many other questions begin like them
_BY_SIGHT = frozenset({Ask.WHERE, Ask.LOOKS, Ask.ACTS})  # "where is the well?" goes on about no well that was not spoken of
_PERSONAL = frozenset({Ask.MY_NAME, Ask.MINE, Ask.ABOUT, Ask.I_SAID, Ask.YOU_SAID, Ask.ON_TABLE, Ask.VIEW, Ask.COLOUR})
_OPEN = frozenset({Ask.NONE, Ask.COUNT, Ask.HOW_LONG, Ask.PRICE})
_ASKS_ON = frozenset({Sense.QUESTION, Sense.OTHER, Sense.YES, Sense.ORDER})


def answer(turn: Turn) -> Reply | None:
    """What is answered to a question that goes on about a fact; None where it asks for something else."""
    clause, facts = turn.clause, turn.parts.persona.knowledge
    if is_seen(turn) or (clause.meaning.ask is Ask.COUNT and _IN_SIGHT.search(clause.text)):
        return None
    maybe = clause.sense is Sense.TRADE and "maybe" in clause.meaning.values  # "do you have nightmares?"
    if not (clause.sense in _ASKS_ON or maybe) or clause.meaning.ask in _PERSONAL or asks_back(clause.text):
        return None
    if (beside := _beside(turn)) is not None:
        return beside
    topic = turn.ledger.topic
    if topic in facts and (found := _spoken_of(turn, topic, facts[topic])) is not None:
        return found
    return _at_once(turn) if clause.meaning.ask not in _BY_SIGHT else None


def _spoken_of(turn: Turn, topic: str, fact: Fact) -> Reply | None:
    """Further about the fact that is spoken of."""
    clause, just = turn.clause, turn.ledger.told == topic
    found, near = told_further(turn, topic)
    key = _asked(turn, topic, KNOWS if clause.sense is Sense.OTHER else _ASKED if just else _ASIDE)
    if found and clause.sense is Sense.QUESTION and not is_seen(turn):
        key = found if near >= (_FOLLOWS if just else _FOLLOWS_LATE) else ""
    if key:
        return told_of(turn, topic, fact.further[key], f"was asked further about {topic}: {key}")
    kind = further_of(clause.text.rstrip(" ?.!,"))
    if kind == "again" and just and kind not in fact.kinds:
        return told_of(turn, topic, fact.say, f"was asked to say again what it knows as {topic}")
    further = follow_of(clause.text) or follow_of(clause.said)
    if just and further in _PLAINLY:
        return Reply(_PLAINLY[further], f"was asked further about {topic}: {further}", fact=topic)
    if (clause.sense is not Sense.QUESTION and kind != "then") or follow_of(clause.text) in {"think", "advise"}:
        return None
    if not just or not _goes_on(turn, topic):
        return None
    if topic == _OF_ITSELF and _IT.search(clause.text) and not _YOU.search(clause.text):  # "will it fall off?"
        return None
    bare = not found or len(clause.text.split()) <= _FEW or fact.kinds.get(kind) == found
    if kind in fact.kinds and bare and clause.meaning.ask in {*_OPEN, Ask.WHY}:
        return told_of(turn, topic, fact.further[fact.kinds[kind]], f"was asked further about {topic}: {kind}")
    if clause.sense is not Sense.QUESTION or clause.meaning.ask not in _OPEN:
        return None
    repeats = kind == "what" and near < _HARDLY and _NAMED.search(clause.text) is not None
    if repeats or (_holds(fact, clause.text) and not (found and _WHETHER.match(clause.text))):
        repeated = told_of(turn, topic, fact.say, f"was asked further about what it knows as {topic}")
        if repeated is None or repeated.topic == "itself" or _WHAT_THEN.match(clause.text) is None:  # not the same once more
            return repeated
    if name := of_its_life(clause.text):
        asked = said_back(clause.text)
        said = {"asked": f"{asked[:1].upper()}{asked[1:]}"} if asked else {}
        lead = "" if name in {"further_whether", "further_then"} else _named_so(clause.text)
        return Reply(name, f"was asked further about {topic}, which it need not tell", said, lead=lead, fact=topic)
    return unknown(clause.text, f"was asked further about {topic}, and knows no more", topic)


def _at_once(turn: Turn) -> Reply | None:
    """Further about a fact that was not spoken of: "how bad was the flood?"."""
    facts = turn.parts.persona.knowledge
    if (of_it := _of_what_was_meant(turn)) is not None:
        return of_it
    topic, likeness = best(turn.heard.knowledge)
    if (whole := _whole(turn, likeness)) is not None:
        return whole
    if topic not in facts or not _NEAR <= likeness < _VERY or turn.clause.sense is not Sense.QUESTION:
        return None
    if likeness < best(turn.heard.talk)[1]:
        return None
    fact = facts[topic]
    further, near = _nearest(turn, topic)
    if near > likeness:
        return told_of(turn, topic, fact.further[further], f"was asked about {topic}: {further} ({near:.2f})")
    kind = further_of(turn.clause.text.rstrip(" ?.!,"))
    if kind not in fact.kinds or kind in _LOOSE or kind in {further_of(question.rstrip(" ?")) for question in fact.asked}:
        return None
    return told_of(turn, topic, fact.further[fact.kinds[kind]], f"was asked about {topic}: {kind}")


def _of_what_was_meant(turn: Turn) -> Reply | None:
    """What the card has further of a thing that was just spoken of: "is it really haunted?" after a bargain for the mirror."""
    ledger, lately = turn.ledger, turn.ledger.heard[-_LATELY:]
    if not lately or turn.clause.sense is not Sense.QUESTION:
        return None
    spoken = [(thing.time, thing.phrase) for thing in ledger.things]
    spoken += [(bid.time, bid.item) for bid in ledger.bids] + [(deed.time, deed.item) for deed in ledger.deeds]
    meant = next((phrase for time, phrase in sorted(spoken, reverse=True) if time >= lately[0].time), "")
    name, likeness = best(turn.heard.further)
    if _IT.search(turn.clause.text) is None or name not in turn.parts.persona.further or likeness < KNOWS:
        return None
    topic, key = turn.parts.persona.further[name]
    lines = turn.parts.persona.knowledge[topic].further[key]
    if not meant or not mentions(f"{key} {' '.join(line.say for line in lines)}", kind_of(meant), plural=True):
        return None
    return told_of(turn, topic, lines, f"was asked about the {meant}: {key} ({likeness:.2f})")


def _whole(turn: Turn, known: float) -> Reply | None:
    """What is asked further in words that stand for themselves: "are you any good at forging?"."""
    name, likeness = best(turn.heard.further)
    further = turn.parts.persona.further
    if name not in further or turn.clause.sense is not Sense.QUESTION:
        return None
    if _REFERS.search(turn.clause.text) and not (turn.ledger.talk.startswith("on_") and likeness >= _VERY):
        return None
    if likeness < _WHOLE or likeness < max(known, best(turn.heard.talk)[1]) or len(turn.clause.text.split()) < _WORDS:
        return None
    topic, key = further[name]
    lines = turn.parts.persona.knowledge[topic].further[key]
    return told_of(turn, topic, lines, f"was asked about {topic}: {key} ({likeness:.2f})")


def _beside(turn: Turn) -> Reply | None:
    """The fact that another clause of the same words names: "people speak of a fever. what is it?"."""
    clause, facts = turn.clause, turn.parts.persona.knowledge
    least = _VERY if len(clause.text.split()) <= _FEW else _NEAR  # "what is it?" comes near to nothing by itself
    if (
        clause.sense is not Sense.QUESTION
        or not _REFERS.search(clause.text)
        or (best(turn.heard.knowledge)[1] >= least and not _HELPS.match(clause.text))
    ):
        return None
    for _, percept in turn.clauses[1:]:
        topic, likeness = best(percept.knowledge)
        talk = best(percept.talk)[1] - (_ASIDE_TALK if _HELPS.match(clause.text) else 0.0)
        if (
            percept is not turn.heard
            and topic in facts
            and likeness >= _NEAR - (_SAME if _HELPS.match(clause.text) else 0.0)
            and likeness >= talk
        ):
            key = facts[topic].kinds.get(further_of(clause.text.rstrip(" ?.!,")), "")
            lines = facts[topic].further[key] if key else facts[topic].say
            return told_of(turn, topic, lines, f"was asked about {topic}, which was named beside")
    return None


def naming(persona: Persona, text: str, percept: Percept) -> Percept:
    """A percept in which facts of somebody whom a question names are nearer: "is Hilde always that loud?"."""
    if not percept.knowledge or not is_question(text):
        return percept
    words = frozenset(re.findall(r"[a-z]+", text.lower()))
    named = {
        name: min(p + _NAMES, _SURELY)
        for name, p in percept.knowledge.items()
        if _NAMED_FROM <= p < _SURELY and name in words and _is_a_name(name, persona.knowledge[name])
    }
    return replace(percept, knowledge={**percept.knowledge, **named}) if named else percept


def _is_a_name(name: str, fact: Fact) -> bool:
    return any(name.capitalize() in question for question in fact.asked)


def told_of(turn: Turn, topic: str, lines: Sequence[Line], why: str) -> Reply | None:
    """A reply with one of these lines; what was said lately is owned up to."""
    parts = turn.parts
    moment = parts.moment(turn.heard, [], turn.person)
    variables = parts.variables(turn.heard)
    lines = parts.speaker.confided(lines, moment, variables)
    fresh = parts.speaker.has_fresh(lines, moment, variables)
    line = parts.speaker.one_of(lines, moment, variables)
    if not line:
        return None
    return Reply("itself" if fresh else "again", why, {"line": line if fresh else resumed(line)}, fact=topic)


def of_its_life(question: str) -> str:
    """The topic of an answer to a question about the life of who is asked, or of somebody told of: of that nobody is ignorant.

    Empty where it asks for anything else.
    """
    if _LIFE.search(question) is None:
        return ""
    words = question.rstrip(" ?.!,")
    if (
        _OF_SOMEBODY.search(question) is not None and about_whom(question) == "they"
    ):  # of others it has nothing of its own to say
        return "further_theirs"
    kind = follow_of(words) if follow_of(words) in _FOLLOWED else further_of(words)
    if kind in _OF_A_LIFE:
        return f"further_{kind}"
    return "further_whether" if _WHETHER.match(question) else ""


def unknown(text: str, why: str, fact: str = "") -> Reply:
    """The answer to a question that it cannot answer, which names what was asked."""
    said = said_back(text) or embedded(text)
    return Reply("unknown", why, lead=f"{said[:1].upper()}{said[1:]}?" if said else "", fact=fact)


def _named_so(text: str) -> str:
    """What was asked, before it is said that of this nothing is told: "Whether she is older than me?"."""
    said = embedded(text) or said_back(text)
    return f"{said[:1].upper()}{said[1:]}?" if said else ""


def _nearest(turn: Turn, topic: str) -> tuple[str, float]:
    """The entry of `further` of a fact that words come nearest to, and how near."""
    further = turn.parts.persona.further
    near = {further[name][1]: p for name, p in turn.heard.further.items() if name in further and further[name][0] == topic}
    return best(near)


def _asked(turn: Turn, topic: str, least: float) -> str:
    """The entry of `further` that words ask for; empty where they ask for another fact rather, or for none."""
    key, likeness = _nearest(turn, topic)
    fact, rival = best(turn.heard.knowledge)
    if likeness < least or rival > likeness + (0.0 if fact == topic else _SAME):
        return ""
    return "" if best(turn.heard.talk)[1] > likeness + 0.2 else key


def _goes_on(turn: Turn, topic: str) -> bool:
    """Whether a question goes on about the fact that was told last: short, and of nothing else that is known or in view."""
    clause, percept = turn.clause, turn.heard
    fact, likeness = best(percept.knowledge)
    words = len(clause.text.split())
    has = further_of(clause.text.rstrip(" ?.!,")) in turn.parts.persona.knowledge[topic].kinds
    far = KNOWS if has and _REFERS.search(clause.text) else FAR
    if (fact != topic and likeness >= far) or words > _SHORT:
        return False
    if fact == topic and likeness >= KNOWS:  # the very question of the card
        return False
    if follow_of(clause.text) == "then":  # "what did you do then?"
        return True
    if _WHO_IS.match(clause.text):
        return False
    talk = _SURE_TALK if _REFERS.search(_EXISTS.sub("", clause.text)) else _TALK
    if words > _FEW and best(percept.talk)[1] >= max(talk, likeness):  # what anybody may be asked
        return False
    if any(d.p >= _IN_VIEW and mentions(clause.text, d.phrase, plural=True) for d in (*turn.percept.looked, *percept.watch)):
        return False
    if further_of(clause.text.rstrip(" ?.!,")) == "then":
        return True
    held = _holds(turn.parts.persona.knowledge[topic], clause.text)
    return bool(_BARE.match(clause.text) or _REFERS.search(clause.text) or held or (has and words <= _FEW))


def _holds(fact: Fact, text: str) -> bool:
    """Whether a fact itself has what a question about it asks for: a number, or words of the question."""
    words = " ".join(line.say for line in fact.say)
    if _COUNTS.search(text):
        return _A_NUMBER.search(words) is not None
    if _WHEN.match(text) and _A_TIME.search(words):
        return True
    return bool({w.lower()[:_ALIKE] for w in _WORD.findall(text)} & {w.lower()[:_ALIKE] for w in _WORD.findall(words)})
