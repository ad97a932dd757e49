"""A run directory, and what a run shows while it lasts: its clock and its progress.

`recipe.yaml`, `labels.yaml`, `tokenizer.json` (of an encoder of Transformers), `data.yaml` (which lines, rules and scenes),
`provenance.json` (what it was made with), `history.jsonl` (every validation), `model.safetensors` (the result); for each stage
its best weights, and its last ones with its state to resume from.
"""

from __future__ import annotations

import ctypes
import json
import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Self

import torch
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from safetensors.torch import load_file, save_file

from engine.errors import Fault
from engine.files import whole_file, write_whole
from engine.formats.labels import Labels, load_labels
from engine.lab.config import TrainCfg, load_recipe
from engine.lab.model import NpcModel, build_model
from engine.lab.training.trackers import Tracker

TOKENIZER = "tokenizer.json"  # of a text encoder that has one of its own
OTHER = {"recipe": "another recipe", "labels": "other labels", "data": "other lines, rules or scenes"}


def save_weights(model: NpcModel, path: Path, parts: tuple[str, ...] = ("",)) -> None:
    """Write the weights whose names begin with one of `parts` as safetensors, atomically."""
    with whole_file(path) as partial:
        save_file({k: v.contiguous() for k, v in model.state_dict().items() if k.startswith(parts)}, partial)


def start_run(run: Path, cfg: TrainCfg, labels: Labels, data: str = "") -> None:
    """Create the run directory, or check that an existing one is of the same recipe, labels and training data.

    Args:
        data: a short name for the state of what is learnt from, see `versions.LESSONS_VERSION`.
    """
    run.mkdir(parents=True, exist_ok=True)
    made_of = {
        "recipe": yaml.safe_dump(cfg.model_dump(mode="json"), sort_keys=False),
        "labels": yaml.safe_dump(labels.model_dump(mode="json"), sort_keys=False),
        "data": f"{data}\n",
    }
    for what, text in made_of.items():
        file = run / f"{what}.yaml"
        if file.exists() and file.read_text(encoding="utf-8") != text and not (what == "recipe" and _means(file, cfg)):
            other = OTHER[what]
            raise Fault("run_differs", f"{run} holds a run of {other}.", "Choose another --out directory.")
    for what, text in made_of.items():
        write_whole(run / f"{what}.yaml", text)


def _means(file: Path, cfg: TrainCfg) -> bool:
    """Whether a recipe that is written otherwise says the same: one of an older version, which had fewer fields."""
    try:
        return load_recipe(str(file)) == cfg
    except Fault:
        return False


def need_run(run: Path, weights: str = "model.safetensors") -> None:
    """Refuse what is no run with these weights.

    Raises:
        Fault: `run_missing`, with what is there in its place.
    """
    if (run / "recipe.yaml").is_file() and (run / weights).is_file():
        return
    fix = "Give a directory that `python -m engine train` or `unpack` wrote."
    if (run / "bundle.json").is_file():
        told = f"{run} is a bundle, not a training run"
        fix = f"Make a run of it: python -m engine unpack --bundle {run} --out runs/unpacked"
    elif not run.exists():
        told = f"{run} does not exist"
    else:
        told = (
            f"{run} is not a finished training run: it has no {weights if (run / 'recipe.yaml').is_file() else 'recipe.yaml'}"
        )
    raise Fault("run_missing", f"{told}.", fix)


def load_run(run: Path, weights: str = "model.safetensors") -> tuple[NpcModel, TrainCfg]:
    """Rebuild the model of a run, in evaluation mode.

    Raises:
        Fault: `run_missing`, see `need_run`.
    """
    need_run(run, weights)
    cfg = load_recipe(str(run / "recipe.yaml"))
    model = build_model(cfg.model, load_labels(run / "labels.yaml"), pretrained=False)
    model.load_state_dict(load_file(run / weights))
    if (run / TOKENIZER).is_file():
        model.text.use_tokenizer((run / TOKENIZER).read_text(encoding="utf-8"))
    model.image_tuned = cfg.tune is not None
    return model.eval(), cfg


def save_state(path: Path, **state: object) -> None:
    """Write what a resume needs beside the weights (optimiser, step), atomically."""
    with whole_file(path) as partial:
        torch.save(state, partial)


