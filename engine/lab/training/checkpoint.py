"""A run directory.

`recipe.yaml`, `labels.yaml`, `data.yaml` (which lines, rules and scenes), `model.safetensors` (the result); for each stage
its best weights, and its last ones with its state to resume from.
"""

from __future__ import annotations

from pathlib import Path

import torch
import yaml
from safetensors.torch import load_file, save_file

from engine.errors import Fault
from engine.files import whole_file
from engine.formats.labels import Labels, load_labels
from engine.lab.model import NpcModel, build_model
from engine.lab.training.config import TrainCfg, load_recipe

OTHER = {"recipe": "another recipe", "labels": "other labels", "data": "other lines, rules or scenes"}


def save_weights(model: NpcModel, path: Path, parts: tuple[str, ...] = ("",)) -> None:
    """Write the weights whose names begin with one of `parts` as safetensors, atomically."""
    with whole_file(path) as partial:
        save_file({k: v.contiguous() for k, v in model.state_dict().items() if k.startswith(parts)}, partial)


def start_run(run: Path, cfg: TrainCfg, labels: Labels, data: str = "") -> None:
    """Create the run directory, or check that an existing one is of the same recipe, labels and training data.

    Args:
        data: a short name for the state of what is learnt from, see `versions.LESSONS_VERSION`.
    """
    run.mkdir(parents=True, exist_ok=True)
    made_of = {
        "recipe": yaml.safe_dump(cfg.model_dump(mode="json"), sort_keys=False),
        "labels": yaml.safe_dump(labels.model_dump(mode="json"), sort_keys=False),
        "data": f"{data}\n",
    }
    for what, text in made_of.items():
        file = run / f"{what}.yaml"
        if file.exists() and file.read_text(encoding="utf-8") != text:
            other = OTHER[what]
            raise Fault("run_differs", f"{run} holds a run of {other}.", "Choose another --out directory.")
    for what, text in made_of.items():
        (run / f"{what}.yaml").write_text(text, encoding="utf-8")


def load_run(run: Path, weights: str = "model.safetensors") -> tuple[NpcModel, TrainCfg]:
    """Rebuild the model of a run, in evaluation mode."""
    if not (run / "recipe.yaml").is_file() or not (run / weights).is_file():
        raise Fault(
            "run_missing", f"{run} is not a finished training run.", "Give the directory that `python -m engine train` printed."
        )
    cfg = load_recipe(str(run / "recipe.yaml"))
    model = build_model(cfg.model, load_labels(run / "labels.yaml"), pretrained=False)
    model.load_state_dict(load_file(run / weights))
    model.image_tuned = cfg.tune is not None
    return model.eval(), cfg


def save_state(path: Path, **state: object) -> None:
    """Write what a resume needs beside the weights (optimiser, step), atomically."""
    with whole_file(path) as partial:
        torch.save(state, partial)
