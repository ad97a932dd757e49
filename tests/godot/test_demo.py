"""The demo, drawn by Godot, in front of the server with its model: what a player would see."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

pytest.importorskip("websockets", reason="websockets is not installed: pip install -e '.[dev]'")


def test_villagers_see_the_wolf_and_answer_the_player(godot, connect):
    _, proxy = connect(echo=False)
    done = godot(["test_demo"], [f"--port={proxy.port}"], screen=(960, 540))
    [picture] = [line.split(" ")[2] for line in done.lines if line.startswith("FILE demo.png")]
    with Image.open(io.BytesIO(base64.b64decode(picture))) as shown:
        assert shown.size == (960, 540)
