"""Words in a language that is not English, or in none: known by other scripts, common words, and letters that no word has.

A few words of another language among English ones are still English ("give me the baguette, s'il te plait"), and so is a name.
Common words tell languages apart well where there are several of them (Cavnar & Trenkle 1994 need n-grams for single words;
one word alone is left to the model, unless it is a common one).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from npc.tables import table_beside

_DATA: dict[str, Any] = table_beside(__file__, "tongues.yaml")
_SHARED = frozenset(_DATA["shared"].split())
_ENGLISH = frozenset(_DATA["english"].split()) - _SHARED
_TONGUES = {name: frozenset(words.split()) - _ENGLISH - _SHARED for name, words in _DATA["tongues"].items()}
_CODES = {name: frozenset(codes.split()) for name, codes in _DATA["codes"].items()}
_ALL = frozenset().union(*_TONGUES.values())
_NOISES = frozenset(_DATA["noises"].split())
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_STRETCHED = re.compile(r"(.)\1{2,}")
_FAR = 400  # characters that are looked at: who writes on in another language has begun in it
# Five consonants in a row, no vowel at all, a q without its u, runs of neighbouring keys.
_NO_WORD = re.compile(
    r"[bcdfghjklmnpqrstvwxz]{5}|^[bcdfghjklmnpqrstvwxz]{4,}$|q(?!u|$)[a-z]|asdf|sdfg|dfgh|fghj|ghjk|hjkl|qwer|wert[^hyisz]|uiop|zxcv|"
    r"xcvb|cvbn|vbnm|lkj|fdsa"
)


def is_in(text: str, language: str) -> bool:
    """Whether a text that is foreign is in this language ("de", "pt-br"), as far as common words tell.

    Of languages whose common words are not listed here, and of other scripts, any foreign text may be.
    """
    code = language.split("-")[0].lower()
    named = [name for name, codes in _CODES.items() if code in codes]
    words = _WORD.findall(text[:_FAR].replace("\u2019", "'").lower())
    if not named or not any(word in _ALL for word in words):
        return bool(code) and code != "en"
    counts = {name: sum(word in tongue for word in words) for name, tongue in _TONGUES.items()}
    return any(counts[name] == max(counts.values()) for name in named)


@lru_cache(maxsize=512)
def is_foreign(text: str) -> bool:
    """Whether a text (in NFC) is in another language, or in none. Signs and numbers alone are in none that is foreign."""
    start = _STRETCHED.sub(r"\1", text[:_FAR].replace("’", "'").lower())
    letters = [c for c in start if c.isalpha()]
    if not letters:
        return False
    if 2 * sum(not _is_latin(c) for c in letters) > len(letters):
        return True
    words = _WORD.findall(start)
    english = sum(word in _ENGLISH for word in words)
    if any(word in _ALL for word in words):
        known = max(sum(word in tongue for word in words) for tongue in _TONGUES.values())
        marked = sum(not c.isascii() for c in letters)
        if known > english and (known >= 2 or (2 * known >= len(words) and len(start) > 3) or marked):
            return True
    elif english == 0 and sum(not c.isascii() for c in letters) >= 2 and len(words) > 1:
        return True
    salad = sum(_is_salad(word) for word in words)
    return 2 * salad >= len(words) and english <= salad // 3 if salad else False


def is_unheard_of(text: str) -> bool:
    """Whether there is not one common English word in a text of several."""
    words = _WORD.findall(text.lower())
    return len(words) > 1 and not any(word in _ENGLISH or word in _SHARED for word in words)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def _is_salad(word: str) -> bool:
    return len(word) > 3 and word not in _NOISES and _NO_WORD.search(word) is not None
