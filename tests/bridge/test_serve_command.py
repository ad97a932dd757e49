"""`python -m engine serve` and `keys`: what they print, refuse and leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from engine.bridge.client import Client
from engine.bridge.keys import load_client_keys
from engine.bridge.soak.kills import free_port

DEADLINE = 30.0


def _engine(*arguments: str, cwd) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    command = [sys.executable, "-m", "engine", *arguments]
    return subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _endpoint(ready, server) -> str:
    deadline = time.monotonic() + DEADLINE
    while not ready.exists():
        assert server.poll() is None, server.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return ready.read_text()


REFUSED = {
    "an open address": (["--bind", "tcp://0.0.0.0:0"], "--keys FILE"),
    "a key file that is not there": (["--keys", "no.keys"], "python -m engine keys"),
    "open metrics": (["--bind", "tcp://127.0.0.1:0", "--echo", "--metrics", "0.0.0.0:0"], "never encrypted"),
    "metrics nowhere": (["--bind", "tcp://127.0.0.1:0", "--echo", "--metrics", "9100"], "no HOST:PORT"),
}


@pytest.mark.parametrize(("arguments", "fix"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_unsafe_or_senseless_is_refused_in_one_line(tmp_path, arguments, fix):
    server = _engine("serve", *arguments, cwd=tmp_path)
    _, said = server.communicate(timeout=DEADLINE)
    assert server.returncode == 2
    assert fix in said
    assert len(said.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
def test_a_server_with_keys_metrics_and_json_logs_stops_cleanly(tmp_path):
    made = _engine("keys", "server.keys", "--add", "village", cwd=tmp_path)
    made.communicate(timeout=DEADLINE)
    ready, metrics = tmp_path / "ready", f"127.0.0.1:{free_port()}"
    options = ["--bind", "tcp://127.0.0.1:0", "--echo", "--keys", "server.keys", "--ready-file", str(ready)]
    options += ["--metrics", metrics, "--journal", "journal.db", "--log-format", "json", "--verbose", "--inspect", "0"]
    server = _engine("serve", *options, cwd=tmp_path)
    try:
        keys = load_client_keys(tmp_path / "village.keys")
        with Client(_endpoint(ready, server), keys=keys, timeout=DEADLINE) as client:
            client.spawn("mira", "healer")
            client.observe("mira", text="hello")
            assert client.poll(DEADLINE)[0].action == "greet"
            page = urllib.request.urlopen(f"http://{metrics}/metrics", timeout=DEADLINE).read()
        assert b"npc_engine_heard_total 1.0" in page
        server.send_signal(signal.SIGTERM)
        said, log = server.communicate(timeout=DEADLINE)
    finally:
        server.kill()
    assert server.returncode == 0
    assert "inspector: http://127.0.0.1:" in said
    assert '"event": "client_here", "client": "game", "user": "village"' in log
    assert '"event": "stopped"' in log.splitlines()[-1]
