"""What a text consists of: the words in it, and the pieces that a long one falls into."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from npc.text import folded

_WORD = re.compile(r"[\w'-]+")
_THEIRS = re.compile(r"'s?(?= |$)")
_SENTENCES = re.compile(r"(?:(?<=[.!?;])|(?<=[.!?;][\"')\]]))\s+|\s*\n\s*")
# Where a sentence that is too long may be cut: after a comma or a dash, and before words that begin something new.
_CLAUSES = re.compile(r"(?<=,)\s+|\s+-+\s+|\s+(?=(?:and|but|so|then|or|because|now|please)\b)", re.IGNORECASE)
_END = 8  # words at the end of a sentence that is too long


def mentions(text: str, phrase: str, plural: bool = False) -> bool:
    """Whether `text` has `phrase` in it as whole words: there is no rat in "grateful".

    With `plural` several of them count, too ("rats"), and what is theirs ("the rat's tail"). Scripts without blanks between
    words have no whole words: there it is enough that the phrase occurs.
    """
    words, sought = _plain(text), _plain(phrase)
    if not sought:
        return False
    if any(unicodedata.east_asian_width(c) == "W" for c in sought):
        return sought in words
    if not plural:
        return f" {sought} " in f" {words} "
    theirs = _THEIRS.sub("", words)
    return any(f" {form} " in f" {theirs} " for form in _forms(sought))


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(folded(text).lower().replace("’", "'")))


def _forms(noun: str) -> tuple[str, ...]:
    """One of them and several, as English writes it."""
    if noun.endswith(("s", "x", "z", "ch", "sh", "o")):
        return noun, f"{noun}s", f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return noun, f"{noun[:-1]}ies"
    if noun.endswith(("f", "fe")):
        return noun, f"{noun}s", f"{noun.removesuffix('e')[:-1]}ves"
    return noun, f"{noun}s"


def pieces(text: str, fits: Callable[[str], bool], most: int) -> list[str]:
    """A text that is too long to be understood at once, in pieces that are not.

    It is cut between sentences; a sentence that is too long, into as few pieces as it takes, between clauses where there
    are any, and its last words are a piece of their own: what is wanted comes last, also from those who use no full stops.
    Where that makes too many pieces the first ones are joined, and of what is then still too much the end counts.

    Args:
        fits: whether a text can be understood at once.
        most: pieces.
    """
    if fits(text):
        return [text]
    found = [piece for sentence in _SENTENCES.split(text) if sentence.strip() for piece in _fitting(sentence.strip(), fits)]
    return _fewer(found, fits, most)[-most:]


def _fitting(sentence: str, fits: Callable[[str], bool]) -> Iterator[str]:
    if fits(sentence):
        yield sentence
        return
    clauses = [
        part for clause in _CLAUSES.split(sentence) for part in (_windows(clause, fits) if not fits(clause) else (clause,))
    ]
    piece = ""
    for clause in clauses:
        longer = f"{piece} {clause}".strip()
        if piece and not fits(longer):
            yield piece
            longer = clause
        piece = longer
    yield piece
    end = " ".join(sentence.split()[-_END:])
    if len(end) < len(piece) and fits(end):
        yield end


def _windows(clause: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Runs of words that fit, each as long as can be; a single word that does not is cut in two."""
    words = clause.split()
    while words:
        low, high = 1, len(words)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(" ".join(words[:middle])) else (low, middle - 1)
        if low == 1 and len(words[0]) > 1 and not fits(words[0]):
            half = len(words[0]) // 2
            words[:1] = [words[0][:half], words[0][half:]]
            continue
        yield " ".join(words[:low])
        del words[:low]


def _fewer(found: list[str], fits: Callable[[str], bool], most: int) -> list[str]:
    """Join neighbours, the first ones first, for as long as there are too many; the last piece stays alone."""
    kept: list[str] = []
    for at, piece in enumerate(found):
        joined = f"{kept[-1]} {piece}" if kept else piece
        if kept and len(kept) + len(found) - at > most and at < len(found) - 1 and fits(joined):
            kept[-1] = joined
        else:
            kept.append(piece)
    return kept
