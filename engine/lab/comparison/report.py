"""The table of a comparison: on the terminal, as Markdown, as JSON, and as a picture."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from engine.lab.comparison.combinations import BOTH
from engine.lab.comparison.latency import Latency
from engine.lab.comparison.outcome import Outcome
from engine.lab.comparison.picture import draw
from engine.lab.config import TrainCfg

COLUMNS = (
    "model", "action acc.", "action F1", "intent acc.", "intent F1", "pointing", "watch pointing", "presence AUC",
    "ms", "ms, known words", "MB", "pretrained", "steps", "text stage, s",
)  # fmt: skip
NOTES = """\
Accuracy and macro-F1 of the held-out scenes with lines of held-out families. Pointing: the peak lies on the thing that
the words mean; watch pointing and presence AUC: the same, and whether it is there at all, for phrases of a watch list.
ms: p50 of one frame and one new line through the fp32 graphs; known words: without the text graph, since the engine
keeps the vectors of lines that it has heard. MB: the fp32 graphs that the model needs, whole vocabulary, not quantised.
pretrained: encoders that began with pretrained weights (they stayed frozen, and one pass over the scenes before the
clock started gave their features); all others learned from scratch within the budget. One learning rate for all.
text stage: what the lines alone taught the frozen text encoder, once for all models that share it, beside the budget.
"""


def table_rows(outcomes: Sequence[Outcome], latency: Mapping[str, Latency]) -> list[list[str]]:
    """Cells under `COLUMNS`, a row each model; "-" where there is nothing to measure."""
    return [_row(outcome, latency.get(outcome.combination.name)) for outcome in outcomes]


def _row(outcome: Outcome, latency: Latency | None) -> list[str]:
    of, combination = outcome.figures, outcome.combination
    both, seeing = combination.modalities == BOTH, "image" in combination.modalities
    return [
        combination.name.replace("-", " "),
        *(_figure(of.get(head, {}).get(name)) for head in ("action", "intent") for name in ("accuracy", "f1")),
        _figure(of.get("target", {}).get("pointing") if seeing else None),
        *(_figure(of.get("watch", {}).get(name) if both else None) for name in ("pointing", "presence_auc")),
        *(f"{ms:.1f}" if ms is not None else "-" for ms in _times(latency)),
        f"{outcome.size_mb:.1f}",
        ", ".join(pretrained(outcome)) or "nothing",
        str(outcome.steps),
        f"{outcome.words_s:.0f}" if outcome.words_s else "-",
    ]


def _figure(value: float | None) -> str:
    return "-" if value is None or value != value else f"{value:.3f}"


def _times(latency: Latency | None) -> tuple[float | None, float | None]:
    return (latency.new_words_ms, latency.known_words_ms) if latency else (None, None)


def pretrained(outcome: Outcome) -> list[str]:
    """Which of the modalities that the model uses had an encoder with pretrained weights."""
    parts = {"text": outcome.combination.text, "image": outcome.combination.image}
    return [name for name in outcome.combination.modalities if parts[name].weights != "none"]


def rich_table(rows: Sequence[Sequence[str]], title: str) -> Table:
    table = Table(*COLUMNS, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    return table


def describe(base: TrainCfg, scenes: int, threads: int) -> str:
    """What all models had in common, in a line."""
    import onnxruntime

    return (
        f"{base.data.scenes} scenes, {base.scene.minutes:g} minutes of training each on {os.cpu_count()} cores; measured on "
        f"{scenes} held-out scenes; ONNX Runtime {onnxruntime.__version__} on the CPU, {threads} threads, {platform.machine()}."
    )


def write_report(out: Path, outcomes: Sequence[Outcome], latency: Mapping[str, Latency], common: str) -> list[Path]:
    """Write `comparison.json`, `comparison.md` and, once latency is measured, `comparison.png`; returns their paths."""
    rows = table_rows(outcomes, latency)
    (out / "comparison.md").write_text("\n".join([common, "", *_markdown(rows), "", NOTES]), encoding="utf-8")
    models = [o.model_dump(mode="json") | {"latency": _dumped(latency.get(o.combination.name))} for o in outcomes]
    content = {"common": common, "models": models}
    (out / "comparison.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    written = [out / "comparison.json", out / "comparison.md"]
    if latency:
        draw(outcomes, latency, out / "comparison.png")
        written.append(out / "comparison.png")
    return written


def _dumped(latency: Latency | None) -> dict[str, float] | None:
    return latency.model_dump() if latency else None


def _markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [COLUMNS, ["---"] + ["---:"] * (len(COLUMNS) - 1), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
