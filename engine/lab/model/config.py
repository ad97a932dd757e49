"""Config of a model, read from YAML. Every field that a recipe may change, with the reason beside it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Modality = Literal["text", "image"]


class _Cfg(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageCfg(_Cfg):
    encoder: str = "efficientnet_lite0"
    weights: str = "package"  # "package", "none" (from scratch), or a path to a state dict
    frozen: bool = True  # frozen features are computed once and cached: 30 times faster epochs


class TextCfg(_Cfg):
    encoder: str = "minilm"
    weights: str = "package"
    tuned_layers: int = Field(default=2, ge=0, le=6)  # copies of the last layers, tuned for utterances
    frozen: bool = True  # frozen after its own pre-training stage; its vectors are cached


class FusionCfg(_Cfg):
    name: str = "cross_attention"
    dim: int = 256


class ModelCfg(_Cfg):
    name: str = "default"
    image: ImageCfg = ImageCfg()
    text: TextCfg = TextCfg()
    fusion: FusionCfg = FusionCfg()
    size: tuple[int, int] = (192, 320)  # height, width: close to 16:9, multiples of 32; a third faster than 224x384
    grid_dim: int = 128  # channels of the stride-8 grid in which words and cells meet
    scene_dim: int = 256
    modalities: tuple[Modality, ...] = ("text", "image")  # drop one for an ablation
    grounding: bool = True  # False: no heat map, as in the article's model
