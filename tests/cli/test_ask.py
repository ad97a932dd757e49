from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image


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
        [],
    ):
        done = ask(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("error: ")
        assert len(done.stderr.strip().splitlines()) == 1
