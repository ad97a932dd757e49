"""How something was said, by its sound alone: a second opinion beside the words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.speech.sound import Samples


def tone_of(sound: Samples, text: str, spoken_s: float) -> Mapping[str, float]:
    """The tones that a sound speaks for, with probabilities; empty where it speaks for none."""
    return {}
