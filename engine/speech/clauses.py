"""A line cut into what is said in one breath: the first piece short, so that the voice starts while the rest is made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from engine.speech.recognition import word_list

_FIRST = 14  # characters after which the first breath ends at the next good place
_LONGEST = 160  # characters of any breath
_FIGURE = 7  # characters more that a figure is said with
_TOKEN = re.compile(r"\S+")
_END = re.compile(r"[.!?…]+[\"'”’)\]]*$")
_BREAK = re.compile(r"[,;:—–]+[\"'”’)\]]*$|^[—–-]+$")
_CLOSING = {"?": "?", "!": "!", ".": ".", "…": ".", ",": ",", ";": ";", ":": ":", "—": ",", "–": ",", "-": ","}
_DROPPED = re.compile(r"[*_~#<>\[\]{}|\\^`\"“”«»()]+")


@dataclass(frozen=True, slots=True)
class Breath:
    """A part of a line.

    Attributes:
        text: as it is written, from which words are shown.
        mark: the punctuation that its melody follows, one of `. , ; : ! ?`.
        pause: seconds of silence behind it.
    """

    text: str
    mark: str
    pause: float

    @property
    def words(self) -> list[str]:
        """The words that are spoken, as they are written."""
        return [word for word in _TOKEN.findall(self.text) if any(c.isalnum() for c in word)]


def breaths(line: str) -> list[Breath]:
    """The breaths of a line, in order; empty where there is nothing to say."""
    tokens = _TOKEN.findall(_DROPPED.sub(" ", line))
    parts: list[list[str]] = []
    held: list[str] = []
    for token, behind in pairwise([*tokens, ""]):
        held.append(token)
        size = sum(len(part) + 1 + _FIGURE * sum(map(str.isdigit, part)) for part in held) - 1
        first = not parts
        breaks = bool(_BREAK.search(token)) and (first or size > 60)
        joint = first and size >= _FIRST and behind.lower().strip(",;:") in word_list("joints")
        if _END.search(token) or breaks or joint or size > (2 * _FIRST if first else _LONGEST):
            parts.append(held)
            held = []
    if held:
        parts.append(held)
    return [_breath(part) for part in _joined(parts)]


def _joined(parts: list[list[str]]) -> list[list[str]]:
    """Without breaths of marks alone, which join the one before."""
    whole: list[list[str]] = []
    for part in parts:
        if any(c.isalnum() for token in part for c in token):
            whole.append(part)
        elif whole:
            whole[-1] += part
    return whole


def _breath(tokens: list[str]) -> Breath:
    text = " ".join(tokens)
    last = next((c for c in reversed(tokens[-1]) if c in _CLOSING), "")
    mark = _CLOSING.get(last, "")
    return Breath(text, mark or ",", 0.22 if mark in (".", "!", "?") else 0.09 if mark else 0.0)
