from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import Fault
from engine.formats.labels import load_labels
from engine.formats.recording import Recording
from engine.lab.data.utterances import read_lines
from engine.lab.evaluation.presence import THRESHOLDS


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
    assert Image.open(tmp_path / "out" / "reliability-0.png").height > 200
    assert [row["p"] for row in written["recordings"][0]["thresholds"]] == list(THRESHOLDS)
    assert "what a threshold gives" in done.stdout


def test_a_bundle_is_measured_on_lines_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text('greet: ["hello there", {text: "good morning, my friend!", tone: friendly}]\nfarewell: [goodbye]\n')
    done = evaluate("--lines", own, "--out", tmp_path / "out", "--provider", "cpu")
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "out" / "lines.json").read_text())
    assert (written["intent"]["accuracy"], written["intent"]["lines"], written["tone"]["lines"]) == (1.0, 3, 1)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("hail: [hello]", "hail"),
        ("greet: [{text: hello, tone: shiny}]", "shiny"),
        ("greet: [{words: hello}]", "greet.0"),
        ("greet: hello", "greet"),
        ("[greet]", "dictionary"),
        ("greet: []", "no line"),
        ("greet: [", "flow"),
    ],
)
def test_lines_that_cannot_be_measured_are_named(tmp_path: Path, content: str, fault: str) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(content)
    with pytest.raises(Fault, match=f"broken.yaml: .*{fault}.* Write e.g. greet"):
        read_lines(broken, load_labels())
    with pytest.raises(Fault, match="nowhere"):
        read_lines(tmp_path / "nowhere", load_labels())


def test_faults_are_one_line_and_exit_2(recording: Recording, tmp_path: Path) -> None:
    unlabelled = recording.folder / "labels.jsonl"
    for arguments in (
        ["--recordings", tmp_path],
        ["--recordings", recording.folder, "--run", tmp_path],
        ["--bundle", tmp_path],
        ["--lines", tmp_path / "none.yaml"],
        ["--recordings", recording.folder, "--out", unlabelled],
        ["--lines", "strangers", "--recordings", recording.folder],
    ):
        done = evaluate(*arguments)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    unlabelled.write_text(unlabelled.read_text().splitlines()[2] + "\n")
    done = evaluate("--recordings", recording.folder)
    assert "No frame of" in done.stderr
