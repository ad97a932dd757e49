"""`python -m engine ask`: what does the model make of one picture, or of a file of cases?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image, UnidentifiedImageError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from engine.errors import EngineError
from engine.perception.frame import Frame, decode
from engine.perception.overlay import draw_overlay
from engine.perception.perceiver import EncodedFrame, Perceiver, Query, Seen

_FORMATS = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp"}


def ask(
    frame: Annotated[Path | None, typer.Option(help="PNG, JPEG or WebP picture.")] = None,
    text: Annotated[str, typer.Option(help="What the player says.")] = "",
    watch: Annotated[list[str] | None, typer.Option(help="Phrase to look for (repeatable).")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    overlay: Annotated[Path | None, typer.Option(help="Write the picture with what was seen.")] = None,
    batch: Annotated[Path | None, typer.Option(help="JSON lines of cases.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the results of --batch go.")] = None,
    provider: Annotated[str, typer.Option(help="auto, cuda or cpu.")] = "auto",
) -> None:
    """Show what the model makes of one picture (or, with --batch, of many cases)."""
    if batch is not None:
        if out is None:
            raise EngineError("usage", "--batch needs --out.", "Say where the results go: --out results.jsonl.")
        raise typer.Exit(_ask_batch(batch, out, Perceiver(bundle, provider)))
    if frame is None and not text:
        raise EngineError("usage", "Nothing was asked.", "Give --frame, --text or both (or --batch).")
    perceiver = Perceiver(bundle, provider)
    seen, encoded = _answer(perceiver, frame, Query(text=text, watch=tuple(watch or ())))
    if overlay is not None and frame is not None:
        _write_overlay(overlay, frame, seen, encoded)
    if as_json:
        typer.echo(json.dumps(result_row(None, seen), ensure_ascii=False))
    else:
        Console().print(_table(seen, perceiver.provider))


def read_frame(path: Path) -> Frame:
    """A frame from an image file.

    Raises:
        EngineError: `frame_missing` or `frame_broken`.
    """
    try:
        data = path.read_bytes()
        with Image.open(path, formats=list(_FORMATS)) as image:
            kind = _FORMATS[str(image.format)]
    except FileNotFoundError:
        raise EngineError("frame_missing", f"There is no picture {path}.", "Check the path.") from None
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise EngineError(
            "frame_broken", f"{path} is not a readable PNG, JPEG or WebP picture.", "It is damaged or of another format."
        ) from None
    return Frame(data, format=kind)


def _answer(perceiver: Perceiver, path: Path | None, query: Query) -> tuple[Seen, EncodedFrame | None]:
    encoded = perceiver.encode_frame(read_frame(path)) if path is not None else None
    return perceiver.perceive_with_heat(encoded, [query])[0], encoded


def result_row(case: object, seen: Seen) -> dict[str, Any]:
    """One line of results."""
    percept = seen.percept
    target = percept.target
    row: dict[str, Any] = {} if case is None else {"id": case}
    row |= {
        head: {label: round(p, 5) for label, p in getattr(percept, head).items()}
        for head in ("intent", "tone", "action", "emotion")
    }
    row["target"] = None if target is None else {"x": round(target.x, 4), "y": round(target.y, 4), "p": round(target.p, 4)}
    row["watch"] = {d.phrase: {"p": round(d.p, 4), "x": round(d.x, 4), "y": round(d.y, 4)} for d in percept.watch}
    return row


def _ask_batch(cases: Path, out: Path, perceiver: Perceiver) -> int:
    """Answer every line; a bad line gets an error line of its own. Returns the exit status."""
    try:
        lines = [line for line in cases.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError("batch_missing", f"{cases} cannot be read: {error}.", "Check the path.") from None
    failures = 0
    with out.open("w", encoding="utf-8") as results:
        for number, line in enumerate(track(lines, "asking", console=Console(stderr=True)), 1):
            row = _batch_row(number, line, cases.parent, perceiver)
            failures += "error" in row
            results.write(json.dumps(row, ensure_ascii=False) + "\n")
    typer.echo(f"{len(lines) - failures} of {len(lines)} cases answered: {out}", err=True)
    return 1 if failures else 0


def _batch_row(number: int, line: str, folder: Path, perceiver: Perceiver) -> dict[str, Any]:
    case: object = number
    try:
        row = json.loads(line)
        if not isinstance(row, dict):
            raise EngineError("batch_line", f"Line {number} is not a JSON object.", "See `ask --help`.")
        case = row.get("id", number)
        name = row.get("frame")
        path = None if name is None else Path(name)
        if path is not None and not path.is_absolute() and not path.exists():
            path = folder / path  # as the case file sees it
        query = Query(text=str(row.get("text") or ""), watch=tuple(str(w) for w in row.get("watch") or ()))
        return result_row(case, _answer(perceiver, path, query)[0])
    except json.JSONDecodeError as error:
        return {"id": case, "error": f"Line {number} is not JSON ({error.msg})."}
    except (EngineError, TypeError) as error:
        return {"id": case, "error": str(error)}


def _write_overlay(path: Path, frame: Path, seen: Seen, encoded: EncodedFrame | None) -> None:
    part = (0.0, 0.0, 1.0, 1.0)
    if encoded is not None and encoded.fit is not None:
        fit = encoded.fit
        height, width = fit.picture.shape[:2]
        part = (fit.left / width, fit.top / height, (fit.left + fit.width) / width, (fit.top + fit.height) / height)
    pixels = np.ascontiguousarray(decode(read_frame(frame)))
    try:
        draw_overlay(pixels, seen.percept, seen.heat, part).save(path)
    except (OSError, ValueError) as error:
        raise EngineError("overlay", f"The overlay cannot be written to {path}: {error}.", "Use a .png path.") from None


def _table(seen: Seen, provider: str) -> Table:
    percept = seen.percept
    table = Table("what", "answer", title=f"perception ({provider})", title_justify="left")
    for head in ("intent", "tone", "action", "emotion"):
        best = sorted(getattr(percept, head).items(), key=lambda kv: -kv[1])[:3]
        table.add_row(head, ", ".join(f"{label} {p:.0%}" for label, p in best))
    target = percept.target
    table.add_row("target", "nothing here" if target is None else f"x {target.x:.2f}  y {target.y:.2f}  ({target.p:.0%})")
    for d in percept.watch:
        table.add_row(f"watch: {d.phrase}", f"{d.p:.0%} at x {d.x:.2f}  y {d.y:.2f}")
    return table
