"""The whole recipe: text stage, feature cache, naming, scene stage, tuning of the image encoder, calibration.

Every finished part is kept and skipped next time.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file

from engine.errors import Fault
from engine.files import cache_directory, write_whole
from engine.formats.labels import load_labels
from engine.lab.config import TrainCfg, load_recipe
from engine.lab.data.art_scenes import ART_VERSION
from engine.lab.data.questions import Questioner
from engine.lab.data.utterances import load_utterances
from engine.lab.data.versions import LESSONS_VERSION
from engine.lab.model import NpcModel, build_model, with_encoders
from engine.lab.training.dataset import SceneDataset, Vocabulary
from engine.lab.training.feature_cache import build_cache, export_backbone, fingerprint
from engine.lab.training.measure import calibrate, measure_run
from engine.lab.training.parallel import first_alone, processes, rank, together, wait_for_all
from engine.lab.training.provenance import note_start
from engine.lab.training.run import TOKENIZER, Clock, Progress, keep_freed_memory, need_run, save_weights, start_run
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.sources import READERS, Asker, check_sources, scene_concepts, sheets, slot_things
from engine.lab.training.text_stage import TextStage
from engine.lab.training.texts import Texts, texts_of
from engine.lab.training.trackers import tracker

WORDS = ("text.", "text_heads.")  # what the text stage trains


def run_recipe(
    cfg: TrainCfg,
    run: Path,
    cache: Path | None = None,
    on_validation: Callable[[int, float], None] | None = None,
    device: str = "auto",
    track: str | None = None,
) -> NpcModel:
    """Train as `cfg` says; the result is `run/model.safetensors`, calibrated. For `on_validation` see `SceneStage`.

    Under torchrun its processes train together (`engine.lab.training.parallel`); the result is the first one's.

    Args:
        device: "cpu", "cuda", or "auto": a GPU where torch finds one, for the stages that learn from scenes.
        track: a name of `TRACKERS` that hears every value; None: TensorBoard alone.
    """
    keep_freed_memory()
    cfg = cfg.model_copy(update={"model": with_encoders(cfg.model)})
    with together():
        return _run_recipe(cfg, run, cache_directory(cache), on_validation, training_device(device), track)


def _run_recipe(
    cfg: TrainCfg,
    run: Path,
    cache: Path,
    on_validation: Callable[[int, float], None] | None,
    on: torch.device,
    track: str | None,
) -> NpcModel:
    labels = load_labels()
    check_inputs(cfg, run)
    with first_alone():
        start_run(run, cfg, labels, f"{LESSONS_VERSION} art {ART_VERSION}" if cfg.data.art.packs else LESSONS_VERSION)
    torch.manual_seed(cfg.seed)
    random.seed(cfg.seed)
    with _progress(cfg, run, track) as progress:
        model = build_model(cfg.model, labels)
        with first_alone():  # what it makes is on disk, and the others take it from there
            if cfg.model.text.hf is not None:
                write_whole(run / TOKENIZER, model.text.tokenizer_json)
            text_stage(model, cfg, run, progress)
            if not rank():
                note_start(run, cfg, str(on))
            texts = texts_of(model, texts_file(run, cache))
            train, validation = _data_sets(model, cfg, cache, texts, progress)
        if cfg.scene.start_from is not None:
            _take_fused_part(model, cfg.scene.start_from)
        if cfg.name is not None:
            _naming_stage(model, cfg, run, cache, texts, validation, progress, on)
        if cfg.scene.epochs:
            stage = SceneStage(model, cfg.scene, texts, run, cfg.seed, on_validation=on_validation, device=on)
            _scene_stage(stage, train, validation, progress)
        if cfg.tune is not None:
            before = {name: value.cpu().clone() for name, value in model.state_dict().items()}
            stage = SceneStage(model, cfg.tune, texts, run, cfg.seed, "tuned", tune=True, device=on)
            _scene_stage(stage, train, validation, progress)
            _blend(model, before, cfg.tune.blend)
        model.cpu()
        if not rank():
            calibrate(model, measure_run(model, texts, validation))
            save_weights(model, run / "model.safetensors")
            progress.say(f"calibrated and saved: {run / 'model.safetensors'}")
        wait_for_all()
    return model


def check_inputs(cfg: TrainCfg, run: Path) -> None:
    """Refuse what a recipe names and is not there, or does not fit, before anything is written or trained.

    Raises:
        Fault: see `check_sources`; `run_missing` and `text_differs` for the runs that `reuse` and `start_from` name.
    """
    if cfg.text.reuse is not None and cfg.model.text.frozen and not (run / "text.safetensors").exists():
        _check_words(cfg, cfg.text.reuse)
    if cfg.scene.start_from is not None:
        need_run(cfg.scene.start_from)
    check_sources(cfg)


def _check_words(cfg: TrainCfg, reuse: Path) -> None:
    if (reuse / "text.safetensors").is_file() and not (reuse / "recipe.yaml").is_file():
        return  # words alone, which `tune` and `compare` trained for this very recipe
    need_run(reuse, "text.safetensors")
    theirs, ours = load_recipe(str(reuse / "recipe.yaml")).model.text, cfg.model.text
    for field in ("encoder", "tuned_layers"):
        one, other = getattr(theirs, field), getattr(ours, field)
        if one != other:
            what = f"the text encoder {one}" if field == "encoder" else f"{one} tuned layers"
            fix = f"Write `model: {{text: {{{field}: {one}}}}}`, or leave `reuse` out."
            raise Fault("text_differs", f"{reuse} has {what}, this recipe {other}.", fix)


def _progress(cfg: TrainCfg, run: Path, track: str | None) -> Progress:
    """What is shown and noted; of several processes the first alone does."""
    if rank():
        return Progress(quiet=True)
    listener = tracker(track, run, cfg.model_dump(mode="json")) if track else None
    return Progress(run / "tensorboard", history=run / "history.jsonl", tracker=listener)


def training_device(wanted: str) -> torch.device:
    """The device of a name, see `run_recipe`.

    Raises:
        Fault: `device`.
    """
    if wanted not in ("auto", "cpu", "cuda"):
        raise Fault("device", f"There is no device '{wanted}'.", "Use auto, cpu or cuda.")
    if wanted == "cuda" and not torch.cuda.is_available():
        raise Fault("device", "torch finds no GPU here.", "Install torch with CUDA for your driver, or use --device cpu.")
    if wanted == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", rank() % torch.cuda.device_count()) if processes() > 1 else torch.device("cuda")


def _data_sets(
    model: NpcModel, cfg: TrainCfg, cache: Path, texts: Texts, progress: Progress
) -> tuple[SceneDataset, SceneDataset]:
    """What is trained on and what is validated by, their words among the `texts`."""
    shards, lessons = scene_shards(model, cfg, cache, progress), cfg.data.lessons
    packs = cfg.data.art.packs
    asks: str | Questioner = Questioner(scene_concepts(packs)) if packs else "train"
    # A text encoder that is being trained would have to read a thousand names in every step.
    named = cfg.model.text.frozen and cfg.model.grounding and "image" in cfg.model.modalities
    train = SceneDataset(
        shards["train"],
        model.labels,
        texts,
        Asker(asks, load_utterances("train"), lessons),
        cfg.data.queries,
        cfg.model.size,
        seed=cfg.seed + rank(),
        vocabulary=Vocabulary(scene_concepts(packs)) if named else None,
    )
    held_out = Asker(asks, load_utterances("held_out"), lessons)
    validation = SceneDataset(shards["validation"], model.labels, texts, held_out, cfg.data.queries, cfg.model.size, fixed=True)
    texts.add(train.texts() | validation.texts(), progress)
    return train, validation


def text_stage(model: NpcModel, cfg: TrainCfg, run: Path, progress: Progress) -> None:
    """Train the text encoder's tuned ending, or take over that of `run` or of `cfg.text.reuse`."""
    if not cfg.model.text.frozen:
        return  # trained together with everything else
    done = run / "text.safetensors"
    if cfg.text.reuse is not None and not done.exists():
        _check_words(cfg, cfg.text.reuse)
        shutil.copy(cfg.text.reuse / "text.safetensors", done)
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
        model = build_model(with_encoders(cfg.model), load_labels())
        clock = Clock(None)
        text_stage(model, cfg, folder, Progress(None))
        write_whole(done, json.dumps(clock.spent()))
    return float(json.loads(done.read_text(encoding="utf-8")))


