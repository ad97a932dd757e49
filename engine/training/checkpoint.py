"""A run directory.

`recipe.yaml`, `labels.yaml`, `model.safetensors` (the result); for each stage its best weights, and its last ones with
its state to resume from.
"""

from __future__ import annotations

from pathlib import Path

import torch
import yaml
from safetensors.torch import load_file, save_file

from engine.errors import EngineError
from engine.labels import Labels, load_labels
from engine.model import NpcModel, build_model
from engine.training.config import TrainCfg, load_recipe


def save_weights(model: NpcModel, path: Path) -> None:
    """Write all weights as safetensors, atomically."""
    partial = path.with_suffix(".partial")
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, partial)
    partial.replace(path)


def start_run(run: Path, cfg: TrainCfg, labels: Labels) -> None:
    """Create the run directory, or check that an existing one is of the same recipe."""
    run.mkdir(parents=True, exist_ok=True)
    recipe = run / "recipe.yaml"
    text = yaml.safe_dump(cfg.model_dump(mode="json"), sort_keys=False)
    if recipe.exists() and recipe.read_text(encoding="utf-8") != text:
        raise EngineError("run_differs", f"{run} holds a run of another recipe.", "Choose another --out directory.")
    recipe.write_text(text, encoding="utf-8")
    (run / "labels.yaml").write_text(yaml.safe_dump(labels.model_dump(mode="json"), sort_keys=False), encoding="utf-8")


def load_run(run: Path, weights: str = "model.safetensors") -> tuple[NpcModel, TrainCfg]:
    """Rebuild the model of a run, in evaluation mode."""
    if not (run / "recipe.yaml").is_file() or not (run / weights).is_file():
        raise EngineError(
            "run_missing", f"{run} is not a finished training run.", "Give the directory that `python -m engine train` printed."
        )
    cfg = load_recipe(str(run / "recipe.yaml"))
    model = build_model(cfg.model, load_labels(run / "labels.yaml"), pretrained=False)
    model.load_state_dict(load_file(run / weights))
    model.image_tuned = cfg.tune is not None
    return model.eval(), cfg


def save_state(path: Path, **state: object) -> None:
    """Write what a resume needs beside the weights (optimiser, step), atomically."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)
