"""A text encoder that was cut down learns again to say what the whole one says: distillation (Hinton et al. 2015)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.formats.labels import Labels
from engine.lab.data.utterances import load_utterances
from engine.lab.model import NpcModel
from engine.lab.model.text_encoders import SENTENCE_DIM, TextEncoder
from engine.lab.training.run import Clock, Progress
from engine.lab.training.sources import slot_things
from engine.lab.training.text_stage import fill_lines, roughen
from engine.lab.training.texts import tokenize
from engine.lab.training.trainer import Trainer

STEPS, BATCH, RATE = 4000, 32, 2e-4
HEAT = 2.0  # of the intents that are compared


def teaching_texts(labels: Labels, seed: int) -> list[str]:
    """Player lines of the training side and the names of things: what a text encoder is asked about."""
    rng = random.Random(seed)
    things = slot_things()
    lines = [line.text for line in fill_lines(load_utterances("train"), things, labels, rng)]
    return sorted({*lines, *(name for names in things.values() for name in names)})


def teach(
    student: NpcModel,
    teacher: NpcModel,
    texts: Sequence[str],
    minutes: float,
    seed: int,
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Teach the student's text encoder the vectors of the teacher's, and what its heads make of them; steps that were done.

    Args:
        texts: no labels are needed.
        minutes: of wall time; `STEPS` are the most.
        stop: asked after each step, whether it was the last.
    """
    teacher.eval()
    student.requires_grad_(False)
    student.text.requires_grad_(True)
    student.text.train()
    parameters = [p for p in student.text.parameters() if p.requires_grad]
    trainer = Trainer([{"params": parameters, "lr": RATE}], STEPS, Clock(minutes), least=1, weight_decay=0.0, clip=1.0)
    rng = random.Random(seed)
    progress.total("teach", STEPS)

    def objective(batch: Any) -> tuple[Tensor, dict[str, float]]:
        ids, mask = batch["ids"], batch["mask"]
        with torch.no_grad():
            wanted = teacher.encode_text(ids, mask)
        loss = _apart(student, student.text(ids, mask), wanted)
        return loss, {}

    for step in trainer.run(objective, _batches(teacher.text, texts, rng), stop):
        progress.step("teach", loss=step.loss)
    student.eval()
    return trainer.done


def _batches(encoder: TextEncoder, texts: Sequence[str], rng: random.Random) -> Iterator[dict[str, Tensor]]:
    while True:
        chosen = [roughen(text, rng) for text in rng.sample(texts, min(BATCH, len(texts)))]
        ids, mask = tokenize(encoder, chosen)
        yield {"ids": ids, "mask": mask}


def _apart(model: NpcModel, mine: tuple[Tensor, Tensor], theirs: tuple[Tensor, Tensor]) -> Tensor:
    """How far the student is from the teacher: in meaning, what is wanted, what is aimed at, and the heads' answers."""
    sentence, wanted, aim = mine[0], mine[1][:, :SENTENCE_DIM], mine[1][:, SENTENCE_DIM:]
    true, true_wanted, true_aim = theirs[0], theirs[1][:, :SENTENCE_DIM], theirs[1][:, SENTENCE_DIM:]
    losses = [1 - F.cosine_similarity(sentence, true).mean(), 1 - F.cosine_similarity(aim, true_aim).mean()]
    losses.append(F.mse_loss(wanted, true_wanted) / true_wanted.var().clamp(min=1e-6))
    for head in model.text_heads.values():
        said, right = head(wanted) / HEAT, head(true_wanted) / HEAT
        losses.append(HEAT**2 * F.kl_div(said.log_softmax(-1), right.softmax(-1), reduction="batchmean"))
    return torch.stack(losses).sum()
