"""The whole recipe: text stage, feature cache, scene stage, tuning of the image encoder, calibration.

Every finished part is kept and skipped next time.
"""

from __future__ import annotations

import os
import random
import shutil
from functools import partial
from pathlib import Path

import torch

from engine.data.utterances import load_utterances
from engine.errors import EngineError
from engine.labels import load_labels
from engine.model import NpcModel, build_model
from engine.training.calibrate import calibrate
from engine.training.checkpoint import save_weights, start_run
from engine.training.config import TrainCfg
from engine.training.dataset import SceneDataset, text_table
from engine.training.feature_cache import build_cache, export_backbone, fingerprint
from engine.training.measure import measure
from engine.training.progress import Progress
from engine.training.scene_stage import SceneStage
from engine.training.sources import Asker, data_version, read_recording_shard, read_scene_shard, recording_length, slot_things
from engine.training.text_stage import TextStage


def default_cache() -> Path:
    """`$NPC_ENGINE_CACHE`, or `~/.cache/npc-engine`."""
    return Path(os.environ.get("NPC_ENGINE_CACHE", Path.home() / ".cache" / "npc-engine"))


def run_recipe(cfg: TrainCfg, run: Path, cache: Path | None = None) -> NpcModel:
    """Train as `cfg` says; the result is `run/model.safetensors`, calibrated."""
    cache = cache or default_cache()
    labels = load_labels()
    start_run(run, cfg, labels)
    torch.manual_seed(cfg.seed)
    random.seed(cfg.seed)
    progress = Progress(run / "tensorboard")
    model = build_model(cfg.model, labels)
    _text_stage(model, cfg, run, progress)
    sets = scene_shards(model, cfg, cache, progress)
    table = text_table(model, run / "texts.pt")
    size = cfg.model.size
    lessons, queries = cfg.data.lessons, cfg.data.queries
    train = SceneDataset(sets["train"], labels, table, Asker("train", load_utterances("train"), lessons), queries, size)
    held_out = Asker("train", load_utterances("held_out"), lessons)
    validation = SceneDataset(sets["validation"], labels, table, held_out, queries, size, fixed=True)
    table.add(train.texts() | validation.texts(), progress)
    if cfg.scene.start_from is not None:
        _take_fused_part(model, cfg.scene.start_from)
    _scene_stage(SceneStage(model, cfg.scene, table, run, cfg.seed), train, validation, progress)
    if cfg.tune is not None:
        _scene_stage(SceneStage(model, cfg.tune, table, run, cfg.seed, "tuned", tune=True), train, validation, progress)
    calibrate(model, measure(model, table, validation))
    save_weights(model, run / "model.safetensors")
    progress.say(f"calibrated and saved: {run / 'model.safetensors'}")
    return model


def _text_stage(model: NpcModel, cfg: TrainCfg, run: Path, progress: Progress) -> None:
    from safetensors.torch import load_file

    if not cfg.model.text.frozen:
        return  # trained together with everything else
    done = run / "text.safetensors"
    if cfg.text.reuse is not None and not done.exists():
        shutil.copy(cfg.text.reuse / "text.safetensors", done)
    if done.exists():
        model.load_state_dict(load_file(done))
        return
    stage = TextStage(model, model.labels, cfg.text, load_utterances("train"), slot_things(), cfg.seed)
    stage.run(load_utterances("held_out"), progress)
    save_weights(model, done)


def scene_shards(model: NpcModel, cfg: TrainCfg, cache: Path, progress: Progress) -> dict[str, list[Path]]:
    """Shards of the training and the validation set, recordings included."""
    data = cfg.data
    root, backbone = cache_root(model, cache)
    sets = {
        "train": build_cache(
            root / f"scenes-train-{cfg.seed}-{data_version()}",
            backbone,
            partial(read_scene_shard, "train", cfg.seed, cfg.model.size),
            data.scenes,
            progress,
        ),
        "validation": build_cache(
            root / f"scenes-validation-{cfg.seed}-{data_version()}",
            backbone,
            partial(read_scene_shard, "train", cfg.seed + 1, cfg.model.size),
            data.validation,
            progress,
        ),
    }
    for folder in data.recordings:
        key = fingerprint(folder.resolve(), (folder / "labels.jsonl").stat().st_mtime_ns, data_version())
        for part in ("train", "validation"):
            count = recording_length(folder, part)
            if count:
                shards = build_cache(
                    root / f"recording-{key}-{part}",
                    backbone,
                    partial(read_recording_shard, folder, part, cfg.model.size),
                    count,
                    progress,
                )
                sets[part] += shards * (data.recording_repeat if part == "train" else 1)
    return sets


def cache_root(model: NpcModel, cache: Path) -> tuple[Path, Path | None]:
    """Where shards for this image encoder lie, and its ONNX file (None: the encoder is trained, frames are cached)."""
    image, size = model.cfg.image, model.cfg.size
    if not image.frozen:
        root = cache / f"frames-{size[0]}x{size[1]}"
        root.mkdir(parents=True, exist_ok=True)
        return root, None
    root = cache / f"features-{fingerprint(image.encoder, image.weights, size)}"
    root.mkdir(parents=True, exist_ok=True)
    backbone = root / "backbone.onnx"
    if model.image_tuned and not backbone.exists():  # features are those of the encoder as it was before tuning
        model = build_model(model.cfg, model.labels)
    return root, export_backbone(model, backbone)


def _take_fused_part(model: NpcModel, run: Path) -> None:
    """Weights of an earlier run, except those of the text encoder and its heads."""
    from safetensors.torch import load_file

    if not (run / "model.safetensors").is_file():
        raise EngineError("run_missing", f"{run} holds no trained model.", "Check `start_from` in the recipe.")
    weights = load_file(run / "model.safetensors")
    model.load_state_dict({k: v for k, v in weights.items() if not k.startswith(("text.", "text_heads."))}, strict=False)


def _scene_stage(stage: SceneStage, train: SceneDataset, validation: SceneDataset, progress: Progress) -> None:
    """Run a stage to its end (at once, where an earlier call finished it) and go on with its best weights."""
    from safetensors.torch import load_file

    stage.run(train, validation, progress)
    stage.model.load_state_dict(load_file(stage.best_file))
