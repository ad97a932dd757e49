"""Which models are compared: every text encoder with every image encoder and fusion, and the controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from pydantic import BaseModel, ConfigDict

from engine.errors import Fault
from engine.lab.config import FusionCfg, ImageCfg, Modality, ModelCfg, TextCfg, TrainCfg

TEXTS = {
    "embedding": TextCfg(encoder="embedding", weights="none", tuned_layers=0, frozen=False),
    "minilm": TextCfg(encoder="minilm", tuned_layers=3),
}
IMAGES = {
    "resnet18": ImageCfg(encoder="resnet18", weights="none", frozen=False),  # no package carries its weights
    "mobilenet_v3_small": ImageCfg(encoder="mobilenet_v3_small", weights="none", frozen=False),
    "efficientnet_lite0": ImageCfg(encoder="efficientnet_lite0"),
}
FUSIONS = ("concat", "film", "cross_attention")
BOTH: tuple[Modality, ...] = ("text", "image")


class Combination(BaseModel):
    """One model of the comparison."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    text: TextCfg
    image: ImageCfg
    fusion: str
    modalities: tuple[Modality, ...] = BOTH

    def recipe(self, base: TrainCfg) -> TrainCfg:
        """`base` with the parts of this combination."""
        parts = {
            "name": self.name,
            "text": self.text,
            "image": self.image,
            "fusion": FusionCfg(name=self.fusion, dim=base.model.fusion.dim),
            "modalities": self.modalities,
        }
        return base.model_copy(update={"model": ModelCfg.model_validate(dict(base.model) | parts)})


def combinations(weights: Mapping[str, str] | None = None) -> list[Combination]:
    """All combinations; then the default without eyes, without ears, and with an image encoder from scratch.

    The last tells what EfficientNet owes to its pretrained weights, which the other image encoders have not got.

    Args:
        weights: files with pretrained weights by the name of an image encoder, which is then frozen.
    """
    images = IMAGES | {name: _pretrained(name, path) for name, path in (weights or {}).items()}
    crossed = [
        Combination(name=f"{text}-{image}-{fusion}", text=TEXTS[text], image=images[image], fusion=fusion)
        for text, image, fusion in product(TEXTS, IMAGES, FUSIONS)
    ]
    best = {"text": TEXTS["minilm"], "image": images["efficientnet_lite0"], "fusion": "cross_attention"}
    scratch = ImageCfg(encoder="efficientnet_lite0", weights="none", frozen=False)
    return [
        *crossed,
        Combination(name="text-alone", **best, modalities=("text",)),
        Combination(name="picture-alone", **best, modalities=("image",)),
        Combination(name="minilm-efficientnet_lite0-cross_attention-scratch", **best | {"image": scratch}),
    ]


def _pretrained(name: str, path: str) -> ImageCfg:
    if name not in IMAGES:
        raise Fault("unknown_part", f"No image encoder '{name}' is compared.", f"Use one of: {', '.join(IMAGES)}.")
    return ImageCfg(encoder=name, weights=path)


def choose(every: Sequence[Combination], parts: Sequence[str]) -> list[Combination]:
    """Those whose names hold one of `parts` (all, where none is given)."""
    chosen = [c for c in every if not parts or any(part in c.name for part in parts)]
    if not chosen:
        wanted, names = " or ".join(map(repr, parts)), ", ".join(c.name for c in every)
        raise Fault("nothing_chosen", f"No combination's name holds {wanted}.", f"There are: {names}.")
    return chosen
