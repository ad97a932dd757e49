"""The add-on inside Godot holds sessions with the real server, through a WebSocket proxy as a web export would."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("websockets", reason="websockets is not installed: pip install -e '.[dev]'")


KILLS = int(os.environ.get("KILLS", "2"))


def test_sessions_survive_the_server_and_a_second_play(godot, connect):
    server, proxy = connect()
    orders = {"SERVER kill": server.kill, "SERVER start": server.start}
    done = godot(
        ["test_live"],
        [f"--port={proxy.port}", f"--kills={KILLS}"],
        on_line=lambda line: orders.get(line, lambda: None)(),
        deadline=120.0 + 10.0 * KILLS,
    )
    assert sum(line.startswith("PASS") for line in done.lines) == 12, str(done)
