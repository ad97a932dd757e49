"""The drawings of docs/unity.md: they show what the package has, and are drawn by the script beside them."""

from __future__ import annotations

import runpy
from pathlib import Path
from xml.etree import ElementTree

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    script = DOCS / "images" / "draw_unity.py"
    if not script.is_file():
        pytest.skip("docs/images is not here: these tests need the checkout")
    pictures: dict[str, str] = runpy.run_path(str(script))["pictures"]()
    return pictures


def test_the_pictures_are_what_the_script_draws(drawn):
    for name, content in drawn.items():
        assert (DOCS / "images" / name).read_text(encoding="utf-8") == content, "run: python docs/images/draw_unity.py"


def test_the_guide_shows_each_and_says_that_it_is_drawn(drawn):
    page = (DOCS / "unity.md").read_text(encoding="utf-8")
    for name in drawn:
        [line] = [line for line in page.splitlines() if f"images/{name}" in line]
        assert line.startswith("![Drawing"), name


def test_the_inspector_has_the_fields_of_the_components(drawn):
    shown = {
        text.text for text in ElementTree.fromstring(drawn["unity-inspector.svg"]).iter("{http://www.w3.org/2000/svg}text")
    }
    assert {"Persona", "Watch", "Capture", "Offline Lines", "On Line (String)", "On Failed (String)", "Rate", "Tags"} <= shown
