"""Scripted words for unattended runs: `t=3:hand me the red potion`, with `@Mira` in front to address somebody."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import EngineError

DEFAULT = (
    "t=2:@Mira hand me the red potion",
    "t=6:@Mira hello there",
    "t=9:@Bram go to the well",
    "t=13:@Linnet pick up the bread",
    "t=17:@Bram where is the chest",
    "t=21:@Linnet follow me",
    "t=25:@Linnet wait here",
    "t=28:@Bram help me!",
    "t=34:@Odo I want to buy something",
    "t=38:@Mira give me the crown",
    "t=42:@Bram fetch me the key",
    "t=46:@Mira what is that sword",
)


@dataclass(frozen=True)
class Said:
    """At game time `t` (seconds) the player says `text`, to `to` if given."""

    t: float
    text: str
    to: str | None


def parse(lines: list[str]) -> list[Said]:
    """Script lines in order of time.

    Raises:
        EngineError: `script`, for a line that has no time.
    """
    return sorted((_parse(line) for line in lines), key=lambda said: said.t)


def _parse(line: str) -> Said:
    match = re.fullmatch(r"\s*t=(\d+(?:\.\d+)?)\s*:\s*(?:@(\w+)[,:]?\s+)?(.+?)\s*", line)
    if match is None:
        raise EngineError("script", f"'{line}' is no script line.", 'Write --say "t=3:hand me the red potion".')
    return Said(float(match[1]), match[3], match[2])
