"""A head that is added in three files is trained, exported, read and told to games: the worked example, carried out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(not (ROOT / "engine").is_dir(), reason="an installed wheel: its sources are elsewhere"),
]
# What is written for a head `pose`: its classes; its row with the field of `Percept`; who teaches it.
EMOTION = '    Head("emotion", reads="both", steady=True, told=True),\n'
POSE = EMOTION.replace("emotion", "pose")
FIELD = "    knowledge: Mapping[str, float] = field(default_factory=dict)\n"
TAUGHT = """
    @property
    def pose(self) -> str:
        return "crouching" if self.action == "flee" else "upright"
"""
EDITS = {
    "engine/formats/labels.yaml": [("heads:\n", "heads:\n  pose: [upright, crouching]\n")],
    "npc/types.py": [(EMOTION, EMOTION + POSE), (FIELD, FIELD + FIELD.replace("knowledge", "pose"))],
    "engine/lab/data/questions.py": [("    absent: bool = False\n", "    absent: bool = False\n" + TAUGHT)],
}
CHECKS = """
import threading, torch
from engine.bridge.server import Server
from engine.formats.labels import load_labels
from engine.formats.wire.codec import Hello
from engine.lab.config import FusionCfg, ImageCfg, ModelCfg, TextCfg
from engine.lab.data.questions import Sample
from engine.lab.model import build_model
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.losses import head_loss
from engine.minds.brain import Brain
from engine.perception.echo import EchoPerceiver
from export.graphs import DecideGraph, _head_plans
from npc import Character, Percept, load_persona
from npc.types import HEAD_NAMES
from wire import Wire

labels = load_labels()
assert HEAD_NAMES[-1] == "pose" and labels["pose"] == ("upright", "crouching")

# training: a sample is labelled, the model has the head, its loss is learnt from
sample = Sample("run!", "flee", "afraid", "flee", "afraid", [])
row = SceneDataset.__new__(SceneDataset)
row.tagged, row.labels = True, labels
assert row._labels(sample)[-1] == labels.index("pose", "crouching")
image, text = ImageCfg(encoder="mobilenet_v3_small", weights="none"), TextCfg(encoder="embedding", weights="none")
cfg = ModelCfg(image=image, text=text, fusion=FusionCfg(dim=32), size=(64, 96), grid_dim=16, scene_dim=24)
model = build_model(cfg, labels)
_, graph_in, _, names = _head_plans(model)["decide"]
words = (graph_in[name].unsqueeze(0) for name in ("utterance", "said"))
answers = model.decide(graph_in["grid"], graph_in["scene"], *words, graph_in["valid"])
head_loss(answers.logits["pose"], torch.zeros(1, 3, dtype=torch.int64)).backward()
assert model.fused_heads["pose"][-1].weight.grad.abs().sum() > 0 and "pose" in model.calibration

# export and bundle: one more output, after those that there were
assert names == ["intent", "tone", "action", "emotion", "pose", "heat", "target_p"]
outputs = DecideGraph(model)(*graph_in.values())
assert outputs[names.index("pose")].shape == (3, 2)

# characters: steady over frames
npc = Character(load_persona("guard"), "bram")
for n in range(3):
    npc.tick(Percept(n / 10, {"none": 1.0}, action={"idle": 0.9}, pose={"upright": 0.9, "crouching": 0.1}))
assert max(npc.percept.pose, key=npc.percept.pose.get) == "upright"

# the wire
server = Server("tcp://127.0.0.1:0")
thread = threading.Thread(target=server.run, args=(Brain(EchoPerceiver()), "echo"))
thread.start()
wire = Wire(server.endpoint)
try:
    wire.say(Hello("game", "5e55"))
    assert wire.next("welcome").labels["pose"] == ("upright", "crouching")
finally:
    wire.close()
    server.stop()
    thread.join(30)
print("all the way")
"""


def test_a_head_added_in_three_files_is_seen_from_training_to_the_wire(tmp_path: Path) -> None:
    for package in ("engine", "npc", "export"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("bundles", "__pycache__"))
    for name, edits in EDITS.items():
        path = tmp_path / name
        text = path.read_text(encoding="utf-8")
        for old, new in edits:
            assert text.count(old) == 1, f"{name} has changed: {old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT / "tests" / "bridge")])}
    done = subprocess.run(
        [sys.executable, "-c", CHECKS], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300
    )
    assert done.stdout.strip() == "all the way", done.stderr
