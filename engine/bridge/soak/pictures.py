"""Broken and hostile picture files: each is a picture or a fault with a name, and costs no more than an honest one."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image

from engine.errors import Fault
from engine.formats.pictures import read_picture

SLOW = 1.0  # seconds of the processor; what is read in full takes a millisecond
_SIZE = (40, 24)
_NUMBERS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1", b"\1\0\0\0", b"\0\0\xff\xff")
_MARKS = (
    b"\xff\xd8",
    b"\xff\xda\0\x08\1\1\0\0\0\0",
    b"\xff\xfe\0\2",
    b"\xff\xdb",
    b"\xff\xc2",
    b"IDAT",
    b"tRNS",
    b"ANMF",
    b"VP8X",
    b"EXIF",
)


@dataclass(frozen=True)
class PictureFuzz:
    """Attributes: how many were `read`, how many `refused` by name, and the processor's seconds for the `slowest`."""

    read: int
    refused: int
    slowest: float


def fuzz_pictures(seed: int, count: int) -> PictureFuzz:
    """Read `count` mutants of honest pictures; some 15,000 a second.

    Raises:
        AssertionError: one ended in anything but pixels or a `Fault`; it names seed and number, and holds the cause.
    """
    read, refused, slowest = 0, 0, 0.0
    for number, data in zip(range(count), mutants(seed), strict=False):
        begun = time.thread_time()
        try:
            pixels = read_picture(data)
            assert pixels.shape[2:] == (3,), pixels.shape
            read += 1
        except Fault:
            refused += 1
        except Exception as error:
            raise AssertionError(f"mutant {number} of seed {seed} ended in {type(error).__name__}") from error
        slowest = max(slowest, time.thread_time() - begun)
    return PictureFuzz(read, refused, slowest)


def run(count: int, seed: int) -> dict[str, Any]:
    """The figures of `fuzz_pictures` for a report; `passed` unless a mutant ended otherwise or took a second."""
    try:
        done = fuzz_pictures(seed, count)
    except AssertionError as broken:
        return {"passed": False, "fault": f"{broken}: {broken.__cause__}"}
    figures = {"read": done.read, "refused": done.refused, "slowest_ms": round(done.slowest * 1e3, 1)}
    return {"passed": done.slowest < SLOW, "mutants": count, **figures}


def mutants(seed: int) -> Iterator[bytes]:
    """Without end: one to four changes to an honest picture, the same for the same seed."""
    rng = random.Random(seed)
    honest = _honest()
    while True:
        data = bytearray(rng.choice(honest))
        for _ in range(rng.choice((1, 1, 2, 4))):
            _change(data, rng, honest)
        yield bytes(data)


def _change(data: bytearray, rng: random.Random, honest: list[bytes]) -> None:
    """Where containers are fragile: near the beginning more often than elsewhere."""
    at = rng.randrange(min(len(data), rng.choice((64, 1 << 20))) or 1)
    length = rng.choice((1, 2, 4, 16, 200))
    match rng.randrange(8):
        case 0:
            data[at : at + 1] = bytes((data[at] ^ 1 << rng.randrange(8),)) if data else b""
        case 1:
            data[at : at + 1] = rng.randbytes(1)
        case 2:
            data[at : at + 4] = rng.choice(_NUMBERS)
        case 3:
            del data[at : at + length]
        case 4:
            data[at:at] = data[at : at + length] * rng.choice((1, 3, 40))
        case 5:
            del data[max(at, 8) :]
        case 6:
            data[at:at] = rng.choice(_MARKS)
        case _:
            other = rng.choice(honest)
            start = rng.randrange(len(other))
            data[at : at + length] = other[start : start + length]


def _honest() -> list[bytes]:
    """Each format in the forms that games and people have."""
    ramp = Image.linear_gradient("L").resize(_SIZE)
    colour = Image.merge("RGB", (ramp, ramp.rotate(90).resize(_SIZE), ramp.rotate(180)))
    clear = colour.copy()
    clear.putalpha(ramp)
    turned = Image.Exif()
    turned[0x0112] = 6
    return [
        *(
            _saved(picture, "PNG")
            for picture in (colour, clear, ramp, ramp.convert("1"), colour.quantize(16), ramp.convert("I;16"))
        ),
        _saved(clear.quantize(16), "PNG"),
        _saved(colour, "PNG", exif=turned),
        _saved(colour, "JPEG"),
        _saved(colour, "JPEG", progressive=True, exif=turned),
        _saved(colour.convert("CMYK"), "JPEG"),
        _saved(colour, "WEBP"),
        _saved(clear, "WEBP", lossless=True, exif=turned),
        _saved(clear, "WEBP"),
        _saved(colour, "WEBP", save_all=True, append_images=[colour.rotate(180)]),
    ]


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()
