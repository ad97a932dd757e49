from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from PIL import Image

from engine.data.recording import Recording


def evaluate(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine", "evaluate", *map(str, arguments)], capture_output=True, text=True, timeout=120
    )


def test_a_bundle_is_measured_on_a_recording(recording: Recording, tmp_path: Path) -> None:
    done = evaluate("--recordings", recording.folder, "--out", tmp_path / "out", "--provider", "cpu")
    assert done.returncode == 0, done.stderr
    assert "red ball" in done.stdout
    written = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert written["bundle"]["name"] == "default"
    assert written["recordings"][0]["overall"]["there"] == 4
    assert Image.open(tmp_path / "out" / "answers-0.png").width == 1200


def test_faults_are_one_line_and_exit_2(recording: Recording, tmp_path: Path) -> None:
    unlabelled = recording.folder / "labels.jsonl"
    for arguments in (
        ["--recordings", tmp_path],
        ["--recordings", recording.folder, "--run", tmp_path],
        ["--bundle", tmp_path],
    ):
        done = evaluate(*arguments)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    unlabelled.write_text(unlabelled.read_text().splitlines()[2] + "\n")
    done = evaluate("--recordings", recording.folder)
    assert "No frame of" in done.stderr
