"""`python -m engine adapt`: from a game's art, a recording of it, or both to a bundle that knows it, in one command."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from engine.errors import Fault, needs_extra
from engine.files import refuse_overwriting, writable_folder
from engine.formats.art import Art, read_art, read_backgrounds
from engine.formats.recording import Recording, read_recording

TOLD = 40  # names of things


def adapt(
    out: Annotated[Path, typer.Option(help="Bundle directory to write.")],
    recordings: Annotated[Path | None, typer.Option(help="A recording to learn from (docs/recording.md).")] = None,
    art: Annotated[
        Path | None,
        typer.Option(help="A folder with the game's pictures, NAME.png or NAME/*.png: frames are composed of them."),
    ] = None,
    backgrounds: Annotated[
        Path | None, typer.Option(help="With --art: ground tiles or screenshots to compose on; default: drawn ones.")
    ] = None,
    bundle: Annotated[Path | None, typer.Option(help="The bundle to start from; the shipped one if not given.")] = None,
    frames: Annotated[
        int | None, typer.Option(min=12, help="Use so many recorded or composed frames; default: all, or what the art needs.")
    ] = None,
    minutes: Annotated[
        float,
        typer.Option(min=0.1, help="A wish for all of it, a minute more on a busy machine; where few, fewer steps are done."),
    ] = 2.0,
    report: Annotated[Path | None, typer.Option(help="Where figures and pictures go; default: OUT-report.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads to use.")] = 2,
) -> None:
    """Learn a game from its art (--art), from its recording (--recordings), or from both: checks, learning, report, and an
    exported and parity-checked bundle.
    """
    out = out.resolve()
    refuse_overwriting(out)
    _refuse_odd(out, recordings, art, backgrounds)
    recording = read_recording(recordings) if recordings else None
    pictures, folder = read_art(art) if art else None, report or out.with_name(f"{out.name}-report")
    grounds = read_backgrounds(backgrounds) if backgrounds else ()
    with needs_extra("train", "Adapting"):  # after what can be told without it: a wrong path needs no download
        from engine.lab.adaptation.adapt import adapt as teach
        from engine.lab.adaptation.composing import compose
        from engine.lab.adaptation.report import table, write_report
        from engine.lab.evaluation.presence import thresholds_table
        from engine.lab.training.run import Progress
    if pictures is not None:
        _tell(pictures)
        recording = compose(pictures, grounds, recording, frames)
        frames = None
    assert recording is not None
    with _nothing_left_behind(folder, out.parent):
        writable_folder(out.parent)
        writable_folder(folder)
        _draw_truth(recording, folder)
        with Progress() as progress:
            outcome = teach(recording, out, bundle, frames, minutes, threads, progress=progress)
    write_report(outcome, recording, folder)
    Console().print(table(outcome, recording.meta.game))
    Console().print(thresholds_table("what a threshold gives (a card: `steadiness`; 0.55 by default)", outcome.after[0].watch))
    exact, shipped = outcome.parity
    typer.echo(
        f"Wrote {out} in {outcome.seconds['all']:.0f} s: graphs agree with PyTorch on {exact.agreement:.1%} of top labels, "
        f"as shipped {shipped.agreement:.1%}. Figures and pictures: {folder}"
    )
    for note in outcome.notes:
        typer.echo(note)
    if recordings is None:
        typer.echo("Measured on composed frames: to be sure of the game's own, record some and run evaluate --recordings.")


def _refuse_odd(out: Path, recordings: Path | None, art: Path | None, backgrounds: Path | None) -> None:
    if backgrounds is not None and art is None:
        raise Fault("nothing_given", "--backgrounds are for composing, which needs --art.", "Give --art FOLDER as well.")
    if recordings is None and art is None:
        raise Fault("nothing_given", "There is nothing to learn from.", "Give --art FOLDER, --recordings FOLDER, or both.")
    for what, path in (("recording", recordings), ("art", art), ("folder of backgrounds", backgrounds)):
        if path is not None and path.resolve().is_relative_to(out):
            raise Fault("out_taken", f"The {what} lies in {out}, which the new bundle replaces.", "Choose another --out.")


def _tell(art: Art) -> None:
    """What was found in the art folder, so that a wrong name is seen before minutes are spent."""
    looks = [f"{thing.name} ({len(thing.looks)} looks)" if len(thing.looks) > 1 else thing.name for thing in art.things]
    more = f" and {len(looks) - TOLD} more" if len(looks) > TOLD else ""
    typer.echo(f"{len(looks)} things: {', '.join(looks[:TOLD])}{more}.")
    for note in art.notes:
        typer.echo(note)


@contextmanager
def _nothing_left_behind(report: Path, parent: Path) -> Iterator[None]:
    """Where nothing came of it, the folders that it made are gone; a report that shows why (`not_learnt`) stays."""
    new = [path for path in dict.fromkeys((report, *report.parents, parent, *parent.parents)) if not path.exists()]
    try:
        yield
    except BaseException as error:
        if not (isinstance(error, Fault) and error.code == "not_learnt"):
            if report in new:
                shutil.rmtree(report, ignore_errors=True)
            for path in sorted(new, key=lambda path: -len(path.parts)):
                with suppress(OSError):  # not empty: somebody else's
                    path.rmdir()
        if isinstance(error, KeyboardInterrupt):
            typer.echo("Stopped before anything was learnt: no bundle was written.", err=True)
        raise


def _draw_truth(recording: Recording, folder: Path) -> None:
    """`truth.png`: names and boxes as recorded or composed, so that wrong ones are seen at a glance."""
    from engine.lab.evaluation.pictures import draw_truth

    draw_truth(recording).save(folder / "truth.png")
