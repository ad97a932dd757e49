"""Sprites with names: icon families from npm, rasterised once into a cache on this machine."""

from __future__ import annotations

import io
import json
import multiprocessing
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.errors import Fault
from engine.files import cache_directory, whole_file
from engine.lab.data.concepts import Concept, describe, describe_known

SPRITE_SIZE = 64


@dataclass(frozen=True)
class Family:
    """A pinned icon package.

    Attributes:
        mono: silhouettes and line drawings, which scenes paint in a named colour.
        known: only icons whose whole name is a known concept: the family shows much that is no thing.
        misnamed: icons that show something else than their name says.
    """

    package: str
    version: str
    mono: bool = False
    known: bool = False
    misnamed: frozenset[str] = frozenset()

    def concept(self, icon: str) -> Concept | None:
        """What an icon of this family shows, or None where it is left out."""
        if icon in self.misnamed:
            return None
        return describe_known(icon) if self.known else describe(icon)

    @property
    def tarball(self) -> str:
        """The file name that `npm pack` gives the package."""
        return f"{self.package.lstrip('@').replace('/', '-')}-{self.version}.tgz"


FAMILIES = {
    "noto": Family("@iconify-json/noto", "1.2.9"),
    "fluent-emoji-flat": Family("@iconify-json/fluent-emoji-flat", "1.2.6"),
    "twemoji": Family("@iconify-json/twemoji", "1.2.5"),
    "noto-v1": Family("@iconify-json/noto-v1", "1.2.5"),
    "fluent-emoji": Family("@iconify-json/fluent-emoji", "1.2.7"),
    "emojione": Family("@iconify-json/emojione", "1.2.3"),
    "fxemoji": Family("@iconify-json/fxemoji", "1.2.2", known=True, misnamed=frozenset({"bow", "bolt", "gamedie"})),
    "streamline-emojis": Family("@iconify-json/streamline-emojis", "1.2.4", known=True, misnamed=frozenset({"turkey"})),
    "game-icons": Family("@iconify-json/game-icons", "1.2.4", mono=True),
    "fluent-emoji-high-contrast": Family("@iconify-json/fluent-emoji-high-contrast", "1.2.6", mono=True),
    "mdi": Family(
        "@iconify-json/mdi",
        "1.2.3",
        mono=True,
        known=True,
        misnamed=frozenset({"box", "cricket", "gnome", "mine", "school", "seal"}),
    ),
    "memory": Family("@iconify-json/memory", "1.2.2", mono=True, known=True),
    "openmoji": Family("@iconify-json/openmoji", "1.2.29"),
}
EVALUATION_FAMILIES = ("openmoji",)  # a style never trained on; its licence is share-alike
TRAINING_FAMILIES = tuple(name for name in FAMILIES if name not in EVALUATION_FAMILIES)


@dataclass(frozen=True)
class Sprite:
    """A picture of a concept. rgba: uint8 [64, 64, 4] (of game art: of any shape), not premultiplied.

    `colour`: by name, where it is known; None: many, or nobody has looked.
    """

    rgba: npt.NDArray[np.uint8]
    concept: Concept
    family: str
    mono: bool = False
    colour: str | None = None


def load_sprites(
    families: Sequence[str] = TRAINING_FAMILIES, cache: Path | None = None, concepts: str = "train"
) -> list[Sprite]:
    """Sprites of the families, from the cache.

    Args:
        concepts: "train" leaves the held-out concepts away, "held_out" gives only these, "all" gives both.

    Raises:
        Fault: `assets_missing` where a family was not fetched yet.
    """
    sprites = [sprite for family in families for sprite in _read_family(family, cache_directory(cache))]
    return select(sprites, concepts)


def select(sprites: Iterable[Sprite], concepts: str) -> list[Sprite]:
    """The sprites of one side of the concept split: "train", "held_out" or "all"."""
    wanted = {"train": (False,), "held_out": (True,), "all": (False, True)}[concepts]
    return [sprite for sprite in sprites if sprite.concept.held_out in wanted]


