from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

pytest.importorskip("torch", reason="needs the train extra")

from engine.lab.training import run


@pytest.mark.parametrize(("platform", "asked"), [("linux", {-3, -2, -1}), ("win32", set()), ("darwin", set())])
def test_the_c_library_is_asked_to_keep_memory_where_it_can(monkeypatch, platform, asked):
    options: set[int] = set()
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(run.ctypes, "CDLL", lambda name: SimpleNamespace(mallopt=lambda option, value: options.add(option)))
    run.keep_freed_memory()
    assert options == asked


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(run.ctypes, "CDLL", lambda name: SimpleNamespace())
    run.keep_freed_memory()
