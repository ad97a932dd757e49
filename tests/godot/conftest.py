"""The add-on as files, and a Godot to run it in. Where there is none the tests say what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.godot.browser import Absent, Run, run_project
from tests.godot.server import ServerProcess

if TYPE_CHECKING:
    from tests.godot.proxy import Proxy

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "clients" / "godot"
ADDON = PLUGIN / "addons" / "npc_engine"
PROJECT = Path(__file__).with_name("project")
VECTORS = ROOT / "tests" / "conformance"


def project_files() -> dict[str, bytes]:
    """The tests' project with the add-on, the demo and the vectors in it."""
    files = {path.relative_to(PROJECT).as_posix(): path for path in PROJECT.rglob("*") if path.is_file()}
    files |= {path.relative_to(PLUGIN).as_posix(): path for path in PLUGIN.rglob("*.gd")}
    files |= {path.relative_to(PLUGIN).as_posix(): path for path in (PLUGIN / "demo").glob("*.tscn")}
    files |= {f"vectors/{path.name}": path for path in VECTORS.glob("*.json")}
    return {name: path.read_bytes() for name, path in files.items()}


@pytest.fixture(scope="session")
def godot() -> Callable[..., Run]:
    """Runs suites of `project/` in Godot and fails where one of their tests does."""

    if not ADDON.is_dir():
        pytest.skip(f"the Godot add-on is not here ({ADDON}): run from a checkout")

    def run(suites: Iterable[str], arguments: Iterable[str] = (), **options: Any) -> Run:
        words = [*(f"res://{suite}.gd" for suite in suites), *arguments]
        try:
            done = run_project(project_files(), words, **options)
        except Absent as missing:
            pytest.skip(str(missing))
        assert done.code == 0, str(done)
        assert "DONE" in done.lines, str(done)
        return done

    return run


@pytest.fixture(scope="session")
def offline(godot: Callable[..., Run]) -> Run:
    """All suites that need no server, in one run."""
    suites = ("msgpack", "protocol", "zmtp", "dialogue", "timelines", "addon", "recorder")
    return godot([f"test_{suite}" for suite in suites])


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[..., tuple[ServerProcess, Proxy]]]:
    """Starts a server and a proxy before it."""
    started: list[tuple[ServerProcess, Proxy]] = []

    from tests.godot.proxy import Proxy  # here, because `websockets` may be absent

    def start(*options: str, **how: Any) -> tuple[ServerProcess, Proxy]:
        server = ServerProcess(tmp_path, *options, **how)
        started.append((server, Proxy(server.port)))
        return started[-1]

    yield start
    for server, proxy in started:
        proxy.close()
        server.kill()
