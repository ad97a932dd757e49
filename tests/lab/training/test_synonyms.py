from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.formats.labels import load_labels
from engine.lab.data.concepts import load_synonyms
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.feature_cache import SceneRecord, build_cache, read_records
from engine.lab.training.measure import measure_synonyms
from engine.lab.training.run import Progress
from engine.lab.training.texts import LiveTexts
from tests.lab.training.test_naming import Silent
from tests.lab.training.test_training import SIZE, small_model

pytestmark = pytest.mark.train


def scenes(start: int, count: int) -> list[tuple[np.ndarray, SceneRecord]]:
    """A backpack that fills the frame, then frames with nothing that has another name."""
    kinds = [("backpack", (0.0, 0.0, 96.0, 64.0))] + [("gizmo", (0.0, 0.0, 8.0, 8.0))] * (count - 1)
    things = [[{"names": [n], "box": box, "tags": [], "generic": [], "colour": None}] for n, box in kinds]
    return [(np.zeros((*SIZE, 3), np.uint8), SceneRecord((0, 0, 96, 64), rows, [])) for rows in things]


def test_things_are_asked_for_by_their_name_and_by_each_other_word(tmp_path) -> None:
    model = small_model()
    table = LiveTexts(model)
    shards = build_cache(tmp_path, None, scenes, 3, Progress(None), workers=1)
    rows = SceneDataset(shards, load_labels(), table, Silent(), 2, SIZE, fixed=True)
    table.add(rows.texts())
    figures = measure_synonyms(model, table, rows, read_records(shards))
    asked = float(len(load_synonyms()["backpack"]))
    assert figures == {kind: {"pointing": 1.0, "support": asked} for kind in ("usual name", "other word")}
