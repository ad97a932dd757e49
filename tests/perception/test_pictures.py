from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import Fault
from engine.formats.frame import Frame
from engine.formats.pictures import MAX_PIXELS
from engine.perception.pictures import decode, letterbox

RGB = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def encoded(kind: str, pixels: np.ndarray = RGB) -> bytes:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return data.getvalue()


def test_raw_layouts_give_the_same_pixels() -> None:
    alpha = np.full((4, 6, 1), 9, np.uint8)
    rgba, bgra = np.concatenate([RGB, alpha], 2), np.concatenate([RGB[..., ::-1], alpha], 2)
    for kind, pixels in (("rgb", RGB), ("rgba", rgba), ("bgra", bgra)):
        np.testing.assert_array_equal(decode(Frame(pixels.tobytes(), 6, 4, kind)), RGB)


def test_a_bottom_up_frame_is_turned() -> None:
    np.testing.assert_array_equal(decode(Frame(RGB[::-1].tobytes(), 6, 4, "rgb", bottom_up=True)), RGB)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_lossless_files_give_their_pixels(kind: str) -> None:
    np.testing.assert_array_equal(decode(Frame(encoded(kind), format=kind.lower())), RGB)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame(b"123", 6, 4, "rgb"), "frame_size"),
        (Frame(RGB.tobytes(), 0, 4, "rgb"), "frame_size"),
        (Frame(b"", 1 << 20, 1 << 20, "rgb"), "frame_size"),
        (Frame(RGB.tobytes(), 6, 4, "yuv"), "frame_format"),
        (Frame(b"no image", format="png"), "frame_broken"),
        (
            Frame(encoded("PNG", np.random.default_rng(0).integers(0, 255, (60, 60, 3), dtype=np.uint8))[:900], format="png"),
            "frame_broken",
        ),
        (Frame(encoded("PNG"), format="jpeg"), "frame_broken"),
    ],
)
def test_a_broken_frame_is_refused_by_name(frame: Frame, code: str) -> None:
    with pytest.raises(Fault) as caught:
        decode(frame)
    assert caught.value.code == code
    assert caught.value.fix


def test_an_image_bomb_is_refused_before_it_is_decoded() -> None:
    data = io.BytesIO()
    Image.new("1", (MAX_PIXELS // 1000, 2000)).save(data, "PNG")
    with pytest.raises(Fault) as caught:
        decode(Frame(data.getvalue(), format="png"))
    assert caught.value.code in ("frame_size", "frame_broken")


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 900), st.integers(1, 900), st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_letterboxing_can_be_undone(width: int, height: int, x: float, y: float) -> None:
    fit = letterbox(np.zeros((height, width, 3), np.uint8), 192, 320)
    assert fit.from_frame(x, y) == pytest.approx((fit.left + x * fit.width, fit.top + y * fit.height))
    back = fit.to_frame(*fit.from_frame(x, y))
    assert back == pytest.approx((x, y), abs=1e-6)
    assert fit.picture.shape == (192, 320, 3)
    assert fit.valid_cells(24, 40).any()
