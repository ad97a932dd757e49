"""The bundle: everything that perception needs, in one directory, checked before it is used."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.errors import EngineError
from engine.labels import Labels

FORMAT = 1
GRAPHS = ("image", "text", "decide", "watch")
HEADS = ("intent", "tone", "action", "emotion")


class FileEntry(BaseModel):
    """A file of the bundle and its SHA-256."""

    file: str
    sha256: str


class InputSpec(BaseModel):
    """Size of the model's input in pixels, of the heat map's grid in cells, and of a text in tokens."""

    height: int
    width: int
    grid: tuple[int, int]
    max_tokens: int = 48


class Thresholds(BaseModel):
    """Calibrated probabilities from which a target or a watched thing counts as being in view."""

    target: float = 0.5
    watch: float = 0.5


class Manifest(BaseModel):
    """`bundle.json`."""

    model_config = ConfigDict(extra="ignore")

    format: Literal[1]
    name: str
    precision: str = "fp32"
    labels: dict[str, tuple[str, ...]]
    input: InputSpec
    thresholds: Thresholds = Thresholds()
    graphs: dict[str, FileEntry]
    tokenizer: FileEntry
    metrics: dict[str, object] = {}
    licences: list[str] = []


class Bundle:
    """A verified bundle directory.

    Raises:
        EngineError: `bundle_missing`, `bundle_invalid`, `bundle_format` or `bundle_hash`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_bundle()
        self.manifest = _read_manifest(self.folder)
        self.labels = Labels(heads=self.manifest.labels)
        for entry in (*self.manifest.graphs.values(), self.manifest.tokenizer):
            _verify(self.folder, entry)

    def graph(self, name: str) -> Path:
        """Path of a graph file."""
        return self.folder / self.manifest.graphs[name].file

    @property
    def tokenizer(self) -> Path:
        return self.folder / self.manifest.tokenizer.file


def default_bundle() -> Path:
    """The bundle that ships with the engine."""
    return Path(str(resources.files("engine"))) / "bundles" / "default"


def _read_manifest(folder: Path) -> Manifest:
    path = folder / "bundle.json"
    if not path.is_file():
        raise EngineError(
            "bundle_missing", f"There is no bundle in {folder}.", "Give a directory that `python -m export` wrote."
        )
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(raw, dict) and raw.get("format") != FORMAT:
            raise EngineError(
                "bundle_format",
                f"{path} has format {raw.get('format')!r}; this engine reads format {FORMAT}.",
                "Export the model again with this version of the engine.",
            )
        manifest = Manifest.model_validate(raw)
    except (ValueError, ValidationError) as error:
        reason = " ".join(str(error).split())[:160]
        raise EngineError("bundle_invalid", f"{path} is damaged: {reason}.", "Export the model again.") from None
    missing = [g for g in GRAPHS if g not in manifest.graphs] + [h for h in HEADS if h not in manifest.labels]
    if missing:
        raise EngineError("bundle_invalid", f"{path} lacks {', '.join(missing)}.", "Export a model with all graphs and heads.")
    return manifest


def _verify(folder: Path, entry: FileEntry) -> None:
    path = folder / entry.file
    if path.resolve().parent != folder.resolve() or not path.is_file():
        raise EngineError(
            "bundle_invalid", f"The bundle names '{entry.file}', which is not in {folder}.", "Copy the whole bundle directory."
        )
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != entry.sha256:
        raise EngineError(
            "bundle_hash",
            f"{path} is not the file that was exported (SHA-256 differs).",
            "It is damaged or was exchanged: copy or export the bundle again.",
        )
