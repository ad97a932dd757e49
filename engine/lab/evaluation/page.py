"""One page about measured runs, bundles and recordings, side by side: figures with intervals, curves, matrices, pictures."""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import Fault
from engine.lab.evaluation.bootstrap import Figure, Interval, Weights, interval
from engine.lab.evaluation.charts import draw_claims, draw_confusion, draw_curves
from engine.lab.evaluation.raw import HeadAnswers, PlaceAnswers, RawAnswers, read_raw

Part = HeadAnswers | PlaceAnswers
PICTURES = ("heat*.png", "answers-*.png", "before-after.png")


@dataclass(frozen=True)
class Measurement:
    """What a directory holds that `evaluate` wrote into.

    Attributes:
        sets: all answers, by the name of the scenes or the game that they are about.
        history: validations by stage; of a training run alone.
        facts: what it was made with, as short sentences.
        pictures: files to be shown as they are.
    """

    name: str
    sets: dict[str, RawAnswers]
    history: dict[str, list[dict[str, float]]] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    pictures: tuple[Path, ...] = ()


def read_measurement(folder: Path, history: Mapping[str, list[dict[str, float]]] | None = None) -> Measurement:
    """Read such a directory.

    Raises:
        Fault: `unmeasured` where nothing was measured, or by an older version that kept no answers.
    """
    if not folder.is_dir():
        raise Fault("unmeasured", f"There is no directory {folder}.", "Give one that `python -m engine evaluate` wrote into.")
    files = sorted(folder.glob("answers-*.npz"))
    if not files:
        how = f"python -m engine evaluate --run {folder}" if (folder / "recipe.yaml").is_file() else "python -m engine evaluate"
        raise Fault("unmeasured", f"{folder} holds no answers of a measurement.", f"Measure first: {how}")
    names = _games(folder)
    sets = {names.get(file.stem, file.stem.removeprefix("answers-").replace("_", " ")): read_raw(file) for file in files}
    pictures = tuple(path for pattern in PICTURES for path in sorted(folder.glob(pattern)))
    return Measurement(folder.name, sets, dict(history or {}), tuple(_facts(folder)), pictures)


def _games(folder: Path) -> dict[str, str]:
    """Names of the games of recordings that were measured."""
    found = _json(folder / "evaluation.json").get("recordings")
    return {f"answers-{i}": str(row.get("game", i)) for i, row in enumerate(found)} if isinstance(found, list) else {}


def _facts(folder: Path) -> Iterator[str]:
    made = _json(folder / "provenance.json")
    for start in made.get("starts", [])[-1:]:
        commit = start.get("commit") or {}
        edited = " (edited)" if commit.get("edited") else ""
        yield f"seed {made.get('seed')}, commit {str(commit.get('sha', 'unknown'))[:12]}{edited}, started {start.get('at')}"
        yield f"command: {' '.join(map(str, start.get('command', [])))}"
    bundle = _json(folder / "evaluation.json").get("bundle")
    if isinstance(bundle, dict):
        yield ", ".join(f"{key}: {value}" for key, value in bundle.items() if isinstance(value, str | int | float))


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Row:
    """A figure of each measurement (None: it has none); how it differs from the first's, where both saw the same scenes."""

    of: str
    part: str
    figure: str
    values: tuple[Interval | None, ...]
    gains: tuple[Interval | None, ...]


def rows_of(measurements: Sequence[Measurement], draws: int, told: Callable[[], None] = lambda: None) -> list[Row]:
    """All figures with intervals, and the differences to the first measurement, scene by scene."""
    rows = []
    for of, part, figure in _keys(measurements):
        answers = [m.sets[of].all().get(part) if of in m.sets else None for m in measurements]
        values = tuple(interval(a.figures()[figure], a.scene, draws) if a is not None else None for a in answers)
        first = answers[0]
        gains = tuple(
            interval(_difference(first.figures()[figure], a.figures()[figure]), a.scene, draws)
            if first is not None and a is not None and i and same_questions(first, a)
            else None
            for i, a in enumerate(answers)
        )
        rows.append(Row(of, part, figure, values, gains))
        told()
    return rows


def _keys(measurements: Sequence[Measurement]) -> list[tuple[str, str, str]]:
    keys = (
        (of, part, figure)
        for m in measurements
        for of, raw in m.sets.items()
        for part, answers in raw.all().items()
        for figure in answers.figures()
    )
    return list(dict.fromkeys(keys))


