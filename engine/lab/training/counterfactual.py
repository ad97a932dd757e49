"""The counterfactual test: swap the picture, or the words, and see whether the answer changes as it should.

From the same swaps comes the benchmark in which both are needed: the same words in two pictures that call for different actions
(balanced pairs, Goyal et al. 2017, arXiv 1612.00837), in pictures in which other words call for yet another action.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader

from engine.formats.labels import Labels
from engine.lab.data.questions import Sample, taught
from engine.lab.evaluation.bootstrap import interval, macro_f1_of
from engine.lab.model import NpcModel
from engine.lab.training.dataset import SceneDataset, encode_batch, on_device
from engine.lab.training.feature_cache import SceneRecord
from engine.lab.training.sources import Asker, as_scene
from engine.lab.training.texts import Texts

Ints = npt.NDArray[np.int64]
Figures = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Swaps:
    """Utterances in pictures: scene `i` with its own L utterances, then with those of scene `i - 1`.

    Attributes:
        samples: [scene][2 L].
        right: the class of the right action, [scenes, 2 L].
        danger: whether a hostile and a hazard is in view, [scenes, 2].
    """

    samples: list[list[Sample]]
    right: Ints
    danger: Ints

    @property
    def lines(self) -> int:
        """L, the utterances of a scene's own."""
        return self.right.shape[1] // 2

    def needing_both(self) -> npt.NDArray[np.bool_]:
        """bool [scenes, 2 L]: cases of which neither the words nor the picture alone tell the right action.

        The same words call for another action in the other picture, and in this picture others of these call for another.
        """
        lines, after = self.lines, np.roll(np.arange(len(self.right)), -1)
        chosen = self.right[:, :lines] != self.right[after][:, lines:]
        while True:
            cases = np.concatenate([chosen, np.roll(chosen, 1, axis=0)], axis=1)
            told = np.array([len(set(right[row].tolist())) > 1 for row, right in zip(cases, self.right, strict=True)])
            kept = chosen & (told & told[after])[:, None]  # a pair goes as a whole
            if (kept == chosen).all():
                return cases
            chosen = kept


def swaps(records: Sequence[SceneRecord], asker: Asker, labels: Labels) -> Swaps:
    """All swaps of these scenes; words that name a thing mean it in the other picture too, where it may be missing."""
    scenes = [as_scene(record) for record in records]
    own = [[s for s in asker.ask(record, i)[1] if isinstance(s, Sample)] for i, record in enumerate(records)]
    samples = [
        [*own[i], *(taught(scene, s.text, s.intent, s.tone, s.named) for s in own[i - 1])] for i, scene in enumerate(scenes)
    ]
    right = np.array([[labels.index("action", s.action) for s in row] for row in samples], np.int64)
    danger = np.array([[bool(scene.tagged("hostile")), bool(scene.tagged("hazard"))] for scene in scenes], np.int64)
    return Swaps(samples, right, danger)


@torch.no_grad()
def answers(
    model: NpcModel, table: Texts, data: SceneDataset, asked: Swaps, *, blind: bool = False, deaf: bool = False, batch: int = 16
) -> Ints:
    """The actions that a model takes, [scenes, 2 L]. The table must know the texts.

    Args:
        data: the scenes, in the order of `asked`.
        blind, deaf: it gets no picture, or no words.
    """
    model.eval()
    device, found = model.silence.device, []
    texts = [[s.text for s in row] for row in asked.samples]
    for start, rows in zip(range(0, len(texts), batch), DataLoader(data, batch), strict=True):
        grid, scene, valid = encode_batch(model, on_device(rows, device))
        if blind:
            grid, scene = grid * 0, scene * 0
        some = texts[start : start + batch]
        said = torch.tensor([[float(bool(text)) and not deaf for text in row] for row in some], device=device).float()
        utterance = table.utterances(torch.stack([table.rows(row) for row in some]).to(device))
        logits = model.decide(grid, scene, utterance, said.unsqueeze(-1), valid).logits["action"]
        found.append(logits.argmax(-1).cpu().numpy())
    return np.concatenate(found)


