"""The whole way: recording → checks → features → learning → calibration → export → measured before and after.

Time is a wish: whatever a machine makes of it, there is a bundle with the best weights that it reached, and a sentence that
says how far it came.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.errors import Fault
from engine.formats.recording import Recording, Row
from engine.lab.adaptation.composing import Composition
from engine.lab.adaptation.discriminants import fit
from engine.lab.adaptation.fitness import labelled, refuse_unfit
from engine.lab.adaptation.frames import Split, choose_frames, split_by_episode
from engine.lab.adaptation.learning import ALL_STEPS, BY_HAND, AdaptCfg, Learning, LearningCurve
from engine.lab.adaptation.material import AdaptationData, load_model, prepare
from engine.lab.adaptation.remarks import remarks
from engine.lab.evaluation.ask_recording import RecordingAnswers, ask_recording, vocabulary
from engine.lab.evaluation.report import Report, report
from engine.lab.model import NpcModel
from engine.lab.training.dataset import SceneDataset
from engine.lab.training.measure import Measured, as_in_games, fit_platt
from engine.lab.training.run import Clock, Progress, stopping
from engine.perception import Bundle, Perceiver
from engine.perception.discriminants import write_discriminants
from export.bundle_writer import write_adapted
from export.graphs import FEATURES
from export.parity import Example, Parity
from npc.types import PLACES

MEASURING, PREPARING, LEARNING = 0.1, 0.35, 0.5  # shares of the time that is left that each of them may take
EXPORT_S = 30.0  # kept back for merging and export, as long as learning keeps its share
EXAMPLES = 100  # inputs that set the ranges of INT8 and are compared with PyTorch
LEARNT = 0.35  # pointing on held-out episodes below which the names cannot belong to the pictures


@dataclass(frozen=True)
class Adaptation:
    """What became of it. `before` and `after` are measured through the runtime, on the held-out episodes."""

    split: Split
    curve: LearningCurve
    parity: tuple[Parity, Parity]
    before: tuple[RecordingAnswers, Report]
    after: tuple[RecordingAnswers, Report]
    seconds: dict[str, float]
    notes: tuple[str, ...]  # what was left out for lack of time, and how far it came; a sentence each

    @property
    def forgotten(self) -> float:
        """The most that any head has lost on replayed scenes that were never learnt from (0.01 is a point)."""
        return max(loss for loss in self.curve.lost().values() if not np.isnan(loss))


def adapt(
    recording: Recording,
    out: Path,
    base: Path | None = None,
    frames: int | None = None,
    minutes: float = 2.0,
    threads: int = 2,
    cfg: AdaptCfg | None = None,
    progress: Progress | None = None,
) -> Adaptation:
    """Teach a bundle the recording's game and write the result to `out`.

    Ctrl-C while it learns ends the learning alone: what is learnt until then is merged, exported and measured.

    Args:
        frames: so many of the labelled frames, from all episodes; None takes all.
        minutes: a wish for all of it. Where they are too few, fewer scenes are prepared and fewer steps done, though never
            fewer than `cfg.least`.

    Raises:
        Fault: `recording_unfit` with the reasons, `not_learnt` if after all steps the held-out episodes say that nothing
            was, `bundle_fixed` for a bundle that cannot learn, `parity`. Nothing is written then.
    """
    clock, cfg, progress = Clock(minutes), cfg or AdaptCfg(), progress or Progress()
    refuse_unfit(recording)
    torch.set_num_threads(threads)
    torch.manual_seed(cfg.seed)
    bundle = Bundle(base)
    model = load_model(bundle)
    rows = choose_frames(labelled(recording), frames)
    split = recording.split(rows) if isinstance(recording, Composition) else split_by_episode(rows)
    measured = _measurable(bundle.folder, recording, split.check, MEASURING * clock.left(), progress)
    before = _measured(bundle.folder, recording, measured, progress)
    took = clock.lap("checked, measured before")
    progress.say(f"{len(split.learn)} frames to learn from, {len(split.check)} of other episodes to check by")
    # Where files that are still mapped cannot be deleted (Windows), the system tidies up later.
    with tempfile.TemporaryDirectory(prefix="adapt-", ignore_cleanup_errors=True) as folder:
        data = prepare(bundle, recording, split, Path(folder), threads, PREPARING * clock.left(), progress)
        clock.lap("features")
        with stopping() as stop:
            learning, left = Learning(model, data, cfg), clock.left()
            curve = learning.run(Clock(max(left - EXPORT_S - took, LEARNING * left) / 60), progress, stop)
            known = 1 - curve.blend
            progress.say(f"learnt for {curve.steps} steps ({curve.stopped}); merged with {known:.0%} of what was known")
            _calibrate(model, *learning.measured())
            clock.lap("learning")
            progress.say("exporting, and comparing the graphs with PyTorch")
            facts = {"game": recording.meta.game, "frames": len(split.learn), "steps": curve.steps}
            after: list[tuple[RecordingAnswers, Report]] = []

            def finish(folder: Path) -> None:
                clock.lap("export")
                _tell_apart(folder, recording, split, progress)
                clock.lap("discriminants")
                progress.say(f"exported; measuring on {len(measured)} frames what it answers now")
                after.append(_measured(folder, recording, measured, progress))
                if curve.stopped == ALL_STEPS:
                    _refuse_unlearnt(before[1].overall["pointing"], after[0][1].overall["pointing"])

            parity = write_adapted(bundle, model, _examples(data), out, facts, finish)
            clock.lap("measured after")
    seconds = clock.laps | {"all": round(clock.spent(), 1)}
    pointing = before[1].overall["pointing"], after[0][1].overall["pointing"]
    came = (*_notes(curve, cfg, out, minutes, clock, pointing), *remarks(before[1], after[0][1]))
    notes = (*data.notes, *_left_behind(bundle, recording), *came)
    return Adaptation(split, curve, parity, before, after[0], seconds, notes)


def _measurable(bundle: Path, recording: Recording, rows: list[Row], seconds: float, progress: Progress) -> list[Row]:
    """As many of the frames as can be asked about in the time, from all episodes; eight at least."""
    perceiver, names = Perceiver(bundle, "cpu"), vocabulary(recording)
    ask_recording(perceiver, recording, rows[:1], names, lambda: None)  # the first is slow: words are new
    clock = Clock(None)
    ask_recording(perceiver, recording, rows[:1], names, lambda: None)
    return choose_frames(rows, max(8, int(seconds / max(clock.spent(), 1e-3))))


def _measured(bundle: Path, recording: Recording, rows: list[Row], progress: Progress) -> tuple[RecordingAnswers, Report]:
    """The bundle on frames of the held-out episodes, asked for every name of the recording."""
    progress.total("measuring", len(rows))
    answers = ask_recording(
        Perceiver(bundle, "cpu"), recording, rows, vocabulary(recording), lambda: progress.step("measuring")
    )
    return answers, report(answers)


def _left_behind(base: Bundle, recording: Recording) -> Iterator[str]:
    """What the base knew by its looks: its cells look otherwise now."""
    taught = base.manifest.discriminants
    gone = sorted(set(taught.names) - set(vocabulary(recording))) if taught is not None else []
    if gone:
        some = ", ".join(gone[:3]) + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")
        yield f"Of what the base was taught before, {some} are known by name alone now: to keep their looks, teach all at once."


def _notes(
    curve: LearningCurve, cfg: AdaptCfg, out: Path, minutes: float, clock: Clock, pointing: tuple[float, float]
) -> Iterator[str]:
    """How far it came, where that is not all the way; `pointing` before and after."""
    if curve.stopped != ALL_STEPS:
        why = "It was stopped" if curve.stopped == BY_HAND else f"The {minutes:g} minutes were over"
        found = f"{pointing[1]:.0%} of the named things are found, {pointing[0]:.0%} were before"
        yield f"{why} after {curve.done} of {cfg.steps} steps: on episodes held out {found}."
        yield f"To learn on: --bundle {out} and another --out, or give more --minutes."
    if not (curve.steps and curve.blend):
        yield "By its names nothing is found better than before; by their looks the game's things may be."
    if any(loss > cfg.forgotten for loss in curve.lost().values()):
        worst = max(curve.lost().items(), key=lambda item: item[1])
        yield f"Of what was known more was forgotten than is meant to be: {worst[0]} lost {worst[1]:.3f} on drawn scenes."
    if clock.over() and clock.spent() > 1.1 * 60 * minutes:
        yield f"It took {clock.spent() / 60:.1f} minutes: preparing, the fewest steps and export take so long on this machine."


def _tell_apart(folder: Path, recording: Recording, split: Split, progress: Progress) -> None:
    """Add discriminants of the recording's things to the bundle."""
    progress.total("telling apart", len(split.learn) + len(split.check))
    found = fit(Perceiver(folder, "cpu"), recording, split, lambda: progress.step("telling apart"))
    if found is not None:
        write_discriminants(folder, found)


