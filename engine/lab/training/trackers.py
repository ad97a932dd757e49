"""Where else a run's values go than to TensorBoard: to MLflow or Weights & Biases, where one is installed and asked for.

Both write into the run's folder; nothing leaves the machine unless their own variables (`MLFLOW_TRACKING_URI`, `WANDB_MODE`)
say so. What they tell their makers of their use is turned off.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from engine.errors import Fault


class Tracker(Protocol):
    """What a run tells its values to; TensorBoard's writer is one."""

    def add_scalar(self, name: str, value: float, step: int) -> object: ...

    def close(self) -> None: ...


class _Mlflow:
    def __init__(self, run: Path, settings: Mapping[str, Any]) -> None:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        import mlflow

        if not os.environ.get("MLFLOW_TRACKING_URI"):
            mlflow.set_tracking_uri(f"sqlite:///{(run / 'mlflow.db').resolve()}")
        mlflow.set_experiment("npc-engine")
        mlflow.start_run(run_name=run.name)
        mlflow.log_params(settings)
        self._mlflow = mlflow

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self._mlflow.log_metric(name, value, step=step)

    def close(self) -> None:
        self._mlflow.end_run()


class _Wandb:
    def __init__(self, run: Path, settings: Mapping[str, Any]) -> None:
        os.environ.setdefault("WANDB_MODE", "offline")
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
        import wandb

        self._run = wandb.init(project="npc-engine", name=run.name, dir=str(run), config=dict(settings))

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self._run.log({name: value, f"{name.partition('/')[0]}/step": step})

    def close(self) -> None:
        self._run.finish()


TRACKERS: dict[str, Callable[[Path, Mapping[str, Any]], Tracker]] = {"mlflow": _Mlflow, "wandb": _Wandb}


def tracker(name: str, run: Path, settings: Mapping[str, Any]) -> Tracker:
    """The tracker of that name, begun.

    Args:
        settings: the recipe; what is nested goes by dotted names.

    Raises:
        Fault: `tracker` for an unknown name, or one that is not installed.
    """
    if name not in TRACKERS:
        raise Fault("tracker", f"There is no tracker '{name}'.", f"Use one of: {', '.join(TRACKERS)}.")
    try:
        return TRACKERS[name](run, dict(_flat("", settings)))
    except ImportError:
        raise Fault("tracker", f"{name} is not installed.", f"pip install {name}") from None


def _flat(prefix: str, settings: Mapping[str, Any]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in settings.items():
        rows += _flat(f"{prefix}{key}.", value) if isinstance(value, Mapping) else [(f"{prefix}{key}", value)]
    return rows
