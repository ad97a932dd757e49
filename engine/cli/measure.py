"""`evaluate`, `steadiness` and `knowledge`: how good a run or a bundle is."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from engine.errors import Fault, needs_extra
from engine.files import writable_folder, write_json

if TYPE_CHECKING:
    from engine.lab.evaluation.steadiness import Flicker
    from engine.perception import Perceiver
    from npc import Percept
    from npc.evaluation.knowledge import KnowledgeResult
    from npc.steadiness import FilterCfg


def evaluate(
    run: Annotated[Path | None, typer.Option(help="Run directory that `train` wrote; default: runs/default.")] = None,
    recordings: Annotated[list[Path] | None, typer.Option(help="Measure a bundle on this recording (repeatable).")] = None,
    lines: Annotated[str | None, typer.Option(help="Measure a bundle on these lines: a YAML file, or 'strangers'.")] = None,
    bundle: Annotated[
        list[Path] | None, typer.Option(help="Not with --run: the bundle; default: the shipped one. Several answer together.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Not with --run: where figures and pictures go.")] = Path("evaluation"),
    frames: Annotated[int | None, typer.Option(min=1, help="With --recordings: so many frames, evenly spread.")] = None,
    provider: Annotated[str, typer.Option(help="Not with --run: auto, cuda or cpu.")] = "auto",
    closely: Annotated[
        bool,
        typer.Option(help="With --recordings: look as where words ask about something; --no-closely: as frame by frame."),
    ] = True,
    scenes: Annotated[int, typer.Option(min=8, help="With --run: how many held-out scenes.")] = 800,
    packs: Annotated[list[str] | None, typer.Option(help="With --run: a stored pack of art, as a game (repeatable).")] = None,
    swaps: Annotated[
        bool, typer.Option("--swaps", help="With --run: only what picture and words are worth together (part of all else).")
    ] = False,
    against: Annotated[
        list[Path] | None, typer.Option(help="With --run: another run, such as one of a single modality (repeatable).")
    ] = None,
    cache: Annotated[Path | None, typer.Option(help="With --run: where cached features lie.")] = None,
) -> None:
    """Measure a training run on held-out scenes; or any bundle on any game, with --recordings, or on --lines."""
    if sum(map(bool, (run, recordings, lines))) > 1:
        raise Fault("usage", "--run, --recordings and --lines measure different things.", "Give one of them.")
    if recordings:
        _evaluate_recordings(recordings, bundle, out, frames, provider, closely)
    elif lines:
        _evaluate_lines(lines, bundle, out, provider)
    elif bundle:
        raise Fault("usage", "A bundle is measured on something.", "Give --recordings DIR, or --lines strangers.")
    else:
        _evaluate_run(run or Path("runs/default"), scenes, packs or [], against or [], cache, swaps)


def _folders(perceiver: Perceiver) -> str:
    return " + ".join(bundle.folder.name for bundle in perceiver.bundles)


def _evaluate_lines(lines: str, bundle: list[Path] | None, out: Path, provider: str) -> None:
    from engine.lab.data.utterances import load_strangers, read_lines
    from engine.lab.evaluation.measure import bundle_facts, lines_table, measure_lines
    from engine.perception import Perceiver

    writable_folder(out)
    perceiver = Perceiver(bundle or None, provider)
    read = load_strangers() if lines == "strangers" else read_lines(Path(lines), perceiver.labels)
    found = measure_lines(perceiver, read)
    Console().print(lines_table(f"{lines}: {_folders(perceiver)} on {len(read)} lines", found))
    write_json(out / "lines.json", {"bundle": bundle_facts(perceiver), "lines": lines, **found})
    typer.echo(f"Figures: {out / 'lines.json'}")


def _evaluate_recordings(
    folders: list[Path], bundle: list[Path] | None, out: Path, frames: int | None, provider: str, closely: bool
) -> None:
    from engine.formats.recording import read_recording
    from engine.lab.evaluation.measure import bundle_facts, measure_recording, spread
    from engine.lab.evaluation.pictures import draw_answers
    from engine.lab.evaluation.presence import draw_reliability, thresholds, thresholds_table
    from engine.lab.evaluation.raw import of_recording, write_raw
    from engine.lab.evaluation.report import table
    from engine.perception import Perceiver

    writable_folder(out)
    read = [read_recording(folder) for folder in folders]  # a fault in the last one is told before the first is measured
    perceiver = Perceiver(bundle or None, provider, closely=closely)
    found = []
    for number, recording in enumerate(read):
        rows = spread(recording.rows, frames)
        answers, report = measure_recording(perceiver, recording, rows)
        Console().print(table(f"{recording.meta.game}: {_folders(perceiver)} on {len(rows)} frames", report))
        facts = {"recording": str(recording.folder), "game": recording.meta.game, "frames": len(rows)}
        Console().print(thresholds_table("what a threshold gives", answers.watch))
        facts |= {"episodes": len({row.episode for row in rows}), **report.as_json()}
        found.append({**facts, "thresholds": [asdict(row) for row in thresholds(answers.watch)]})
        write_json(out / "evaluation.json", {"bundle": bundle_facts(perceiver), "closely": closely, "recordings": found})
        write_raw(out / f"answers-{number}.npz", of_recording(answers.watch))
        draw_answers(recording, answers.watch).save(out / f"answers-{number}.png")
        draw_reliability({recording.meta.game: answers.watch}).save(out / f"reliability-{number}.png")
    typer.echo(f"Figures: {out / 'evaluation.json'}; hits and misses: {out / 'answers-*.png'}")


def _evaluate_run(run: Path, scenes: int, packs: list[str], against: list[Path], cache: Path | None, swaps: bool) -> None:
    with needs_extra("train", "Evaluating a run"):
        from engine.lab.training.evaluate import evaluate_run, evaluate_swaps
    found = evaluate_swaps(run, cache, scenes, against) if swaps else evaluate_run(run, cache, scenes, packs, against)
    for name, report in found.items():
        for title, column in (("labels", "f1"), ("places", "pointing"), ("of pairs that ought to", "changes")):
            rows = {head: figures for head, figures in report.items() if column in figures}
            if rows:
                Console().print(_run_table(f"{name.replace('_', ' ')}: {title}", rows))
    if not found["both_needed"]:
        typer.echo("Of these scenes none needs both picture and words: give more --scenes to see what they are worth together.")
    for gain in found.get("both_needed_gain", {}).values():
        told = "Where picture and words are needed, both bring {gain:+.1%} of action macro-F1 over the best single modality"
        typer.echo(f"{told} (95 %: {{low:+.1%}} to {{high:+.1%}}).".format(**gain))
    pictures = f"; pictures: {run / 'confusion-*.png'}"
    typer.echo(f"Figures: {run / 'swaps.json'}" if swaps else f"Figures: {run / 'evaluation.json'}{pictures}")


def _run_table(title: str, rows: dict[str, dict[str, float]]) -> Table:
    columns = list(next(iter(rows.values()), {}))
    table = Table("head", *columns, title=title)
    for head, figures in rows.items():
        cells = ("–" if math.isnan(v) else f"{v:.0f}" if c == "support" else f"{v:.3f}" for c, v in figures.items())
        table.add_row(head, *cells)
    return table


def steadiness(
    recordings: Annotated[Path, typer.Option(help="Recording of the game as it plays.")],
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    watch: Annotated[list[str] | None, typer.Option(help="Phrase to look for (repeatable); else all names recorded.")] = None,
    filters: Annotated[str, typer.Option(help="JSON, like `steadiness` in a card: what to change of the filters.")] = "{}",
    provider: Annotated[str, typer.Option(help="auto, cuda or cpu.")] = "auto",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Play a recording through a bundle: changes a second with and without the filter, and the delay that it adds."""
    from engine.formats.recording import read_recording
    from engine.lab.evaluation.steadiness import episodes, measure_flicker
    from engine.perception import Perceiver

    changed = _filters(filters)
    if json_file is not None:
        writable_folder(json_file.parent)
    recording = read_recording(recordings)
    if not any(True for _ in episodes(recording)):
        raise Fault("recording_short", f"No episode of {recordings} has two frames.", "Record the game as it plays.")
    names = sorted({entity.name.lower() for row in recording.rows for entity in row.entities})
    with Console(stderr=True).status("perceiving"):
        figures = measure_flicker(recording, Perceiver(bundle, provider), watch or names, changed)
    Console().print(_flicker_table(figures))
    if json_file is not None:
        write_json(json_file, {name: asdict(f) for name, f in figures.items()})
        typer.echo(f"figures: {json_file}")