class Clock:
    """Seconds since its making, and how many there are to spend.

    Args:
        minutes: what may be spent; None: any time.
        spent: seconds that earlier calls of an interrupted stage took.
        now: seconds of a clock that never goes back.
    """

    def __init__(self, minutes: float | None, spent: float = 0.0, now: Callable[[], float] = time.monotonic) -> None:
        self._budget = 60 * minutes if minutes is not None else None
        self._now, self._start = now, now() - spent
        self._lap, self.laps = now(), dict[str, float]()

    def spent(self) -> float:
        """Seconds, those of earlier calls included."""
        return self._now() - self._start

    def left(self) -> float:
        """Seconds of the budget that are left, 0 at least; without a budget: infinite."""
        return max(self._budget - self.spent(), 0.0) if self._budget is not None else math.inf

    def share(self) -> float:
        """Share of the budget that is spent, 0..1; 0 without a budget."""
        return min(self.spent() / self._budget, 1.0) if self._budget else float(self._budget is not None)

    def over(self) -> bool:
        return self._budget is not None and self.spent() >= self._budget

    def after(self, seconds: float) -> Clock:
        """This clock, if it had run for so many seconds by now."""
        return Clock(None if self._budget is None else self._budget / 60, seconds, self._now)

    def lap(self, name: str) -> float:
        """Note under `laps` what went by since the last lap, and return it."""
        now = self._now()
        self.laps[name], self._lap = round(now - self._lap, 1), now
        return self.laps[name]


class Progress:
    """How far a run is: a bar on a terminal, a line now and then elsewhere. Used as a context, for the bar must be taken away.

    Args:
        folder: where every value is logged for TensorBoard, too; None: nowhere.
        every_s: seconds between two lines.
        history: a file to which every validation is added, as a line of JSON; None: none.
        tracker: who else hears every value.
        quiet: nothing is shown: another process tells.
    """

    def __init__(
        self,
        folder: Path | None = None,
        every_s: float = 10.0,
        history: Path | None = None,
        tracker: Tracker | None = None,
        quiet: bool = False,
    ) -> None:
        self._console = Console(stderr=True, highlight=False, quiet=quiet)
        self._every, self._last, self._start = every_s, 0.0, time.monotonic()
        self._steps: dict[str, int] = {}
        self._totals: dict[str, int] = {}
        self._bar: Bar | None = None
        self._tasks: dict[str, TaskID] = {}
        self._history, self._listeners = history, [tracker] if tracker is not None else []
        if folder is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._listeners.append(SummaryWriter(str(folder)))

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            shown = TextColumn("{task.fields[shown]}")
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), shown)
            self._bar = Bar(*columns, console=self._console, transient=True)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        for listener in self._listeners:
            listener.close()

    def total(self, stage: str, steps: int, done: int = 0) -> None:
        """Announce how many steps a stage will take (`done` of them in an earlier run)."""
        self._totals[stage], self._steps[stage] = steps, done

    def step(self, stage: str, **values: float) -> None:
        """One step of a stage is done; `values` are shown with it."""
        step = self._steps[stage] = self._steps.get(stage, 0) + 1
        self._tell(stage, values, step)
        shown, total = _shown(values), self._totals.get(stage)
        now = time.monotonic()
        if self._bar is not None:
            if stage not in self._tasks:
                self._tasks[stage] = self._bar.add_task(stage, total=total, shown="")
            self._bar.update(self._tasks[stage], completed=step, shown=shown, visible=step != total)
        elif now - self._last >= self._every:
            self._last = now
            self.say(f"{stage} {step}{'' if total is None else f'/{total}'}  {shown}")

    def say(self, text: str) -> None:
        self._console.print(f"[{time.monotonic() - self._start:6.0f} s] {text}", markup=False)

    def score(self, stage: str, **values: float) -> None:
        """Log validation figures and print them."""
        step = self._steps.get(stage, 0)
        self._tell(f"{stage}/validation", values, step)
        if self._history is not None:
            with self._history.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"stage": stage, "step": step, **values}) + "\n")
        self.say(f"{stage} {step} validation: {_shown(values)}")

    def _tell(self, place: str, values: Mapping[str, float], step: int) -> None:
        for listener in self._listeners:
            for name, value in values.items():
                listener.add_scalar(f"{place}/{name}", value, step)


def read_history(run: Path) -> dict[str, list[dict[str, float]]]:
    """Every validation of a run by its stage, in order: `step` and figures. Of a step that was done twice, the later one."""
    file = run / "history.jsonl"
    found: dict[str, dict[float, dict[str, float]]] = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
        row: dict[str, Any] = json.loads(line)
        found.setdefault(row.pop("stage"), {})[row["step"]] = row
    return {stage: [rows[step] for step in sorted(rows)] for stage, rows in found.items()}


def _shown(values: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in values.items())


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Within it the first Ctrl-C is a wish, of which the function tells that is given; the second interrupts as ever.

    Outside of the main thread, where signals are not heard, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT) or signal.default_int_handler

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # of mallopt(3)
_MOST = 2**31 - 1


def keep_freed_memory() -> None:
    """Ask the C library to keep freed memory; does nothing where it is not glibc.

    By default it returns large blocks to the system, which hands them out again page by page, all zeros: a third of
    the time of a training step.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for option, value in ((_MMAP_THRESHOLD, 32 << 20), (_TRIM_THRESHOLD, _MOST), (_TOP_PAD, 256 << 20)):
        mallopt(option, value)
