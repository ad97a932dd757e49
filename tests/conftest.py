"""What all tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import engine as engine  # before ONNX Runtime, whose telemetry it turns off

if TYPE_CHECKING:
    from engine.fleet.local_postgres import LocalPostgres
    from engine.perception import Perceiver

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("NPC_ENGINE_MEMORY", "none")  # no test may meet what another one said
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # each of the processes has a core


@pytest.fixture(scope="session", autouse=True)
def patterns() -> None:
    """As a server does while its model loads: no test's time is that of the first words."""
    import npc.character  # noqa: F401  all tables are read by then
    from npc.language.patterns import compile_all

    compile_all()


@pytest.fixture(scope="module")
def llm() -> Iterator[str]:
    """Address of a language model's server, a process of its own; see `tests/voice/llm_server.py` for its models."""
    script = Path(__file__).parent / "voice" / "llm_server.py"
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    process.kill()
    process.wait()


@pytest.fixture(scope="session")
def perceiver() -> Perceiver:
    """The shipped bundle on the CPU; `tests/bridge` puts a stub in its place."""
    from engine.perception import Perceiver  # here, since most rooms need none

    return Perceiver(provider="cpu", threads=2)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[LocalPostgres]:
    """A PostgreSQL of our own."""
    pytest.importorskip("psycopg", reason="needs the postgres extra")
    from engine.fleet.local_postgres import LocalPostgres, installed

    if installed() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with LocalPostgres() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: LocalPostgres) -> LocalPostgres:
    """The same, with nothing in it that another test has written."""
    import psycopg

    with psycopg.connect(postgres_server.url, autocommit=True) as base:
        base.execute("DROP SCHEMA IF EXISTS npc_engine CASCADE")
    return postgres_server
