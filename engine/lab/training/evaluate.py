"""Measure a trained run on scenes and lines that it never saw; figures, JSON, confusion matrices."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import matplotlib
import numpy as np
import torch
from torch import Tensor

from engine.files import cache_directory, write_json
from engine.lab.config import TrainCfg
from engine.lab.data.utterances import load_strangers, load_utterances
from engine.lab.data.versions import DATA_VERSION
from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import SENTENCE_DIM
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.feature_cache import SceneRecord, build_cache, read_records
from engine.lab.training.measure import Measured, classification_report, measure_run, measure_synonyms
from engine.lab.training.recipe import cache_root
from engine.lab.training.run import Progress, load_run
from engine.lab.training.sources import Asker, read_scene_shard
from engine.lab.training.texts import Texts, texts_of, tokenize
from npc.types import WORD_HEADS

matplotlib.use("Agg")

SCENES = 800


# Kinds of scenes, see `engine.lab.data.scenes.SPLITS`. The first is as in training, with scenes never trained on.
SPLITS = {"synthetic_held_out": "train", "new_style": "new_style", "new_concepts": "new_concepts"}


def evaluate_run(run: Path, cache: Path | None = None, scenes: int = SCENES) -> dict[str, dict[str, dict[str, float]]]:
    """Evaluate on `scenes` scenes of each kind, of a seed of their own, with utterances of held-out families.

    Writes `evaluation.json` and `confusion-<head>.png` into `run`; returns figures per kind of scenes and head.
    """
    model, cfg = load_run(run)
    progress = Progress(None)
    table = texts_of(model)
    report: dict[str, dict[str, dict[str, float]]] = {}
    for name, split in SPLITS.items():
        data, records = split_data(model, cfg, split, cache_directory(cache), scenes, table, progress)
        measured = measure_run(model, table, data)
        full = measured.report()
        report[name] = full if split == "train" else {kind: full[kind] for kind in ("target", "watch") if kind in full}
        if split == "train":
            for head in model.labels.heads:
                draw_confusion(measured, head, model.labels[head], run / f"confusion-{head}.png")
        if split == "new_style" and model.grounding is not None:
            report["synonyms"] = measure_synonyms(model, table, data, records)
    report["strangers"] = measure_strangers(model)
    write_json(run / "evaluation.json", report)
    return report


def split_data(
    model: NpcModel,
    cfg: TrainCfg,
    split: str,
    cache: Path,
    scenes: int,
    table: Texts,
    progress: Progress,
) -> tuple[SceneDataset, list[SceneRecord]]:
    """`scenes` scenes of a kind (see `SPLITS`), of a seed of their own, with lines of held-out families; and what they show."""
    root, backbone = cache_root(model, cache)
    source = partial(read_scene_shard, split, cfg.seed + 2, cfg.model.size)
    folder = root / f"scenes-test-{split}-{cfg.seed}-{scenes}-{DATA_VERSION}"
    shards = build_cache(folder, backbone, source, scenes, progress)
    asker = Asker(split, load_utterances("held_out"), cfg.data.lessons)
    data = SceneDataset(shards, model.labels, table, asker, cfg.data.queries, cfg.model.size, fixed=True)
    table.add(data.texts(), progress)
    return data, read_records(shards)


@torch.no_grad()
def measure_strangers(model: NpcModel) -> dict[str, dict[str, float]]:
    """Intent and tone of lines whose writer never saw the training lines."""
    lines = load_strangers()
    logits: dict[str, list[Tensor]] = {head: [] for head in WORD_HEADS if hasattr(lines[0], head)}
    for line in lines:
        wanted = model.encode_text(*tokenize([line.text]))[1][:, :SENTENCE_DIM]
        for head, rows in logits.items():
            rows.append(model.text_heads[head](wanted))
    truth = {head: [model.labels.index(head, getattr(line, head)) for line in lines] for head in logits}
    return {h: classification_report(truth[h], model.probabilities(h, torch.cat(rows)).numpy()) for h, rows in logits.items()}


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
