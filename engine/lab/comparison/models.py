"""Which models are compared (every text encoder, image encoder and fusion, and controls), and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict

from engine.errors import Fault
from engine.files import write_whole
from engine.lab.config import FusionCfg, ImageCfg, Modality, ModelCfg, TextCfg, TrainCfg
from engine.lab.model.fusions import fusions
from engine.lab.model.image_encoders import image_encoders
from engine.lab.model.text_encoders import text_encoders
from engine.lab.training.evaluate import measure_strangers, split_data
from engine.lab.training.measure import measure_run
from engine.lab.training.recipe import run_recipe, train_words
from engine.lab.training.run import Progress, load_run
from engine.lab.training.texts import texts_of
from export.graphs import export_graphs

# All that are registered. Weights that a package carries are taken, and stay as they are; the rest learns from scratch.
TEXTS = {
    name: TextCfg(encoder=name, tuned_layers=3)
    if text_encoders[name].packaged
    else TextCfg(encoder=name, weights="none", tuned_layers=0, frozen=False)
    for name in text_encoders
}
IMAGES = {
    name: ImageCfg(encoder=name) if image_encoders[name].packaged else ImageCfg(encoder=name, weights="none", frozen=False)
    for name in image_encoders
}
FUSIONS = tuple(fusions)
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
    default = ModelCfg()
    text, image, fusion = default.text.encoder, default.image.encoder, default.fusion.name
    best = Combination(name="best", text=TEXTS[text], image=images[image], fusion=fusion)
    scratch = ImageCfg(encoder=image, weights="none", frozen=False)
    return [
        *crossed,
        best.model_copy(update={"name": "text-alone", "modalities": ("text",)}),
        best.model_copy(update={"name": "picture-alone", "modalities": ("image",)}),
        best.model_copy(update={"name": f"{text}-{image}-{fusion}-scratch", "image": scratch}),
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


Figures = dict[str, dict[str, float]]
# Half a gigabyte a combination; graphs and recipe stay.
PASSING = ("model.safetensors", "scene.safetensors", "scene-last.safetensors", "scene-state.pt", "text.safetensors")


class ModelResult(BaseModel):
    """Figures per head as `python -m engine evaluate` gives them, and what they cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    combination: Combination
    held_out: int  # scenes that it was measured on
    steps: int  # of the scene stage, in the time that it had
    words_s: float  # seconds of the text stage, once for all that share it, outside of the budget
    scene_s: float  # seconds of the scene stage, its validations included
    size_mb: float  # of the fp32 graphs that it needs at run time
    figures: Figures


def run_combination(combination: Combination, base: TrainCfg, out: Path, cache: Path, held_out: int) -> ModelResult:
    """Train, measure on `held_out` unseen scenes, and export into `out/NAME`; a finished one is read from there."""
    folder = out / combination.name
    done = folder / "outcome.json"
    if done.exists():
        return _read(done, combination, held_out)
    cfg, words_s = _with_words(combination.recipe(base), out)
    run_recipe(cfg, folder, cache)
    state = torch.load(folder / "scene-state.pt", weights_only=True)
    model = load_run(folder)[0]
    graphs, table = export_graphs(model, folder), texts_of(model)
    scenes, _ = split_data(model, cfg, "train", cache, held_out, table, Progress(None))
    outcome = ModelResult(
        combination=combination,
        held_out=held_out,
        steps=state["step"],
        words_s=words_s,
        scene_s=state["seconds"],
        size_mb=sum(graphs[name].stat().st_size for name in needed(combination)) / 1e6,
        figures=measure_run(model, table, scenes).report()
        | {f"strangers_{head}": figures for head, figures in measure_strangers(model).items()},
    )
    write_whole(done, outcome.model_dump_json(indent=2) + "\n")
    for name in PASSING:
        (folder / name).unlink(missing_ok=True)
    return outcome


def needed(combination: Combination) -> tuple[str, ...]:
    """The graphs that a game would load: who has no eyes needs no image encoder."""
    seeing = ("image", "watch") if "image" in combination.modalities else ()
    hearing = ("text",) if "text" in combination.modalities else ()
    return (*seeing[:1], *hearing, "decide", *(seeing[1:] if hearing else ()))


def _read(path: Path, combination: Combination, held_out: int) -> ModelResult:
    outcome = ModelResult.model_validate_json(path.read_text(encoding="utf-8"))
    if (outcome.combination, outcome.held_out) != (combination, held_out):
        raise Fault(
            "run_differs", f"{path.parent} was made with other --weights or --held-out.", "Choose another --out directory."
        )
    return outcome


def _with_words(cfg: TrainCfg, out: Path) -> tuple[TrainCfg, float]:
    """The recipe with the text stage that all with the same frozen text encoder share, and the seconds that it took.

    A text encoder that learns with the rest has no text stage.
    """
    if not cfg.model.text.frozen:
        return cfg, 0.0
    folder = out / f"words-{cfg.model.text.encoder}"
    seconds = train_words(cfg, folder)
    return cfg.model_copy(update={"text": cfg.text.model_copy(update={"reuse": folder})}), seconds
