"""Nothing is sent, nothing is queued to be sent: ONNX Runtime's telemetry is off however we are started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(engine.__file__).parents[1]  # of the checkout, or where the wheel is installed
OURS = ("engine", "npc", "export", "demo_game")
DEADLINE = 60.0


def _loads_onnx_runtime() -> list[str]:
    """Every module of ours whose source names ONNX Runtime in an import."""
    files = (file for package in OURS for file in sorted((ROOT / package).rglob("*.py")))
    names = (
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in files
        if any(
            line.strip().startswith(("import onnxruntime", "from onnxruntime")) for line in file.read_text("utf-8").split("\n")
        )
    )
    return list(names)


def _run(home: Path, *command: str, wrapped: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """A process with a home of its own, as on a player's machine: `CI` alone would silence what is looked for."""
    home.mkdir(exist_ok=True)
    left_out = (
        "CI",
        "ORT_DISABLE_TELEMETRY",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CONFIG_HOME",
        "TF_BUILD",
    )
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"LOCALAPPDATA": str(home), "APPDATA": str(home), "USERPROFILE": str(home)}
    return subprocess.run(
        [*wrapped, sys.executable, *command], env=environment, cwd=home, capture_output=True, text=True, timeout=DEADLINE
    )


def _left(home: Path) -> list[str]:
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]


def test_there_are_modules_that_load_onnx_runtime():
    assert {"engine.perception.onnx_sessions", "export.quantize", "export.surgery"} <= set(_loads_onnx_runtime())


@pytest.mark.parametrize("module", _loads_onnx_runtime())
def test_whoever_loads_onnx_runtime_has_turned_its_telemetry_off_before(tmp_path, module):
    """Its first import is caught, and the process ends there with what stood in the environment."""
    watch = (
        "import importlib, importlib.abc, os, sys\n"
        "class Watch(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'onnxruntime':\n"
        "            print('telemetry', os.environ.get('ORT_DISABLE_TELEMETRY')); sys.stdout.flush(); os._exit(7)\n"
        "sys.meta_path.insert(0, Watch())\n"
        f"try:\n    importlib.import_module({module!r})\nexcept ModuleNotFoundError: pass\n"
        "import onnxruntime\n"  # for those that load it inside of a function
    )
    done = _run(tmp_path / "home", "-c", watch)
    assert (done.returncode, done.stdout) == (7, "telemetry 1\n"), done.stderr


STARTS = {
    "ask": ["-m", "engine", "ask", "--text", "hello", "--provider", "cpu"],
    "the console script": ["-c", "from engine.cli import main; main()", "ask", "--text", "hello"],
    "a library": ["-c", "import engine; engine.Perceiver(None, 'cpu')"],
    "a library by its innermost module": ["-c", "from engine.perception.perceiver import Perceiver; Perceiver(None, 'cpu')"],
    "export": [
        "-c",
        "import export.surgery as f, onnxruntime as ort\nimport engine.perception as p; p.Perceiver(None, 'cpu')",
    ],
    "a process of ours": [
        "-c",
        "import engine, subprocess, sys\n"
        "code = 'import onnxruntime as o, sys; o.InferenceSession(sys.argv[1], providers=[\"CPUExecutionProvider\"])'\n"
        f"subprocess.run([sys.executable, '-c', code, {str(ROOT / 'engine/bundles/default/decide.onnx')!r}], check=True)",
    ],
}


@pytest.mark.parametrize("command", STARTS.values(), ids=STARTS.keys())
def test_no_device_is_named_and_no_event_is_queued(tmp_path, command, request):
    if request.node.callspec.id == "export":
        pytest.importorskip("onnx", reason="needs the train extra")
    done = _run(tmp_path / "home", *command)
    assert done.returncode == 0, done.stderr
    assert _left(tmp_path / "home") == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace shows what a process asks of the network")
def test_no_name_is_looked_up_and_nothing_is_connected(tmp_path):
    trace = tmp_path / "trace"
    wrapped = ("strace", "-f", "-e", "trace=socket,connect,sendto,sendmsg,sendmmsg", "-o", str(trace))
    done = _run(tmp_path / "home", *STARTS["ask"], wrapped=wrapped)
    if "ptrace" in done.stderr:
        pytest.skip("processes may not be traced here")
    assert done.returncode == 0, done.stderr
    assert [line for line in trace.read_text(errors="replace").splitlines() if "AF_INET" in line] == []
