"""`python -m engine bench-games`: how well a bundle sees games that it was never shown, and learns them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from engine.errors import Fault, needs_extra
from engine.files import write_json
from engine.formats.recording import Recording
from engine.lab.evaluation.ask_recording import Pointed
from engine.lab.evaluation.measure import bundle_facts, measure_recording
from engine.lab.evaluation.pictures import draw_answers
from engine.lab.evaluation.presence import draw_reliability, thresholds, thresholds_table
from engine.lab.evaluation.report import Report, figure, summary, table
from engine.lab.games.by_art import by_pictures, plain
from engine.lab.games.crafter import CRAFTER
from engine.lab.games.games import Game, record
from engine.lab.games.minigrid import MINIGRID
from engine.lab.games.miniworld import MINIWORLD
from engine.lab.games.supertux import SUPERTUX
from engine.lab.games.wesnoth import WESNOTH
from engine.perception import Perceiver

FEWEST = 12  # frames, see `engine.lab.adaptation.fitness`
GAMES = {game.name: game for game in (MINIGRID, CRAFTER, MINIWORLD, WESNOTH, SUPERTUX)}


def bench_games(
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    out: Annotated[Path, typer.Option(help="Where recordings, figures and pictures go.")] = Path("bench-games"),
    game: Annotated[list[str] | None, typer.Option(help=f"Only this game (repeatable): {', '.join(GAMES)}.")] = None,
    frames: Annotated[int, typer.Option(min=8, help="Frames of each game.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is other levels and worlds.")] = 0,
    adapt: Annotated[str, typer.Option(help="Also adapt on so many frames, e.g. 20,50 (needs the train extra).")] = "",
    minutes: Annotated[float, typer.Option(min=0.1, help="With --adapt: for each adaptation.")] = 2.0,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Also find things by their pictures, without learning: alone, and with the name.")
    ] = False,
    art: Annotated[bool, typer.Option("--art", help="Also learn each from its art alone (needs the train extra).")] = False,
    provider: Annotated[str, typer.Option(help="auto, cuda or cpu.")] = "auto",
    closely: Annotated[
        bool,
        typer.Option(help="Look as where words ask about something; --no-closely: as frame by frame."),
    ] = True,
) -> None:
    """Measure on games that it never saw: zero-shot, by pictures, and after learning from their art or a few frames."""
    shots = _numbers(adapt)
    recordings = _recordings(_chosen(game), out, frames, seed)
    perceiver = Perceiver(bundle, provider, closely=closely)
    found: dict[str, Report] = {}
    answers: dict[str, Sequence[Pointed]] = {}
    for recording in recordings.values():
        name = recording.meta.game
        asked, found[name] = measure_recording(perceiver, recording, title=f"asking about {name}")
        answers[name] = asked.watch
        Console().print(table(f"{name}: {perceiver.bundle.folder.name} on {len(recording.rows)} frames", found[name]))
        draw_answers(recording, asked.watch).save(out / f"{name}.png")
    Console().print(
        summary("zero-shot: games that it never learnt, by name", {name: report.overall for name, report in found.items()})
    )
    facts: dict[str, Any] = {"bundle": bundle_facts(perceiver), "seed": seed, "frames": frames, "closely": closely}
    facts["games"] = {name: report.as_json() for name, report in found.items()}
    if pictures:
        seen = {g.name: by_pictures(g, recording, perceiver) for g, recording in recordings.items()}
        facts["pictures"] = {name: {way: plain(f) for way, (_, f) in ways.items()} for name, ways in seen.items()}
        rows = {f"{name}, {way}": figures for name, ways in seen.items() for way, (_, figures) in ways.items()}
        Console().print(summary("by pictures, nothing learnt", rows))
        answers |= {f"{name}, {way}": a.watch for name, ways in seen.items() for way, (a, _) in ways.items()}
    for name, watch in answers.items():
        Console().print(thresholds_table(f"{name}: what a threshold gives", watch))
    facts["thresholds"] = {name: [asdict(row) for row in thresholds(watch)] for name, watch in answers.items()}
    draw_reliability(answers).save(out / "reliability.png")
    learnt: dict[str, list[dict[str, Any]]] = {"few_shot": [], "by_art": []}
    write_json(out / "bench-games.json", facts | learnt)
    for kind, row in _learnt(recordings, shots, art, pictures, out, bundle, minutes, closely):
        learnt[kind].append(row)
        write_json(out / "bench-games.json", facts | learnt)
    if learnt["by_art"]:
        Console().print(_learnt_table("after learning from its art alone", "composed", learnt["by_art"]))
    if learnt["few_shot"]:
        Console().print(_learnt_table("after learning, on episodes never learnt from", "learnt_frames", learnt["few_shot"]))
    Console().print(_overview(facts | learnt))
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


def _learnt(
    recordings: Mapping[Game, Recording],
    shots: Sequence[int],
    art: bool,
    pictures: bool,
    out: Path,
    bundle: Path | None,
    minutes: float,
    closely: bool,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Adapt on the art of each game, and on frames of one half of its episodes, which are measured on the other half."""
    if not shots and not art:
        return
    with needs_extra("train,games", "Adapting"):
        from engine.lab.games.by_art import taught
        from engine.lab.games.games import few_shot
    for game, recording in recordings.items():
        if art:
            yield "by_art", taught(game, recording, out, bundle, minutes, pictures, closely)
        for count in shots:
            yield "few_shot", few_shot(recording, count, out, bundle, minutes, closely)


