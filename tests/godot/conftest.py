"""The add-on as files, and a Godot to run it in. Where there is none the tests say what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.godot.engine import Absent, Run, run_project

ROOT = Path(__file__).parents[2]
ADDON = ROOT / "clients" / "godot" / "addons" / "npc_engine"
PROJECT = Path(__file__).with_name("project")
VECTORS = ROOT / "tests" / "conformance"


def project_files() -> dict[str, bytes]:
    """The tests' project with the add-on and the vectors in it."""
    files = {path.relative_to(PROJECT).as_posix(): path.read_bytes() for path in PROJECT.rglob("*") if path.is_file()}
    files |= {f"addons/npc_engine/{path.name}": path.read_bytes() for path in ADDON.glob("*.gd")}
    return files | {f"vectors/{path.name}": path.read_bytes() for path in VECTORS.glob("*.json")}


@pytest.fixture(scope="session")
def godot() -> Callable[..., Run]:
    """Runs suites of `project/` in Godot and fails where one of their tests does."""

    def run(suites: Iterable[str], arguments: Iterable[str] = (), on_line: Callable[[str], None] = lambda line: None) -> Run:
        words = [*(f"res://{suite}.gd" for suite in suites), *arguments]
        try:
            done = run_project(project_files(), words, on_line)
        except Absent as missing:
            pytest.skip(str(missing))
        assert done.code == 0, str(done)
        assert "DONE" in done.lines, str(done)
        return done

    return run


@pytest.fixture(autouse=True)
def _needs_the_addon() -> None:
    if not ADDON.is_dir():
        pytest.skip(f"the Godot add-on is not here ({ADDON}): run from a checkout")
