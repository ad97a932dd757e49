"""Art folders: what a thing is called and looks like, and what is refused with what to change."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from engine.errors import Fault
from engine.formats.art import LARGEST_SIDE, MOST_LOOKS, read_art, read_backgrounds
from engine.formats.names import is_telling, words

RED, GREEN, BLUE, CLEAR = (220, 30, 30, 255), (30, 200, 40, 255), (40, 60, 230, 255), (0, 0, 0, 0)


def sprite(colour: tuple[int, ...], size: tuple[int, int] = (16, 16), margin: int = 3) -> Image.Image:
    """A disc on nothing."""
    picture = Image.new("RGBA", size)
    ImageDraw.Draw(picture).ellipse((margin, margin, size[0] - margin - 1, size[1] - margin - 1), fill=colour)
    return picture


def save(path: Path, picture: Image.Image) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    return path


@pytest.fixture
def art(tmp_path: Path) -> Path:
    """Two things, each a picture."""
    save(tmp_path / "art" / "red_potion.png", sprite(RED))
    save(tmp_path / "art" / "GreenSlime.png", sprite(GREEN))
    return tmp_path / "art"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("RedPotion_02", "red potion"),
        ("red-potion", "red potion"),
        ("wolf3", "wolf"),
        ("NPCGuard", "npc guard"),
        ("16x16_old_man 7", "old man"),
        ("Épée", "épée"),
        ("baker's oven", "baker's oven"),
        ("0042", ""),
    ],
)
def test_names_of_files_become_words(file: str, name: str) -> None:
    assert words(file) == name


def test_a_name_must_say_something() -> None:
    assert all(map(is_telling, ("red potion", "ox", "sprite of fire", "épée", "剣")))
    assert not any(map(is_telling, ("", "img", "new sprite", "xkcd", "a", "ab12cd34ef")))


def test_pictures_folders_of_looks_and_shelves_are_read(art: Path) -> None:
    for side, colour in (("front", BLUE), ("side", (40, 60, 200, 255)), ("back", (40, 60, 170, 255))):
        save(art / "beasts" / "GreyWolf" / f"{side}.webp", sprite(colour))
    save(art / "beasts" / "cow_1.png", sprite((200, 200, 200, 255)))
    save(art / "beasts" / "cow_2.png", sprite((180, 200, 200, 255)))
    (art / "beasts" / "readme.txt").write_text("by me")
    found = {thing.name: len(thing.looks) for thing in read_art(art).things}
    assert found == {"red potion": 1, "green slime": 1, "grey wolf": 3, "cow": 2}
    assert read_art(art).game == "art"


def test_alpha_is_kept_and_a_tile_is_told_from_what_is_cut_out(art: Path) -> None:
    save(art / "wall.jpg", Image.new("RGB", (32, 32), (90, 80, 70)))
    things = {thing.name: thing for thing in read_art(art).things}
    assert things["red potion"].looks[0][0, 0, 3] == 0
    assert [name for name, thing in things.items() if thing.opaque] == ["wall"]


def test_large_and_many_pictures_become_small_and_few(art: Path) -> None:
    for i in range(MOST_LOOKS + 9):
        save(art / "tower" / f"{i}.png", sprite((i * 5, 90, 90, 255), (500, 700)))
    tower = next(thing for thing in read_art(art).things if thing.name == "tower")
    assert len(tower.looks) == MOST_LOOKS
    assert {max(look.shape[:2]) for look in tower.looks} == {LARGEST_SIDE}


def sheet(path: Path) -> Path:
    """Three things of 16 pixels side by side, the last one stored a quarter clockwise: its upper half is red."""
    picture = Image.new("RGBA", (60, 16))
    picture.paste(sprite(RED, margin=1), (0, 0))
    picture.paste(sprite(GREEN, margin=1), (16, 0))
    banner = Image.new("RGBA", (8, 16), BLUE)
    banner.paste(RED, (0, 0, 8, 8))
    picture.paste(banner.rotate(-90, expand=True), (32, 0))
    return save(path, picture)


FRAMES = {
    "props/ruby.png": {"frame": {"x": 0, "y": 0, "w": 16, "h": 16}, "rotated": False},
    "props/slime_01.png": {"frame": {"x": 16, "y": 0, "w": 16, "h": 16}, "rotated": False},
    "banner.png": {"frame": {"x": 32, "y": 0, "w": 8, "h": 16}, "rotated": True},
}


@pytest.mark.parametrize("form", ["hash", "array"])
def test_a_described_sheet_gives_its_parts(tmp_path: Path, form: str) -> None:
    sheet(tmp_path / "pack" / "atlas.png")
    frames = FRAMES if form == "hash" else [{"filename": name, **frame} for name, frame in FRAMES.items()]
    text = json.dumps({"frames": frames, "meta": {"image": "C:\\art\\atlas.png", "size": {"w": 60, "h": 16}}})
    (tmp_path / "pack" / "atlas.json").write_text(text)
    things = {thing.name: thing for thing in read_art(tmp_path).things}
    assert set(things) == {"ruby", "slime", "banner"}
    banner = things["banner"].looks[0]
    assert banner.shape == (16, 8, 4)
    assert (banner[0, 0].tolist(), banner[-1, 0].tolist()) == (list(RED), list(BLUE))


def test_an_animation_is_looks_of_one_thing_and_slices_are_things(art: Path) -> None:
    sheet(art / "bandit.png")
    cells = {f"bandit {i}.aseprite": {"frame": {"x": 16 * i, "y": 0, "w": 16, "h": 16}} for i in range(2)}
    (art / "bandit.json").write_text(json.dumps({"frames": cells, "meta": {"image": "bandit.png"}}))
    assert {t.name: len(t.looks) for t in read_art(art).things}["bandit"] == 2
    slices = [
        {"name": name, "keys": [{"frame": 0, "bounds": {"x": x, "y": 0, "w": 16, "h": 16}}]}
        for name, x in (("Magic Cherry", 0), ("pear", 16))
    ]
    (art / "bandit.json").write_text(json.dumps({"frames": cells, "meta": {"image": "bandit.png", "slices": slices}}))
    assert {t.name for t in read_art(art).things} == {"red potion", "green slime", "magic cherry", "pear"}


def test_an_atlas_texture_of_godot_is_a_thing(art: Path) -> None:
    sheet(art / "sheets" / "all.png")
    (art / "Ruby.tres").write_text(
        '[gd_resource type="AtlasTexture" load_steps=2 format=3 uid="uid://x"]\n\n'
        '[ext_resource type="Texture2D" uid="uid://y" path="res://game/sheets/all.png" id="1_a"]\n\n'
        '[resource]\natlas = ExtResource("1_a")\nregion = Rect2(0, 0, 16, 16)\n'
    )
    (art / "theme.tres").write_text('[gd_resource type="Theme" format=3]\n[resource]\n')
    (art / "level.json").write_text('{"layers": [1, 2]}')
    things = {thing.name: thing for thing in read_art(art).things}
    assert set(things) == {"red potion", "green slime", "ruby"}
    assert things["ruby"].looks[0].shape == (16, 16, 4)


SPRITE_FRAMES = """[gd_resource type="SpriteFrames" load_steps=4 format=3 uid="uid://x"]

