from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import Fault
from engine.perception import Bundle, default_bundle


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_bundle(), tmp_path / "bundle"))


def edit(folder: Path, change: Callable[[dict], object]) -> None:
    manifest = json.loads((folder / "bundle.json").read_text())
    change(manifest)
    (folder / "bundle.json").write_text(json.dumps(manifest))


def refusal(folder: Path) -> Fault:
    with pytest.raises(Fault) as caught:
        Bundle(folder)
    assert caught.value.fix
    return caught.value


def test_the_shipped_bundle_is_whole_and_small() -> None:
    bundle = Bundle()
    assert set(bundle.manifest.graphs) == {"image", "text", "decide", "watch"}
    assert sum(f.stat().st_size for f in bundle.folder.iterdir()) <= 40_000_000
    assert len(bundle.labels["intent"]) == 26


def test_a_missing_bundle_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere").code == "bundle_missing"


def test_a_changed_graph_is_noticed(copy: Path) -> None:
    data = bytearray((copy / "watch.onnx").read_bytes())
    data[1000] ^= 1
    (copy / "watch.onnx").write_bytes(data)
    assert refusal(copy).code == "bundle_hash"


def test_another_format_is_refused(copy: Path) -> None:
    edit(copy, lambda m: m.update(format=99))
    assert refusal(copy).code == "bundle_format"


def test_damaged_json_is_refused(copy: Path) -> None:
    (copy / "bundle.json").write_text("{")
    assert refusal(copy).code == "bundle_invalid"


def test_a_missing_graph_is_named(copy: Path) -> None:
    (copy / "text.onnx").unlink()
    assert "text.onnx" in refusal(copy).message


def test_a_path_out_of_the_bundle_is_refused(copy: Path) -> None:
    edit(copy, lambda m: m["tokenizer"].update(file="../../etc/passwd"))
    assert refusal(copy).code == "bundle_invalid"