def fetch_family(
    name: str, cache: Path, *, workers: int = 2, on_icon: Callable[[int, int], None] = lambda done, total: None
) -> Path:
    """Download (unless the tarball is there), rasterise and store one family; returns its sprite file.

    `on_icon(done, total)` is called as icons get ready. A finished family
    is not done again unless `concepts.yaml` now chooses other icons.
    """
    cache.mkdir(parents=True, exist_ok=True)
    target = _sprite_file(name, cache)
    icons = _read_icons(FAMILIES[name], _tarball(FAMILIES[name], cache))
    if target.exists() and _stored_icons(target) == list(icons):
        on_icon(len(icons), len(icons))
        return target
    _require_cairo()
    pixels = []
    for i, picture in enumerate(_rasterised(icons.values(), workers), 1):
        pixels.append(picture)
        on_icon(i, len(icons))
    with whole_file(target) as partial, partial.open("wb") as file:
        np.savez_compressed(file, icons=np.array(list(icons)), pixels=np.stack(pixels))
    return target


def _sprite_file(name: str, cache: Path) -> Path:
    return cache / f"sprites-{name}-{FAMILIES[name].version}.npz"


def _stored_icons(path: Path) -> list[str]:
    with np.load(path) as stored:
        return [str(icon) for icon in stored["icons"]]


def _read_family(name: str, cache: Path) -> list[Sprite]:
    if name not in FAMILIES:
        raise Fault("unknown_family", f"There is no icon family '{name}'.", f"Known: {', '.join(FAMILIES)}.")
    path = _sprite_file(name, cache)
    if not path.exists():
        raise Fault(
            "assets_missing", f"The sprites of '{name}' are not in {cache}.", "Fetch them with: python -m engine assets"
        )
    with np.load(path) as stored:
        pixels, icons = stored["pixels"], stored["icons"]
    family = FAMILIES[name]
    pairs = ((rgba, family.concept(str(icon))) for rgba, icon in zip(pixels, icons, strict=True))
    return [Sprite(rgba, concept, name, family.mono) for rgba, concept in pairs if concept is not None and rgba.any()]


def _tarball(family: Family, cache: Path) -> Path:
    path = cache / family.tarball
    if path.exists():
        return path
    npm = shutil.which("npm")
    if npm is None:
        raise Fault(
            "npm_missing",
            f"npm is needed to fetch {family.package} and is not installed.",
            f"Install Node.js, or put {family.tarball} into {cache}.",
        )
    wanted = f"{family.package}@{family.version}"
    command = [npm, "pack", wanted, "--silent", "--pack-destination", str(cache)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if result.returncode != 0 or not path.exists():
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Fault(
            "npm_failed",
            f"npm could not fetch {wanted}: {reason}",
            "Check the network and run the command again; finished families are kept.",
        )
    return path


def _read_icons(family: Family, tarball: Path) -> dict[str, str]:
    """Icon name -> SVG text, for the icons that show a concept."""
    try:
        with tarfile.open(tarball) as archive:
            member = archive.extractfile("package/icons.json")
            data = json.load(member) if member else {}
        icons = data["icons"]
    except (tarfile.TarError, OSError, EOFError, KeyError, json.JSONDecodeError) as error:
        raise Fault(
            "tarball_broken",
            f"{tarball} is no complete {family.package} package ({error}).",
            "Delete it and run the command again.",
        ) from None
    size = data.get("width", 16), data.get("height", 16)
    return {
        name: _svg(icon, size)
        for name, icon in sorted(icons.items())
        if not icon.get("hidden") and family.concept(name) is not None
    }


def _svg(icon: dict[str, object], size: tuple[int, int]) -> str:
    view = (icon.get("left", 0), icon.get("top", 0), icon.get("width", size[0]), icon.get("height", size[1]))
    body = str(icon["body"]).replace("currentColor", "#fff")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{" ".join(map(str, view))}">{body}</svg>'
    )


def _require_cairo() -> None:
    try:
        import cairosvg  # noqa: F401
    except (ImportError, OSError):
        raise Fault(
            "cairo_missing",
            "Drawing icons needs cairosvg and the cairo library.",
            "pip install 'npc-engine[train]'; cairo itself comes from the system (apt install libcairo2, brew install cairo).",
        ) from None


def _rasterised(svgs: Iterable[str], workers: int) -> Iterator[npt.NDArray[np.uint8]]:
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_rasterise, svgs, chunksize=32)


def _rasterise(svg: str) -> npt.NDArray[np.uint8]:
    import cairosvg  # part of the `train` extra; reading sprites does not need it

    try:
        png = cairosvg.svg2png(svg.encode(), output_width=SPRITE_SIZE, output_height=SPRITE_SIZE)
    except MemoryError:  # cairo's word for a gradient that it cannot draw; an empty picture is no sprite
        return np.zeros((SPRITE_SIZE, SPRITE_SIZE, 4), np.uint8)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"), dtype=np.uint8)
