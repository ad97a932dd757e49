"""What the speaker has told, found by what a question after it looks for: "what did my boss throw at me?", "and when?".

The words of the question and the kind of answer that it looks for (`npc.language.after`) choose one sentence of all that he
said, and what it goes on from, where it says nothing by itself ("the night shift").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from npc.conversation.clause import Clause
from npc.conversation.episodes import whole
from npc.conversation.recall import ago, lately, may_be
from npc.conversation.reply import Reply
from npc.conversation.told_back import OPENS, sentences, turned_whole, with_subject
from npc.language.after import (
    has,
    is_after_oneself,
    is_bare,
    is_typed,
    is_verbless,
    of_oneself,
    sought_by,
    stem,
    stems,
    tells_of,
    whose,
)
from npc.language.plain import plain
from npc.language.senses import Ask, is_question
from npc.language.sentences import mentions
from npc.language.told import YES
from npc.memory import Memory
from npc.memory.ledger import Ledger
from npc.memory.records import Episode

_OF_SOMEBODY = frozenset({"who", "what", "when", "where", "many", "trade"})
_SAY_MORE = 2  # words that question and answer have to share where nothing else shows that it is one
_AROUND = 0.5  # what a word counts that only stands in the sentences before
_BEFORE = 2  # sentences
_LIKE = 1.0  # what likeness in meaning counts
_NEAR = 0.45  # likeness that counts as much as a word
_MAY_BE = 0.3  # and below which nothing that shares one word is meant
_LONGEST = 160  # characters
_WHOLE = re.compile(
    r"(?:(?:and|but|so|well|yeah|yes|okay|no|today|yesterday|now) )*(?:I|we|he|she|it|they|there|this|that|my|our|the|"
    r"an?|his|her|[A-Z][a-z]+)\b",
    re.I,
)
_THIRD = re.compile(r"\b(?:he|she|it|they|his|her|him|their|them)\b", re.IGNORECASE)
_I_DID = re.compile(
    r"\b(?:did (?:I|we)|(?:that|was it|is it) (?:I|we)) [a-z]+|"
    r"\b(?:am|was|were|are|have) (?:I|we) (?:been )?[a-z]+ing\b|"
    r"\bam I [a-z]+ (?:to|of|at|about|with|in)\b|"
    r"\bwhat (?:did|have) I (?:just )?(?:say|said|tell|told|mention)(?:ed)?(?: to)?(?: you)? (?:about|of|on)\b|"
    r"\bwith my [a-z]+|\bdid my [a-z]+ do\b|\bhappened to my [a-z]+",
    re.IGNORECASE,
)
_ABOUT_IT = re.compile(r"(?:he|she|they|it|his|her|their|its)\b", re.IGNORECASE)
_ASKS_SECRET = re.compile(
    r"\b(?:did|was it|is it|have) (?:that )?I\b.*\b(?:secret|keep (?:it |that )?(?:quiet|to yourself|between us)|"
    r"not to tell|tell nobody)\b|"
    r"\b(?:what|remember) .*\b(?:my|our) secret\b",
    re.IGNORECASE,
)
_KEEP = re.compile(
    r"\b(?:(?:but |so |and |please )*(?:do not|never) (?:ever |you dare )?(?:tell|say)(?: (?:it|that|this))?(?: to)?"
    r"(?: (?:anyone|anybody|a soul|them|him|her))?|"
    r"tell (?:nobody|no one)|(?:please )?keep (?:it|this|that) (?:to yourself|quiet|between us|(?:a )?secret)|"
    r"(?:just )?between (?:us|you and me)|"
    r"not a word(?: to (?:anyone|anybody))?|(?:it|that|this) is (?:a|our|my) secret)\b",
    re.IGNORECASE,
)
_ANYBODY = stems("please okay else ever")
_FOR_WHOM = re.compile(
    r"(?:(?:and|so|do you (?:still )?(?:remember|know)) )*(?:who|whom) (?:is|are|was|were) (?:the|that|this|these|those|my) "
    r"(?P<thing>[a-z]+(?: [a-z]+)?) for(?: again)?",
    re.IGNORECASE,
)
_IS_FOR = re.compile(r"\bfor (?:my|our|his|her|the|an?|(?-i:[A-Z]))", re.IGNORECASE)
_THE_NAME = re.compile(r"\b(?:the name|what name)\b", re.IGNORECASE)
_SAYING = stems("say ask want tell")
OF_SEVERAL = frozenset({"child"})  # what words stand for that mean different ones: "son" and "daughter"
_GOES_ON = frozenset({"why", "when", "who", "where"})  # what may be asked for without a word: "and how come I can't?"
_ANY_NAME = "*"  # shared by every sentence: that it has a name is all that is asked for
_SAID_OF = re.compile(r"\bwhat (?:did|have) I [a-z]+(?: to)?(?: you)? (?:about|of|on)\b", re.IGNORECASE)
_WHO_IS_A = re.compile(r"\b(?:who|which of [a-z ]+) (?:is|was) an? [a-z]+[\s?.!]*$", re.IGNORECASE)
_DEFINITE = re.compile(r"\b(?:the|that|this) ((?:[a-z]+ )?[a-z]{4,})", re.IGNORECASE)
_HE_DID = re.compile(r"\b(?:did|was|were|had|has) (?:he|she|they)\b", re.IGNORECASE)
_AGAIN = re.compile(r"\bagain[\s?.!]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that somebody has told, with what he told before it (`around`) as stems."""

    text: str
    episode: Episode
    said: frozenset[str]
    around: frozenset[str]
    before: str  # the sentence that it goes on from
    goes_on: bool = False  # it names nothing, and is about what was named before it
    asked: str = ""  # what was asked before it in the same breath: "wanna see my frog? his name is Bubbles"


