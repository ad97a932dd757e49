"""Scenes composed of game art: what is told is what is to be seen, whatever the camera, the same in every run."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.errors import Fault
from engine.lab.data import art_scenes
from engine.lab.data.art_scenes import ART_VERSION, ArtScenes
from engine.lab.data.cameras import CAMERAS, Scenery, shelf
from engine.lab.data.packs import ArtPack, GroundTile, load_pack, load_packs, store_pack, stored_packs
from engine.lab.data.stage import Stage
from engine.lab.data.things import Entity

THINGS = {
    "barrel": "brown",
    "red potion": "red",
    "wolf": "grey",
    "orc warrior": "green",
    "table round": "brown",
    "key": "yellow",
    "bread ration": "orange",
    "tree dead large": "black",
    "human": "blue",
    "car taxi": "yellow",
    "urand secret": "pink",
}


def picture(colour: str, size: tuple[int, int] = (20, 26)) -> Image.Image:
    drawn = Image.new("RGBA", size)
    ImageDraw.Draw(drawn).ellipse((2, 2, size[0] - 3, size[1] - 3), fill=colour)
    return drawn


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pack, stored: things, two kinds of ground, a background."""
    top = tmp_path_factory.mktemp("packs")
    art, rows = top / "Small Art", []
    art.mkdir()
    pictures = {name: ("thing", picture(colour)) for name, colour in THINGS.items()}
    pictures["grass full"] = ("ground", Image.new("RGBA", (16, 16), (90, 150, 60, 255)))
    pictures["mosaic"] = ("ground", Image.new("RGBA", (16, 16), (120, 110, 100, 255)))
    pictures["forest"] = ("background", Image.new("RGBA", (800, 600), (40, 90, 60, 255)))
    for i, (name, (kind, drawn)) in enumerate(pictures.items()):
        drawn.save(art / f"{i}.png")
        rows.append(f"{i}.png\t{name}\t{kind}")
    (art / "sprites.tsv").write_text("\n".join(rows))
    (art / "LICENCE.txt").write_text("CC0")
    told = store_pack(art, top / "cache")
    assert told.counts == {"thing": 11, "ground": 2, "background": 1}
    assert told.licence == "CC0"
    return top / "cache"


@pytest.fixture(scope="module")
def pack(cache: Path) -> ArtPack:
    return load_pack("small-art", cache)


def test_a_stored_pack_has_the_things_that_players_name(pack: ArtPack) -> None:
    assert len(pack.sprites) == len(THINGS) - 1
    assert {s.concept.names[0] for s in pack.sprites} >= {"barrel", "potion", "round table", "dead tree", "taxi"}
    potion = next(s for s in pack.sprites if s.concept.key == "potion")
    assert potion.colour == "red"
    assert potion.rgba.shape == (22, 16, 4)  # cut to what is visible
    assert [tile.names[:1] for tile in pack.grounds] == [("grass",), ()]
    assert max(pack.backdrops[0].shape) == 640


def test_a_pack_that_is_stored_anew_is_another_one(cache: Path, tmp_path: Path, pack: ArtPack) -> None:
    art = tmp_path / "small-art"
    art.mkdir()
    picture("red").save(art / "a.png")
    (art / "sprites.tsv").write_text("a.png\tkey\tthing")
    store_pack(art, tmp_path / "cache")
    other = load_pack("small-art", tmp_path / "cache")
    assert other.digest != pack.digest
    assert stored_packs(tmp_path / "cache") == ["small-art"]


def test_a_pack_that_was_not_given_is_an_error_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="python -m engine assets --art dungeon"):
        load_packs(["dungeon"], cache=tmp_path)


@pytest.mark.parametrize("name", [*CAMERAS, "shelf"])
def test_every_camera_shows_its_things_inside_the_picture(name: str, pack: ArtPack, monkeypatch: pytest.MonkeyPatch) -> None:
    if name != "shelf":
        monkeypatch.setattr(art_scenes, "CAMERAS", {name: CAMERAS[name]})
    scenes = [ArtScenes([pack], seed=3, sheets=name == "shelf").scene(i) for i in range(8)]
    assert np.mean([len(scene.entities) for scene in scenes]) >= 4
    for scene in scenes:
        height, width = scene.frame.shape[:2]
        assert scene.frame.dtype == np.uint8
        for entity in scene.entities:
            x, y, w, h = entity.box
            assert 0 <= x < x + w <= width
            assert 0 <= y < y + h <= height
            assert min(w, h) >= 3


@pytest.mark.parametrize("name", list(CAMERAS))
def test_what_a_camera_lays_out_is_seen_from_far_to_near(name: str) -> None:
    camera, _ = CAMERAS[name]
    view = camera(Scenery(), (180, 320), 30.0, 10, np.random.default_rng(0))
    assert view.picture.size == (320, 180)
    depths = [place.depth for place in view.places]
    assert depths == sorted(depths, reverse=True)
    assert len(view.places) >= 5


