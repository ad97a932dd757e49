"""Model soups (Wortsman et al. 2022): the mean of the weights of several runs, or of a run's snapshots (Izmailov et al. 2018).

Runs of one start share a basin: their mean costs nothing at run time, where an ensemble costs as much as its members. What
either gains is measured on scenes that chose nothing, with a bootstrap interval, since many a gain of this kind is chance.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from engine.errors import Fault
from engine.files import write_json
from engine.lab.config import TrainCfg
from engine.lab.data.utterances import load_utterances
from engine.lab.evaluation.bootstrap import Figure, Interval, interval, macro_f1_of, mean_of
from engine.lab.model import NpcModel
from engine.lab.training.dataset import SceneDataset, answer_batch, encode_batch
from engine.lab.training.evaluate import split_data
from engine.lab.training.feature_cache import build_cache, fingerprint
from engine.lab.training.measure import calibrate, measure_run
from engine.lab.training.recipe import cache_root, texts_file
from engine.lab.training.run import Progress, load_run, save_weights
from engine.lab.training.scene_stage import SNAPSHOT
from engine.lab.training.sources import Asker, read_recording_shard, recorded_rows
from engine.lab.training.texts import Texts, texts_of
from npc.types import HEAD_NAMES

State = Mapping[str, Tensor]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FIGURES = ("action_f1", "pointing")


@dataclass(frozen=True)
class Answered:
    """What was answered of N scenes: actions and right ones [N, L], phrases pointed at rightly and those in view [N, Q]."""

    said: Ints
    right: Ints
    hit: Bools
    there: Bools

    def measured(self) -> dict[str, tuple[Figure, Ints]]:
        """`FIGURES`, each with the scene of every answer that it is of."""
        told = self.right >= 0
        classes = 1 + int(max(self.right.max(), self.said.max()))
        return {
            "action_f1": (macro_f1_of(self.right[told], self.said[told], classes), np.argwhere(told)[:, 0]),
            "pointing": (mean_of(self.hit[self.there]), np.argwhere(self.there)[:, 0]),
        }

    def figures(self) -> dict[str, float]:
        """`FIGURES`; nan for what nothing tells."""
        return {name: figure(np.ones(len(scene))) for name, (figure, scene) in self.measured().items()}

    def score(self) -> float:
        """What is chosen by: the sum of the figures that there are."""
        return float(np.nansum(list(self.figures().values())))


@dataclass(frozen=True)
class Gain:
    """What a way of joining models brings over the best single one, of each of `FIGURES`, with its 95 % interval."""

    gain: dict[str, Interval]

    @property
    def pays(self) -> bool:
        """One figure is better and none is worse, beyond chance."""
        return any(gain.low > 0 for gain in self.gain.values()) and not any(gain.high < 0 for gain in self.gain.values())


@dataclass(frozen=True)
class Tasted:
    """One model, soup or ensemble: its score where it was chosen, its answers on the test, its gain (None: a single one)."""

    name: str
    score: float
    test: Answered
    gain: Gain | None = None


class Soup:
    """Several models of one kind, what comes of joining them, and a run of the best soup.

    Args:
        runs: training runs of one recipe's model; of a single run its snapshots (`scene: {snapshots: 5}`).
        scenes: how many drawn scenes choose, and as many test.
        recording: whole episodes of it in their place, half of them to choose and half to test.

    Raises:
        Fault: `soup`: there are not two models, or they are not of one kind.
    """

    def __init__(self, runs: Sequence[Path], scenes: int, recording: Path | None, cache: Path, progress: Progress) -> None:
        self.model, self.cfg = load_run(runs[0])
        self.states = _states(runs)
        first = next(iter(self.states.values()))
        for name, state in self.states.items():
            _refuse_unlike(first, state, name)
        self._first = runs[0]
        self._texts = texts_of(self.model, texts_file(runs[0], cache))
        self._choice, self._test = _scenes(self.model, self.cfg, scenes, recording, cache, self._texts, progress)
        self._progress = progress

    def taste(self) -> list[Tasted]:
        """Every single model, the best first; then soups and the ensemble, with their gains over the first."""
        single, fitted = [], {}
        for name, state in self.states.items():
            self._progress.say(f"measuring {name}")
            fitted[name] = self._refitted(state)  # as the soups' are: what norms gain is no gain of a mean
            single.append(self._tasted(name, [fitted[name]]))
        single.sort(key=lambda tasted: -tasted.score)
        ordered = [self.states[tasted.name] for tasted in single]
        self._greedy, members = self._greedily(ordered, fitted[single[0].name], single[0].score)
        self._uniform = self._refitted(mean_weights(ordered))
        joined = {
            "uniform soup": [self._uniform],
            f"greedy soup of {members}": [self._greedy],
            "ensemble (mean logits)": list(fitted.values()),
        }
        rows = list(single)
        for name, states in joined.items():
            self._progress.say(f"measuring {name}")
            tasted = self._tasted(name, states)
            rows.append(Tasted(name, tasted.score, tasted.test, gain_of(tasted.test, single[0].test)))
        return rows

    def write(self, out: Path, rows: Sequence[Tasted]) -> str:
        """Write the soup that scored best where it was chosen as a run; returns its name."""
        soups = [row for row in rows if "soup" in row.name]
        best = max(soups, key=lambda row: row.score)
        self.model.load_state_dict(self._uniform if best.name.startswith("uniform") else self._greedy)
        calibrate(self.model, measure_run(self.model, self._texts, self._choice))
        out.mkdir(parents=True, exist_ok=True)
        for file in ("recipe.yaml", "labels.yaml", "data.yaml", "text.safetensors", "tokenizer.json"):
            if (self._first / file).is_file():
                shutil.copy(self._first / file, out / file)
        save_weights(self.model, out / "model.safetensors")
        write_json(out / "soup.json", [_as_json(row) for row in rows])
        return best.name

    def _greedily(self, ordered: Sequence[State], best: State, score: float) -> tuple[State, int]:
        """The best, and each further one that does not make their mean worse where it is chosen; and how many these are."""
        members, soup = [ordered[0]], best
        for state in ordered[1:]:
            candidate = self._refitted(mean_weights([*members, state]))
            if (new := self._answer([candidate], self._choice).score()) >= score:
                members, soup, score = [*members, state], candidate, new
        return soup, len(members)

    def _tasted(self, name: str, states: Sequence[State]) -> Tasted:
        return Tasted(name, self._answer(states, self._choice).score(), self._answer(states, self._test))

    def _answer(self, states: Sequence[State], data: SceneDataset) -> Answered:
        return answered(self.model, states, self._texts, data)

    def _refitted(self, state: State) -> State:
        """The weights with the statistics of the neck's norms taken anew: those of a mean are not the mean of those."""
        self.model.load_state_dict(state)
        refit_norms(self.model, self._choice)
        return {name: value.clone() for name, value in self.model.state_dict().items()}


