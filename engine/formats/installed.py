"""What the installed distribution needs, and what that weighs on disk."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

DISTRIBUTION = "npc-engine"


@dataclass(frozen=True)
class Share:
    """One distribution: its name and the bytes of its files, None where it is not installed."""

    name: str
    bytes: int | None


def extras() -> list[str]:
    """The extras of the engine, in the order of their names."""
    return sorted(metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or [])


def shares(extra: str = "") -> list[Share]:
    """The engine and all that it needs, directly or not; with `extra` only what that adds."""
    core = _needed(DISTRIBUTION, "")
    names = _needed(DISTRIBUTION, extra) - core if extra else core
    return [Share(name, _bytes(name)) for name in sorted(names)]


def _needed(distribution: str, extra: str) -> set[str]:
    """Names of the distribution and of all that it needs on this platform, those that are not installed too."""
    found: set[str] = set()
    waiting = [(canonicalize_name(distribution), extra)]
    asked = set(waiting)
    while waiting:
        name, wanted = waiting.pop()
        found.add(name)
        try:
            requirements = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for requirement in map(Requirement, requirements):
            if requirement.marker is None or requirement.marker.evaluate({"extra": wanted}):
                needed = [(canonicalize_name(requirement.name), more) for more in ("", *sorted(requirement.extras))]
                waiting += [entry for entry in needed if entry not in asked]
                asked.update(needed)
    return found


def _bytes(name: str) -> int | None:
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return None
    places = {Path(str(file.locate())) for file in files}
    return sum(place.stat().st_size for place in places if place.is_file())
