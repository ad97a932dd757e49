"""Build the pack, try it, and tell what it weighs."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.bridge.client import Client
from engine.errors import Fault
from engine.files import whole_folder, write_whole
from engine.formats.bundle import Bundle
from engine.formats.packed import SUMS
from engine.shipping.freezing import NAME, freeze
from engine.shipping.notices import write_notices

LICENCES, CARDS = "licenses", "cards"
_READY_S, _DECISION_S = 60.0, 20.0
_TOLD = 12


@dataclass(frozen=True)
class Packed:
    """A finished pack.

    Attributes:
        folder, archive: where it is; the archive is None where none was asked for.
        parts: bytes of what is in it, the largest first: (what, bytes).
        bytes, archive_bytes: of all files, and of the archive.
        first_decision_s: from the start of its process to the first decision in a game's hands.
    """

    folder: Path
    archive: Path | None
    parts: tuple[tuple[str, int], ...]
    bytes: int
    archive_bytes: int | None
    first_decision_s: float


def pack(
    folder: Path, bundle: Bundle, commands: Sequence[str], personas: Path | None, archive: bool, told: Callable[[str], None]
) -> Packed:
    """Write `folder`, try it once, and its archive beside it where `archive`: .tar.xz, on Windows .zip.

    Args:
        folder: must not exist, be empty, or be a pack, which the new one takes the place of.
        commands: the modules of the commands that the server shall have.
        personas: a folder with what the game's own characters are made of, taken along whole; None for those that come along.
        told: hears what is being done.

    Raises:
        Fault: the folder is somebody's, PyInstaller is missing or failed, or the server in the pack does not answer.
    """
    if folder.exists() and not (folder / SUMS).is_file() and (folder.is_file() or any(folder.iterdir())):
        raise Fault("out_taken", f"{folder} is there and is no pack.", "Choose another --out directory.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(folder) as partial:
        with tempfile.TemporaryDirectory(prefix="npc-pack-", dir=folder.parent) as work:
            told("freezing the server, a minute or two")
            freeze(bundle, commands, partial, Path(work))
        if personas is not None:
            shutil.copytree(personas, partial / CARDS)
        told("collecting licences")
        write_notices(partial / LICENCES)
        write_whole(partial / ".gdignore", "")  # inside a project: its files are no resources of Godot's
        sums = "".join(f"{_sha256(file)}  {file.relative_to(partial).as_posix()}\n" for file in _files(partial))
        write_whole(partial / SUMS, sums)
        told("trying it")
        took = first_decision(partial)
    packed = Packed(folder, None, tuple(_parts(folder)), sum(file.stat().st_size for file in _files(folder)), None, took)
    if not archive:
        return packed
    told("compressing")  # not with zip where there are links: it would keep what they lead to twice
    kind = "zip" if sys.platform == "win32" else "xztar"
    made = Path(shutil.make_archive(str(folder.absolute()), kind, folder.absolute().parent, folder.name))
    return replace(packed, archive=made, archive_bytes=made.stat().st_size)


def program(folder: Path) -> Path:
    """The server's program in a pack."""
    windows = folder / f"{NAME}.exe"
    return windows if windows.exists() else folder / NAME


def first_decision(folder: Path) -> float:
    """Seconds from the start of the packed server to the first decision in a client's hands.

    Raises:
        Fault: it does not start or does not answer.
    """
    with tempfile.TemporaryDirectory() as place:
        ready = Path(place) / "ready"
        command = [str(program(folder)), "serve", "--bind", "tcp://127.0.0.1:0", "--ready-file", str(ready), "--memory", "none"]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            while not ready.exists():
                if process.poll() is not None or time.perf_counter() - began > _READY_S:
                    process.kill()
                    said = (process.stderr.read() if process.stderr else b"").decode(errors="replace").strip()
                    raise Fault("pack", f"The packed server does not start: {said[-400:]}", "Report it with this message.")
                time.sleep(0.01)
            with Client(ready.read_text(encoding="utf-8").strip(), name="pack") as client:
                client.spawn("patient", "healer")
                client.observe("patient", text="hello")
                if not client.poll(_DECISION_S):
                    raise Fault("pack", "The packed server does not answer.", "Report it with its log.")
            return time.perf_counter() - began
        finally:
            process.terminate()
            process.communicate()


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and not file.is_symlink() and file.name != SUMS)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _parts(folder: Path) -> Iterator[tuple[str, int]]:
    """Bytes by what they belong to: the first folder or file below the program's own folder of libraries."""
    weights: dict[str, int] = {}
    for file in _files(folder):
        inside = file.relative_to(folder).parts
        inside = inside[1:] if inside[0] == "_internal" else inside
        name = "/".join(inside[:2]) if inside[0] == "engine" and len(inside) > 2 else inside[0].removesuffix(".libs")
        weights[name] = weights.get(name, 0) + file.stat().st_size
    ranked = sorted(weights.items(), key=lambda entry: (-entry[1], entry[0]))
    yield from ranked[:_TOLD]
    if rest := sum(size for _, size in ranked[_TOLD:]):
        yield "all else", rest