def _load_words(model: NpcModel, path: Path) -> None:
    """The text encoder and its heads alone: models that see differently may share them."""
    weights = load_file(path)
    for module, prefix in zip((model.text, model.text_heads), WORDS, strict=True):
        module.load_state_dict({k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)})


def texts_file(run: Path, cache: Path) -> Path | None:
    """Where vectors of texts are kept, for all runs with the same text encoder (None: it is trained with the rest)."""
    weights = run / "text.safetensors"
    if not weights.exists():
        return None
    return cache / f"texts-{hashlib.sha256(weights.read_bytes()).hexdigest()[:12]}.pt"


def scene_shards(model: NpcModel, cfg: TrainCfg, cache: Path, progress: Progress) -> dict[str, list[Path]]:
    """Shards of the training and the validation set, from everywhere that scenes are read from."""
    root, backbone = cache_root(model, cache)
    sets: dict[str, list[Path]] = {"train": [], "validation": []}
    for part, shards in sets.items():
        for source in (source for read in READERS.values() for source in read(cfg, part)):
            shards += build_cache(root / source.key, backbone, source.read, source.count, progress) * source.repeat
    return sets


def cache_root(model: NpcModel, cache: Path) -> tuple[Path, Path | None]:
    """Where shards for this image encoder lie, and its ONNX file (None: the encoder is trained, frames are cached)."""
    image, size = model.cfg.image, model.cfg.size
    if not image.frozen:
        root = cache / f"frames-{size[0]}x{size[1]}"
        root.mkdir(parents=True, exist_ok=True)
        return root, None
    own = (image.hf.digest,) if image.hf is not None else ()
    root = cache / f"features-{fingerprint(image.encoder, image.weights, size, *own)}"
    root.mkdir(parents=True, exist_ok=True)
    backbone = root / "backbone.onnx"
    if model.image_tuned and not backbone.exists():  # features are those of the encoder as it was before tuning
        model = build_model(model.cfg, model.labels)
    return root, export_backbone(model, backbone)


