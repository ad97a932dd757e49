"""A second voice: a language model may reword what a character has already said. It never decides anything."""

from engine.voice.voice import LlmCfg, Voice, checked_url

__all__ = ["LlmCfg", "Voice", "checked_url"]