def answer(
    clause: Clause,
    memory: Memory,
    ledger: Ledger,
    speaker: str,
    now: float,
    recalled: Mapping[int, float] | None,
    of_others: bool,
    of_theirs: bool,
    alone: bool,
    beside: str = "",
) -> Reply | None:
    """The speaker's own words that answer a question after them; None where it is none, or nothing of the kind was said.

    Args:
        recalled: numbers of episodes, and how near in meaning each comes to the question.
        of_others: whether a question that does not name the speaker may be after his words, too.
        of_theirs: whether "she" may be one of his.
        alone: whether it comes near to nothing else.
        beside: what was said in the same breath.
    """
    question = clause.text
    told = [*memory.episodes, *([Episode(id=-1, time=now, speaker=speaker, what="chat", text=beside)] if beside else [])]
    if (kept := _kept_secret(question, told, speaker)) is not None:
        return _reply(kept, speaker, now, "remembers what was told as a secret")
    if (meant := _meant_for(question, told, speaker)) is not None:
        return _reply(meant, speaker, now, "remembers for whom it is")
    if (own := _of_oneself(question, told, speaker)) is not None:
        return _reply(own, speaker, now, "remembers what was told of oneself")
    kind = sought_by(question)
    if not kind:
        return None
    sought, mine = stems(question), is_after_oneself(question)
    if clause.meaning.ask is Ask.I_SAID or _SAID_OF.search(question):
        sought = sought - _SAYING
    if is_bare(question) or (not sought and mine and kind in _GOES_ON and clause.meaning.ask is not Ask.I_SAID):
        asked = ledger.heard[-1].text if ledger.heard else ""
        if not sought_by(plain(asked)):
            return None
        question = f"{plain(asked)} {question}"
        sought, mine = stems(question), is_after_oneself(question)
    elif not mine and not of_others:
        return None
    of_one = of_theirs and is_typed(kind) and _THIRD.search(question) is not None and (key := lately(ledger))
    if of_one:
        sought = sought | {stem(word) for word in (key.split()[-1], ledger.facts[key]) if word != YES}
    if not sought:
        return None
    alone = alone and any(p >= _MAY_BE for p in (recalled or {}).values()) and kind in _OF_SOMEBODY
    alone = alone or _WHO_IS_A.search(question) is not None or _AGAIN.search(question) is not None
    least = 1 if mine or (of_one and not stems(question)) or alone else 2
    # "when is the wedding?", after "my daughter's wedding"
    definite = least > 1 and not mine and kind == "when" and sought <= stems(" ".join(_DEFINITE.findall(question)))
    # "when did he fall?", after "grandpa had a fall"
    definite = definite or (least > 1 and not mine and is_typed(kind) and _HE_DID.search(question) is not None)
    least = 1 if definite else least
    if kind == "name" and _THE_NAME.search(question):
        sought, least = sought | {_ANY_NAME}, 1
    deed = _I_DID.search(question) is not None  # "what was it that I painted?"
    found = [
        (score, n, sentence)
        for n, sentence in enumerate(told_by(told, speaker))
        if (not definite or sought <= sentence.said | sentence.around)
        and (score := _fits(sentence, sought, kind, least, (recalled or {}).get(sentence.episode.id, 0.0), deed)) > 0
    ]
    if not found:
        return None
    *_, sentence = max(found, key=lambda one: one[:2])
    if not is_typed(kind):
        return whole(sentence.episode, memory, now, question)
    near = (recalled or {}).get(sentence.episode.id, 0.0)
    return _reply(sentence, speaker, now, f"remembers what answers it: {kind} ({near:.2f})")


