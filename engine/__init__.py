"""The NPC engine: perception, bridge, model, data and training. See `docs/architecture.md`."""

__version__ = "0.2.0"
