"""Named parts. A new encoder or fusion is one decorated class; nothing else learns its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from engine.errors import Fault

T = TypeVar("T", bound=type)


class Registry(Generic[T]):
    """Classes of one kind by name."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._classes: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        def add(cls: T) -> T:
            self._classes[name] = cls
            return cls

        return add

    def __getitem__(self, name: str) -> T:
        if name not in self._classes:
            raise Fault(
                "unknown_part", f"There is no {self._kind} '{name}'.", f"Registered: {', '.join(sorted(self._classes))}."
            )
        return self._classes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._classes))


image_encoders: Registry = Registry("image encoder")
text_encoders: Registry = Registry("text encoder")
fusions: Registry = Registry("fusion")
