"""What became of one combination: trained, measured, exported. Kept in its directory, so that it is done but once."""

from __future__ import annotations

from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict

from engine.errors import Fault
from engine.lab.comparison.combinations import Combination
from engine.lab.config import TrainCfg
from engine.lab.training.evaluate import measure_strangers, split_data
from engine.lab.training.measure import measure
from engine.lab.training.recipe import run_recipe, train_words
from engine.lab.training.run import Progress, load_run
from engine.lab.training.texts import texts_of
from export.graphs import export_graphs

Figures = dict[str, dict[str, float]]
# Half a gigabyte a combination; graphs and recipe stay.
PASSING = ("model.safetensors", "scene.safetensors", "scene-last.safetensors", "scene-state.pt", "text.safetensors")


class Outcome(BaseModel):
    """Figures per head as `python -m engine evaluate` gives them, and what they cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    combination: Combination
    held_out: int  # scenes that it was measured on
    steps: int  # of the scene stage, in the time that it had
    words_s: float  # seconds of the text stage, once for all that share it, outside of the budget
    scene_s: float  # seconds of the scene stage, its validations included
    size_mb: float  # of the fp32 graphs that it needs at run time
    figures: Figures


def run_combination(combination: Combination, base: TrainCfg, out: Path, cache: Path, held_out: int) -> Outcome:
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
    outcome = Outcome(
        combination=combination,
        held_out=held_out,
        steps=state["step"],
        words_s=words_s,
        scene_s=state["seconds"],
        size_mb=sum(graphs[name].stat().st_size for name in needed(combination)) / 1e6,
        figures=measure(model, table, scenes).report()
        | {f"strangers_{head}": figures for head, figures in measure_strangers(model).items()},
    )
    done.write_text(outcome.model_dump_json(indent=2) + "\n", encoding="utf-8")
    for name in PASSING:
        (folder / name).unlink(missing_ok=True)
    return outcome


def needed(combination: Combination) -> tuple[str, ...]:
    """The graphs that a game would load: who has no eyes needs no image encoder."""
    seeing = ("image", "watch") if "image" in combination.modalities else ()
    hearing = ("text",) if "text" in combination.modalities else ()
    return (*seeing[:1], *hearing, "decide", *(seeing[1:] if hearing else ()))


def _read(path: Path, combination: Combination, held_out: int) -> Outcome:
    outcome = Outcome.model_validate_json(path.read_text(encoding="utf-8"))
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
