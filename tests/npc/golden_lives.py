"""Lives of the shipped characters that are kept with the tests: what each perceived, and what it decided.

Whoever moves code proves with them that no character has changed. Where one is to change, `python tests/npc/golden_lives.py`
writes the decisions anew, and the commit says why.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import TypeAdapter

from npc import Character, Decision, Percept, characters, load_persona

FOLDER = Path(__file__).with_name("golden")
_PERCEPT, _DECISION = TypeAdapter(Percept), TypeAdapter(Decision)
_DIGITS = 9  # the last few of a float differ between machines


def kept(name: str) -> tuple[list[str], list[str]]:
    """Percepts and decisions of one life, each as lines of JSON."""
    lines = gzip.decompress((FOLDER / f"{name}.jsonl.gz").read_bytes()).decode().splitlines()
    return lines[::2], lines[1::2]


def lived(name: str, percepts: Iterable[str]) -> Iterator[str]:
    """What the character decides about these percepts today."""
    character = Character(load_persona(name), name, seed=7)
    for percept in percepts:
        yield _line(_DECISION, character.tick(_PERCEPT.validate_json(percept)))


def _line(kind: TypeAdapter, value: object) -> str:
    return json.dumps(_rounded(kind.dump_python(value, mode="json", exclude={"line_id"})), ensure_ascii=False)  # told by `line`


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    return [_rounded(entry) for entry in value] if isinstance(value, list) else value


def _decide_anew() -> None:
    for name in characters():
        percepts, _ = kept(name)
        pairs = zip(percepts, lived(name, percepts), strict=True)
        text = "".join(f"{percept}\n{decision}\n" for percept, decision in pairs)
        (FOLDER / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    _decide_anew()
