"""What the sound of a voice adds to what words say of their tone."""

from __future__ import annotations

from collections.abc import Mapping

NEUTRAL = "neutral"
WEIGHT = 0.5  # of the sound beside the words: how loud and fast somebody speaks is told less surely than what is said
TRUST = 0.8  # of a sound that says something, where words say nothing of their tone


def fused_tone(words: Mapping[str, float], sound: Mapping[str, object]) -> Mapping[str, float]:
    """The tone by words and sound together, where there is a sound that says something.

    Words that are neutral say nothing of how they are meant: "come here" is shouted or whispered, and most of their share goes
    by the sound. Of the other labels each one's share by the words is multiplied by its share by the sound to the power of
    `WEIGHT`; what the sound leaves open is shared out among the labels that it does not name.

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
    open_ = TRUST * words.get(NEUTRAL, 0.0) if NEUTRAL not in told else 0.0
    fused = {label: (p - open_ if label == NEUTRAL else p) * told.get(label, rest) ** WEIGHT for label, p in words.items()}
    whole = sum(fused.values())
    if whole <= 0:
        return words
    told_whole = sum(told.values()) + rest * len(unnamed)
    return {label: (1 - open_) * p / whole + open_ * told.get(label, rest) / told_whole for label, p in fused.items()}