def _take_fused_part(model: NpcModel, run: Path) -> None:
    """Weights of an earlier run, except those of the text encoder and its heads."""
    weights, cfg = load_file(run / "model.safetensors"), load_recipe(str(run / "recipe.yaml"))
    dead = model.cfg.scene_norm and not cfg.model.scene_norm  # the scene vector of that run tells nothing
    left_out = (*WORDS, "neck.scene.") if dead else WORDS
    model.load_state_dict({k: v for k, v in weights.items() if not k.startswith(left_out)}, strict=False)
    if dead:
        _listen_anew(model)
    model.image_tuned = cfg.tune is not None


def _listen_anew(model: NpcModel) -> None:
    """Let the fusion begin without the scene vector: whatever it made of a dead one would be noise."""
    first, words = dict(model.fusion.named_modules()).get("mix.0"), model.text.utterance_dim
    if isinstance(first, torch.nn.Linear):  # its inputs end with the scene and the words
        with torch.no_grad():
            first.weight[:, -(model.cfg.scene_dim + words) : -words] = 0


def _blend(model: NpcModel, before: dict[str, torch.Tensor], share: float) -> None:
    """Weights between those from before (0) and those that were learnt (1): much of what is learnt, little forgotten.

    Wortsman et al. 2022, "Robust fine-tuning of zero-shot models".
    """
    learnt = model.cpu().state_dict()
    model.load_state_dict({k: torch.lerp(before[k], v, share) if v.is_floating_point() else v for k, v in learnt.items()})


def _naming_stage(
    model: NpcModel,
    cfg: TrainCfg,
    run: Path,
    cache: Path,
    texts: Texts,
    validation: SceneDataset,
    progress: Progress,
    device: torch.device,
) -> None:
    """Learn what things are called, and nothing else, from sheets of them; go on with the last weights."""
    source = sheets(cfg)
    if cfg.name is None or source is None:
        raise Fault("recipe_invalid", "The stage `name` has no sheets to learn from.", "Give data.art packs and sheets.")
    root, backbone = cache_root(model, cache)
    with first_alone():
        shards = build_cache(root / source.key, backbone, source.read, source.count, progress)
    concepts = scene_concepts(cfg.data.art.packs)
    asker = Asker(Questioner(concepts), load_utterances("train"), 1)
    size, queries = cfg.model.size, cfg.data.queries
    data = SceneDataset(shards, model.labels, texts, asker, queries, size, seed=cfg.seed, vocabulary=Vocabulary(concepts))
    with first_alone():
        texts.add(data.texts(), progress)
    stage = SceneStage(model, cfg.name, texts, run, cfg.seed, "named", tune=True, naming_alone=True, device=device)
    stage.run(data, validation, progress)
    model.load_state_dict(load_file(stage.last_file))


def _scene_stage(stage: SceneStage, train: SceneDataset, validation: SceneDataset, progress: Progress) -> None:
    """Run a stage to its end (at once, where an earlier call finished it) and go on with its best weights."""
    stage.run(train, validation, progress)
    stage.model.load_state_dict(load_file(stage.best_file))
