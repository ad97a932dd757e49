"""The add-on inside Godot holds sessions with the real server, through a WebSocket proxy as a web export would."""

from __future__ import annotations

import os
from contextlib import closing

import pytest

pytest.importorskip("websockets", reason="websockets is not installed: pip install -e '.[dev]'")

from engine.formats.wire.codec import Hear
from tests.bridge.voice_peer import SECRET, VoicePeer

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


def test_what_a_microphone_hears_is_answered_aloud(godot, connect, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    server, proxy = connect("--voice-token-file", str(tmp_path / "secret"), "--memory", "none")
    with closing(VoicePeer(f"tcp://127.0.0.1:{server.port}", says="well met").ready()) as voice:
        done = godot(["test_voice"], [f"--port={proxy.port}"])
        heard = [piece for piece in voice.news if isinstance(piece, Hear)]
    assert sum(line.startswith("PASS") for line in done.lines) == 3, str(done)
    assert b"".join(piece.pcm for piece in heard) == (0.5 * 32767).__round__().to_bytes(2, "little") * 16_000
    assert (heard[0].rate, heard[-1].end) == (16_000, True)
