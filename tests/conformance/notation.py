"""How the vectors write what JSON cannot: bytes, and numbers that a JSON reader would change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Json = Any


def to_json(value: Any) -> Json:
    """`value` as the vectors write it.

    Bytes become `{"$bin": hex}`. A JSON number without a fraction is an integer, one with a fraction a float;
    a float without a fraction becomes `{"$float": "2.0"}`, an integer beyond ±2^53 `{"$int": "…"}`.
    """
    match value:
        case bytes() | memoryview():
            return {"$bin": value.hex()}
        case bool() | None | str():
            return value
        case int():
            return value if abs(value) <= 2**53 else {"$int": str(value)}
        case float():
            return value if math.isfinite(value) and not value.is_integer() else {"$float": repr(value)}
        case Mapping():
            return {name: to_json(entry) for name, entry in value.items()}
        case list() | tuple():
            return [to_json(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no notation")


def from_json(value: Json) -> Any:
    """The opposite of `to_json`; tuples come back as lists."""
    match value:
        case {"$bin": digits}:
            return bytes.fromhex(digits)
        case {"$int": digits}:
            return int(digits)
        case {"$float": digits}:
            return float(digits)
        case dict():
            return {name: from_json(entry) for name, entry in value.items()}
        case list():
            return [from_json(entry) for entry in value]
    return value


def plain(message: Any) -> dict[str, Any]:
    """Every field of a decoded message, defaults and pixels included, as a map."""

    def fields(part: Any) -> Any:
        if hasattr(part, "__dataclass_fields__"):
            return {name: fields(getattr(part, name)) for name in part.__slots__}
        if isinstance(part, tuple) and part and hasattr(part[0], "__dataclass_fields__"):
            return [fields(entry) for entry in part]
        return part

    return {"type": message.TYPE} | fields(message)
