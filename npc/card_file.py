"""Card files: YAML that remembers its lines, so that a fault can be shown where it is; and which files of a folder are cards.

Cards are shared between strangers. Size, depth and number of entries are bounded, aliases (which can grow without bound)
and tags are refused. What stands in the file is text: an entry is only a number or a truth value where it reads as one
(`0.5`, `yes`), and a key never is. So no date, time or tag can fail in the hands of a YAML reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from npc.errors import PersonaError
from npc.text import decoded, is_whole, valid

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24  # the deepest entry of a good card lies at 6
MAX_ENTRIES = 20_000  # keys and values; a shipped card has a thousand
ENDINGS = (".yaml", ".yml")

Where: TypeAlias = tuple[int | str, ...]  # keys and indices from the root of a card

_TRUTHS = {word: value for value, words in ((True, "yes true on"), (False, "no false off")) for word in words.split()}
_TRUTHS |= {form: value for word, value in _TRUTHS.items() for form in (word.capitalize(), word.upper())}
_NOTHING = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F_]*[0-9a-fA-F]|0[bB][01_]*[01]|[0-9](?:[0-9_]*[0-9])?)")
_NUMBER = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_NUMBER = 40
_TABS = re.compile(r"^\t+", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_TAGS = {"str", "int", "float", "bool", "null"}  # of scalars, where they say what is so anyway
# What a file is by its first bytes, where it is no text
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive (as .charx is)"),
    (b"PK\x05\x06", "a ZIP archive (as .charx is)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF document"),
)


@dataclass(slots=True)
class Place:
    """Where an entry stands in its file: its line (from 1), how a scalar is written, and the entries within."""

    line: int
    written: str | None = None
    inside: dict[int | str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with an entry whatever a card may hold."""

    where: Where
    message: str
    fix: str
    line: int | None = None  # where it is not that of the entry


@dataclass(frozen=True)
class CardFile:
    """A card as data, its lines (None for a card that is no file), and what is wrong with it as a text."""

    name: str
    data: Any
    root: Place | None = None
    problems: tuple[Problem, ...] = ()

    @classmethod
    def read(cls, path: Path, called: str = "") -> CardFile:
        """Parse `path`, which faults call by its path or as it is `called`.

        Raises:
            PersonaError: unreadable (`persona_file`), too large (`persona_size`), or no YAML (`persona_yaml`).
        """
        name = shown(called or str(path), 400)
        try:
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise PersonaError("persona_file", f"{name}: {error.strerror}.", "Check the path.") from None
        composer = _Composer(_text(name, raw))
        try:
            data, root = composer.document()
        except yaml.YAMLError as error:
            raise _yaml_fault(name, composer, error) from None
        return cls(name, data, root, tuple(composer.problems))

    @classmethod
    def sent(cls, data: Any) -> CardFile:
        """A card that is data already, such as one that a game sends.

        Raises:
            PersonaError: nested too deep, or with more entries than any card has.
        """
        problems: list[Problem] = []
        return cls("<card>", _taken(data, (), problems, [MAX_ENTRIES]), None, tuple(problems))

    def place(self, where: Where) -> Place | None:
        """The place of an entry, or the last one on the way to it."""
        place = self.root
        for part in where if place is not None else ():
            found = place.inside.get(part)  # type: ignore[union-attr]
            if found is not None:
                place = found
            elif not isinstance(part, int):  # an index: one line or rule that stands alone, without a list around it
                break
        return place

    def line(self, where: Where) -> str:
        """`:12`, the line of an entry; empty for a card that is no file."""
        place = self.place(where)
        return "" if place is None else f":{place.line}"


def cards_in(folder: Path) -> dict[str, Path]:
    """Name -> file of every card in a folder, the same for all commands.

    Cards end in `.yaml` or `.yml`, in capitals, too; hidden files, folders and what is no plain file are none. A card is
    called as its file is, in NFC, whatever form the file system keeps. Of two files of one name the first counts; see
    `doubles_in`.
    """
    found: dict[str, Path] = {}
    for path in _card_files(folder):
        found.setdefault(valid(path.stem), path)
    return found


def doubles_in(folder: Path) -> dict[Path, Path]:
    """Files of cards that another one of the same name hides -> that other one."""
    first = cards_in(folder)
    return {path: first[valid(path.stem)] for path in _card_files(folder) if first[valid(path.stem)] != path}


def _card_files(folder: Path) -> list[Path]:
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and not path.name.startswith(".")]
        return sorted((path for path in files if path.is_file()), key=lambda path: (path.stem, path.suffix.lower(), path.name))
    except OSError:
        return []


