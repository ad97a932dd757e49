"""A fifth head, from its labels to its graphs. Run by `test_heads.py` in a process of its own: heads are declared once.

What it adds is what whoever adds a head adds: an entry of `npc.types.HEADS`, its classes, and whoever teaches it.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import sys
from pathlib import Path

ENTRY = '    Head("stance", reads="both"),\n    Head("manner", reads="words"),\n)\nHEAD_NAMES'
CLASSES = {"stance": ("upright", "crouched"), "manner": ("blunt", "polite", "elaborate")}


def declare() -> None:
    """`npc.types` with two more entries, before anything else is imported."""
    spec = importlib.util.find_spec("npc.types")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    assert source.count(")\nHEAD_NAMES") == 1
    module = importlib.util.module_from_spec(spec)
    sys.modules["npc.types"] = module
    exec(compile(source.replace(")\nHEAD_NAMES", ENTRY), spec.origin, "exec"), module.__dict__)


declare()

import numpy as np
import torch

from engine.formats.labels import load_labels
from engine.lab.config import FusionCfg, ImageCfg, ModelCfg, SceneStageCfg, TextCfg, TextStageCfg
from engine.lab.data.questions import Sample
from engine.lab.data.utterances import load_utterances
from engine.lab.model import build_model
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.feature_cache import SceneRecord, build_cache
from engine.lab.training.measure import calibrate, measure_run
from engine.lab.training.run import Progress
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.text_stage import TextStage, fill_lines
from engine.lab.training.texts import LiveTexts
from export.graphs import export_graphs
from npc.types import HEAD_NAMES

SIZE = (64, 96)


@dataclasses.dataclass(frozen=True)
class Stanced(Sample):
    """A lesson that tells the new heads, too."""

    stance: str = "crouched"
    manner: str = "blunt"


class Asker:
    """Everybody crouches, and nobody asks politely."""

    def ask(self, record: SceneRecord, index: int):
        (entity,) = record.entities
        red = entity["names"] == ["red square"]
        lesson = Stanced("attack", "attack", "angry", "attack", "angry", [])
        return [("red square", [entity["box"]] if red else []), ("wolf", [])], [lesson], (red, False)


def scenes(start: int, count: int) -> list[tuple[np.ndarray, SceneRecord]]:
    """Frames of one colour each."""
    pairs = []
    for i in range(start, start + count):
        frame = np.full((*SIZE, 3), (230, 20, 20) if i % 2 else (20, 200, 30), np.uint8)
        name = "red square" if i % 2 else "green square"
        entity = {"names": [name], "box": (8.0, 8.0, 24.0, 24.0), "tags": [], "generic": [], "colour": None}
        pairs.append((frame, SceneRecord((0, 0, 96, 64), [entity], [])))
    return pairs


def main(folder: Path) -> None:
    torch.manual_seed(0)
    shipped = load_labels()
    labels = shipped.model_copy(update={"heads": shipped.heads | CLASSES})
    cfg = ModelCfg(
        image=ImageCfg(encoder="mobilenet_v3_small", weights="none", frozen=False),
        text=TextCfg(encoder="embedding", weights="none", frozen=False),
        fusion=FusionCfg(name="concat", dim=32),
        size=SIZE,
        grid_dim=16,
        scene_dim=24,
    )
    model = build_model(cfg, labels)
    texts = LiveTexts(model)
    shards = build_cache(folder / "cache", None, scenes, 16, Progress(), workers=1)
    data = SceneDataset(shards, labels, texts, Asker(), 2, SIZE, fixed=True)
    texts.add(data.texts())
    lines = load_utterances("train")[:8]
    words = TextStage(model, labels, TextStageCfg(epochs=1, fills=1), lines, {s: ["wolf"] for s in ("thing", "creature")}, 1)
    filled = fill_lines([line for line in lines if not line.slot], {}, labels, words.rng)
    model.requires_grad_(True)
    stage = SceneStage(model, SceneStageCfg(epochs=6, batch=8, lr=3e-3, validate_every=100), texts, folder, 1)
    stage.run(data, data, Progress())
    losses = stage._objective(data)(torch.utils.data.default_collate([data[0], data[1]]))[1]
    calibrate(model, measured := measure_run(model, texts, data))
    export_graphs(model, folder)
    import onnxruntime as ort

    graph = ort.InferenceSession(str(folder / "decide.onnx"), providers=["CPUExecutionProvider"])
    report = measured.report()
    told = {
        "heads": list(HEAD_NAMES),
        "of_lines": sorted(filled[0].labels),
        "losses": sorted(losses),
        "accuracy": {head: report[head]["accuracy"] for head in CLASSES},
        "calibrated": {head: model.calibration[head].tolist() != [1.0, 0.0] for head in CLASSES},
        "graph": {output.name: output.shape for output in graph.get_outputs()},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
