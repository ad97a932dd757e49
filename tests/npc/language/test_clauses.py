"""Utterances cut into clauses."""

from __future__ import annotations

from npc.language.clauses import cut


def test_what_somebody_would_do_if_something_came_waits_for_nothing():
    assert [piece.joint for piece in cut("what would you do if a wolf came right now?")] == [""]
    assert [piece.joint for piece in cut("run if a wolf comes")] == ["", "if"]
