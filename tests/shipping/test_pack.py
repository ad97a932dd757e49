"""The folder that ships with a game runs where players have it, and says what is in it."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from engine.bridge.client import Client
from engine.cli import COMMANDS, main
from engine.cli.pack import _PACKED
from engine.formats.bundle import default_bundle
from engine.formats.installed import Share
from engine.shipping import freezing
from engine.shipping.packing import program
from npc.evaluation.conversation import SCENES

# Small talk, words spelt wrongly, a foreign tongue, an order, a question for the card: each is read by tables of its own.
LINES = (
    "my sister got married yesterday",
    "hav you evr been to the montains",
    "Ich suche den Weg zur Stadt.",
    "what is your favourite colour?",
    "blorp fnark gribble wump",
    "wait here until i come back",
    "who are you?",
)
CARD = "name: Gerda\nlines:\n  greet: [Fresh bread!]\n"
posix = pytest.mark.skipif(sys.platform == "win32", reason="has no such rights and streams")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack under a path with blanks and letters beyond ASCII."""
    pytest.importorskip("PyInstaller", reason="PyInstaller is not installed: pip install -e '.[pack]'")
    place = tmp_path_factory.mktemp("pack")
    (place / "cards").mkdir()
    (place / "cards" / "gerda.yaml").write_text(CARD, encoding="utf-8")
    out = place / "Spiel für Zoë" / "npc server"
    # Paths from where one stands, as docs have them; the server's own bundle may be named as well.
    command = [sys.executable, "-m", "engine", "pack", "--out", out.relative_to(place), "--personas", "cards", "--no-archive"]
    command += ["--bundle", os.path.relpath(default_bundle(), place)]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900, cwd=place)
    assert done.returncode == 0, done.stderr
    assert "from its start to the first decision" in done.stdout
    return out


@contextmanager
def running(pack: Path | None, place: Path, *arguments: str, closed: bool = False) -> Iterator[str]:
    """Address of a packed server, or of the one installed here, with nothing of ours in its environment."""
    ready = place / "ready"
    command = [str(program(pack))] if pack is not None else [sys.executable, "-m", "engine"]
    command += ["serve", "--bind", "tcp://127.0.0.1:0", "--ready-file", str(ready), *arguments]
    if closed:  # as a windowed process has them: none at all
        command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command]
    process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None, f"it ended with {process.returncode}"
            assert time.monotonic() < until, "it is not ready after a minute"
            time.sleep(0.02)
        yield ready.read_text(encoding="utf-8").strip()
    finally:
        process.terminate()
        process.wait(20)


def answered(endpoint: str, persona: str = "healer", text: str = "hello there") -> str:
    with Client(endpoint, name="game") as client:
        client.spawn("someone", persona)
        client.observe("someone", text=text)
        (decision,) = client.poll(20)
        return decision.line


def answers(endpoint: str) -> list[str]:
    """What the hermit says to lines of many kinds."""
    with Client(endpoint, name="game") as client:
        client.spawn("someone", "hermit")
        said = []
        for text in LINES:
            client.observe("someone", text=text)
            said += [decision.line for decision in client.poll(20)]
        return said


@posix
def test_it_runs_read_only_without_streams_without_a_home_and_twice(pack: Path, tmp_path: Path) -> None:
    frozen = tmp_path / "nur lesbar ☂"
    shutil.copytree(pack, frozen, symlinks=True)
    for entry in (frozen, *frozen.rglob("*")):
        if not entry.is_symlink():
            entry.chmod(entry.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    before = sorted(entry.relative_to(frozen) for entry in frozen.rglob("*"))
    with ExitStack() as servers:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            endpoint = servers.enter_context(running(frozen, tmp_path / name, "--memory", "none", closed=True))
            assert answered(endpoint)
    assert sorted(entry.relative_to(frozen) for entry in frozen.rglob("*")) == before


def test_the_games_own_characters_are_there(pack: Path, tmp_path: Path) -> None:
    with running(pack, tmp_path, "--memory", str(tmp_path / "memory.sqlite")) as endpoint:
        assert answered(endpoint, "gerda") == "Fresh bread!"
    assert (tmp_path / "memory.sqlite").stat().st_size > 0


def test_it_answers_as_the_installed_server_does(pack: Path, tmp_path: Path) -> None:
    said = []
    for name, server in (("packed", pack), ("installed", None)):
        (tmp_path / name).mkdir()
        with running(server, tmp_path / name, "--memory", "none") as endpoint:
            said.append(answers(endpoint))
    packed, installed = said
    assert len(installed) == len(LINES)
    assert packed == installed


def told(pack: Path, *arguments: str, given: str = "", cwd: Path | None = None) -> tuple[int, str]:
    """Exit status and all that a command of the pack says."""
    command = [str(program(pack)), *arguments]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=120, cwd=cwd, env={**os.environ, "COLUMNS": "300"}
    )
    return done.returncode, done.stdout + done.stderr


def test_its_commands_know_its_characters_and_write_what_they_are_asked_for(pack: Path, tmp_path: Path) -> None:
    status, said = told(pack, "talk", "gerda", "--logs", "logs", given="hello\n", cwd=tmp_path)
    assert (status, "Fresh bread!" in said) == (0, True), said
    assert "Fresh bread!" in next((tmp_path / "logs").iterdir()).read_text(encoding="utf-8")
    picture = str(SCENES / "wolf.webp")
    status, said = told(pack, "ask", "--frame", picture, "--text", "hit the wolf", "--overlay", "seen.png", cwd=tmp_path)
    assert (status, (tmp_path / "seen.png").is_file()) == (0, True), said


