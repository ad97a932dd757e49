"""Measure a trained run on scenes and lines that it never saw; figures, JSON, confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from engine.files import cache_directory, write_json
from engine.lab.config import TrainCfg
from engine.lab.data.art_scenes import ART_VERSION
from engine.lab.data.packs import load_pack
from engine.lab.data.questions import Questioner
from engine.lab.data.utterances import load_strangers, load_utterances
from engine.lab.data.versions import DATA_VERSION
from engine.lab.evaluation.charts import draw_confusion
from engine.lab.evaluation.raw import write_raw
from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import SENTENCE_DIM
from engine.lab.training.counterfactual import answers, both_needed, counterfactual, oracles, swaps
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.feature_cache import SceneRecord, build_cache, read_records
from engine.lab.training.heat_page import draw_heat
from engine.lab.training.measure import classification_report, measure_run, measure_synonyms
from engine.lab.training.recipe import cache_root, texts_file
from engine.lab.training.run import Progress, load_run
from engine.lab.training.sources import Asker, art_scenes, read_art_shard, read_scene_shard, scene_concepts
from engine.lab.training.texts import Texts, texts_of, tokenize
from npc.types import WORD_HEADS

SCENES = 800
SHOWN = 9  # on the page of heat maps


# Kinds of scenes, see `engine.lab.data.scenes.SPLITS`. The first is as in training, with scenes never trained on.
SPLITS = {"synthetic_held_out": "train", "new_style": "new_style", "new_concepts": "new_concepts"}


def evaluate_run(
    run: Path, cache: Path | None = None, scenes: int = SCENES, packs: Sequence[str] = (), against: Sequence[Path] = ()
) -> dict[str, dict[str, dict[str, float]]]:
    """Evaluate on `scenes` scenes of each kind, of a seed of their own, with utterances of held-out families.

    The runs `against` which it is measured answer the same cases in which picture and words are needed (`counterfactual`).
    Each of the `packs` of art is a game of its own; it was never seen if the run's recipe does not name it.
    Writes `evaluation.json`, every answer as `answers-<kind>.npz`, `confusion-<head>.png` and `heat.png` into `run`; returns
    figures per kind of scenes and head.
    """
    model, cfg = load_run(run)
    progress = Progress(None)
    table = texts_of(model, texts_file(run, cache_directory(cache)))
    report: dict[str, dict[str, dict[str, float]]] = {}
    for name, split in SPLITS.items():
        data, records = split_data(model, cfg, split, cache_directory(cache), scenes, table, progress)
        measured = measure_run(model, table, data)
        full = measured.report()
        write_raw(run / f"answers-{name}.npz", measured.raw(model.labels))
        report[name] = full if split == "train" else {kind: full[kind] for kind in ("target", "watch") if kind in full}
        if split == "train":
            for head, said in measured.raw(model.labels).heads.items():
                draw_confusion(head, said, run / f"confusion-{head}.png")
            if model.grounding is not None:
                pairs = read_scene_shard(split, cfg.seed + 2, cfg.model.size, 0, min(SHOWN, scenes))
                draw_heat(model, table, data, pairs).save(run / "heat.png")
            report |= measure_swaps(model, table, cfg, data, records, cache_directory(cache), against)
        if split == "new_style" and model.grounding is not None:
            report["synonyms"] = measure_synonyms(model, table, data, records)
    for pack in packs:
        measured = measure_run(model, table, art_data(model, cfg, pack, cache_directory(cache), scenes, table, progress))
        full = measured.report()
        write_raw(run / f"answers-pack_{pack}.npz", measured.raw(model.labels))
        report[f"pack_{pack}"] = {kind: full[kind] for kind in ("target", "watch") if kind in full}
    report["strangers"] = measure_strangers(model)
    write_json(run / "evaluation.json", report)
    return report


def evaluate_swaps(
    run: Path, cache: Path | None = None, scenes: int = SCENES, against: Sequence[Path] = ()
) -> dict[str, dict[str, dict[str, float]]]:
    """The part of `evaluate_run` that asks what picture and words are worth together, alone; writes `swaps.json` into `run`."""
    model, cfg = load_run(run)
    folder = cache_directory(cache)
    table = texts_of(model, texts_file(run, folder))
    data, records = split_data(model, cfg, "train", folder, scenes, table, Progress(None))
    report = measure_swaps(model, table, cfg, data, records, folder, against)
    write_json(run / "swaps.json", report)
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


def art_data(
    model: NpcModel, cfg: TrainCfg, pack: str, cache: Path, scenes: int, table: Texts, progress: Progress
) -> SceneDataset:
    """`scenes` scenes composed of one pack of art, held-out concepts among them; things of icons are asked about in vain."""
    root, backbone = cache_root(model, cache)
    seed = cfg.seed + 2
    source = partial(read_art_shard, (pack,), "all", seed, False, cfg.model.size)
    state = f"{ART_VERSION}-{load_pack(pack).digest}"
    shards = build_cache(root / f"art-test-{pack}-{seed}-{scenes}-{state}", backbone, source, scenes, progress)
    concepts = [*scene_concepts(), *art_scenes((pack,), "all", seed).concepts]
    asker = Asker(Questioner(concepts), load_utterances("held_out"), cfg.data.lessons)
    data = SceneDataset(shards, model.labels, table, asker, cfg.data.queries, cfg.model.size, fixed=True)
    table.add(data.texts(), progress)
    return data


def measure_swaps(
    model: NpcModel,
    table: Texts,
    cfg: TrainCfg,
    data: SceneDataset,
    records: Sequence[SceneRecord],
    cache: Path,
    against: Sequence[Path],
) -> dict[str, dict[str, dict[str, float]]]:
    """The counterfactual test; and the cases that need picture and words, by the model, by it blind and deaf, and by others.

    Others of both modalities answer blind and deaf, too.
    """
    asked = swaps(records, Asker("train", load_utterances("held_out"), cfg.data.lessons), model.labels)
    said = {
        "both": answers(model, table, data, asked),
        "blind": answers(model, table, data, asked, blind=True),
        "deaf": answers(model, table, data, asked, deaf=True),
    }
    single = ["blind", "deaf"]
    for run in against:
        other, of = load_run(run)
        words = texts_of(other, texts_file(run, cache))
        alike = of.model_copy(update={"seed": cfg.seed, "data": cfg.data})
        same, _ = split_data(other, alike, "train", cache, len(records), words, Progress(None))
        said[str(run)] = answers(other, words, same, asked)
        if len(other.cfg.modalities) == 1:
            single.append(str(run))
        else:
            said[f"{run} blind"] = answers(other, words, same, asked, blind=True)
            said[f"{run} deaf"] = answers(other, words, same, asked, deaf=True)
    cases = asked.needing_both()
    known = oracles(asked, cases)
    rows, gain = both_needed(asked, said | known, single)
    return {
        "swapped": counterfactual(asked, said["both"]),
        "both_needed": rows,
        **({"both_needed_gain": {"action": gain}} if gain else {}),
    }


@torch.no_grad()
def measure_strangers(model: NpcModel) -> dict[str, dict[str, float]]:
    """Intent and tone of lines whose writer never saw the training lines."""
    lines = load_strangers()
    logits: dict[str, list[Tensor]] = {head: [] for head in WORD_HEADS if hasattr(lines[0], head)}
    for line in lines:
        wanted = model.encode_text(*tokenize(model.text, [line.text]))[1][:, :SENTENCE_DIM]
        for head, rows in logits.items():
            rows.append(model.text_heads[head](wanted))
    truth = {head: [model.labels.index(head, getattr(line, head)) for line in lines] for head in logits}
    return {h: classification_report(truth[h], model.probabilities(h, torch.cat(rows)).numpy()) for h, rows in logits.items()}
