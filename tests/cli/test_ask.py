from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def ask(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine", "ask", *map(str, arguments)], capture_output=True, text=True, timeout=120
    )


def picture(folder: Path) -> Path:
    path = folder / "frame.png"
    Image.fromarray(np.zeros((90, 160, 3), np.uint8)).save(path)
    return path


def test_ask_prints_json_and_draws(tmp_path: Path) -> None:
    done = ask("--frame", picture(tmp_path), "--text", "hello", "--watch", "wolf", "--json", "--overlay", tmp_path / "o.png")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert len(row["action"]) == 18
    assert set(row["watch"]["wolf"]) == {"p", "x", "y"}
    assert Image.open(tmp_path / "o.png").size == (160, 90)


def test_a_thing_is_asked_for_by_its_picture(tmp_path: Path) -> None:
    thing = Image.new("RGBA", (32, 32))
    ImageDraw.Draw(thing).ellipse((2, 2, 29, 29), fill=(120, 40, 170, 255), outline=(255, 240, 0, 255), width=5)
    thing.save(tmp_path / "qibble.png")
    meadow = Image.new("RGB", (320, 180), (90, 130, 70))
    meadow.paste(thing, (240, 120), thing)
    meadow.save(tmp_path / "meadow.png")
    look = f"qibble={tmp_path / 'qibble.png'}"
    done = ask("--frame", tmp_path / "meadow.png", "--text", "take the qibble", "--look", look, "--json")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    for found in (row["watch"]["qibble"], row["target"]):
        assert 240 <= found["x"] * 320 <= 272
        assert 120 <= found["y"] * 180 <= 152
    case = {"frame": "meadow.png", "looks": {"qibble": ["qibble.png"]}}
    (tmp_path / "cases.jsonl").write_text(json.dumps(case) + "\n")
    ask("--batch", tmp_path / "cases.jsonl", "--out", tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text())["watch"]["qibble"] == row["watch"]["qibble"]


def test_a_batch_answers_every_line_and_names_the_bad_ones(tmp_path: Path) -> None:
    picture(tmp_path)
    cases = [
        {"id": "a", "frame": "frame.png", "text": "hi", "watch": ["fire"]},
        {"id": "b", "frame": None, "text": "hi", "watch": []},
        {"id": "c", "frame": "gone.png", "text": "", "watch": []},
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, cases)) + "\nnot json\n")
    done = ask("--batch", tmp_path / "cases.jsonl", "--out", tmp_path / "out.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert done.returncode == 1
    assert [r["id"] for r in rows] == ["a", "b", "c", 4]
    assert "gone.png" in rows[2]["error"]
    assert rows[1]["target"] is None


def test_faults_are_one_line_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "half.png").write_bytes(picture(tmp_path).read_bytes()[:40])
    for arguments in (
        ["--frame", tmp_path / "no.png"],
        ["--frame", tmp_path / "half.png"],
        ["--text", "hi", "--bundle", tmp_path],
        ["--text", "hi", "--look", "gloomfang"],
        ["--text", "hi", "--look", f"gloomfang={tmp_path / 'no.png'}"],
        [],
    ):
        done = ask(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
        assert len(done.stderr.strip().splitlines()) == 1
