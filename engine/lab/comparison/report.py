"""The table of a comparison: on the terminal, as Markdown, as JSON, and as a picture of what a millisecond buys."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from rich.table import Table

from engine.files import write_json, write_whole
from engine.lab.comparison.latency import Latency
from engine.lab.comparison.models import BOTH, FUSIONS, IMAGES, Combination, ModelResult
from engine.lab.config import ImageCfg, TextCfg, TrainCfg

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


def table_rows(outcomes: Sequence[ModelResult], latency: Mapping[str, Latency]) -> list[list[str]]:
    """Cells under `COLUMNS`, a row each model; "-" where there is nothing to measure."""
    return [_row(outcome, latency.get(outcome.combination.name)) for outcome in outcomes]


def _row(outcome: ModelResult, latency: Latency | None) -> list[str]:
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


def pretrained(outcome: ModelResult) -> list[str]:
    """Which of the modalities that the model uses had an encoder with pretrained weights."""
    parts: Mapping[str, TextCfg | ImageCfg] = {"text": outcome.combination.text, "image": outcome.combination.image}
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


def write_report(out: Path, outcomes: Sequence[ModelResult], latency: Mapping[str, Latency], common: str) -> list[Path]:
    """Write `comparison.json`, `comparison.md` and, once latency is measured, `comparison.png`; returns their paths."""
    rows = table_rows(outcomes, latency)
    write_whole(out / "comparison.md", "\n".join([common, "", *_markdown(rows), "", NOTES]))
    models = [o.model_dump(mode="json") | {"latency": _dumped(latency.get(o.combination.name))} for o in outcomes]
    content = {"common": common, "models": models}
    write_json(out / "comparison.json", content)
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


# A mark each image encoder and a colour each fusion, by turns.
SHAPES = dict(zip(IMAGES, cycle("o^sDvP*X"), strict=False))
COLOURS = dict(zip(FUSIONS, cycle(("tab:orange", "tab:blue", "tab:green", "tab:red", "tab:purple", "tab:brown")), strict=False))


def draw(outcomes: Sequence[ModelResult], latency: Mapping[str, Latency], path: Path) -> None:
    """Action macro-F1 and pointing against p50: a shape each image encoder, a colour each fusion, hollow without MiniLM."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (action, pointing) = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
    for outcome in outcomes:
        milliseconds = latency[outcome.combination.name].new_words_ms
        _mark(action, outcome.combination, milliseconds, outcome.figures["action"]["f1"])
        if "image" in outcome.combination.modalities and "target" in outcome.figures:
            _mark(pointing, outcome.combination, milliseconds, outcome.figures["target"]["pointing"])
    for axes, title in ((action, "action, macro-F1"), (pointing, "pointing at what the words mean")):
        axes.set(title=title, xlabel="p50 of one frame and one new line, ms", xlim=(0, None), ylim=(0, None))
        axes.margins(y=0.1)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _mark(axes: Any, combination: Combination, milliseconds: float, height: float) -> None:
    colour = COLOURS[combination.fusion]
    filled = colour if combination.text.encoder == "minilm" else "none"
    axes.plot(milliseconds, height, SHAPES[combination.image.encoder], color=colour, mfc=filled, ms=8)
    if combination.modalities != BOTH or combination.name.endswith("scratch"):
        label = combination.name.rsplit("-", 1)[-1] if combination.modalities == BOTH else combination.name.replace("-", " ")
        axes.annotate(label, (milliseconds, height), (0, 9), textcoords="offset points", fontsize=8, ha="center")


def _legend() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        *(Line2D([], [], ls="", marker=shape, color="grey", ms=8, label=name) for name, shape in SHAPES.items()),
        *(Line2D([], [], color=colour, lw=4, label=name) for name, colour in COLOURS.items()),
        Line2D([], [], ls="", marker="o", color="grey", mfc="none", ms=8, label="hollow: nn.Embedding, filled: MiniLM"),
    ]
