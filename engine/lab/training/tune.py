"""Hyperparameter search of the scene stage (Optuna, Akiba et al. 2019): bad trials are stopped early.

The search is relative to a recipe: each hyperparameter is the recipe's own times a factor, and the first trial is the
recipe as it stands, so that the best is never worse than what it started from.
"""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import optuna
import yaml
from optuna.trial import FrozenTrial, Trial, TrialState

from engine.files import cache_directory, write_json, write_whole
from engine.formats.labels import load_labels
from engine.lab.config import TrainCfg
from engine.lab.training.parallel import run_away, spread
from engine.lab.training.recipe import run_recipe, train_words
from engine.lab.training.run import start_run

FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
RATES = {"lr": 4.0, "weight_decay": 10.0}  # of the scene stage: between the recipe's divided and multiplied by this
WIDTHS = {"fusion": (0.5, 1.0, 1.5), "grid": (0.75, 1.0, 1.5), "scene": (0.5, 1.0, 1.5)}
VALIDATIONS = 8  # of a trial
AS_IT_IS = dict.fromkeys((*RATES, *WIDTHS), 1.0)


@dataclass(frozen=True)
class TrialResult:
    """A trial: the values that it tried, its best validation score (see `SceneStage`), and whether it was stopped early."""

    number: int
    values: dict[str, float]
    score: float
    pruned: bool


class Search:
    """A study in `out`: `study.db` (goes on where it stopped), `trials.json` and `best.yaml`.

    Args:
        recipe: what the search starts from.
        scenes: training scenes of a trial, where they are to be fewer than the recipe's.
    """

    def __init__(self, recipe: TrainCfg, out: Path, cache: Path | None = None, scenes: int | None = None) -> None:
        self.recipe, self.cfg = recipe, _of_trials(recipe, scenes)
        self.out, self.cache = out, cache_directory(cache)
        self._away, self._reading = False, threading.Lock()
        start_run(out, self.cfg, load_labels())
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        storage = f"sqlite:///{(out / 'study.db').resolve()}"
        self.study = optuna.create_study(
            storage=storage,
            study_name="scene",
            direction="maximize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
        )
        # A resumed study must not draw what it drew before.
        self.study.sampler = optuna.samplers.TPESampler(seed=recipe.seed + len(self.study.trials))

    def run(self, trials: int, at_once: int = 1) -> list[TrialResult]:
        """Bring the study to `trials` finished trials; returns all, the best first.

        Args:
            at_once: trials that are under way together, on a cluster (`parallel.on_ray`).
        """
        self._away = spread() is not None  # here, since threads do not inherit it
        missing = trials - len(self._finished())
        if missing == trials:
            self.study.enqueue_trial(AS_IT_IS)
        if missing > 0:
            self.study.optimize(self._objective, n_trials=missing, n_jobs=at_once)
        return self.results()

    def results(self) -> list[TrialResult]:
        """Finished trials, the best first, stopped ones last."""
        rows = [_result(self.cfg, trial) for trial in self._finished()]
        return sorted(rows, key=lambda row: (row.pruned, -row.score))

    def write(self) -> list[Path]:
        """Write `trials.json` and the best recipe; returns their paths."""
        trials, best = self.out / "trials.json", self.out / "best.yaml"
        results = self.results()
        write_json(trials, [row.__dict__ for row in results])
        if not results or results[0].pruned:
            return [trials]
        found = varied(self.recipe, self.study.best_params)
        write_whole(best, yaml.safe_dump(found.model_dump(mode="json"), sort_keys=False))
        return [trials, best]

    def _finished(self) -> list[FrozenTrial]:
        return [trial for trial in self.study.trials if trial.state in FINISHED]

    def _objective(self, trial: Trial) -> float:
        cfg = varied(self.cfg, suggest(trial))
        if cfg.model.text.frozen:  # all trials read alike
            with self._reading:
                train_words(self.cfg, self.out / "words")
            cfg = cfg.model_copy(update={"text": cfg.text.model_copy(update={"reuse": self.out / "words"})})
        folder = self.out / f"trial-{trial.number:03d}"
        scores: list[float] = []

        def heard(step: int, score: float) -> None:
            scores.append(score)
            trial.report(score, step)
            if trial.should_prune():
                raise optuna.TrialPruned

        try:
            if not self._away:
                run_recipe(cfg, folder, self.cache, heard)
            else:
                run_away(partial(run_recipe, cfg, folder.resolve(), self.cache.resolve()), heard)
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # weights of a trial are hundreds of megabytes
        return max(scores)


def _of_trials(recipe: TrainCfg, scenes: int | None) -> TrainCfg:
    """The recipe as trials run it: without the stage that tunes the image encoder, and validated often enough to prune."""
    data = recipe.data.model_copy(update={"scenes": scenes or recipe.data.scenes})
    steps = int(recipe.scene.epochs * data.scenes / recipe.scene.batch)
    scene = recipe.scene.model_copy(update={"validate_every": max(1, steps // VALIDATIONS)})
    return recipe.model_copy(update={"data": data, "scene": scene, "tune": None})


def suggest(trial: Trial) -> dict[str, float]:
    """Factors of this trial."""
    rates = {name: trial.suggest_float(name, 1 / most, most, log=True) for name, most in RATES.items()}
    return rates | {name: trial.suggest_categorical(name, factors) for name, factors in WIDTHS.items()}


def varied(cfg: TrainCfg, factors: dict[str, float]) -> TrainCfg:
    """The recipe with its hyperparameters times `factors` (of `RATES` and `WIDTHS`)."""
    given = cfg.model_dump()
    for name in RATES:
        given["scene"][name] *= factors[name]
    model = given["model"]
    model["fusion"]["dim"] = round(model["fusion"]["dim"] * factors["fusion"])
    for name in ("grid", "scene"):
        model[f"{name}_dim"] = round(model[f"{name}_dim"] * factors[name])
    return TrainCfg.model_validate(given)


def _result(cfg: TrainCfg, trial: FrozenTrial) -> TrialResult:
    tried = varied(cfg, trial.params)
    values = {
        "lr": tried.scene.lr,
        "weight_decay": tried.scene.weight_decay,
        "fusion.dim": tried.model.fusion.dim,
        "grid_dim": tried.model.grid_dim,
        "scene_dim": tried.model.scene_dim,
    }
    scores = list(trial.intermediate_values.values())
    return TrialResult(trial.number, values, max(scores, default=float("nan")), trial.state == TrialState.PRUNED)