[ext_resource type="Texture2D" uid="uid://y" path="res://enemies/bat.png" id="1_a"]

[sub_resource type="AtlasTexture" id="AtlasTexture_x"]
atlas = ExtResource("1_a")
region = Rect2(0, 0, 16, 16)

[sub_resource type="AtlasTexture" id="AtlasTexture_y"]
atlas = ExtResource("1_a")
region = Rect2(16, 0, 16, 16)

[resource]
animations = [{"frames": [{"duration": 1.0,"texture": SubResource("AtlasTexture_x")}], "name": &"fly"}]
"""


@pytest.mark.parametrize("file", ["bat.tres", "bat_frames.tres", "BatSpriteFrames.tres"])
def test_sprite_frames_of_godot_are_looks_of_one_thing(art: Path, file: str) -> None:
    sheet(art / "bat.png")
    (art / file).write_text(SPRITE_FRAMES)
    assert {thing.name: len(thing.looks) for thing in read_art(art).things} == {"red potion": 1, "green slime": 1, "bat": 2}


def test_a_sheet_of_one_frame_is_called_as_its_frame_but_an_animation_as_its_file(art: Path) -> None:
    save(art / "sheet1.png", sprite(BLUE))
    cell = {"frame": {"x": 0, "y": 0, "w": 16, "h": 16}}
    (art / "sheet1.json").write_text(json.dumps({"frames": {"space ship.png": cell}, "meta": {"image": "sheet1.png"}}))
    save(art / "goblin.png", sprite((1, 2, 200, 255)))
    (art / "goblin.json").write_text(json.dumps({"frames": {"walk 0.aseprite": cell}, "meta": {"image": "goblin.png"}}))
    assert {thing.name for thing in read_art(art).things} == {"red potion", "green slime", "space ship", "goblin"}


def test_art_yaml_adds_names_tags_sizes_and_shelves(art: Path) -> None:
    for name in ("sword", "shield", "helmet"):
        save(art / "gear" / f"{name}.png", sprite((len(name) * 20, ord(name[1]), 10, 255)))
    (art / "gear" / "axe.gif").write_bytes(b"GIF89a")
    left_out, note = read_art(art).notes
    assert left_out.startswith("Left out is 1 (gear/axe.gif)")
    (art / "gear" / "axe.gif").unlink()
    assert "gear/" in note
    assert "shelves: [gear]" in note
    (art / "art.yaml").write_text(
        "game: Gloom\nshelves: [gear]\nthings:\n"
        "  red_potion: {tags: [item], names: [Healing Draught], size: [24, 16]}\n  sword: {size: 30}\n"
    )
    read = read_art(art)
    things = {thing.name: thing for thing in read.things}
    assert (read.game, read.notes) == ("Gloom", ())
    assert {"sword", "shield", "helmet"} < set(things)
    potion = things["red potion"]
    assert (potion.others, potion.tags, potion.size) == (("healing draught",), ("item",), (16, 24))
    assert things["sword"].size == (30, 30)


def test_an_opaque_picture_that_is_many_tiles_wide_is_told(art: Path) -> None:
    for n, name in enumerate(("grass", "stone", "sand")):
        save(art / f"{name}.png", Image.new("RGB", (16, 16), (60 * n, 90, 40)))
    assert read_art(art).notes == ()
    save(art / "dungeon.png", Image.new("RGB", (128, 64), (90, 90, 90)))
    [note] = read_art(art).notes
    assert note.startswith("dungeon.png was taken for one thing, but most tiles here have 16 pixels")
    assert ".json" in note


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("things: {red potoin: {}}", "no picture of 'red potoin', but of 'red potion'"),
        ("things: {red potion: {tags: [thing]}}", "'thing' is no tag; known are"),
        ("things: {red potion: {names: [green slime]}}", "is a picture of its own"),
        ("things: {red potion: {size: 9000}}", "size"),
        ("things: [red potion]", "dictionary"),
        ("things: {{{", "while parsing"),
        ("[" * 5000, "ecursion"),
    ],
)
def test_an_art_yaml_that_does_not_fit_is_a_sentence(art: Path, text: str, fault: str) -> None:
    (art / "art.yaml").write_text(text)
    with pytest.raises(Fault, match=fault) as caught:
        read_art(art)
    assert caught.value.code == "art_yaml"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"frames":', r"items\.json: it is no whole JSON \(line 1: .*without it items\.png would be learnt as one thing"),
        ("", r"items\.json: it is no whole JSON"),
        ('{"frames": {"axe": {"frame": {"x": 0, "y": 0, "w": 8}}}}', r"items\.json: frames\.axe\.frame\.h: Field required"),
        ('{"frames": [{"frame": {"x": 0, "y": 0, "w": 8}}]}', r"items\.json: frames\.0\.frame\.h: Field required"),
        ('{"frames": {"axe": {"frame": {"x": 36.5, "y": 0, "w": 8, "h": 8}}}}', r"frames\.axe\.frame\.x: .*fractional part"),
    ],
)
def test_a_broken_description_is_refused_and_not_its_sheet_learnt_as_one_thing(art: Path, text: str, fault: str) -> None:
    sheet(art / "items.png")
    (art / "items.json").write_text(text)
    with pytest.raises(Fault, match=fault) as caught:
        read_art(art)
    assert caught.value.code == "art_unfit"


def test_an_atlas_texture_without_a_region_is_refused(art: Path) -> None:
    (art / "Ruby.tres").write_text('[gd_resource type="AtlasTexture" format=3]\n\n[resource]\n')
    with pytest.raises(Fault, match=r"Ruby\.tres: it does not tell the sheet and the region"):
        read_art(art)


def test_json_about_something_else_is_no_description(art: Path) -> None:
    (art / "level.json").write_text("{ // a comment\n}")
    (art / "red_potion.json").write_text('{"frames": 12, "heals": 3}')
    assert {thing.name for thing in read_art(art).things} == {"red potion", "green slime"}


def tiles_in_a_row() -> Image.Image:
    """Four kinds of ground of 32 pixels, with grain."""
    picture, grain = Image.new("RGB", (128, 32)), np.random.default_rng(3)
    for i, colour in enumerate(((30, 120, 40), (40, 40, 30), (150, 110, 40), (120, 10, 10))):
        tile = np.clip(grain.normal(colour, 8, (32, 32, 3)), 0, 255).astype(np.uint8)
        picture.paste(Image.fromarray(tile), (32 * i, 0))
    return picture


def test_tiles_put_together_without_a_description_are_told_and_bricks_are_not(art: Path) -> None:
    bricks = Image.new("RGB", (64, 64), (120, 60, 40))
    for line in range(15, 64, 16):
        ImageDraw.Draw(bricks).line((0, line, 63, line), fill=(90, 90, 90))
    save(art / "bricks.png", bricks)
    assert read_art(art).notes == ()
    save(art / "terrain.png", tiles_in_a_row())
    [note] = read_art(art).notes
    assert note.startswith("terrain.png was taken for one thing, but it is put together of tiles of 32 pixels")


def test_things_scattered_over_a_picture_and_a_flat_ground_are_told(art: Path) -> None:
    scattered = Image.new("RGBA", (144, 66))
    for place, size in (((0, 0), (12, 12)), ((36, 0), (12, 64)), ((70, 4), (40, 30)), ((120, 50), (14, 14))):
        scattered.paste(sprite(BLUE, size, 0), place)
    save(art / "items.png", scattered)
    flat = Image.new("RGB", (32, 32), "white")
    flat.paste(RED[:3], (8, 4, 20, 28))
    save(art / "sword.png", flat)
    several, ground = read_art(art).notes
    assert several.startswith("items.png was taken for one thing, but it shows 4 things with nothing between them")
    assert ground == "Without alpha, the flat colour around it is learnt as the thing's own: sword.png. Cut things out."


def test_textures_of_models_are_told(art: Path) -> None:
    for n, file in enumerate(("Wolf_Albedo.png", "Crate_BaseColor.png", "normal.png")):
        save(art / file, sprite((9, 60 * n, 90, 255)))
    save(art / "Tree_Albedo.png", Image.new("RGB", (512, 512), (9, 99, 9)))
    with pytest.raises(Fault, match=r"Tree_Albedo\.png is called as a model's texture: give pictures of the model"):
        read_art(art)
    (art / "Tree_Albedo.png").unlink()
    [note] = read_art(art).notes
    assert note.startswith("Called as textures of models, and learnt as things: Crate_BaseColor.png, Wolf_Albedo.png.")


def test_what_is_left_out_is_told_by_name(art: Path, tmp_path: Path) -> None:
    for name in ("bow.aseprite", "sword.psd", "axe.kra"):
        (art / name).write_bytes(b"8BPS")
    [note] = read_art(art).notes
    assert note == "Left out are 3 (axe.kra, bow.aseprite, sword.psd): PNG, JPEG and WebP are read."
    for name in ("red_potion.png", "GreenSlime.png"):
        (art / name).unlink()
    with pytest.raises(Fault, match=r"There is no picture in .* that is read, but \.aseprite, \.kra, \.psd"):
        read_art(art)
    archive = tmp_path / "art.zip"
    archive.write_bytes(b"PK")
    with pytest.raises(Fault, match=r"art\.zip is an archive: unpack it"):
        read_art(archive)


def strip(cells: int) -> Image.Image:
    picture = Image.new("RGBA", (16 * cells, 16))
    for i in range(cells):
        picture.paste(sprite((200, 10 * i, 10, 255)), (16 * i, 0))
    return picture


def row(size: tuple[int, int], things: int) -> Image.Image:
    """Several things of about a size, not evenly apart, with room to the right."""
    picture, large = Image.new("RGBA", size), size[1] * 5 // 8
    for i in range(things):
        picture.paste(sprite((200, 10 * i, 10, 255), (large - i % 2 * 5, large), 0), (i * (large + 3 + i), i % 3))
    return picture


def grid() -> Image.Image:
    picture = Image.new("RGBA", (64, 48))
    for i in range(12):
        picture.paste(sprite((200, 10 * i, 10, 255)), (16 * (i % 4), 16 * (i // 4)))
    return picture


def on_magenta() -> Image.Image:
    picture = Image.new("RGB", (64, 48), (255, 0, 255))
    picture.paste(grid(), (0, 0), grid())
    return picture


@pytest.mark.parametrize(
    ("file", "picture", "fault"),
    [
        ("castle.png", Image.new("RGB", (640, 480), (9, 99, 9)), "640x480 pixels without alpha: a sheet needs its description"),
        ("walk.png", strip(6), "walk.png looks like a sheet"),
        ("icons.png", grid(), "icons.png looks like a sheet"),
        ("row.png", row((96, 40), 3), "row.png looks like a sheet"),
        ("orcs.png", on_magenta(), "orcs.png looks like a sheet of several pictures on the flat colour #ff00ff, without alpha"),
        ("row.png", row((256, 32), 6), "row.png looks like a sheet"),
        ("column.png", row((256, 32), 6).rotate(90, expand=True), "column.png looks like a sheet"),
        ("IMG_0042.png", sprite(BLUE), "IMG_0042.png: 'IMG_0042' holds no word that a player would say"),
        ("ghost.png", Image.new("RGBA", (16, 16)), "ghost.png shows nothing"),
        ("vial.png", sprite(RED), r"red_potion.png and vial.png are one picture with two names"),
    ],
)
def test_pictures_that_would_teach_nothing_or_wrong_are_refused(art: Path, file: str, picture: Image.Image, fault: str) -> None:
    save(art / file, picture)
    with pytest.raises(Fault, match=fault) as caught:
        read_art(art)
    assert caught.value.code == "art_unfit"


def test_a_wide_thing_is_no_sheet(art: Path) -> None:
    save(art / "long_sword.png", sprite(BLUE, (64, 16), 1))
    save(art / "fence.png", Image.new("RGBA", (96, 16), (120, 90, 40, 255)))
    boots = row((48, 20), 2)
    save(art / "boots.png", boots)
    sparks = row((96, 40), 4)
    sparks.paste(CLEAR, (0, 8, 96, 40))
    save(art / "sparks.png", sparks)
    chain = row((96, 16), 5)
    chain.paste(BLUE, (0, 4, 70, 6))
    save(art / "chain.png", chain)
    save(art / "captain_and_dogs.png", ImageOps.expand(row((60, 20), 3), (30, 10, 0, 0), CLEAR))
    captain = Image.open(art / "captain_and_dogs.png")
    captain.paste(RED, (0, 0, 28, 30))
    save(art / "captain_and_dogs.png", captain)
    assert len(read_art(art).things) == 8


def test_files_that_are_no_pictures_are_named(art: Path) -> None:
    (art / "torn.png").write_bytes((art / "red_potion.png").read_bytes()[:60])
    (art / "song.jpg").write_bytes(b"RIFF and so on")
    with pytest.raises(Fault, match=r"song\.jpg: .*not a PNG, JPEG or WebP.*torn\.png: .*cannot be decoded"):
        read_art(art)


def test_an_empty_folder_and_a_thing_alone_are_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(Fault, match="There is no") as caught:
            read_art(folder)
        assert caught.value.code == "art_missing"
    save(tmp_path / "wolf.png", sprite(RED))
    with pytest.raises(Fault, match="everything in it is called 'wolf'"):
        read_art(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_no_link_leads_out_of_the_folder(art: Path, tmp_path: Path) -> None:
    outside = save(tmp_path / "elsewhere" / "secret.png", sprite(BLUE))
    (art / "secret.png").symlink_to(outside)
    (art / "more").symlink_to(outside.parent, target_is_directory=True)
    read = read_art(art)
    assert {thing.name for thing in read.things} == {"red potion", "green slime"}
    assert read.notes == ("Left out are 2 (more, secret.png): links are not followed, so copy what is meant into the folder.",)
    (art / "atlas.json").write_text(json.dumps({"frames": FRAMES, "meta": {"image": "../elsewhere/secret.png"}}))
    with pytest.raises(Fault, match=r"atlas\.json: its picture, secret\.png, is not in the folder"):
        read_art(art)


@pytest.mark.parametrize("image", ["items.png", ""])
def test_a_description_whose_picture_is_not_there_is_refused(art: Path, image: str) -> None:
    (art / "items.json").write_text(json.dumps({"frames": FRAMES, "meta": {"image": image}}))
    with pytest.raises(Fault, match=r"items\.json: its picture, items\.png, is not in the folder") as caught:
        read_art(art)
    assert caught.value.code == "art_unfit"


def test_a_part_outside_its_sheet_is_refused(art: Path) -> None:
    sheet(art / "all.png")
    cells = {"ruby.png": {"frame": {"x": 50, "y": 0, "w": 16, "h": 16}}}
    (art / "all.json").write_text(json.dumps({"frames": cells, "meta": {"image": "all.png"}}))
    with pytest.raises(Fault, match=r"all.json \(ruby.png\): it is not inside its sheet of 60x16 pixels"):
        read_art(art)


def test_backgrounds_are_read_as_they_are_seen(tmp_path: Path) -> None:
    save(tmp_path / "in" / "grass.png", Image.new("RGB", (16, 16), (30, 160, 40)))
    save(tmp_path / "in" / "shots" / "harbour.jpg", Image.new("RGB", (320, 200), (20, 90, 190)))
    assert sorted(picture.shape for picture in read_backgrounds(tmp_path / "in")) == [(16, 16, 3), (200, 320, 3)]
    (tmp_path / "in" / "torn.png").write_bytes(b"no")
    with pytest.raises(Fault, match=r"torn\.png"):
        read_backgrounds(tmp_path / "in")
    with pytest.raises(Fault, match="There is no folder"):
        read_backgrounds(tmp_path / "out")


def test_every_picture_of_a_thing_is_its_own_array(art: Path) -> None:
    for thing in read_art(art).things:
        assert all(look.dtype == np.uint8 and look.flags.c_contiguous and look.shape[2] == 4 for look in thing.looks)


@pytest.mark.parametrize("text", ['{"health": 3}', "[1, 2]", '{"frames": 3}'])
def test_a_json_without_frames_beside_a_picture_describes_no_sheet(art: Path, text: str) -> None:
    save(art / "wolf.png", sprite(BLUE))
    (art / "wolf.json").write_text(text)
    assert "wolf" in {thing.name for thing in read_art(art).things}


@pytest.mark.parametrize("text", ['{"frames": []}', '{"frames": {}, "health": 3}'])
def test_a_sheet_of_no_frames_is_told_and_not_left_out_silently(art: Path, text: str) -> None:
    save(art / "wolf.png", sprite(BLUE))
    (art / "wolf.json").write_text(text)
    with pytest.raises(Fault, match=r"wolf\.json: its `frames` are empty, so nothing of wolf\.png would be learnt"):
        read_art(art)


def test_names_of_strangers_are_told_short_and_on_one_line(art: Path) -> None:
    (art / "a\nb.gif").write_bytes(b"GIF89a")
    assert any("(a b.gif)" in note for note in read_art(art).notes)
    save(art / "wolf.png", sprite(BLUE))
    frame = {"frame": {"x": 900, "y": 0, "w": 8, "h": 8}}
    (art / "wolf.json").write_text(json.dumps({"frames": {"wolf\n" * 2400: frame, "cow": frame}}))
    with pytest.raises(Fault) as told:
        read_art(art)
    assert len(told.value.message) < 600
    assert "\n" not in told.value.message
