"""Games whose art comes with the operating system's packages: pictures are read where they lie, and scenes composed of them.

The art is free, and share-alike: it is for measuring alone, nothing of it is kept or shipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from glob import glob
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.errors import Fault
from engine.formats.pictures import read_layered
from engine.lab.games.games import Looks

SOLID = 40  # alpha from which a pixel is the thing's
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class SystemArt:
    """A folder of a package.

    Attributes:
        package: its name in Debian, for people.
        folders: where it lies, the first that is there; `NPC_ENGINE_ART_<NAME>` names another.
    """

    name: str
    package: str
    folders: Sequence[str]

    def folder(self) -> Path:
        """Where the art is.

        Raises:
            Fault: `extra_missing`.
        """
        own = os.environ.get(f"NPC_ENGINE_ART_{self.name.upper()}")
        for pattern in [own] if own else self.folders:
            for path in sorted(glob(pattern), reverse=True):
                if os.path.isdir(path):
                    return Path(path)
        fix = f"Run: apt install {self.package}; or set NPC_ENGINE_ART_{self.name.upper()} to the folder of its images."
        raise Fault("extra_missing", f"The art of the game '{self.name}' is not installed.", fix)

    def version(self) -> str:
        """Names what was read: the package, and the newest of its folder's files."""
        return f"{self.package} in {self.folder()}"

    def picture(self, file: str) -> Image.Image:
        """One picture, RGBA, cut to what is visible of it."""
        image = Image.fromarray(_read(self.folder() / file))
        box = image.getchannel("A").point([255 * (alpha >= SOLID) for alpha in range(256)]).getbbox()
        return image.crop(box) if box else image

    def looks(self, files: Mapping[str, str]) -> Looks:
        """Every thing as its file shows it."""
        for name, file in files.items():
            yield name, [np.asarray(self.picture(file))]


@lru_cache(maxsize=512)
def _read(path: Path) -> Pixels:
    return read_layered(path.read_bytes())


def tiled(tile: Image.Image, size: tuple[int, int], step: tuple[int, int] | None = None) -> Image.Image:
    """A ground of one tile; `step`: of every second column's shift, as hexagons lie."""
    ground = Image.new("RGB", size)
    across, shift = (step[0], step[1]) if step else (tile.width, 0)
    for column, x in enumerate(range(-tile.width, size[0] + tile.width, across)):
        for y in range(-2 * tile.height + (shift if column % 2 else 0), size[1] + tile.height, tile.height):
            ground.paste(tile, (x, y), tile)
    return ground


def pasted(frame: Image.Image, thing: Image.Image, at: tuple[int, int], name: str, tag: str) -> dict[str, object]:
    """Put a thing there (its upper left corner); what a recording says of it."""
    frame.paste(thing, at, thing)
    return {"name": name, "box": (*at, thing.width, thing.height), "tags": (tag,)}


def numbered(seed: int) -> Iterator[tuple[int, np.random.Generator]]:
    """Episodes without end, each with chance of its own."""
    number = seed * 1000
    while True:
        yield number, np.random.default_rng(number)
        number += 1
