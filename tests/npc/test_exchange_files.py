"""What importing and exporting a Character Card does to the files that are there."""

from __future__ import annotations

import pytest

from npc import load_persona
from npc.__main__ import main
from tests.npc.exchanged import WREN, card_file


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """A folder with an imported card, and its original beside it."""
    monkeypatch.chdir(tmp_path)
    card_file(tmp_path / "wren.png", WREN, True)
    assert main(["import-card", "wren.png"]) == 0
    return tmp_path


def test_a_card_is_imported_again_from_the_original_beside_it(imported, capsys):
    original = (imported / "wren.card.png").read_bytes()
    (imported / "wren.yaml").unlink()
    assert main(["import-card", "wren.card.png"]) == 0
    assert load_persona("wren.yaml").card == "wren.card.png"
    assert (imported / "wren.card.png").read_bytes() == original


@pytest.mark.parametrize(
    "command",
    [
        ["import-card", "wren.png"],
        ["import-card", "wren.png", "--out", "wren.yml"],
        ["export-card", "wren.yaml", "--out", "wren.png"],
        ["export-card", "wren.yaml", "--out", "wren.card.png"],
        ["export-card", "guard"],
    ],
)
def test_nothing_is_replaced_unless_it_is_asked_for(imported, capsys, command):
    (imported / "guard.json").write_text("mine")
    before = {path.name: path.read_bytes() for path in imported.iterdir()}
    assert main(command) == 2
    assert "is there already" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in imported.iterdir()} == before
    assert main([*command, "--force"]) == 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["export-card", "wren.yaml", "--out", "wren.yaml", "--force"], "the card itself"),
        (["export-card", "wren.yaml", "--out", "g.webp"], "neither .png nor .json"),
        (["export-card", "wren.yaml", "--out", "."], "no file"),
        (["export-card", "wren.yaml", "--out", "new.png", "--portrait", "no.png"], "no.png: No such file"),
        (["export-card", "wren.yaml", "--out", "nowhere/new.png"], "No such file"),
        (["import-card", "wren.png", "--out", "new.json"], "no name for a card"),
        (["import-card", "."], "a folder or a device"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_sentence(imported, capsys, command, said):
    before = sorted(path.name for path in imported.iterdir())
    assert main(command) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in imported.iterdir()) == before
    assert (imported / "wren.yaml").read_text().startswith("# From wren.png.")
