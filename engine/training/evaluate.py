"""Measure a trained run on scenes and lines that it never saw; figures, JSON, confusion matrices."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import matplotlib
import numpy as np

from engine.labels import load_labels
from engine.model import NpcModel
from engine.training.checkpoint import load_run
from engine.training.config import TrainCfg
from engine.training.dataset import SceneDataset, text_table
from engine.training.feature_cache import build_cache
from engine.training.measure import Measured, measure
from engine.training.progress import Progress
from engine.training.recipe import cache_root, default_cache
from engine.training.sources import data_version, read_scene_shard

matplotlib.use("Agg")

SCENES = 800


def evaluate_run(run: Path, cache: Path | None = None, scenes: int = SCENES) -> dict[str, dict[str, float]]:
    """Evaluate on `scenes` scenes of a seed of their own, with utterances of held-out families.

    Writes `evaluation.json` and `confusion-<head>.png` into `run`; returns the figures per head.
    """
    model, cfg = load_run(run)
    progress = Progress(None)
    shards = _test_shards(model, cfg, cache or default_cache(), scenes, progress)
    table = text_table(model)
    data = SceneDataset(
        shards, load_labels(run / "labels.yaml"), table, cfg.data.queries, cfg.data.lessons, cfg.model.size, fixed=True
    )
    table.add(data.texts(), progress)
    measured = measure(model, table, data)
    report = measured.report()
    (run / "evaluation.json").write_text(json.dumps({"synthetic_held_out": report}, indent=2) + "\n", encoding="utf-8")
    for head in model.labels.heads:
        draw_confusion(measured, head, model.labels[head], run / f"confusion-{head}.png")
    return report


def _test_shards(model: NpcModel, cfg: TrainCfg, cache: Path, scenes: int, progress: Progress) -> list[Path]:
    root, backbone = cache_root(model, cache)
    source = partial(read_scene_shard, "test", cfg.seed + 2, cfg.model.size)
    return build_cache(root / f"scenes-test-{cfg.seed}-{scenes}-{data_version()}", backbone, source, scenes, progress)


def draw_confusion(measured: Measured, head: str, classes: tuple[str, ...], path: Path) -> None:
    """Draw the confusion matrix of a head, rows normalised to 1."""
    import matplotlib.pyplot as plt

    counts = np.zeros((len(classes), len(classes)))
    np.add.at(counts, (measured.truth[head], measured.probabilities(head).argmax(-1)), 1)
    share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = 2.5 + 0.36 * len(classes)
    figure, axes = plt.subplots(figsize=(side, side), layout="constrained")
    axes.imshow(share, cmap="magma", vmin=0, vmax=1)
    axes.set_xticks(range(len(classes)), classes, rotation=90)
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlabel="predicted", ylabel="true", title=f"{head}: {np.trace(counts) / max(counts.sum(), 1):.1%} right")
    for (row, column), value in np.ndenumerate(share):
        if value >= 0.05:
            axes.text(
                column,
                row,
                f"{value * 100:.0f}",
                ha="center",
                va="center",
                fontsize=6.5,
                color="white" if value < 0.6 else "black",
            )
    figure.savefig(path, dpi=110)
    plt.close(figure)
