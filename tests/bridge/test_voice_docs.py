"""The Python of docs/voice.md does what the page says, as it stands there."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.bridge.voice_peer import DEADLINE, SECRET, VoicePeer

PAGE = Path(__file__).parents[2] / "docs" / "voice.md"


class Microphone:
    def read(self) -> bytes:
        return b"\1\0" * 800


class Player:
    def __init__(self) -> None:
        self.played: list[tuple[str, bytes, int]] = []
        self.stopped: list[str] = []

    def play(self, speech: str, pcm: bytes, rate: int) -> None:
        self.played.append((speech, pcm, rate))

    def stop(self, speech: str) -> None:
        self.stopped.append(speech)


def test_the_example_hears_answers_and_falls_silent(serve, connect, picture):
    if not PAGE.is_file():
        pytest.skip("the docs are not here: this test needs the checkout")
    [code] = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    imports, hears, each_frame = code.split("\n\n")
    server = serve(voice_token=SECRET)
    peer = VoicePeer(server.endpoint, says="good morning").ready()
    try:
        with connect(server) as client:
            client.spawn("mira", "healer")
            client.until(lambda: client.has_voice)
            button, player, subtitles = iter([True] * 4 + [False]), Player(), []
            game = {
                "client": client,
                "microphone": Microphone(),
                "player": player,
                "button_is_down": lambda: next(button),
                "screenshot": picture,
                "subtitle": subtitles.append,
            }
            exec(compile(imports, str(PAGE), "exec"), game)
            exec(compile(hears, str(PAGE), "exec"), game)
            frame = compile(each_frame, str(PAGE), "exec")
            deadline = time.monotonic() + DEADLINE
            while not player.played:
                assert time.monotonic() < deadline, "nobody answers aloud"
                exec(frame, game)
                time.sleep(0.01)
            assert len(subtitles) == 4
            assert game["hearing"].text == "good morning"
            client.hush()
            exec(frame, game)
            assert player.stopped
    finally:
        peer.close()
