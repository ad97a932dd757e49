"""`python -m engine bench-games`: how well a bundle sees games that it was never shown, and learns them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from engine.errors import Fault, needs_extra
from engine.files import write_json
from engine.formats.recording import Recording
from engine.lab.evaluation.measure import bundle_facts, measure_recording
from engine.lab.evaluation.pictures import draw_answers
from engine.lab.evaluation.report import Figures, Report, table
from engine.lab.games.crafter import CRAFTER
from engine.lab.games.games import Game, record
from engine.lab.games.minigrid import MINIGRID
from engine.perception import Perceiver

FEWEST = 12  # frames, see `engine.lab.adaptation.fitness`
GAMES = {game.name: game for game in (MINIGRID, CRAFTER)}


def bench_games(
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    out: Annotated[Path, typer.Option(help="Where recordings, figures and pictures go.")] = Path("bench-games"),
    game: Annotated[list[str] | None, typer.Option(help="Only this game (repeatable): minigrid, crafter.")] = None,
    frames: Annotated[int, typer.Option(min=8, help="Frames of each game.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is other levels and worlds.")] = 0,
    adapt: Annotated[str, typer.Option(help="Also adapt on so many frames, e.g. 20,50 (needs the train extra).")] = "",
    minutes: Annotated[float, typer.Option(min=0.1, help="With --adapt: for each adaptation.")] = 2.0,
    provider: Annotated[str, typer.Option(help="auto, cuda or cpu.")] = "auto",
) -> None:
    """Measure on MiniGrid/BabyAI and Crafter: zero-shot, and after learning from a few frames of other episodes."""
    chosen, shots = _chosen(game), _numbers(adapt)
    recordings = [_recorded(g, out, frames, seed) for g in chosen]
    perceiver = Perceiver(bundle, provider)
    found: dict[str, Report] = {}
    for recording in recordings:
        name = recording.meta.game
        answers, found[name] = measure_recording(perceiver, recording, title=f"asking about {name}")
        Console().print(table(f"{name}: {perceiver.bundle.folder.name} on {len(recording.rows)} frames", found[name]))
        draw_answers(recording, answers.watch).save(out / f"{name}.png")
    Console().print(_summary({name: report.overall for name, report in found.items()}))
    games = {name: report.as_json() for name, report in found.items()}
    facts = {"bundle": bundle_facts(perceiver), "seed": seed, "frames": frames}
    few: list[dict[str, Any]] = []
    write_json(out / "bench-games.json", {**facts, "games": games, "few_shot": few})
    for row in (row for recording in recordings for row in _few_shot(recording, shots, out, bundle, minutes)):
        few.append(row)
        write_json(out / "bench-games.json", {**facts, "games": games, "few_shot": few})
    if few:
        Console().print(_few_shot_table(few))
    typer.echo(f"Figures: {out / 'bench-games.json'}; hits and misses: {out / '*.png'}")


def _chosen(names: list[str] | None) -> list[Game]:
    for name in names or ():
        if name not in GAMES:
            raise Fault("unknown_game", f"There is no game '{name}'.", f"Known: {', '.join(GAMES)}.")
    return [game for name, game in GAMES.items() if not names or name in names]


def _numbers(text: str) -> list[int]:
    numbers = [number.strip() for number in text.split(",") if number.strip()]
    if not all(number.isdecimal() and int(number) >= FEWEST for number in numbers):
        fix = f"Write for example: --adapt 20,50. {FEWEST} frames are the fewest that can be learnt from."
        raise Fault("usage", f"--adapt {text} is no list of numbers of frames.", fix)
    return [int(number) for number in numbers]


def _few_shot(
    recording: Recording, shots: list[int], out: Path, bundle: Path | None, minutes: float
) -> Iterator[dict[str, Any]]:
    """Adapt on frames of one half of the episodes, measure on the other half."""
    if not shots:
        return
    with needs_extra("train,games", "Adapting"):
        from engine.lab.games.games import few_shot
    for count in shots:
        yield few_shot(recording, count, out, bundle, minutes)


def _few_shot_table(rows: list[dict[str, Any]]) -> Table:
    keys = ("pointing", "presence_auc", "ece")
    table = Table(title="after learning, on episodes never learnt from", title_justify="left")
    for header in ("game", "frames", "pointing", "AUC", "ECE", "forgotten", "s"):
        table.add_column(header, justify="left" if header == "game" else "right", no_wrap=True)
    for row in rows:
        changes = (f"{row[f'{key}_before']:.2f} → {row[key]:.2f}" for key in keys)
        table.add_row(row["game"], str(row["learnt_frames"]), *changes, f"{row['forgotten']:.3f}", f"{row['seconds']:.0f}")
    return table


def _recorded(game: Game, out: Path, frames: int, seed: int) -> Recording:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"recording {game.name}", total=frames)
        return record(game, out / "recordings" / f"{game.name}-{seed}-{frames}", frames, seed, lambda: progress.advance(task))


def _summary(games: dict[str, Figures]) -> Table:
    rows = Table(title="zero-shot", title_justify="left")
    for header in ("game", "pointing", "random", "centre", "AUC", "AP", "ECE"):
        rows.add_column(header, justify="left" if header == "game" else "right", no_wrap=True)
    for name, figures in games.items():
        rows.add_row(name, *_cells(figures))
    return rows


def _cells(figures: Figures) -> Iterator[str]:
    keys = ("pointing", "random", "centre", "presence_auc", "average_precision", "ece")
    return (f"{figures[key]:.2f}" for key in keys)
