"""The bundle: everything that perception needs, in one directory, checked before it is used; and its manifest, written.

A bundle may come from anybody. No code is unpickled, no file beside it is read, every file is hashed, and sizes are refused
before anything of them is allocated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import Fault
from engine.files import write_whole
from engine.formats.labels import Labels
from engine.formats.onnx_files import has_external_data
from npc.inside import read_inside
from npc.text import decoded
from npc.types import HEAD_NAMES

FORMAT = 1
GRAPHS = ("image", "text", "decide", "watch")
MANIFEST_FILE, HEADS_FILE, REPLAY_FILE, TOKENIZER_FILE = "bundle.json", "heads.safetensors", "replay.zip", "tokenizer.json"
LARGEST_MANIFEST, LARGEST_FILE = 4 << 20, 1 << 30  # bytes

Pixels = Annotated[int, Field(ge=1, le=2048)]
CellCount = Annotated[int, Field(ge=1, le=512)]
Tokens = Annotated[int, Field(ge=1, le=4096)]
Classes = Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=1024)]

Probability = Annotated[float, Field(ge=0, le=1)]
Shape = tuple[int | None, ...]  # None: any size


class FileEntry(BaseModel):
    """A file of the bundle and its SHA-256."""

    file: str
    sha256: str


class InputSpec(BaseModel):
    """Size of the model's input in pixels, of the heat map's grid in cells, and of a text in tokens."""

    height: Pixels
    width: Pixels
    grid: tuple[CellCount, CellCount]
    max_tokens: Tokens = 48


class Thresholds(BaseModel):
    """Calibrated probabilities from which a target or a watched thing counts as being in view."""

    target: Probability = 0.5
    watch: Probability = 0.5


_Weight = Annotated[float, Field(ge=-1000, le=1000)]


class LooksPresence(BaseModel):
    """Log odds that a thing is in view by its picture (`engine.perception.looks.Likeness`).

    `likest` times the best cell's cosine, `sure` times what that has above `clear`, and the weights of how far the best cell
    rises above the frame's others, of how far it wins against other pictures, and of how well the thing knows its own picture.
    Fitted as if a quarter of what is watched for were in view, as `engine.lab.training.measure.IN_VIEW` is.
    """

    likest: _Weight = 3.9
    clear: _Weight = 0.65
    sure: _Weight = 13.75
    rises: _Weight = 2.45
    wins: _Weight = 1.9
    own: _Weight = -4.6
    bias: _Weight = -1.15


class LooksOdds(BaseModel):
    """What a picture says of a frame: log odds of a heat map's cells from their cosines, and that the thing is there at all.

    The defaults were fitted for the first bundle that shipped with 0.2; `there` on things of four styles of art.
    """

    scale: Annotated[float, Field(gt=0, le=1000)] = 9.6
    bias: _Weight = -6.5
    there: LooksPresence = LooksPresence()


class DiscriminantOdds(BaseModel):
    """Log odds that a thing is in view (`engine.perception.discriminants`): `seen` times the best cell's score, `named` times
    the log odds of its name, and `bias`; in each cell of a heat map the name counts `heat` times.
    """

    seen: Annotated[float, Field(ge=0, le=1000)]
    named: Annotated[float, Field(ge=0, le=100)]
    bias: Annotated[float, Field(ge=-1000, le=1000)]
    heat: Annotated[float, Field(ge=0, le=100)]


class DiscriminantsEntry(FileEntry):
    """What tells the things that a bundle was taught, and their names in lower case."""

    names: Annotated[tuple[Annotated[str, Field(max_length=200)], ...], Field(max_length=4096)]
    odds: DiscriminantOdds


class Manifest(BaseModel):
    """`bundle.json`."""

    model_config = ConfigDict(extra="ignore")

    format: Literal[1]
    name: str
    precision: str = "fp32"
    labels: Annotated[dict[str, Classes], Field(max_length=64)]
    input: InputSpec
    thresholds: Thresholds = Thresholds()
    looks: LooksOdds = LooksOdds()
    graphs: dict[str, FileEntry]
    variants: Annotated[dict[str, dict[str, FileEntry]], Field(max_length=16)] = {}  # in other precisions
    tokenizer: FileEntry
    model: dict[str, object] = {}  # config of the model, for learning on; the runtime needs it not
    heads: FileEntry | None = None  # weights above the encoders, for learning on
    replay: FileEntry | None = None  # scenes that are repeated while something new is learnt
    discriminants: DiscriminantsEntry | None = None  # of the things of a game that it was taught
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
        for graph in manifest.graphs.values():
            _refuse_external_data(self.folder / graph.file, _verified(self.folder, graph))
        for entry in (manifest.tokenizer, manifest.heads, manifest.replay, manifest.discriminants):
            if entry is not None:
                _verified(self.folder, entry)

    @property
    def variants(self) -> tuple[str, ...]:
        """The precisions in which the graphs are here, that of `manifest.graphs` first."""
        return (self.manifest.precision, *(v for v in self.manifest.variants if v != self.manifest.precision))

    def graph(self, name: str, variant: str | None = None) -> Path:
        """Path of a graph file, in the bundle's own precision or another of `variants`, which is verified now.

        Raises:
            Fault: see the class; `variant` if the graphs are not here in that precision.
        """
        if variant is None or variant == self.manifest.precision:
            return self.folder / self.manifest.graphs[name].file
        if variant not in self.manifest.variants:
            raise Fault(
                "variant",
                f"The bundle '{self.manifest.name}' has no {variant} graphs, only {' and '.join(self.variants)}.",
                f"Export it with `--variant {variant}` as well.",
            )
        graph = self.manifest.variants[variant][name]
        _refuse_external_data(self.folder / graph.file, _verified(self.folder, graph))
        return self.folder / graph.file

    @property
    def files(self) -> tuple[Path, ...]:
        """All that it needs to answer, beside the manifest: its own graphs, tokenizer, what it was taught."""
        taught = self.manifest.discriminants
        graphs = (self.graph(name) for name in self.manifest.graphs)
        return (self.tokenizer, *graphs, *((self.folder / taught.file,) if taught else ()))

    @property
    def tokenizer(self) -> Path:
        return self.folder / self.manifest.tokenizer.file


def default_bundle() -> Path:
    """The bundle that ships with the engine."""
    return Path(str(resources.files("engine"))) / "bundles" / "default"


def entry(path: Path) -> dict[str, str]:
    """A file as `bundle.json` names it."""
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def write_manifest(folder: Path, content: Mapping[str, object]) -> None:
    """Write `bundle.json`, from which the directory is a bundle.

    Args:
        content: the fields of `Manifest`, in the order in which they are to stand.
    """
    write_whole(folder / MANIFEST_FILE, json.dumps(content, indent=2) + "\n")


def read_raw_manifest(folder: Path) -> dict[str, object]:
    """`bundle.json` as it stands, with fields that this version does not know.

    Raises:
        Fault: `bundle_missing`, `bundle_invalid` or `bundle_format`.
    """
    path = folder / MANIFEST_FILE
    try:
        raw = json.loads(decoded(read_inside(folder, MANIFEST_FILE, LARGEST_MANIFEST)))
    except (FileNotFoundError, NotADirectoryError):
        raise Fault(
            "bundle_missing", f"There is no bundle in {folder}.", "Give a directory that `python -m export` wrote."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise Fault("bundle_invalid", f"{path} is damaged: {_reason(error)}.", "Export the model again.") from None
    if not isinstance(raw, dict):
        raise Fault("bundle_invalid", f"{path} is damaged: it is no JSON object.", "Export the model again.")
    if raw.get("format") != FORMAT:
        raise Fault(
            "bundle_format",
            f"{path} has format {str(raw.get('format'))[:40]!r}; this engine reads format {FORMAT}.",
            "Export the model again with this version of the engine.",
        )
    return raw


def _read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST_FILE
    try:
        manifest = Manifest.model_validate(read_raw_manifest(folder))
    except ValidationError as error:
        raise Fault("bundle_invalid", f"{path} is damaged: {_reason(error)}.", "Export the model again.") from None
    missing = [g for g in GRAPHS if g not in manifest.graphs]
    missing += [f"{g} in {v}" for v, graphs in manifest.variants.items() for g in GRAPHS if g not in graphs]
    missing += [h for h in HEAD_NAMES if h not in manifest.labels]
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


def _reason(error: Exception) -> str:
    """The first fault, on one line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))[:100]
        return f"{where}: {first['msg']}" if where else str(first["msg"])
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _verified(folder: Path, entry: FileEntry) -> bytes:
    """The content of a file of the bundle."""
    path = folder / entry.file
    try:
        if Path(entry.file).name != entry.file:
            raise ValueError("a bundle has no folders")
        content = read_inside(folder, entry.file, LARGEST_FILE)
    except (OSError, ValueError) as error:
        raise Fault(
            "bundle_invalid",
            f"The bundle names {entry.file[:200]!r}, which is not in {folder} ({_reason(error)[:300]}).",
            "Copy the whole bundle directory.",
        ) from None
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise Fault(
            "bundle_hash",
            f"{path} is not the file that was exported (SHA-256 differs).",
            "It is damaged or was exchanged: copy or export the bundle again.",
        )
    return content


def _refuse_external_data(path: Path, graph: bytes) -> None:
    try:
        if not has_external_data(graph):
            return
        fault = "it keeps weights in another file, which nothing vouches for"
    except ValueError as error:
        fault = str(error)
    raise Fault("bundle_invalid", f"{path} is not taken: {fault}.", "Export the model again: a graph holds its own weights.")