def _overview(facts: Mapping[str, Any]) -> Table:
    """Every way to teach each game beside the others."""
    ways: dict[str, dict[str, Mapping[str, float | None]]] = {
        game: {"by name": f["overall"]} for game, f in facts["games"].items()
    }
    for game, seen in facts.get("pictures", {}).items():
        ways[game] |= seen
    for row in facts["by_art"]:
        ways[row["game"]]["its art"] = row
    for row in facts["few_shot"]:
        ways[row["game"]][f"{row['learnt_frames']} frames"] = row
    table = Table(title="every way", title_justify="left")
    for header in ("game", "found", "pointing", "AUC", "ECE"):
        table.add_column(header, justify="left" if header in ("game", "found") else "right", no_wrap=True)
    for game, found in ways.items():
        for i, (way, figures) in enumerate(found.items()):
            table.add_row("" if i else game, way, *_three(figures), end_section=i == len(found) - 1)
    return table


def _three(figures: Mapping[str, float | None]) -> Iterator[str]:
    known = (figures.get(key) for key in ("pointing", "presence_auc", "ece"))
    return (figure(value) for value in known)


def _learnt_table(title: str, frames: str, rows: list[dict[str, Any]]) -> Table:
    keys = ("pointing", "presence_auc", "alike_auc", "ece")
    table = Table(title=title, title_justify="left")
    for header in ("game", "frames", "pointing", "AUC", "alike", "ECE", "forgotten", "s"):  # 80 columns hold them
        table.add_column(header, justify="left" if header == "game" else "right", no_wrap=True)
    for row in rows:
        table.add_row(row["game"], "none", *(figure(row[f"{key}_before"]) for key in keys))
        figures = (figure(row[key]) for key in keys)
        table.add_row("", str(row[frames]), *figures, f"{row['forgotten']:.3f}", f"{row['seconds']:.0f}", end_section=True)
    return table


def _recordings(games: Sequence[Game], out: Path, frames: int, seed: int) -> dict[Game, Recording]:
    """The games' recordings; what is not installed is left out, and said so.

    Raises:
        Fault: none of them is installed.
    """
    recordings, missing = dict[Game, Recording](), list[Fault]()
    for game in games:
        try:
            recordings[game] = _record(game, out, frames, seed)
        except Fault as fault:
            if fault.code != "extra_missing":
                raise
            missing.append(fault)
            typer.echo(f"{game.name} is left out: {fault.message} {fault.fix}", err=True)
    if not recordings:
        raise missing[0] if len(missing) == 1 else Fault("extra_missing", "None of the games is installed.", missing[0].fix)
    return recordings


def _record(game: Game, out: Path, frames: int, seed: int) -> Recording:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"recording {game.name}", total=frames)
        return record(game, out / "recordings" / f"{game.name}-{seed}-{frames}", frames, seed, lambda: progress.advance(task))
