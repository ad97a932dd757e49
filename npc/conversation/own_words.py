"""What the speaker has said, found by the words that his question repeats, where no fact and no kind of answer shows it.

A wrong recollection is worse than none: a sentence counts that has the content words of the question, all of them where the
question does not say that it is after what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from npc.conversation.episodes import can_be_recalled
from npc.conversation.recall import ago
from npc.conversation.reply import Reply
from npc.conversation.retold import OF_SEVERAL, Sentence, told_by
from npc.conversation.told_back import turned_whole
from npc.language.after import has, is_typed, sought_by, stem, stems
from npc.language.kinds import PERSON, akin, is_alive
from npc.language.own_words import bare, of_ones_life, owns_up, seen_together, sought_in
from npc.language.sentences import mentions
from npc.memory import Memory
from npc.memory.records import Episode

_LAST = 40  # lines that are looked through
_AROUND = 0.5  # what a word counts that only stands beside the sentence
_HALF = 0.5  # of the words of a question that says what it is after
_SECRET = re.compile(
    r"\b(?:never|not|nobody|no one|nor) (?:ever )?(?:told|tell|said|knows?|heard|spoke[n]?)\b|\bbetween (?:us|you and me)\b|"
    r"\b(?:confess|confession|admit|secret|ashamed|to be honest|the truth is|truth be told|forgive me)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z][a-z'-]*")
_SAYS_ENOUGH = 2  # content words of a sentence that tells something by itself
_GUILT = re.compile(
    r"\bI (?:have |had |once |never |really |also )*(?:wronged|stole|stolen|lied|cheated|betrayed|killed|deceived|sinned|"
    r"deserted|fled|murdered|robbed|poisoned|broke my|left (?:him|her|them) (?:to|behind))\b",
    re.IGNORECASE,
)
_ABOUT_IT = re.compile(r"(?:he|she|it|they|his|her|its|their)\b", re.IGNORECASE)
_I = re.compile(r"\b(?:I|we|my)\b")
_BEASTS = frozenset({"creature", "beast", "animal", "monster", "being"})


def answer(question: str, outright: bool, memory: Memory, speaker: str, now: float, beside: str = "") -> Reply | None:
    """The speaker's own words that a `plain` question repeats; None where it is none after them, or no line has them.

    Args:
        outright: whether it says that it is after what was said.
        now: second of the character's life.
        beside: what was said in the same breath.
    """
    if (seen := _seen(question, memory, now)) is not None:
        return seen
    if not outright and not of_ones_life(question):
        return None
    heard = [e for e in memory.episodes if e.speaker == speaker and can_be_recalled(e)][-_LAST:]
    heard += [Episode(id=-1, time=now, speaker=speaker, what="chat", text=beside)] if beside else []
    told = [*told_by(heard, speaker)]
    found = _owned_up(told) if owns_up(question) else _nearest(question, told, outright)
    if found is None:
        return None
    return Reply(
        "i_said",
        "remembers the words that the question repeats",
        {"thing": "it", "who": speaker, "when": ago(now - found.episode.time), "words": _in_full(found)},
    )


def _nearest(question: str, told: Iterable[Sentence], outright: bool) -> Sentence | None:
    """The newest sentence of those that have most of what is asked for."""
    sought, kind = sought_in(question), sought_by(bare(question))
    if not sought:
        return None
    by_name = [word for word in _WORD.findall(bare(question).lower()) if stem(word) in OF_SEVERAL]  # a son is no daughter
    best: tuple[float, Sentence] | None = None
    for sentence in told:
        if not all(mentions(f"{sentence.text} {sentence.before}", word, plural=True) for word in by_name):
            continue
        own, around = sentence.said & sought, (sentence.around | stems(sentence.asked)) & sought
        covered = len(own | around) / len(sought)
        answers = is_typed(kind) and has(kind, sentence.text, sought)
        enough = covered >= 1 or (outright and (covered > _HALF or (answers and covered >= _HALF)))
        if not enough or not (own or answers) or len(sentence.said) < _SAYS_ENOUGH:
            continue
        if is_typed(kind) and not answers and not outright:
            continue
        if (
            not is_typed(kind)
            and not (sentence.said | (stems(sentence.before) if _goes_on(sentence.text) else frozenset())) - sought
        ):
            continue
        score = len(own) + _AROUND * len(around - own) + answers
        if best is None or score >= best[0]:
            best = score, sentence
    return best[1] if best is not None else None


def _owned_up(told: list[Sentence]) -> Sentence | None:
    """What was told as a confession: the sentence that says so, or the one that it is said of."""
    for n in reversed(range(len(told))):
        if _SECRET.search(told[n].text) is None:
            continue
        rest = _SECRET.sub("", told[n].text)
        if len(stems(rest)) >= _SAYS_ENOUGH:
            return told[n]
        beside = [m for m in (n - 1, n + 1) if 0 <= m < len(told)]
        same = [m for m in beside if told[m].episode.id == told[n].episode.id] or [m for m in beside if m < n]
        if same and _I.search(told[same[0]].text):
            return told[same[0]]
    return next((one for one in reversed(told) if _GUILT.search(one.text)), None)


def _in_full(sentence: Sentence) -> str:
    """Its words turned round, with those before it where it goes on about them: "she marries" says not who."""
    words = turned_whole(sentence.text)
    return f"{turned_whole(sentence.before)}, {words}" if sentence.before and _goes_on(words) else words


def _goes_on(words: str) -> bool:
    return _ABOUT_IT.match(words) is not None


def _seen(question: str, memory: Memory, now: float) -> Reply | None:
    """What was seen last of the sort that is asked for; None where nothing of the kind was."""
    if not (sort := seen_together(question).removesuffix("s")):
        return None
    seen = (e for e in reversed(memory.episodes) if e.what == "saw" and e.text)
    found = next((e for e in seen if _is_of_sort(e.text, sort)), None)
    if found is None:
        return None
    values = {"thing": found.text, "who": "", "when": ago(now - found.time), "words": found.text}
    return Reply("recall_saw", f"remembers what was seen: {found.text}", values)


def _is_of_sort(phrase: str, sort: str) -> bool:
    if sort == "thing":
        return True
    if sort in _BEASTS:
        return is_alive(phrase) and not akin(phrase, PERSON)
    return akin(phrase, PERSON if sort == "people" else sort)
