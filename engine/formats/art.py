"""An art folder: pictures of a game's things, called by their files' names.

    red_potion.png            one thing, one look
    wolf/front.png, side.png  a folder of pictures alone is one thing with several looks
    monsters/wolf/…           a folder with folders in it is a shelf: what lies in it counts as if it lay above
    items.png + items.json    a sheet with its description (TexturePacker, Aseprite), or Godot's .tres
    art.yaml                  tags, other names, sizes; further shelves

A folder may come from anybody: no link is followed, pictures are told by their content, everything has a largest size.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.errors import Fault
from engine.formats.art_sheets import Part
from engine.formats.art_yaml import ArtCfg, read_cfg, unfit
from engine.formats.described import PICTURES, Described, part_names, read_descriptions, stem_of, the_one_thing
from engine.formats.names import is_telling, is_texture, words
from engine.formats.pictures import LARGEST_FILE, Pixels, read_layered
from engine.formats.undescribed import PARTS, flat_ground, is_key, large_tiles, looks_like_a_sheet, several_things, tile_side
from npc.card_file import shown
from npc.inside import read_inside

UNREAD = (
    ".gif",
    ".bmp",
    ".tga",
    ".svg",
    ".tif",
    ".tiff",
    ".avif",
    ".ase",
    ".aseprite",
    ".psd",
    ".kra",
    ".xcf",
    ".clip",
    ".exr",
)
MOST_FILES, DEEPEST, MOST_THINGS, MOST_LOOKS = 20_000, 6, 1000, 16  # looks of one thing; of more, some evenly chosen
LARGEST_SIDE = 200  # pixels: no thing is composed larger
VISIBLE = 40  # alpha from which a pixel counts
LARGEST_TILE = 256  # pixels of a side up to which a picture without alpha may be a tile
SHOWN, LONGEST = 3, 200  # reasons that are told, the rest is counted; characters of a path in them


@dataclass(frozen=True)
class ArtThing:
    """One thing of a game.

    Attributes:
        name: what it is called, in lower case.
        looks: pictures of it, uint8 [H, W, 4] RGBA, no side longer than `LARGEST_SIDE`.
        others: further names.
        tags: of `engine.formats.recording.TAGS`.
        size: how large it is shown, from … to pixels of its longer side in a picture 360 pixels high; None if not known.
    """

    name: str
    looks: tuple[Pixels, ...]
    others: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    size: tuple[int, int] | None = None

    @property
    def opaque(self) -> bool:
        """A tile: nothing shows through any of its looks."""
        return all(bool((look[..., 3] >= VISIBLE).all()) for look in self.looks)


@dataclass(frozen=True)
class Art:
    """What an art folder holds."""

    folder: Path
    game: str
    things: tuple[ArtThing, ...]
    notes: tuple[str, ...] = ()  # what may have been meant otherwise; a sentence each


@dataclass
class _Found:
    """A picture with what it is called and where it comes from."""

    name: str
    source: str  # path inside the folder, for people
    pixels: Pixels
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)  # what may have been meant otherwise


def read_art(folder: Path) -> Art:
    """Read and check an art folder.

    Raises:
        Fault: `art_missing` where there is no folder or no picture; `art_unfit` with the reasons for which nothing could be
            learnt from it, each saying what to change; `art_yaml`.
    """
    (names, links), cfg = _listed(folder), read_cfg(folder)
    found = list(_pictures(folder, names, cfg.shelves))
    if not found:
        others = ", ".join(sorted({name.suffix.lower() for name in names if name.suffix.lower() in UNREAD}))
        fault = f"There is no picture in {folder}{f' that is read, but {others}' if others else ''}."
        raise Fault("art_missing", fault, "Give a folder with a PNG, JPEG or WebP of each thing.")
    if reasons := [*_faults(found)]:
        more = f" (and {len(reasons) - SHOWN} more)" if len(reasons) > SHOWN else ""
        raise Fault(
            "art_unfit",
            f"{folder} cannot be learnt from: {'; '.join(reasons[:SHOWN])}{more}.",
            "Mend the folder, or move the files out of it: docs/training.md, 'From its art folder'.",
        )
    looks: dict[str, list[Pixels]] = {}
    for picture in found:
        looks.setdefault(picture.name, []).append(picture.pixels)
    things = [ArtThing(name, tuple(_some(of))) for name, of in sorted(looks.items())]
    return Art(
        folder,
        cfg.game or words(folder.resolve().name) or "game",
        _with_cfg(folder, things, cfg),
        tuple(_notes(found, names, links)),
    )


def read_backgrounds(folder: Path) -> tuple[Pixels, ...]:
    """Pictures to compose on, uint8 [H, W, 3]: ground tiles or screenshots.

    Raises:
        Fault: `art_missing`, or `frame_broken` naming the file.
    """
    pictures = []
    for name in _listed(folder)[0]:
        if name.suffix.lower() in PICTURES:
            pixels = _read(folder, name)
            if isinstance(pixels, str):
                raise Fault("frame_broken", f"{folder / name}: {pixels}.", "Save it anew, or move it out of the folder.")
            pictures.append(np.ascontiguousarray(pixels[..., :3]))
    if not pictures:
        raise Fault(
            "art_missing", f"There is no picture in {folder}.", "Give a folder with ground tiles or screenshots, or none."
        )
    return tuple(pictures[:: -(-len(pictures) // 200)])


def _listed(folder: Path) -> tuple[list[PurePosixPath], list[PurePosixPath]]:
    """All files below a folder that are not hidden, in order, and the links among its files and folders apart."""
    if folder.is_file():
        what = "an archive: unpack it" if folder.suffix.lower() in (".zip", ".7z", ".rar", ".gz") else "a file"
        raise Fault("art_missing", f"{folder} is {what}.", "Give the folder that holds the pictures.")
    if not folder.is_dir():
        raise Fault("art_missing", f"There is no folder {folder}.", "Give the folder that holds the pictures.")
    found: list[PurePosixPath] = []
    links: list[PurePosixPath] = []
    for top, folders, files in os.walk(folder):
        here = PurePosixPath(Path(top).relative_to(folder).as_posix())
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__"))) if len(here.parts) < DEEPEST else []
        links += [here / f for f in (*folders, *sorted(files)) if (Path(top) / f).is_symlink()]
        found += [here / f for f in sorted(files) if not f.startswith(".") and not (Path(top) / f).is_symlink()]
        if len(found) > MOST_FILES:
            raise Fault("art_unfit", f"There are more than {MOST_FILES} files in {folder}.", "Give the art folder alone.")
    return found, links


def _pictures(folder: Path, names: Sequence[PurePosixPath], further: Sequence[str]) -> Iterator[_Found]:
    """Every picture, and every part of a sheet that is described, under its name."""
    descriptions = read_descriptions(folder, names)
    sheets: dict[PurePosixPath, list[Described]] = {}
    for found in descriptions.found:
        sheets.setdefault(found.file, []).append(found)
    opened = lru_cache(maxsize=2)(partial(_read, folder))  # hundreds of descriptions may be of one sheet
    described = {found.picture for found in descriptions.found}
    shelves = {PurePosixPath("."), *map(PurePosixPath, further)}
    shelves |= {above for name in names if name.suffix.lower() in PICTURES or name in sheets for above in name.parent.parents}
    shelves |= {found.file.parent for found in descriptions.found if len(part_names(found.sheet)) > 1}
    for name in names:
        own = name.parent.name if name.parent not in shelves else name.stem
        if name.suffix.lower() in PICTURES and name not in described:
            yield _checked(words(own), str(name), _read(folder, name), own=own)
        elif name in descriptions.faults:
            yield _unread(str(name), descriptions.faults[name])
        for found in sheets.get(name, ()):
            yield from _parts(found, own, opened, shelf=name.parent in shelves)


def _parts(found: Described, own: str, opened: Callable[[PurePosixPath], Pixels | str], *, shelf: bool) -> Iterator[_Found]:
    """The parts of a described sheet; those of one thing are called as that is, or `own`.

    Args:
        shelf: the folder's name says nothing of what lies in it.
    """
    name, sheet = found.file, found.sheet
    if found.picture is None:
        lost = PurePosixPath(sheet.picture.replace("\\", "/")).name or f"{name.stem}.png"
        yield _unread(
            str(name), f"its picture, {shown(lost)}, is not in the folder: put it beside {name.name}, or move that out"
        )
        return
    pixels, single = opened(found.picture), len(part_names(sheet)) < 2
    the_one = (the_one_thing(sheet) if shelf else None) or words(own)
    for part in sheet.parts:
        called = the_one if single else words(stem_of(part.name)) or words(own)
        cut = pixels if isinstance(pixels, str) else _cut(pixels, part)
        yield _checked(called, f"{name} ({shown(part.name)})", cut, own=part.name, sheet=False)


def _read(folder: Path, name: PurePosixPath) -> Pixels | str:
    """The pixels of a file, [H, W, 4], or why there are none."""
    try:
        return read_layered(read_inside(folder, str(name), LARGEST_FILE))
    except Fault as fault:
        return fault.message.rstrip(".").replace(" frame ", " picture ", 1)
    except (OSError, ValueError) as error:
        return str(error).removeprefix(f"{str(name)!r} ")


def _cut(sheet: Pixels, part: Part) -> Pixels | str:
    height, width = sheet.shape[:2]
    if part.width < 1 or part.height < 1 or part.left + part.width > width or part.top + part.height > height:
        return f"it is not inside its sheet of {width}x{height} pixels"
    cut = sheet[part.top : part.top + part.height, part.left : part.left + part.width]
    return np.rot90(cut) if part.turned else cut


def _checked(name: str, source: str, pixels: Pixels | str, *, own: str, sheet: bool = True) -> _Found:
    """A picture with its faults.

    Args:
        own: the name as it is written.
        sheet: it may be a sheet that nobody has described.
    """
    if isinstance(pixels, str):
        return _unread(source, pixels)
    found, told = _Found(name, source, within(pixels, LARGEST_SIDE)), _path(source)
    seen = pixels[..., 3] >= VISIBLE
    if not is_telling(name):
        found.faults.append(f"{told}: {shown(own)!r} holds no word that a player would say: rename it")
    elif not seen.any():
        found.faults.append(f"{told} shows nothing: it is all transparent")
    elif sheet:
        _check_undescribed(found, pixels, seen)
    return found


def _check_undescribed(found: _Found, pixels: Pixels, seen: npt.NDArray[np.bool_]) -> None:
    """Say what a picture of which there is no description may be, where it is not one thing."""
    source, opaque = _path(found.source), bool(seen.all())
    ground = flat_ground(pixels) if opaque else None
    things = (pixels[..., :3] != ground).any(2) if ground else seen
    if opaque and max(pixels.shape[:2]) > LARGEST_TILE and is_texture(found.name):
        found.faults.append(f"{source} is called as a model's texture: give pictures of the model, and move this out")
    elif opaque and max(pixels.shape[:2]) > LARGEST_TILE:
        found.faults.append(
            f"{source} is {pixels.shape[1]}x{pixels.shape[0]} pixels without alpha: a sheet needs its description beside it "
            "(.json, .tres), a thing must be cut out, a scene belongs to --backgrounds"
        )
    elif (not opaque or (ground and is_key(ground))) and looks_like_a_sheet(things):
        on = f" on the flat colour {'#' + bytes(ground).hex()}, without alpha" if ground else ""
        found.faults.append(
            f"{source} looks like a sheet of several pictures{on}: put its description (.json, .tres) beside it, or cut it up"
        )
    elif (count := several_things(things)) >= PARTS and (not opaque or looks_like_a_sheet(things)):
        found.doubts.append(f"it shows {count} things with nothing between them")
    elif opaque and ground is None and (side := tile_side(pixels)):
        found.doubts.append(f"it is put together of tiles of {side} pixels")


def _unread(source: str, fault: str) -> _Found:
    return _Found("", source, np.zeros((1, 1, 4), np.uint8), [f"{_path(source)}: {fault}"])


def within(pixels: Pixels, side: int) -> Pixels:
    """The picture (uint8 [H, W, 4]) made smaller, if need be, so that no side is longer than `side`."""
    scale = side / max(pixels.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(pixels)
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    smaller = Image.fromarray(pixels).convert("RGBa").resize(size, Image.Resampling.BOX).convert("RGBA")
    return np.asarray(smaller, np.uint8)


def _notes(found: Sequence[_Found], names: Sequence[PurePosixPath], links: Sequence[PurePosixPath]) -> Iterator[str]:
    """Folders whose pictures may be things of their own, pictures that may be sheets, and what was left out."""
    if others := [name for name in names if name.suffix.lower() in UNREAD]:
        yield f"Left out {_are(others)}: PNG, JPEG and WebP are read."
    if links:
        yield f"Left out {_are(links)}: links are not followed, so copy what is meant into the folder."
    if maps := [PurePosixPath(p.source) for p in found if is_texture(p.name)]:
        yield f"Called as textures of models, and learnt as things: {_some_of(maps)}. Give pictures of the models."
    tiles = {p.source: p.pixels.shape[:2] for p in found if not p.faults and (p.pixels[..., 3] >= VISIBLE).all()}
    large = {source: f"most tiles here have {usual} pixels" for source, usual in large_tiles(tiles)}
    doubted = {picture.source: picture.doubts[0] for picture in found if picture.doubts}
    for source, why in {**large, **doubted}.items():
        yield (
            f"{_path(source)} was taken for one thing, but {why}: if it is a sheet, cut it up or put its description "
            "(.json, .tres) beside it."
        )
    if flat := [PurePosixPath(p.source) for p in found if p.source in tiles and not p.doubts and flat_ground(p.pixels)]:
        yield f"Without alpha, the flat colour around it is learnt as the thing's own: {_some_of(flat)}. Cut things out."
    stems: dict[tuple[str, str], set[str]] = {}
    for picture in found:
        path = PurePosixPath(picture.source)
        if words(path.parent.name) == picture.name:
            stems.setdefault((str(path.parent), picture.name), set()).add(words(path.stem))
    for (folder, name), of in stems.items():
        if sum(map(is_telling, of)) >= 3:
            yield (
                f"The pictures in {_path(folder)}/ were taken for looks of one thing, {shown(name)!r}; if they are things of "
                f"their own, write into art.yaml: shelves: [{_path(folder)}]."
            )


def _path(path: PurePosixPath | str) -> str:
    return shown(str(path), LONGEST)


def _are(names: Sequence[PurePosixPath]) -> str:
    return f"{'are' if len(names) > 1 else 'is'} {len(names)} ({_some_of(names)})"


def _some_of(names: Sequence[PurePosixPath]) -> str:
    """A few of the files by name, the others counted."""
    return ", ".join(_path(name) for name in names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _some(looks: Sequence[Pixels]) -> list[Pixels]:
    """As many as are used, evenly chosen."""
    return [looks[i * len(looks) // min(len(looks), MOST_LOOKS)] for i in range(min(len(looks), MOST_LOOKS))]


def _faults(found: Sequence[_Found]) -> Iterator[str]:
    for picture in found:
        yield from picture.faults
    first: dict[bytes, _Found] = {}
    for picture in (p for p in found if not p.faults):
        visible = np.where(picture.pixels[..., 3:] >= VISIBLE, picture.pixels, np.uint8(0))
        same = first.setdefault(hashlib.sha256(visible.tobytes() + repr(visible.shape).encode()).digest(), picture)
        if same.name != picture.name:
            yield (
                f"{_path(same.source)} and {_path(picture.source)} are one picture with two names: keep one, and give "
                f"the other in art.yaml (things: {{{shown(same.name)}: {{names: [{shown(picture.name)}]}}}})"
            )
    names = {picture.name for picture in found}
    if len(names) == 1 and not any(p.faults for p in found):
        yield f"everything in it is called {shown(min(names))!r}, and nothing can be told apart: add the game's other things"
    if len(names) > MOST_THINGS:
        yield f"it holds {len(names)} things; {MOST_THINGS} are the most"


def _with_cfg(folder: Path, found: Sequence[ArtThing], cfg: ArtCfg) -> tuple[ArtThing, ...]:
    things = {thing.name: thing for thing in found}
    for key, of in cfg.things.items():
        name = key.lower() if key.lower() in things else words(key)
        if name not in things:
            near = difflib.get_close_matches(name[:80], things, 1)
            raise unfit(folder, f"there is no picture of {key[:80]!r}{f', but of {near[0]!r}' if near else ''}")
        others = tuple(other.lower() for other in of.names)
        if taken := next((other for other in others if other in things), None):
            raise unfit(folder, f"{taken!r} is called another name of {name!r} and is a picture of its own")
        things[name] = replace(things[name], others=others, tags=of.tags, size=of.sizes())
    return tuple(things.values())
