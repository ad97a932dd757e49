"""What was said and seen before: "do you remember the wolf?", "where did I hide the gold?", "what did Bo say about the mill?".

What names the thing is found by its words. What says it in other words is found by its meaning: whoever perceives compares the
question with what is remembered (`Percept.recalled`), and the nearest counts if it is near enough. Of what was said so long
ago that the words are gone a summary tells that it was spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from npc.conversation.clause import Clause
from npc.conversation.recall import ago
from npc.conversation.reply import Reply
from npc.conversation.told_back import asked_back, told_back
from npc.language.after import stems
from npc.language.echo import base
from npc.language.grammar import GRAMMAR
from npc.language.phrases import kind_of, singular, thing_in
from npc.language.plain import plain
from npc.language.senses import Ask, Sense, is_question, meaning_of
from npc.language.sentences import mentions
from npc.language.told import YES
from npc.memory import Memory
from npc.memory.ledger import Ledger
from npc.memory.records import Episode
from npc.types import Percept

NEAR = 0.44  # likeness from which what is remembered is what is asked for: below it others come as near by chance
_NEARER = 0.5  # and where nothing says that something is to be remembered; one word has to be the same
_FAINT = 0.3  # and where two words are the same
_MINE = re.compile(
    r"^(?:and |so |but |okay )*(?:what|who|where|when|which|how (?:old|many|long|big)|is|was|did|does|has|am|are|were)\b"
    r"(?!.*\b(?:should|shall|can|could|may|must|will|would) I\b).*\b(?:my [a-z]|I (?!mean\b|wonder\b|think\b)[a-z])",
    re.IGNORECASE,
)
_DID_I = re.compile(r"\b(?:did|have|had) I\b|\bI (?:tried|said|did|had|was|[a-z]+ed)\b", re.IGNORECASE)
_A_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")
_MY = re.compile(r"\bmy ([a-z]{3,})", re.IGNORECASE)
_GOES_ON = re.compile(r"(?:and |but |well |so )*(?:he|she|they|it|his|her|their|its)\b", re.IGNORECASE)
_LATER = 3  # lines after it that may go on with it
_MOST_SAID = 160  # characters of words that are recalled together
_FRAME = re.compile(
    r"^(?:(?:do|can|could|will|did) you (?:still |even )?|you )?(?:remember|recall|remind me(?: of)?|tell me again)\s+"
    r"(?:about |of |what I (?:said|told you)(?: about| of)? |that )?"
    r"|^what (?:did|have) I (?:say|said|tell|told|ask|asked|mention|mentioned)(?: to)?(?: you)? (?:about|of) "
    r"|^what (?:did|have) I (?:say|said|tell you|told you|mention)(?: that)? (?=my|our|the|his|her)"
    r"|^(?:did|have) I (?:ever |already )?(?:tell|told|mention|mentioned)(?: to)?(?: you)? (?:about |of |that )?",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:remember|recall|remind me|forg[eo]t(?:ten)?|did I (?:ever )?(?:say|tell|mention|ask|want)"
    r"|(?:where|when|what|who|why|how) (?:did|had) I|have I (?:ever )?(?:said|told|mentioned)"
    r"|I (?:said|told you|asked you|mentioned)|tell me again)\b"
    r"|\bdo you still know\b|^what (?:am|was) I (?!to\b|supposed)[a-z]+ing\b"
    r"|^(?:and |so )?(?:what|who|where|when|how)(?: [a-z]+)? (?:was|were|did) (?!you\b|your\b).*\bagain[\s?.!]*$",
    re.IGNORECASE,
)
_ASKS_BACK = re.compile(
    r"\b(?:did|have|had) I (?:ever |just |already )?(?:say|said|tell|told|mention|mentioned)\b|\bI (?:told you|said)\b", re.I
)
_SOMEBODY = re.compile(
    r"^(?:and )?(?:what (?:did|has) (?P<who>[\w' -]{1,40}?) (?:say|said|tell|told|ask|asked|want)(?: to)?(?: you)?"
    r"(?: (?:about|of|for) (?P<thing>.+?))?"
    r"|who (?:told you|spoke to you|said anything|asked you)(?: anything)? (?:about|of|for) (?P<thing_>.+?))[\s?.!]*$",
    re.IGNORECASE,
)
_OF = re.compile(r"\b(?:about|of|on|regarding) (?!that\b|it\b)\w", re.IGNORECASE)
_ASKED = re.compile(r"\b(?:ask|asked)\b", re.IGNORECASE)
_SHARED = 0.12  # of likeness that each word adds which question and episode share
_WORDS = re.compile(r"[a-z]{4,}")
_COMMON = frozenset(GRAMMAR["says_little"].split())
_NOBODY = frozenset({"i", "you", "we", "he", "she", "they", "it", "that", "this", "anyone", "anybody", "someone", "somebody"})


def to_compare(clause: Clause) -> tuple[str, ...]:
    """What of a question after the past is to be compared with what is remembered; nothing of all others."""
    mine = clause.sense is Sense.QUESTION and (_MINE.search(clause.text) or _A_NAME.search(clause.text)) is not None
    asks = clause.sense is not Sense.SELF and _ASKS.search(clause.text) is not None
    if clause.meaning.ask not in {Ask.ABOUT, Ask.MINE} and not (mine or asks):
        return ()
    return tuple(dict.fromkeys(filter(None, (clause.text, _FRAME.sub("", clause.text).strip(" ?.!")))))


def of_own_deeds(clause: Clause, memory: Memory, looked: Percept) -> Reply | None:
    """What is asked of what the speaker has done, in words of his own: "which instrument did I try to learn?"."""
    if clause.sense is not Sense.QUESTION or _MINE.search(clause.text) is None or _DID_I.search(clause.text) is None:
        return None
    sought = _content(clause.text)
    known = {
        n: max(p, NEAR) for n, p in (looked.recalled or {}).items() if p >= _FAINT and _shares(memory.episode(n), sought) > 1
    }
    return by_meaning(clause, memory, looked.speaker, looked.time, known)


def of_mine(clause: Clause, memory: Memory, speaker: str, now: float, recalled: Mapping[int, float] | None) -> Reply | None:
    """What is asked of the speaker's own things, or of those he named, without a word of remembering: "how old is my son?"."""
    if clause.sense is not Sense.QUESTION or (_MINE.search(clause.text) or _A_NAME.search(clause.text)) is None:
        return None
    sought, near = _content(clause.text), recalled or {}
    named = {*_A_NAME.findall(clause.text), *_MY.findall(clause.text)}
    shared = {n: _shares(memory.episode(n), sought) + _names(memory.episode(n), named) for n in near}
    least = 1 if named or _DID_I.search(clause.text) else 2
    known = {n: max(p, NEAR) for n, p in near.items() if (p >= _NEARER and shared[n]) or (p >= _FAINT and shared[n] >= least)}
    return by_meaning(clause, memory, speaker, now, known)