def counterfactual(asked: Swaps, said: Ints) -> Figures:
    """What becomes of the answers, by what is swapped.

    `picture`: the same words in two pictures; `words`: two utterances in one picture. Of the pairs whose right answers differ,
    `changes` is the share with both answers right, `moves` that with two answers; `stays`, of all others, that with one.
    """
    right, lines, after = asked.right, asked.lines, np.roll(np.arange(len(said)), -1)
    pairs = {
        "picture": ((right[:, :lines], right[after][:, lines:]), (said[:, :lines], said[after][:, lines:])),
        "words": ((right[:, : lines - 1], right[:, 1:lines]), (said[:, : lines - 1], said[:, 1:lines])),
    }
    return {what: _followed(*of) for what, of in pairs.items()}


def _followed(right: tuple[Ints, Ints], said: tuple[Ints, Ints]) -> dict[str, float]:
    differ, moved = right[0] != right[1], said[0] != said[1]
    both = (said[0] == right[0]) & (said[1] == right[1])

    def share(of: npt.NDArray[np.bool_], where: npt.NDArray[np.bool_]) -> float:
        return float(of[where].mean()) if where.any() else float("nan")

    return {
        "changes": share(both, differ),
        "moves": share(moved, differ),
        "stays": share(~moved, ~differ),
        "pairs": float(differ.size),
    }


def oracles(asked: Swaps, cases: npt.NDArray[np.bool_]) -> dict[str, Ints]:
    """Answers of who knows one modality perfectly and the other not at all: the commonest right action of all alike cases.

    `words known`: what is meant (intent, tone, whether a thing is named), without the picture. `picture known`: which dangers
    are in view, without the words. Both are fitted to the very cases that they are measured on: with so much known, nobody is
    right more often.
    """
    heard = [[(s.intent, s.tone, s.named is not None) for s in row] for row in asked.samples]
    seen = [[tuple(danger)] * asked.right.shape[1] for danger in asked.danger.tolist()]
    return {"words known": _commonest(heard, asked.right, cases), "picture known": _commonest(seen, asked.right, cases)}


def _commonest(keys: Sequence[Sequence[Hashable]], right: Ints, cases: npt.NDArray[np.bool_]) -> Ints:
    counts: dict[Hashable, Counter[int]] = {}
    for row, line in np.argwhere(cases):
        counts.setdefault(keys[row][line], Counter())[int(right[row, line])] += 1
    best = {key: count.most_common(1)[0][0] for key, count in counts.items()}
    return np.array([[best.get(key, 0) for key in row] for row in keys], np.int64)


def both_needed(asked: Swaps, said: Mapping[str, Ints], single: Sequence[str]) -> tuple[Figures, dict[str, float]]:
    """Accuracy and macro-F1 of each who answered on the cases that need both, and what the first gains on the best of `single`.

    Macro-F1, and the gain, which is one of it, have 95 % intervals over scenes: from `low` to `high`. Without such cases both
    are empty.
    """
    cases = asked.needing_both()
    right, scene = asked.right[cases], np.argwhere(cases)[:, 0]
    if not len(right):
        return {}, {}
    classes = 1 + max(int(of[cases].max()) for of in (asked.right, *said.values()))
    f1 = {name: macro_f1_of(right, of[cases], classes) for name, of in said.items()}
    rows = {}
    for name, of in said.items():
        sure = interval(f1[name], scene)
        accuracy = float((of[cases] == right).mean())
        rows[name] = {"accuracy": accuracy, "f1": sure.value, "low": sure.low, "high": sure.high, "support": float(len(right))}
    first, best = next(iter(said)), max(single, key=lambda name: rows[name]["f1"])
    gain = interval(lambda weights: f1[first](weights) - f1[best](weights), scene)
    return rows, {"gain": gain.value, "low": gain.low, "high": gain.high}
