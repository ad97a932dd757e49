"""A card's lines in the player's language: tables beside the card, and what of them is said.

A table of `cook.yaml` in German is `cook.de.csv`: a row for each line, by its id (`npc.line_ids`), and for each name that lines
are filled in with (`word:honey cake`). The game tells the language in its `state` (`language: de`); what a character decides is
the same in all of them, only the words differ. What has no translation is said in the card's own language.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints

from npc.card_file import shown, unfit
from npc.errors import PersonaError
from npc.line_ids import is_language, is_line_id
from npc.text import valid
from npc.text_files import text_of
from npc.variables import names_in

LANGUAGE = "language"  # the entry of the game's state
WORD = "word:"  # begins the key of a name that lines are filled in with
CHANGED = "changed"  # status of a translation that was made of other words, and waits for its translator
COLUMNS = ("id", "source", "translation", "status", "place", "notes", "voice")
MAX_TABLE = 4 << 20  # bytes
LONGEST = 1000  # characters of a translation
_DELIMITERS = ",;\t"  # spreadsheets of some languages write `;`
_A_NUMBER_OF = re.compile(r"(\d+) (.+)")


def _language(name: str) -> str:
    if not is_language(name):
        raise ValueError(f"`{shown(name)}` names no language; write for example `de` or `pt-BR`")
    return normal(name)


Language = Annotated[str, AfterValidator(_language)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
Translations: TypeAlias = Annotated[
    dict[Language, Annotated[dict[Annotated[str, StringConstraints(max_length=200)], Words], Field(max_length=5000)]],
    Field(max_length=100),
]


def normal(language: str) -> str:
    """A language as it is compared: `pt_BR` and `pt-br` are the same."""
    return language.replace("_", "-").lower()


def named_language(state: Mapping[str, object]) -> str:
    """The language that the game tells; empty: the card's own."""
    told = state.get(LANGUAGE)
    return normal(told) if isinstance(told, str) and is_language(told) else ""


def word_key(phrase: str) -> str:
    """The key of a name that lines are filled in with."""
    return WORD + valid(phrase).lower()


class Tongue:
    """The words of one language.

    Args:
        translations: of the card.
        language: as it is told; where the card has no `pt-br`, `pt` will do.
    """

    def __init__(self, translations: Mapping[str, Mapping[str, str]], language: str) -> None:
        parts = language.split("-")
        wanted = ("-".join(parts[:n]) for n in range(len(parts), 0, -1))
        self._words: Mapping[str, str] = next((translations[name] for name in wanted if name in translations), {})

    def line(self, line_id: str, variables: frozenset[str]) -> str:
        """The translation of a line; empty where there is none, or it names other variables than the line does now."""
        words = self._words.get(line_id, "")
        return words if words and names_in(words) == variables else ""

    def named(self, variables: Mapping[str, str]) -> Mapping[str, str]:
        """The values that lines are filled in with, those of names in this language: `honey cake`, `4 coins`."""
        return {name: self._word(value) for name, value in variables.items()} if self._words else variables

    def _word(self, value: str) -> str:
        if found := self._words.get(WORD + value.lower()):
            return found
        many = _A_NUMBER_OF.fullmatch(value)
        return f"{many[1]} {self._words.get(WORD + many[2].lower(), many[2])}" if many else value


@lru_cache(maxsize=1)
def _own() -> Tongue:
    return Tongue({}, "")


def own() -> Tongue:
    """The card's own language."""
    return _own()


# -- tables ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        at: its line in the file.
        key: id of a line, or `word:` and a name.
        source: what was translated.
        words: the translation; empty where there is none yet.
        changed: the card's words have changed since, and nobody has looked at this again.
    """

    at: int
    key: str
    source: str
    words: str
    changed: bool = False


def tables_beside(card: Path) -> dict[str, Path]:
    """Language -> table of every language that a card speaks beside its own."""
    try:
        files = sorted(card.parent.iterdir())
    except OSError:
        return {}
    found: dict[str, Path] = {}
    for path in files:
        name, _, language = (
            valid(path.name[: -len(".csv")]).rpartition(".") if path.name.lower().endswith(".csv") else ("",) * 3
        )
        if name == valid(card.stem) and is_language(language) and path.is_file():
            found.setdefault(normal(language), path)
    return found


def table_beside(card: Path, language: str) -> Path:
    """The table of a language, where it is or would be."""
    return tables_beside(card).get(normal(language), card.with_name(f"{card.stem}.{language}.csv"))


def read_table(path: Path, called: str = "") -> list[Row]:
    """The rows of a table.

    Args:
        called: how faults name the file, where its path is nobody else's business.

    Raises:
        PersonaError: `translation_table`, naming file and line.
    """
    name = shown(called or str(path), 400)
    text = text_of(path, MAX_TABLE, "translation_table", called)
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    seen: dict[str, int] = {}
    try:
        columns = [column.strip().lower() for column in next(reader, [])]
        if not {"id", "translation"} <= set(columns):
            fix = f"Begin it with the line `{','.join(COLUMNS)}`, or let `python -m npc lines export` write it."
            raise PersonaError("translation_table", f"{name}:1: the columns `id` and `translation` are not both there.", fix)
        at = reader.line_num + 1
        for cells in reader:
            entry = dict(zip(columns, cells, strict=False))
            if any(cells):
                rows.append(_row(name, at, entry, seen))
            at = reader.line_num + 1
    except csv.Error as error:
        fix = "Write a quotation mark within a cell twice, and let each cell with one begin and end with one."
        raise PersonaError("translation_table", f"{name}:{reader.line_num}: this is no CSV: {error}.", fix) from None
    return rows


def _row(name: str, at: int, entry: Mapping[str, str], seen: dict[str, int]) -> Row:
    key = entry["id"].strip()
    key = word_key(key[len(WORD) :]) if key.startswith(WORD) else key
    words = entry.get("translation", "").strip()
    if fault := row_fault(key, words):
        raise PersonaError("translation_table", f"{name}:{at}: {fault[0]}.", fault[1])
    if seen.setdefault(key.lower(), at) != at:
        fix = "Remove one of the two rows."
        raise PersonaError("translation_table", f"{name}:{at}: `{shown(key)}` stands in line {seen[key.lower()]} already.", fix)
    return Row(at, key, entry.get("source", "").strip(), words, entry.get("status", "").strip().lower() == CHANGED)


def row_fault(key: str, words: str) -> tuple[str, str] | None:
    """What is wrong with a row whatever its card says, and the fix."""
    if not is_line_id(key) and not key.startswith(WORD):
        return f"`{shown(key)}` is no id of a line", "Leave the first column as it was exported."
    if len(words) > LONGEST:
        return f"a translation of {len(words)} characters, at most {LONGEST}", "Shorten it."
    wrong = next(unfit(words), None)
    return None if wrong is None else wrong


def load_tables(card: Path, private: bool = False) -> dict[str, dict[str, str]]:
    """Language -> key -> words of all tables beside a card, of what is translated.

    Args:
        private: faults tell no path.

    Raises:
        PersonaError: a table cannot be read.
    """
    tables = tables_beside(card).items()
    return {language: dict(_spoken(read_table(path, path.name if private else ""))) for language, path in tables}


def _spoken(rows: list[Row]) -> Iterator[tuple[str, str]]:
    return ((row.key, row.words) for row in rows if row.words and not row.changed)


def lost_and_found(source: str, words: str) -> tuple[list[str], list[str]]:
    """The variables that a translation lacks, and those that it has and the line has not."""
    there, here = names_in(source), names_in(words)
    return sorted(there - here), sorted(here - there)