def asks_back(text: str) -> bool:
    """Whether a question is after what its speaker has said himself: "what did I say about my brother?"."""
    return _ASKS_BACK.search(text) is not None


def can_be_recalled(episode: Episode) -> bool:
    """Whether it has words that one may come back to: said, and no question after the past itself."""
    return bool(episode.text) and episode.what != "saw" and not _ASKS.search(episode.text)


def of_a_thing(clause: Clause, memory: Memory, speaker: str, now: float, recalled: Mapping[int, float] | None) -> Reply | None:
    """ "What did I say about my injury?": not the last words, but those that come near; None of other questions."""
    about = clause.meaning.ask is Ask.I_SAID and _OF.search(clause.text) is not None
    return by_meaning(clause, memory, speaker, now, recalled) if about else None


def answer(
    clause: Clause, memory: Memory, speaker: str, now: float, recalled: Mapping[int, float] | None = None
) -> Reply | None:
    """The newest that is remembered of a thing: what this speaker said of it, what was seen, what somebody else said.

    Args:
        memory: bounded (`npc.memory.memory.MOST_EPISODES`), and read anew after a restart.
        now: second of the character's life.
        recalled: numbers of episodes, and how near in meaning each comes to what is asked.
    """
    if (told := _of_somebody(clause, memory, speaker, now)) is not None:
        return told
    if clause.meaning.ask is not Ask.ABOUT or not clause.thing:
        asks = clause.meaning.ask is Ask.NONE and clause.sense in {Sense.QUESTION, Sense.ORDER} and _ASKS.search(clause.text)
        return by_meaning(clause, memory, speaker, now, recalled) if asks else None
    found = [e for e in reversed(memory.episodes) if _is_about(e, clause.thing)]
    kinds = (
        lambda e: e.speaker == speaker and e.what != "saw",
        lambda e: e.what == "saw",
        lambda e: e.speaker not in {"", speaker},
    )
    for topic, fits in zip(("i_said", "recall_saw", "recall_other"), kinds, strict=True):
        if (episode := next(filter(fits, found), None)) is not None:
            return (
                _said(episode, memory, now, clause.thing, clause.text)
                if topic == "i_said"
                else _told(topic, episode, now, clause.thing)
            )
    if (near := by_meaning(clause, memory, speaker, now, recalled)) is not None:
        return near
    return faded(clause.thing, memory, speaker, now) or Reply(
        "recall_none", f"remembers nothing of {clause.thing}", {"thing": f"the {clause.thing}"}
    )


