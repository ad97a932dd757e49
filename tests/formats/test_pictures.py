"""Picture files of all kinds: honest ones as a person sees them, hostile ones refused at once."""

from __future__ import annotations

import io
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from engine.bridge.soak.pictures import fuzz_pictures
from engine.errors import Fault
from engine.formats.pictures import MAX_PIXELS, kind_of, read_layered, read_picture, size_of

RGB = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
RAMP = np.tile(np.linspace(0, 255, 32).astype(np.uint8), (24, 1))


def saved(picture: Image.Image | np.ndarray, kind: str, **options: object) -> bytes:
    data = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(data, kind, **options)
    return data.getvalue()


def chunk(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, bits: int, colour: int, rows: bytes, *before: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND")


def refusal(data: bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        read_picture(data)
    assert caught.value.fix
    return caught.value


def best_time(data: bytes, tries: int = 3) -> float:
    """Seconds, the least of some tries: other programs run on this machine too."""
    times = []
    for _ in range(tries):
        begun = time.perf_counter()
        with suppress(Fault):
            read_picture(data)
        times.append(time.perf_counter() - begun)
    return min(times)


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_a_lossless_file_gives_its_pixels(kind: str, options: dict) -> None:
    np.testing.assert_array_equal(read_picture(saved(RGB, kind, **options)), RGB)


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}, {"qtables": "web_high"}]
)
def test_a_jpeg_gives_the_pixels_that_its_decoder_gives(options: dict) -> None:
    data = saved(RGB, "JPEG", **options)
    np.testing.assert_array_equal(read_picture(data), np.asarray(Image.open(io.BytesIO(data))))


def test_sixteen_bits_of_grey_become_eight() -> None:
    grey = np.array([[0, 128, 257, 30000, 65535]], np.uint16)
    assert read_picture(saved(grey, "PNG"))[0, :, 0].tolist() == [0, 0, 1, 117, 255]


@pytest.mark.parametrize(("colour", "samples"), [(2, 3), (4, 2), (6, 4)])
def test_sixteen_bits_of_other_kinds_become_eight(colour: int, samples: int) -> None:
    pixel = b"\x80\x00" * (samples - 1 + samples % 2) + (b"\xff\xff" if samples % 2 == 0 else b"")
    assert read_picture(png(1, 1, 16, colour, b"\0" + pixel)).tolist() == [[[128] * 3]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_orientation_of_a_camera_is_followed(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    quarters = np.kron(np.array([[250, 180], [90, 10]], np.uint8), np.ones((16, 24), np.uint8))
    data = saved(quarters[..., None].repeat(3, 2), kind, exif=exif)
    from PIL import ImageOps

    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB"))
    assert np.abs(read_picture(data).astype(int) - upright).max() <= 2
    assert size_of(data) == (upright.shape[1], upright.shape[0])


def test_what_is_transparent_shows_paper_and_not_its_hidden_colour() -> None:
    clear = np.zeros((1, 3, 4), np.uint8)
    clear[0] = [(200, 0, 0, 255), (0, 200, 0, 0), (0, 0, 0, 128)]
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True})):
        assert read_picture(saved(clear, kind, **options))[0].tolist() == [[200, 0, 0], [255, 255, 255], [127, 127, 127]]


def test_what_shows_through_is_kept_where_it_is_asked_for() -> None:
    clear = np.zeros((1, 3, 4), np.uint8)
    clear[0] = [(200, 0, 0, 255), (0, 200, 0, 0), (0, 0, 90, 128)]
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True, "exact": True})):
        assert np.array_equal(read_layered(saved(clear, kind, **options)), clear)
    assert read_layered(saved(RGB, "PNG"))[..., 3].min() == 255
    palette = png(3, 1, 8, 3, b"\0\0\1\2", chunk(b"PLTE", bytes(range(9))), chunk(b"tRNS", b"\xff\0"))
    assert read_layered(palette)[0, :, 3].tolist() == [255, 0, 255]
    grey = png(2, 1, 16, 0, b"\0\0\0\1\2", chunk(b"tRNS", struct.pack(">H", 258)))
    assert read_layered(grey)[0].tolist()[0] == [0, 0, 0, 255]
    assert read_layered(grey)[0, 1, 3] == 0
    with pytest.raises(Fault, match="cannot be decoded"):
        read_layered(saved(clear, "PNG")[:-30])


