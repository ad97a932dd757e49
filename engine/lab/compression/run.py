"""All ways through for one run: cut, teach, write, measure; one table and one picture. Finished ways are kept."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import torch
from matplotlib.figure import Figure as Picture
from rich.console import Console
from rich.table import Table

from engine.errors import Fault
from engine.files import write_json
from engine.lab.compression.measuring import Asked, Cost, held_out_scenes, measure_answers, measure_costs
from engine.lab.compression.methods import VARIANTS, Variant, settle
from engine.lab.compression.teaching import teach, teaching_texts
from engine.lab.compression.writing import write_compressed
from engine.lab.evaluation.bootstrap import Interval
from engine.lab.evaluation.page import Measurement, Row, rows_of
from engine.lab.evaluation.raw import RawAnswers, read_raw, write_raw
from engine.lab.model import NpcModel
from engine.lab.training.run import Progress, load_run, stopping
from engine.perception import Perceiver

ANSWERS, WHOLE = "answers-new_style.npz", "fp32"
ALLOWED = 0.01  # that a figure may lose


@dataclass(frozen=True)
class Outcome:
    """One finished way: what it takes, and each figure beside the whole model's."""

    name: str
    cost: Cost
    rows: dict[str, tuple[Interval, Interval | None]]  # "head figure": its value, and the difference to the whole model

    @property
    def lost(self) -> float:
        """The most that any figure lost; 0 where none did."""
        return max([0.0, *(-gain.value for _, gain in self.rows.values() if gain is not None)])

    @property
    def surely_lost(self) -> float:
        """The same of those whose loss is more than chance."""
        sure = (gain.value for _, gain in self.rows.values() if gain is not None and gain.high < 0)
        return max([0.0, *(-value for value in sure)])


class Compression:
    """The ways `names` for the run in `run`, written below `out`.

    Args:
        minutes: of teaching for whatever was cut.
        scenes: that are measured on.

    Raises:
        Fault: `compress_differs`: there are ways of another run in `out`, or of another budget.
    """

    def __init__(self, run: Path, out: Path, minutes: float, scenes: int, console: Console) -> None:
        self._run, self._out, self._minutes, self._count, self._console = run, out, minutes, scenes, console
        self._model, self._cfg = load_run(run)
        self._scenes: list[Asked] = []
        _refuse_others(out, {"run": str(run.resolve()), "minutes": minutes, "scenes": scenes})

    def do(self, names: Sequence[str]) -> list[Outcome]:
        """Do all that are not done yet, the whole model first; Ctrl-C ends after what is under way, with what is done.

        Raises:
            Fault: `compress_variant`, `compress_text`, and what exporting raises.
        """
        unknown = [name for name in names if name not in VARIANTS]
        if unknown:
            raise Fault("compress_variant", f"There is no way '{unknown[0]}'.", f"Use some of: {', '.join(VARIANTS)}.")
        wanted = list(dict.fromkeys((WHOLE, *names)))
        with stopping() as stop:
            for number, name in enumerate(wanted):
                if not (self._out / name / ANSWERS).is_file() and not stop():
                    self._console.print(f"{number + 1} of {len(wanted)}: {name}", highlight=False)
                    self._make(VARIANTS[name], stop)
        done = [name for name in wanted if (self._out / name / ANSWERS).is_file()]
        outcomes = outcomes_of({name: self._out / name for name in done}) if done else []
        if len(done) < len(wanted):
            self._console.print("The same command goes on where this one stopped.")
        return outcomes

    def _make(self, variant: Variant, stop: Callable[[], bool]) -> None:
        folder = self._out / variant.name
        model = self._cut(variant, stop)
        if stop() and variant.cut is not None:
            return  # taught for too short: it would be kept as done
        write_compressed(model, self._cfg, folder / "bundle", variant.precision, variant.name)
        with self._console.status("measuring"):
            self._scenes = self._scenes or held_out_scenes(self._cfg, self._count)
            write_raw(folder / ANSWERS, measure_answers(Perceiver(folder / "bundle", "cpu"), self._scenes))

    def _cut(self, variant: Variant, stop: Callable[[], bool]) -> NpcModel:
        if variant.cut is None:
            return self._model
        torch.manual_seed(self._cfg.seed)
        student = copy.deepcopy(self._model)
        variant.cut(student)
        if self._minutes > 0:
            texts = teaching_texts(student.labels, self._cfg.seed)
            with Progress() as progress:
                steps = teach(student, self._model, texts, self._minutes, self._cfg.seed, progress, stop)
            self._console.print(f"taught for {steps} steps", highlight=False)
        settle(student)
        return student.eval()


