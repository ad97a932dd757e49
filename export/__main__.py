"""`python -m export`: write a bundle from a training run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import Fault, needs_extra, run_command
from engine.files import refuse_overwriting, writable_folder


def export(
    checkpoint: Annotated[Path, typer.Option(help="Run directory that `python -m engine train` wrote.")],
    out: Annotated[Path, typer.Option(help="Bundle directory to write; a bundle that is there is replaced.")],
    precision: Annotated[str, typer.Option(help="fp32 or int8.")] = "fp32",
    name: Annotated[str, typer.Option(help="Name of the bundle.")] = "default",
) -> None:
    """Write a bundle: four graphs, tokenizer, labels, hashes; refuse one that disagrees with PyTorch."""
    if precision not in ("fp32", "int8"):
        raise Fault("precision", f"There is no precision '{precision}'.", "Use fp32 or int8.")
    refuse_overwriting(out)
    with needs_extra("train", "Exporting"):
        from export.bundle_writer import write_bundle
    report = write_bundle(checkpoint, out, precision, name)
    typer.echo(report)


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
