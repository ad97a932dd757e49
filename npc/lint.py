"""Remarks on a sound card: what of it can never come about, and what may be mistyped."""

from __future__ import annotations

from pathlib import Path

from npc.card_file import CardFile
from npc.card_names import names
from npc.card_review import never
from npc.persona import card_path, load_persona


def review(name_or_path: str | Path) -> list[str]:
    """Remarks on a sound card, each with file, line and fix; empty where there are none.

    Raises:
        PersonaError: there is no such card, or it has a fault.
    """
    persona = load_persona(name_or_path)
    card = CardFile.read(card_path(name_or_path))
    found = [*never(persona), *names(persona)]
    at = {where: (place.line if (place := card.place(where)) else 0) for where, _, _ in found}
    return [
        f"{card.name}{card.line(where)}: note: {what}{'' if what.endswith('?') else '.'} {fix}"
        for where, what, fix in sorted(found, key=lambda remark: at[remark[0]])
    ]
