"""A page of heat maps: where the model looks for a few phrases in held-out scenes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw, ImageFont

from engine.lab.model import NpcModel
from engine.lab.training.dataset import SceneDataset, encode_batch
from engine.lab.training.feature_cache import ScenePair
from engine.lab.training.texts import Texts

COLUMNS, CAPTION = 3, 18


@torch.no_grad()
def draw_heat(model: NpcModel, table: Texts, data: SceneDataset, pairs: list[ScenePair]) -> Image.Image:
    """One named thing of each scene, the heat of its name in red, its box in yellow.

    Args:
        pairs: the first scenes of `data`, as frames with records.
    """
    height, width = pairs[0][0].shape[:2]
    page = Image.new("RGB", (COLUMNS * width, -(-len(pairs) // COLUMNS) * (height + CAPTION)), (22, 24, 30))
    for i, (frame, record) in enumerate(pairs):
        batch = {name: value[None] for name, value in data[i].items()}
        if not record.entities:
            continue
        entity = record.entities[i % len(record.entities)]
        name = entity["names"][0]
        table.add({name})
        grid, _, valid = encode_batch(model, batch)
        phrase = table.sentences(table.rows([name])[None])
        heat, presence = model.watch(grid, phrase, valid)
        p = float(model.calibrated("watch", presence[0, 0]).sigmoid())
        tile = _tile(frame, heat[0, 0].sigmoid().numpy(), entity["box"])
        place = (i % COLUMNS * width, i // COLUMNS * (height + CAPTION))
        page.paste(tile, place)
        ImageDraw.Draw(page).text(
            (place[0] + 4, place[1] + height + 2), f"{name}  {p:.0%}", "white", ImageFont.load_default(12)
        )
    return page


def _tile(frame: npt.NDArray[np.uint8], heat: npt.NDArray[np.float32], box: tuple[float, float, float, float]) -> Image.Image:
    height, width = frame.shape[:2]
    strength = Image.fromarray((255 * heat).astype(np.uint8)).resize((width, height), Image.Resampling.BILINEAR)
    tile = Image.composite(
        Image.new("RGB", (width, height), (255, 40, 30)), Image.fromarray(frame), strength.point(lambda v: v * 0.7)
    )
    x, y, w, h = box
    ImageDraw.Draw(tile).rectangle((x, y, x + w, y + h), outline=(250, 210, 70))
    return tile