def _difference(first: Figure, other: Figure) -> Figure:
    def gain(weights: Weights) -> float:
        return other(weights) - first(weights)

    return gain


def same_questions(one: Part, other: Part) -> bool:
    """Whether two measurements asked the same about the same scenes."""
    if isinstance(one, HeadAnswers) and isinstance(other, HeadAnswers):
        same = one.classes == other.classes and np.array_equal(one.truth, other.truth)
    else:
        same = isinstance(one, PlaceAnswers) and isinstance(other, PlaceAnswers) and np.array_equal(one.there, other.there)
    return same and np.array_equal(one.scene, other.scene)


_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1200px;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin:.6rem 0}th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #ddd}
th:first-child,td:first-child,td:nth-child(2),th:nth-child(2){text-align:left}
small{color:#666}img{max-width:100%;margin:.4rem 0}
.up{color:#08702c;font-weight:600}.down{color:#b01c1c;font-weight:600}details{margin:.5rem 0}summary{cursor:pointer}
"""


def write_page(measurements: Sequence[Measurement], rows: Sequence[Row], out: Path) -> None:
    """Write the page: one HTML file that holds its pictures and loads nothing."""
    names = [m.name for m in measurements]
    body = [f"<h1>{html.escape(', '.join(names))}</h1>", *(_made_with(m) for m in measurements), *_figures(rows, names)]
    curves = {m.name: m.history for m in measurements if m.history}
    if curves:
        body += ["<h2>Validation while training</h2>", _picture(partial(draw_curves, curves))]
    for m in measurements:
        body += _pictures(m)
    page = f"<!doctype html><meta charset=utf-8><title>Report</title><style>{_STYLE}</style>{''.join(body)}\n"
    out.write_text(page, encoding="utf-8")


def _made_with(m: Measurement) -> str:
    return f"<p><b>{html.escape(m.name)}</b><br><small>{'<br>'.join(map(html.escape, m.facts)) or 'unknown origin'}</small></p>"


def _figures(rows: Sequence[Row], names: Sequence[str]) -> Iterator[str]:
    yield "<h2>Figures</h2><p><small>In brackets: 95 % intervals of the bootstrap over scenes. Coloured: a difference to the "
    yield "first column on the same scenes whose interval does not hold 0.</small></p>"
    for of in dict.fromkeys(row.of for row in rows):
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        yield f"<h3>{html.escape(of)}</h3><table><tr><th>part</th><th>figure</th>{head}</tr>"
        for row in (row for row in rows if row.of == of):
            cells = "".join(f"<td>{_cell(v, g)}</td>" for v, g in zip(row.values, row.gains, strict=True))
            yield f"<tr><td>{html.escape(row.part)}</td><td>{row.figure}</td>{cells}</tr>"
        yield "</table>"


def _cell(value: Interval | None, gain: Interval | None) -> str:
    if value is None or np.isnan(value.value):
        return "–"
    told = f"{value.value:.3f} <small>[{value.low:.3f}, {value.high:.3f}]</small>"
    if gain is None:
        return told
    kind = ("up" if gain.value > 0 else "down") if gain.differs_from_zero else ""
    return f"{told}<br><span class='{kind}'>{gain.value:+.3f}</span> <small>[{gain.low:+.3f}, {gain.high:+.3f}]</small>"


def _pictures(m: Measurement) -> Iterator[str]:
    yield f"<h2>{html.escape(m.name)}</h2>"
    for of, raw in m.sets.items():
        parts = raw.all()
        yield f"<h3>{html.escape(of)}: how likely is what it calls likely</h3>"
        yield _picture(partial(draw_claims, parts))
        for head, answers in raw.heads.items():
            yield f"<details><summary>{html.escape(of)}: {html.escape(head)}, what is taken for what</summary>"
            yield _picture(partial(draw_confusion, head, answers)) + "</details>"
    for path in m.pictures:
        yield f"<h3>{html.escape(path.stem)}</h3>" + _embedded(path.read_bytes())


def _picture(draw: Callable[[io.BytesIO], None]) -> str:
    file = io.BytesIO()
    draw(file)
    return _embedded(file.getvalue())


def _embedded(png: bytes) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}">'
