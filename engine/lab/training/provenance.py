"""What a run was made with, so that it can be made again: data, commit, environment. Kept as `provenance.json` in the run."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import torch

import engine
from engine.errors import Fault
from engine.files import write_json
from engine.lab.config import TrainCfg
from engine.lab.data.versions import LESSONS_VERSION
from engine.lab.training.sources import READERS

FILE = "provenance.json"
_PARTS = ("train", "validation")


def note_start(run: Path, cfg: TrainCfg, device: str) -> None:
    """Add to the run what it is started with now; a run that was interrupted has several starts."""
    known: dict[str, Any] = read_provenance(run) if (run / FILE).is_file() else {"starts": []}
    start = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "command": sys.argv[1:], "device": device}
    starts = [*known["starts"], {**start, "commit": commit(), "environment": environment()}]
    write_json(run / FILE, {"seed": cfg.seed, "data": fingerprints(cfg), "starts": starts})


def read_provenance(run: Path) -> dict[str, Any]:
    """What `note_start` wrote.

    Raises:
        Fault: `run_missing`.
    """
    try:
        found: dict[str, Any] = json.loads((run / FILE).read_text(encoding="utf-8"))
        if isinstance(found, dict) and isinstance(found.get("data"), dict) and found.get("starts"):
            return found
    except (OSError, ValueError):
        pass
    if not run.is_dir():
        raise Fault("run_missing", f"There is no directory {run}.", "Give one that `python -m engine train` wrote.")
    raise Fault(
        "run_missing",
        f"{run} does not tell what it was made with.",
        f"Give a run that `train` wrote: those of version 0.2 hold {FILE}; soups and unpacked bundles were not trained.",
    )


def fingerprints(cfg: TrainCfg) -> dict[str, str]:
    """Everything that a recipe learns from, and a short name of its state: other content has another one."""
    found = {
        "lines, rules and scenes": LESSONS_VERSION,
        "labels": _sha(Path(engine.__file__).parent / "formats" / "labels.yaml"),
    }
    for folder in cfg.data.recordings:
        found[f"recording {folder.name}"] = _sha(folder / "labels.jsonl")
    for name, read in READERS.items():
        if name != "recordings":  # whose keys tell where they lie, not what they hold
            for part in _PARTS:
                found |= {f"{name} {i}, {part}": f"{s.key} ({s.count})" for i, s in enumerate(read(cfg, part))}
    return found


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"


def commit() -> dict[str, Any] | None:
    """The commit of the sources and whether they were edited since; None for an installed engine, or without git."""
    top = Path(engine.__file__).parents[1]

    def git(*arguments: str) -> str:
        environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0"}
        done = subprocess.run(["git", "-C", str(top), *arguments], capture_output=True, text=True, timeout=20, env=environment)
        done.check_returncode()
        return done.stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() != top.resolve():
            return None
        return {"sha": git("rev-parse", "HEAD"), "edited": bool(git("status", "--porcelain", "--untracked-files=no"))}
    except (OSError, subprocess.SubprocessError):
        return None


def environment() -> dict[str, Any]:
    """What else a figure may depend on: versions, machine, threads."""
    packages = sorted({f"{d.metadata['Name']}=={d.version}" for d in distributions()}, key=str.lower)
    return {
        "engine": engine.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.machine(),
        "processors": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "packages": packages,
    }


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two environments or two sets of fingerprints, as sentences; packages by their names."""
    told = []
    for name in [*then, *(name for name in now if name not in then)]:
        if name == "packages":
            before, after = (dict(str(p).split("==", 1) for p in of.get(name, ())) for of in (then, now))
            told += differences(before, after)
        elif then.get(name) != now.get(name):
            told.append(f"{name}: {then.get(name, 'nothing')}, now {now.get(name, 'nothing')}")
    return told
