"""The components in a scene that is played without Unity, with the real server."""

from __future__ import annotations

import json
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from engine.formats.wire.codec import Hear
from tests.bridge.voice_peer import SECRET, VoicePeer
from tests.unity.csharp import HERE, PLUGIN, ServerProcess, compile_cs
from tests.unity.test_server_process import python, script


@pytest.fixture(scope="session")
def player(core: Path, unity: list[Path], runtime: Path) -> Path:
    out = core.with_name("player.exe")
    sample = PLUGIN / "Samples~" / "BasicNpc" / "BasicNpc.cs"
    compile_cs(out, [HERE / "player" / "Player.cs", sample], references=[core, runtime, unity[0]], target="exe")
    return out


def play(player: Path, scene: str, endpoint: str, folder: Path) -> list[str]:
    done = subprocess.run(["mono", player, scene, endpoint, folder], capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def nowhere() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def test_a_brain_hears_sees_and_answers_and_a_second_play_does_so_again(player, server, tmp_path):
    said = play(player, "talk", server.endpoint, tmp_path)
    assert len([line for line in said if line.startswith("line ") and len(line) > 6]) >= 2
    assert said.count("saw True") == 2
    assert said.count("log ") == 2


def test_what_another_npc_buys_is_an_effect_that_comes_once(player, tmp_path):
    server = ServerProcess(tmp_path, "--echo", "--memory", "none")
    try:
        said = play(player, "sale", server.endpoint, tmp_path)
    finally:
        server.kill()
    assert "sell bread 4 bram False" in said
    assert said[-1] == "sales 1"


def test_a_target_counts_from_the_top_and_unity_from_the_bottom(player, server, tmp_path):
    assert "aims True True" in play(player, "talk", server.endpoint, tmp_path)


def test_words_go_without_a_picture_where_nothing_is_drawn(player, server, tmp_path):
    assert any(line.startswith("line ") for line in play(player, "blind", server.endpoint, tmp_path))


def test_without_a_server_the_fallback_decides_and_answers(player, tmp_path):
    said = play(player, "fallback", nowhere(), tmp_path)
    assert said == [
        "online False",
        "action idle",
        "action idle",
        "line Give me a moment. My head is spinning.",
        "offline True",
    ]


def test_the_recorder_writes_where_things_stand_and_not_what_is_behind_the_camera(player, tmp_path):
    folder = Path(play(player, "record", nowhere(), tmp_path)[-1].removeprefix("folder "))
    row = json.loads((folder / "labels.jsonl").read_text().splitlines()[0])
    (wolf,) = row["entities"]
    x, y, width, height = wolf["box"]
    assert (wolf["name"], abs(x - 128) <= 1, abs(y - 54) <= 1) == ("grey wolf", True, True)
    assert abs(width - 64) <= 1
    assert abs(height - 72) <= 1
    assert (folder / row["frame"]).exists()


def test_a_picture_tells_what_stands_where_and_a_decision_leads_back_to_it(player, tmp_path):
    things = [line for line in play(player, "record", nowhere(), tmp_path) if line.startswith("thing ")]
    assert things == ["thing grey wolf 0.20 0.15 0.30 0.35"]


def test_the_second_voice_is_heard_after_the_authored_line(player, llm, tmp_path):
    server = ServerProcess(tmp_path, "--echo", "--llm", llm, "--llm-model", "good", "--llm-budget", "20")
    try:
        said = [line for line in play(player, "reworded", server.endpoint, tmp_path) if line.startswith("line ")]
    finally:
        server.kill()
    assert said[-1] == "line Good day to you, dear friend."
    assert said[0] != said[-1]


def test_what_a_microphone_hears_is_answered_aloud_with_subtitles_in_time(player, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    server = ServerProcess(tmp_path, "--echo", "--memory", "none", "--voice-token-file", str(tmp_path / "secret"))
    try:
        with closing(VoicePeer(server.endpoint, says="well met").ready()) as voice:
            said = play(player, "aloud", server.endpoint, tmp_path)
            heard = [piece for piece in voice.news if isinstance(piece, Hear)]
    finally:
        server.kill()
    assert sum(len(piece.pcm) for piece in heard) == 20 * 1600 * 2
    assert (heard[0].rate, heard[-1].end) == (16_000, True)
    assert "words well met" in said
    assert {"asked True", "loud True", "log "} <= set(said)
    spoken, again = [line.removeprefix("line ") for line in said if line.startswith("line ") and len(line) > 5]
    subtitles = [line.removeprefix("subtitle ") for line in said if line.startswith("subtitle ")]
    assert subtitles[0] == ""
    assert all(spoken.startswith(part) or again.startswith(part) for part in subtitles)
    assert len(subtitles) > 3
    assert "shape aa" in said


def test_who_holds_the_button_of_the_sample_and_speaks_is_answered(player, tmp_path):
    (tmp_path / "secret").write_text(SECRET)
    server = ServerProcess(tmp_path, "--echo", "--memory", "none", "--voice-token-file", str(tmp_path / "secret"))
    try:
        with closing(VoicePeer(server.endpoint, says="well met").ready()) as voice:
            said = play(player, "sample", server.endpoint, tmp_path)
            heard = [piece for piece in voice.news if isinstance(piece, Hear)]
    finally:
        server.kill()
    assert sum(len(piece.pcm) for piece in heard) == 20 * 1600 * 2
    assert heard[-1].end
    assert said[-2].startswith("shown Bram: ")
    assert said[-1] == "log "


def test_without_a_voice_process_it_is_said_so_and_lines_are_read(player, tmp_path):
    server = ServerProcess(tmp_path, "--echo", "--memory", "none")
    try:
        said = play(player, "mute", server.endpoint, tmp_path)
    finally:
        server.kill()
    assert "failed No voice process is connected to the server: type the words." in said
    assert [line.removeprefix("subtitle ") for line in said if line.startswith("subtitle ")] == [
        line.removeprefix("line ") for line in said if line.startswith("line ") and len(line) > 5
    ]


def test_the_server_starts_with_the_game_and_outlives_its_scenes(player, tmp_path):
    pack = script(tmp_path / "assets" / "npc-server" / "npc-engine", python().replace('"$@"', '-m engine "$@" --echo')).parent
    said = play(player, "served", str(pack.parent), tmp_path)
    assert [line for line in said if line.startswith("server ")] == [
        "server Starting", "server Ready", "server Waiting", "server Starting", "server Ready",
    ]  # fmt: skip
    assert any(line.startswith("failed The server ended with status") for line in said)
    assert said[-1] == "same True"
    assert (tmp_path / "npc-engine" / "memory.sqlite").exists()
