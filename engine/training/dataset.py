"""Cached features and scene records as batches of tensors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from engine.labels import Labels
from engine.model import NpcModel
from engine.model.text_encoders import SENTENCE_DIM
from engine.training.feature_cache import read_records
from engine.training.progress import Progress
from engine.training.tokens import tokenize

STRIDE = 8
HEADS = ("intent", "tone", "action", "emotion")


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
            torch.save(
                {"texts": list(self._rows), "sentences": self._sentences[0].half(), "utterances": self._utterances[0].half()},
                self._file,
            )

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
    said [L]; danger [2].
    """

    def __init__(
        self,
        shards: Sequence[Path],
        labels: Labels,
        table: TextTable | LiveTextTable,
        queries: int,
        lessons: int,
        size: tuple[int, int],
        *,
        fixed: bool = False,
    ) -> None:
        self.records = read_records(shards)
        self.arrays = [{f.stem: np.load(f, mmap_mode="r") for f in sorted(shard.glob("*.npy"))} for shard in shards]
        self.places = [(i, j) for i, arrays in enumerate(self.arrays) for j in range(len(next(iter(arrays.values()))))]
        self.labels, self.table = labels, table
        self.queries, self.lessons, self.fixed = queries, lessons, fixed
        self.rows, self.columns = size[0] // STRIDE, size[1] // STRIDE

    def texts(self) -> set[str]:
        """All phrases and utterances of the records."""
        phrases = {phrase for r in self.records for phrase, _ in r.queries}
        return phrases | {str(lesson["text"]) for r in self.records for lesson in r.lessons}

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        record = self.records[index]
        shard, row = self.places[index]
        rng = np.random.default_rng(index if self.fixed else None)
        queries = [record.queries[i] for i in _draw(rng, len(record.queries), self.queries)]
        lessons = [record.lessons[i] for i in _draw(rng, len(record.lessons), self.lessons)]
        picture = {name: torch.from_numpy(np.array(array[row])) for name, array in self.arrays[shard].items()}
        return picture | {
            "valid": self.cells([_xywh(record.valid)]),
            "phrase": self.table.rows([p for p, _ in queries]),
            "phrase_mask": torch.stack([self.cells(boxes) for _, boxes in queries]),
            "text": self.table.rows([str(lesson["text"]) for lesson in lessons]),
            "text_mask": torch.stack([self.cells(lesson["boxes"]) for lesson in lessons]),  # type: ignore[arg-type]
            "said": torch.tensor([float(bool(lesson["text"])) for lesson in lessons]),
            "labels": torch.tensor([[self._label(h, lesson.get(h)) for h in HEADS] for lesson in lessons]),
            "danger": torch.tensor(record.danger, dtype=torch.float32),
        }

    def _label(self, head: str, label: object) -> int:
        return -1 if label is None else self.labels.index(head, str(label))

    def cells(self, boxes: Sequence[Sequence[float]]) -> Tensor:
        """Boxes [x, y, w, h] in pixels to the cells whose centres they hold (at least one each): bool [H, W]."""
        mask = torch.zeros(self.rows, self.columns, dtype=torch.bool)
        for x, y, w, h in boxes:
            left, right = _span(x, w, self.columns)
            top, bottom = _span(y, h, self.rows)
            mask[top:bottom, left:right] = True
        return mask


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