def kind_of(data: bytes) -> str:
    """What bytes that are no text are by their beginning: `a PNG picture`; empty where that is not known."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "a WebP picture"
    if data[4:8] == b"ftyp":
        return "an AVIF or HEIC picture" if data[8:12] in {b"avif", b"avis", b"heic", b"heix", b"mif1"} else "a film"
    return next((kind for start, kind in _KINDS if data.startswith(start)), "")


def shown(text: str, most: int = 60) -> str:
    """A text of somebody else's within a sentence of ours: valid, on one line, and not endless."""
    text = "".join(c if c.isprintable() else " " for c in valid(text[: most + 1]))
    return text if len(text) <= most else text[:most].rstrip() + "…"


def _text(name: str, raw: bytes) -> str:
    if kind := kind_of(raw):
        raise _no_text(name, kind)
    if len(raw) > MAX_BYTES:
        raise PersonaError("persona_size", f"{name}: over {MAX_BYTES} bytes.", "Shorten the card.")
    try:
        text = decoded(raw)
    except UnicodeDecodeError:
        raise PersonaError("persona_yaml", f"{name}: not UTF-8.", "Save the card as UTF-8.") from None
    if "\0" in text:
        raise _no_text(name, "binary data")
    if text.lstrip().startswith("{"):  # JSON may be indented with tabs, YAML may not
        text = _TABS.sub(lambda match: " " * len(match[0]), text)
    return text


def _no_text(name: str, kind: str) -> PersonaError:
    fix = f"Give a YAML card, not {kind}."
    if kind == "a PNG picture":
        fix = "Give a YAML card; `python -m npc import-card` makes one from a PNG that holds a Character Card."
    return PersonaError("persona_file", f"{name}: is not a text file.", fix)


class _Composer:
    """From the events of a YAML parser to data and places; what can be gone on after is kept in `problems`."""

    def __init__(self, text: str) -> None:
        self._source = text
        self._left = MAX_ENTRIES
        self._events: Any = None
        self.problems: list[Problem] = []

    def document(self) -> tuple[Any, Place | None]:
        """The data of the one document, and its place.

        Raises:
            yaml.YAMLError: no YAML, several documents, too deep or too large.
        """
        self._events = yaml.SafeLoader(self._source)
        self._next()
        if self._at(yaml.StreamEndEvent):
            return None, None
        self._next()
        data, place = self._node((), 1)
        self._next()
        if not self._at(yaml.StreamEndEvent):
            raise yaml.MarkedYAMLError(problem="a second document begins here", problem_mark=self._next().start_mark)
        return data, place

    def line_at(self, index: int) -> int:
        """The line of a character of the source."""
        return self._source.count("\n", 0, index) + 1

    def _at(self, kind: type[yaml.Event]) -> bool:
        return bool(self._events.check_event(kind))

    def _next(self) -> Any:
        return self._events.get_event()

    def _node(self, where: Where, line: int) -> tuple[Any, Place]:
        """The next node; `line` is where its entry begins."""
        event = self._next()
        self._left -= 1
        if self._left < 0 or len(where) > MAX_DEPTH:
            problem = "nested too deep" if self._left >= 0 else f"more than {MAX_ENTRIES} entries"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, where, line)
        if isinstance(event, yaml.AliasEvent):
            self._wrong(where, event, "a card has no aliases (`*name`)", _QUOTES)
            return None, Place(line, "")
        is_list = isinstance(event, yaml.SequenceStartEvent)
        if event.tag not in {None, "!", f"tag:yaml.org,2002:{'seq' if is_list else 'map'}"}:
            self._wrong(where, event, f"a card has no tags (`{shown(event.tag)}`)", _QUOTES)
        return self._list(where, line) if is_list else self._mapping(where, line)

    def _list(self, where: Where, line: int) -> tuple[list[Any], Place]:
        values: list[Any] = []
        place = Place(line)
        while not self._at(yaml.SequenceEndEvent):
            n = len(values)
            value, place.inside[n] = self._node((*where, n), self._line())
            values.append(value)
        self._next()
        return values, place

    def _mapping(self, where: Where, line: int) -> tuple[dict[str, Any], Place]:
        values: dict[str, Any] = {}
        place = Place(line)
        while not self._at(yaml.MappingEndEvent):
            mark, key_line = self._events.peek_event().start_mark, self._line()
            if not self._at(yaml.ScalarEvent):
                raise yaml.MarkedYAMLError(problem="a key is one text", problem_mark=mark)
            event = self._next()
            key = self._whole(event.value, (*where, shown(event.value)), key_line)
            value, inside = self._node((*where, key), key_line)
            if key in values:
                self.problems.append(Problem((*where, key), f"`{shown(key)}` stands here twice", _TWICE, key_line))
                continue
            values[key], place.inside[key] = value, inside
        self._next()
        return values, place

    def _scalar(self, event: Any, where: Where, line: int) -> tuple[Any, Place]:
        text = self._whole(event.value, where, line)
        plain = event.style is None and event.implicit[0]
        value = _value(text) if plain else text
        if plain and isinstance(value, int) and text.lstrip("+-").isdigit() and _octal(text) != value:
            fix = f"Write `{value}` or `{_octal(text)}`; text stands between quotes."
            self._wrong(where, event, f"`{shown(text)}` may be meant as {value} or, in octal, as {_octal(text)}", fix)
        tag = (event.tag or "!").removeprefix("tag:yaml.org,2002:")
        if tag in _TAGS - {"str"}:
            value = _value(text)
            kinds = {"int": int, "float": (int, float), "bool": bool, "null": type(None)}
            if not isinstance(value, kinds[tag]) or (isinstance(value, bool) and tag != "bool"):  # type: ignore[arg-type]
                self._wrong(where, event, f"`{shown(text)}` is no {tag}", "Remove the tag, or correct what stands after it.")
        elif tag not in {"!", "str"}:
            self._wrong(where, event, f"a card has no tags (`{shown(event.tag)}`)", _QUOTES)
        return value, Place(line, text)

    def _whole(self, text: str, where: Where, line: int) -> str:
        for wrong in unfit(text):
            self.problems.append(Problem(where, *wrong, line))
        return valid(text)

    def _line(self) -> int:
        return int(self._events.peek_event().start_mark.line) + 1

    def _wrong(self, where: Where, event: Any, message: str, fix: str) -> None:
        self.problems.append(Problem(where, message, fix, event.start_mark.line + 1))


