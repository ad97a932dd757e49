"""The whole way: recording → checks → features → learning → calibration → export → measured before and after."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.errors import Fault
from engine.formats.recording import Recording
from engine.lab.adaptation.fitness import labelled, refuse_unfit
from engine.lab.adaptation.frames import Split, choose_frames, split_by_episode
from engine.lab.adaptation.learning import OUT_OF_TIME, AdaptCfg, AdaptStage, Course, Figures
from engine.lab.adaptation.material import AdaptationData, load_model, prepare
from engine.lab.evaluation.ask_recording import RecordingAnswers, ask_recording, vocabulary
from engine.lab.evaluation.report import Report, report
from engine.lab.model import NpcModel
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.measure import Measured, fit_platt
from engine.perception import Bundle, Perceiver
from export.bundle_writer import write_adapted
from export.graphs import FEATURES
from export.parity import Example, Parity

EXPORT_S, EXPORT_SHARE = 30.0, 3.0  # kept back for merging and export: seconds, or more where what comes before took long
EXAMPLES = 100  # inputs that set the ranges of INT8 and are compared with PyTorch
LEARNT = 0.35  # pointing on held-out episodes below which the names cannot belong to the pictures

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What became of it. `before` and `after` are measured through the runtime, on the held-out episodes."""

    split: Split
    course: Course
    parity: tuple[Parity, Parity]
    before: tuple[RecordingAnswers, Report]
    after: tuple[RecordingAnswers, Report]
    kept: tuple[Figures, Figures]  # on the held-out part of the replay, before and after
    seconds: dict[str, float]

    @property
    def forgotten(self) -> float:
        """Pointing on replayed scenes that were never learnt from: how much of it was lost (0.01 is a point)."""
        return self.kept[0]["replay_pointing"] - self.kept[1]["replay_pointing"]


class Clock:
    """Seconds of each part of the way."""

    def __init__(self) -> None:
        self.start = self._last = time.monotonic()
        self.seconds: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.seconds[name], self._last = round(now - self._last, 1), now

    def total(self) -> dict[str, float]:
        return self.seconds | {"all": round(time.monotonic() - self.start, 1)}


def adapt(
    recording: Recording,
    out: Path,
    base: Path | None = None,
    frames: int | None = None,
    minutes: float = 2.0,
    threads: int = 2,
    cfg: AdaptCfg | None = None,
    say: Say = lambda text: None,
) -> Outcome:
    """Teach a bundle the recording's game and write the result to `out`.

    Args:
        frames: so many of the labelled frames, from all episodes; None takes all.
        minutes: for all of it; learning stops early enough for the export.

    Raises:
        Fault: `recording_unfit` with the reasons, `not_learnt` if the held-out episodes say that nothing was,
            `bundle_fixed` for a bundle that cannot learn, `parity`. Nothing is written then.
    """
    clock, cfg = Clock(), cfg or AdaptCfg()
    refuse_unfit(recording)
    torch.set_num_threads(threads)
    torch.manual_seed(cfg.seed)
    bundle = Bundle(base)
    model = load_model(bundle)
    split = split_by_episode(choose_frames(labelled(recording), frames))
    before = _measured(bundle.folder, recording, split)
    clock.lap("checked, measured before")
    say(f"{len(split.learn)} frames to learn from, {len(split.check)} of other episodes to check by")
    # Where files that are still mapped cannot be deleted (Windows), the system tidies up later.
    with tempfile.TemporaryDirectory(prefix="adapt-", ignore_cleanup_errors=True) as folder:
        material = prepare(bundle, recording, split, Path(folder), threads)
        clock.lap("features")
        reserve = max(EXPORT_S, EXPORT_SHARE * clock.total()["all"])
        course = AdaptStage(model, material, cfg).learn(clock.start + 60 * minutes - reserve, lambda: None)
        _refuse_hurried(course, cfg, minutes)
        say(f"learnt for {course.steps} steps ({course.stopped}); merged with {1 - course.blend:.0%} of what was known")
        _refuse_unlearnt(course)
        _calibrate(model, *AdaptStage(model, material, cfg).measured())
        kept = course.before, course.best
        clock.lap("learning")
        facts = {"game": recording.meta.game, "frames": len(split.learn), "steps": course.steps}
        parity = write_adapted(bundle, model, _examples(material), out, facts)
        clock.lap("export")
    after = _measured(out, recording, split)
    clock.lap("measured after")
    return Outcome(split, course, parity, before, after, kept, clock.total())


def _measured(bundle: Path, recording: Recording, split: Split) -> tuple[RecordingAnswers, Report]:
    """The bundle on the held-out episodes, asked for every name of the recording."""
    answers = ask_recording(Perceiver(bundle, "cpu"), recording, split.check, vocabulary(recording), lambda: None)
    return answers, report(answers)


def _refuse_hurried(course: Course, cfg: AdaptCfg, minutes: float) -> None:
    """What was hardly begun says nothing about the recording."""
    if course.stopped == OUT_OF_TIME and course.done < cfg.check_every:
        raise Fault(
            "too_slow",
            f"After {course.done} steps the {minutes:g} minutes were over; {cfg.steps} steps are usual.",
            "Give more --minutes or fewer --frames. No bundle was written.",
        )


def _refuse_unlearnt(course: Course) -> None:
    if not course.best["pointing"] >= LEARNT:  # nor where nothing could be measured
        raise Fault(
            "not_learnt",
            f"On episodes held out, only {course.best['pointing']:.0%} of the named things were found after learning "
            f"({course.before['pointing']:.0%} before).",
            "Do names and boxes belong to these pictures? See truth.png in the report. No bundle was written.",
        )


def _calibrate(model: NpcModel, new: Measured, old: Measured) -> None:
    """Presence anew, on the held-out episodes and the held-out part of the replay, each with half of the weight."""
    for kind in ("target", "watch"):
        parts = [(np.asarray(m.presence[kind]), np.asarray(m.there[kind], bool)) for m in (new, old)]
        size = max(len(there) for _, there in parts)
        even = [np.resize(np.arange(len(there)), size) for _, there in parts]
        there = np.concatenate([t[i] for (_, t), i in zip(parts, even, strict=True)])
        presence = np.concatenate([p[i] for (p, _), i in zip(parts, even, strict=True)])
        # A game that speaks of nothing in view tells nothing of that.
        if all(t.any() for _, t in parts) and not there.all():
            model.calibration[kind].data = torch.tensor(fit_platt(presence, there))


def _examples(material: AdaptationData) -> list[Example]:
    """Learnt, held-out and replayed frames in turn, each with something said or silence, and with its phrases."""
    sets = (material.learn, material.check, material.replay)
    chosen = [(data, i) for i in range(EXAMPLES) for data in sets if i < len(data.arrays[0]["s8"])]
    return [_example(material, data, i) for data, i in chosen[:EXAMPLES]]


def _example(material: AdaptationData, data: SceneDataset, index: int) -> Example:
    scene = data.asked[index]
    rows = material.texts.rows([phrase for phrase, _ in scene.queries[:8]])
    text = "" if index % 8 == 7 else scene.lessons[0][0]
    return Example(
        material.frame(data, index),
        {name: np.array(data.arrays[0][name][index], np.float32)[None] for name in FEATURES},
        material.texts.utterances(material.texts.rows([text])).numpy(),
        bool(text),
        material.texts.sentences(rows).numpy(),
    )