def mean_weights(states: Sequence[State]) -> State:
    """Weights, each the mean of all; what is no number of a float is the first's."""
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }


@torch.no_grad()
def refit_norms(model: NpcModel, data: SceneDataset, batch: int = 16) -> None:
    """Take the running statistics of the neck's batch norms from these scenes."""
    norms = [module for module in model.neck.modules() if isinstance(module, nn.BatchNorm2d)]
    model.eval()
    kept = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean of all batches
        norm.train()
    for rows in DataLoader(data, batch):
        encode_batch(model, rows)
    for norm, momentum in zip(norms, kept, strict=True):
        norm.momentum = momentum
        norm.eval()


@torch.no_grad()
def answered(model: NpcModel, states: Sequence[State], texts: Texts, data: SceneDataset, batch: int = 16) -> Answered:
    """The answers of these weights together: the mean of their logits, for actions as for heat maps. `model` takes up each."""
    actions, heats = [], []
    for state in states:
        model.load_state_dict(state)
        model.eval()
        logits, heat = [], []
        for rows in DataLoader(data, batch):
            grid, scene, valid = encode_batch(model, rows)
            logits.append(answer_batch(model, texts, rows, grid, scene, valid).logits["action"])
            heat.append(model.watch(grid, texts.sentences(rows["phrase"]), valid)[0].flatten(2))
        actions.append(torch.cat(logits))
        heats.append(torch.cat(heat))
    said, peak = torch.stack(actions).mean(0).argmax(-1), torch.stack(heats).mean(0).argmax(-1, keepdim=True)
    right, hit, there = [], [], []
    for i, rows in enumerate(DataLoader(data, batch)):
        mask = rows["phrase_mask"].flatten(2)
        hit.append(mask.gather(2, peak[i * batch : i * batch + len(mask)]).squeeze(-1))
        there.append(mask.any(-1))
        right.append(rows["labels"][..., HEAD_NAMES.index("action")])
    return Answered(said.numpy(), torch.cat(right).numpy(), torch.cat(hit).numpy(), torch.cat(there).numpy())


