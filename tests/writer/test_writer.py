"""A GPT-2 of random weights says nothing that makes sense, but it says it as any model does: streamed, cut, checked."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the hf extra")
pytest.importorskip("transformers", reason="needs the hf extra")

from engine.cli.llm_process import LlmProcess
from engine.errors import Fault
from engine.voice.llm import Completion, LlmError
from engine.writer.model import Writer, script
from engine.writer.server import WriterServer

ASKED = [{"role": "system", "content": "rules"}, {"role": "user", "content": "hello"}]


@pytest.fixture(scope="session")
def gpt2(tmp_path_factory) -> Path:
    """A folder with a tiny GPT-2 and its tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("gpt2")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet)
    tokenizer.train_from_iterator(["the wolf is near the well"] * 4, trainer)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>").save_pretrained(folder)
    torch.manual_seed(0)
    cfg = GPT2Config(vocab_size=300, n_positions=128, n_embd=32, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    GPT2LMHeadModel(cfg).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def writer(gpt2: Path) -> Writer:
    return Writer(f"hf:{gpt2}", threads=1)


@pytest.fixture
def server(writer: Writer) -> Iterator[WriterServer]:
    with WriterServer(writer, key="secret") as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_the_likeliest_text_is_the_same_each_time_and_as_long_as_asked(writer: Writer) -> None:
    first = list(writer.write(ASKED, 12, 0.0, lambda: False))
    assert first == list(writer.write(ASKED, 12, 0.0, lambda: False))
    assert 1 <= len(first) <= 12
    assert not any("\ufffd" in piece for piece in first)


def test_writing_ends_when_nobody_wants_more(writer: Writer) -> None:
    asked = count(1)
    assert len(list(writer.write(ASKED, 100, 1.0, lambda: next(asked) > 3))) <= 3
    assert next(asked) == 5


def test_a_model_that_knows_no_chat_goes_on_with_a_script() -> None:
    data = {"who": {"name": "Brenna", "speech": "short and gruff"}, "says": 'the "wolf"?', "line": "It ran.", "player": "Tom"}
    told = script([{"role": "user", "content": json.dumps(data)}])
    assert told.startswith("Brenna speaks like this: short and gruff\nTom: ")
    assert told.endswith('Brenna: "It ran."\nThe same in other words.\nBrenna: "')
    assert script(ASKED) == "system: rules\nuser: hello\nassistant:"


def test_the_second_voice_is_streamed_to(server: WriterServer) -> None:
    completion = Completion(
        server.address, "secret", {"messages": ASKED, "max_tokens": 5, "temperature": 0}, time.monotonic() + 60
    )
    assert "".join(completion.pieces()) == "".join(server.writer.write(ASKED, 5, 0.0, lambda: False))


def test_who_hangs_up_lets_the_next_one_be_served(server: WriterServer) -> None:
    body = {"messages": ASKED, "max_tokens": 500}
    endless = Completion(server.address, "secret", body, time.monotonic() + 60)
    pieces = endless.pieces()
    next(pieces)
    endless.cut()
    with pytest.raises(LlmError):
        list(pieces)
    after = Completion(server.address, "secret", {"messages": ASKED, "max_tokens": 2}, time.monotonic() + 60)
    list(after.pieces())


@pytest.mark.parametrize(
    ("status", "key", "kind", "body"),
    [
        (401, "other", "application/json", json.dumps({"messages": ASKED})),
        (400, "secret", "text/plain", json.dumps({"messages": ASKED})),
        (400, "secret", "application/json", "[]"),
        (400, "secret", "application/json", '{"messages": []}'),
        (400, "secret", "application/json", "{"),
        (200, "secret", "application/json", json.dumps({"messages": ASKED, "max_tokens": 1})),
        (200, "secret", "application/json", json.dumps({"messages": ASKED, "max_tokens": 1, "temperature": 1e-300})),
        (200, "secret", "application/json", json.dumps({"messages": ASKED, "max_tokens": 1, "temperature": float("nan")})),
    ],
)
def test_bad_requests_are_refused(server: WriterServer, status: int, key: str, kind: str, body: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
    connection.request("POST", "/v1/chat/completions", body, headers)
    response = connection.getresponse()
    assert response.status == status
    assert ("error" in json.loads(response.read())) == (status != 200)
    connection.close()


def test_a_model_that_is_not_here_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"no model 'nobody/nothing' on this machine.*hf download nobody/nothing"):
        Writer("hf:nobody/nothing", 1)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(Fault, match="holds no language model"):
        Writer(f"hf:{tmp_path}", 1)


def test_its_process_serves_beside_a_server_and_ends_with_it(gpt2: Path) -> None:
    with LlmProcess(f"hf:{gpt2}") as process:
        body = {"messages": ASKED, "max_tokens": 3}
        list(Completion(process.url, process.key, body, time.monotonic() + 60).pieces())
        with pytest.raises(LlmError, match="401"):
            list(Completion(process.url, "", body, time.monotonic() + 60).pieces())
    with pytest.raises(LlmError):
        list(Completion(process.url, process.key, body, time.monotonic() + 5).pieces())


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_a_process_that_complains_at_length_before_it_is_ready_is_waited_for(tmp_path: Path, monkeypatch) -> None:
    chatty = tmp_path / "python"
    lines = "import sys, time\nsys.stderr.write('a warning\\n' * 50_000)\nprint('ready: here', flush=True)\ntime.sleep(600)\n"
    chatty.write_text(f"#!{sys.executable}\n{lines}")
    chatty.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(chatty))
    with LlmProcess("hf:any") as process:
        assert process.url == "here"


def test_serve_tells_in_one_line_that_there_is_no_model(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "engine", "serve", "--bind", "tcp://127.0.0.1:0", "--echo", "--llm", f"hf:{tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "no language model" in done.stderr
