"""`python -m export`: write a bundle from a training run."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import Fault, needs_extra, run_command
from engine.files import refuse_overwriting, writable_folder

VARIANTS = ("fp16", "fp32", "int8")


def export(
    checkpoint: Annotated[
        Path | None, typer.Option(help="Run directory that `python -m engine train` wrote.", show_default=False)
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="A bundle in its place, for --plain and --triton.", show_default="the shipped one")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Bundle directory to write; a bundle that is there is replaced.")] = None,
    precision: Annotated[str, typer.Option(help="fp32 or int8: of the bundle's own graphs.")] = "fp32",
    variant: Annotated[
        list[str] | None,
        typer.Option(help="Put the graphs in as fp16 (for GPUs), fp32 or int8 (for CPUs) as well (repeatable)."),
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the bundle.")] = "default",
    plain: Annotated[
        Path | None, typer.Option(help="Write graphs of standard operators here, for engines that run ONNX themselves.")
    ] = None,
    phrase: Annotated[
        list[str] | None, typer.Option(help="With --plain: write down the vectors of these words (repeatable).")
    ] = None,
    triton: Annotated[Path | None, typer.Option(help="Write the bundle here as a model repository of Triton.")] = None,
    savedmodel: Annotated[
        Path | None, typer.Option(help="Write the graphs that lie in --plain here as TensorFlow's SavedModels.")
    ] = None,
) -> None:
    """Write a bundle: four graphs, tokenizer, labels, hashes; refuse one that disagrees with PyTorch."""
    if precision not in ("fp32", "int8"):
        raise Fault("precision", f"There is no precision '{precision}'.", "Use fp32 or int8.")
    for asked in variant or ():
        if asked not in VARIANTS:
            raise Fault("variant", f"There is no variant '{asked}'.", f"Use one of: {', '.join(VARIANTS)}.")
    if not (out or plain or triton or savedmodel):
        raise Fault("out", "Nothing was asked for.", "Give --out for a bundle, --plain or --triton.")
    if savedmodel is not None:
        _savedmodel(plain, savedmodel, alone=not (out or triton or checkpoint or bundle))
        return
    if out is not None and (checkpoint is None or bundle is not None):
        raise Fault(
            "checkpoint", "A bundle is written of a run.", "Give --checkpoint (of a bundle: `python -m engine unpack`)."
        )
    if checkpoint is not None and bundle is not None:
        raise Fault("checkpoint", "Both a run and a bundle were given.", "Give --checkpoint or --bundle.")
    if out is not None and checkpoint is not None:
        refuse_overwriting(out)
        with needs_extra("train", "Exporting"):
            from export.bundle_writer import write_bundle
        typer.echo(write_bundle(checkpoint, out, precision, name, variant or ()))
    if plain is not None:
        _plain(checkpoint, bundle, plain, phrase or [])
    if triton is not None:
        if checkpoint is not None and out is None:
            raise Fault("triton", "A model repository is written of a bundle.", "Give --out too, or --bundle alone.")
        from engine.formats.bundle import Bundle
        from export.triton import write_triton

        typer.echo(write_triton(Bundle(out or bundle), triton))


def _plain(checkpoint: Path | None, bundle: Path | None, out: Path, phrases: list[str]) -> None:
    """Of a run, or of what a bundle is unpacked to."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "plain.json").is_file())):
        raise Fault("out_taken", f"There is something else in {out}.", "Choose another --plain directory.")
    with needs_extra("train", "Exporting"), tempfile.TemporaryDirectory() as folder:
        from export.plain import write_plain

        run = checkpoint or Path(folder)
        if checkpoint is None:
            from engine.formats.bundle import Bundle
            from export.unpack import unpack as write_run

            write_run(Bundle(bundle), run)
        typer.echo(write_plain(run, out, phrases))


def _savedmodel(plain: Path | None, out: Path, alone: bool) -> None:
    if plain is None or not alone:
        raise Fault("savedmodel", "SavedModels are written of plain graphs.", "Give --savedmodel DIR --plain DIR, and no more.")
    from export.savedmodel import write_savedmodels

    typer.echo(write_savedmodels(plain, out))


def unpack(
    out: Annotated[Path, typer.Option(help="Run directory to write; it must not be there.")],
    bundle: Annotated[Path | None, typer.Option(help="The bundle; the shipped one if not given.")] = None,
) -> None:
    """Turn a bundle back into a run directory, which a recipe may go on from (`text.reuse`, `scene.start_from`)."""
    from engine.formats.bundle import Bundle

    base = Bundle(bundle)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Fault("out_taken", f"There is something in {out}.", "Choose another --out directory.")
    writable_folder(out)
    with needs_extra("train", "Unpacking"):
        from export.unpack import unpack as write_run
    write_run(base, out)
    typer.echo(f"Wrote {out}: go on from it with `scene: {{start_from: {out}}}` and `text: {{reuse: {out}}}` in a recipe.")


def main() -> None:
    """Run the export; faults become one line on stderr and exit status 2."""
    run_command(lambda: export, sys.argv[1:], "python -m export")


if __name__ == "__main__":
    main()
