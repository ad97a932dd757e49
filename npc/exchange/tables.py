"""Lines of a card as translators get them, and back: tables in CSV, and gettext's PO.

A table that was exported anew keeps what was translated; where the words of a line have changed since, what was translated
before stands beside them, marked as changed (in PO as fuzzy), until somebody has looked at it.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polib
import yaml

from npc.behaviour import load_behaviour
from npc.card_file import CardFile, Where, shown
from npc.card_review import spoken
from npc.conditions import Line
from npc.errors import PersonaError
from npc.exchange.shared_card import check_new, write_file
from npc.line_ids import is_language
from npc.persona import Persona, assistants, card_path, characters, load_persona
from npc.text_files import text_of
from npc.translations import (
    CHANGED,
    COLUMNS,
    MAX_TABLE,
    Row,
    lost_and_found,
    normal,
    read_table,
    row_fault,
    table_beside,
    tables_beside,
    word_key,
)
from npc.voiceover import file_name, folder_for

_LIKE = 0.6  # likeness of two lines, from which the one is taken for the other, changed
_COMPARED = 500  # lines without a translation that a lost one is looked for among
_CONTEXT = re.compile(r"^msgctxt\b", re.MULTILINE)
_COINS = ("coin", "coins")  # what prices are counted in


@dataclass(frozen=True, slots=True)
class Entry:
    """Something of a card to translate: a line, or a name that lines are filled in with.

    Attributes:
        where: its place in the card; empty for what all cards have in common.
    """

    key: str
    source: str
    place: str
    where: Where = ()
    line: Line | None = None


def entries_of(persona: Persona, common: bool = False) -> list[Entry]:
    """All that a card says, each once, and the names that lines are filled in with.

    Args:
        common: with the common lines of `behaviour.yaml`, for what the card leaves to them.
    """
    found: dict[str, Entry] = {}
    for where, lines in spoken(persona):
        for n, line in enumerate(lines):
            place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in where)
            found.setdefault(line.line_id, Entry(line.line_id, line.say, place, (*where, n), line))
    if common:
        behaviour = load_behaviour()
        for topic, lines in {**behaviour.lines, **behaviour.topics}.items():
            for line in lines:
                found.setdefault(line.line_id, Entry(line.line_id, line.say, f"common.{topic}", (), line))
    names: dict[str, Iterable[str]] = {
        "wares": persona.wares,
        "wants": persona.wants,
        "watch": persona.watch,
        "calls_player": [persona.calls_player],
    }
    for place, phrases in names.items():
        for phrase in phrases:
            found.setdefault(word_key(phrase), Entry(word_key(phrase), phrase, place, (place, phrase)))
    if persona.wares or persona.wants:
        found |= {word_key(word): Entry(word_key(word), word, "prices") for word in _COINS}
    return list(found.values())


# -- export ------------------------------------------------------------------------------------------------------


def export_lines(
    card: str,
    out: Path | None = None,
    *,
    language: str = "",
    form: str = "csv",
    common: bool = False,
    force: bool = False,
) -> tuple[Path, str]:
    """Write the lines of a card as a table; its path, and what is in it.

    Args:
        language: of the translation; empty: the lines alone, for a recording.
        form: `csv` or `po`.
        force: replace what is there already.

    Raises:
        PersonaError: the card or its table cannot be read, or a file is there already.
    """
    if language and not is_language(language):
        raise PersonaError("language", f"`{shown(language)}` names no language.", "Write for example `de` or `pt-BR`.")
    source = card_path(card)
    persona = load_persona(source)
    entries = entries_of(persona, common)
    table = tables_beside(source).get(normal(language)) if language else None
    before = read_table(table) if table is not None else []
    rows, orphans = _merged(entries, before)
    out = out or Path(f"{source.stem}.{language}.{form}" if language else f"{source.stem}.lines.{form}")
    check_new(out, force, source)
    made = _po if out.suffix.lower() in {".po", ".pot"} else _csv
    write_file(out, made(entries, rows, orphans, source, language).encode("utf-8-sig" if made is _csv else "utf-8"))
    return out, _counted(entries, rows, orphans) if language else f"{len(entries)} lines"


def _merged(entries: Sequence[Entry], before: Sequence[Row]) -> tuple[dict[str, Row], list[Row]]:
    """What is translated of each entry, and what belongs to none of them."""
    known = {entry.key.lower(): entry for entry in entries}
    rows: dict[str, Row] = {}
    orphans: list[Row] = []
    for row in before:
        entry = known.get(row.key.lower())
        if entry is None:
            orphans += [row] if row.words else []
        else:
            changed = row.changed or bool(row.source and row.source != entry.source)
            rows[entry.key] = Row(row.at, entry.key, row.source, row.words, changed and bool(row.words))
    open_entries = {entry.source: entry for entry in entries if not (entry.key in rows and rows[entry.key].words)}
    for row in list(orphans):
        near = difflib.get_close_matches(row.source, list(open_entries)[:_COMPARED], 1, _LIKE) if row.source else []
        if near:
            entry = open_entries.pop(near[0])
            rows[entry.key] = Row(row.at, entry.key, row.source, row.words, True)
            orphans.remove(row)
    return rows, orphans


def _counted(entries: Sequence[Entry], rows: Mapping[str, Row], orphans: Sequence[Row]) -> str:
    done = sum(bool(row.words) and not row.changed for row in rows.values())
    told = [f"{done} of {len(entries)} translated"]
    if changed := sum(row.changed for row in rows.values()):
        told.append(f"{changed} changed since")
    if orphans:
        told.append(f"{len(orphans)} of lines that are no more")
    return ", ".join(told)


def _csv(entries: Sequence[Entry], rows: Mapping[str, Row], orphans: Sequence[Row], card: Path, language: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        row = rows.get(entry.key)
        words, status = (row.words, CHANGED if row.changed else "") if row else ("", "")
        note = "; ".join(filter(None, (_note(entry), f"translated was: {row.source}" if row and row.changed else "")))
        writer.writerow([entry.key, entry.source, words, status, entry.place, note, _recording(entry, card, language)])
    for row in orphans:
        writer.writerow([row.key, row.source, row.words, CHANGED, "", "no line of the card is called so any more", ""])
    return text.getvalue()


def _po(entries: Sequence[Entry], rows: Mapping[str, Row], orphans: Sequence[Row], card: Path, language: str) -> str:
    file = CardFile.read(card)
    po = polib.POFile(wrapwidth=0)
    po.metadata = {
        "Project-Id-Version": card.stem,
        "Language": language.replace("-", "_"),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    for entry in entries:
        row = rows.get(entry.key)
        recording = _recording(entry, card, language)
        notes = [entry.place, _note(entry), f"voice-over: {recording}" if recording else ""]
        po.append(
            polib.POEntry(
                msgctxt=entry.key,
                msgid=entry.source,
                msgstr=row.words if row else "",
                comment="\n".join(filter(None, notes)),
                occurrences=[(card.name, file.line(entry.where).lstrip(":"))] if entry.where else [],
                flags=["fuzzy"] if row and row.changed else [],
                previous_msgid=row.source if row and row.changed else None,
            )
        )
    for row in orphans:
        po.append(polib.POEntry(msgctxt=row.key, msgid=row.source, msgstr=row.words, obsolete=True))
    return str(po) + "\n"


def _note(entry: Entry) -> str:
    """What a translator has to know of a line."""
    if entry.line is None:
        return ""
    asked = entry.line.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={"say", "effects", "tags", "id", "once"}
    )
    when = ", ".join(f"{name}: {_as_in_a_card(value)}" for name, value in asked.items())
    filled = " ".join(f"{{{name}}}" for name in sorted(entry.line.variables))
    unvoiced = "no recording: its words are filled in anew each time" if filled else ""
    return "; ".join(filter(None, (f"when {when}" if when else "", f"keep {filled}" if filled else "", unvoiced)))


def _as_in_a_card(value: object) -> str:
    """YAML on one line."""
    made: str = yaml.safe_dump([value], default_flow_style=True, width=10_000, sort_keys=False, allow_unicode=True)
    return made.strip()[1:-1]


def _recording(entry: Entry, card: Path, language: str) -> str:
    """The file of its voice-over; none for a line that is filled in, and for names."""
    if entry.line is None or entry.line.variables:
        return ""
    return (folder_for(card, language).relative_to(card.parent) / file_name(entry.key)).as_posix()


# -- import ------------------------------------------------------------------------------------------------------


def import_lines(card: str, table: Path, language: str = "", force: bool = False) -> tuple[Path, str]:
    """Take up a table that comes back from a translator: it is checked whole, and becomes the table beside the card.

    Args:
        language: where neither the file's name (`cook.de.csv` of `cook.yaml`) nor its header tells it.
        force: change what is translated already.

    Raises:
        PersonaError: the table has a fault; `faults` of `TableFaults` are all of them.
    """
    if card in {*characters(), *assistants()}:
        fix = "Copy its card into a folder of your own, and name that."
        raise PersonaError("card_file", f"{card} ships with the package, and nothing is written beside it.", fix)
    source = card_path(card)
    persona = load_persona(source)
    rows, told = _read(table)
    language, taken_from = _language_of(table, source, language, told)
    entries = entries_of(persona, common=True)
    if wrong := list(unfit_rows(table, rows, {entry.key.lower(): entry for entry in entries})):
        raise TableFaults(wrong)
    out = table_beside(source, language)
    before = read_table(out) if out.exists() else []
    same = out.exists() and out.samefile(table)
    old = {row.key.lower(): row for row in before}
    lost = [row for row in rows if (kept := old.get(row.key.lower())) and kept.words and row.words and kept.words != row.words]
    if lost and not force and not same:
        what = f"{shown(str(out), 400)} has another translation of {len(lost)} lines, such as `{shown(lost[0].key)}`"
        raise PersonaError("card_file", f"{what}.", "Replace them with --force.")
    new = {row.key.lower(): row for row in rows if row.words}
    own_keys = {entry.key for entry in entries_of(persona)}
    wanted = [entry for entry in entries if entry.key in own_keys or entry.key.lower() in {**old, **new}]
    merged, orphans = _merged(wanted, list({**old, **new}.values()))
    if not same:
        write_file(out, _csv(wanted, merged, orphans, source, language).encode("utf-8-sig"))
    return out, f"language {language}, from {taken_from}; {_counted(wanted, merged, orphans)}"


class TableFaults(PersonaError):
    """Everything that is wrong with the rows of a table."""

    def __init__(self, faults: Sequence[PersonaError]) -> None:
        self.faults = tuple(faults)
        super().__init__(faults[0].code, "\n".join(str(fault) for fault in faults))


def unfit_rows(table: Path, rows: Iterable[Row], entries: Mapping[str, Entry]) -> Iterator[PersonaError]:
    """The rows whose translation does not fit its line: a variable is lost, or there is one that the line has not.

    Args:
        entries: by their keys in small letters.
    """
    name = shown(str(table), 400)
    for row in rows:
        entry = entries.get(row.key.lower())
        if entry is None or not row.words or row.changed:
            continue
        lost, more = lost_and_found(entry.source, row.words)
        if lost:
            what = f"the translation of `{row.key}` has lost {_braced(lost)}"
            yield PersonaError("translation", f"{name}:{row.at}: {what}.", f"Write it as in: {shown(entry.source, 200)}")
        elif more:
            what = f"the translation of `{row.key}` has {_braced(more)}, which the line has not"
            known = _braced(sorted(entry.line.variables)) if entry.line and entry.line.variables else "none"
            yield PersonaError("translation", f"{name}:{row.at}: {what}.", f"The line has {known}.")


def _braced(names: Sequence[str]) -> str:
    return ", ".join(f"{{{shown(name)}}}" for name in names)


def _language_of(table: Path, card: Path, given: str, told: str) -> tuple[str, str]:
    """The language of a table, and where that was taken from: `cook.de.csv` tells it, `tr.csv` may be any word.

    Raises:
        PersonaError: nothing tells it.
    """
    before, _, last = table.stem.rpartition(".")
    named = last if before and is_language(last) else ""
    found = ((given, "--language"), (told, "the header"), (named, "the name of the file"))
    language, taken_from = next(((one, where) for one, where in found if one), ("", ""))
    if not is_language(language):
        fix = f"Name it with --language, such as de, or call the file {card.stem}.de{table.suffix}."
        raise PersonaError("language", f"{shown(str(table), 400)} does not tell its language.", fix)
    return language, taken_from


def _read(table: Path) -> tuple[list[Row], str]:
    """The rows of a CSV or PO file, and the language that it tells."""
    return _read_po(table) if table.suffix.lower() in {".po", ".pot"} else (read_table(table), "")


def _read_po(table: Path) -> tuple[list[Row], str]:
    name = shown(str(table), 400)
    text = text_of(table, MAX_TABLE, "translation_table")
    try:
        po = polib.pofile(text if text.endswith("\n") else text + "\n", check_for_duplicates=False)
    except (OSError, ValueError, IndexError, LookupError) as error:
        why = shown(str(error), 120)
        raise PersonaError("translation_table", f"{name}: this is no PO file: {why}.", "Export it again as PO.") from None
    rows: list[Row] = []
    seen: dict[str, int] = {}
    contexts = [text.count("\n", 0, found.start()) + 1 for found in _CONTEXT.finditer(text)]
    for entry in po:
        if entry.obsolete:
            continue
        key, begins = entry.msgctxt or "", int(entry.linenum or 0)
        at = next(iter(contexts[bisect_left(contexts, begins) :]), begins)  # not that of the comments before it
        fault = row_fault(key, entry.msgstr)
        if entry.msgid_plural:
            fault = "a line has no plural forms", "Translate it as one text, and keep the number in it."
        if not key:
            fault = "an entry without `msgctxt`, the id of its line", "Let `python -m npc lines export --format po` write it."
        if not fault and seen.setdefault(key.lower(), at) != at:
            fault = f"`{shown(key)}` stands in line {seen[key.lower()]} already", "Remove one of the two."
        if fault:
            raise PersonaError("translation_table", f"{name}:{at}: {fault[0]}.", fault[1])
        rows.append(Row(at, key, entry.msgid, entry.msgstr.strip(), entry.fuzzy))
    told = str(po.metadata.get("Language", "")).replace("_", "-")
    return rows, told if is_language(told) else ""
