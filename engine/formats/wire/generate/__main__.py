"""Writes the generated files, or with `--check` says which of them are not what protocol.yaml says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from engine.errors import Fault
from engine.formats.wire.generate import csharp, gdscript, pages, python, vectors
from engine.formats.wire.generate.schema import load

ROOT = Path(__file__).parents[4]  # of the checkout
WIRE = "engine/formats/wire"


def generated() -> Iterator[tuple[Path, str]]:
    """Every file and what belongs into it."""
    schema = load()
    yield ROOT / "engine/formats/pixels.py", python.pixels(schema)
    yield ROOT / WIRE / "constants.py", python.constants(schema)
    yield ROOT / WIRE / "messages.py", python.messages(schema)
    yield ROOT / "clients/unity/Runtime/Core/Wire.g.cs", csharp.wire(schema)
    yield ROOT / "clients/godot/addons/npc_engine/wire.gd", gdscript.wire(schema)
    yield ROOT / "tests/conformance/fields.json", vectors.fields(schema)
    page = ROOT / "docs/protocol.md"
    yield page, pages.filled(schema, page.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    files = list(generated())
    if arguments == ["--check"]:
        stale = [path for path, text in files if not path.exists() or path.read_text(encoding="utf-8") != text]
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what protocol.yaml says. Run: python -m engine.formats.wire.generate")
        return bool(stale)
    for path, text in files:
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Fault as fault:
        sys.exit(f"error: {fault}")
