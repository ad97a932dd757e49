"""The whole recipe: text stage, feature cache, scene stage, tuning of the image encoder, calibration.

Every finished part is kept and skipped next time.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from engine.errors import Fault
from engine.files import cache_directory
from engine.formats.labels import load_labels
from engine.lab.config import TrainCfg
from engine.lab.data.utterances import load_utterances
from engine.lab.data.versions import DATA_VERSION, LESSONS_VERSION
from engine.lab.model import NpcModel, build_model
from engine.lab.training.dataset import SceneDataset, Vocabulary
from engine.lab.training.feature_cache import build_cache, export_backbone, fingerprint
from engine.lab.training.measure import calibrate, measure
from engine.lab.training.run import Clock, Progress, keep_freed_memory, save_weights, start_run
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.sources import (
    Asker,
    read_recording_shard,
    read_scene_shard,
    recording_length,
    scene_concepts,
    slot_things,
)
from engine.lab.training.text_stage import TextStage
from engine.lab.training.texts import texts_of

WORDS = ("text.", "text_heads.")  # what the text stage trains


def run_recipe(
    cfg: TrainCfg, run: Path, cache: Path | None = None, on_validation: Callable[[int, float], None] | None = None
) -> NpcModel:
    """Train as `cfg` says; the result is `run/model.safetensors`, calibrated. For `on_validation` see `SceneStage`."""
    keep_freed_memory()
    cache = cache_directory(cache)
    labels = load_labels()
    start_run(run, cfg, labels, LESSONS_VERSION)
    torch.manual_seed(cfg.seed)
    random.seed(cfg.seed)
    progress = Progress(run / "tensorboard")
    model = build_model(cfg.model, labels)
    text_stage(model, cfg, run, progress)
    sets = scene_shards(model, cfg, cache, progress)
    table = texts_of(model, _texts_file(run, cache))
    size = cfg.model.size
    lessons, queries = cfg.data.lessons, cfg.data.queries
    asker = Asker("train", load_utterances("train"), lessons)
    # A text encoder that is being trained would have to read a thousand names in every step.
    named = cfg.model.text.frozen and cfg.model.grounding and "image" in cfg.model.modalities
    vocabulary = Vocabulary(scene_concepts()) if named else None
    train = SceneDataset(sets["train"], labels, table, asker, queries, size, seed=cfg.seed, vocabulary=vocabulary)
    held_out = Asker("train", load_utterances("held_out"), lessons)
    validation = SceneDataset(sets["validation"], labels, table, held_out, queries, size, fixed=True)
    table.add(train.texts() | validation.texts(), progress)
    if cfg.scene.start_from is not None:
        _take_fused_part(model, cfg.scene.start_from)
    stage = SceneStage(model, cfg.scene, table, run, cfg.seed, on_validation=on_validation)
    _scene_stage(stage, train, validation, progress)
    if cfg.tune is not None:
        _scene_stage(SceneStage(model, cfg.tune, table, run, cfg.seed, "tuned", tune=True), train, validation, progress)
    calibrate(model, measure(model, table, validation))
    save_weights(model, run / "model.safetensors")
    progress.say(f"calibrated and saved: {run / 'model.safetensors'}")
    return model


def text_stage(model: NpcModel, cfg: TrainCfg, run: Path, progress: Progress) -> None:
    """Train the text encoder's tuned ending, or take over that of `run` or of `cfg.text.reuse`."""
    if not cfg.model.text.frozen:
        return  # trained together with everything else
    done = run / "text.safetensors"
    if cfg.text.reuse is not None and not done.exists():
        words = cfg.text.reuse / "text.safetensors"
        if not words.is_file():
            raise Fault("run_missing", f"{cfg.text.reuse} holds no text stage.", "Train that run first, see `reuse`.")
        shutil.copy(words, done)
    if done.exists():
        _load_words(model, done)
        return
    stage = TextStage(model, model.labels, cfg.text, load_utterances("train"), slot_things(), cfg.seed)
    stage.run(load_utterances("held_out"), progress)
    save_weights(model, done, WORDS)


def train_words(cfg: TrainCfg, folder: Path) -> float:
    """The text stage alone, into a directory that `cfg.text.reuse` may name, unless it is done; seconds that it took."""
    done = folder / "seconds.json"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(cfg.seed)
        model = build_model(cfg.model, load_labels())
        clock = Clock(None)
        text_stage(model, cfg, folder, Progress(None))
        done.write_text(json.dumps(clock.spent()), encoding="utf-8")
    return float(json.loads(done.read_text(encoding="utf-8")))


def _load_words(model: NpcModel, path: Path) -> None:
    """The text encoder and its heads alone: models that see differently may share them."""
    from safetensors.torch import load_file

    weights = load_file(path)
    for module, prefix in zip((model.text, model.text_heads), WORDS, strict=True):
        module.load_state_dict({k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)})


def _texts_file(run: Path, cache: Path) -> Path | None:
    """Where vectors of texts are kept, for all runs with the same text encoder (None: it is trained with the rest)."""
    weights = run / "text.safetensors"
    if not weights.exists():
        return None
    return cache / f"texts-{hashlib.sha256(weights.read_bytes()).hexdigest()[:12]}.pt"


def scene_shards(model: NpcModel, cfg: TrainCfg, cache: Path, progress: Progress) -> dict[str, list[Path]]:
    """Shards of the training and the validation set, recordings included."""
    data = cfg.data
    root, backbone = cache_root(model, cache)
    sets = {
        "train": build_cache(
            root / f"scenes-train-{cfg.seed}-{DATA_VERSION}",
            backbone,
            partial(read_scene_shard, "train", cfg.seed, cfg.model.size),
            data.scenes,
            progress,
        ),
        "validation": build_cache(
            root / f"scenes-validation-{cfg.seed}-{DATA_VERSION}",
            backbone,
            partial(read_scene_shard, "train", cfg.seed + 1, cfg.model.size),
            data.validation,
            progress,
        ),
    }
    for folder in data.recordings:
        key = fingerprint(folder.resolve(), (folder / "labels.jsonl").stat().st_mtime_ns, DATA_VERSION)
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
        raise Fault("run_missing", f"{run} holds no trained model.", "Check `start_from` in the recipe.")
    weights = load_file(run / "model.safetensors")
    model.load_state_dict({k: v for k, v in weights.items() if not k.startswith(WORDS)}, strict=False)


def _scene_stage(stage: SceneStage, train: SceneDataset, validation: SceneDataset, progress: Progress) -> None:
    """Run a stage to its end (at once, where an earlier call finished it) and go on with its best weights."""
    from safetensors.torch import load_file

    stage.run(train, validation, progress)
    stage.model.load_state_dict(load_file(stage.best_file))
