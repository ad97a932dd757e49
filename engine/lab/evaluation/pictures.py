"""A page of hits and misses: what the model was asked, where it pointed, where the thing was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from engine.formats.recording import Recording, Row
from engine.lab.data.concepts import stable_share
from engine.lab.data.things import Scene
from engine.lab.evaluation.ask_recording import Pointed

Pixels = npt.NDArray[np.uint8]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
HIT, MISS, TRUTH, INK, PAGE = (70, 220, 110), (255, 90, 70), (250, 210, 70), (235, 235, 235), (22, 24, 30)
TILE, COLUMNS, ROWS, CAPTION = (300, 200), 4, 3, 20  # tile in pixels; rows of hits and as many of misses
TILES = COLUMNS * ROWS
LEGEND = (
    "yellow box: the thing that was asked for; cross: where the model points, green on the thing, red beside it; "
    "%: how sure it is that it is there"
)
Box = tuple[float, float, float, float]  # left, top, right, bottom


def draw_answers(recording: Recording, answers: Sequence[Pointed]) -> Image.Image:
    """Twelve hits above twelve misses, of different names as far as there are; the truth is boxed in yellow."""
    return draw_page(
        {"hits": choose(answers, lambda a: a.there and a.hit), "misses": choose(answers, lambda a: a.there and not a.hit)},
        recording.frame,
    )


def draw_truth(recording: Recording) -> Image.Image:
    """What the recording says of some of its frames, evenly spread: boxes with their names."""
    rows = [row for row in recording.rows if row.entities]
    some = [rows[i * len(rows) // TILES] for i in range(min(TILES, len(rows)))]
    return draw_boxes([(recording.frame(row), [(e.name, e.box) for e in row.entities]) for row in some])


def draw_scenes(scenes: Iterable[Scene]) -> Image.Image:
    """Training scenes with the most telling names of what is in them."""
    return draw_boxes([(scene.frame, [(e.name, e.box) for e in scene.entities]) for scene in scenes])


def draw_boxes(frames: Sequence[tuple[Pixels, Sequence[tuple[str, Sequence[float]]]]]) -> Image.Image:
    """A page of frames, each with named boxes."""
    page = Image.new("RGB", (COLUMNS * TILE[0], max(1, -(-len(frames) // COLUMNS)) * TILE[1]), PAGE)
    for i, (pixels, boxes) in enumerate(frames):
        page.paste(_truth(pixels, boxes), ((i % COLUMNS) * TILE[0] + 3, (i // COLUMNS) * TILE[1] + 3))
    return page


def _truth(pixels: Pixels, boxes: Sequence[tuple[str, Sequence[float]]]) -> Image.Image:
    picture, scale = _fitted(pixels)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(9)
    named = [(name, _corners(box, scale)) for name, box in boxes]
    for _, box in named:
        draw.rectangle(box, outline=TRUTH)
    for (name, _), (left, top, *_) in zip(named, place_names(draw, named, picture.size, font), strict=True):
        draw.text((left, top), name, fill=TRUTH, font=font, stroke_width=1, stroke_fill=(0, 0, 0))
    return picture


def _corners(box: Sequence[float], scale: float) -> Box:
    x, y, w, h = (v * scale for v in box)
    return x, y, x + w, y + h


def place_names(draw: ImageDraw.ImageDraw, named: Sequence[tuple[str, Box]], size: tuple[int, int], font: Font) -> list[Box]:
    """Where each name is written: in its box, else above, below or beside it; inside the picture, and on as little of others'
    names as there is room for.
    """
    places: list[Box] = []
    for name, (left, top, right, bottom) in named:
        width, tall = draw.textlength(name, font) + 2, 11.0
        rows = (top, top - tall, bottom, *(top + step * tall for step in (1, -2, 2, -3, 3)))
        spots = [(x, y) for y in rows for x in (left + 1, right - width, right + 1, left - width)]
        inside = [(max(min(x, size[0] - width), 1.0), max(min(y, size[1] - tall), 0.0)) for x, y in spots]
        boxes = [(x, y, x + width, y + tall) for x, y in inside]
        places.append(min(boxes, key=lambda box: sum(_shared(box, other) for other in places)))
    return places


def _shared(a: Box, b: Box) -> float:
    """The area that two boxes share."""
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(across, 0.0) * max(down, 0.0)


def _fitted(pixels: Pixels) -> tuple[Image.Image, float]:
    """The frame at the size of a tile, and by how much it was scaled."""
    scale = min((TILE[0] - 6) / pixels.shape[1], (TILE[1] - 6) / pixels.shape[0])
    return Image.fromarray(pixels).resize((round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))), scale


def choose(answers: Sequence[Pointed], wanted: Callable[[Pointed], bool]) -> list[Pointed]:
    """Some answers of the wanted kind: one of each name before a second of any, the same ones in every run."""
    rounds: dict[str, int] = {}
    numbered = []
    for answer in sorted(filter(wanted, answers), key=lambda a: stable_share(f"{a.question.row.frame}{a.question.phrase}")):
        rounds[answer.question.phrase] = rounds.get(answer.question.phrase, 0) + 1
        numbered.append((rounds[answer.question.phrase], answer))
    return [answer for _, answer in sorted(numbered, key=lambda pair: pair[0])][:TILES]


def draw_page(parts: dict[str, list[Pointed]], frame: Callable[[Row], Pixels]) -> Image.Image:
    """One part below the other, each with its title, under a line that says what the marks mean."""
    strips = [_strip(title, answers, frame) for title, answers in parts.items() if answers]
    page = Image.new("RGB", (COLUMNS * TILE[0], CAPTION + sum(s.height for s in strips)), PAGE)
    ImageDraw.Draw(page).text((6, 3), LEGEND, fill=INK, font=ImageFont.load_default(13))
    top = CAPTION
    for strip in strips:
        page.paste(strip, (0, top))
        top += strip.height
    return page


def _strip(title: str, answers: Sequence[Pointed], frame: Callable[[Row], Pixels]) -> Image.Image:
    rows = -(-len(answers) // COLUMNS)
    strip = Image.new("RGB", (COLUMNS * TILE[0], CAPTION + rows * (TILE[1] + CAPTION)), PAGE)
    ImageDraw.Draw(strip).text((6, 3), title, fill=INK, font=ImageFont.load_default(14))
    for i, answer in enumerate(answers):
        place = (i % COLUMNS) * TILE[0], CAPTION + (i // COLUMNS) * (TILE[1] + CAPTION)
        strip.paste(_tile(answer, frame(answer.question.row)), place)
    return strip


def _tile(answer: Pointed, pixels: Pixels) -> Image.Image:
    tile = Image.new("RGB", (TILE[0], TILE[1] + CAPTION), PAGE)
    picture, scale = _fitted(pixels)
    draw = ImageDraw.Draw(picture)
    for x, y, w, h in answer.question.boxes:
        draw.rectangle((x * scale, y * scale, (x + w) * scale, (y + h) * scale), outline=TRUTH)
    _cross(draw, answer.x * scale, answer.y * scale, HIT if answer.hit else MISS)
    tile.paste(picture, ((TILE[0] - picture.width) // 2, 3))
    caption = f"{answer.question.phrase}  {answer.p:.0%}"
    ImageDraw.Draw(tile).text((6, TILE[1]), caption, fill=INK, font=ImageFont.load_default(13))
    return tile


def _cross(draw: ImageDraw.ImageDraw, x: float, y: float, colour: tuple[int, int, int]) -> None:
    for width, ink in ((5, (0, 0, 0)), (2, colour)):
        draw.line((x - 9, y, x + 9, y), fill=ink, width=width)
        draw.line((x, y - 9, x, y + 9), fill=ink, width=width)
