"""Characters behind the bridge remember: after despawning, after a restart, after the server was killed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from engine.bridge.client import Client
from engine.bridge.server import Server
from engine.errors import Fault
from engine.formats.wire.codec import Hello, Observe, Spawn
from engine.minds.brain import Brain, Observation
from engine.perception.echo import EchoPerceiver
from npc.log import replay
from npc.memory import InMemoryStore, SqliteStore
from tests.bridge.wire import Wire

DEADLINE = 30.0
TAM = {"name": "Tam", "lines": {"greet": ["Who are you?", {"say": "You again.", "remembers": "greet"}]}}


def _say(brain: Brain, mind, time: float) -> str:
    return brain.decide(None, [Observation(mind, time, "hello", source=f"{time}")])[0][0].line


def test_a_brain_keeps_what_was_said_before_it_answers(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    brain = Brain(EchoPerceiver(), store=store)
    mind = brain.mind("tam", TAM, world="village")
    assert _say(brain, mind, 1.0) == "Who are you?"
    assert store.load(("village", "tam")).people["player"].heard == 1
    assert _say(brain, brain.mind("tam", TAM, world="village"), 1.0 + 1) == "You again."
    assert _say(brain, brain.mind("tam", TAM, world="another game"), 3.0) == "Who are you?"
    brain.close()


class _FullDisk(InMemoryStore):
    full = True

    def write(self, changes):
        if self.full:
            from npc import RecollectionError

            raise RecollectionError("memory_file", "The disk is full.", "Make room.")
        super().write(changes)


def test_a_full_disk_stops_no_game_and_loses_nothing_once_there_is_room(caplog):
    store = _FullDisk()
    brain = Brain(EchoPerceiver(), store=store)
    mind = brain.mind("tam", TAM)
    assert _say(brain, mind, 1.0) == "Who are you?"
    assert "The disk is full. Make room." in caplog.text
    store.full = False
    assert _say(brain, mind, 2.0) == "You again."
    assert store.load(("", "tam")).people["player"].heard == 2
    assert len(store.load(("", "tam")).episodes) == 2


def test_a_memory_that_cannot_be_read_is_named_to_whoever_speaks_to_its_npc(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    store._base.execute("DROP TABLE life")
    brain = Brain(EchoPerceiver(), store=store)
    minds = [brain.mind("tam", TAM), brain.mind("tam", TAM)]
    for refused in brain.decide(None, [Observation(mind, 1.0, "hello") for mind in minds]):
        assert isinstance(refused, Fault)
        assert "What tam remembers cannot be read" in refused.message
        assert refused.fix
    store.close()


@pytest.mark.parametrize("option", [["--memory", "memory.sqlite"], []], ids=["a file", "no file"])
def test_a_server_that_was_killed_remembers(tmp_path, option):
    lines = [_one_life(tmp_path, option) for _ in range(2)]
    assert lines == ["Who are you?", "You again." if option else "Who are you?"]


def _one_life(folder, option: list[str]) -> str:
    """Start a server, say one thing, kill it; the answer."""
    with _killed_in_the_end(folder, *option) as endpoint, Client(endpoint, timeout=DEADLINE) as client:
        client.spawn("tam", TAM)
        client.observe("tam", text="hello")
        return client.poll(DEADLINE)[0].line


@contextmanager
def _killed_in_the_end(folder, *options: str):
    """Address of a server without a model, as a process."""
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    command = [sys.executable, "-m", "engine", "serve", "--echo", "--bind", "tcp://127.0.0.1:0", "--ready-file", str(ready)]
    server = subprocess.Popen([*command, *options], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + DEADLINE
        while not ready.exists():
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        yield ready.read_text()
    finally:
        server.kill()
        server.wait(DEADLINE)


def test_a_memory_file_of_another_server_is_refused_in_one_line(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    command = [sys.executable, "-m", "engine", "serve", "--echo", "--bind", "tcp://127.0.0.1:0", "--memory"]
    said = subprocess.run([*command, str(tmp_path / "memory.sqlite")], capture_output=True, text=True, timeout=DEADLINE)
    assert (said.returncode, len(said.stderr.splitlines())) == (2, 1)
    assert "in use by another server" in said.stderr
    assert "--memory none" in said.stderr
    store.close()


def test_a_brain_that_logs_can_be_replayed(tmp_path):
    brain = Brain(EchoPerceiver(), logs=tmp_path)
    mind = brain.mind("tam/../x", TAM)
    for n in range(5):
        _say(brain, mind, float(n))
    (log,) = tmp_path.iterdir()
    result = replay(log)
    assert (result.ticks, result.line) == (5, None)


def test_a_repeated_spawn_makes_no_second_character(tmp_path):
    brain = Brain(EchoPerceiver(), logs=tmp_path)
    server = Server("tcp://127.0.0.1:0")
    thread = threading.Thread(target=server.run, args=(brain, "echo"))
    thread.start()
    wire = Wire(server.endpoint)
    wire.say(Hello("game", "5e55"))
    for number, watch in enumerate((("wolf",), ("boat", "fire"))):
        wire.say(Spawn("tam", TAM, watch))
        wire.next("spawned")
        wire.say(Observe(number, ("tam",)))
        wire.next("decision")
    (session,) = server.sessions.all
    assert session.npcs["tam"].mind.watch == ("boat", "fire")
    assert len(list(tmp_path.iterdir())) == 1
    wire.close()
    server.stop()
    thread.join(DEADLINE)


def test_two_games_of_one_name_know_what_the_other_said_also_after_the_server_was_killed(tmp_path):
    lines = []
    with _killed_in_the_end(tmp_path, "--memory", "memory.sqlite") as endpoint:
        one, other = (Client(endpoint, name="game", timeout=DEADLINE) for _ in range(2))
        for client in (one, other):
            client.spawn("tam", TAM)
        for client in (one, other, one, other):
            client.observe("tam", text="hello")
            lines.append(client.poll(DEADLINE)[0].line)
    for client in (one, other):
        client.close()
    assert lines[:2] == ["Who are you?", "You again."]
    store = SqliteStore(tmp_path / "memory.sqlite")
    known = store.load(("game", "tam"))
    assert (known.people["player"].heard, len(known.episodes)) == (4, 4)
    store.close()
