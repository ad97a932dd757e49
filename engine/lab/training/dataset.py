"""Cached features and scene records as batches of tensors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from engine.files import whole_file
from engine.formats.labels import Labels
from engine.lab.data.questions import Sample
from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import SENTENCE_DIM
from engine.lab.training.feature_cache import SceneRecord, read_records
from engine.lab.training.progress import Progress
from engine.lab.training.sources import Asked, Asker
from engine.lab.training.tokens import tokenize
from engine.lab.training.vocabulary import Vocabulary
from npc.types import HEAD_NAMES, WORD_HEADS

STRIDE = 8


NAMED, NAMES = 16, 4  # things of a scene that are named, and how many names of each are told


Cells = tuple[int, int, int, int]  # top, bottom, left, right of an area in cells; the ends are exclusive


@dataclass(frozen=True)
class _Asked:
    """What is asked about one scene, in cells: (phrase, areas) and (utterance, areas, label of each head)."""

    valid: Cells
    queries: list[tuple[str, list[Cells]]]
    lessons: list[tuple[str, list[Cells], list[int]]]
    danger: tuple[float, float]  # of a hostile, of a hazard; -1: unknown
    danger_cells: tuple[list[Cells], list[Cells]]
    things: list[tuple[Cells, list[int]]]  # with their names' indices in the vocabulary


class TextTable:
    """Vectors of texts by a frozen text encoder, each text encoded once. Row 0 is silence (zeros).

    With a `file`, the table survives the run that filled it.
    """

    def __init__(self, model: NpcModel, file: Path | None = None) -> None:
        self._model, self._file = model, file
        self._rows: dict[str, int] = {"": 0}
        self._sentences = [torch.zeros(1, SENTENCE_DIM)]
        self._utterances = [torch.zeros(1, model.text.utterance_dim)]
        if file is not None and file.exists():
            stored = torch.load(file, weights_only=True)
            self._rows = {text: i for i, text in enumerate(stored["texts"])}
            self._sentences, self._utterances = [stored["sentences"].float()], [stored["utterances"].float()]

    @torch.no_grad()
    def add(self, texts: Iterable[str], progress: Progress | None = None) -> None:
        """Encode texts that are not in the table yet, in batches of equal length."""
        new = sorted({t for t in texts if t not in self._rows}, key=len)
        for i in range(0, len(new), 64):
            batch = new[i : i + 64]
            sentence, utterance = self._model.encode_text(*tokenize(batch))
            for text in batch:
                self._rows[text] = len(self._rows)
            self._sentences.append(sentence)
            self._utterances.append(utterance)
            if progress:
                progress.step("texts encoded (x64)", of=len(new) / 64)
        self._sentences = [torch.cat(self._sentences)]
        self._utterances = [torch.cat(self._utterances)]
        if new and self._file is not None:
            kept = {"sentences": self._sentences[0].half(), "utterances": self._utterances[0].half()}
            with whole_file(self._file) as partial:
                torch.save({"texts": list(self._rows), **kept}, partial)

    def rows(self, texts: Sequence[str]) -> Tensor:
        return torch.tensor([self._rows[t] for t in texts])

    def sentences(self, rows: Tensor) -> Tensor:
        """[...] row numbers to [..., 384]."""
        return self._sentences[0][rows]

    def utterances(self, rows: Tensor) -> Tensor:
        """[...] row numbers to [..., U]."""
        return self._utterances[0][rows]


class LiveTextTable:
    """The same interface for a text encoder that is being trained: vectors are computed at every look-up."""

    def __init__(self, model: NpcModel) -> None:
        self._model = model
        self._rows: dict[str, int] = {"": 0}
        self._ids = self._mask = torch.zeros(1, 1, dtype=torch.int64)

    def add(self, texts: Iterable[str], progress: Progress | None = None) -> None:
        for text in sorted(texts):
            self._rows.setdefault(text, len(self._rows))
        self._ids, self._mask = tokenize(list(self._rows))

    def rows(self, texts: Sequence[str]) -> Tensor:
        return torch.tensor([self._rows[t] for t in texts])

    def sentences(self, rows: Tensor) -> Tensor:
        return self._encode(rows)[0]

    def utterances(self, rows: Tensor) -> Tensor:
        return self._encode(rows)[1]

    def _encode(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        flat = rows.flatten()
        sentence, utterance = self._model.encode_text(self._ids[flat], self._mask[flat])
        return sentence.unflatten(0, rows.shape), utterance.unflatten(0, rows.shape)


def text_table(model: NpcModel, file: Path | None = None) -> TextTable | LiveTextTable:
    """The table that fits the model's text encoder; a frozen encoder's is kept in `file`."""
    return TextTable(model, file) if model.cfg.text.frozen else LiveTextTable(model)


class SceneDataset(Dataset[dict[str, Tensor]]):
    """Scenes with cached features. Each item has fixed numbers of queries and lessons (drawn anew each time).

    Item: s8, s16, s32 float16 (or frame uint8, for an image encoder that is trained itself);
    valid [H, W]; phrase [Q] and text [L] rows of the `TextTable`;
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
        table: TextTable | LiveTextTable,
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

    def _compact(self, record: SceneRecord, asked: Asked) -> _Asked:
        queries, lessons, danger = asked
        hostile, hazard = (
            [self._cells(e["box"]) for e in record.entities if tag in e["tags"]] for tag in ("hostile", "hazard")
        )
        return _Asked(
            self._cells(_xywh(record.valid)),
            [(phrase, [self._cells(box) for box in boxes]) for phrase, boxes in queries],
            [(s.text, [self._cells(box) for box in s.target_boxes], self._labels(s)) for s in lessons],
            (float(danger[0]), float(danger[1])) if self.tagged else (-1.0, -1.0),
            (hostile, hazard),
            [(self._cells(e["box"]), self.vocabulary.of(e["names"])) for e in record.entities] if self.vocabulary else [],
        )

    def _labels(self, sample: Sample) -> list[int]:
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

    def _things(self, scene: _Asked, rng: np.random.Generator) -> dict[str, Tensor]:
        boxes, names = np.zeros((NAMED, 4), int), np.full((NAMED, NAMES), -1)
        different = {tuple(scene.things[j][1]): scene.things[j] for j in rng.permutation(len(scene.things))}
        for i, (cells, true) in zip(range(NAMED), different.values(), strict=False):
            boxes[i] = cells
            names[i, : len(true)] = true[:NAMES]
        return {"thing": torch.from_numpy(boxes), "thing_names": torch.from_numpy(names)}

    def mask(self, boxes: Iterable[Sequence[float]]) -> Tensor:
        """bool [H, W]: the cells of boxes [x, y, w, h] in pixels."""
        return self._masks([[self._cells(box) for box in boxes]])[0]

    def _masks(self, areas: Sequence[Sequence[Cells]]) -> Tensor:
        """bool [N, H, W]: the cells of each list of areas."""
        masks = np.zeros((len(areas), self.rows, self.columns), bool)
        for mask, cells in zip(masks, areas, strict=True):
            for top, bottom, left, right in cells:
                mask[top:bottom, left:right] = True
        return torch.from_numpy(masks)

    def _cells(self, box: Sequence[float]) -> Cells:
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
        return rng.permutation(available)[:wanted].tolist()
    return rng.integers(0, available, wanted).tolist()
