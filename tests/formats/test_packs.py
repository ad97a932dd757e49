"""Packs of art from anybody: what is listed is read, and what leads out, lies or never ends is refused with the reason."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import Fault
from engine.formats import packs
from engine.formats.packs import open_pack

RED, GREEN = (220, 30, 30, 255), (30, 200, 40, 255)


def png(colour: tuple[int, ...], size: tuple[int, int] = (12, 16)) -> bytes:
    data = io.BytesIO()
    Image.new("RGBA", size, colour).save(data, "PNG")
    return data.getvalue()


CONTENT = {
    "sprites.tsv": b"png/0.png\tRed  Potion\tthing\npng/1.png\tgrass\tground\n",
    "png/0.png": png(RED),
    "png/1.png": png(GREEN),
    "LICENCE.txt": b"CC0 1.0",
}


def folder(path: Path, content: Mapping[str, bytes]) -> Path:
    for name, data in content.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def zipped(path: Path, content: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("made", [folder, zipped])
def test_a_folder_and_a_zip_file_hold_the_same_pack(made, tmp_path: Path) -> None:
    with open_pack(made(tmp_path / "My Art.zip", CONTENT)) as pack:
        assert pack.name == ("my-art" if made is zipped else "my-art-zip")
        assert pack.licence == "CC0 1.0"
        pictures = list(pack.pictures())
    assert [(p.row.name, p.row.kind) for p in pictures] == [("red potion", "thing"), ("grass", "ground")]
    assert pictures[0].pixels.shape == (16, 12, 4)
    assert pictures[0].pixels[0, 0].tolist() == list(RED)


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (b"../../secret.png\tkey\tthing\n", "leads out"),
        (b"/etc/passwd\tkey\tthing\n", "leads out"),
        (b"png/0.png\tkey\tweapon\n", "kind 'weapon'"),
        (b"png/0.png\tkey\n", "2 fields"),
        (b"png/0.png\t\tthing\n", "name of 0 letters"),
        (b"png/0.png\t" + b"a" * 500 + b"\tthing\n", "name of 500 letters"),
        (b"\n\n", "is empty"),
        (b"\xff\xfe\xff\t\t\n", "sprites.tsv"),
    ],
)
@pytest.mark.parametrize("made", [folder, zipped])
def test_a_list_that_cannot_be_followed_is_refused_with_its_line(made, listed: bytes, why: str, tmp_path: Path) -> None:
    path = made(tmp_path / "art.zip", {**CONTENT, "sprites.tsv": listed})
    with pytest.raises(Fault, match=why) as fault, open_pack(path) as pack:
        list(pack.pictures())
    assert fault.value.code == "pack_invalid"
    assert "docs/training.md" in fault.value.fix


@pytest.mark.parametrize("picture", [b"", b"not a picture", png(RED)[:40], b"\x89PNG\r\n\x1a\n" + bytes(200)])
@pytest.mark.parametrize("made", [folder, zipped])
def test_a_picture_that_is_none_is_named(made, picture: bytes, tmp_path: Path) -> None:
    path = made(tmp_path / "art.zip", {**CONTENT, "png/1.png": picture})
    with pytest.raises(Fault, match=r"png/1\.png"), open_pack(path) as pack:
        list(pack.pictures())


def test_a_zipped_folder_is_the_pack_that_lies_in_it(tmp_path: Path) -> None:
    inner = {f"my-art/{name}": data for name, data in CONTENT.items()} | {"__MACOSX/my-art/._sprites.tsv": b"x"}
    with open_pack(zipped(tmp_path / "art.zip", inner)) as pack:
        assert [p.row.name for p in pack.pictures()] == ["red potion", "grass"]
        assert pack.licence == "CC0 1.0"


@pytest.mark.parametrize("made", [folder, zipped])
def test_what_is_not_in_a_pack_is_said_in_words(made, tmp_path: Path) -> None:
    without = {name: data for name, data in CONTENT.items() if name != "png/0.png"}
    with pytest.raises(Fault, match=r"png/0\.png is not in it"), open_pack(made(tmp_path / "a.zip", without)) as pack:
        list(pack.pictures())
    with pytest.raises(Fault, match=r"its sprites\.tsv is not in it"), open_pack(made(tmp_path / "b.zip", {"a.txt": b""})):
        pass


def test_a_picture_that_is_listed_and_missing_is_named(tmp_path: Path) -> None:
    without = {name: data for name, data in CONTENT.items() if name != "png/0.png"}
    for path in (folder(tmp_path / "a", without), zipped(tmp_path / "b.zip", without)):
        with pytest.raises(Fault, match=r"png/0\.png"), open_pack(path) as pack:
            list(pack.pictures())


def test_a_zip_bomb_is_read_no_further_than_its_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "LARGEST_LIST", 10_000)
    monkeypatch.setattr(packs, "LARGEST_FILE", 10_000)
    bomb = bytes(30_000_000)  # packed: 30 kB
    with pytest.raises(Fault, match="more than 10000 bytes"), open_pack(zipped(tmp_path / "a.zip", {"sprites.tsv": bomb})):
        pass
    path = zipped(tmp_path / "b.zip", {**CONTENT, "png/0.png": bomb})
    with pytest.raises(Fault, match="more than 10000 bytes"), open_pack(path) as pack:
        list(pack.pictures())


def test_a_list_of_too_many_pictures_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MOST_PICTURES", 1)
    with pytest.raises(Fault, match="2 lines; 1 are the most"), open_pack(folder(tmp_path / "art", CONTENT)):
        pass


def test_what_is_no_zip_file_and_what_is_not_there_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(Fault, match="no zip file"), open_pack(tmp_path / "broken.zip"):
        pass
    with pytest.raises(Fault, match="no folder or zip file"), open_pack(tmp_path / "missing"):
        pass


def test_an_encrypted_or_damaged_member_is_a_fault(tmp_path: Path) -> None:
    path = zipped(tmp_path / "art.zip", CONTENT)
    data = bytearray(path.read_bytes())
    at = data.index(b"png/0.png") + len(b"png/0.png")
    data[at : at + 12] = b"\xff" * 12  # the packed picture
    path.write_bytes(data)
    with pytest.raises(Fault, match=r"png/0\.png"), open_pack(path) as pack:
        list(pack.pictures())


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png(RED))
    art = folder(tmp_path / "art", {**CONTENT, "sprites.tsv": b"png/2.png\tkey\tthing\n"})
    (art / "png" / "2.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(Fault, match="link"), open_pack(art) as pack:
        list(pack.pictures())


def test_alpha_is_kept(tmp_path: Path) -> None:
    art = folder(tmp_path / "art", {**CONTENT, "png/0.png": png((10, 20, 30, 0))})
    with open_pack(art) as pack:
        first = next(pack.pictures())
    assert np.all(first.pixels[..., 3] == 0)