@pytest.mark.parametrize("arguments", [("doctor", "--size"), ("serve", "--voice")])
def test_what_a_pack_cannot_do_is_told_at_once(pack: Path, arguments: tuple[str, ...]) -> None:
    status, said = told(pack, *arguments)
    assert status == 2
    assert said.startswith("error: A pack")
    assert "Traceback" not in said


def test_a_pack_that_is_not_whole_says_so(pack: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(pack, damaged, symlinks=True)
    table = next(damaged.rglob("npc/language/words.txt.gz"))
    table.write_bytes(b"no words")
    status, said = told(damaged, "doctor")
    assert status == 1
    assert "words.txt.gz" in said
    table.unlink()
    status, said = told(damaged, "serve", "--bind", "tcp://127.0.0.1:0")
    assert status == 2
    assert "words.txt.gz" in said


def test_it_has_the_encodings_of_the_far_east(pack: Path) -> None:
    assert list(pack.rglob("_codecs_jp*"))


def test_it_has_the_commands_of_a_game_and_no_others(pack: Path) -> None:
    told = subprocess.run([str(program(pack)), "--help"], capture_output=True, text=True, timeout=60).stdout
    listed = {line.split()[0] for line in told.partition("COMMAND --help tells more):")[2].splitlines() if line.strip()}
    assert listed == {"serve", "doctor", "keys", "ask", "talk"}
    for name in listed:
        assert subprocess.run([str(program(pack)), name, "--help"], capture_output=True, timeout=60).returncode == 0, name
    refused = subprocess.run([str(program(pack)), "train"], capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2
    assert "There is no command 'train'" in refused.stderr


def test_nothing_in_it_is_without_its_licence_or_its_sum(pack: Path) -> None:
    notices = (pack / "licenses" / "NOTICES.txt").read_text(encoding="utf-8")
    for name in ("npc-engine", "numpy", "onnxruntime", "pillow", "pyzmq", "pydantic", "pyinstaller", "python"):
        assert f"\n{name} " in notices
        assert any((pack / "licenses" / name).iterdir()), f"{name} has no licence text"
    assert "NumPy Developers" in (pack / "licenses" / "numpy" / "LICENSE.txt").read_text(encoding="utf-8")
    sums = dict(reversed(line.split("  ", 1)) for line in (pack / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    files = {file.relative_to(pack).as_posix(): file for file in pack.rglob("*") if file.is_file() and not file.is_symlink()}
    assert set(sums) == set(files) - {"SHA256SUMS"}
    for name in ("licenses/NOTICES.txt", next(name for name in files if name.endswith("text.onnx"))):
        assert sums[name] == hashlib.sha256(files[name].read_bytes()).hexdigest()


def test_it_holds_nothing_for_learning(pack: Path) -> None:
    names = {file.name for file in pack.rglob("*")}
    assert not names & {"torch", "onnx", "pygame", "heads.safetensors", "replay.zip", "huggingface_hub"}
    assert sum(file.stat().st_size for file in pack.rglob("*") if file.is_file() and not file.is_symlink()) < 170e6


def test_no_command_of_a_pack_needs_what_is_left_out() -> None:
    needed = [
        *(COMMANDS[name].module for name in _PACKED),
        "engine.minds.brain",
        "engine.perception",
        "engine.remote.perceiver",
    ]
    program = f"import sys, importlib; [importlib.import_module(module) for module in {needed}]; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stderr
    left_out = [name for name in freezing._UNUSED if name.split(".")[0] in ("engine", "npc", "export", "demo_game")]
    assert "engine.cli.talk" in told.stdout.split()
    assert not [name for name in told.stdout.split() for out in left_out if f"{name}.".startswith(f"{out}.")]


def test_a_pack_takes_nothing_along_that_happens_to_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {
        "numpy": ["numpy"],
        "yaml": ["PyYAML"],
        "google": ["googleapis-common-protos", "protobuf"],
        "engine": ["somebody-elses"],
        "email": ["a-backport"],
        "PyInstaller": ["pyinstaller"],
        "scipy": ["scipy"],
        "tests": ["untidy"],
        "not-a-module": ["untidy"],
    }
    monkeypatch.setattr(freezing.metadata, "packages_distributions", lambda: here)
    needed = [Share(name, 1) for name in ("numpy", "pyyaml", "protobuf")]
    monkeypatch.setattr(freezing, "shares", lambda extra="": needed if not extra else [])
    assert freezing.of_others() == ["scipy", "tests"]


def test_a_folder_that_is_no_pack_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["pack", "--out", str(tmp_path)])
    assert left.value.code == 2
    assert "is there and is no pack" in capsys.readouterr().err
    assert (tmp_path / "diary.txt").read_text(encoding="utf-8") == "mine"


def test_a_faulty_card_is_told_before_anything_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "gerda.yaml").write_text("name: 3\nlinse: {}\n", encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["pack", "--out", str(tmp_path / "out"), "--personas", str(tmp_path / "cards")])
    assert left.value.code == 2
    assert "gerda.yaml" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
