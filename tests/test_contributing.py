"""The worked examples of CONTRIBUTING.md work: they are run as they stand on the page.

A head, a condition, a wire field and a thing are carried out beside what they belong to; the page says where.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def example(begins: str) -> str:
    """The Python example that begins so."""
    [found] = [code for code in re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) if code.startswith(begins)]
    return found


def of_module(name: str, monkeypatch: pytest.MonkeyPatch, code: str, **more: Any) -> dict[str, Any]:
    """Run an example as if it stood in that module, after its own code."""
    module = pytest.importorskip(name)
    names = dict(vars(module)) | more
    exec(compile(code, "CONTRIBUTING.md", "exec"), names)
    return names


@pytest.mark.train
def test_an_encoder_is_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="needs the train extra")
    from engine.formats.labels import load_labels
    from engine.lab.config import FusionCfg, ImageCfg, ModelCfg, TextCfg
    from engine.lab.model import build_model, image_encoders

    monkeypatch.setattr(image_encoders.image_encoders, "_classes", dict(image_encoders.image_encoders._classes))
    of_module("engine.lab.model.image_encoders", monkeypatch, example("@image_encoders.register"))
    image, text = ImageCfg(encoder="averages", weights="none"), TextCfg(encoder="embedding", weights="none")
    cfg = ModelCfg(image=image, text=text, fusion=FusionCfg(dim=32), size=(64, 96), grid_dim=16, scene_dim=24)
    grid, _ = build_model(cfg, load_labels()).encode_frame(torch.zeros(1, 64, 96, 3, dtype=torch.uint8))
    assert grid.shape == (1, 16, 8, 12)


@pytest.mark.train
def test_a_reader_of_a_data_set_is_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="needs the train extra")
    from engine.lab.config import load_recipe
    from engine.lab.training import sources

    monkeypatch.setattr(sources, "READERS", dict(sources.READERS))
    of_module("engine.lab.training.sources", monkeypatch, example("def read_meadows"), READERS=sources.READERS)
    cfg = load_recipe("tiny")
    [train], [check] = (sources.READERS["meadows"](cfg, part) for part in ("train", "validation"))
    assert (train.count, check.count) == (40, 8)
    assert train.key != check.key
    frame, record = train.read(0, 3)[2]
    assert frame.shape == (*cfg.model.size, 3)
    assert not record.entities


def test_a_game_is_recorded_from_its_shots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from itertools import count

    from engine.lab.games.games import record

    made = of_module("engine.lab.games.games", monkeypatch, example("def shots"), count=count)
    recording = record(made["SQUARES"], tmp_path / "squares", 12, seed=1, on_frame=lambda: None)
    assert len(recording.rows) == 12
    assert recording.rows[3].entities[0].name == "red square"


def test_a_command_is_a_row_and_a_function(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from engine import cli
    from engine.cli import keys

    made = of_module("engine.cli.keys", monkeypatch, example("def labels"))
    monkeypatch.setattr(keys, "labels", made["labels"], raising=False)
    command = eval(example("Command("), vars(cli))
    monkeypatch.setitem(cli.COMMANDS, command.name, command)
    with pytest.raises(SystemExit) as end:
        cli.main(["labels", "--head", "tone"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("tone: neutral, ")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:tests|engine|npc|export|demo_game|docs)/[\w/.-]+)`", PAGE))))
def test_what_the_page_names_is_there(path: str) -> None:
    root = Path(__file__).parents[1]
    if path.startswith(("tests", "docs")) or (root / "pyproject.toml").exists():
        assert (root / path).exists()
