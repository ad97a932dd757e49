"""`python -m export`: write a bundle from a training run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import Fault, needs_extra, run_command
from engine.files import refuse_overwriting


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


def main() -> None:
    """Run the export; faults become one line on stderr and exit status 2."""
    run_command(lambda: export, sys.argv[1:], "python -m export")


if __name__ == "__main__":
    main()
