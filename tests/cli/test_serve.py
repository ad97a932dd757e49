"""`python -m engine serve` and `keys`: what they print, refuse and leave behind."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from engine.bridge.client import Client
from engine.bridge.keys import load_client_keys
from engine.bridge.server import Server
from engine.bridge.voice_link import VoiceLink
from engine.cli import lifetime
from engine.cli.voice_process import reachable, secret_of_voice
from engine.errors import Fault
from engine.minds.brain import Brain
from engine.perception.echo import EchoPerceiver
from npc.exchange.png import blank
from npc.memory import SqliteStore

DEADLINE = 30.0


def _environment(**changes: str | None) -> dict[str, str]:
    """Ours, with changes; None leaves a variable out."""
    path = os.pathsep.join(path or os.getcwd() for path in sys.path)
    return {name: value for name, value in {**os.environ, "PYTHONPATH": path, **changes}.items() if value is not None}


def _engine(*arguments: str, cwd, environment=None, **streams) -> subprocess.Popen:
    command = [sys.executable, "-m", "engine", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.Popen(command, cwd=cwd, env=environment or _environment(), text=True, **streams)


@pytest.fixture
def echo(tmp_path):
    """Starts `serve --echo` with a ready file and further options; each ends with the test."""
    servers = []

    def start(*options: str, ready: str = "ready", **how) -> tuple[subprocess.Popen, Path]:
        file = tmp_path / ready
        arguments = ("serve", "--echo", "--bind", "tcp://127.0.0.1:0", "--ready-file", str(file), *options)
        servers.append(_engine(*arguments, cwd=tmp_path, **how))
        return servers[-1], file

    yield start
    for server in servers:
        server.kill()
        server.wait()


def _talk(endpoint: str) -> str:
    """What the healer says to hello."""
    with Client(endpoint, timeout=DEADLINE) as client:
        client.spawn("mira", "healer")
        client.observe("mira", text="hello")
        return client.poll(DEADLINE)[0].action


def _endpoint(ready, server) -> str:
    deadline = time.monotonic() + DEADLINE
    while not ready.exists():
        assert server.poll() is None, server.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return ready.read_text()


ECHO = ("--bind", "tcp://127.0.0.1:0", "--echo")
REFUSED = {
    "an open address": (["--bind", "tcp://0.0.0.0:0"], "--keys FILE"),
    "a key file that is not there": (["--keys", "no.keys"], "python -m engine keys"),
    "open metrics": ([*ECHO, "--metrics", "0.0.0.0:0"], "never encrypted"),
    "metrics nowhere": ([*ECHO, "--metrics", "9100"], "no HOST:PORT"),
    "an empty token": ([*ECHO, "--token", ""], "keep nobody out"),
    "a blank token": ([*ECHO, "--token", " "], "keep nobody out"),
    "a token that no client can send": ([*ECHO, "--token", "x" * 513], "no client could send it"),
    "a token of half a character": ([*ECHO, "--token", "\udce9"], "no client could send it"),
    "a parent that is not there": (
        [*ECHO, "--parent-pid", "999999999"],
        "no process 999999999",
    ),
    "a parent beyond all numbers": ([*ECHO, "--parent-pid", "9" * 30], "beyond what can be counted"),
    "a parent beyond all processes": ([*ECHO, "--parent-pid", "9" * 15], "no process"),
    "a ready file that is a folder": ([*ECHO, "--ready-file", "."], "no ready file"),
    "a ready file that is something else": (
        [*ECHO, "--ready-file", "save.dat"],
        "no ready file",
    ),
    "a model that is nowhere": ([*ECHO, "--llm", "http://[::1"], "like http"),
    "no model at all": ([*ECHO, "--llm", ""], "like http"),
}


@pytest.mark.parametrize(("arguments", "fix"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_unsafe_or_senseless_is_refused_in_one_line(tmp_path, arguments, fix):
    (tmp_path / "save.dat").write_text("level 7")
    server = _engine("serve", *arguments, cwd=tmp_path)
    _, said = server.communicate(timeout=DEADLINE)
    assert server.returncode == 2
    assert fix in said
    assert len(said.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
def test_a_server_with_keys_metrics_and_json_logs_stops_cleanly(tmp_path):
    made = _engine("keys", "server.keys", "--add", "village", cwd=tmp_path)
    made.communicate(timeout=DEADLINE)
    ready = tmp_path / "ready"
    options = [*ECHO, "--keys", "server.keys", "--ready-file", str(ready)]
    options += ["--metrics", "127.0.0.1:0", "--journal", "journal.db", "--log-format", "json", "--verbose", "--inspect", "0"]
    server = _engine("serve", *options, cwd=tmp_path)
    try:
        keys = load_client_keys(tmp_path / "village.keys")
        with Client(_endpoint(ready, server), keys=keys, timeout=DEADLINE) as client:
            client.spawn("mira", "healer")
            client.observe("mira", text="hello")
            assert client.poll(DEADLINE)[0].action == "greet"
            told = [server.stdout.readline(), server.stdout.readline()]
            page = urllib.request.urlopen(told[1].removeprefix("metrics: ").strip(), timeout=DEADLINE).read()
        assert b"npc_engine_heard_total 1.0" in page
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=DEADLINE)
    finally:
        server.kill()
    assert server.returncode == 0
    assert told[0].startswith("inspector: http://127.0.0.1:")
    assert '"event": "client_here", "client": "game", "user": "village"' in log
    assert '"event": "stopped"' in log.splitlines()[-1]


def test_an_empty_token_in_the_environment_is_refused_as_one_that_was_given(tmp_path):
    server = _engine(
        "serve", "--echo", "--bind", "tcp://127.0.0.1:0", cwd=tmp_path, environment=_environment(NPC_ENGINE_TOKEN="")
    )
    assert "keep nobody out" in server.communicate(timeout=DEADLINE)[1]
    assert server.returncode == 2


# -- ends ----------------------------------------------------------------------------------------------


def test_a_server_ends_with_the_process_that_it_lives_with_even_one_that_was_killed(echo):
    game = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    server, ready = echo("--parent-pid", str(game.pid), "--verbose")
    assert _talk(_endpoint(ready, server)) == "greet"
    game.kill()  # and not collected: it stays in the table of processes
    _, log = server.communicate(timeout=DEADLINE)
    assert server.returncode == 0
    assert f"process {game.pid} has ended" in log
    assert not ready.exists()
    game.wait()


def test_where_the_system_tells_of_no_end_a_process_is_looked_at(monkeypatch):
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    monkeypatch.setattr(lifetime, "_LOOK_S", 0.01)
    game, ended = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE), threading.Event()
    lifetime.end_with_process(game.pid, ended.set)
    assert not ended.wait(0.1)
    game.kill()
    game.wait()
    assert ended.wait(DEADLINE)


def test_a_server_ends_with_its_standard_input(echo):
    server, ready = echo("--until-stdin-closes", "--verbose", stdin=subprocess.PIPE)
    server.stdin.write("what is said there is no matter\n")
    server.stdin.flush()
    assert _talk(_endpoint(ready, server)) == "greet"
    assert server.poll() is None
    _, log = server.communicate(timeout=DEADLINE)  # closes the pipe
    assert server.returncode == 0
    assert "standard input has ended" in log
    assert not ready.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_ends_a_server_cleanly_and_takes_the_ready_file_away(echo, number):
    server, ready = echo()
    _endpoint(ready, server)
    server.send_signal(getattr(signal, number))
    server.communicate(timeout=DEADLINE)
    assert server.returncode == 0
    assert not ready.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")
def test_a_signal_that_is_ignored_stays_so(echo):
    server, ready = echo(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    endpoint = _endpoint(ready, server)
    server.send_signal(signal.SIGHUP)
    assert _talk(endpoint) == "greet"


# -- the ready file ------------------------------------------------------------------------------------


def test_what_a_killed_server_left_behind_is_gone_before_the_next_one_is_ready(tmp_path, echo):
    first, ready = echo()
    old = _endpoint(ready, first)
    first.kill()
    first.wait()
    assert ready.read_text() == old
    missing = tmp_path / "no bundle"  # it ends before it is ready, and leaves no dead address behind
    second = _engine("serve", "--bind", "tcp://127.0.0.1:0", "--ready-file", str(ready), "--bundle", str(missing), cwd=tmp_path)
    second.communicate(timeout=DEADLINE)
    assert (second.returncode, ready.exists()) == (2, False)
    ready.write_text(old)
    third, _ = echo()
    deadline = time.monotonic() + DEADLINE
    while not (ready.exists() and ready.read_text() != old) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _talk(ready.read_text()) == "greet"
    assert third.poll() is None


def test_the_ready_file_of_a_server_that_runs_is_not_taken_from_it(echo):
    first, ready = echo()
    endpoint = _endpoint(ready, first)
    second, _ = echo()
    said = second.communicate(timeout=DEADLINE)[1]
    assert second.returncode == 2
    assert f"a server that runs at {endpoint}" in said
    assert ready.read_text() == endpoint


def test_of_two_servers_that_begin_at_once_with_one_ready_file_one_says_so(tmp_path):
    first, second = Server("tcp://127.0.0.1:0"), Server("tcp://127.0.0.1:0")
    runs = threading.Thread(target=first.run, args=(Brain(EchoPerceiver()),))
    runs.start()
    files = [lifetime.ReadyFile(tmp_path / "ready", server.endpoint) for server in (first, second)]
    files[0].write()
    with pytest.raises(Fault, match=f"runs at {first.endpoint}"):
        files[1].write()
    assert (tmp_path / "ready").read_text() == first.endpoint
    first.stop()
    runs.join()
    second.close()


def test_another_program_on_the_old_port_does_not_make_a_stale_file_a_servers(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        stale = tmp_path / "ready"
        stale.write_text(f"tcp://127.0.0.1:{other.getsockname()[1]}")
        file = lifetime.ReadyFile(stale, "tcp://127.0.0.1:1")
    assert not stale.exists()
    file.write()
    assert stale.read_text() == "tcp://127.0.0.1:1"
    stale.write_text("tcp://127.0.0.1:2")  # another server has come meanwhile
    file.remove()
    assert stale.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no FIFOs")
def test_a_fifo_is_no_ready_file_and_holds_up_nobody(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(Fault, match="no ready file"):
        lifetime.ReadyFile(tmp_path / "fifo", "tcp://127.0.0.1:1")


# -- streams that nobody reads -------------------------------------------------------------------------


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_pipe_that_is_closed_never_ends_a_server(tmp_path, echo, stream):
    inlet, outlet = os.pipe()
    server, ready = echo("--verbose", **{stream: outlet})
    os.close(outlet)
    os.close(inlet)
    endpoint = _endpoint_quietly(ready)
    for _ in range(3):
        assert _talk(endpoint) == "greet"
    server.terminate()
    assert server.wait(DEADLINE) == 0


def test_a_log_that_nobody_reads_never_hangs_a_server(echo):
    server, ready = echo("--verbose", "--log-format", "json")
    endpoint = _endpoint_quietly(ready)
    for _ in range(300):  # each hello and each goodbye is a line, and so is each of these
        with Client(endpoint, name="x" * 64, timeout=DEADLINE):
            pass
    assert _talk(endpoint) == "greet"
    server.terminate()
    assert server.wait(DEADLINE) == 0


@pytest.mark.skipif(os.name == "nt", reason="preexec_fn")
def test_a_server_needs_no_standard_streams_at_all(tmp_path, echo):
    """As a windowed process has none: every descriptor is closed before Python starts."""
    script = (
        "import os, sys\n"
        "for n in (0, 1, 2): os.close(n)\n"
        f"os.execv({sys.executable!r}, [{sys.executable!r}, '-m', 'engine', *sys.argv[1:]])\n"
    )
    ready = tmp_path / "ready"
    options = ["serve", "--echo", "--bind", "tcp://127.0.0.1:0", "--ready-file", str(ready), "--inspect", "0", "--verbose"]
    server = subprocess.Popen([sys.executable, "-c", script, *options], cwd=tmp_path, env=_environment())
    try:
        assert _talk(_endpoint_quietly(ready)) == "greet"
        server.terminate()
        assert server.wait(DEADLINE) == 0
    finally:
        server.kill()
        server.wait()
    assert not ready.exists()


def _endpoint_quietly(ready) -> str:
    deadline = time.monotonic() + DEADLINE
    while not ready.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return ready.read_text()


# -- memory that nobody chose --------------------------------------------------------------------------


def _serve(tmp_path, *options: str, **environment: str | None) -> tuple[int, str]:
    """Exit status and log of a server without `--echo` whose bundle is none: it ends after it has looked for its memory."""
    command = ["serve", "--bind", "tcp://127.0.0.1:0", "--bundle", str(tmp_path / "no bundle"), *options]
    server = _engine(*command, cwd=tmp_path, environment=_environment(NPC_ENGINE_MEMORY=None, **environment))
    return server.wait(DEADLINE), server.stderr.read()


@pytest.mark.skipif(os.name == "nt", reason="names Linux's directories")
def test_where_the_default_memory_cannot_be_it_is_said_and_the_game_goes_on(tmp_path):
    (tmp_path / "file").write_text("")
    _, log = _serve(tmp_path, XDG_DATA_HOME=str(tmp_path / "file"), HOME=str(tmp_path / "file"))
    assert "Characters will remember nothing beyond this run" in log
    assert "There is no bundle" in log  # it went on to the next step (the log has a thread of its own, so in either order)
    assert "Traceback" not in log


@pytest.mark.skipif(os.name == "nt", reason="names Linux's directories")
def test_a_memory_that_was_asked_for_is_had_or_refused(tmp_path):
    (tmp_path / "file").write_text("")
    status, log = _serve(tmp_path, "--memory", str(tmp_path / "file" / "memory.sqlite"))
    assert status == 2
    assert "cannot be used as a memory" in log.splitlines()[-1]


@pytest.mark.skipif(os.name == "nt", reason="names Linux's directories")
def test_the_default_memory_lies_in_the_directory_that_the_environment_names(tmp_path):
    _, log = _serve(tmp_path, XDG_DATA_HOME=str(tmp_path / "data"), HOME=None)
    assert "remember nothing" not in log
    with sqlite3.connect(tmp_path / "data" / "npc-engine" / "memory.sqlite") as base:
        assert base.execute("SELECT count(*) FROM episode").fetchone() == (0,)


@pytest.mark.skipif(os.name == "nt", reason="names Linux's directories")
def test_a_second_game_without_a_memory_file_of_its_own_gets_one_and_is_told(tmp_path):
    with closing(SqliteStore(tmp_path / "npc-engine" / "memory.sqlite")):  # as the first game's server has it
        _, log = _serve(tmp_path, XDG_DATA_HOME=str(tmp_path))
        assert "keeps " + str(tmp_path / "npc-engine" / "memory-2.sqlite") in log
        assert "Give each game a file of its own with --memory" in log
        status, log = _serve(tmp_path, "--memory", str(tmp_path / "npc-engine" / "memory.sqlite"))
        assert status == 2
        assert "in use by another server" in log
    assert (tmp_path / "npc-engine" / "memory-2.sqlite").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
def test_a_program_may_serve_by_the_front_door_and_its_own_signals_are_as_before(tmp_path):
    code = (
        "import engine, pathlib, signal, os, threading\n"
        "mine = lambda *_: os._exit(7)\n"
        "signal.signal(signal.SIGTERM, mine)\n"
        "engine.serve(bind='tcp://127.0.0.1:0', echo=True, ready_file=pathlib.Path('ready'), parent_pid=os.getppid())\n"
        "assert signal.getsignal(signal.SIGTERM) is mine\n"
        "print('served')\n"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, env=_environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert _talk(_endpoint_quietly(tmp_path / "ready")) == "greet"
        program.terminate()
        said, _ = program.communicate(timeout=DEADLINE)
    finally:
        program.kill()
    assert program.returncode == 0
    assert said.splitlines()[-1] == "served"


def test_the_secret_of_a_voice_comes_from_its_file(echo, tmp_path):
    (tmp_path / "secret").write_text("a secret of the voice\n")
    server, ready = echo("--voice-token-file", str(tmp_path / "secret"))
    with VoiceLink(_endpoint(ready, server), "a secret of the voice") as link:
        end = time.monotonic() + DEADLINE
        while not link.connected:
            link.poll(0.1)
            assert time.monotonic() < end


@pytest.mark.parametrize(
    ("text", "why"), [("", "1 to 512 characters"), ("x" * 513, "1 to 512 characters"), (None, "cannot be read")]
)
def test_a_file_without_a_secret_is_told(tmp_path, monkeypatch, text, why):
    monkeypatch.delenv("NPC_ENGINE_VOICE_TOKEN", raising=False)
    if text is not None:
        (tmp_path / "secret").write_text(text)
    with pytest.raises(Fault, match=why):
        secret_of_voice(False, tmp_path / "secret")


def test_without_a_file_a_server_has_no_secret_or_a_random_one(monkeypatch):
    monkeypatch.delenv("NPC_ENGINE_VOICE_TOKEN", raising=False)
    assert secret_of_voice(False, None) is None
    assert secret_of_voice(True, None) != secret_of_voice(True, None)
    monkeypatch.setenv("NPC_ENGINE_VOICE_TOKEN", "from the environment")
    assert secret_of_voice(False, None) == "from the environment"


def test_a_voice_beside_the_server_finds_it_on_this_machine():
    assert [reachable(f"tcp://{host}:5571") for host in ("0.0.0.0", "*", "[::]", "127.0.0.1")] == [
        "tcp://127.0.0.1:5571",
        "tcp://127.0.0.1:5571",
        "tcp://[::1]:5571",
        "tcp://127.0.0.1:5571",
    ]


# -- cards of its own ----------------------------------------------------------------------------------


def test_cards_that_nobody_can_spawn_are_told_before_the_server_is_ready(tmp_path, echo):
    cards = tmp_path / "cards"
    (cards / "art").mkdir(parents=True)
    (cards / "art" / "relic.png").write_bytes(blank(4, 4))
    text = "name: Tam\nwatch:\n  relic: {means: loot, looks: art/relic.png}\n  imp: {means: threat, looks: art/imp.png}\n"
    (cards / "tam.yaml").write_text(text)
    (cards / "broken.yaml").write_text("name: [imp.png")
    server, ready = echo("--personas", str(cards))
    assert _talk(_endpoint(ready, server)) == "greet"
    server.terminate()
    [broken, tam] = server.communicate(timeout=DEADLINE)[1].splitlines()
    assert all(word in broken for word in ("WARNING", "broken.yaml:1", "nobody can spawn 'broken'"))
    assert all(word in tam for word in ("WARNING", "tam.yaml", "art/imp.png", "watch.imp.looks", "from the card on"))
