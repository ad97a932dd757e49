from __future__ import annotations

import io
import json
import tarfile

import numpy as np
import pytest

from engine.errors import Fault
from engine.files import cache_directory
from engine.lab.data import assets
from engine.lab.data.assets import FAMILIES, fetch_family, load_sprites, select

SQUARE = {"body": '<path fill="currentColor" d="M0 0h8v16H0z"/>'}


def put_tarball(cache, icons):
    content = json.dumps({"width": 16, "height": 16, "icons": icons}).encode()
    with tarfile.open(cache / FAMILIES["noto"].tarball, "w:gz") as archive:
        member = tarfile.TarInfo("package/icons.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def drawn_here(monkeypatch):
    """Rasterise without cairo, which is part of an extra: icon pictures are white squares."""
    white = np.full((64, 64, 4), 255, np.uint8)
    monkeypatch.setattr(assets, "_require_cairo", lambda: None)
    monkeypatch.setattr(assets, "_rasterised", lambda svgs, workers: (white for _ in svgs))


def test_icons_that_show_things_become_sprites(tmp_path, drawn_here):
    put_tarball(tmp_path, {"wolf": SQUARE, "three-oclock": SQUARE, "red-apple": SQUARE})
    fetch_family("noto", tmp_path)
    sprites = load_sprites(("noto",), tmp_path, "all")
    assert [sprite.concept.names[0] for sprite in sprites] == ["apple", "wolf"]


def test_an_icon_that_shows_something_else_than_it_is_called_is_left_out():
    assert FAMILIES["streamline-emojis"].concept("turkey") is None
    assert FAMILIES["streamline-emojis"].concept("horse").names == ("horse",)


def test_icons_are_rasterised_with_their_transparency(tmp_path):
    pytest.importorskip("cairosvg", exc_type=ImportError)
    put_tarball(tmp_path, {"wolf": SQUARE})
    fetch_family("noto", tmp_path, workers=1)
    (sprite,) = load_sprites(("noto",), tmp_path, "all")
    assert sprite.rgba.shape == (64, 64, 4)
    assert sprite.rgba[32, 8, 3] == 255
    assert sprite.rgba[32, 56, 3] == 0


def test_a_finished_family_is_not_done_again(tmp_path, drawn_here):
    put_tarball(tmp_path, {"wolf": SQUARE})
    first = fetch_family("noto", tmp_path).stat().st_mtime_ns
    assert fetch_family("noto", tmp_path).stat().st_mtime_ns == first


def test_other_icons_are_another_job(tmp_path, drawn_here):
    put_tarball(tmp_path, {"wolf": SQUARE})
    fetch_family("noto", tmp_path)
    put_tarball(tmp_path, {"wolf": SQUARE, "key": SQUARE})
    fetch_family("noto", tmp_path)
    assert len(load_sprites(("noto",), tmp_path, "all")) == 2


def test_sprites_that_were_not_fetched_are_an_error_with_the_command(tmp_path):
    with pytest.raises(Fault, match="python -m engine assets"):
        load_sprites(("noto",), tmp_path)


def test_without_npm_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Fault, match=r"npm is needed.*Install Node.js"):
        fetch_family("noto", tmp_path)


def test_a_broken_tarball_is_named(tmp_path):
    (tmp_path / FAMILIES["noto"].tarball).write_bytes(b"half a file")
    with pytest.raises(Fault, match=r"1\.2\.9\.tgz is no complete"):
        fetch_family("noto", tmp_path)


def test_the_cache_folder_can_be_set_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(tmp_path))
    assert cache_directory() == tmp_path


def test_training_never_sees_a_held_out_concept(sprites):
    train, held_out = select(sprites, "train"), select(sprites, "held_out")
    assert len(train) + len(held_out) == len(sprites)
    assert not {s.concept.key for s in train} & {s.concept.key for s in held_out}
    assert not any(sprite.concept.held_out for sprite in train)
