"""protocol.yaml as checked records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.errors import Fault

SCHEMA = Path(__file__).parents[1] / "protocol.yaml"
Size = int | str  # a number, or the name of a limit
TYPES = ("id", "text", "integer", "number", "flag", "texts", "map", "integers", "labels", "boxes", "card", "values", "data")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limit(_Entry):
    value: int
    says: str
    told: bool = False


class Timing(_Entry):
    value: float
    says: str


class Formats(_Entry):
    raw: dict[str, int]
    encoded: tuple[str, ...]


class Capability(_Entry):
    names: tuple[str, ...]
    says: str


class Codes(_Entry):
    codes: tuple[str, ...]
    means: str
    again: str
    unwelcome: bool = False


class Value(_Entry):
    """One field of a record. `name` is filled in from its key."""

    name: str
    type: str
    says: str
    most: Size | None = None
    least: int = 0
    entries: Size | None = None
    default: Any = None
    optional: bool = False
    required: bool = False  # of a flag: that it must be there
    ids: bool = False  # of text and texts: they name things of the game, and stay as they are
    among: str | None = None
    python: Any = None
    csharp: str = ""  # the member's name, where that of the field is taken

    @property
    def absent(self) -> bool:
        """Whether a message may leave it away."""
        return self.optional or self.default is not None or self.type == "data" or (self.type == "flag" and not self.required)

    @property
    def is_list(self) -> bool:
        """Whether it is a list of records (`entries` at most), which is left out where it is empty."""
        return self.type not in TYPES and self.entries is not None


class Record(_Entry):
    """A message, or a map inside one. `name` is filled in from its key."""

    name: str
    says: str
    fields: dict[str, Value]
    python: str = ""
    csharp: str = ""
    part: str | None = None
    check: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_fields(cls, raw: dict[str, Any]) -> dict[str, Any]:
        return raw | {"fields": {name: {"name": name} | value for name, value in raw["fields"].items()}}


class Sides(_Entry):
    client: dict[str, Record]
    server: dict[str, Record]


class Schema(_Entry):
    """The protocol.

    Attributes:
        reply_header: bytes of a server's header.
        records: maps inside messages, in the order in which they may use each other.
    """

    version: str
    depth: int
    integer: int
    reply_header: int
    limits: dict[str, Limit]
    timings: dict[str, Timing]
    formats: Formats
    capabilities: tuple[Capability, ...]
    errors: tuple[Codes, ...]
    records: dict[str, Record] = Field(default_factory=dict)
    messages: Sides

    @model_validator(mode="before")
    @classmethod
    def _name_records(cls, raw: dict[str, Any]) -> dict[str, Any]:
        named = {side: _named(records) for side, records in raw["messages"].items()}
        return raw | {"records": _named(raw["records"]), "messages": named}

    @model_validator(mode="after")
    def _check_fields(self) -> Schema:
        for record, value in self.all_fields():
            if value.type not in TYPES and value.type not in self.records:
                raise ValueError(f"{record.name}.{value.name}: there is no type '{value.type}'")
            for size in (value.most, value.entries):
                if isinstance(size, str) and size not in self.limits and size != "reply_header":
                    raise ValueError(f"{record.name}.{value.name}: there is no limit '{size}'")
        return self

    @property
    def all_capabilities(self) -> tuple[str, ...]:
        return tuple(name for capability in self.capabilities for name in capability.names)

    @property
    def unwelcome(self) -> tuple[str, ...]:
        return tuple(code for row in self.errors if row.unwelcome for code in row.codes)

    def carries_part(self, record: Record) -> bool:
        """Whether a message may have a second part."""
        return any(v.type in self.records and self.records[v.type].part for v in record.fields.values())

    @property
    def with_part(self) -> tuple[str, ...]:
        """Messages that may have a second part."""
        return tuple(record.name for _, record in self.all_messages() if self.carries_part(record))

    def all_messages(self) -> Iterator[tuple[str, Record]]:
        """Side and message; `bye` comes twice."""
        for side in ("client", "server"):
            for record in getattr(self.messages, side).values():
                yield side, record

    def all_fields(self) -> Iterator[tuple[Record, Value]]:
        for record in (*self.records.values(), *(record for _, record in self.all_messages())):
            for value in record.fields.values():
                yield record, value

    def size(self, size: Size | None) -> int:
        """The number behind a size."""
        if size == "reply_header":
            return self.reply_header
        return self.limits[size].value if isinstance(size, str) else int(size or 0)


def _named(records: dict[str, Any]) -> dict[str, Any]:
    return {name: {"name": name} | record for name, record in records.items()}


def load(path: Path = SCHEMA) -> Schema:
    """The protocol of a file.

    Raises:
        Fault: `protocol_schema`.
    """
    try:
        return Schema.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, KeyError, TypeError) as error:
        fix = "Correct the entry; the comments in the file list the types."
        raise Fault("protocol_schema", f"{path.name}: {error}.", fix) from None