_QUOTES = "Put text that has punctuation between double quotes, or correct the YAML there."
_TWICE = "Remove one of the two, or put the entries of both under one."
_HALF = ("half a character stands here (a `\\u` escape without its other half)", "Write the character itself, or both halves.")


def unfit(text: str) -> Iterator[tuple[str, str]]:
    """What makes a text unfit to be said or shown, and the fix."""
    if not is_whole(text):
        yield _HALF
    if control := _CONTROL.search(text):  # it could move a terminal's cursor
        yield f"a control character stands here (`\\x{ord(control[0]):02x}`)", "Remove it."


def _value(written: str) -> Any:
    """A plain scalar: a truth value, nothing, a number, or the text as it is written (dates and `9:30` are text)."""
    if written in _TRUTHS:
        return _TRUTHS[written]
    if written in _NOTHING:
        return None
    if len(written) <= _LONGEST_NUMBER:
        digits = written.replace("_", "")
        if _INTEGER.fullmatch(written):
            base = {"x": 16, "b": 2}.get(digits.lstrip("+-")[1:2].lower(), 10)
            return int(digits, base)
        if _NUMBER.fullmatch(written):
            return float(digits)
        if _SPECIAL.fullmatch(written):
            return float(digits.replace(".", ""))
    return written


def _octal(text: str) -> int:
    """The number as YAML 1.1 would read it, where a zero in front makes it octal."""
    digits = text.lstrip("+-")
    if len(digits) < 2 or digits[0] != "0" or set(digits) & {"8", "9"}:
        return int(text)
    return int(text, 8)


def _taken(value: Any, where: Where, problems: list[Problem], left: list[int]) -> Any:
    """A copy of data with valid texts; `left`: how many entries there may still be."""
    left[0] -= 1
    if left[0] < 0 or len(where) > MAX_DEPTH:
        what = "nested too deep" if left[0] >= 0 else f"more than {MAX_ENTRIES} entries"
        raise PersonaError("persona_size", f"<card>: {what}.", "Shorten the card.")
    if isinstance(value, str):
        problems += [Problem(where, *wrong) for wrong in unfit(value)]
        return valid(value)
    if isinstance(value, dict):
        keys = {key: _taken(key, (*where, shown(key)), problems, left) if isinstance(key, str) else key for key in value}
        return {keys[key]: _taken(inner, (*where, keys[key]), problems, left) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_taken(inner, (*where, n), problems, left) for n, inner in enumerate(value)]
    return value


def _yaml_fault(name: str, composer: _Composer, error: yaml.YAMLError) -> PersonaError:
    mark, at = getattr(error, "problem_mark", None), getattr(error, "position", None)
    line = f":{mark.line + 1}" if mark is not None else f":{composer.line_at(at)}" if isinstance(at, int) else ""
    problem = getattr(error, "problem", None) or "a character that no text file holds"
    fix = _QUOTES
    if "'\\t'" in problem:
        problem, fix = "a tab stands where YAML wants spaces", "Indent with spaces."
    elif problem.startswith("expected <block end>"):
        problem, fix = (
            "this line is indented otherwise than those that it belongs to",
            "Indent all entries of a list or mapping alike.",
        )
    elif problem.startswith(("nested", "more than")):
        fix = "Shorten and flatten the card."
    elif problem.startswith("a second document"):
        fix = "Remove the `---`: one card stands in a file."
    return PersonaError("persona_yaml", f"{name}{line}: {shown(problem, 200)}.", fix)
