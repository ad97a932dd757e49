"""A recipe, read from YAML: the model, what it learns from, its stages. Every field with the reason beside it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import Fault

Modality = Literal["text", "image"]
Channels = tuple[float, float, float]


class _Cfg(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HfCfg(_Cfg):
    """What an encoder of Transformers is made of. Read from its folder when a run starts; nobody needs to write it."""

    config: dict[str, Any]  # its config.json
    pooling: Literal["mean", "cls"] = "mean"  # hidden states to a sentence
    mean: Channels | None = None  # of pixels 0..255
    std: Channels | None = None
    digest: str = ""  # of its weights: cached features are of one of them


class ImageCfg(_Cfg):
    encoder: str = "efficientnet_lite0"  # or hf:NAME, of Hugging Face Transformers, on this machine
    weights: str = "package"  # "package", "none" (from scratch), or a path to a state dict
    frozen: bool = True  # frozen features are computed once and cached: 30 times faster epochs
    hf: HfCfg | None = None


class TextCfg(_Cfg):
    encoder: str = "minilm"  # or hf:NAME
    weights: str = "package"
    tuned_layers: int = Field(default=2, ge=0, le=6)  # copies of the last layers, tuned for utterances
    frozen: bool = True  # frozen after its own pre-training stage; its vectors are cached
    hf: HfCfg | None = None


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
    scene_norm: bool = (
        False  # bring what the scene vector is made of to one size: without it, as in 0.1, it dies in the first steps
    )
    modalities: tuple[Modality, ...] = ("text", "image")  # drop one for an ablation
    grounding: bool = True  # False: no heat map, as in the article's model


class ArtCfg(_Cfg):
    packs: tuple[str, ...] = ()  # of game art, see `python -m engine assets --art`
    scenes: int = Field(default=0, ge=0)  # composed of them, cached as features
    sheets: int = Field(default=0, ge=0)  # of many things each, for the stage `name`; without one, among the scenes
    held_out: tuple[str, ...] = ()  # packs whose things are never trained on: presence is calibrated on them, too
    validation: int = Field(default=300, ge=4)  # scenes never trained on


class DataCfg(_Cfg):
    scenes: int = Field(default=20_000, ge=8)  # synthetic scenes, cached as features
    art: ArtCfg = ArtCfg()
    validation: int = Field(default=800, ge=4)  # scenes never trained on, same families
    lessons: int = Field(default=8, ge=1)  # utterances a scene
    queries: int = Field(default=16, ge=2)  # watch phrases a scene
    datasets: tuple[str, ...] = ()  # public ones, as FORMAT:PATH, see `engine.lab.data.public`
    recordings: tuple[Path, ...] = ()  # directories in the recording format
    recording_repeat: int = Field(default=1, ge=1)  # how often a recorded frame counts in an epoch


class TextStageCfg(_Cfg):
    epochs: int = 12
    batch: int = 32
    lr: float = 1.5e-4  # of the tuned layers; new layers learn ten times faster
    fills: int = 2  # each line with a slot is seen with so many things an epoch
    reuse: Path | None = None  # run directory whose text stage is taken over (same text encoder)


class MissingCfg(_Cfg):
    """Shares of what is learnt from without one modality or both, so that a model copes where a game sends less."""

    blind: float = Field(default=0.0, ge=0, le=1)  # of the scenes: without the picture; what is right stays right
    deaf: float = Field(default=0.0, ge=0, le=1)  # of the utterances: not heard, so that silence's answer is right
    mute: float = Field(default=0.0, ge=0, le=1)  # of the scenes: neither picture nor words come in


class SceneStageCfg(_Cfg):
    epochs: float = Field(default=4.0, ge=0)  # 0: left out
    batch: int = 16
    lr: float = 1.5e-3
    weight_decay: float = 0.02
    validate_every: int = 400  # steps; the best checkpoint by validation is kept
    start_from: Path | None = None  # run directory whose fused part is the starting point (same encoders)
    naming: float = Field(default=0.5, ge=0)  # weight of telling each thing from all others by its names; 0: left out
    missing: MissingCfg = MissingCfg()
    snapshots: int = Field(default=0, ge=0)  # weights of the last so many validations are kept, for `soup`
    blend: float = Field(default=1.0, gt=0, le=1)  # weight of what is learnt, the rest of what it begins with (WiSE-FT)
    image_rate: float = Field(default=0.1, gt=0)  # of `lr`, where the image encoder's later stages learn too
    image_held: int = Field(default=0, ge=0)  # of these stages' blocks, the first that stay as they are
    minutes: float | None = Field(default=None, gt=0)  # wall time of the stage, resumes included, for equal budgets


class TrainCfg(_Cfg):
    model: ModelCfg = ModelCfg()
    data: DataCfg = DataCfg()
    text: TextStageCfg = TextStageCfg()
    name: SceneStageCfg | None = None  # a stage before, in which sheets of things are named, and nothing else is learnt
    scene: SceneStageCfg = SceneStageCfg()
    tune: SceneStageCfg | None = None  # a further stage in which the image encoder's later stages learn too
    seed: int = 7


def load_recipe(name: str) -> TrainCfg:
    """Read a recipe by path, or by the name of one that ships in `engine/lab/configs`."""
    path = Path(name)
    shipped = Path(str(resources.files("engine.lab"))) / "configs"
    if not path.is_file():
        path = shipped / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in shipped.glob("*.yaml")))
        raise Fault("recipe_missing", f"There is no recipe '{name}'.", f"Give a YAML file or one of: {known}.")
    try:
        return TrainCfg.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (ValidationError, yaml.YAMLError) as error:
        first = " ".join(str(error).splitlines()[1:3]).strip() or str(error)
        raise Fault("recipe_invalid", f"{path} is not a recipe: {first}.", "See docs/training.md.") from None
