"""A few hundred drawn scenes that travel with a bundle: who learns a new game repeats them, and does not forget.

A zip file with WebP frames (`000.webp` …) at the model's input size and `replay.json`: the scenes' records, as in a
feature cache, and the concepts from which absent things are named.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from engine.errors import Fault
from engine.formats.pictures import read_picture
from engine.lab.data.concepts import Concept
from engine.lab.training.feature_cache import ScenePair, SceneRecord

QUALITY = 75
MOST_SCENES, LARGEST_RECORDS, LARGEST_FRAME = 5000, 64 << 20, 4 << 20  # bytes; a bundle comes from anybody
# What `zipfile`, `zlib` and `json` raise of an archive that is damaged, encrypted, or packed in a way that is not built in.
_DAMAGE = (Fault, OSError, LookupError, TypeError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Replay:
    pairs: list[ScenePair]
    concepts: list[Concept]


def write_replay(path: Path, pairs: Sequence[ScenePair], concepts: Iterable[Concept]) -> None:
    """Store scenes (frames already at the model's input size) with the vocabulary."""
    content = {
        "scenes": [_compact(asdict(record)) for _, record in pairs],
        "concepts": [
            {"key": c.key, "names": c.names, "tags": sorted(c.tags), "generic": c.generic}
            for c in sorted(set(concepts), key=lambda c: c.names)
        ],
    }
    with zipfile.ZipFile(path, "w") as archive:
        text = json.dumps(content, separators=(",", ":"))
        archive.writestr(_entry("replay.json"), text, zipfile.ZIP_DEFLATED, 9)
        for i, (frame, _) in enumerate(pairs):
            picture = io.BytesIO()
            Image.fromarray(frame).save(picture, "WEBP", quality=QUALITY, method=6)
            archive.writestr(_entry(f"{i:03d}.webp"), picture.getvalue(), zipfile.ZIP_STORED)


def read_replay(path: Path) -> Replay:
    """Read what `write_replay` wrote.

    Raises:
        Fault: `bundle_invalid`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = json.loads(_member(archive, "replay.json", LARGEST_RECORDS))
            records = [SceneRecord(**row) for row in content["scenes"][:MOST_SCENES]]
            frames = [read_picture(_member(archive, f"{i:03d}.webp", LARGEST_FRAME), "webp") for i in range(len(records))]
            concepts = [
                Concept(row["key"], tuple(row["names"]), frozenset(row["tags"]), tuple(row["generic"]))
                for row in content["concepts"]
            ]
    except _DAMAGE as error:
        raise Fault("bundle_invalid", f"{path} is no replay: {error}.", "Copy the whole bundle again.") from None
    return Replay(list(zip(frames, records, strict=True)), concepts)


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without the time of day: the same replay is the same file."""
    return zipfile.ZipInfo(name)


def _compact(value: Any) -> Any:
    """A tenth of a pixel is enough."""
    if isinstance(value, float):
        return round(value, 1)
    if isinstance(value, dict):
        return {key: _compact(item) for key, item in value.items()}
    return [_compact(item) for item in value] if isinstance(value, list | tuple) else value


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A file of the archive, read no further than `most` bytes, whatever its header claims."""
    with archive.open(name) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{name} has more than {most} bytes")
    return content
