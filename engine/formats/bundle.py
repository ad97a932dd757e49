"""The bundle: everything that perception needs, in one directory, checked before it is used."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from engine.errors import Fault
from engine.formats.labels import Labels
from npc.types import HEAD_NAMES

FORMAT = 1
GRAPHS = ("image", "text", "decide", "watch")

Probability = Annotated[float, Field(ge=0, le=1)]
Shape = tuple[int | None, ...]  # None: any size


class FileEntry(BaseModel):
    """A file of the bundle and its SHA-256."""

    file: str
    sha256: str


class InputSpec(BaseModel):
    """Size of the model's input in pixels, of the heat map's grid in cells, and of a text in tokens."""

    height: PositiveInt
    width: PositiveInt
    grid: tuple[PositiveInt, PositiveInt]
    max_tokens: PositiveInt = 48


class Thresholds(BaseModel):
    """Calibrated probabilities from which a target or a watched thing counts as being in view."""

    target: Probability = 0.5
    watch: Probability = 0.5


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
    model: dict[str, object] = {}  # config of the model, for learning on; the runtime needs it not
    heads: FileEntry | None = None  # weights above the encoders, for learning on
    replay: FileEntry | None = None  # scenes that are repeated while something new is learnt
    metrics: dict[str, object] = {}
    licences: list[str] = []

    def shapes(self) -> dict[str, dict[str, Shape]]:
        """What the runtime feeds to each graph and reads from it, by name: the graphs must agree."""
        cells = self.input.grid
        view: dict[str, Shape] = {"grid": (1, None, *cells), "scene": (1, None)}
        valid: dict[str, Shape] = {"valid": (1, *cells)}
        heads: dict[str, Shape] = {head: (None, len(self.labels[head])) for head in HEAD_NAMES}
        return {
            "image": {"frame": (1, self.input.height, self.input.width, 3), **view},
            "text": dict.fromkeys(("ids", "mask", "sentence", "utterance"), (None, None)),
            "decide": {
                **view,
                **valid,
                **heads,
                "utterance": (None, None),
                "said": (None, 1),
                "heat": (None, *cells),
                "target_p": (None,),
            },
            "watch": {"grid": view["grid"], **valid, "phrase": (None, None), "presence": (None,), "heat": (None, *cells)},
        }


class Bundle:
    """A verified bundle directory.

    Raises:
        Fault: `bundle_missing`, `bundle_invalid`, `bundle_format` or `bundle_hash`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_bundle()
        self.manifest = _read_manifest(self.folder)
        self.labels = _read_labels(self.folder, self.manifest)
        manifest = self.manifest
        for entry in (*manifest.graphs.values(), manifest.tokenizer, manifest.heads, manifest.replay):
            if entry is not None:
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
        raise Fault("bundle_missing", f"There is no bundle in {folder}.", "Give a directory that `python -m export` wrote.")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(raw, dict) and raw.get("format") != FORMAT:
            raise Fault(
                "bundle_format",
                f"{path} has format {raw.get('format')!r}; this engine reads format {FORMAT}.",
                "Export the model again with this version of the engine.",
            )
        manifest = Manifest.model_validate(raw)
    except (ValueError, ValidationError) as error:
        raise Fault("bundle_invalid", f"{path} is damaged: {_reason(error)}.", "Export the model again.") from None
    missing = [g for g in GRAPHS if g not in manifest.graphs] + [h for h in HEAD_NAMES if h not in manifest.labels]
    if missing:
        raise Fault("bundle_invalid", f"{path} lacks {', '.join(missing)}.", "Export a model with all graphs and heads.")
    return manifest


def _read_labels(folder: Path, manifest: Manifest) -> Labels:
    try:
        labels = Labels(heads=manifest.labels)
    except ValidationError as error:
        raise Fault(
            "bundle_invalid", f"{folder / 'bundle.json'} is damaged: {_reason(error)}.", "Export the model again."
        ) from None
    labels.index("intent", "none")  # silence has to have a name
    return labels


def _reason(error: ValueError) -> str:
    """The first fault, on one line."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def _verify(folder: Path, entry: FileEntry) -> None:
    path = folder / entry.file
    if path.resolve().parent != folder.resolve() or not path.is_file():
        raise Fault(
            "bundle_invalid", f"The bundle names '{entry.file}', which is not in {folder}.", "Copy the whole bundle directory."
        )
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != entry.sha256:
        raise Fault(
            "bundle_hash",
            f"{path} is not the file that was exported (SHA-256 differs).",
            "It is damaged or was exchanged: copy or export the bundle again.",
        )
