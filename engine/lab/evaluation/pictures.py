"""A page of hits and misses: what the model was asked, where it pointed, where the thing was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from engine.formats.recording import Recording, Row
from engine.lab.data.concepts import stable_share
from engine.lab.data.things import Scene
from engine.lab.evaluation.ask_recording import Pointed, PresenceQuestion

Pixels = npt.NDArray[np.uint8]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
HIT, MISS, TRUTH, INK, PAGE = (70, 220, 110), (255, 90, 70), (250, 210, 70), (235, 235, 235), (22, 24, 30)
CARD, EDGE = (44, 48, 58), (0, 0, 0)  # under a picture and its caption, which belong together; around what is drawn
TILE, COLUMNS, ROWS, CAPTION, GAP = (300, 200), 4, 3, 22, 8  # pixels of a tile, of its caption, between tiles; rows of a part
SEEN = 12  # pixels of a box's side, at least, that of a smaller thing is drawn around it
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
    scale = min((TILE[0] - GAP - 6) / pixels.shape[1], (TILE[1] - 6) / pixels.shape[0])
    return Image.fromarray(pixels).resize((round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))), scale


def choose(answers: Sequence[Pointed], wanted: Callable[[Pointed], bool]) -> list[Pointed]:
    """Some answers of the wanted kind, the same ones in every run: see `various`."""
    found = sorted(filter(wanted, answers), key=lambda a: stable_share(f"{a.question.row.frame}{a.question.phrase}"))
    return [found[i] for i in various([a.question for a in found])]


def various(questions: Sequence[PresenceQuestion]) -> list[int]:
    """Which of the questions make a page: one of each name and of each frame before a second of any, the first ones first."""
    left, chosen = list(range(len(questions))), list[int]()
    names, frames = Counter[str](), Counter[str]()
    while left and len(chosen) < TILES:
        best = min(left, key=lambda i: (names[questions[i].phrase], frames[questions[i].row.frame], i))
        left.remove(best)
        chosen.append(best)
        names[questions[best].phrase] += 1
        frames[questions[best].row.frame] += 1
    return chosen


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
    step = TILE[0], TILE[1] + CAPTION + GAP
    strip = Image.new("RGB", (COLUMNS * step[0], CAPTION + rows * step[1] + GAP), PAGE)
    ImageDraw.Draw(strip).text((6, 2), title, fill=INK, font=ImageFont.load_default(15))
    for i, answer in enumerate(answers):
        place = (i % COLUMNS) * step[0] + GAP // 2, CAPTION + (i // COLUMNS) * step[1]
        strip.paste(_tile(answer, frame(answer.question.row)), place)
    return strip


def _tile(answer: Pointed, pixels: Pixels) -> Image.Image:
    """A card: the picture, and right below it what was asked."""
    tile = Image.new("RGB", (TILE[0] - GAP, TILE[1] + CAPTION), CARD)
    picture, scale = _fitted(pixels)
    draw = ImageDraw.Draw(picture)
    _cross(draw, answer.x * scale, answer.y * scale, HIT if answer.hit else MISS)
    for x, y, w, h in answer.question.boxes:
        _box(draw, (x * scale, y * scale, (x + w) * scale, (y + h) * scale), picture.size)
    tile.paste(picture, ((tile.width - picture.width) // 2, TILE[1] - 3 - picture.height))
    caption = f"{answer.question.phrase}  {answer.p:.0%}"
    ImageDraw.Draw(tile).text((6, TILE[1] + 1), caption, fill=INK, font=ImageFont.load_default(13))
    return tile


def _box(draw: ImageDraw.ImageDraw, box: Box, size: tuple[int, int]) -> None:
    """The box of a thing, inside the picture, around and not on a thing that is hardly larger than its lines."""
    sides = []
    for low, high, most in zip(box[:2], box[2:], size, strict=True):
        more = max(SEEN - (high - low), 0) / 2
        sides.append((max(low - more, 1.0), min(high + more, most - 2.0)))
    (left, right), (top, bottom) = sides
    for grown, ink in ((1, EDGE), (-1, EDGE), (0, TRUTH)):
        corners = left - grown, top - grown, right + grown, bottom + grown
        if corners[0] <= corners[2] and corners[1] <= corners[3]:
            draw.rectangle(corners, outline=ink)


def _cross(draw: ImageDraw.ImageDraw, x: float, y: float, colour: tuple[int, int, int]) -> None:
    """Four arms that leave what is pointed at free."""
    for width, ink in ((5, EDGE), (2, colour)):
        for near, far in ((-11, -4), (4, 11)):
            draw.line((x + near, y, x + far, y), fill=ink, width=width)
            draw.line((x, y + near, x, y + far), fill=ink, width=width)