def test_a_scene_is_the_same_in_every_run_and_another_seed_is_another_world(pack: ArtPack) -> None:
    first, again, other = (ArtScenes([pack], seed=seed).scene(2) for seed in (1, 1, 2))
    assert np.array_equal(first.frame, again.frame)
    assert [e.names for e in first.entities] == [e.names for e in again.entities]
    assert first.frame.shape != other.frame.shape or not np.array_equal(first.frame, other.frame)


def test_the_version_is_raised_when_what_is_composed_changes(pack: ArtPack) -> None:
    generator = ArtScenes([pack], seed=5)
    told = [[e.names, e.box, sorted(e.tags), e.colour] for i in range(6) for e in generator.scene(i).entities]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    assert (ART_VERSION, digest) == GOLDEN, "What is composed changed. If that was meant, raise ART_VERSION and put it here."


GOLDEN = ("3", "ee7273bb723c6638")


def test_no_thing_stands_before_another_so_that_it_is_hidden() -> None:
    stage = Stage(Image.new("RGB", (60, 60)), np.random.default_rng(0))
    block = Image.new("RGBA", (20, 20), (255, 0, 0, 255))
    assert stage.put(block, (30, 40), Entity(("key",), (0, 0, 0, 0), frozenset()))
    assert not stage.put(block, (32, 41), Entity(("box",), (0, 0, 0, 0), frozenset()))
    assert stage.put(block, (44, 44), Entity(("box",), (0, 0, 0, 0), frozenset()))
    assert [(e.names, e.box) for e in stage.entities()] == [(("key",), (20, 20, 20, 20)), (("box",), (34, 24, 20, 20))]


def test_what_lies_mostly_outside_is_not_put() -> None:
    stage = Stage(Image.new("RGB", (60, 60)), np.random.default_rng(0))
    block = Image.new("RGBA", (20, 20), (255, 0, 0, 255))
    assert not stage.put(block, (0, 30), None)
    assert not stage.put(block, (200, 30), None)
    assert not stage.put(Image.new("RGBA", (20, 20)), (30, 30), None)
    assert np.asarray(stage.picture).max() == 0


def test_nothing_is_put_where_an_inventory_is() -> None:
    stage = Stage(Image.new("RGB", (60, 60)), np.random.default_rng(0))
    stage.reserve((0, 50, 60, 10))
    assert not stage.put(Image.new("RGBA", (20, 20), (255, 0, 0, 255)), (30, 58), None)


def test_a_sheet_shows_many_different_things(pack: ArtPack) -> None:
    scene = ArtScenes([pack], seed=3, sheets=True).scene(0)
    assert len(scene.entities) >= 8
    assert len({e.name for e in scene.entities}) >= 6
    assert shelf(Scenery(), (180, 320), 20.0, 5, np.random.default_rng(0)).places


def test_named_ground_is_told_where_nothing_stands(pack: ArtPack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(art_scenes, "CAMERAS", {"tile_map": CAMERAS["tile_map"]})
    grass = ArtPack("meadow", pack.sprites, (GroundTile(np.full((16, 16, 3), 90, np.uint8), ("grass", "lawn")),), (), "0")
    names = {name for i in range(6) for e in ArtScenes([grass], seed=3).scene(i).entities for name in e.names}
    assert {"grass", "lawn"} <= names


def test_a_page_of_scenes_is_drawn_by_a_command(cache: Path, tmp_path: Path) -> None:
    from engine.cli import main

    with pytest.raises(SystemExit) as done:
        main(["scenes", "--out", str(tmp_path / "page.png"), "--cache", str(cache), "--count", "3"])
    assert done.value.code == 0
    assert Image.open(io.BytesIO((tmp_path / "page.png").read_bytes())).width == 1200


def test_a_pack_is_taken_in_by_a_command_that_tells_what_it_is_taken_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.cli import main

    art = tmp_path / "gems"
    art.mkdir()
    picture("red").save(art / "a.png")
    (art / "sprites.tsv").write_text("a.png\truby ring\tthing\na.png\turand xyz\tthing")
    with pytest.raises(SystemExit) as done:
        main(["assets", "--no-icons", "--art", str(art), "--cache", str(tmp_path / "cache")])
    assert done.value.code == 0
    told = capsys.readouterr().out
    assert "gems: 2 pictures of things, of which 1 have a name" in told
    assert "it has no LICENCE.txt" in told
    assert stored_packs(tmp_path / "cache") == ["gems"]


def test_a_broken_pack_leaves_nothing_in_the_cache(tmp_path: Path) -> None:
    art = tmp_path / "gems"
    art.mkdir()
    (art / "a.png").write_bytes(b"no picture")
    (art / "sprites.tsv").write_text("a.png\truby ring\tthing")
    with pytest.raises(Fault, match=r"a\.png"):
        store_pack(art, tmp_path / "cache")
    assert stored_packs(tmp_path / "cache") == []