def by_meaning(clause: Clause, memory: Memory, speaker: str, now: float, recalled: Mapping[int, float] | None) -> Reply | None:
    """What this speaker has said that comes nearest in meaning; None where nothing comes near enough.

    What he has asked tells nothing of what he asks for now, unless that is what he asks for: "what did I ask you about prices?"
    """
    asked = _ASKED.search(clause.text) is not None
    sought = _content(_FRAME.sub("", clause.text))
    near = {
        number: likeness + _SHARED * _shares(memory.episode(number), sought) for number, likeness in (recalled or {}).items()
    }
    for number, likeness in sorted(near.items(), key=lambda item: (-item[1], -item[0])):
        episode = memory.episode(number)
        if likeness < NEAR or episode is None or episode.speaker != speaker or not can_be_recalled(episode):
            continue
        if asked or meaning_of(plain(episode.text)).sense is not Sense.QUESTION:
            return _said(episode, memory, now, "it", clause.text, f" ({(recalled or {})[number]:.2f})")
    return None


def _content(text: str) -> set[str]:
    return {base(word) for word in _WORDS.findall(plain(text).lower()) if word not in _COMMON}


def _shares(episode: Episode | None, sought: set[str]) -> int:
    """How many of these words an episode has, two at most."""
    return 0 if episode is None else min(len(_content(episode.text) & sought), 2)


def _names(episode: Episode | None, names: set[str]) -> int:
    """How many of these names an episode has."""
    return 0 if episode is None else sum(mentions(episode.text, name) for name in names)


def of_kin(clause: Clause, ledger: Ledger, memory: Memory, speaker: str, now: float) -> Reply | None:
    """What the speaker has said of somebody of his: "her name is Anneke, she is a baker" tells what his wife does."""
    mine = clause.meaning.values.get("mine", "").lower().split()
    if not mine or (key := next((key for key in ledger.facts if kind_of(key) == mine[0]), "")) == "":
        return None
    named = {mine[0], ledger.facts[key]} - {YES}
    said = (
        e
        for e in reversed(memory.episodes)
        if e.speaker == speaker and can_be_recalled(e) and not e.text.rstrip().endswith("?")
    )
    found = [e for e in said if any(mentions(e.text, name, plural=True) for name in named)]
    sought = _content(" ".join(mine[1:]))
    episode = max(found, key=lambda e: (_shares(e, sought), e.time), default=None)
    return None if episode is None else _said(episode, memory, now, mine[0], clause.text)


def faded(thing: str, memory: Memory, speaker: str, now: float) -> Reply | None:
    """That a thing was spoken of, where the words are forgotten."""
    person = memory.person(speaker)
    spoken = person.spoke_of.get(kind_of(singular(thing.lower()))) if person is not None else None
    if spoken is None:
        return None
    return Reply("recall_faded", f"remembers that {thing} was spoken of", {"thing": thing, "when": ago(now - spoken.last)})


def _of_somebody(clause: Clause, memory: Memory, speaker: str, now: float) -> Reply | None:
    """What somebody else said, lately or of a thing; who spoke of a thing."""
    found = _SOMEBODY.match(clause.text)
    if found is None:
        return None
    who, thing = (found["who"] or "").lower(), thing_in(found["thing"] or found["thing_"] or "")
    if found["who"] and (who in _NOBODY or not any(name.lower() == who for name in memory.people)):
        return None
    said = (e for e in reversed(memory.episodes) if e.speaker and can_be_recalled(e))
    others = (e for e in said if (e.speaker.lower() == who if who else e.speaker != speaker))
    episode = next((e for e in others if not thing or _is_about(e, thing)), None)
    if episode is None:
        return Reply("recall_none", f"remembers nothing of {thing or who}", {"thing": f"the {thing}" if thing else "that"})
    return _told("recall_other", episode, now, thing or "it")


def whole(episode: Episode, memory: Memory, now: float, asked: str) -> Reply:
    """What was said in one line, and what went on with it."""
    return _said(episode, memory, now, "it", asked)


def _said(episode: Episode, memory: Memory, now: float, thing: str, asked: str, more: str = "") -> Reply:
    """What the speaker said, told back, with what he went on to say of the same: "your gran makes soup, she is ill though"."""
    words = told_back(episode.text, stems(asked))
    later = (e for e in memory.episodes if e.id > episode.id and e.speaker == episode.speaker and e.text)
    for e in islice(later, _LATER):
        if _GOES_ON.match(e.text) is None or e.text.rstrip().endswith("?") or len(words) + len(e.text) > _MOST_SAID:
            continue
        words = f"{words}, {told_back(e.text)}"
    question = words == episode.text.strip().rstrip(" .!?") and is_question(plain(episode.text)) and asked_back(episode.text)
    reply = _told("you_asked" if question else "i_said", episode, now, thing, more)
    return replace(reply, values={**reply.values, "words": question or words})


def _told(topic: str, episode: Episode, now: float, thing: str, more: str = "") -> Reply:
    values = {"thing": thing, "who": episode.speaker, "when": ago(now - episode.time), "words": episode.text.rstrip(" .!?")}
    return Reply(topic, f"remembers {thing}{more}", values)


def _is_about(episode: Episode, thing: str) -> bool:
    """Whether it names the thing, and is no question like this one."""
    asks = episode.text.rstrip().endswith("?") and episode.what != "saw"
    return not asks and mentions(episode.text, kind_of(singular(thing)), plural=True)
