"""Probabilities that mean something: temperature scaling per head (Guo et al. 2017), Platt scaling for presence."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional as F

from engine.lab.model import NpcModel
from engine.lab.training.measure import Measured
from npc.types import HEAD_NAMES, PLACES


def calibrate(model: NpcModel, held_out: Measured) -> None:
    """Fit the calibration of every head on held-out results and store it in `model`."""
    for head in HEAD_NAMES:
        if held_out.truth[head]:
            temperature = fit_temperature(torch.cat(held_out.logits[head]), torch.tensor(held_out.truth[head]))
            model.calibration[head].data = torch.tensor([temperature, 0.0])
    for kind in PLACES:
        there = np.asarray(held_out.there[kind], bool)
        if len(there) and there.any() and not there.all():
            model.calibration[kind].data = torch.tensor(fit_platt(np.asarray(held_out.presence[kind]), there))
    held_out.temperature = {h: (float(c[0]), float(c[1])) for h, c in model.calibration.items()}


def fit_temperature(logits: Tensor, truth: Tensor) -> float:
    """The temperature that minimises the negative log-likelihood (a convex search in 1/T)."""
    candidates = torch.logspace(-0.7, 0.7, 141)
    losses = [float(F.cross_entropy(logits / t, truth)) for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def fit_platt(presence: np.ndarray, there: np.ndarray) -> list[float]:
    """`[temperature, bias]` so that sigmoid(logit / temperature + bias) is the probability (Platt 1999)."""
    fit = LogisticRegression(C=1e6).fit(presence[:, None], there)
    slope = max(float(fit.coef_[0, 0]), 1e-3)
    return [1.0 / slope, float(fit.intercept_[0])]
