"""Is a thing found by a word that no picture was trained with, as well as by its usual name?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from engine.lab.data.synonyms import load_synonyms
from engine.lab.model import NpcModel
from engine.lab.training.dataset import LiveTextTable, SceneDataset, TextTable
from engine.lab.training.feature_cache import SceneRecord
from engine.lab.training.scene_stage import encode_batch

Asked = tuple[str, str, list[dict[str, Any]]]  # usual name, other word, what bears the name


@torch.no_grad()
def measure_synonyms(
    model: NpcModel, table: TextTable | LiveTextTable, data: SceneDataset, records: Sequence[SceneRecord]
) -> dict[str, dict[str, float]]:
    """Pointing by the usual names of things in view and by other words for them, on the same things of the same scenes."""
    by_name: list[bool] = []
    by_synonym: list[bool] = []
    model.eval()
    table.add({word for name, words in load_synonyms().items() for word in (name, *words)})
    for index, record in enumerate(records):
        asked = _asked(record)
        if not asked:
            continue
        batch = {name: value.unsqueeze(0) for name, value in data[index].items()}
        grid, _, valid = encode_batch(model, batch)
        truth = torch.stack([data.mask(entity["box"] for entity in entities) for *_, entities in asked]).flatten(1)
        for column, hits in ((0, by_name), (1, by_synonym)):
            rows = table.rows([question[column] for question in asked])
            heat, _ = model.watch(grid, table.sentences(rows).unsqueeze(0), valid)
            hits += truth.gather(1, heat[0].flatten(1).argmax(-1, keepdim=True)).flatten().tolist()
    kinds = {"usual name": by_name, "other word": by_synonym}
    return {kind: {"pointing": sum(hits) / len(hits), "support": float(len(hits))} for kind, hits in kinds.items() if hits}


def _asked(record: SceneRecord) -> list[Asked]:
    things: list[dict[str, Any]] = list(record.entities)
    named = {name: [e for e in things if name in e["names"]] for name in load_synonyms()}
    return [(name, word, found) for name, found in named.items() if found for word in load_synonyms()[name]]
