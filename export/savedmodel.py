"""Plain graphs as TensorFlow SavedModels, by onnx2tf (https://github.com/PINTO0309/onnx2tf), compared with ONNX Runtime.

onnx2tf turns pictures from NCHW to NHWC and guesses which tensors are pictures; inputs that it is told to keep stay.
The converter runs in processes of its own: TensorFlow and PyTorch need not share one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from engine.errors import Fault
from engine.files import whole_folder, write_json
from engine.formats.bundle import GRAPHS

TOLERANCE = 1e-4  # largest difference of an output
SAVEDMODEL_FILE = "savedmodels.json"
_PLAIN_FILE = "plain.json"


def write_savedmodels(plain: Path, out: Path) -> str:
    """Write a SavedModel (and TensorFlow Lite files) of each graph in `plain` into `out`; returns a sentence for the terminal.

    Inputs and outputs are those of `plain.json`, with `grid` as [1, H/8, W/8, C] where it comes out of `image`.

    Raises:
        Fault: `plain_missing` if `plain` holds no plain graphs, `out_taken`, `tensorflow` if the converter fails, `parity`
            if an output differs from ONNX Runtime's by more than `TOLERANCE` (nothing is written then).
    """
    if not (plain / _PLAIN_FILE).is_file():
        raise Fault("plain_missing", f"There are no plain graphs in {plain}.", "Write them: python -m export --plain DIR.")
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / SAVEDMODEL_FILE).is_file())):
        raise Fault("out_taken", f"{out} is there and holds no SavedModels.", "Choose another --savedmodel directory.")
    console, far = Console(stderr=True), {}
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(out) as folder:
        for name in GRAPHS:
            with console.status(f"converting {name}"):
                _convert(plain / f"{name}.onnx", folder / name)
                far[name] = _difference(plain / f"{name}.onnx", folder / name)
        worst = max(far.values())
        if not worst <= TOLERANCE:
            message = f"The SavedModels differ from ONNX Runtime by {worst:.1e}."
            raise Fault("parity", message, "Nothing was written. Try another version of onnx2tf.")
        write_json(folder / SAVEDMODEL_FILE, {"plain": str(plain), "max_difference": far})
    return f"Wrote {out}: {', '.join(GRAPHS)}. Outputs as in ONNX Runtime, largest difference {worst:.1e}."


def _convert(graph: Path, out: Path) -> None:
    kept = [value.name for value in _session(graph).get_inputs()]
    command = [sys.executable, "-m", "onnx2tf", "-i", str(graph), "-o", str(out), "-v", "error", "-kat", *kept]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode or not (out / "saved_model.pb").is_file():
        last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["nothing was said"]
        raise Fault(
            "tensorflow",
            f"onnx2tf could not convert {graph.name}: {last[0][:300]}",
            "Install the converter: pip install 'npc-engine[tensorflow]' (an environment of its own is safest).",
        )


def _difference(graph: Path, saved: Path) -> float:
    """The largest difference of an output on one random input."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # what it tells of the processor is of no use here
    import tensorflow as tf

    session, rng = _session(graph), np.random.default_rng(0)
    given = {value.name: _example(value.name, value.type, value.shape, rng) for value in session.get_inputs()}
    expected = session.run(None, given)
    run = tf.saved_model.load(str(saved)).signatures["serving_default"]
    found = run(**{name: tf.constant(value) for name, value in given.items()})
    gaps = []
    for i, ours in enumerate(expected):
        theirs = found[f"output_{i}"].numpy()
        if ours.ndim == 4:
            theirs = theirs.transpose(0, 3, 1, 2)
        gaps.append(float(np.abs(ours - theirs).max()) if ours.shape == theirs.shape else float("inf"))
    return max(gaps)


def _example(name: str, kind: str, shape: list[int], rng: np.random.Generator) -> NDArray[Any]:
    if kind == "tensor(int64)":
        words = np.zeros(shape, np.int64)
        words[:, :9] = 1 if name == "mask" else rng.integers(5, 900, 9)
        return words
    if name in ("valid", "said"):
        return np.ones(shape, np.float32)
    return rng.normal(0.0, 0.1, shape).astype(np.float32) if name == "grid" else rng.random(shape, np.float32)


def _session(graph: Path) -> Any:
    import onnxruntime as ort

    return ort.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
