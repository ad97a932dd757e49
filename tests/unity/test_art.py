"""The engine-free half of "Teach this game": what Unity draws becomes an art folder that the engine reads."""

from __future__ import annotations

import io
import math
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.formats.art import read_art
from engine.formats.names import _EMPTY, is_telling, words

RED, BLUE = (200, 30, 20), (20, 40, 210)


@pytest.fixture
def ask(program: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """The answers to lines, each a list of words; the folder is `tmp_path / "art"`."""

    def asked(*lines: list[object]) -> list[str]:
        words = "\n".join("\t".join(map(str, line)) for line in lines) + "\n"
        command = ["mono", program, "art", tmp_path / "art"]
        done = subprocess.run(command, input=words, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.splitlines()

    return asked


def shot(picture: Image.Image, background: tuple[int, int, int]) -> str:
    """What a graphics card hands over: the thing before a background, the lowest row first."""
    page = Image.new("RGB", picture.size, background)
    page.paste(picture, mask=picture.getchannel("A"))
    return np.asarray(page)[::-1].tobytes().hex()


def ball(colour: tuple[int, int, int]) -> Image.Image:
    """Half of it can be seen through."""
    picture = Image.new("RGBA", (24, 16))
    picture.paste((*colour, 255), (4, 2, 14, 12))
    picture.paste((*colour, 128), (4, 7, 14, 12))
    return picture


@pytest.mark.parametrize(
    ("asset", "name"),
    [
        ("Assets/Props/RedPotion_02.prefab", "red potion"),
        ("Assets/NPCGuard.fbx", "npc guard"),
        ("Assets/old-barrel (1).png", "old barrel"),
        ("Assets/Wolf.prefab", "wolf"),
        ("Assets/schlüssel Grün.png", "schlüssel grün"),
    ],
)
def test_an_asset_is_called_as_players_call_the_thing(ask, asset, name):
    assert ask(["name", asset]) == [name]


def test_a_thing_is_cut_out_of_two_backgrounds_with_what_shows_through(ask):
    picture = ball(RED)
    [answer] = ask(["cut", 24, 16, shot(picture, (0, 0, 0)), shot(picture, (255, 255, 255))])
    width, height, pixels = answer.split()
    cut = np.frombuffer(bytes.fromhex(pixels), np.uint8).reshape(int(height), int(width), 4)
    assert cut.shape == (10, 10, 4)
    np.testing.assert_allclose(cut.astype(int), np.asarray(picture)[2:12, 4:14].astype(int), atol=3)


def test_an_empty_view_is_nothing(ask):
    empty = Image.new("RGBA", (8, 8))
    assert ask(["cut", 8, 8, shot(empty, (0, 0, 0)), shot(empty, (255, 255, 255))]) == ["nothing"]


def test_pictures_of_two_sizes_are_refused(ask):
    assert ask(["cut", 8, 8, "00" * 192, "ff" * 189])[0].startswith("fault both pictures need")


def test_the_engine_reads_the_folder_that_was_written(ask, tmp_path):
    lines = []
    for colour, name in ((RED, "red ball"), (BLUE, "blue ball"), (RED[::-1], "blue ball")):
        data = io.BytesIO()
        ball(colour).save(data, "PNG")
        lines.append(["add", name, data.getvalue().hex()])
    assert ask(*lines)[2].endswith("1.png")
    art = read_art(tmp_path / "art")
    assert {thing.name: len(thing.looks) for thing in art.things} == {"red ball": 1, "blue ball": 2}


META = """fileFormatVersion: 2
guid: 0123456789abcdef0123456789abcdef
TextureImporter:
  spriteMode: 2
  spriteSheet:
    serializedVersion: 2
    sprites:
    - serializedVersion: 2
      name: Iron Axe
      rect:
        serializedVersion: 2
        x: 0
        y: 16
        width: 24
        height: 16
      alignment: 0
      pivot: {x: 0.5, y: 0.5}
      outline: []
    - serializedVersion: 2
      name: red-ball_0
      rect:
        serializedVersion: 2
        x: 0
        y: 0
        width: 24
        height: 16
      alignment: 0
    outline: []
    nameFileIdTable:
      Iron Axe: 12
"""


def test_a_sheet_that_was_cut_up_in_the_editor_keeps_its_sprites(ask, tmp_path):
    page, data = Image.new("RGBA", (24, 32)), io.BytesIO()
    page.paste(ball(BLUE), (0, 0))  # Unity counts from below: the axe is above
    page.paste(ball(RED), (0, 16))
    page.save(data, "PNG")
    png = data.getvalue().hex()
    assert ask(["sheet", "items", png, META.encode().hex()]) == ["sheet"]
    things = {thing.name: thing.looks[0] for thing in read_art(tmp_path / "art").things}
    assert set(things) == {"iron axe", "red ball"}
    assert things["iron axe"][3, 5].tolist() == [*BLUE, 255]
    assert ask(["sheet", "plain", png, b"TextureImporter:\n  spriteMode: 1\n".hex()]) == ["nothing"]


def test_a_second_time_takes_the_place_of_the_first_and_leaves_others_alone(ask, tmp_path):
    assert ask(["add", "red potion", "00"], ["add", "wolf", "00"])[1].endswith("0.png")
    (tmp_path / "art" / "wolf" / "mine.png").write_bytes(b"")
    assert ask(["clear"], ["add", "healing potion", "00"])[0] == "cleared"
    left = {path.relative_to(tmp_path / "art").as_posix() for path in (tmp_path / "art").rglob("*.png")}
    assert left == {"wolf/mine.png", "healing_potion/0.png"}
    assert not (tmp_path / "art" / "red_potion").exists()


def png_of(colour: tuple[int, int, int]) -> str:
    data = io.BytesIO()
    ball(colour).save(data, "PNG")
    return data.getvalue().hex()


def sheet_png() -> str:
    page, data = Image.new("RGBA", (24, 32)), io.BytesIO()
    page.paste(ball(BLUE), (0, 0))
    page.paste(ball(RED), (0, 16))
    page.save(data, "PNG")
    return data.getvalue().hex()


def test_the_developers_own_files_are_neither_replaced_nor_deleted(ask, tmp_path):
    own = [tmp_path / "art" / path for path in ("wolf/0.png", "items/items.png", "items/items.json", "bear")]
    for path in own:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    sheet = ["sheet", "items", sheet_png(), META.encode().hex()]
    wolf, _, bear = ask(["add", "wolf", "00"], sheet, ["add", "bear", "00"])
    assert wolf.endswith("wolf/1.png")
    assert bear.endswith("bear_2/0.png")
    assert (tmp_path / "art/items_2/items.json").is_file()
    ask(["clear"])
    assert {path for path in (tmp_path / "art").rglob("*") if path.is_file()} == set(own)
    assert {path.read_bytes() for path in own} == {b"mine"}


def test_no_link_is_written_or_deleted_through(ask, tmp_path):
    art, outside = tmp_path / "art", tmp_path / "outside"
    (art / "bear").mkdir(parents=True)
    outside.mkdir()
    (outside / "0.png").write_bytes(b"mine")
    (art / "wolf").symlink_to(outside)
    (art / "bear" / "0.png").symlink_to(outside / "new.png")
    assert [path.removeprefix(str(art)) for path in ask(["add", "wolf", "00"], ["add", "bear", "00"])] == [
        "/wolf_2/0.png",
        "/bear/1.png",
    ]
    (art / ".written").write_text("wolf/0.png\nbear/0.png\n", encoding="utf-8")
    ask(["clear"])
    assert [path.name for path in outside.iterdir()] == ["0.png"]
    assert (outside / "0.png").read_bytes() == b"mine"
    assert (art / "bear" / "0.png").is_symlink()


def test_a_list_that_names_what_is_never_written_deletes_none_of_it(ask, tmp_path):
    art = tmp_path / "art"
    kept = [art / "keep/Wolf.prefab", art / "keep/deep/0.png", tmp_path / "0.png", tmp_path / "sub/0.png"]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"mine")
    lines = ["keep/Wolf.prefab", "keep/deep/0.png", "../0.png", "../sub/0.png", str(tmp_path / "0.png")]
    (art / ".written").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ask(["clear"])
    assert all(path.is_file() for path in kept)


def test_a_name_with_two_dots_is_cleared_as_any_other(ask, tmp_path):
    ask(["sheet", "items..v2", sheet_png(), META.encode().hex()], ["clear"])
    assert not list((tmp_path / "art").iterdir())


def test_sheets_and_things_of_one_name_lie_apart_and_the_engine_reads_all(ask, tmp_path):
    sheet = ["sheet", "wolf", sheet_png(), META.encode().hex()]
    other = ["sheet", "wolf", sheet_png(), META.replace("Iron Axe", "Steel Axe").replace("red-ball", "ruby").encode().hex()]
    ask(sheet, ["add", "wolf", png_of((0, 200, 0))], ["add", "wolf", png_of((0, 90, 0))])
    assert {thing.name: len(thing.looks) for thing in read_art(tmp_path / "art").things} == {
        "iron axe": 1,
        "red ball": 1,
        "wolf": 2,
    }
    ask(["clear"], ["add", "wolf", png_of((0, 200, 0))], sheet, other)
    told = sorted(path.relative_to(tmp_path / "art").as_posix() for path in (tmp_path / "art").rglob("*.json"))
    assert told == ["wolf_2/wolf.json", "wolf_3/wolf.json"]


def test_names_are_told_from_those_of_programs_as_the_engine_tells_them(ask):
    names = [*_EMPTY, "img tex", "wolf", "red wolf sprite", "xkcd", "a", "a1b", "npc guard", "волк", "狼", "", "mr x"]
    assert ask(*(["telling", name] for name in names)) == ["told" if is_telling(name) else "left out" for name in names]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r'"\u041C\u0435\u0447"', "меч"),
        (r'"\xC9p\xE9e"', "épée"),
        ("'giant''s club'", "giant's club"),
        (r'"\"old\" axe"', "old axe"),
        (r'"\U0001F5E1 dagger"', "dagger"),
        ("'steel: axe'", "steel axe"),
    ],
)
def test_a_sprites_name_is_read_as_yaml_means_it(ask, tmp_path, written, meant):
    assert ask(["sheet", "items", sheet_png(), META.replace("name: Iron Axe", f"name: {written}").encode().hex()]) == ["sheet"]
    assert {thing.name for thing in read_art(tmp_path / "art").things} == {words(meant), "red ball"}


