"""Things are found by what they look like, without any learning."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.errors import Fault
from engine.formats.frame import Frame
from engine.perception import Perceiver, Query
from engine.perception.looks import read_look
from npc.picture_file import MOST_PIXELS

PLACES = [(40, 30), (150, 40), (230, 60), (60, 110), (150, 130), (240, 120)]
SIZE = (320, 192)


def creature(body: tuple[int, int, int], spikes: int) -> Image.Image:
    """Something that has no name: a spiky ball with one eye."""
    picture = Image.new("RGBA", (48, 48))
    draw = ImageDraw.Draw(picture)
    for i in range(spikes):
        angle = 2 * np.pi * i / spikes
        draw.line((24, 24, 24 + 22 * np.cos(angle), 24 + 22 * np.sin(angle)), fill=(*body, 255), width=4)
    draw.ellipse((10, 10, 38, 38), fill=(*body, 255), outline=(20, 10, 30, 255))
    draw.ellipse((18, 16, 30, 28), fill=(250, 250, 230, 255))
    draw.ellipse((22, 20, 27, 26), fill=(10, 10, 10, 255))
    return picture


def crate() -> Image.Image:
    picture = Image.new("RGBA", (48, 48), (150, 100, 50, 255))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((2, 2, 45, 45), outline=(90, 55, 20, 255), width=4)
    draw.line((4, 4, 44, 44), fill=(90, 55, 20, 255), width=4)
    return picture


GLOOMFANG, CRATE = creature((120, 40, 170), 9), crate()


def scene(*things: tuple[Image.Image, tuple[int, int]]) -> Frame:
    """Things on a meadow with some texture."""
    grass = np.random.default_rng(5).normal((95, 130, 70), 9, (SIZE[1], SIZE[0], 3))
    picture = Image.fromarray(np.clip(grass, 0, 255).astype(np.uint8))
    for thing, place in things:
        picture.paste(thing, place, thing)
    return Frame.from_array(np.asarray(picture))


@pytest.fixture(scope="module")
def looks(perceiver: Perceiver):
    shown = {"gloomfang": GLOOMFANG, "qibble": CRATE}
    return {name: (perceiver.appearance(np.asarray(picture)),) for name, picture in shown.items()}


def both_found(perceiver: Perceiver, looks, place: tuple[int, int]) -> bool:
    frame = scene((GLOOMFANG, place), (CRATE, PLACES[PLACES.index(place) - 3]))
    found = perceiver.see(perceiver.encode_frame(frame), [Query(watch=("gloomfang", "qibble"), looks=looks)])[0].watch
    at = {d.phrase: (d.x * SIZE[0], d.y * SIZE[1]) for d in found}
    return holds(place, at["gloomfang"]) and holds(PLACES[PLACES.index(place) - 3], at["qibble"])


def holds(place: tuple[int, int], at: tuple[float, float]) -> bool:
    return all(0 <= point - start <= 48 for start, point in zip(place, at, strict=True))


def test_things_whose_names_nobody_knows_are_found_by_their_pictures(perceiver, looks):
    by_name, by_looks = (sum(both_found(perceiver, shown, place) for place in PLACES) for shown in ({}, looks))
    assert by_looks == len(PLACES) > by_name


def test_it_is_likelier_in_view_where_it_is(perceiver, looks):
    query = Query(watch=("gloomfang", "qibble"), looks=looks)
    for place in PLACES:
        frames = [perceiver.encode_frame(scene((thing, place))) for thing in (GLOOMFANG, CRATE)]
        (gloomfang, _), (other, crate) = ([d.p for d in perceiver.see(frame, [query])[0].watch] for frame in frames)
        assert gloomfang > 0.5 > other
        assert crate > 0.5


# Of its kind, in other colours and with other spikes.
KIN = {
    "zorb": creature((170, 60, 50), 9),
    "mizzle": creature((60, 140, 170), 9),
    "ochre": creature((200, 180, 60), 5),
    "verdigris": creature((60, 160, 70), 13),
    "soot": creature((90, 90, 100), 7),
}


def dark(frame: Frame) -> Frame:
    pixels = np.frombuffer(bytes(frame.pixels), np.uint8).reshape(SIZE[1], SIZE[0], 3)
    return Frame.from_array((pixels * 0.5).astype(np.uint8))


def test_look_alikes_of_what_is_in_view_are_not_claimed_by_day_or_night(perceiver, looks):
    kin = {name: (perceiver.appearance(np.asarray(picture)),) for name, picture in KIN.items()}
    day = scene((GLOOMFANG, PLACES[1]))
    for frame in (day, dark(day)):
        seen = perceiver.encode_frame(frame)
        together = perceiver.see(seen, [Query(watch=tuple(kin), looks={**looks, **kin})])[0].watch
        alone = [perceiver.see(seen, [Query(watch=(name,), looks={name: of})])[0].watch[0] for name, of in kin.items()]
        assert all(found.p < 0.5 for found in (*together, *alone))
        assert all(beside.p < lone.p for beside, lone in zip(together, alone, strict=True)), (
            "another picture explains it better"
        )


def test_words_that_name_what_was_shown_point_at_it(perceiver, looks):
    place = PLACES[5]
    frame = perceiver.encode_frame(scene((GLOOMFANG, place), (CRATE, PLACES[0])))
    target = perceiver.see(frame, [Query("attack the gloomfang!", looks=looks)])[0].target
    assert target is not None
    assert holds(place, (target.x * SIZE[0], target.y * SIZE[1]))
    gone = perceiver.encode_frame(scene((CRATE, PLACES[0])))
    assert perceiver.see(gone, [Query("attack the gloomfang!", looks=looks)])[0].target is None


def test_nothing_changes_for_phrases_without_pictures(perceiver, looks):
    frame = perceiver.encode_frame(scene((GLOOMFANG, PLACES[0]), (CRATE, PLACES[3])))
    plain = perceiver.see(frame, [Query("take the crate", watch=("crate", "tree"))])[0]
    beside = perceiver.see(frame, [Query("take the crate", watch=("crate", "tree"), looks=looks)])[0]
    assert plain.watch == beside.watch
    assert plain.target == beside.target


def test_bars_around_a_frame_are_no_place_for_a_thing(perceiver, looks):
    tall = Frame.from_array(np.full((300, 100, 3), 128, np.uint8))
    found = perceiver.see(perceiver.encode_frame(tall), [Query(watch=("gloomfang",), looks=looks)])[0].watch[0]
    assert 0 <= found.x <= 1
    assert 0 <= found.y <= 1


def test_a_picture_keeps_its_transparency_whatever_carries_it():
    pixels = np.zeros((4, 6, 4), np.uint8)
    pixels[1:3, 2:5] = (200, 30, 20, 255)
    raw = read_look(Frame(pixels.tobytes(), 6, 4, "rgba"))
    np.testing.assert_array_equal(raw, pixels)
    swapped = read_look(Frame(pixels[..., [2, 1, 0, 3]].tobytes(), 6, 4, "bgra"))
    np.testing.assert_array_equal(swapped, pixels)
    upside_down = read_look(Frame(pixels[::-1].tobytes(), 6, 4, "rgba", True))
    np.testing.assert_array_equal(upside_down, pixels)
    opaque = read_look(Frame(np.ascontiguousarray(pixels[..., :3]).tobytes(), 6, 4, "rgb"))
    assert (opaque[..., 3] == 255).all()


def test_a_picture_is_bounded_before_it_is_decoded():
    side = 1 << 11
    assert side * side > MOST_PIXELS
    with pytest.raises(Fault) as refused:
        read_look(Frame(b"", side, side, "rgba"))
    assert refused.value.code == "frame_size"
    with pytest.raises(Fault, match="shows nothing"):
        read_look(Frame(bytes(16), 2, 2, "rgba"))


def test_where_a_shown_thing_is_seen_is_nothing_else(perceiver, looks):
    frame = perceiver.encode_frame(scene((GLOOMFANG, PLACES[5])))
    others = ("bat", "monster", "fire", "flower", "potion")
    beside, alone = (
        perceiver.see(frame, [Query("what is that?", asked=("gloomfang", *others), looks=shown)])[0] for shown in (looks, {})
    )
    place = PLACES[5]
    there = [found for found in alone.looked[1:] if found.p >= 0.3 and holds(place, (found.x * SIZE[0], found.y * SIZE[1]))]
    assert there, "by their names alone some of the others are taken for it"
    assert all(found.p < 0.3 for found in beside.looked[1:] if found.phrase in {other.phrase for other in there})
    assert beside.looked[0].p >= 0.5
