"""What the speaker has told, found by what a question after it looks for: "what did my boss throw at me?", "and when?".

The words of the question and the kind of answer that it looks for (`npc.language.after`) choose one sentence of all that he
said, and what it goes on from, where it says nothing by itself ("the night shift").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from npc.conversation.clause import Clause
from npc.conversation.episodes import whole
from npc.conversation.recall import ago, lately
from npc.conversation.reply import Reply
from npc.language.after import has, is_after_oneself, is_bare, is_typed, is_verbless, sought_by, stem, stems
from npc.language.plain import plain
from npc.language.senses import is_question
from npc.language.told import YES
from npc.memory import Memory
from npc.memory.ledger import Ledger
from npc.memory.records import Episode

_OF_SOMEBODY = frozenset({"who", "what"})
_SAY_MORE = 2  # words that question and answer have to share where nothing else shows that it is one
_AROUND = 0.5  # what a word counts that only stands in the sentences before
_BEFORE = 2  # sentences
_LIKE = 1.0  # what likeness in meaning counts
_NEAR = 0.45  # likeness that counts as much as a word
_LONGEST = 160  # characters
_ENDS = re.compile(
    r"(?<=[.!?;])\s+|,? (?:and|but|so|because|cause)(?= (?:I|we|he|she|it|they|my|now|then|the|there)\b)|, (?=(?:I|we|"
    r"he|she|it|they|my|yesterday|today)\b)",
    re.I,
)
_WHOLE = re.compile(
    r"(?:(?:and|but|so|well|yeah|yes|okay|no|today|yesterday|now) )*(?:I|we|he|she|it|they|there|this|that|my|our|the|"
    r"an?|his|her|[A-Z][a-z]+)\b",
    re.I,
)
_THIRD = re.compile(r"\b(?:he|she|it|they|his|her|him|their|them)\b", re.IGNORECASE)
_I = re.compile(r"\bi\b")
_I_DID = re.compile(r"\b(?:did (?:I|we)|that (?:I|we)) [a-z]+", re.IGNORECASE)
_AGAIN = re.compile(r"\bagain[\s?.!]*$", re.IGNORECASE)
_OPENS = re.compile(r"^(?:(?:and|but|so|well|yeah|yes|okay|no|oh|because|cause)\b[, ]*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    episode: Episode
    said: frozenset[str]
    around: frozenset[str]
    before: str  # the sentence that it goes on from


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
) -> Reply | None:
    """The speaker's own words that answer a question after them; None where it is none, or nothing of the kind was said.

    Args:
        recalled: numbers of episodes, and how near in meaning each comes to the question.
        of_others: whether a question that does not name the speaker may be after his words, too.
        of_theirs: whether "she" may be one of his.
        alone: whether it comes near to nothing else.
    """
    question = clause.text
    kind = sought_by(question)
    if not kind:
        return None
    sought, mine = stems(question), is_after_oneself(question)
    if is_bare(question):
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
    least = 1 if mine or (of_one and not stems(question)) or (alone and kind in _OF_SOMEBODY) or _AGAIN.search(question) else 2
    deed = _I_DID.search(question) is not None  # "what was it that I painted?"
    found = [
        (score, n, sentence)
        for n, sentence in enumerate(_sentences(memory, speaker))
        if (score := _fits(sentence, sought, kind, least, (recalled or {}).get(sentence.episode.id, 0.0), deed)) > 0
    ]
    if not found:
        return None
    *_, sentence = max(found, key=lambda one: one[:2])
    if not is_typed(kind):
        return whole(sentence.episode, memory, now)
    words = _OPENS.sub("", sentence.text).rstrip(" .!?,")
    if sentence.before and _WHOLE.match(words) is None:
        words = f"{_OPENS.sub('', sentence.before).rstrip(' .!?,')}, {words}"
    words = _I.sub("I", words[:1].upper() + words[1:])
    why = f"remembers what answers it: {kind} ({(recalled or {}).get(sentence.episode.id, 0.0):.2f})"
    return Reply("i_said", why, {"thing": "it", "who": speaker, "when": ago(now - sentence.episode.time), "words": words})


def _fits(sentence: _Sentence, sought: frozenset[str], kind: str, least: int, likeness: float, deed: bool) -> float:
    """How well a sentence answers; 0 where it does not. `deed`: what the speaker did is asked for, in one word."""
    own = len(sentence.said & sought)
    around = len((sentence.around - sentence.said) & sought)
    called = kind == "name" and around > 0 and is_verbless(sentence.text)
    if (
        not (has(kind, sentence.text, sought) or called or (kind == "who" and own >= _SAY_MORE))
        or own + around + (likeness >= _NEAR) < least
    ):
        return 0.0
    if not is_typed(kind) and (not own or own + around < (1 if deed and len(sought) == 1 else _SAY_MORE)):
        return 0.0
    return own + _AROUND * around + _LIKE * likeness


def _sentences(memory: Memory, speaker: str) -> Iterable[_Sentence]:
    """What he has told, sentence by sentence; what he asked and bade is left out."""
    before: list[str] = []
    for episode in memory.episodes:
        if episode.speaker != speaker or not episode.text or episode.what == "saw":
            continue
        for text in map(str.strip, _ENDS.split(plain(episode.text))):
            said = stems(text)
            if is_question(text) or is_question(_OPENS.sub("", text)) or len(text) > _LONGEST:
                continue
            around = frozenset().union(*(stems(one) for one in before[-_BEFORE:]))
            yield _Sentence(text, episode, said, around, before[-1] if before else "")
            before.append(text)
