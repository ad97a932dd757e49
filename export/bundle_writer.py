"""Write a bundle directory: graphs, tokenizer, labels, hashes, metrics, model card.

A whole one from a training run, or an adapted one: the encoders of another bundle as they are, neck, decide and watch anew.
"""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from rich.console import Console

from engine.errors import Fault
from engine.files import replace_folder
from engine.formats.bundle import (
    FORMAT,
    GRAPHS,
    HEADS_FILE,
    REPLAY_FILE,
    TOKENIZER_FILE,
    Bundle,
    entry,
    read_raw_manifest,
    write_manifest,
)
from engine.lab.data.concepts import Concept
from engine.lab.model import NpcModel
from engine.lab.training.feature_cache import ScenePair
from engine.lab.training.replay import write_replay
from engine.lab.training.run import load_run
from engine.lab.training.sources import read_mixed, scene_concepts
from engine.lab.training.texts import MAX_TOKENS
from export.graphs import export_graphs, export_heads
from export.parity import Example, Frames, Parity, calibration_frames, compare, compare_heads, parity_inputs
from export.quantize import halve, quantize_convolutions, quantize_image, quantize_matrices
from export.surgery import feature_scales, free_frames, replace_neck
from export.weights import keep_english, write_heads

REPLAYED, REPLAY_SEED = 200, 40_001  # scenes, of a seed that no training uses
LICENCES = [
    "EfficientNet-Lite0 weights: Apache-2.0 (Google)",
    "all-MiniLM-L6-v2: Apache-2.0 (sentence-transformers)",
    "Training sprites: Noto Emoji, Firefox OS Emoji, Material Design Icons, Memory Icons (Apache-2.0), Fluent Emoji (MIT), "
    "Twemoji, Emoji One, Streamline Emojis (CC BY 4.0), game-icons.net (CC BY 3.0)",
]

ART_LICENCE = "Game art for training, by packs, each under the licence that it carries (those of the recipe `art`: CC0)"


