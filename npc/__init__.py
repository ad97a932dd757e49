"""The character: persona, mood, behaviour and lines. Pure Python, deterministic."""

from npc.character import Character
from npc.errors import PersonaError
from npc.persona import Persona, characters, load_persona, persona_from
from npc.types import Decision, Detection, Percept, Target

__all__ = [
    "Character",
    "Decision",
    "Detection",
    "Percept",
    "Persona",
    "PersonaError",
    "Target",
    "characters",
    "load_persona",
    "persona_from",
]
