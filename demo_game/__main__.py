"""`python -m demo_game`: the village."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import typer

from engine.errors import EngineError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    endpoint: Annotated[str | None, typer.Option(help="A running engine; without it the game starts its own.")] = None,
    headless: Annotated[bool, typer.Option(help="No window: play by script and report.")] = False,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long a headless run lasts.")] = 50.0,
    seed: Annotated[int, typer.Option(help="Of everything random in the village.")] = 0,
    say: Annotated[list[str] | None, typer.Option(help='"t=3:hand me the red potion" (repeatable).')] = None,
    screenshot_every: Annotated[float | None, typer.Option(help="Seconds between pictures of a headless run.")] = None,
    screenshots: Annotated[Path, typer.Option(help="Where the pictures go.")] = Path("screenshots"),
    report: Annotated[Path | None, typer.Option(help="Where the report of a headless run goes.")] = None,
    overlay: Annotated[bool, typer.Option(help="Show what the NPCs see from the start (F1).")] = False,
    record: Annotated[Path | None, typer.Option(help="Write a recording for training instead of playing.")] = None,
    frames: Annotated[int, typer.Option(min=1, help="Frames of the recording.")] = 1500,
) -> None:
    """Play in a small village whose people see the screen, understand you and act in role."""
    if headless or record:
        os.environ["SDL_VIDEODRIVER"] = "dummy"
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    if record is not None:
        from demo_game.recorder import record as write

        write(record, frames, seed)
        typer.echo(f"{frames} frames recorded in {record}")
    elif headless:
        _headless(endpoint, seconds, seed, say, screenshot_every, screenshots, report, overlay)
    else:
        _play(endpoint, seed, overlay)


def _play(endpoint: str | None, seed: int, overlay: bool) -> None:
    from demo_game.engine_link import Link, OwnEngine
    from demo_game.game import open_window, play, wait_for_engine
    from demo_game.world import World

    window = open_window()
    engine = OwnEngine() if endpoint is None else None
    try:
        world = World(seed)
        link = Link(endpoint or wait_for_engine(window, engine), world)  # type: ignore[arg-type]
        play(window, world, link, overlay)
        link.close()
    finally:
        if engine is not None:
            engine.close()


def _headless(
    endpoint: str | None,
    seconds: float,
    seed: int,
    say: list[str] | None,
    every: float | None,
    screenshots: Path,
    report: Path | None,
    overlay: bool,
) -> None:
    import json

    from demo_game.engine_link import Link, OwnEngine
    from demo_game.headless import run_headless, write_report
    from demo_game.script import DEFAULT, parse
    from demo_game.world import World

    script = parse(list(say or DEFAULT))
    world = World(seed)
    for said in script:
        if said.to is not None and said.to.lower() not in {n.name.lower() for n in world.npcs}:
            raise EngineError(
                "script", f"Nobody is called '{said.to}'.", f"Address one of: {', '.join(n.name for n in world.npcs)}."
            )
    engine = OwnEngine() if endpoint is None else None
    try:
        link = Link(endpoint or engine.endpoint(), world)  # type: ignore[union-attr]
        result = run_headless(world, link, script, seconds, screenshot_every=every, screenshots=screenshots, overlay=overlay)
        provider = link.provider
        link.close()
    finally:
        if engine is not None:
            engine.close()
    summary = result.summary(provider)
    if report is not None:
        write_report(summary, report)
    typer.echo(json.dumps({k: v for k, v in summary.items() if k != "utterances"}))


def main() -> None:
    """Run the demo; faults become one line on stderr and exit status 2."""
    try:
        app(prog_name="python -m demo_game")
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
