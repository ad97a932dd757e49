"""Questions after what the speaker has told, in the light of what else they may ask for: a fact, the frame, the ledger."""

from __future__ import annotations

import re
from dataclasses import replace

from npc.conversation import between, episodes, own_words, recall, retold
from npc.conversation.reply import Reply
from npc.facts import KNOWS
from npc.language.after import is_after_oneself, stems
from npc.language.between import asked
from npc.language.kinds import is_alive
from npc.language.own_words import bare, owns_up, says_so, sought_in
from npc.language.plain import plain
from npc.language.senses import Ask, Meaning, Sense
from npc.language.sentences import mentions
from npc.language.told import is_kin
from npc.nearness import FAINT
from npc.parts import best
from npc.second_opinion import SURE
from npc.smalltalk import VERY
from npc.turn import Turn
from npc.types import Percept

_REMEMBERS = re.compile(
    r"(?:(?:and|or) )?(?:do|can) you (?:still |even )?(?:remember|recall)(?: it| that)?[\s?.!]*", re.IGNORECASE
)
_OF_WORDS = frozenset({Ask.NONE, Ask.COLOUR, Ask.COUNT, Ask.MINE, Ask.HOW_LONG})
_SAYS = frozenset({"say", "said", "tell", "told", "want", "wanted"})  # "what was it that I wanted to open?"
_IN_OTHER_WORDS = frozenset({Ask.MINE, Ask.I_SAID, Ask.ABOUT})
_LEFT_OPEN = frozenset({Ask.NONE, Ask.YOU_SAID, Ask.I_SAID})
_NOTHING = frozenset({"recall_none", "recall_has"})
_DID_I_SAY = re.compile(
    r"^(?:and |so )*(?P<what>(?:who|whom|which [a-z]+|which|what [a-z]+|what|where|when|how [a-z]+)(?: .*?)?) "
    r"(?:did I (?:say|tell you|mention)|was it (?:that )?I said)(?: that)?\b",
    re.I,
)
_IN_VIEW = 0.5  # presence from which a thing is


def answer(turn: Turn, looked: Percept) -> Reply | None:
    """What the speaker himself has told of what he asks; None where that is in view, a fact, or was never told."""
    clause, ledger = turn.clause, turn.ledger
    if any(_REMEMBERS.fullmatch(other.text) for other, _ in turn.clauses[1:]):  # "what were they called, do you remember?"
        clause = replace(clause, text=f"{clause.text.rstrip(' ?.!')} again")
    seen = clause.thing and any(found.p >= _IN_VIEW and mentions(clause.thing, found.phrase) for found in looked.looked)
    says = clause.meaning.ask is Ask.I_SAID and clause.meaning.values.get("how", "").lower() in _SAYS
    if clause.sense is not Sense.QUESTION or not (clause.meaning.ask in _OF_WORDS or says) or seen:
        return None
    if clause.meaning.ask is Ask.MINE:
        known = recall.answer(clause, ledger, looked.time)
        if known is not None and known.topic not in _NOTHING:
            return None
    of_itself = ledger.talk.startswith("on_") and ledger.talk != ledger.theirs  # what was talked of last
    others = best(turn.heard.knowledge)[1] < KNOWS and best(turn.heard.talk)[1] < VERY
    theirs = others and not (ledger.told or of_itself)
    alone = theirs and max(best(turn.heard.knowledge)[1], best(turn.heard.talk)[1]) < FAINT
    beside = ". ".join(c.said for c, _ in turn.clauses[1:] if c.sense in {Sense.OTHER, Sense.SELF})
    memory, speaker = turn.parts.memory, looked.speaker
    return retold.answer(clause, memory, ledger, speaker, looked.time, looked.recalled, others, theirs, alone, beside)


