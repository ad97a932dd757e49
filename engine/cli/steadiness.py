"""`python -m engine steadiness`: how much do labels and watch list flicker while a game plays?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from engine.errors import Fault
from engine.files import writable_folder
from engine.formats.recording import read_recording
from engine.lab.evaluation.steadiness import Flicker, episodes, measure
from npc.steadiness import FilterCfg, Steadiness


def steadiness(
    recordings: Annotated[Path, typer.Option(help="Recording of the game as it plays.")],
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    watch: Annotated[list[str] | None, typer.Option(help="Phrase to look for (repeatable); else all names recorded.")] = None,
    filters: Annotated[str, typer.Option(help="JSON, like `steadiness` in a card: what to change of the filters.")] = "{}",
    provider: Annotated[str, typer.Option(help="auto, cuda or cpu.")] = "auto",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Play a recording through a bundle: changes a second with and without the filter, and the delay that it adds."""
    from engine.perception import Perceiver

    changed = _filters(filters)
    if json_file is not None:
        writable_folder(json_file.parent)
    recording = read_recording(recordings)
    if not any(True for _ in episodes(recording)):
        raise Fault("recording_short", f"No episode of {recordings} has two frames.", "Record the game as it plays.")
    names = sorted({entity.name.lower() for row in recording.rows for entity in row.entities})
    with Console(stderr=True).status("perceiving"):
        figures = measure(recording, Perceiver(bundle, provider), watch or names, changed)
    Console().print(_table(figures))
    if json_file is not None:
        json_file.write_text(json.dumps({name: asdict(f) for name, f in figures.items()}, indent=2) + "\n", encoding="utf-8")
        typer.echo(f"figures: {json_file}")


def _filters(text: str) -> dict[str, FilterCfg]:
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


def _table(figures: dict[str, Flicker]) -> Table:
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