def test_a_palette_with_transparency_is_looked_up() -> None:
    colours = chunk(b"PLTE", bytes((10, 20, 30, 40, 50, 60, 70, 80, 90)))
    assert read_picture(png(3, 1, 8, 3, b"\0\0\1\2", colours))[0].tolist() == [[10, 20, 30], [40, 50, 60], [70, 80, 90]]
    half = read_picture(png(3, 1, 8, 3, b"\0\0\1\2", colours, chunk(b"tRNS", b"\xff\0")))
    assert half[0].tolist() == [[10, 20, 30], [255, 255, 255], [70, 80, 90]]


@pytest.mark.parametrize(
    ("bits", "rows", "clear"), [(1, b"\0\x40", 1), (2, b"\0\x10", 1), (4, b"\0\x05", 5), (16, b"\0\0\0\1\2", 258)]
)
def test_one_clear_grey_is_told_by_its_own_number(bits: int, rows: bytes, clear: int) -> None:
    pixels = read_picture(png(2, 1, bits, 0, rows, chunk(b"tRNS", struct.pack(">H", clear))))
    assert pixels[0].tolist() == [[0, 0, 0], [255, 255, 255]]


def test_one_clear_colour_of_sixteen_bits_is_found() -> None:
    rows = b"\0" + struct.pack(">6H", 0x1000, 0, 0, 0x2000, 0, 0)
    pixels = read_picture(png(2, 1, 16, 2, rows, chunk(b"tRNS", struct.pack(">3H", 0x2000, 0, 0))))
    assert pixels[0].tolist() == [[16, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
def test_every_mode_is_seen_as_its_grey(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    picture = Image.fromarray(np.where(RAMP < 128, 0, 255).astype(np.uint8)).convert(mode)
    pixels = read_picture(saved(picture, kind)).astype(int)
    assert pixels.shape == (24, 32, 3)
    assert np.abs(pixels[:, :8]).max() <= 8
    assert np.abs(pixels[:, -8:] - 255).max() <= 8


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "EPS", "PPM", "ICO"])
def test_other_formats_are_refused_whatever_they_are_called(kind: str) -> None:
    assert kind_of(saved(RGB, kind)) is None
    assert "not a PNG, JPEG or WebP" in refusal(saved(RGB, kind)).message


def test_texts_profiles_and_previews_are_no_hindrance() -> None:
    data = saved(RGB, "PNG")
    texts = chunk(b"tEXt", b"prompt\0" + b"a castle " * 300_000) + chunk(b"prVt", bytes(500)) * 200
    np.testing.assert_array_equal(read_picture(data[:33] + texts + data[33:]), RGB)
    photo = saved(RGB, "JPEG", comment=b"by the sea", icc_profile=bytes(200_000))
    assert read_picture(photo).shape == RGB.shape
    assert read_picture(photo + bytes(70_000)).shape == RGB.shape  # phones hang a film on their pictures


def test_an_animation_is_refused_and_an_apng_shows_its_still_picture() -> None:
    other = Image.fromarray(RGB[::-1].copy())
    assert "animated" in refusal(saved(RGB, "WEBP", save_all=True, append_images=[other])).message
    np.testing.assert_array_equal(read_picture(saved(RGB, "PNG", save_all=True, append_images=[other])), RGB)


def small_jpeg(**options: object) -> bytes:
    return saved(RGB, "JPEG", **options)


def scans(count: int, side: int) -> bytes:
    """A progressive JPEG with `count` more scans in which nothing stands."""
    data = saved(Image.new("RGB", (side, side), (9, 99, 200)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last : last + 2 + int.from_bytes(data[last + 2 : last + 4])] * count + data[last:]


FLAT = saved(RGB, "PNG")
WIDE = Image.new("RGB", (4096, 4096))
BOMBS = {
    "12,000 empty scans": lambda: scans(12_000, 1024),
    "fill before a marker": lambda: b"\xff\xd8" + b"\xff" * 16_000_000,
    "fill between scans": lambda: small_jpeg(progressive=True)[:-2] + b"\xff" * 16_000_000,
    "restarts": lambda: small_jpeg()[:-2] + b"\xff\xd0" * 8_000_000,
    "stuffing": lambda: small_jpeg()[:-2] + b"\xff\0" * 8_000_000,
    "empty comments": lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 4_000_000 + small_jpeg()[2:],
    "empty tables": lambda: b"\xff\xd8" + b"\xff\xdb\0\2" * 4_000_000 + small_jpeg()[2:],
    "private chunks": lambda: FLAT[:33] + chunk(b"prVt") * 1_300_000 + FLAT[33:],
    "text chunks": lambda: FLAT[:33] + chunk(b"tEXt", b"a\0b") * 1_000_000 + FLAT[33:],
    "packed texts": lambda: FLAT[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000))) * 900 + FLAT[33:],
    "a packed profile": lambda: FLAT[:33] + chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(400_000_000))) + FLAT[33:],
    "empty picture chunks": lambda: FLAT[:33] + chunk(b"IDAT") * 1_300_000 + FLAT[33:],
    "a torrent for 16 x 16 pixels": lambda: png(16, 16, 8, 2, bytes(1 << 28)),
    "webp chunks": lambda: b"RIFF\0\0\0\1WEBP" + b"JUNK\0\0\0\0" * 2_000_000 + saved(RGB, "WEBP")[12:],
    "a directory without end": lambda: saved(
        RGB, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\0\1\0\3\0\0\0\1\0\1\0\0" * 5400
    ),
    "frames of an animation": lambda: saved(
        WIDE, "WEBP", save_all=True, append_images=[WIDE.point(lambda v: 255 - v)], lossless=True
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_no_more_than_an_honest_picture(bomb: str) -> None:
    data = BOMBS[bomb]()
    assert len(data) < 20_000_000
    assert best_time(data) < 0.3  # a picture of 1920 x 1080 takes 0.05 s, these took up to 32 s


def test_as_many_scans_as_are_taken_cost_a_small_multiple() -> None:
    assert best_time(scans(20, 2048)) < 6 * best_time(scans(0, 2048))


@pytest.mark.parametrize("size", [(5000, 5000), (1 << 31, 2), (0, 7)])
def test_impossible_sizes_are_refused_from_the_header(size: tuple[int, int]) -> None:
    data = png(*size, 8, 2, b"")
    assert refusal(data).code == ("frame_broken" if 0 in size else "frame_size")
    with pytest.raises(Fault):
        size_of(data)
    assert size[0] * size[1] > MAX_PIXELS or 0 in size


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_file_that_breaks_off_anywhere_is_a_fault(kind: str) -> None:
    data = saved(RGB, kind)
    for length in range(0, len(data) - 40, 3):  # the last bytes of a PNG are sums
        with pytest.raises(Fault):
            read_picture(data[:length])


def test_mutants_end_in_pixels_or_a_fault() -> None:
    done = fuzz_pictures(seed=3, count=6000)
    assert done.read > 300
    assert done.refused > 3000
    assert done.read + done.refused == 6000


def test_threads_decode_side_by_side() -> None:
    files = [saved(RGB, kind) for kind in ("PNG", "JPEG", "WEBP")] + [FLAT[:60], b"nothing"]

    def outcome(data: bytes) -> bytes:
        try:
            return read_picture(data).tobytes()
        except Fault as fault:
            return fault.code.encode()

    alone = [outcome(data) for data in files]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(outcome, files * 40)) == alone * 40
