"""What is wrong with the translations and the recordings that lie beside a card: lost, missing, out of date, of no line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from npc.card_file import shown
from npc.errors import PersonaError
from npc.exchange.tables import Entry, entries_of, unfit_rows
from npc.line_ids import is_language
from npc.persona import card_path, load_persona
from npc.translations import Row, normal, read_table, tables_beside
from npc.voiceover import ENDINGS, FOLDER, folder_for, path_for

SCRIPT = "script.csv"  # among recordings: the table that the speaker read from
_SHOWN = 5  # ids in one sentence


def table_faults(name_or_path: str | Path) -> list[PersonaError]:
    """Every fault of the tables beside a sound card: the character cannot be played with one that is no table, and does not
    say a translation that has lost a variable.

    Raises:
        PersonaError: there is no such card.
    """
    card = card_path(name_or_path)
    found: list[PersonaError] = []
    tables = {}
    for table in tables_beside(card).values():
        try:
            tables[table] = read_table(table)
        except PersonaError as error:
            found.append(error)
    if found:
        return found
    entries = _by_key(entries_of(load_persona(card), common=True))
    return [fault for table, rows in tables.items() for fault in unfit_rows(table, rows, entries)]


def table_notes(name_or_path: str | Path) -> list[str]:
    """Remarks on the translations and recordings beside a sound card whose tables have no fault.

    Raises:
        PersonaError: there is no such card, or it has a fault.
    """
    card = card_path(name_or_path)
    persona = load_persona(card)
    entries, everything = _by_key(entries_of(persona)), _by_key(entries_of(persona, common=True))
    found = [f"{shown(str(other), 400)}: note: this table is not read. {_import(card, other)}" for other in _po_beside(card)]
    for language, table in tables_beside(card).items():
        found += _of_table(card, language, table, entries, everything)
    for language in ("", *_spoken_in(card)):
        found += _of_recordings(card, language, persona.translations.get(normal(language), {}), entries, everything)
    return found


def _by_key(entries: Sequence[Entry]) -> dict[str, Entry]:
    return {entry.key.lower(): entry for entry in entries}


def _po_beside(card: Path) -> list[Path]:
    return sorted(
        path
        for path in card.parent.iterdir()
        if path.suffix.lower() == ".po"
        and path.stem.rpartition(".")[0] == card.stem
        and normal(path.stem.rpartition(".")[2]) not in tables_beside(card)
    )


def _import(card: Path, table: Path) -> str:
    return f"Take it up: `python -m npc lines import {shown(str(card), 200)} {shown(str(table), 200)}`."


def _of_table(
    card: Path, language: str, table: Path, entries: Mapping[str, Entry], everything: Mapping[str, Entry]
) -> Iterator[str]:
    name = shown(str(table), 400)
    rows = {row.key.lower(): row for row in read_table(table)}
    anew = f"`python -m npc lines export {shown(str(card), 200)} --language {language} --out {name} --force` writes it anew"
    for key, row in rows.items():
        entry = everything.get(key)
        if entry is None:
            yield f"{name}:{row.at}: note: no line is called `{shown(row.key)}` any more; {anew}."
        elif row.words and (row.changed or (row.source and row.source != entry.source)):
            told = "it waits for its translator" if row.source == entry.source else f"now it is: {shown(entry.source, 120)}"
            fix = "Translate it again, and empty its `status`" if row.changed else f"Look at it again; {anew}"
            yield f"{name}:{row.at}: note: the translation of `{shown(row.key)}` is out of date: {told.rstrip('.')}. {fix}."
    missing = [entry.key for key, entry in entries.items() if not (key in rows and rows[key].words)]
    if missing:
        what = f"{len(missing)} of {len(entries)} lines have no translation ({_some(missing)})"
        yield f"{name}:1: note: {what}; they are said as the card has them. {anew[0].upper() + anew[1:]}, with all of them."


def _said(words: str) -> str:
    return shown(words, 120) or "nothing"


def _some(keys: Sequence[str]) -> str:
    return ", ".join(f"`{shown(key)}`" for key in keys[:_SHOWN]) + (", …" if len(keys) > _SHOWN else "")


# -- recordings --------------------------------------------------------------------------------------------------


def _spoken_in(card: Path) -> list[str]:
    """The languages that there are folders of recordings of."""
    folder = folder_for(card)
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and is_language(path.name))


def _of_recordings(
    card: Path, language: str, words: Mapping[str, str], entries: Mapping[str, Entry], everything: Mapping[str, Entry]
) -> Iterator[str]:
    folder = folder_for(card, language)
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS) if folder.is_dir() else []
    if not files:
        return
    name = shown(str(folder), 400)
    for path in files:
        entry = everything.get(path.stem.lower())
        if entry is None or entry.line is None:
            yield f"{shown(str(path), 400)}: note: no line is called `{shown(path.stem)}`. Rename or remove this recording."
        elif entry.line.variables:
            filled = " ".join(f"{{{variable}}}" for variable in sorted(entry.line.variables))
            told = f"`{shown(path.stem)}` is filled in ({filled}), and a recording always says the same"
            yield f"{shown(str(path), 400)}: note: {told}. Remove it, or take the variables out of the line."
        elif path.stem != entry.key or path.suffix != path.suffix.lower():
            fix = f"Call it `{entry.key}{path.suffix.lower()}`"
            yield f"{shown(str(path), 400)}: note: it is not found where capitals count. {fix}."
    fixed = [entry.key for entry in entries.values() if entry.line is not None and not entry.line.variables]
    missing = [key for key in fixed if path_for(card, key, language) is None]
    if missing:
        yield f"{name}: note: {len(missing)} of {len(fixed)} lines have no recording ({_some(missing)})."
    yield from _out_of_date(card, language, words, everything)


def _out_of_date(card: Path, language: str, words: Mapping[str, str], everything: Mapping[str, Entry]) -> Iterator[str]:
    """Recordings of other words than are said now, by the table that the speaker read from."""
    script = folder_for(card, language) / SCRIPT
    try:
        rows: Sequence[Row] = read_table(script) if script.is_file() else ()
    except PersonaError as error:
        yield f"{error.message} {error.fix}"
        return
    for row in rows:
        entry = everything.get(row.key.lower())
        if entry is None or path_for(card, entry.key, language) is None:
            continue
        read, now = (row.words, words.get(entry.key, "")) if language else (row.source, entry.source)
        if read != now:
            told = f"`{shown(row.key)}` was recorded as: {_said(read)}; now it is: {_said(now)}".rstrip(".")
            fix = f"Record it again, and export a new {FOLDER} script"
            yield f"{shown(str(script), 400)}:{row.at}: note: {told}. {fix}."
