from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

import numpy as np
from torch.nn import functional as F

from engine.formats.labels import load_labels
from engine.lab.config import SceneStageCfg
from engine.lab.data.concepts import Concept
from engine.lab.data.questions import Sample
from engine.lab.training.dataset import NAMED, SceneDataset, Vocabulary
from engine.lab.training.feature_cache import SceneRecord, build_cache
from engine.lab.training.losses import NamingLoss, cell_means, naming_loss
from engine.lab.training.run import Progress
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.texts import LiveTexts
from engine.lab.training.trainer import shuffled
from tests.lab.training.test_training import SIZE, small_model

pytestmark = pytest.mark.train
CONCEPTS = [
    Concept("shield", ("broken shield", "shield"), frozenset({"item"})),
    Concept("shield", ("round shield", "shield"), frozenset({"item"})),
    Concept("wolf", ("wolf",), frozenset({"hostile"})),
]


def test_a_vocabulary_tells_true_names_from_those_that_may_be_true() -> None:
    vocabulary = Vocabulary(CONCEPTS)
    assert [vocabulary.names[i] for i in vocabulary.of(["red shield", "shield"])] == ["shield"]
    assert vocabulary.of(["something else"]) == []
    rows = zip(vocabulary.names, vocabulary.kin(), strict=True)
    kin = {name: {vocabulary.names[i] for i in row.nonzero()[0]} for name, row in rows}
    assert kin["shield"] == {"broken shield", "round shield", "shield"}
    assert kin["broken shield"] == {"broken shield", "shield"}
    assert kin["wolf"] == {"wolf"}


def test_a_look_is_the_mean_of_the_cells_of_its_box() -> None:
    grid = torch.zeros(1, 2, 4, 6)
    grid[:, 0] = 1.0
    grid[:, :, 1:3, 2:5] = torch.tensor([0.0, 1.0]).view(1, 2, 1, 1)
    seen = cell_means(grid, torch.tensor([[[1, 3, 2, 5], [0, 1, 0, 6], [0, 0, 0, 0]]]))
    assert torch.allclose(seen, torch.tensor([[[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]]))


def test_naming_is_wrong_by_the_names_that_are_neither_true_nor_kin() -> None:
    names = F.normalize(torch.tensor([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]]), dim=-1)
    thing = torch.tensor([[1.0, 0.0]])
    true = torch.tensor([[True, False, False]])
    no_kin, kin = torch.zeros(1, 3, dtype=torch.bool), torch.tensor([[False, True, False]])
    scale = torch.tensor(10.0)
    assert naming_loss(thing, names, true, kin, scale) < 0.001 < naming_loss(thing, names, true, no_kin, scale)
    assert naming_loss(thing, names, true & False, kin, scale) == 0


def naming_of(model, names: list[str]) -> tuple[NamingLoss, LiveTexts]:
    table, vocabulary = LiveTexts(model), Vocabulary([Concept(name, (name,), frozenset()) for name in names])
    table.add(vocabulary.names)
    return NamingLoss(model, table, vocabulary, seed=0), table


NAMES = ["apple", "bridge", "wolf"]


def test_a_thing_that_looks_like_its_name_is_well_named() -> None:
    model = small_model()
    naming, table = naming_of(model, NAMES)
    query = F.normalize(model.grounding.query(table.sentences(table.rows(NAMES))), dim=-1)
    grid = query[2].view(1, -1, 1, 1).expand(1, -1, 8, 12)

    def loss(name: int) -> float:
        thing = {"thing": torch.tensor([[[0, 2, 0, 2]]]), "thing_names": torch.tensor([[[name, -1]]])}
        return float(naming.loss(grid, thing).detach())

    assert loss(2) < min(loss(0), loss(1))
    assert loss(-1) == 0


def crowd(start: int, count: int) -> list[tuple[np.ndarray, SceneRecord]]:
    """Frames with twenty wolves, an apple, and a thing that no vocabulary knows."""
    names = ["wolf"] * 20 + ["apple", "gizmo"]
    rest = {"tags": [], "generic": [], "colour": None}
    things = [{"names": [name], "box": (4.0 * i, 8.0, 4.0, 8.0), **rest} for i, name in enumerate(names)]
    return [(np.zeros((*SIZE, 3), np.uint8), SceneRecord((0, 0, 96, 64), things, [])) for _ in range(count)]


class Silent:
    """Asks for one thing and says nothing."""

    def ask(self, record: SceneRecord, index: int):
        lesson = Sample("", "none", "neutral", "idle", "neutral", [])
        return [("wolf", [record.entities[0]["box"]])], [lesson], (False, False)


def test_a_data_set_names_different_things_once_each_and_training_hears_them(tmp_path) -> None:
    model = small_model()
    table, vocabulary = LiveTexts(model), Vocabulary([Concept(n, (n,), frozenset()) for n in NAMES])
    shards = build_cache(tmp_path / "cache", None, crowd, 4, Progress(None), workers=1)
    rows = SceneDataset(shards, load_labels(), table, Silent(), 2, SIZE, fixed=True, vocabulary=vocabulary)
    table.add(rows.texts())
    item = rows[0]
    named = sorted(vocabulary.names[i] for i in item["thing_names"][:, 0].tolist() if i >= 0)
    assert named == ["apple", "wolf"]
    assert item["thing"][:3].tolist() != [[0, 0, 0, 0]] * 3
    assert item["thing_names"].shape[0] == item["thing"].shape[0] == NAMED
    stage = SceneStage(model, SceneStageCfg(epochs=1, batch=2, validate_every=10), table, tmp_path, 1)
    stage.run(rows, rows, Progress(None))
    assert "naming" in stage._objective(rows)(next(shuffled(rows, 2, 0)))[1]
    silent = SceneStage(model, SceneStageCfg(epochs=1, batch=2, naming=0), table, tmp_path, 1)
    assert "naming" not in silent._objective(rows)(next(shuffled(rows, 2, 0)))[1]
