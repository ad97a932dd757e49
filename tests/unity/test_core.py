"""The C# core's own checks, one test for each: session, wire, fallback, inbox."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

CHECKS = sorted(
    name
    for source in (Path(__file__).parent / "program").glob("*Checks.cs")
    for name in re.findall(r"public static void (\w+)\(\)", source.read_text(encoding="utf-8"))
)


@pytest.fixture(scope="session")
def verdicts(program: Path) -> dict[str, str]:
    """What the test program says of each check."""
    done = subprocess.run(["mono", program, "check"], capture_output=True, text=True, timeout=60, check=True)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize("check", CHECKS)
def test_core(verdicts, check):
    assert verdicts[check] == "ok"
