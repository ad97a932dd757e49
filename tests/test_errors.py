from __future__ import annotations

import pytest

from engine.errors import Fault, needs_extra


def test_a_missing_package_is_told_with_the_extra_that_brings_it() -> None:
    told = r"Training needs 'no_such_package'.*npc-engine\[train\]"
    with pytest.raises(Fault, match=told), needs_extra("train", "Training"):
        import no_such_package  # type: ignore[import-not-found]  # noqa: F401


def test_a_missing_module_of_ours_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_room"), needs_extra("train", "Training"):
        import engine.no_such_room  # type: ignore[import-not-found]  # noqa: F401
