"""The PyTorch model: encoders, fusion and heads, built from a config file by a registry."""

from engine.lab.config import ModelCfg
from engine.lab.model.npc_model import NpcModel, build_model, with_encoders

__all__ = ["ModelCfg", "NpcModel", "build_model", "with_encoders"]
