"""Remarks on a sound card: what of it can never come about, what may be mistyped, and drafts that nobody has read yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from npc.card_file import CardFile, shown
from npc.card_names import names
from npc.card_review import never
from npc.errors import PersonaError
from npc.persona import card_path, load_persona
from npc.text import decoded

_DRAFT = re.compile(r"^\s*(?:- )?(?P<what>.*?\S)\s+#\s*draft\b", re.IGNORECASE)


# What lies beside cards and is none -> who reads it
_OTHERS = {
    **dict.fromkeys((".csv", ".tsv"), "A table of translations is checked with its card: lint that."),
    **dict.fromkeys((".po", ".pot"), "Take it up: `python -m npc lines import CARD TABLE`."),
    **dict.fromkeys((".yarn", ".ink"), "Make a card of it: `python -m npc import FILE`."),
    ".jsonl": "Logs are read by `python -m npc coverage` and `replay`.",
}


def no_card(path: Path) -> PersonaError | None:
    """What is wrong with a file that is no card by its name; None: it may be one."""
    fix = _OTHERS.get(path.suffix.lower())
    if fix is None or not path.is_file():
        return None
    return PersonaError("persona_file", f"{shown(str(path), 400)} is no card; a card is a YAML file (.yaml).", fix)


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
