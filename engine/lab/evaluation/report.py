"""Answers to figures: per concept, over all, beside the baselines; as JSON and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from engine.lab.evaluation.ask_recording import Pointed, RecordingAnswers, SpokenAnswer
from engine.lab.evaluation.metrics import auc, average_precision, presence_ece

Figures = dict[str, float]


@dataclass(frozen=True)
class Report:
    """Figures of a bundle on a recording.

    Attributes:
        overall: over all questions: `pointing` (of the things in view, the share whose place was hit),
            `pointing_by_concept` (the mean over names, however rare), `random`, `centre` (baselines),
            `presence_auc`, `alike_auc` (of what is not there, look-alikes of what is alone), `average_precision` (mean over
            names), `ece` (see `presence_ece`), `there`, `absent`, `alike` (numbers of questions).
        concepts: the same for each name.
        spoken: of words whose target is known: `pointing`, `given` (the model names a target where there is one),
            `false_alarms` (it does where there is none), numbers.
    """

    overall: Figures
    concepts: dict[str, Figures]
    spoken: Figures

    def as_json(self) -> dict[str, object]:
        """For `json.dump`; what could not be measured is null."""
        return {
            "overall": _plain(self.overall),
            "concepts": {name: _plain(figures) for name, figures in self.concepts.items()},
            "spoken": _plain(self.spoken),
        }


def report(answers: RecordingAnswers) -> Report:
    by_name: dict[str, list[Pointed]] = {}
    for answer in answers.watch:
        by_name.setdefault(answer.question.phrase, []).append(answer)
    concepts = {name: _figures(of) for name, of in sorted(by_name.items())}
    overall = _figures(answers.watch)
    overall["pointing_by_concept"] = _mean(f["pointing"] for f in concepts.values())
    overall["average_precision"] = _mean(f["average_precision"] for f in concepts.values())
    return Report(overall, concepts, _spoken(answers.spoken))


def _figures(answers: Sequence[Pointed]) -> Figures:
    there = [a.there for a in answers]
    seen = [a for a in answers if a.there]
    p = [a.p for a in answers]
    hard = [a for a in answers if a.there or a.question.alike]
    return {
        "pointing": _mean(a.hit for a in seen),
        "random": _mean(a.chance for a in seen),
        "centre": _mean(a.centre_hit for a in seen),
        "presence_auc": auc(there, p),
        "average_precision": average_precision(there, p),
        "alike_auc": auc([a.there for a in hard], [a.p for a in hard]),
        "ece": presence_ece(there, p),
        "there": float(len(seen)),
        "absent": float(len(answers) - len(seen)),
        "alike": float(sum(a.question.alike for a in answers)),
    }


def _spoken(answers: Sequence[SpokenAnswer]) -> Figures:
    there, absent = [a for a in answers if a.there], [a for a in answers if not a.there]
    return {
        "pointing": _mean(a.hit for a in there),
        "given": _mean(a.given for a in there),
        "false_alarms": _mean(a.given for a in absent),
        "there": float(len(there)),
        "absent": float(len(absent)),
    }


def _mean(values: Iterable[float]) -> float:
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float("nan")


def _plain(figures: Figures) -> dict[str, float | None]:
    return {k: None if np.isnan(v) else round(float(v), 4) for k, v in figures.items()}


# Header in the table, key of the figures. Short: a terminal of 80 columns holds all of it and a name of 21 letters.
_COLUMNS = {
    "hit": "pointing",
    "rand": "random",
    "mid": "centre",
    "AUC": "presence_auc",
    "alike": "alike_auc",
    "AP": "average_precision",
    "ECE": "ece",
}
LEGEND = (
    "hit: of the things in view, those that it points at; rand, mid: those that a random point and the centre would hit. "
    "Whether it is there: AUC (0.5 is chance), alike (AUC among look-alikes alone), AP (average precision), ECE (how far what "
    "is claimed is from what is so)."
)


def table(title: str, found: Report) -> Table:
    """The report for the terminal, the most frequent names first; pointing beside its baselines, then presence."""
    rows = narrow_table(escape(title), ("there", "not", *_COLUMNS), "\n".join((LEGEND, *_about_words(found.spoken))))
    for name, figures in sorted(found.concepts.items(), key=lambda pair: -pair[1]["there"]):
        _add(rows, escape(name), figures)
    rows.add_section()
    _add(rows, "all", found.overall, "bold")
    return rows


def summary(title: str, found: Mapping[str, Figures], caption: str = LEGEND) -> Table:
    """A row of figures over all for each name."""
    rows = narrow_table(escape(title), tuple(_COLUMNS), caption)
    for name, figures in found.items():
        rows.add_row(escape(name), *_cells(figures))
    return rows


def narrow_table(title: str, headers: Sequence[str], caption: str) -> Table:
    """Names and a figure for each header: where it is too wide names are broken, never figures."""
    rows = Table(
        title=title, caption=caption, title_justify="left", caption_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    rows.add_column("name", overflow="fold")
    for header in headers:
        rows.add_column(header, justify="right", no_wrap=True)
    return rows


def _about_words(spoken: Figures) -> Iterator[str]:
    if spoken["there"]:
        yield (
            f"Words with a target in view ({spoken['there']:.0f}): pointing {spoken['pointing']:.2f}, "
            f"a target named for {spoken['given']:.0%}."
        )


def _add(rows: Table, name: str, figures: Figures, style: str = "") -> None:
    rows.add_row(name, f"{figures['there']:.0f}", f"{figures['absent']:.0f}", *_cells(figures), style=style)


def _cells(figures: Figures) -> Iterator[str]:
    return (figure(figures[key]) for key in _COLUMNS.values())


def figure(value: float | None) -> str:
    """A figure of two digits; a dash for what could not be measured."""
    return "–" if value is None or np.isnan(value) else f"{value:.2f}"
