"""What a bundle can go on learning with: every weight above the encoders, small enough to travel with it.

Large matrices are stored as INT8 with a scale for each row, which is how the shipped graphs round them, too; the rest
as float16. safetensors: no code is unpickled.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.lab.model import NpcModel

ENCODERS = ("image.", "text.")
LARGE = 1 << 16  # entries from which a matrix is stored as INT8
SCALE = ".row_scale"


def write_heads(model: NpcModel, path: Path) -> None:
    """Store neck, grounding, danger, fusion, heads and calibration of a model."""
    packed: dict[str, Tensor] = {}
    for name, value in model.state_dict().items():
        if not name.startswith(ENCODERS):
            packed |= _pack(name, value)
    save_file(packed, path)
    path.chmod(0o644)  # the library writes files that nobody else may read


def read_heads(model: NpcModel, path: Path) -> None:
    """Load them into a model of the same config.

    Raises:
        RuntimeError: where the file is not that of such a model (torch names the tensors).
    """
    stored = load_file(path)
    weights = {name: _unpack(name, stored) for name in stored if not name.endswith(SCALE)}
    encoders = {name: value for name, value in model.state_dict().items() if name.startswith(ENCODERS)}
    model.load_state_dict(encoders | weights)


def _pack(name: str, value: Tensor) -> dict[str, Tensor]:
    if not value.is_floating_point() or name.startswith("calibration."):
        return {name: value.contiguous()}
    if value.ndim < 2 or value.numel() < LARGE:
        return {name: value.half().contiguous()}
    rows = value.flatten(1)
    scale = (rows.abs().amax(1) / 127).clamp(min=1e-8)
    return {name: (value / _column(scale, value)).round().to(torch.int8).contiguous(), name + SCALE: scale}


def _unpack(name: str, stored: dict[str, Tensor]) -> Tensor:
    value = stored[name]
    if name + SCALE in stored:
        return value.float() * _column(stored[name + SCALE], value)
    return value.float() if value.is_floating_point() else value


def _column(scale: Tensor, value: Tensor) -> Tensor:
    return scale.view(-1, *[1] * (value.ndim - 1))
