from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import Fault
from engine.formats.bundle import Manifest
from engine.formats.onnx_files import has_external_data
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
    assert sum(f.stat().st_size for f in bundle.folder.iterdir()) <= 42_000_000
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


@pytest.mark.parametrize("name", ["/etc/passwd", "C:graph.onnx", "sub/graph.onnx", "a\0b", "con", ""])
def test_a_name_that_is_no_file_of_the_bundle_is_refused(copy: Path, name: str) -> None:
    edit(copy, lambda m: m["graphs"]["watch"].update(file=name))
    assert refusal(copy).code == "bundle_invalid"


@pytest.mark.parametrize("name", ["watch.onnx", "tokenizer.json", "replay.zip", "bundle.json"])
def test_no_link_is_followed_and_no_pipe_is_waited_for(copy: Path, name: str) -> None:
    outside = copy.with_name("outside")
    (copy / name).rename(outside)
    (copy / name).symlink_to(outside)
    assert "is a link" in refusal(copy).message
    (copy / name).unlink()
    os.mkfifo(copy / name)
    assert "no regular file" in refusal(copy).message


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'{"format": 1, "model": ' + b'{"a":' * 100_000,
        b"[1, 2]",
        b'"text"',
        b"\xff\xfe\xfd",
        b'{"format": ' + b"9" * 5000 + b"}",
        b'{"format": 1}',
    ],
    ids=["deep", "deep within", "list", "text", "bytes", "huge number", "empty"],
)
def test_a_manifest_of_any_shape_is_one_sentence(copy: Path, content: bytes) -> None:
    (copy / "bundle.json").write_bytes(content)
    fault = refusal(copy)
    assert fault.code in ("bundle_invalid", "bundle_format")
    assert len(str(fault)) < 600
    assert "\n" not in str(fault)


def test_a_manifest_with_a_byte_order_mark_is_read(copy: Path) -> None:
    path = copy / "bundle.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert Bundle(copy).manifest.name == "default"


@pytest.mark.parametrize(
    "sizes",
    [
        {"height": 1 << 20},
        {"width": 10**30},
        {"grid": [1 << 16, 1 << 16]},
        {"max_tokens": 1 << 31},
        {"height": 0},
        {"grid": [24, -1]},
    ],
)
def test_sizes_beyond_reason_are_refused_before_anything_is_allocated(copy: Path, sizes: dict) -> None:
    edit(copy, lambda m: m["input"].update(sizes))
    assert refusal(copy).code == "bundle_invalid"


def test_a_huge_file_is_refused_unread(copy: Path) -> None:
    os.truncate(copy / "watch.onnx", 1 << 40)
    assert "are the most" in refusal(copy).message
    os.truncate(copy / "bundle.json", 1 << 40)
    assert "are the most" in refusal(copy).message


def part(field: int, content: bytes) -> bytes:
    """A field of a protocol buffer that holds bytes or another message."""
    length, size = b"", len(content)
    while size > 0x7F:
        length += bytes((size & 0x7F | 0x80,))
        size >>= 7
    return bytes((field << 3 | 2,)) + length + bytes((size,)) + content


TENSOR = part(8, b"weight") + part(13, part(1, b"location") + part(2, b"/etc/passwd")) + b"\x70\x01"
GRAPHS = {
    "a weight": part(5, TENSOR),
    "a constant": part(1, part(5, part(5, TENSOR))),
    "a branch": part(1, part(5, part(6, part(5, TENSOR)))),
    "a list of constants": part(1, part(5, part(10, TENSOR))),
}


@pytest.mark.parametrize("place", GRAPHS)
def test_weights_in_other_files_are_refused_wherever_they_hide(copy: Path, place: str) -> None:
    graph = b"\x08\x0a" + part(7, part(2, b"main") + GRAPHS[place])
    (copy / "watch.onnx").write_bytes(graph)
    edit(copy, lambda m: m["graphs"]["watch"].update(sha256=hashlib.sha256(graph).hexdigest()))
    assert "weights in another file" in refusal(copy).message


def test_a_name_or_a_note_with_the_word_location_is_no_reason_to_refuse() -> None:
    node = part(1, part(3, b"location") + part(6, b"the location of a wolf"))
    assert not has_external_data(b"\x08\x0a" + part(7, node))


def test_a_graph_that_is_damaged_within_is_told(copy: Path) -> None:
    graph = b"\x3a\xff\xff\xff\xff\x0flocation"
    (copy / "watch.onnx").write_bytes(graph)
    edit(copy, lambda m: m["graphs"]["watch"].update(sha256=hashlib.sha256(graph).hexdigest()))
    assert "damaged" in refusal(copy).message
    deep = b"location"
    for _ in range(100):
        deep = part(6, part(1, part(5, deep)))
    with pytest.raises(ValueError, match="too deeply"):
        has_external_data(part(7, part(1, part(5, deep))))


def test_what_a_library_writes_outside_is_seen(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the train extra")
    import numpy as np

    weight = onnx.numpy_helper.from_array(np.zeros((400, 400), np.float32), "weight")
    output = onnx.helper.make_tensor_value_info("out", 1, [400, 400])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["weight"], ["out"])], "g", [], [output], [weight])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "in.onnx")
    onnx.save(onnx.helper.make_model(graph), tmp_path / "out.onnx", save_as_external_data=True, location="weights.bin")
    assert not has_external_data((tmp_path / "in.onnx").read_bytes())
    assert has_external_data((tmp_path / "out.onnx").read_bytes())


def test_a_manifest_of_0_1_is_read() -> None:
    of_0_1 = Path(__file__).with_name("written_by_0_1") / "bundle.json"
    manifest = Manifest.model_validate_json(of_0_1.read_bytes())
    assert manifest.format == 1
    assert set(manifest.graphs) == {"image", "text", "decide", "watch"}
    assert manifest.thresholds.target > 0
    assert manifest.heads is not None
    assert manifest.replay is not None
    read = manifest.model_dump(mode="json", exclude_unset=True)
    assert read == json.loads(of_0_1.read_text(encoding="utf-8")), "no field is dropped, and none means anything else"
