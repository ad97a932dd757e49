"""What became worse or was hardly learnt is told by name, with figures."""

from __future__ import annotations

from engine.lab.adaptation.remarks import remarks
from engine.lab.evaluation.report import Report


def report(auc: float, **pointing: float) -> Report:
    concepts = {name: {"pointing": share, "there": 4.0} for name, share in pointing.items()}
    return Report({"presence_auc": auc}, concepts, {})


def test_nothing_is_said_where_all_went_well() -> None:
    assert list(remarks(report(0.7, key=0.2, wolf=0.5), report(0.9, key=0.9, wolf=0.5))) == []


def test_things_that_became_worse_or_hardly_came_are_named() -> None:
    before, after = report(0.7, key=0.8, wolf=0.5, fish=0.0), report(0.9, key=0.4, wolf=0.9, fish=0.2)
    worse, hardly = remarks(before, after)
    assert worse == "Found less than before: key (0.80 → 0.40)."
    assert hardly.startswith("Hardly learnt: fish (0.00 → 0.20). Give further looks of them")


def test_of_a_name_that_is_seen_once_nothing_is_said() -> None:
    before, after = report(0.7, key=1.0), report(0.7, key=0.0)
    after.concepts["key"]["there"] = 1.0
    assert list(remarks(before, after)) == []


def test_presence_that_is_told_worse_is_said_with_what_to_do() -> None:
    [told] = remarks(report(0.94, key=0.9), report(0.9, key=0.9))
    assert "AUC 0.94 → 0.90" in told
    assert "teach all at once" in told


def test_many_names_are_counted() -> None:
    names = [f"thing{c}" for c in "abcdefgh"]
    [told] = remarks(report(0.5, **dict.fromkeys(names, 0.0)), report(0.5, **dict.fromkeys(names, 0.1)))
    assert "and 3 more" in told