def _refuse_unlearnt(before: float, after: float) -> None:
    """Of the named things, how many are found; where nothing could be measured, it is refused as well."""
    if not after >= LEARNT:
        raise Fault(
            "not_learnt",
            f"On episodes held out, only {after:.0%} of the named things were found after learning ({before:.0%} before).",
            "Do names and boxes belong to these pictures? See truth.png in the report. No bundle was written.",
        )


def _calibrate(model: NpcModel, new: Measured, old: Measured) -> None:
    """Presence anew, on the held-out episodes and, as in games, the replay's, each with half of the weight."""
    for kind in PLACES:
        there, old_there = (np.asarray(m.there[kind], bool) for m in (new, old))
        # A game that speaks of nothing in view tells nothing of that.
        if not (there.any() and old_there.any()) or (there.all() and old_there.all()):
            continue
        weights = [np.full(len(there), 1 / len(there)), as_in_games(kind, old_there) / len(old_there)]
        presence = np.concatenate([np.asarray(m.presence[kind]) for m in (new, old)])
        # In all as many as there are answers: what the fit's own penalty is worth beside them stays the same.
        size = len(presence) / 2
        fitted = fit_platt(presence, np.concatenate([there, old_there]), np.concatenate(weights) * size)
        model.calibration[kind].data = torch.tensor(fitted)


def _examples(data: AdaptationData) -> list[Example]:
    """Learnt, held-out and replayed frames in turn, each with something said or silence, and with its phrases."""
    sets = (data.learn, data.check, data.replay)
    chosen = [(of, i) for i in range(EXAMPLES) for of in sets if i < len(of)]
    return [_example(data, of, i) for of, i in chosen[:EXAMPLES]]


def _example(data: AdaptationData, of: SceneDataset, index: int) -> Example:
    scene = of.asked[index]
    rows = data.texts.rows([phrase for phrase, _ in scene.queries[:8]])
    text = "" if index % 8 == 7 else scene.lessons[0][0]
    return Example(
        data.frame(of, index),
        {name: np.array(of.arrays[0][name][index], np.float32)[None] for name in FEATURES},
        data.texts.utterances(data.texts.rows([text])).numpy(),
        bool(text),
        data.texts.sentences(rows).numpy(),
    )
