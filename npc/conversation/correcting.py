"""What was told, and then put right: "no, I meant Tim", "sorry, my sister, not my aunt"."""

from __future__ import annotations

import re

from npc.language.plain import plain
from npc.language.senses import Sense
from npc.language.told import YES, as_name, told
from npc.memory import Memory
from npc.memory.ledger import Ledger

_OPENS = r"(?:(?:no|wait|sorry|oops|actually|well|hang on|hold on|oh|uh|um|my mistake|correction|not quite|I mean)[,.! ]+)*"
_NEW = r"(?P<new>[a-z0-9][\w' -]{0,40}?)"
_CORRECTS = tuple(
    re.compile(rf"{_OPENS}{pattern}[\s.!]*", re.IGNORECASE)
    for pattern in (
        rf"(?:(?:what )?I (?:meant|mean|should have said)(?: to say)?|make (?:that|it)|it should be)(?: is| was)?[, ]+{_NEW}"
        r"(?:,? (?:and )?not (?P<old>[\w' -]+?))?(?:,? sorry)?",
        rf"(?:(?:it|that|his name|her name|its name|the name|he|she) (?:is|was)(?: called| named)? )?(?:actually )?{_NEW},? "
        r"(?:and )?not (?P<old>[\w' -]+?)(?:,? sorry)?",
        r"(?:(?:it|that|his name|her name|its name|the name) (?:is|was) )?"
        rf"not (?P<old>[\w' -]+?)[,;]? (?:but |it is |I meant )?{_NEW}",
    )
)
_END = re.compile(r"(?<=[.!?;])\s+")
_LATELY = 2  # lines that are put right
_LONGEST_NAME = 2  # words
_TOLD = frozenset({Sense.OTHER, Sense.SELF, Sense.PROMISE, Sense.NO, Sense.CORRECT})
_NUMBER = re.compile(r"\b\d+\b")
_OF_MINE = re.compile(r"\b(?:my|our|the|an?) [a-z]+\b", re.IGNORECASE)


def is_correction(text: str) -> bool:
    """Whether `plain` words put right what was told before."""
    return _found(text.strip()) is not None


def _found(words: str) -> re.Match[str] | None:
    return next(filter(None, (pattern.fullmatch(words) for pattern in _CORRECTS)), None)


def corrected(text: str, ledger: Ledger, memory: Memory, speaker: str) -> list[tuple[str, str]] | None:
    """Put right what was told lately, or in the same breath, in ledger and memory.

    Returns:
        The facts that are other ones now, as `npc.language.told` has them; None where nothing was put right.
    """
    words = plain(text).strip()
    *before, last = _END.split(words)
    found = _found(words)
    if found is None and before:
        found = _found(last)
    else:
        before = []
    said = [heard for heard in ledger.heard[-_LATELY:] if heard.sense in _TOLD]
    if found is None or not (before or said):
        return None
    lines = [" ".join(before)] if before else [plain(heard.text) for heard in said]
    new = found["new"].strip(" ,")
    old = (found["old"] or "").strip(" ,") or _meant_by(new, lines[-1])
    whole = re.compile(rf"\b{re.escape(old)}\b", re.IGNORECASE)
    if not old or old.lower() == new.lower() or not any(whole.search(line) for line in lines):
        return None
    if before:
        return told(whole.sub(as_name(new) or new, lines[-1]))
    new = as_name(new) if as_name(old) in ledger.facts.values() else new
    if not new:
        return None
    for kind, kept in ledger.sayings.items():
        ledger.sayings[kind] = tuple(
            h.model_copy(update={"text": whole.sub(new, h.text)[:500]}) if h.time >= said[0].time else h for h in kept
        )
    times = {heard.time for heard in said}
    for episode in memory.episodes:
        if episode.speaker == speaker and episode.time in times and whole.search(plain(episode.text)):
            memory.correct(episode, whole.sub(new, plain(episode.text)))
    return [(key, new) for key, value in ledger.facts.items() if value.lower() == old.lower()]


def _meant_by(new: str, before: str) -> str:
    """What of the line before is replaced: a name by a name, a number by a number, "my aunt" by "my sister".

    Empty where several may be meant: none is the likelier one for being said last.
    """
    if _NUMBER.fullmatch(new):
        fit = _NUMBER.findall(before)
        return fit[0] if len(fit) == 1 else ""
    if _OF_MINE.fullmatch(new):
        fit = [thing for thing in _OF_MINE.findall(before) if thing.split()[0].lower() == new.split()[0].lower()]
    elif len(new.split()) <= _LONGEST_NAME:
        fit = [value for kind, value in told(before) if value != YES and value[:1].isupper() and kind != "handed"]
    else:
        return ""
    return fit[0] if len({thing.lower() for thing in fit}) == 1 else ""
