"""What hearing and speaking shall come to, and what they do: the last part of `bench-speech`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer

Figures = Mapping[str, Any]


def bars(figures: Figures) -> list[dict[str, Any]]:
    """Each bar with what was measured; prints them. What was not measured is left out.

    Args:
        figures: of `bench-speech`: rates from 0 to 1, seconds, megabytes.
    """
    rows = [
        {"what": what, "bar": bar, "measured": round(measured, 3), "met": measured <= bar}
        for what, bar, measured in _wanted(figures)
        if measured is not None
    ]
    typer.echo("")
    for row in rows:
        typer.echo(f"{'met' if row['met'] else 'NOT met':8}{row['what']}: {row['measured']:g} (at most {row['bar']:g})")
    return rows


def _wanted(figures: Figures) -> Iterator[tuple[str, float, float | None]]:
    """What, at most how much, how much: over all synthesisers, with the words of the game told."""
    told = [row for row in figures["hearing"] if row["words_of_the_game"]]
    noisy = sorted({row["noise"] for row in told if "10 dB" in row["noise"]})
    yield "words wrong, clean", 0.12, _share(told, ["clean"], "errors", "words")
    for noise in noisy:
        yield f"words wrong, {noise}", 0.25, _share(told, [noise], "errors", "words")
    for what, noises in (("clean", ["clean"]), ("at 10 dB", noisy)):
        yield f"names wrong, {what}", 0.1, 1.0 - _share(told, noises, "found", "names")
    typed = figures["intents"]["typed"]
    for who, right in figures["intents"].items():
        if who.startswith("said by"):
            yield f"intents lost, {who}", 0.06, typed - right
    yield "lines heard in 80 s of silence and noise", 0, len(figures["nothing"]["heard"])
    if "live" in figures:
        live = figures["live"]
        for how in ("push_to_talk", "open_microphone"):
            yield f"end of speech -> decision, p50 in s, {how.replace('_', ' ')}", 0.9, live[how]["decision_p50_s"]
        yield "decision -> first sound, p50 in s", 0.25, live["decision_to_first_sound_p50_s"]
        yield "frame -> decision p99, beside speech to alone", 1.3, live["p99_ratio"]
        yield "memory of the voice process, MB", 700, live["memory_mb"]


def _share(rows: Sequence[Figures], noises: Sequence[str], part: str, of: str) -> float:
    counted = [row["counted"] for row in rows if row["noise"] in noises]
    share: float = sum(count[part] for count in counted) / max(sum(count[of] for count in counted), 1)
    return share
