"""Public data sets as scenes of a training: boxes and what was said are taught, what nobody looked for is not."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")
pytest.importorskip("ijson", reason="needs the train extra")

from engine.formats.labels import load_labels
from engine.lab.config import DataCfg, SceneStageCfg, TrainCfg
from engine.lab.data.concepts import Concept
from engine.lab.data.questions import Questioner
from engine.lab.data.utterances import load_utterances
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.feature_cache import build_cache, read_records
from engine.lab.training.run import Progress
from engine.lab.training.scene_stage import SceneStage
from engine.lab.training.sources import READERS, Asker, Told
from engine.lab.training.texts import LiveTexts
from tests.lab.data.public import makers
from tests.lab.training.test_training import SIZE, small_model

pytestmark = pytest.mark.train
KINDS = {"wolf": "animal", "sword": "item", "inn": "place", "miller": "person"}
VOCABULARY = [Concept(name, (name,), frozenset({tag})) for name, tag in KINDS.items()]


@pytest.fixture
def cfg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainCfg:
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(tmp_path / "cache"))
    coco, vqa = makers.coco(tmp_path / "coco", pictures=24), makers.vqa(tmp_path / "vqa")
    data = DataCfg(datasets=(f"coco:{coco}", f"vqa:{vqa}", f"msvd:{makers.msvd(tmp_path / 'msvd')}"))
    return TrainCfg(model=small_model().cfg, data=data)


def test_each_set_is_split_and_read_at_the_models_size(cfg: TrainCfg) -> None:
    sources = [source for part in ("train", "validation") for source in READERS["datasets"](cfg, part)]
    assert {source.key.partition("-")[0] for source in sources} == {"coco", "vqa", "msvd"}
    assert len({source.key for source in sources}) == len(sources)
    assert sum(source.count for source in sources) == 24 + 1 + 8
    coco = next(source for source in sources if source.key.startswith("coco"))
    frame, record = coco.read(0, 1)[0]
    assert frame.shape == (*SIZE, 3)
    left, top, width, height = record.entities[0]["box"]
    assert frame[int(top + height / 2), int(left + width / 2)].max() < 60, "the box lies on the black thing"
    assert record.closed
    assert record.said[0] == ("A black cat lies in the grass.", [0])
    assert READERS["datasets"](TrainCfg(), "train") == []


def test_nothing_is_called_missing_that_nobody_looked_for(cfg: TrainCfg) -> None:
    asker = Asker(Questioner(VOCABULARY), load_utterances("train"), 8)
    for source in READERS["datasets"](cfg, "train"):
        for i, (_, record) in enumerate(source.read(0, source.count)):
            queries, lessons, _ = asker.ask(record, i)
            asked = {phrase for phrase, boxes in queries if not boxes}
            assert asked <= set(record.absent)
            assert queries
            assert len(lessons) == 8
            assert not any(getattr(lesson, "absent", False) for lesson in lessons)
            if record.said:
                assert any(isinstance(lesson, Told) and lesson.text == record.said[0][0] for lesson in lessons)


def test_a_model_learns_to_find_what_is_marked(cfg: TrainCfg, tmp_path: Path) -> None:
    model = small_model()
    source = next(source for source in READERS["datasets"](cfg, "train") if source.key.startswith("coco"))
    shards = build_cache(tmp_path / "shards", None, source.read, source.count, Progress(None), workers=1)
    assert all(record.closed for record in read_records(shards))
    table = LiveTexts(model)
    asker = Asker(Questioner(VOCABULARY), load_utterances("train"), 4)
    rows = SceneDataset(shards, load_labels(), table, asker, 4, SIZE, fixed=True)
    table.add(rows.texts())
    (tmp_path / "run").mkdir()
    stage = SceneStage(model, SceneStageCfg(epochs=12, batch=8, lr=3e-3, validate_every=10), table, tmp_path / "run", 1)
    assert stage.run(rows, rows, Progress(None)) > 0.5, "cats and dogs stand where they always stand"
