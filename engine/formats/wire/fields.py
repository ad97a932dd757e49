"""Checked reading of msgpack maps: every value that comes off the wire passes through here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import msgpack

from engine.errors import Fault
from engine.formats.wire.constants import MAX_DEPTH, MAX_INTEGER, REPLY_LIMITS, Limits
from npc.text import valid

_SCALARS = frozenset((str, bytes, float, bool, type(None)))
_BYTES_AN_ENTRY = 8  # of maps and lists; the cards that come with the engine have 14
_LONGEST_KEY = 64  # characters of a name in a map of values
_SHOW_SPEC = "See docs/protocol.md."


class ProtocolError(Fault):
    """A message that cannot be understood or exceeds a limit. The connection goes on.

    `seq`, `npc`, `utterance` and `about` say what the fault belongs to, as far as it is known.
    """

    def __init__(
        self,
        code: str,
        message: str,
        fix: str = _SHOW_SPEC,
        *,
        seq: int | None = None,
        npc: str | None = None,
        utterance: str | None = None,
        about: str | None = None,
    ) -> None:
        super().__init__(code, message, fix)
        self.seq = seq
        self.npc = npc
        self.utterance = utterance
        self.about = about


def unpack_map(header: bytes | memoryview, limits: Limits) -> dict[str, Any]:
    """Unpack a header: one msgpack map of at most `limits.header` bytes.

    Raises:
        ProtocolError: `header_size` or `malformed`.
    """
    size = memoryview(header).nbytes
    if size > limits.header:
        raise ProtocolError("header_size", f"The header has {size} bytes.", f"Send at most {limits.header} bytes.")
    fields = unpack(header, limits.header // _BYTES_AN_ENTRY)
    if not isinstance(fields, dict):
        raise _malformed(f"The header is a msgpack {type(fields).__name__}.")
    return cast(dict[str, Any], fields)


def unpack(packed: bytes | memoryview, entries: int = REPLY_LIMITS.header // _BYTES_AN_ENTRY) -> Any:
    """One msgpack value, of those that every language can read, with at most so many entries in its maps and lists together.

    Raises:
        ProtocolError: `malformed`.
    """
    made = _Made(entries)
    try:
        value = msgpack.unpackb(
            packed, raw=False, strict_map_key=True, max_ext_len=0, object_pairs_hook=made.map, list_hook=made.list
        )
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException):
        raise _malformed("The header is not msgpack.") from None
    if not _is_plain(value):
        raise ProtocolError(
            "malformed",
            "The header holds what not every language can read.",
            f"Use string keys, integers within ±2^53, no extension types and at most {MAX_DEPTH} levels.",
        )
    return value


class _Made:
    """Maps and lists as they are unpacked. A header of nothing but brackets would take its reader long."""

    def __init__(self, entries: int) -> None:
        self._most = self._left = entries

    def map(self, pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
        """A map whose keys are there once: of two values with one key, each reader would take another."""
        self._take(len(pairs))
        made = dict(pairs)
        if len(made) != len(pairs):
            raise ProtocolError("malformed", "A map holds a key twice.", "Send each key of a map once.")
        return made

    def list(self, values: list[Any]) -> list[Any]:
        self._take(len(values))
        return values

    def _take(self, entries: int) -> None:
        self._left -= 1 + entries  # an empty one takes time, too
        if self._left < 0:
            raise ProtocolError(
                "malformed",
                f"The header has more than {self._most} entries.",
                "Send less at once: it is far more than a card needs.",
            )


def _malformed(what: str) -> ProtocolError:
    return ProtocolError("malformed", what, "Send one msgpack map with string keys as the first part.")


def _is_plain(whole: Any) -> bool:
    """Whether every key is a string, every integer fits a double, and nothing is nested too deep."""
    waiting: list[tuple[Any, int]] = [(whole, 1)]
    while waiting:
        value, depth = waiting.pop()
        kind = type(value)  # exact types are all that msgpack makes, and much faster than isinstance
        if kind is dict or kind is list:
            if depth > MAX_DEPTH:
                return False
            if kind is dict:
                if not all(type(key) is str for key in value):
                    return False
                value = value.values()
            waiting += [(entry, depth + 1) for entry in value if type(entry) is not str]
        elif kind is int:
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                return False
        elif kind not in _SCALARS:
            return False
    return True


class Fields:
    """The fields of one message (or of a map inside it). Fields that are not asked for are ignored.

    Every getter raises `ProtocolError` with code `field` where the value is missing, of another type or too
    large. Text comes out valid and in NFC; ids stay as they are, so that whoever sent one knows it again.
    """

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self._values = values
        self._where = where

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, most: int, default: str | None = None, least: int = 0, ids: bool = False) -> str:
        """A string of `least` to `most` characters."""
        value: str = self._get(name, str, "a string", default)
        if not least <= len(value) <= most:
            raise self._fault(name, f"has {len(value)} characters", f"Send {least} to {most} characters.")
        return value if ids else valid(value)

    def name(self, name: str, limits: Limits) -> str:
        """An id: 1 to `limits.name` printable characters."""
        value: str = self._get(name, str, "a string", None)
        return checked_name(value, f"{self._where}.{name}", limits)

    def card(self, name: str, entries: int, most: int, least: int) -> str | Mapping[str, Any]:
        """The name of a card, or a whole one: a map of at most `entries` entries."""
        if isinstance(self._values.get(name), dict):
            return self.mapping(name, entries)
        return self.text(name, most, least=least)

    def integer(self, name: str, least: int, most: int, default: int | None = None) -> int:
        value: int = self._get(name, int, "an integer", default)
        if isinstance(value, bool) or not least <= value <= most:
            raise self._fault(name, f"is {value}", f"Send an integer from {least} to {most}.")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A finite number."""
        value = self._get(name, (int, float), "a number", default)
        if not _is_number(value):
            raise self._fault(name, f"is {value}", "Send a finite number.")
        return float(value)

    def numbers(self, name: str, count: int) -> list[float]:
        """A list of `count` finite numbers."""
        values = self._get(name, (list, tuple), "a list of numbers", None)
        if len(values) != count or not all(_is_number(value) for value in values):
            raise self._fault(name, f"is not {count} finite numbers", f"Send {count}.")
        return [float(value) for value in values]

    def flag(self, name: str) -> bool:
        return bool(self._get(name, bool, "true or false", False))

    def required_flag(self, name: str) -> bool:
        return bool(self._get(name, bool, "true or false", None))

    def texts(
        self, name: str, entries: int, most: int, default: tuple[str, ...] | None = None, ids: bool = False
    ) -> tuple[str, ...]:
        """A list of at most `entries` different strings of 1 to `most` characters."""
        values = self._get(name, (list, tuple), "a list of strings", default)
        if len(values) > entries:
            raise self._fault(name, f"has {len(values)} entries", f"Send at most {entries}.")
        if not all(isinstance(value, str) and 1 <= len(value) <= most for value in values):
            raise self._fault(
                name,
                "has an entry that is not a string of allowed length",
                f"Send strings of 1 to {most} characters.",
            )
        return tuple(dict.fromkeys(values if ids else map(valid, values)))

    def names(self, name: str, entries: int) -> list[str]:
        """The keys of a map of at most `entries` entries, as they are."""
        value = self._get(name, dict, "a map", None)
        if len(value) > entries or not all(isinstance(key, str) for key in value):
            raise self._fault(name, f"has {len(value)} entries", f"Send at most {entries}, with string keys.")
        return list(value)

    def mapping(self, name: str, entries: int, default: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A map of at most `entries` entries with string keys, all its text valid."""
        if default is not None and not self.has(name):
            return dict(default)
        self.names(name, entries)
        return cast(dict[str, Any], _with_valid_text(self._values[name]))

    def integers(self, name: str, entries: int, default: Mapping[str, int] | None = None) -> dict[str, int]:
        """A map of at most `entries` integers from 0 on."""
        values = self.mapping(name, entries, default)
        inside = Fields(values, f"{self._where}.{name}")
        return {entry: inside.integer(entry, 0, MAX_INTEGER) for entry in values}

    def labels(self, name: str, entries: int) -> dict[str, tuple[str, ...]]:
        """A map of at most `entries` lists of strings."""
        inside = self.inside(name)
        return {head: inside.texts(head, 1024, 64) for head in self.names(name, entries)}

    def values(self, name: str, entries: int, most: int) -> dict[str, str | int | float | bool]:
        """A map of at most `entries` texts of at most `most` characters, numbers and booleans; empty where it is absent."""
        found = self.mapping(name, entries, {})
        for entry, value in found.items():
            is_sound = len(value) <= most if isinstance(value, str) else isinstance(value, bool) or _is_number(value)
            if not (is_sound and 1 <= len(entry) <= _LONGEST_KEY):
                what = f"has an entry '{entry[:_LONGEST_KEY]}' that is of another kind or too long"
                raise self._fault(name, what, f"Send strings of at most {most} characters, finite numbers and booleans.")
        return found

    def data(self, name: str, most: int) -> bytes:
        """At most `most` bytes; none where the field is absent."""
        value: bytes = self._get(name, bytes, "binary data", b"")
        if len(value) > most:
            raise self._fault(name, f"has {len(value)} bytes", f"Send at most {most}.")
        return value

    def each(self, name: str, entries: int) -> list[Fields]:
        """The fields of each map in a list of at most `entries`; empty where it is absent."""
        values = self._get(name, (list, tuple), "a list of maps", ())
        if len(values) > entries or not all(isinstance(value, dict) for value in values):
            raise self._fault(name, f"is no list of at most {entries} maps", "Send one.")
        return [Fields(value, f"{self._where}.{name}") for value in values]

    def inside(self, name: str) -> Fields:
        """The fields of a map inside this one."""
        return Fields(self._get(name, dict, "a map", None), f"{self._where}.{name}")

    def _get(self, name: str, kind: type | tuple[type, ...], wanted: str, default: Any) -> Any:
        value = self._values.get(name)
        if value is None:
            value = default
        if value is None:
            raise self._fault(name, "is missing", f"Send {wanted}.")
        if not isinstance(value, kind):
            raise self._fault(name, f"is a {type(value).__name__}", f"Send {wanted}.")
        return value

    def _fault(self, name: str, what: str, fix: str) -> ProtocolError:
        return ProtocolError("field", f"`{self._where}.{name}` {what}.", fix)


def _with_valid_text(value: Any) -> Any:
    match value:
        case str():
            return valid(value)
        case dict():
            return {valid(key): _with_valid_text(entry) for key, entry in value.items()}
        case list() | tuple():
            return [_with_valid_text(entry) for entry in value]
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def checked_name(value: str, where: str, limits: Limits) -> str:
    """`value`, if it is an id: 1 to `limits.name` printable characters.

    Raises:
        ProtocolError: `field`.
    """
    if not 1 <= len(value) <= limits.name:
        raise ProtocolError("field", f"`{where}` has {len(value)} characters.", f"Send 1 to {limits.name} characters.")
    if not value.isprintable():
        raise ProtocolError("field", f"`{where}` has characters that cannot be printed.", "Use letters and digits.")
    return value