def _filters(text: str) -> dict[str, FilterCfg]:
    from npc.steadiness import Steadiness

    try:
        entries: dict[str, FilterCfg] = TypeAdapter(Steadiness).validate_python(json.loads(text))
        return entries
    except ValidationError as error:
        first = error.errors()[0]
        fault = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except json.JSONDecodeError as error:
        fault = f"it is no JSON ({error})"
    fix = """Write e.g. --filters '{"watch": {"half_life": 0.2}}'."""
    raise Fault("filters", f"--filters cannot be used: {fault}.", fix)


def _flicker_table(figures: dict[str, Flicker]) -> Table:
    table = Table(
        "",
        "raw",
        "steady",
        "truth",
        "delay",
        "at most",
        "raw right",
        "steady right",
        title="changes a second, added delay in frames, share of frames that are right",
        title_justify="left",
    )
    for name, f in figures.items():
        changes, longest = (f.raw, f.steady, f.truth, f.delay), "" if f.longest is None else str(f.longest)
        right = map(_number, (f.raw_right, f.steady_right))
        table.add_row(name.removeprefix("watch: "), *map(_number, changes), longest, *right)
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def knowledge_figures(perceiver: Perceiver) -> dict[str, KnowledgeResult]:
    """With the whole model; with its sentence vectors where every question is taken for one; with shared words alone."""
    from engine.minds.knowledge import Knowledge
    from engine.perception import Query
    from npc.evaluation.knowledge import knowledge as measure_knowledge
    from npc.keyword_reader import word_likeness

    likeness = Knowledge(perceiver.sentences).likeness

    def read(text: str, time: float) -> Percept:
        return perceiver.see(None, [Query(text)])[0].percept(time, text=text)

    return {
        "model": measure_knowledge(likeness, read),
        "sentence_vectors": measure_knowledge(likeness),
        "shared_words": measure_knowledge(word_likeness),
    }


def knowledge(
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Ask the shipped characters what they know, in other words than their cards have."""
    from engine.perception import Perceiver

    if json_file is not None:
        writable_folder(json_file.parent)
    figures = {name: asdict(result) for name, result in knowledge_figures(Perceiver(bundle, "cpu")).items()}
    for name, result in figures.items():
        typer.echo(f"{name:<18}" + ", ".join(f"{key} {value:.3g}" for key, value in result.items()))
    if json_file is not None:
        write_json(json_file, figures)
        typer.echo(f"figures: {json_file}")
