"""What a teacher should know of what was learnt: which things got worse, which hardly came, whether presence is told worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.lab.evaluation.report import Report

FEW = 2  # things of a name in the frames held out: of fewer nothing can be said
FELL, HARDLY, UNSURE = 0.1, 0.5, 0.02  # of pointing; below this it is hardly found; of presence AUC
TOLD = 5  # names; the rest is counted


def remarks(before: Report, after: Report) -> Iterator[str]:
    """Sentences about names of the frames held out; nothing where all went well."""
    pairs = {
        name: (before.concepts[name]["pointing"], figures["pointing"])
        for name, figures in after.concepts.items()
        if figures["there"] >= FEW and name in before.concepts
    }
    if worse := [name for name, (was, now) in pairs.items() if now <= was - FELL]:
        yield f"Found less than before: {_listed(sorted(worse, key=lambda n: pairs[n][1] - pairs[n][0]), pairs)}."
    if hardly := [name for name, (_, now) in pairs.items() if now < HARDLY and name not in worse]:
        yield (
            f"Hardly learnt: {_listed(sorted(hardly, key=lambda n: pairs[n][1]), pairs)}. Give further looks of them, or more "
            "frames or minutes; what is a few pixels large or looks like another thing comes last."
        )
    was, now = before.overall["presence_auc"], after.overall["presence_auc"]
    if now < was - UNSURE:
        yield (
            f"Whether a thing is there is told worse than before (AUC {was:.2f} → {now:.2f}): give more frames or minutes; "
            "where the bundle before was itself taught, teach all at once instead."
        )


def _listed(names: Sequence[str], pairs: dict[str, tuple[float, float]]) -> str:
    some = ", ".join(f"{name} ({pairs[name][0]:.2f} → {pairs[name][1]:.2f})" for name in names[:TOLD])
    return some + (f" and {len(names) - TOLD} more" if len(names) > TOLD else "")
