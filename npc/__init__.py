"""The character: persona, mood, behaviour and lines. Pure Python, deterministic.

Each name is loaded when it is first asked for: who wants an error or a type alone waits for nothing else.
"""

from __future__ import annotations

import importlib
from typing import Any

_PLACES = {
    "Character": "npc.character",
    "Decision": "npc.types",
    "Detection": "npc.types",
    "Fault": "npc.errors",
    "NpcError": "npc.errors",
    "Percept": "npc.types",
    "Persona": "npc.persona",
    "PersonaError": "npc.errors",
    "RecollectionError": "npc.errors",
    "Target": "npc.types",
    "assistants": "npc.persona",
    "characters": "npc.persona",
    "load_persona": "npc.persona",
    "persona_from": "npc.persona",
}

__all__ = [
    "Character",
    "Decision",
    "Detection",
    "Fault",
    "NpcError",
    "Percept",
    "Persona",
    "PersonaError",
    "RecollectionError",
    "Target",
    "assistants",
    "characters",
    "load_persona",
    "persona_from",
]


def __getattr__(name: str) -> Any:
    """Load what is asked for (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module 'npc' has no attribute '{name}'")
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
