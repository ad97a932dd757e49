"""First stage: teach the text encoder's tuned ending what players mean.

Three losses on player lines: intent, tone, and `aim`: for a line with a slot, the encoder must guess the
sentence vector of the thing that fills it ("hand me the {red potion}" → "red potion").
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.formats.labels import Labels
from engine.lab.config import TextStageCfg
from engine.lab.data.utterances import PlayerLine
from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import SENTENCE_DIM
from engine.lab.training.measure import macro_f1
from engine.lab.training.run import Clock, Progress
from engine.lab.training.texts import tokenize
from engine.lab.training.trainer import Trainer
from npc.types import WORD_HEADS


@dataclass(frozen=True)
class FilledLine:
    """One filled player line: its classes by head (-1: unknown), and the `thing` that fills its slot, if it has one."""

    text: str
    labels: dict[str, int]
    thing: str | None


class TextStage:
    """Trains `model.text` and the text heads in place.

    Args:
        lines: utterances of the training split.
        things: for each slot, bare noun phrases that may fill it.
    """

    def __init__(
        self,
        model: NpcModel,
        labels: Labels,
        cfg: TextStageCfg,
        lines: Sequence[PlayerLine],
        things: Mapping[str, Sequence[str]],
        seed: int,
    ) -> None:
        self.model, self.labels, self.cfg = model, labels, cfg
        self.lines, self.things = list(lines), things
        self.rng = random.Random(seed)
        self.trained = _trained_part(model)
        self.sentences: dict[str, Tensor] = {}
        # Some intents have twice as many lines as others; rare ones count more, by the root of the ratio.
        counts = Counter(labels.index("intent", line.intent) for line in self.lines)
        mean = len(self.lines) / max(len(counts), 1)
        self.weight = torch.tensor([(mean / max(counts[i], 1)) ** 0.5 for i in range(len(labels["intent"]))]).clamp(max=2.0)

    def run(self, held_out: Sequence[PlayerLine], progress: Progress) -> float:
        """Train; returns intent macro-F1 on the held-out families (weights are the last ones)."""
        steps = (
            self.cfg.epochs * len(self._epoch()) // self.cfg.batch + self.cfg.epochs - 1
        )  # each epoch ends with a part of one
        trainer = Trainer(self._groups(), steps, Clock(None), clip=1.0)
        progress.total("text", steps)
        score = 0.0
        self.model.eval()  # what is frozen drops nothing: neither below the tuned layers nor in the sentences that are aimed at
        for epoch in range(self.cfg.epochs):
            for part in self.trained:
                part.train()
            for batch in _batches(self._epoch(), self.cfg.batch):
                loss = self._loss(batch)
                trainer.step(loss)
                progress.step("text", loss=float(loss.detach()))
            score = intent_macro_f1(self.model, self.labels, fill_lines(held_out, self.things, self.labels, self.rng))
            progress.say(f"text stage, epoch {epoch + 1}/{self.cfg.epochs}: intent macro-F1 on held-out families {score:.3f}")
        self.model.eval()
        return score

    def _groups(self) -> list[dict[str, Any]]:
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)
        for part in self.trained:
            part.requires_grad_(True)
        slow = [p for part in self.model.text.copied_parts() for p in part.parameters()]
        ids = {id(p) for p in slow}
        fast = [p for part in self.trained for p in part.parameters() if id(p) not in ids]
        groups: list[dict[str, Any]] = [{"params": fast, "lr": self.cfg.lr * 10}, {"params": slow, "lr": self.cfg.lr}]
        return [group for group in groups if group["params"]]

    def _epoch(self) -> list[FilledLine]:
        rows: list[FilledLine] = []
        for _ in range(self.cfg.fills):
            slotted = [u for u in self.lines if u.slot]
            rows += fill_lines(slotted, self.things, self.labels, self.rng)
        rows += fill_lines([u for u in self.lines if not u.slot], self.things, self.labels, self.rng)
        self.rng.shuffle(rows)
        return rows

    def _loss(self, batch: list[FilledLine]) -> Tensor:
        texts = [roughen(line.text, self.rng) for line in batch]
        ids, mask = tokenize(self.model.text, texts)
        utterance = self.model.text.learnt(ids, mask)
        wanted, aim = utterance[:, :SENTENCE_DIM], utterance[:, SENTENCE_DIM:]
        losses = [self._head_loss(head, wanted, batch) for head in WORD_HEADS]
        return torch.stack([*losses, 1.5 * self._aim_loss(aim, batch)]).sum()

    def _head_loss(self, head: str, wanted: Tensor, batch: list[FilledLine]) -> Tensor:
        truth = torch.tensor([line.labels[head] for line in batch])
        logits = self.model.text_heads[head](wanted)
        if not (truth >= 0).any():
            return logits.sum() * 0.0
        first = head == WORD_HEADS[0]
        rare = self.weight if first else None
        return (1.0 if first else 0.5) * F.cross_entropy(logits, truth, rare, label_smoothing=0.1, ignore_index=-1)

    def _aim_loss(self, aim: Tensor, batch: list[FilledLine]) -> Tensor:
        rows = [i for i, line in enumerate(batch) if line.thing]
        if len(rows) < 2:
            return aim.sum() * 0.0
        wanted = self._sentences([batch[i].thing or "" for i in rows])
        similar = aim[rows] @ wanted.T * 16.0  # also tell it from the batch's other things
        return (1 - (aim[rows] * wanted).sum(-1)).mean() + 0.1 * F.cross_entropy(similar, torch.arange(len(rows)))

    def _sentences(self, things: Sequence[str]) -> Tensor:
        """Sentence vectors [N, 384] of the things; each is computed once."""
        if new := sorted({thing for thing in things if thing not in self.sentences}):
            with torch.no_grad():
                self.sentences.update(zip(new, self.model.encode_text(*tokenize(self.model.text, new))[0], strict=True))
        return torch.stack([self.sentences[thing] for thing in things])


def fill_lines(
    lines: Sequence[PlayerLine], things: Mapping[str, Sequence[str]], labels: Labels, rng: random.Random
) -> list[FilledLine]:
    """Fill every slot with a random thing of its kind."""
    filled = []
    for u in lines:
        thing = rng.choice(things[u.slot]) if u.slot else None
        text = u.text.replace("{" + u.slot + "}", thing) if u.slot and thing else u.text
        told = {head: getattr(u, head, None) for head in WORD_HEADS}
        classes = {head: -1 if label is None else labels.index(head, label) for head, label in told.items()}
        filled.append(FilledLine(text, classes, thing))
    return filled


def intent_macro_f1(model: NpcModel, labels: Labels, lines: Sequence[FilledLine]) -> float:
    """Macro-F1 of the intent head on `lines`."""
    predicted: list[int] = []
    model.eval()
    with torch.no_grad():
        for i in range(0, len(lines), 64):
            ids, mask = tokenize(model.text, [line.text for line in lines[i : i + 64]])
            utterance = model.encode_text(ids, mask)[1]
            predicted += model.text_heads["intent"](utterance[:, :SENTENCE_DIM]).argmax(-1).tolist()
    return macro_f1([line.labels["intent"] for line in lines], predicted, len(labels["intent"]))


def _trained_part(model: NpcModel) -> list[nn.Module]:
    return [*model.text.tuned_parts(), *model.text_heads.values()]


def _batches(rows: list[FilledLine], size: int) -> Iterator[list[FilledLine]]:
    """Batches of similar length (less padding), in random order."""
    chunk = size * 20
    for start in range(0, len(rows), chunk):
        part = sorted(rows[start : start + chunk], key=lambda line: len(line.text))
        batches = [part[i : i + size] for i in range(0, len(part), size)]
        random.Random(start).shuffle(batches)
        yield from (b for b in batches if len(b) > 1)


def roughen(text: str, rng: random.Random, rate: float = 0.35) -> str:
    """With probability `rate`, spoil `text` a little; otherwise return it unchanged."""
    if rng.random() > rate or len(text) < 3:
        return text
    return rng.choice((_drop_letter, _swap_letters, _double_letter, _no_punctuation, _no_spaces_after_comma))(text, rng)


def _place(text: str, rng: random.Random) -> int:
    return rng.randrange(1, len(text) - 1) if len(text) > 2 else 0


def _drop_letter(text: str, rng: random.Random) -> str:
    i = _place(text, rng)
    return text[:i] + text[i + 1 :]


def _swap_letters(text: str, rng: random.Random) -> str:
    i = _place(text, rng)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _double_letter(text: str, rng: random.Random) -> str:
    i = _place(text, rng)
    return text[:i] + text[i] + text[i:]


def _no_punctuation(text: str, rng: random.Random) -> str:
    return re.sub(r"[^\w\s]", "", text) or text


def _no_spaces_after_comma(text: str, rng: random.Random) -> str:
    return text.replace(", ", ",")
