"""Scripted words for unattended runs: `t=3:hand me the red potion`, with `@Mira` in front to address somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from engine.errors import Fault

# Words of a default run. The wolf comes about half a minute into it.
DEFAULT = (
    "t=2:@Mira hand me the red potion",
    "t=7:@Pip hello there",
    "t=9:@Bram go to the well",
    "t=13:@Linnet pick up the bread",
    "t=17:@Bram where is the chest?",
    "t=20:@Linnet follow me",
    "t=23:@Linnet wait here",
    "t=25:@Odo I want to buy something",
    "t=27:@Mira give me the crown",
    "t=36:@Bram help me!",
    "t=39:@Pip attack the wolf!",
    "t=52:@Bram fetch me the key",
    "t=58:@Linnet what is that sword?",
)
_SHIPPED = Path(__file__).with_name("scripts.yaml")


def load_script(name_or_path: str) -> tuple[str, ...]:
    """The lines of a shipped script, or of a text file with a line each (`#` begins a comment).

    Raises:
        Fault: `script`, where there is none.
    """
    shipped = yaml.safe_load(_SHIPPED.read_text(encoding="utf-8"))
    if name_or_path in shipped:
        return tuple(shipped[name_or_path])
    try:
        lines = Path(name_or_path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        names = ", ".join(["default", *shipped])
        raise Fault("script", f"There is no script '{name_or_path}'.", f"Give a text file or one of: {names}.") from None
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


@dataclass(frozen=True)
class Said:
    """At game time `t` (seconds) the player says `text`, to `to` if given."""

    t: float
    text: str
    to: str | None


def parse(lines: Iterable[str], names: Sequence[str]) -> list[Said]:
    """Script lines in order of time.

    Args:
        names: of those who may be addressed.

    Raises:
        Fault: `script`, for a line without a time, or with an address of nobody.
    """
    return sorted((_parse(line, names) for line in lines), key=lambda said: said.t)


def _parse(line: str, names: Sequence[str]) -> Said:
    match = re.fullmatch(r"\s*t=(\d+(?:\.\d+)?)\s*:\s*(?:@(\w+)[,:]?\s+)?(.+?)\s*", line)
    if match is None:
        raise Fault("script", f"'{line}' is no script line.", 'Write --say "t=3:hand me the red potion".')
    known = {name.lower(): name for name in names}
    if match[2] is not None and match[2].lower() not in known:
        raise Fault("script", f"Nobody is called '{match[2]}'.", f"Address one of: {', '.join(names)}.")
    return Said(float(match[1]), match[3], None if match[2] is None else known[match[2].lower()])
