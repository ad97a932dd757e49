"""Scenes as tensors: cached features with what is asked of them, and batches through the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset

from engine.formats.labels import Labels
from engine.lab.data.concepts import Concept
from engine.lab.data.questions import Sample
from engine.lab.model import NpcModel
from engine.lab.model.npc_model import Outputs
from engine.lab.training.feature_cache import SceneRecord, read_records
from engine.lab.training.sources import Asker, SceneQuestions, Told
from engine.lab.training.texts import Texts
from npc.types import HEAD_NAMES, WORD_HEADS

STRIDE = 8
Batch = dict[str, Tensor]
NAMED, NAMES = 32, 4  # things of a scene that are named, and how many names of each are told


CellBox = tuple[int, int, int, int]  # top, bottom, left, right of an area in cells; the ends are exclusive


@dataclass(frozen=True)
class CellQuestions:
    """What is asked about one scene, in cells: (phrase, areas) and (utterance, areas, label of each head)."""

    valid: CellBox
    queries: list[tuple[str, list[CellBox]]]
    lessons: list[tuple[str, list[CellBox], list[int]]]
    danger: tuple[float, float]  # of a hostile, of a hazard; -1: unknown
    danger_cells: tuple[list[CellBox], list[CellBox]]
    things: list[tuple[CellBox, list[int]]]  # with their names' indices in the vocabulary


class Vocabulary:
    """All names of some concepts, and for each those that may be true of the same thing."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        every = list(concepts)
        self.names = sorted({name for concept in every for name in concept.names})
        self._index = {name: i for i, name in enumerate(self.names)}
        self._kin: dict[str, set[str]] = {name: set() for name in self.names}
        for concept in every:
            for name in concept.names:
                self._kin[name].update(concept.names)

    def of(self, names: Iterable[str]) -> list[int]:
        """Indices of those of a thing's names that are in the vocabulary."""
        return [self._index[name] for name in names if name in self._index]

    def kin(self) -> npt.NDArray[np.bool_]:
        """bool [V, V]: which names may be true of a thing that is called so."""
        table = np.zeros((len(self.names), len(self.names)), bool)
        for name, others in self._kin.items():
            table[self._index[name], [self._index[other] for other in others]] = True
        return table


