"""Remarks on a sound card: what of it can never come about, what may be mistyped, and drafts that nobody has read yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from npc.card_file import CardFile, shown
from npc.card_names import names
from npc.card_review import never
from npc.persona import card_path, load_persona
from npc.text import decoded

_DRAFT = re.compile(r"^\s*(?:- )?(?P<what>.*?\S)\s+#\s*draft\b", re.IGNORECASE)


def review(name_or_path: str | Path) -> list[str]:
    """Remarks on a sound card, each with file, line and fix; empty where there are none.

    Raises:
        PersonaError: there is no such card, or it has a fault.
    """
    persona, path = load_persona(name_or_path), card_path(name_or_path)
    card = CardFile.read(path)
    found = [
        (place.line if (place := card.place(where)) else 0, f"{what}{'' if what.endswith('?') else '.'} {fix}")
        for where, what, fix in (*never(persona), *names(persona))
    ]
    found += _drafts(decoded(path.read_bytes()))
    return [
        f"{card.name}{f':{line}' if line else ''}: note: {told}" for line, told in sorted(found, key=lambda remark: remark[0])
    ]


def _drafts(text: str) -> Iterator[tuple[int, str]]:
    """What `python -m npc draft` has added and no author has made his own."""
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _DRAFT.match(line)) is not None:
            what = found["what"].rstrip(":")
            yield number, f"a draft: {shown(what).rstrip('.')}. Read it, and take the mark `# draft` away, or the line."
