"""`python -m engine ask`: what does the model make of one picture, or of a file of cases?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from engine.errors import Fault
from engine.files import reason
from engine.formats.frame import Frame
from engine.formats.pictures import LARGEST_FILE, Pixels, kind_of, read_picture
from engine.perception.looks import Appearances, read_look
from engine.perception.perceiver import Perceiver
from engine.perception.pictures import decode
from engine.perception.show import draw_overlay
from engine.perception.types import EncodedFrame, Query, Sight
from npc.inside import read_regular
from npc.text import decoded
from npc.types import HEAD_NAMES

_LARGEST_BATCH = 256 << 20  # bytes


class Case(BaseModel):
    """One line of a batch."""

    frame: str | None = None
    text: str | None = None
    watch: tuple[str, ...] = ()
    looks: dict[str, tuple[str, ...]] = {}  # what phrases look like: files, as `frame` is one


def ask(
    frame: Annotated[Path | None, typer.Option(help="PNG, JPEG or WebP picture.")] = None,
    text: Annotated[str, typer.Option(help="What the player says.")] = "",
    watch: Annotated[list[str] | None, typer.Option(help="Phrase to look for (repeatable).")] = None,
    look: Annotated[
        list[str] | None,
        typer.Option(help="PHRASE=FILE (repeatable): look for a phrase by what it looks like as well."),
    ] = None,
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
            raise Fault("usage", "--batch needs --out.", "Say where the results go: --out results.jsonl.")
        raise typer.Exit(_ask_batch(batch, out, Perceiver(bundle, provider, closely=True)))
    if frame is None and not text:
        raise Fault("usage", "Nothing was asked.", "Give --frame, --text or both (or --batch).")
    if frame is None and overlay is not None:
        raise Fault("usage", "--overlay has no picture to draw on.", "Give --frame too.")
    shown = _shown(look or ())
    perceiver = Perceiver(bundle, provider, closely=True)
    picture = read_frame(frame) if frame is not None else None
    encoded = perceiver.encode_frame(picture) if picture is not None else None
    phrases = tuple(dict.fromkeys((*(watch or ()), *shown)))
    sight = perceiver.see(encoded, [Query(text=text, watch=phrases, looks=_looks(shown, perceiver))])[0]
    if overlay is not None and picture is not None:
        _write_overlay(overlay, picture, sight, text, encoded, perceiver.bundle.manifest.thresholds.watch)
    if as_json:
        typer.echo(json.dumps(result_row(None, sight), ensure_ascii=False))
    else:
        Console().print(_table(sight, perceiver.provider))


def read_frame(path: Path) -> Frame:
    """A decoded frame from a PNG, JPEG or WebP file.

    Raises:
        Fault: `frame_missing`, `frame_broken` or `frame_size`, naming the file.
    """
    try:
        return Frame.from_array(read_picture(read_regular(path, LARGEST_FILE)))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path, a FIFO, a huge file
        raise Fault("frame_missing", f"The picture {path} cannot be read: {reason(error)}.", "Check the path.") from None
    except Fault as error:
        raise Fault(error.code, f"{path}: {error.message}", error.fix) from None


def _shown(given: Sequence[str]) -> dict[str, list[Path]]:
    """The files of each phrase.

    Raises:
        Fault: `usage`.
    """
    shown: dict[str, list[Path]] = {}
    for look in given:
        phrase, equals, file = look.partition("=")
        if not (phrase.strip() and equals and file):
            raise Fault("usage", f"--look {look} names no picture.", "Write for example: --look gloomfang=art/gloomfang.png.")
        shown.setdefault(phrase.strip(), []).append(Path(file))
    return shown


def _looks(shown: Mapping[str, Sequence[Path]], perceiver: Perceiver) -> dict[str, Appearances]:
    return {phrase: tuple(perceiver.appearance(_read_picture(path)) for path in paths) for phrase, paths in shown.items()}


def _read_picture(path: Path) -> Pixels:
    """A picture of a thing, with its transparency.

    Raises:
        Fault: `frame_missing`, `frame_format`, `frame_broken` or `frame_size`, naming the file.
    """
    try:
        data = read_regular(path, LARGEST_FILE)
        return read_look(Frame(data, format=kind_of(data) or "png"))
    except (OSError, ValueError) as error:
        raise Fault("frame_missing", f"The picture {path} cannot be read: {reason(error)}.", "Check the path.") from None
    except Fault as error:
        raise Fault(error.code, f"{path}: {error.message}", error.fix) from None


def result_row(case: object, sight: Sight) -> dict[str, Any]:
    """One line of results."""
    target = sight.target
    row: dict[str, Any] = {} if case is None else {"id": case}
    row |= {head: {label: round(p, 5) for label, p in sight.heads[head].items()} for head in HEAD_NAMES}
    row["target"] = None if target is None else {"x": round(target.x, 4), "y": round(target.y, 4), "p": round(target.p, 4)}
    row["watch"] = {d.phrase: {"p": round(d.p, 4), "x": round(d.x, 4), "y": round(d.y, 4)} for d in sight.watch}
    return row


def _ask_batch(cases: Path, out: Path, perceiver: Perceiver) -> int:
    """Answer every line; a bad line gets an error line of its own. Returns the exit status."""
    try:
        text = decoded(read_regular(cases, _LARGEST_BATCH))
    except (OSError, ValueError) as error:
        raise Fault("batch_missing", f"{cases} cannot be read: {error}.", "Check the path.") from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]

    @lru_cache(maxsize=8)
    def look(path: Path) -> EncodedFrame:
        """Cases about one picture tend to stand together: encode it once."""
        return perceiver.encode_frame(read_frame(path))

    failures = 0
    try:
        results = out.open("w", encoding="utf-8")
    except OSError as error:
        raise Fault("batch_out", f"{out} cannot be written: {reason(error)}.", "Check --out.") from None
    with results:
        for number, line in track(lines, "asking", console=Console(stderr=True)):
            row = _batch_row(number, line, cases.parent, perceiver, look)
            failures += "error" in row
            results.write(json.dumps(row) + "\n")
    typer.echo(f"{len(lines) - failures} of {len(lines)} cases answered: {out}", err=True)
    return 1 if failures else 0


def _batch_row(
    number: int, line: str, folder: Path, perceiver: Perceiver, look: Callable[[Path], EncodedFrame]
) -> dict[str, Any]:
    """The answer to one line, or its error; a line without an id goes by its number."""
    name: object = number
    try:
        raw = json.loads(line)
        name = raw.get("id", number) if isinstance(raw, dict) else number
        case = Case.model_validate(raw)
        encoded = None if case.frame is None else look(_beside(folder, case.frame))
        shown = {phrase: [_beside(folder, file) for file in files] for phrase, files in case.looks.items()}
        phrases = tuple(dict.fromkeys((*case.watch, *shown)))
        query = Query(text=case.text or "", watch=phrases, looks=_looks(shown, perceiver))
        return result_row(name, perceiver.see(encoded, [query])[0])
    except (json.JSONDecodeError, RecursionError) as error:
        return {"id": name, "error": f"Line {number} is not JSON: {error}."}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the line"
        return {"id": name, "error": f"Line {number}, {where}: {first['msg']}."}
    except Fault as error:
        return {"id": name, "error": str(error)}


def _beside(folder: Path, name: str) -> Path:
    """The path as it stands, or else as the case file's folder sees it."""
    path = Path(name)
    return path if path.is_absolute() or path.exists() else folder / path


def _write_overlay(path: Path, picture: Frame, sight: Sight, text: str, encoded: EncodedFrame | None, threshold: float) -> None:
    box = encoded.fit.box if encoded is not None and encoded.fit is not None else (0.0, 0.0, 1.0, 1.0)
    try:
        draw_overlay(decode(picture), sight, text, box, threshold).save(path)
    except (OSError, ValueError) as error:
        raise Fault("overlay", f"The overlay cannot be written to {path}: {error}.", "Use a .png path.") from None


def _table(sight: Sight, provider: str) -> Table:
    table = Table("what", "answer", title=f"perception ({provider})", title_justify="left")
    for head in HEAD_NAMES:
        best = sorted(sight.heads[head].items(), key=lambda kv: -kv[1])[:3]
        table.add_row(head, ", ".join(f"{label} {p:.0%}" for label, p in best))
    target = sight.target
    table.add_row("target", "nothing here" if target is None else f"x {target.x:.2f}  y {target.y:.2f}  ({target.p:.0%})")
    for d in sight.watch:
        table.add_row(f"watch: {d.phrase}", f"{d.p:.0%} at x {d.x:.2f}  y {d.y:.2f}")
    return table
