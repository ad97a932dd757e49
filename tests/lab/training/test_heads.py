"""New heads, of words and of both, through the stages themselves: losses, figures, calibration and graphs follow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the train extra")

pytestmark = pytest.mark.train


def test_a_new_head_is_learnt_measured_calibrated_and_exported(tmp_path: Path) -> None:
    script = Path(__file__).with_name("toy_head.py")
    command = [sys.executable, str(script), str(tmp_path)]
    root = script.parents[3]
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=root, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["heads"] == ["intent", "tone", "action", "emotion", "stance", "manner"]
    assert {"stance", "manner"} <= set(told["losses"])
    assert told["of_lines"] == ["intent", "manner", "tone"]
    assert told["accuracy"]["stance"] > 0.9
    assert all(told["calibrated"].values())
    assert list(told["graph"])[:6] == told["heads"]
    assert told["graph"]["stance"][-1] == 2
    assert told["graph"]["manner"][-1] == 3
