"""Progress of a training run: a line on the terminal and TensorBoard scalars."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console


class Progress:
    """Prints now and then, logs every value to TensorBoard under `folder` (None: prints alone)."""

    def __init__(self, folder: Path | None, every_s: float = 10.0) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._every, self._last, self._start = every_s, 0.0, time.monotonic()
        self._steps: dict[str, int] = {}
        self._totals: dict[str, int] = {}
        self._writer = None
        if folder is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(folder))

    def total(self, stage: str, steps: int, done: int = 0) -> None:
        """Announce how many steps a stage will take (`done` of them in an earlier run)."""
        self._totals[stage], self._steps[stage] = steps, done

    def step(self, stage: str, **values: float) -> None:
        step = self._steps[stage] = self._steps.get(stage, 0) + 1
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{stage}/{name}", value, step)
        now = time.monotonic()
        if now - self._last >= self._every:
            self._last = now
            of = f"/{self._totals[stage]}" if stage in self._totals else ""
            shown = "  ".join(f"{k} {v:.3f}" for k, v in values.items())
            self._console.print(f"[{now - self._start:6.0f} s] {stage} {step}{of}  {shown}")

    def say(self, text: str) -> None:
        self._console.print(f"[{time.monotonic() - self._start:6.0f} s] {text}")

    def score(self, stage: str, **values: float) -> None:
        """Log validation figures and print them."""
        step = self._steps.get(stage, 0)
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"validation/{name}", value, step)
        self.say(f"{stage} {step} validation: " + "  ".join(f"{k} {v:.3f}" for k, v in values.items()))
