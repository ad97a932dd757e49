"""What the sound of a voice adds to what words say of their tone."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHT = 0.5  # of the sound beside the words: how loud and fast somebody speaks is told less surely than what is said


def fused_tone(words: Mapping[str, float], sound: Mapping[str, object]) -> Mapping[str, float]:
    """The tone by words and sound together, where there is a sound that says something.

    Each label's share by the words is multiplied by its share by the sound to the power of `WEIGHT`; what the sound leaves
    open is shared out among the labels that it does not name.

    Args:
        words: label → 0..1, of all labels.
        sound: label → 0..1 of some labels; others are passed over.
    """
    told = {label: p for label, p in sound.items() if label in words and isinstance(p, (int, float)) and 0 < p <= 1}
    total = sum(told.values())
    if not told or total <= 0:
        return words
    if total > 1:
        told = {label: p / total for label, p in told.items()}
    unnamed = [label for label in words if label not in told]
    rest = max(1e-3, 1 - sum(told.values())) / max(1, len(unnamed))
    fused = {label: p * told.get(label, rest) ** WEIGHT for label, p in words.items()}
    whole = sum(fused.values())
    return {label: p / whole for label, p in fused.items()} if whole > 0 else words
