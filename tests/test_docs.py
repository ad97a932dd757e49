"""The pages for people: whatever they link to is there."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHECKOUT = (ROOT / "pyproject.toml").is_file()
FIRST = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES = [*FIRST, *sorted(page for room in ("docs", "clients", "tests") for page in (ROOT / room).rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|^    .*?$", re.DOTALL | re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    """As GitHub makes them of the headings."""
    headings = re.findall(r"^#+ (.+)$", _CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("http:", "https:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not CHECKOUT and target.relative_to(ROOT).parts[0] in ("engine", "npc", "export", "demo_game"):
            continue  # beside an installed wheel these are elsewhere
        assert target.exists(), f"{page.name} links to {link}"
        if anchor:
            assert anchor in _anchors(target), f"{page.name} links to {link}"


def test_the_picture_of_the_house_is_what_its_script_draws_and_shows_every_room():
    script = ROOT / "docs" / "images" / "draw_house.py"
    if not CHECKOUT:
        pytest.skip("an installed wheel: its rooms are elsewhere")
    [(name, drawn)] = runpy.run_path(str(script))["pictures"]().items()
    assert (script.with_name(name)).read_text(encoding="utf-8") == drawn, "run: python docs/images/draw_house.py"
    lab = [f"lab/{room.parent.name}" for room in (ROOT / "engine" / "lab").glob("*/__init__.py")]
    rooms = [
        room.parent.name for room in (ROOT / "engine").glob("*/__init__.py") if room.parent.name not in ("lab", "data", "cli")
    ]
    assert [room for room in [*lab, *rooms, "npc", "export", "engine/cli", "demo_game"] if f">{room}<" not in drawn] == []


def test_every_file_that_the_architecture_names_is_there():
    if not CHECKOUT:
        pytest.skip("an installed wheel: its files are elsewhere")
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:engine|npc|export|demo_game|tests|clients)/[\w/.*-]*)`", page))
    assert len(named) > 40
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []
    modules = set(re.findall(r"`([a-z_]+\.py)`", page))
    known = {path.name for room in ("engine", "npc", "export", "demo_game") for path in (ROOT / room).rglob("*.py")}
    assert modules <= known, "modules that are named without their folder"
