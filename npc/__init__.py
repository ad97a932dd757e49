"""The character: persona, mood, behaviour and lines. Pure Python, deterministic."""

from npc.character import Character
from npc.errors import Fault, NpcError, PersonaError, RecollectionError
from npc.persona import Persona, characters, load_persona, persona_from
from npc.types import Decision, Detection, Percept, Target

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
    "characters",
    "load_persona",
    "persona_from",
]
