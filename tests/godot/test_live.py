"""The add-on inside Godot holds sessions with the real server, through a WebSocket proxy as a web export would."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.godot.server import ServerProcess

pytest.importorskip("websockets", reason="websockets is not installed: pip install -e '.[dev]'")

from tests.godot.proxy import Proxy


@pytest.fixture
def connect(tmp_path) -> Iterator[Callable[..., tuple[ServerProcess, Proxy]]]:
    started: list[tuple[ServerProcess, Proxy]] = []

    def start(**options) -> tuple[ServerProcess, Proxy]:
        server = ServerProcess(tmp_path, **options)
        started.append((server, Proxy(server.port)))
        return started[-1]

    yield start
    for server, proxy in started:
        proxy.close()
        server.kill()


def test_sessions_survive_the_server_and_a_second_play(godot, connect):
    server, proxy = connect()
    orders = {"SERVER kill": server.kill, "SERVER start": server.start}
    done = godot(["test_live"], [f"--port={proxy.port}"], lambda line: orders.get(line, lambda: None)())
    assert sum(line.startswith("PASS") for line in done.lines) == 8, str(done)
