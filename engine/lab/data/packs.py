"""Packs of game art on this machine: stored once, and read as sprites, grounds and backdrops."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.files import cache_directory, whole_file
from engine.formats.art import VISIBLE, within
from engine.formats.packs import KINDS, open_pack
from engine.lab.data.art_names import describe_art, ground_names
from engine.lab.data.assets import Sprite, select
from engine.lab.data.paint import colour_name

LARGEST = {"thing": 128, "ground": 64, "background": 640}  # pixels of a side that are kept
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class GroundTile:
    """rgb: uint8 [H, W, 3]; `names`: what a player calls that ground, if anything."""

    rgb: Pixels
    names: tuple[str, ...]


@dataclass(frozen=True)
class ArtPack:
    """A stored pack.

    Attributes:
        sprites: things that players have names for; `family` is the pack's name.
        backdrops: painted backgrounds, uint8 [H, W, 3].
        digest: of all that it holds: other pictures are other scenes.
    """

    name: str
    sprites: tuple[Sprite, ...]
    grounds: tuple[GroundTile, ...]
    backdrops: tuple[Pixels, ...]
    digest: str


@dataclass(frozen=True)
class Stored:
    """What became of a pack: pictures by kind, and its licence in its own words."""

    name: str
    counts: dict[str, int]
    licence: str


def store_pack(path: Path, cache: Path, on_picture: Callable[[int, int], None] = lambda done, total: None) -> Stored:
    """Read a pack (a folder or zip file, see `engine.formats.packs`) into the cache; an older one of its name is replaced.

    Raises:
        Fault: see `open_pack`.
    """
    cache.mkdir(parents=True, exist_ok=True)
    names, kinds, shapes, pixels = [], [], [], []
    with open_pack(path) as pack:
        for i, picture in enumerate(pack.pictures(), 1):
            small = within(picture.pixels, LARGEST[picture.row.kind])
            names.append(picture.row.name)
            kinds.append(KINDS.index(picture.row.kind))
            shapes.append(small.shape[:2])
            pixels.append(small.reshape(-1))
            on_picture(i, len(pack.rows))
        with whole_file(_pack_file(pack.name, cache)) as partial, partial.open("wb") as file:
            np.savez_compressed(
                file,
                names=np.array(names),
                kinds=np.array(kinds),
                shapes=np.array(shapes),
                pixels=np.concatenate(pixels),
                licence=np.array(pack.licence),
            )
        return Stored(pack.name, {kind: kinds.count(i) for i, kind in enumerate(KINDS)}, pack.licence)


def stored_packs(cache: Path | None = None) -> list[str]:
    """Names of the packs that are in the cache."""
    folder = cache_directory(cache)
    return sorted(path.stem.removeprefix("art-") for path in folder.glob("art-*.npz"))


def load_pack(name: str, cache: Path | None = None) -> ArtPack:
    """A pack from the cache.

    Raises:
        Fault: `assets_missing`.
    """
    path = _pack_file(name, cache_directory(cache))
    if not path.exists():
        raise Fault(
            "assets_missing",
            f"The pack '{name}' is not in {path.parent}.",
            f"Give it to: python -m engine assets --art {name}.zip (docs/training.md tells where it comes from).",
        )
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _load(path: Path, _changed: int) -> ArtPack:
    with np.load(path) as stored:
        names, kinds, shapes, flat = (stored[key] for key in ("names", "kinds", "shapes", "pixels"))
    ends = np.cumsum(shapes.prod(1) * 4)
    pictures = [part.reshape(*shape, 4) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]
    name = path.stem.removeprefix("art-")
    of: dict[str, list[tuple[str, Pixels]]] = {kind: [] for kind in KINDS}
    for called, kind, picture in zip(names, kinds, pictures, strict=True):
        of[KINDS[kind]].append((str(called), picture))
    return ArtPack(
        name,
        tuple(sprite for called, picture in of["thing"] if (sprite := _sprite(called, picture, name)) is not None),
        tuple(GroundTile(_opaque(p), ground_names(called)) for called, p in of["ground"] if (p[..., 3] > 250).all()),
        tuple(_opaque(p) for _, p in of["background"]),
        hashlib.sha256(flat.tobytes() + "\n".join(names.tolist()).encode()).hexdigest()[:8],
    )


def load_packs(names: Sequence[str], concepts: str = "train", cache: Path | None = None) -> list[ArtPack]:
    """Several packs, with the sprites of one side of the concept split alone, see `assets.select`."""
    packs = (load_pack(name, cache) for name in names)
    return [ArtPack(p.name, tuple(select(p.sprites, concepts)), p.grounds, p.backdrops, p.digest) for p in packs]


def _pack_file(name: str, cache: Path) -> Path:
    return cache / f"art-{name}.npz"


def _sprite(name: str, picture: Pixels, pack: str) -> Sprite | None:
    """A thing's picture, cut to what is visible; None for what players have no name for."""
    known = describe_art(name)
    seen = picture[..., 3] >= VISIBLE
    if known is None or not seen.any():
        return None
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    cut = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Sprite(np.ascontiguousarray(cut), known.concept, pack, colour=known.colour or colour_name(cut))


def _opaque(picture: Pixels) -> Pixels:
    return np.ascontiguousarray(picture[..., :3])