def gain_of(joined: Answered, single: Answered) -> Gain:
    """What `joined` has over `single` on the same scenes, with the bootstrap's interval over scenes."""
    ours, theirs = joined.measured(), single.measured()

    def gain(name: str) -> Interval:
        one, other = ours[name][0], theirs[name][0]
        return interval(lambda weights: one(weights) - other(weights), ours[name][1])

    return Gain({name: gain(name) for name in FIGURES})


def _states(runs: Sequence[Path]) -> dict[str, State]:
    """Weights by the name of their run; of a single run those of its snapshots, and its own."""
    files = {str(run): run / "model.safetensors" for run in runs}
    if len(runs) == 1:
        files |= {file.stem: file for file in sorted(runs[0].glob(f"*-{SNAPSHOT}-*.safetensors"))}
    if len(files) < 2:
        fault = f"{runs[0]} is one model alone." if len(runs) == 1 else "The runs are one and the same."
        raise Fault("soup", fault, "Give several runs, or train one with `scene: {snapshots: 5}` in its recipe.")
    for run in runs:
        load_run(run)  # says what is missing
    return {name: load_file(file) for name, file in files.items()}


def _refuse_unlike(first: State, other: State, name: str) -> None:
    fault = ""
    if {n: t.shape for n, t in first.items()} != {n: t.shape for n, t in other.items()}:
        fault = "it is a model of other parts or sizes"
    elif any(not torch.equal(first[n], other[n]) for n in first if n.startswith("text.")):
        fault = "it hears otherwise: its text stage is another one"
    if fault:
        fix = "Take runs of one recipe with other seeds, whose text stage is the same: `text: {reuse: RUN}`."
        raise Fault("soup", f"{name} cannot be averaged with the others: {fault}.", fix)


def _scenes(
    model: NpcModel, cfg: TrainCfg, scenes: int, recording: Path | None, cache: Path, texts: Texts, progress: Progress
) -> tuple[SceneDataset, SceneDataset]:
    """What chooses, and what tests."""
    if recording is None:
        other = cfg.model_copy(update={"seed": cfg.seed + 1000})  # scenes that neither training nor `evaluate` has seen
        choice, _ = split_data(model, other, "train", cache, scenes, texts, progress)
        return choice, split_data(model, cfg, "train", cache, scenes, texts, progress)[0]
    root, backbone = cache_root(model, cache)
    asker = Asker("train", load_utterances("held_out"), cfg.data.lessons)
    halves = []
    for part in ("choice", "test"):
        count = len(recorded_rows(recording, part)[1])
        if not count:
            raise Fault("recording_short", f"{recording} has too few episodes with things in them.", "Record more episodes.")
        key = fingerprint(recording.resolve(), (recording / "labels.jsonl").stat().st_mtime_ns, part)
        read = partial(read_recording_shard, recording, part, cfg.model.size)
        shards = build_cache(root / f"soup-{key}", backbone, read, count, progress)
        data = SceneDataset(shards, model.labels, texts, asker, cfg.data.queries, cfg.model.size, fixed=True)
        texts.add(data.texts(), progress)
        halves.append(data)
    return halves[0], halves[1]


def _as_json(row: Tasted) -> dict[str, object]:
    gain = {} if row.gain is None else {"gain": {n: asdict(g) for n, g in row.gain.gain.items()}, "pays": row.gain.pays}
    return {"name": row.name, "score": row.score, **row.test.figures(), **gain}