def told_of(memory: Memory, speaker: str, named: Sequence[str]) -> list[Sentence]:
    """What a speaker has told of something, sentence by sentence, the newest last: naming it, or going on about it.

    Args:
        named: what it may be called; another word for the same counts, too ("mum", "mother"), a son is no daughter.
    """
    told: list[Sentence] = []
    goes_on = False
    same = {stem(word) for word in named if stem(word) not in OF_SEVERAL}
    for sentence in told_by(memory.episodes, speaker):
        names = bool(sentence.said & same) or any(mentions(sentence.text, word, plural=True) for word in named)
        asked = any(mentions(sentence.asked, word, plural=True) for word in named)
        goes_on = not names and (goes_on or asked or bool(told and told[-1].text == sentence.before))
        pronoun = _ABOUT_IT.match(OPENS.sub("", sentence.text))
        goes_on = goes_on and pronoun is not None and all(may_be(word, pronoun[0]) for word in named)
        if names or goes_on:
            told.append(replace(sentence, goes_on=goes_on))
    return told


def _of_oneself(question: str, told: Sequence[Episode], speaker: str) -> Sentence | None:
    """The newest sentence that tells what is asked of its speaker's own life, though it has no word of the question."""
    if thing := whose(question):
        owned = re.compile(rf"\b[a-z]+'s (?:[a-z]+ )?{thing}\b", re.IGNORECASE)
        return next((s for s in reversed([*told_by(told, speaker)]) if owned.search(s.text)), None)
    if not (what := of_oneself(question)):
        return None
    sought = stems(question)
    telling = [(len(s.said & sought), n, s) for n, s in enumerate(told_by(told, speaker)) if tells_of(what, s.text)]
    return max(telling, key=lambda one: one[:2])[2] if telling else None


def _kept_secret(question: str, episodes: Sequence[Episode], speaker: str) -> Sentence | None:
    """What was told with "do not tell anyone": that sentence, or the one before it where it says nothing else."""
    if _ASKS_SECRET.search(question) is None:
        return None
    told = [*told_by(episodes, speaker)]
    for n in reversed(range(len(told))):
        if (kept := _KEEP.search(told[n].text)) is None:
            continue
        rest = f"{told[n].text[: kept.start()]}{told[n].text[kept.end() :]}"
        if len(stems(rest) - _ANYBODY) >= _SAY_MORE:
            return replace(told[n], text=rest.strip(" ,.:;"))
        beside = [m for m in (n - 1, n + 1) if 0 <= m < len(told)]
        same = [m for m in beside if told[m].episode.id == told[n].episode.id]
        if at := same or [m for m in beside if m < n]:
            return told[at[0]]
    return None


def _meant_for(question: str, episodes: Sequence[Episode], speaker: str) -> Sentence | None:
    """ "It is for my mum", after the flower was spoken of."""
    if (asked := _FOR_WHOM.match(question.rstrip(" ?.!"))) is None:
        return None
    things = stems(asked["thing"])
    if not things:
        return None
    told = (s for s in reversed([*told_by(episodes, speaker)]) if things <= s.said | s.around)
    return next((s for s in told if _IS_FOR.search(s.text) and has("who", s.text, things)), None)


def _reply(sentence: Sentence, speaker: str, now: float, why: str) -> Reply:
    words = turned_whole(sentence.text)
    if sentence.before and _WHOLE.match(OPENS.sub("", sentence.text)) is None:
        words = f"{turned_whole(sentence.before)}, {words}"
    return Reply("i_said", why, {"thing": "it", "who": speaker, "when": ago(now - sentence.episode.time), "words": words})


def _fits(sentence: Sentence, sought: frozenset[str], kind: str, least: int, likeness: float, deed: bool) -> float:
    """How well a sentence answers; 0 where it does not. `deed`: what the speaker did is asked for, in one word."""
    own = len(sentence.said & sought) + (_ANY_NAME in sought)
    around = len((sentence.around - sentence.said) & sought)
    called = kind == "name" and around > 0 and is_verbless(sentence.text)
    follows = kind == "why" and bool(stems(sentence.before) & sought)  # the reason is what is told next, as a rule
    if (
        not (has(kind, sentence.text, sought) or called or follows or (kind == "who" and own >= _SAY_MORE))
        or own + around + (likeness >= _NEAR) < least
    ):
        return 0.0
    if not is_typed(kind) and (not own or own + around < (1 if deed and len(sought) == 1 else _SAY_MORE)):
        return 0.0
    return own + _AROUND * around + _LIKE * likeness


def told_by(episodes: Iterable[Episode], speaker: str) -> Iterable[Sentence]:
    """What he has told, sentence by sentence; what he asked and bade is left out."""
    before: list[str] = []
    for episode in episodes:
        if episode.speaker != speaker or not episode.text or episode.what == "saw":
            continue
        asked: list[str] = []  # in the same breath: part of what goes on about it
        for text in map(with_subject, sentences(plain(episode.text))):
            said = stems(text)
            if is_question(text) or is_question(OPENS.sub("", text)) or len(text) > _LONGEST:
                asked.append(text)
                continue
            around = frozenset().union(*(stems(one) for one in (*before[-_BEFORE:], *asked)))
            yield Sentence(text, episode, said, around, before[-1] if before else "", asked=" ".join(asked))
            before.append(text)
