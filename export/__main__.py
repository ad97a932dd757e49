"""`python -m export`: write a bundle from a training run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import Fault, needs_extra
from engine.files import refuse_overwriting

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
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
    try:
        app(prog_name="python -m export")
    except Fault as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
