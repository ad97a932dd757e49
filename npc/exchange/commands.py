"""`python -m npc import-card` and `export-card`."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from npc.errors import PersonaError
from npc.exchange.convert import to_persona, to_shared
from npc.exchange.shared_card import read_card, write_card
from npc.persona import load_persona, persona_from


def import_card(source: Path, out: Path | None) -> Path:
    """Write our card of a shared one, with the original beside it; the path of ours.

    Raises:
        PersonaError: the card cannot be read, or `out` is there already.
    """
    out = out or Path(source.stem + ".yaml")
    if out.exists():
        raise PersonaError("card_file", f"{out} is there already.", "Name another with --out.")
    entries = to_persona(read_card(source))
    persona_from(entries)
    beside = out.with_suffix(".card" + source.suffix.lower())
    entries["card"] = beside.name
    text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=110)
    try:
        out.write_text(f"# From {source.name}. Try it: python -m npc talk {out}\n{text}", encoding="utf-8")
        shutil.copyfile(source, beside)
    except OSError as error:
        raise PersonaError("card_file", f"{error.filename}: {error.strerror}.", "Check the path.") from None
    load_persona(out)
    return out


def export_card(card: str, out: Path | None, portrait: Path | None) -> Path:
    """Write the shared card of one of ours, JSON or PNG by the ending of `out`; its path.

    Raises:
        PersonaError: a card cannot be read or written.
    """
    persona = load_persona(card)
    original = read_card(Path(card).parent / persona.card) if persona.card else None
    out = out or Path(Path(card).stem + ".json")
    write_card(to_shared(persona, original), out, portrait)
    return out