def passed(turn: Turn, looked: Percept) -> Reply | None:
    """What passed between the two, asked for plainly; what the card has very nearly these words for is its own to answer."""
    clause = turn.clause
    if best(turn.heard.knowledge)[1] >= VERY and turn.parts.meant(turn.heard):
        return None
    conditions = " ".join(f"{c.joint} {c.text}" for c in clause.conditions)
    under = (f"{clause.text.rstrip(' ?.!')} {conditions}",) if conditions else ()  # "what will you do if he comes?"
    words = [plain(said) for said in (*under, clause.text, clause.said, *([looked.text] if len(turn.clauses) == 1 else ()))]
    found = between.answer(words, turn.ledger, turn.parts.memory, looked.speaker, looked.time)
    if found is not None and found.topic == "recall_none" and _of_a_thing(words):
        found = episodes.by_meaning(clause, turn.parts.memory, looked.speaker, looked.time, looked.recalled) or found
    if found is not None:  # it asks, in whatever tone
        turn.clauses[0] = (clause, replace(turn.heard, intent={"ask_about": SURE}, tone={"neutral": SURE}))
    return found


def as_said(turn: Turn, looked: Percept) -> Reply | None:
    """What answers a question in its own words, where it is read as a plainer one that says less: "how old is my eldest?"."""
    clause = turn.clause
    question = plain(looked.text if len(turn.clauses) == 1 else clause.said)
    known = stems(f"{plain(clause.text)} {turn.parts.persona.name}")
    if clause.meaning.ask not in _IN_OTHER_WORDS or not sought_in(question) - known or asked(question) is not None:
        return None
    return _outright(turn, looked, question) if says_so(question) or is_after_oneself(question) else None


def outright(turn: Turn, looked: Percept) -> Reply | None:
    """What a question that says to be after the speaker's own words repeats of them; None of all others."""
    clause = turn.clause
    remembers = any(_REMEMBERS.fullmatch(other.text) for other, _ in turn.clauses[1:])  # "which one is mine, can you recall?"
    readings = (plain(clause.said), plain(clause.text))
    question = next((words for words in readings if says_so(words) or (remembers and is_after_oneself(words))), "")
    return _outright(turn, looked, question) if clause.meaning.ask in _LEFT_OPEN and question else None


def _outright(turn: Turn, looked: Percept, question: str) -> Reply | None:
    plainly = replace(turn.clause, text=bare(question), meaning=Meaning(Sense.QUESTION))
    found = _repeated(turn, looked, question, True) if owns_up(question) else None
    found = found or answer(replace(turn, clauses=[(plainly, turn.heard), *turn.clauses[1:]]), looked)
    return found or _repeated(turn, looked, question, True)


def by_words(turn: Turn, looked: Percept) -> Reply | None:
    """What the speaker has told in the words that he asks with, be it a fact or not."""
    said, text = plain(turn.clause.said), plain(turn.clause.text)
    question = said if sought_in(said) or owns_up(said) else text
    return _repeated(turn, looked, question, says_so(question))


def _repeated(turn: Turn, looked: Percept, question: str, outright: bool) -> Reply | None:
    beside = ". ".join(c.said for c, _ in turn.clauses[1:] if c.sense in {Sense.OTHER, Sense.SELF})
    return own_words.answer(question, outright, turn.parts.memory, looked.speaker, looked.time, beside)


def _of_a_thing(words: list[str]) -> bool:
    """Whether what was told of a thing of the speaker's is asked for: other words may have told of it, of nobody alive."""
    question = next(filter(None, map(asked, words)), None)
    return question is not None and question.what == "mine_about" and not (is_alive(question.mine) or is_kin(question.mine))


def said(turn: Turn, looked: Percept) -> Reply | None:
    """What was told, asked for through "did I say": "who did I say taught me?"; that it never was, where it was not."""
    clause = turn.clause
    if clause.sense is not Sense.QUESTION or (found := _DID_I_SAY.search(clause.text)) is None:
        return None
    plainly = replace(clause, text=f"{found['what']} {clause.text[found.end() :].strip()}")
    plainly = replace(plainly, meaning=replace(clause.meaning, ask=Ask.NONE))
    told = answer(replace(turn, clauses=[(plainly, turn.heard)]), looked)
    if told is None and "was it" in found[0]:  # "what was it I said I had brought?" may be found by what it means
        return None
    return told or Reply("recall_none", "was never told of it", {"thing": "that"})
