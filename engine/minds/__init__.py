"""Characters as a server keeps them."""

from engine.minds.mind import Mind, Notice, Observation

__all__ = ["Mind", "Notice", "Observation"]
