"""A process that is killed while it writes down what it remembers."""

from __future__ import annotations

from npc.evaluation.kills import kill_writers


def test_nothing_acknowledged_is_lost_and_nothing_is_broken(tmp_path):
    result = kill_writers(4, str(tmp_path / "memory.sqlite"))
    assert result.acknowledged > 4
    assert (result.lost, result.broken) == (0, 0)
