"""The PyTorch model: encoders, fusion and heads, built from a config file by a registry."""

from engine.model.config import ModelCfg
from engine.model.npc_model import NpcModel, build_model

__all__ = ["ModelCfg", "NpcModel", "build_model"]
