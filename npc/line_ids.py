"""What a line is called, in translation tables, voice-over files, and on the wire.

An author may name a line (`id:`). Else it is named by its words, so that no other edit of the card renames it, wherever it
moves: `Sit, {player}! You look thin.` is `sit-player-you-look-1f0c3a9b`. Two places with the same words are one line to a
translator and a speaker; where they are to differ, one of them gets an `id`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from npc.text import valid

LONGEST_ID = 64
_ID = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{LONGEST_ID - 1}}}")  # as every file system takes it
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")  # BCP 47, or as gettext writes it: `pt-BR`, `pt_BR`
_SLUG = 24  # characters of the words that a derived id begins with


def is_line_id(text: str) -> bool:
    """Whether a line may be called so."""
    return _ID.fullmatch(text) is not None and not text.endswith(".")


def is_language(text: str) -> bool:
    """Whether this names a language, such as `de` or `pt-BR`."""
    return len(text) <= 35 and _LANGUAGE.fullmatch(text) is not None


def derived_id(words: str) -> str:
    """The id of a line that its author has not named: its first words, and a mark of all of them."""
    words = valid(words)
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))
    if len(slug) > _SLUG:
        slug = slug[: _SLUG + 1].rpartition("-")[0] or slug[:_SLUG]
    mark = hashlib.sha256(words.encode()).hexdigest()[:8]
    return f"{slug}-{mark}" if slug else mark


def _checked(line_id: str) -> str:
    if not is_line_id(line_id):
        raise ValueError(f"`{line_id[:80]}` is no id; write up to {LONGEST_ID} letters of a-z, digits, `_`, `-` and `.`")
    return line_id


LineId = Annotated[str, AfterValidator(_checked)]
