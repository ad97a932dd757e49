"""A bundle with new heads: the encoders of another one as they are, neck, decide and watch written anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.lab.model import NpcModel
from engine.perception import Bundle
from export.bundle_writer import HEADS_FILE, entry, refuse_unless, staging
from export.frames_axis import free_frames
from export.graphs import export_heads
from export.heads import write_heads
from export.parity import Example, Parity, compare_heads
from export.quantize import quantize_convolutions, quantize_matrices
from export.splice import feature_scales, replace_neck


def write_adapted(
    base: Bundle, model: NpcModel, examples: Sequence[Example], out: Path, facts: Mapping[str, object]
) -> tuple[Parity, Parity]:
    """Export `model` into `out`, in the precision of `base`; returns the parity of the exact and of the shipped graphs.

    Args:
        examples: frames with their features, to set the ranges of INT8 and to compare with PyTorch.
        facts: what was learnt from, for `bundle.json`.

    Raises:
        Fault: `parity` if the graphs disagree with PyTorch (nothing is written then).
    """
    precision = base.manifest.precision
    with staging(out) as folder:
        export_heads(model, folder)
        exact = compare_heads(model, folder, examples)
        refuse_unless(exact.acceptable("fp32"), exact, "fp32")
        if precision == "int8":
            _quantise(base, folder, examples)
        replace_neck(base.graph("image"), folder / "neck.onnx", folder / base.graph("image").name)
        (folder / "neck.onnx").unlink()
        free_frames(folder / base.graph("image").name)
        shipped = compare_heads(model, folder, examples)
        refuse_unless(shipped.acceptable(precision), shipped, precision)
        _copy_rest(base, folder)
        write_heads(model, folder / HEADS_FILE)
        manifest = _manifest(base, folder, {"parity_fp32": exact.__dict__, "parity_shipped": shipped.__dict__}, facts)
        (folder / "bundle.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return exact, shipped


def _quantise(base: Bundle, folder: Path, examples: Sequence[Example]) -> None:
    small = folder / "small.onnx"
    quantize_convolutions(
        folder / "neck.onnx", small, (e.features for e in examples), scales=feature_scales(base.graph("image"))
    )
    small.replace(folder / "neck.onnx")
    quantize_matrices(folder / "decide.onnx", small)
    small.replace(folder / "decide.onnx")


def _copy_rest(base: Bundle, folder: Path) -> None:
    """Whatever else the base carries: words, replay, model card."""
    for path in base.folder.iterdir():
        if path.is_file() and not (folder / path.name).exists():
            shutil.copy(path, folder)


def _manifest(base: Bundle, folder: Path, parity: Mapping[str, object], facts: Mapping[str, object]) -> dict[str, object]:
    """The base's manifest with new hashes. Its figures are its own: they stand under `base`."""
    manifest: dict[str, object] = json.loads((base.folder / "bundle.json").read_text(encoding="utf-8"))
    graphs = {name: entry(folder / of.file) for name, of in base.manifest.graphs.items()}
    shas = {name: of.sha256 for name, of in base.manifest.graphs.items()}
    origin = {"name": base.manifest.name, "graphs": shas, "metrics": base.manifest.metrics}
    return manifest | {
        "name": f"{base.manifest.name}+{facts['game']}",  # `default+crafter`: what was `default` and has learnt Crafter
        "graphs": graphs,
        "heads": entry(folder / HEADS_FILE),
        "metrics": {**parity, "adapted": dict(facts)},
        "base": origin,
    }