def _refuse_others(out: Path, made_of: dict[str, object]) -> None:
    """Finished ways are kept, and compared with each other: they must be of one run, taught and measured alike."""
    file = out / "compress.json"
    if file.is_file() and json.loads(file.read_text(encoding="utf-8")) != made_of:
        fault = f"{out} holds ways of another run, or of other --minutes or --scenes."
        raise Fault("compress_differs", fault, "Choose another --out directory.")
    write_json(file, made_of)


def outcomes_of(folders: Mapping[str, Path]) -> list[Outcome]:
    """Compare measured ways with the first of them."""
    measured = [Measurement(name, {"": _read(folder)}) for name, folder in folders.items()]
    rows = rows_of(measured, 300)
    costs = measure_costs({name: folder / "bundle" for name, folder in folders.items()})
    return [Outcome(m.name, costs[m.name], _figures(rows, i)) for i, m in enumerate(measured)]


def _read(folder: Path) -> RawAnswers:
    return read_raw(folder / ANSWERS)


def _figures(rows: Sequence[Row], number: int) -> dict[str, tuple[Interval, Interval | None]]:
    found = {}
    for row in rows:
        value = row.values[number]
        if value is not None and row.figure != "accuracy":
            found[f"{row.part} {row.figure}"] = (value, row.gains[number])
    return found


def table_of(outcomes: Sequence[Outcome]) -> Table:
    """A column each way; what a figure lost or gained beyond chance stands in brackets."""
    table = Table("", *(o.name for o in outcomes), title="graphs alone; figures on scenes of a new style", title_justify="left")
    for field in fields(Cost):
        table.add_row(field.name.replace("_", " "), *(f"{getattr(o.cost, field.name):.1f}" for o in outcomes))
    for name in outcomes[0].rows if outcomes else ():
        table.add_row(name, *(_cell(o.rows[name]) for o in outcomes))
    table.add_row("lost at most", *(f"{o.lost:.3f}" for o in outcomes))
    table.add_row("beyond chance", *(f"{o.surely_lost:.3f}" for o in outcomes))
    return table


def _cell(of: tuple[Interval, Interval | None]) -> str:
    value, gain = of
    return f"{value.value:.3f}" + (f" ({gain.value:+.3f})" if gain is not None and gain.differs_from_zero else "")


def verdict(outcomes: Sequence[Outcome]) -> str:
    """The smallest way that loses no more than a point anywhere, and the smallest whose greater losses may be chance."""
    if len(outcomes) < 2:
        return "Nothing was compared yet."
    good = [o for o in outcomes[1:] if o.lost <= ALLOWED]
    if good:
        told = f"The smallest that loses no more than a point anywhere: {_smallest(good, outcomes[0])}."
    else:
        least = min(outcomes[1:], key=lambda o: o.lost)
        told = f"Every way loses more than a point somewhere; {least.name} the least, {100 * least.lost:.1f}."
    unsure = [o for o in outcomes[1:] if o.surely_lost <= ALLOWED]
    if len(unsure) > len(good):
        told += f" If only losses beyond chance count: {_smallest(unsure, outcomes[0])}."
    return told


def _smallest(ways: Sequence[Outcome], whole: Outcome) -> str:
    best = min(ways, key=lambda o: o.cost.mb)
    return f"{best.name}, {best.cost.mb / whole.cost.mb:.0%} of {whole.name}"


def write_results(outcomes: Sequence[Outcome], out: Path) -> list[Path]:
    """`compression.json`, and `compression.png`: size against the most that any figure loses."""
    rows = [
        {
            "name": o.name,
            **asdict(o.cost),
            "lost": o.lost,
            "surely_lost": o.surely_lost,
            "figures": {k: asdict(v) | ({} if gain is None else {"gain": asdict(gain)}) for k, (v, gain) in o.rows.items()},
        }
        for o in outcomes
    ]
    write_json(out / "compression.json", {"variants": rows})
    picture = Picture((7, 4.5), layout="constrained")
    axes = picture.subplots()
    axes.axhline(100 * ALLOWED, color="orange", linewidth=1)
    for o in outcomes:
        axes.scatter(o.cost.mb, 100 * o.lost, 20 + 15 * o.cost.line_ms, alpha=0.7)
        axes.annotate(o.name, (o.cost.mb, 100 * o.lost), textcoords="offset points", xytext=(6, 4))
    axes.set(xlabel="MB of graphs (large dots: slow for a new line)", ylabel="points that the worst figure lost")
    picture.savefig(out / "compression.png", dpi=110)
    return [out / "compression.json", out / "compression.png"]