def test_slices_of_a_sprite_that_is_shown_whole_do_not_count(ask):
    whole = META.replace("  spriteMode: 2\n", "")
    for meta in (META.replace("spriteMode: 2", "spriteMode: 1"), whole + "  spriteMode: 1\n"):
        assert ask(["sheet", "items", sheet_png(), meta.encode().hex()]) == ["nothing"]


def test_textures_of_models_are_told_from_things(ask):
    files = ["Wolf_Albedo.png", "Wolf_BaseColor.png", "crate-normal.jpg", "normal.png", "red potion.png", "Wolf_Normal.prefab"]
    assert ask(*(["map", file] for file in files)) == ["map", "map", "map", "thing", "thing", "thing"]


def test_the_python_that_is_named_or_the_projects_own_comes_first(ask, tmp_path):
    own = tmp_path / "game" / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"")
    project = tmp_path / "game" / "unity"
    named, found = ask(["pythons", project, "/opt/bin/python"], ["pythons", project, ""])
    assert named == "/opt/bin/python"
    assert found.split() == [str(own), "python3", "python", "py"]


def test_a_thing_without_a_name_is_refused_with_the_fix(ask):
    assert "rename its asset" in ask(["add", "", "00"])[0]


def test_the_command_quotes_what_has_blanks(ask, tmp_path):
    [said] = ask(["command", "my bundle"])
    assert said == f'-m engine adapt --art {tmp_path / "art"} --out "my bundle"'


def test_eight_sides_stand_around_the_thing_and_see_all_of_it(ask):
    *eyes, away = ask(*(["eye", side] for side in range(8)), ["distance", 2, 35])
    directions = np.array([[float(part) for part in eye.split()] for eye in eyes])
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    assert len({tuple(np.round(direction, 6)) for direction in directions}) == 8
    assert (directions[:, 1] > 0).all()
    assert float(away) * math.sin(math.radians(35 / 2)) > 2