class SceneDataset(Dataset[dict[str, Tensor]]):
    """Scenes with cached features. Each item has fixed numbers of queries and lessons (drawn anew each time).

    Item: s8, s16, s32 float16 (or frame uint8, for an image encoder that is trained itself);
    valid [H, W]; phrase [Q] and text [L] rows of the `Texts`;
    phrase_mask [Q, H, W] and text_mask [L, H, W] (cells that the words name); labels [L, 4] (-1: unknown);
    said [L]; danger [2] (a hostile, a hazard is in view; -1: unknown) and danger_mask [2, H, W] (cells that hold one).
    Scenes of things without tags (not `tagged`) do not tell of dangers, nor what should be done.
    `fixed` draws the same of a scene each time, with something in view if there is any; else `seed` makes draws repeatable.
    With a `vocabulary`: thing [N, 4] (cells of things of different names) and thing_names [N, T] (their indices; -1: none).
    """

    def __init__(
        self,
        shards: Sequence[Path],
        labels: Labels,
        table: Texts,
        asker: Asker,
        queries: int,
        size: tuple[int, int],
        *,
        fixed: bool = False,
        seed: int | None = None,
        tagged: bool = True,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self.vocabulary, self.tagged = vocabulary, tagged
        self.draws = np.random.default_rng(seed)
        self.arrays = [{f.stem: np.load(f, mmap_mode="r") for f in sorted(shard.glob("*.npy"))} for shard in shards]
        self.places = [(i, j) for i, arrays in enumerate(self.arrays) for j in range(len(next(iter(arrays.values()))))]
        self.labels, self.table = labels, table
        self.queries, self.fixed = queries, fixed
        self.rows, self.columns = size[0] // STRIDE, size[1] // STRIDE
        self.asked = [self._compact(record, asker.ask(record, i)) for i, record in enumerate(read_records(shards))]

    def _compact(self, record: SceneRecord, asked: SceneQuestions) -> CellQuestions:
        queries, lessons, danger = asked
        hostile, hazard = (
            [self._cells(e["box"]) for e in record.entities if tag in e["tags"]] for tag in ("hostile", "hazard")
        )
        return CellQuestions(
            self._cells(_xywh(record.valid)),
            [(phrase, [self._cells(box) for box in boxes]) for phrase, boxes in queries],
            [(s.text, [self._cells(box) for box in s.target_boxes], self._labels(s)) for s in lessons],
            (float(danger[0]), float(danger[1])) if self.tagged else (-1.0, -1.0),
            (hostile, hazard),
            [(self._cells(e["box"]), self.vocabulary.of(e["names"])) for e in record.entities] if self.vocabulary else [],
        )

    def _labels(self, sample: Sample | Told) -> list[int]:
        """The class of each head; -1 where nobody has told it."""
        known = HEAD_NAMES if self.tagged else WORD_HEADS
        told = {head: getattr(sample, head, None) for head in known}
        return [-1 if (label := told.get(head)) is None else self.labels.index(head, label) for head in HEAD_NAMES]

    def texts(self) -> set[str]:
        """All phrases and utterances of the records."""
        phrases = {phrase for scene in self.asked for phrase, _ in scene.queries}
        phrases.update(self.vocabulary.names if self.vocabulary else ())
        return phrases | {text for scene in self.asked for text, _, _ in scene.lessons}

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        scene = self.asked[index]
        shard, row = self.places[index]
        rng = np.random.default_rng(index) if self.fixed else self.draws
        queries = [scene.queries[i] for i in _draw(rng, len(scene.queries), self.queries)]
        if self.fixed and not any(cells for _, cells in queries):  # a few small scenes would tell nothing of pointing
            queries[-1] = next((query for query in scene.queries if query[1]), queries[-1])
        picture = {name: torch.from_numpy(np.array(array[row])) for name, array in self.arrays[shard].items()}
        return picture | {
            "valid": self._masks([[scene.valid]])[0],
            "phrase": self.table.rows([p for p, _ in queries]),
            "phrase_mask": self._masks([cells for _, cells in queries]),
            "text": self.table.rows([text for text, _, _ in scene.lessons]),
            "text_mask": self._masks([cells for _, cells, _ in scene.lessons]),
            "said": torch.tensor([float(bool(text)) for text, _, _ in scene.lessons]),
            "labels": torch.tensor([labels for _, _, labels in scene.lessons]),
            "danger": torch.tensor(scene.danger, dtype=torch.float32),
            "danger_mask": self._masks(scene.danger_cells),
            **(self._things(scene, rng) if self.vocabulary else {}),
        }

    def _things(self, scene: CellQuestions, rng: np.random.Generator) -> dict[str, Tensor]:
        boxes, names = np.zeros((NAMED, 4), int), np.full((NAMED, NAMES), -1)
        different = {tuple(scene.things[j][1]): scene.things[j] for j in rng.permutation(len(scene.things))}
        for i, (cells, true) in zip(range(NAMED), different.values(), strict=False):
            boxes[i] = cells
            names[i, : len(true)] = true[:NAMES]
        return {"thing": torch.from_numpy(boxes), "thing_names": torch.from_numpy(names)}

    def mask(self, boxes: Iterable[Sequence[float]]) -> Tensor:
        """bool [H, W]: the cells of boxes [x, y, w, h] in pixels."""
        return self._masks([[self._cells(box) for box in boxes]])[0]

    def _masks(self, areas: Sequence[Sequence[CellBox]]) -> Tensor:
        """bool [N, H, W]: the cells of each list of areas."""
        masks = np.zeros((len(areas), self.rows, self.columns), bool)
        for mask, cells in zip(masks, areas, strict=True):
            for top, bottom, left, right in cells:
                mask[top:bottom, left:right] = True
        return torch.from_numpy(masks)

    def _cells(self, box: Sequence[float]) -> CellBox:
        """A box [x, y, w, h] in pixels to the cells whose centres it holds (at least one): top, bottom, left, right."""
        x, y, w, h = box
        left, right = _span(x, w, self.columns)
        top, bottom = _span(y, h, self.rows)
        return top, bottom, left, right


def _span(start: float, length: float, limit: int) -> tuple[int, int]:
    first = round(start / STRIDE)
    last = max(round((start + length) / STRIDE), first + 1)
    if length < STRIDE:
        first = int((start + length / 2) // STRIDE)
        last = first + 1
    first = min(max(first, 0), limit - 1)
    return first, min(max(last, first + 1), limit)


def _xywh(box: Sequence[float]) -> list[float]:
    return [box[0], box[1], box[2] - box[0], box[3] - box[1]]


def _draw(rng: np.random.Generator, available: int, wanted: int) -> list[int]:
    if available >= wanted:
        return [int(i) for i in rng.permutation(available)[:wanted]]
    return [int(i) for i in rng.integers(0, available, wanted)]


def on_device(batch: Batch, device: torch.device) -> Batch:
    """The batch where the model computes."""
    return {name: of.to(device) for name, of in batch.items()}


def encode_batch(model: NpcModel, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Cached features (or frames, for an encoder that is trained) to grid, scene and float `valid`."""
    if "frame" in batch:
        grid, scene = model.encode_frame(batch["frame"])
    else:
        grid, scene = model.neck(*features(model, batch))
    return grid, scene, batch["valid"].float()


def features(model: NpcModel, batch: Batch) -> list[Tensor]:
    """The batch's cached features at strides 8, 16 and 32, the latter two anew where the image encoder is tuned."""

    # Channels last: four times as fast for small convolutions on a CPU.
    def taken(name: str) -> Tensor:
        return batch[name].float().contiguous(memory_format=torch.channels_last)

    if model.image_tuned:
        s8 = taken("s8")
        return [s8, *model.image.tail(s8)]
    return [taken(name) for name in ("s8", "s16", "s32")]


def answer_batch(model: NpcModel, table: Texts, batch: Batch, grid: Tensor, scene: Tensor, valid: Tensor) -> Outputs:
    """The model's answers to the batch's lessons."""
    return model.decide(grid, scene, table.utterances(batch["text"]), batch["said"].unsqueeze(-1), valid)