def write_bundle(run: Path, out: Path, precision: str, name: str, variants: Sequence[str] = ()) -> str:
    """Export `run` into `out`; returns a sentence for the terminal.

    Args:
        precision: of the bundle's own graphs, which every device can take.
        variants: further precisions of the same graphs, for devices that they suit better.

    Raises:
        Fault: `parity` if the graphs disagree with PyTorch, `bundle_blind` for a model without grounding (nothing is
            written then).
    """
    console = Console(stderr=True)
    model, cfg = load_run(run)
    packs = cfg.data.art.packs
    if model.grounding is None:
        raise Fault(
            "bundle_blind",
            f"The model of {run} has no heat map: it can be measured, but no game can be served with it.",
            "Export a run of a recipe with grounding, such as `default`.",
        )
    with staging(out) as folder:
        with console.status("exporting graphs"):
            smaller, exactly = copy.deepcopy(model), folder / "exact"
            exactly.mkdir()
            keep_english(smaller, folder / TOKENIZER_FILE)
            export_graphs(smaller, exactly)
        frames, texts = parity_inputs(model.cfg.size, packs)
        with console.status("comparing with PyTorch"):
            exact = compare(model, exactly, folder / TOKENIZER_FILE, frames, texts)
        refuse_unless(exact.acceptable("fp32"), exact, "fp32")
        parities: dict[str, Parity] = {}
        for variant in dict.fromkeys((precision, *variants)):
            with console.status(f"writing the {variant} graphs"):
                made = folder / variant
                write_as(variant, exactly, made, lambda: calibration_frames(model.cfg.size, packs))
                free_frames(made / "image.onnx")
                parities[variant] = compare(model, made, folder / TOKENIZER_FILE, frames, texts)
            refuse_unless(parities[variant].acceptable(variant), parities[variant], variant)
            for graph in GRAPHS:
                (made / f"{graph}.onnx").rename(folder / _file(graph, "" if variant == precision else variant))
            made.rmdir()
        shutil.rmtree(exactly)
        shipped = parities.pop(precision)
        pairs = read_mixed(packs, REPLAY_SEED, model.cfg.size, REPLAYED)
        parity = {"parity_fp32": exact.__dict__, "parity_shipped": shipped.__dict__}
        parity |= {f"parity_{variant}": found.__dict__ for variant, found in parities.items() if variant != "fp32"}
        metrics = {**parity, **_evaluation(run)}
        theirs = [f"{of.encoder}: the licence of that model" for of in (model.cfg.image, model.cfg.text) if of.hf is not None]
        licences = [*LICENCES, *theirs, *([f"{ART_LICENCE}: {', '.join(packs)}"] if packs else [])]
        facts = {"name": name, "precision": precision, "variants": list(parities), "metrics": metrics, "licences": licences}
        write_rest(folder, model, pairs, scene_concepts(packs), facts)
    size = sum(f.stat().st_size for f in out.iterdir()) / 1e6
    others = "".join(f"; as {variant} {found.agreement:.1%}" for variant, found in parities.items())
    return (
        f"Wrote {out} ({', '.join((precision, *parities))}, {size:.1f} MB). fp32 graphs agree with PyTorch on "
        f"{exact.agreement:.1%} of top labels, largest difference {exact.max_difference:.1e}; "
        f"as shipped {shipped.agreement:.1%}{others}."
    )


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A directory that becomes `out` only if nothing fails; a model card that stands in `out` is kept."""
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".bundle-", dir=out.parent))
    try:
        yield folder
        for kept in out.glob("*.md"):
            shutil.copy(kept, folder)
        folder.chmod(0o755)
        replace_folder(out.resolve(), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _file(graph: str, variant: str) -> str:
    """The name of a graph's file; a bundle's own graphs have the plain one."""
    return f"{graph}.{variant}.onnx" if variant else f"{graph}.onnx"


def write_as(variant: str, exact: Path, folder: Path, frames: Callable[[], Frames]) -> None:
    """Write the graphs of the directory `exact` in a precision; `frames` set the ranges of INT8."""
    folder.mkdir()
    for graph in GRAPHS:
        source, target = exact / f"{graph}.onnx", folder / f"{graph}.onnx"
        if variant == "fp16":
            halve(source, target)
        elif variant == "fp32":
            shutil.copy(source, target)
        elif graph == "image":
            quantize_image(source, target, frames())
        else:
            quantize_matrices(source, target)


def refuse_unless(acceptable: bool, parity: Parity, precision: str) -> None:
    """Raise `Fault` `parity`, and so leave the staging directory behind."""
    if not acceptable:
        raise Fault(
            "parity",
            f"The {precision} graphs disagree with the PyTorch model: {parity.agreement:.1%} of top labels the "
            f"same, largest difference {parity.max_difference:.1e}.",
            "No bundle was written; export as fp32 or train longer.",
        )


def write_rest(
    folder: Path,
    model: NpcModel,
    replay: Sequence[ScenePair],
    concepts: Iterable[Concept],
    facts: Mapping[str, object],
) -> None:
    """Add to the graphs and the tokenizer in `folder` what else a bundle holds.

    `facts` are name, precision and metrics; licences, where they are others than those of the icons.
    """
    write_heads(model, folder / HEADS_FILE)
    write_replay(folder / REPLAY_FILE, replay, concepts)
    write_manifest(folder, _manifest(folder, model, facts))


def _evaluation(run: Path) -> dict[str, object]:
    path = run / "evaluation.json"
    found: dict[str, object] = json.loads(path.read_text()) if path.exists() else {}
    return found


def _manifest(folder: Path, model: NpcModel, facts: Mapping[str, object]) -> dict[str, object]:
    size = model.cfg.size
    return {
        "format": FORMAT,
        "name": facts["name"],
        "precision": facts["precision"],
        "labels": {head: list(classes) for head, classes in model.labels.heads.items()},
        "input": {"height": size[0], "width": size[1], "grid": [size[0] // 8, size[1] // 8], "max_tokens": MAX_TOKENS},
        "thresholds": {"target": 0.5, "watch": 0.5},
        "graphs": {graph: entry(folder / _file(graph, "")) for graph in sorted(GRAPHS)},
        "variants": {
            variant: {graph: entry(folder / _file(graph, variant)) for graph in sorted(GRAPHS)}
            for variant in cast(Sequence[str], facts.get("variants", ()))
        },
        "tokenizer": entry(folder / TOKENIZER_FILE),
        "model": model.cfg.model_dump(mode="json"),
        "heads": entry(folder / HEADS_FILE),
        "replay": entry(folder / REPLAY_FILE),
        "metrics": facts["metrics"],
        "licences": facts.get("licences", LICENCES),
    }


def write_adapted(
    base: Bundle,
    model: NpcModel,
    examples: Sequence[Example],
    out: Path,
    facts: Mapping[str, object],
    finish: Callable[[Path], None] = lambda folder: None,
) -> tuple[Parity, Parity]:
    """Export `model` into `out`, in the precision of `base`; returns the parity of the exact and of the shipped graphs.

    Args:
        examples: frames with their features, to set the ranges of INT8 and to compare with PyTorch.
        facts: what was learnt from, for `bundle.json`.
        finish: is given the finished bundle before it takes its place; where it raises, nothing is written.

    Raises:
        Fault: `parity` if the graphs disagree with PyTorch (nothing is written then).
    """
    precision = base.manifest.precision
    with staging(out) as folder:
        export_heads(model, folder)
        exact = compare_heads(model, folder, examples)
        refuse_unless(exact.acceptable("fp32"), exact, "fp32")
        if precision in ("int8", "int4"):  # int4 is of the words alone
            _quantise_adapted(base, folder, examples)
        replace_neck(base.graph("image"), folder / "neck.onnx", folder / base.graph("image").name)
        (folder / "neck.onnx").unlink()
        free_frames(folder / base.graph("image").name)
        shipped = compare_heads(model, folder, examples)
        refuse_unless(shipped.acceptable(precision), shipped, precision)
        _copy_rest(base, folder)
        write_heads(model, folder / HEADS_FILE)
        parity = {"parity_fp32": exact.__dict__, "parity_shipped": shipped.__dict__}
        write_manifest(folder, _adapted_manifest(base, folder, parity, facts))
        finish(folder)
    return exact, shipped


def _quantise_adapted(base: Bundle, folder: Path, examples: Sequence[Example]) -> None:
    small = folder / "small.onnx"
    quantize_convolutions(
        folder / "neck.onnx", small, (e.features for e in examples), scales=feature_scales(base.graph("image"))
    )
    small.replace(folder / "neck.onnx")
    quantize_matrices(folder / "decide.onnx", small)
    small.replace(folder / "decide.onnx")


def _copy_rest(base: Bundle, folder: Path) -> None:
    """Whatever else the base carries: words, replay, model card. Its variants would not have learnt anything, and its
    discriminants are of cells that look otherwise now.
    """
    left = {graph.file for graphs in base.manifest.variants.values() for graph in graphs.values()}
    if base.manifest.discriminants is not None:
        left.add(base.manifest.discriminants.file)
    for path in base.folder.iterdir():
        if path.name not in left and path.is_file() and not path.is_symlink() and not (folder / path.name).exists():
            shutil.copy(path, folder)


def _adapted_manifest(
    base: Bundle, folder: Path, parity: Mapping[str, object], facts: Mapping[str, object]
) -> dict[str, object]:
    """The base's manifest with new hashes. Its figures are its own: they stand under `base`."""
    manifest = read_raw_manifest(base.folder)
    graphs = {name: entry(folder / of.file) for name, of in base.manifest.graphs.items()}
    shas = {name: of.sha256 for name, of in base.manifest.graphs.items()}
    origin = {"name": base.manifest.name, "graphs": shas, "metrics": base.manifest.metrics}
    return manifest | {
        "name": f"{base.manifest.name}+{facts['game']}",  # `default+crafter`: what was `default` and has learnt Crafter
        "graphs": graphs,
        "variants": {},
        "discriminants": None,
        "heads": entry(folder / HEADS_FILE),
        "metrics": {**parity, "adapted": dict(facts)},
        "base": origin,
    }
