"""A second voice: a language model may reword what a character has already said. It never decides anything."""

from engine.voice.voice import LlmCfg, Outcome, Voice, checked_url, key_of_environment

__all__ = ["LlmCfg", "Outcome", "Voice", "checked_url", "key_of_environment"]
