"""The plug-in's core, compiled by Debian's mono and driven over pipes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unity.csharp import HERE, PLUGIN, Game, ServerProcess, compile_cs


@pytest.fixture(scope="session")
def plugin() -> Path:
    """The UPM package's folder; skips where the tests run without the checkout."""
    if not PLUGIN.is_dir():
        pytest.skip("clients/unity is not here: these tests need the checkout")
    return PLUGIN


@pytest.fixture(scope="session")
def mcs() -> None:
    """Skips where there is no C# compiler."""
    if shutil.which("mcs") is None or shutil.which("mono") is None:
        pytest.skip("mcs and mono are not here: apt-get install mono-mcs mono-runtime libmono-system-core4.0-cil")


@pytest.fixture(scope="session")
def core(plugin: Path, mcs: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine-independent assembly."""
    out = tmp_path_factory.mktemp("unity") / "NpcEngine.Core.dll"
    compile_cs(out, sorted((plugin / "Runtime" / "Core").glob("*.cs")))
    return out


@pytest.fixture(scope="session")
def program(core: Path) -> Path:
    """The test program, beside the core that it uses."""
    out = core.with_name("program.exe")
    compile_cs(out, sorted((HERE / "program").glob("*.cs")), references=[core], target="exe")
    return out


@pytest.fixture(scope="session")
def unity(core: Path) -> list[Path]:
    """Assemblies with the signatures of Unity's API, in the order of their dependence."""
    engine, editor = core.with_name("UnityEngine.dll"), core.with_name("UnityEditor.dll")
    compile_cs(engine, [HERE / "stubs" / name for name in ("UnityEngine.cs", "Scene.cs")], references=["System.Core.dll"])
    compile_cs(editor, [HERE / "stubs" / "UnityEditor.cs"], references=[engine])
    return [engine, editor]


@pytest.fixture(scope="session")
def runtime(plugin: Path, core: Path, unity: list[Path]) -> Path:
    out = core.with_name("NpcEngine.dll")
    compile_cs(out, sorted((plugin / "Runtime").glob("*.cs")), references=[core, unity[0]], serialised=True)
    return out


@pytest.fixture
def server(program: Path, tmp_path: Path) -> Iterator[ServerProcess]:
    """The shipped engine on a free port. After `program`, so that nothing starts where that skips."""
    running = ServerProcess(tmp_path)
    yield running
    running.kill()


@pytest.fixture
def game(program: Path, server: ServerProcess) -> Iterator[Game]:
    """A C# game that is on its way to the server."""
    running = Game(program, server.endpoint)
    yield running
    running.kill()
