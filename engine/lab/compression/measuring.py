"""A bundle on drawn scenes that nobody learnt from, through the runtime: every head's answers, sizes, times."""

from __future__ import annotations

import lzma
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from engine.formats.boxes import Xywh
from engine.formats.frame import Frame
from engine.lab.config import TrainCfg
from engine.lab.data.questions import Sample
from engine.lab.data.utterances import load_utterances
from engine.lab.evaluation.ask_recording import holds
from engine.lab.evaluation.raw import HeadAnswers, PlaceAnswers, RawAnswers
from engine.lab.training.feature_cache import ScenePair
from engine.lab.training.sources import Asker, SceneQuestions, read_scene_shard
from engine.perception import Perceiver, Query, Sight
from npc.types import HEAD_NAMES

LESSONS, ROUNDS, RUNS = 6, 3, 20
Asked = tuple[ScenePair, SceneQuestions]


def held_out_scenes(cfg: TrainCfg, count: int) -> list[Asked]:
    """Scenes of a style that was never trained on, with what is asked of them, and lines of held-out families."""
    asker = Asker("new_style", load_utterances("held_out"), LESSONS)
    pairs = read_scene_shard("new_style", cfg.seed + 2, cfg.model.size, 0, count)
    return [(pair, asker.ask(pair[1], i)) for i, pair in enumerate(pairs)]


class _Answers:
    def __init__(self) -> None:
        self.truth: dict[str, list[int]] = {head: [] for head in HEAD_NAMES}
        self.p: dict[str, list[list[float]]] = {head: [] for head in HEAD_NAMES}
        self.places: dict[str, list[tuple[bool, bool, float]]] = {"target": [], "watch": []}
        self.scene: dict[str, list[int]] = {name: [] for name in (*HEAD_NAMES, "target", "watch")}

    def add(self, name: str, scene: int, boxes: Sequence[Xywh], found: tuple[float, float, float]) -> None:
        """A place in pixels with its probability."""
        x, y, p = found
        self.places[name].append((bool(boxes), holds(boxes, x, y), p))
        self.scene[name].append(scene)


def measure_answers(perceiver: Perceiver, scenes: Sequence[Asked], told: Callable[[], None] = lambda: None) -> RawAnswers:
    """Ask the bundle all that is asked of the scenes.

    Where words point is asked whether or not the bundle takes its target for there: all ways are asked the same.
    """
    _claim_every_target(perceiver)
    answers = _Answers()
    for i, ((frame, _), (queries, lessons, _)) in enumerate(scenes):
        height, width = frame.shape[:2]
        encoded = perceiver.encode_frame(Frame.from_array(frame))
        samples = [lesson for lesson in lessons if isinstance(lesson, Sample)]
        phrases = tuple(dict.fromkeys(phrase for phrase, _ in queries))
        sights = perceiver.see(encoded, [Query(s.text, watch=phrases if n == 0 else ()) for n, s in enumerate(samples)])
        for sample, sight in zip(samples, sights, strict=True):
            _add_labels(answers, perceiver, i, sample, sight)
            if sample.text and sight.target is not None:
                place = (sight.target.x * width, sight.target.y * height, sight.target.p)
                answers.add("target", i, sample.target_boxes, place)
        boxes = dict(queries)
        for found in sights[0].watch if sights else ():
            answers.add("watch", i, boxes[found.phrase], (found.x * width, found.y * height, found.p))
        told()
    return _raw(answers, perceiver)


def _claim_every_target(perceiver: Perceiver) -> None:
    manifest = perceiver.bundle.manifest
    thresholds = manifest.thresholds.model_copy(update={"target": 0.0})
    perceiver.bundle.manifest = manifest.model_copy(update={"thresholds": thresholds})


def _add_labels(answers: _Answers, perceiver: Perceiver, scene: int, sample: Sample, sight: Sight) -> None:
    for head in HEAD_NAMES:
        label = getattr(sample, head, None)
        if label is None or (head in ("intent", "tone") and not sample.text):
            continue
        classes = perceiver.labels[head]
        answers.truth[head].append(classes.index(label))
        answers.p[head].append([sight.heads[head][name] for name in classes])
        answers.scene[head].append(scene)


def _raw(answers: _Answers, perceiver: Perceiver) -> RawAnswers:
    heads = {
        head: HeadAnswers(
            perceiver.labels[head],
            np.array(truth, np.int64),
            np.array(answers.p[head], np.float32),
            np.array(answers.scene[head], np.int64),
        )
        for head, truth in answers.truth.items()
        if truth
    }
    places = {
        name: PlaceAnswers(
            np.array([there for there, _, _ in rows], bool),
            np.array([hit for _, hit, _ in rows], bool),
            np.array([p for _, _, p in rows], np.float32),
            np.array(answers.scene[name], np.int64),
        )
        for name, rows in answers.places.items()
        if rows
    }
    return RawAnswers(heads, places)


@dataclass(frozen=True)
class Cost:
    """What a bundle takes: megabytes of its graphs, as they lie and packed by LZMA; p50 of a new line and of a frame in ms."""

    mb: float
    packed_mb: float
    line_ms: float
    frame_ms: float


def measure_costs(bundles: Mapping[str, Path]) -> dict[str, Cost]:
    """Sizes of bundles, and their times: in turns, so that whatever else the machine does falls on all alike."""
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in bundles}
    for turn in range(ROUNDS):
        for name, folder in bundles.items():
            perceiver = Perceiver(folder, "cpu")
            perceiver.warm_up()
            lines, frames = times[name]
            for run in range(RUNS):
                words = f"could you bring the red potion number {turn * RUNS + run} to the door by the well?"
                lines.append(_seconds(lambda p=perceiver, w=words: p.sentences([w])))  # type: ignore[misc]
                pixels = np.random.default_rng(run).integers(0, 256, (perceiver.spec.height, perceiver.spec.width, 3), np.uint8)
                frame = Frame.from_array(pixels)
                frames.append(_seconds(lambda p=perceiver, f=frame: p.encode_frame(f)))  # type: ignore[misc]
    costs = {}
    for name, folder in bundles.items():
        lines, frames = times[name]
        sizes = _sizes(folder)
        costs[name] = Cost(*sizes, round(median(lines) * 1e3, 2), round(median(frames) * 1e3, 2))
    return costs


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _sizes(folder: Path) -> tuple[float, float]:
    graphs = [path.read_bytes() for path in sorted(folder.glob("*.onnx"))]
    packed = (len(lzma.compress(content, preset=1)) for content in graphs)
    return round(sum(map(len, graphs)) / 1e6, 2), round(sum(packed) / 1e6, 2)
