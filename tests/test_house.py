"""The house keeps its order: where modules stand, how long they are, and that tests stand where their rooms stand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="an installed wheel: its sources are elsewhere")
MODULES = [module for room in ("engine", "npc", "export", "demo_game") for module in (ROOT / room).rglob("*.py")]


def _lines(module: Path) -> int:
    """Of what people write; what is generated is as long as it is."""
    lines = module.read_text(encoding="utf-8").splitlines()
    return 0 if lines and "do not edit" in lines[0] else len(lines)


@pytest.mark.parametrize("room", ["engine", "npc", "export", "demo_game"])
def test_a_module_can_be_read_at_one_sitting(room: str) -> None:
    long = [str(module.relative_to(ROOT)) for module in (ROOT / room).rglob("*.py") if _lines(module) > 410]
    assert not long, "split them"


def test_modules_hold_a_full_concept() -> None:
    assert median(lines for module in MODULES if (lines := _lines(module))) >= 130, "merge what is small and one concept"


def test_hardly_anything_is_loose_in_engine() -> None:
    assert len(list((ROOT / "engine").glob("*.py"))) <= 4


def test_every_room_has_its_tests() -> None:
    rooms = [path.parent.relative_to(ROOT / "engine") for path in (ROOT / "engine").rglob("__init__.py")]
    named = [room for room in rooms if room.parts and len(room.parts) <= 2 and room.parts[0] in ("lab", "formats", "cli")]
    served = [room for room in rooms if len(room.parts) == 1]
    inside = {
        Path("formats/wire"),
        Path("lab/comparison"),
        Path("data"),
    }  # tests/conformance, tests/lab/training; the old place
    assert [str(room) for room in {*named, *served} - inside if not (ROOT / "tests" / room).is_dir()] == []


def test_whatever_is_read_at_run_time_is_in_the_wheel() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    packed = {path for room, patterns in data.items() for pattern in patterns for path in (ROOT / room).glob(pattern)}
    there = {path for room in ("engine", "npc", "export", "demo_game") for path in (ROOT / room).rglob("*") if path.is_file()}
    left = {str(path.relative_to(ROOT)) for path in there - packed if path.suffix not in (".py", ".pyc")}
    assert not left, "name them under package-data in pyproject.toml"
