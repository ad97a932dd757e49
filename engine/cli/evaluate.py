"""`python -m engine evaluate`: figures of a training run on scenes, or of a bundle on a recording or on lines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import Fault, needs_extra
from engine.files import writable_folder


def evaluate(
    run: Annotated[Path | None, typer.Option(help="Run directory that `train` wrote; default: runs/default.")] = None,
    recordings: Annotated[list[Path] | None, typer.Option(help="Measure a bundle on this recording (repeatable).")] = None,
    lines: Annotated[str | None, typer.Option(help="Measure a bundle on these lines: a YAML file, or 'strangers'.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Not with --run: the bundle; default: the shipped one.")] = None,
    out: Annotated[Path, typer.Option(help="Not with --run: where figures and pictures go.")] = Path("evaluation"),
    frames: Annotated[int | None, typer.Option(min=1, help="With --recordings: so many frames, evenly spread.")] = None,
    provider: Annotated[str, typer.Option(help="Not with --run: auto, cuda or cpu.")] = "auto",
    scenes: Annotated[int, typer.Option(min=8, help="With --run: how many held-out scenes.")] = 800,
    cache: Annotated[Path | None, typer.Option(help="With --run: where cached features lie.")] = None,
) -> None:
    """Measure a training run on held-out scenes; or any bundle on any game, with --recordings, or on --lines."""
    if sum(map(bool, (run, recordings, lines))) > 1:
        raise Fault("usage", "--run, --recordings and --lines measure different things.", "Give one of them.")
    if recordings:
        _evaluate_recordings(recordings, bundle, out, frames, provider)
    elif lines:
        _evaluate_lines(lines, bundle, out, provider)
    elif bundle is not None:
        raise Fault("usage", "A bundle is measured on something.", "Give --recordings DIR, or --lines strangers.")
    else:
        _evaluate_run(run or Path("runs/default"), scenes, cache)


def _evaluate_lines(lines: str, bundle: Path | None, out: Path, provider: str) -> None:
    from engine.lab.data.utterances import load_strangers, read_lines
    from engine.lab.evaluation.lines import lines_table, measure_lines
    from engine.lab.evaluation.measure import bundle_facts, write_json
    from engine.perception import Perceiver

    writable_folder(out)
    perceiver = Perceiver(bundle, provider)
    read = load_strangers() if lines == "strangers" else read_lines(Path(lines), perceiver.labels)
    found = measure_lines(perceiver, read)
    Console().print(lines_table(f"{lines}: {perceiver.bundle.folder.name} on {len(read)} lines", found))
    write_json(out / "lines.json", {"bundle": bundle_facts(perceiver), "lines": lines, **found})
    typer.echo(f"Figures: {out / 'lines.json'}")


def _evaluate_recordings(folders: list[Path], bundle: Path | None, out: Path, frames: int | None, provider: str) -> None:
    from engine.formats.recording import read_recording
    from engine.lab.evaluation.measure import bundle_facts, measure_recording, spread, write_json
    from engine.lab.evaluation.pictures import draw_answers
    from engine.lab.evaluation.report import table
    from engine.perception import Perceiver

    writable_folder(out)
    read = [read_recording(folder) for folder in folders]  # a fault in the last one is told before the first is measured
    perceiver = Perceiver(bundle, provider)
    found = []
    for number, recording in enumerate(read):
        rows = spread(recording.rows, frames)
        answers, report = measure_recording(perceiver, recording, rows)
        Console().print(table(f"{recording.meta.game}: {perceiver.bundle.folder.name} on {len(rows)} frames", report))
        facts = {"recording": str(recording.folder), "game": recording.meta.game, "frames": len(rows)}
        found.append({**facts, "episodes": len({row.episode for row in rows}), **report.as_json()})
        write_json(out / "evaluation.json", {"bundle": bundle_facts(perceiver), "recordings": found})
        draw_answers(recording, answers.watch).save(out / f"answers-{number}.png")
    typer.echo(f"Figures: {out / 'evaluation.json'}; hits and misses: {out / 'answers-*.png'}")


def _evaluate_run(run: Path, scenes: int, cache: Path | None) -> None:
    with needs_extra("train", "Evaluating a run"):
        from engine.lab.training.evaluate import evaluate_run
    for name, report in evaluate_run(run, cache, scenes).items():
        for title, column in (("labels", "f1"), ("places", "pointing")):
            rows = {head: figures for head, figures in report.items() if column in figures}
            if rows:
                Console().print(_table(f"{name.replace('_', ' ')}: {title}", rows))
    typer.echo(f"Figures: {run / 'evaluation.json'}; pictures: {run / 'confusion-*.png'}")


def _table(title: str, rows: dict[str, dict[str, float]]) -> Table:
    columns = list(next(iter(rows.values()), {}))
    table = Table("head", *columns, title=title)
    for head, figures in rows.items():
        table.add_row(head, *(f"{v:.0f}" if c == "support" else f"{v:.3f}" for c, v in figures.items()))
    return table
