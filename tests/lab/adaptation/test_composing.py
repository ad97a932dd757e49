"""Frames composed of a game's art: what is drawn is what is told, the same in every run, and checked by other compositions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.formats.art import Art, ArtThing
from engine.formats.recording import read_recording
from engine.formats.recording_writer import RecordingWriter
from engine.lab.adaptation import composing
from engine.lab.adaptation.composing import EACH, FRAMES, Composition, compose
from engine.lab.adaptation.fitness import refuse_unfit
from engine.lab.adaptation.grounds import Grounds
from engine.lab.data.things import entity_of

COLOURS = {"ruby": (230, 0, 60), "slime": (0, 220, 90), "orb": (20, 20, 250), "coin": (250, 220, 0), "imp": (200, 0, 250)}


def look(colour: tuple[int, int, int], height: int = 16, width: int = 12) -> np.ndarray:
    """A plain shape with a clear margin."""
    picture = np.zeros((height + 4, width + 4, 4), np.uint8)
    picture[2:-2, 2:-2] = (*colour, 255)
    return picture


def art(**changes: ArtThing) -> Art:
    things = {name: ArtThing(name, (look(colour),)) for name, colour in COLOURS.items()} | changes
    return Art(Path("art"), "gems", tuple(things.values()))


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the things, on black: no light, no interface, no strangers."""
    for name in ("STYLED", "INTERFACE", "STRANGERS", "NIGHT", "VIEWED"):
        monkeypatch.setattr(composing, name, 0)
    monkeypatch.setattr("engine.lab.adaptation.grounds.OWN", 1.0)
    monkeypatch.setattr("engine.lab.adaptation.grounds.WALLS", 0.0)


BLACK = np.zeros((16, 16, 3), np.uint8)


@pytest.mark.usefixtures("plain")
def test_what_is_called_so_is_in_its_box_and_nowhere_else() -> None:
    composed = compose(art(), [BLACK], frames=48)
    for row in composed.rows:
        frame = composed.frame(row).astype(int)
        for name, colour in COLOURS.items():
            left = np.abs(frame - colour).sum(-1) < 30
            boxes = [tuple(map(round, e.box)) for e in row.entities if e.name == name]
            for x, y, w, h in boxes:
                part = left[y : y + h, x : x + w]
                assert min(w, h) >= 3
                assert part.mean() > 0.3 or len(row.entities) > 1  # another thing may cover a part of it
            for x, y, w, h in boxes:
                left[max(y - 1, 0) : y + h + 1, max(x - 1, 0) : x + w + 1] = False
            assert left.sum() <= 0.25 * 16 * 64, (row.frame, name)


def test_compositions_are_the_same_in_every_run_and_others_with_another_seed() -> None:
    one, two, other = (compose(art(), frames=24, seed=seed) for seed in (1, 1, 2))
    assert (one.rows, one.pictures) == (two.rows, two.pictures)
    assert one.pictures != other.pictures
    assert len(set(one.pictures.values())) == 24


def test_a_composition_is_fit_to_be_learnt_from_however_small() -> None:
    for things in (2, 3, 5):
        few = Art(Path("art"), "gems", art().things[:things])
        composed = compose(few, frames=24)
        refuse_unfit(composed)
        shown = [{e.name for e in row.entities} for row in composed.rows]
        assert any(len(names) < things for names in shown)
        assert set().union(*shown) == {thing.name for thing in few.things}


def test_frames_are_as_many_as_the_things_need() -> None:
    assert len(compose(art()).rows) == FRAMES
    many = tuple(ArtThing(f"thing{i}", (look((i, 255 - i, 90)),)) for i in range(30))
    assert len(compose(Art(Path("art"), "many", many)).rows) == 30 * EACH


def test_sizes_reach_from_small_to_large_and_keep_to_what_is_told() -> None:
    composed = compose(art(imp=ArtThing("imp", (look(COLOURS["imp"]),), size=(40, 44))), frames=200)
    sizes = [max(e.box[2:]) for row in composed.rows for e in row.entities if e.name != "imp"]
    assert min(sizes) < 14
    assert max(sizes) > 60
    heights = {row.frame: composed.frame(row).shape[0] for row in composed.rows}
    told = [e.box[3] * 360 / heights[row.frame] for row in composed.rows for e in row.entities if e.name == "imp"]
    assert 24 < np.median(told) < 46


@pytest.mark.usefixtures("plain")
def test_whole_layouts_and_other_looks_check_what_is_learnt() -> None:
    looks = tuple(look((30 * i, 40, 200)) for i in range(1, 6))  # the third is held out
    composed = compose(art(orb=ArtThing("orb", looks)), [BLACK], frames=120)
    split = composed.split(composed.rows)
    assert not {row.episode for row in split.learn} & {row.episode for row in split.check}
    assert 0.15 < len(split.check) / len(composed.rows) < 0.25
    assert {"orb"} <= {e.name for row in split.check for e in row.entities}

    def shown(rows: list) -> set[int]:
        found = set()
        for row in rows:
            frame = composed.frame(row).astype(int)
            found |= {i for i in range(1, 6) if (np.abs(frame - (30 * i, 40, 200)).sum(-1) < 3).sum() > 20}
        return found

    assert shown(split.check) == {3}
    assert shown(split.learn) == {1, 2, 4, 5}


def test_a_thing_with_other_names_has_each_of_them_in_one_place() -> None:
    composed = compose(art(imp=ArtThing("imp", (look(COLOURS["imp"]),), ("little devil",), ("hostile",))), frames=24)
    refuse_unfit(composed)
    boxes: dict[str, list] = {"imp": [], "little devil": []}
    for row in composed.rows:
        for entity in row.entities:
            if entity.name in boxes:
                boxes[entity.name].append((row.frame, entity.box))
                assert entity_of(entity).tags == {"hostile"}
    assert boxes["imp"] == boxes["little devil"] != []


def test_a_recording_is_learnt_from_as_well(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "recording", {"game": "squares"}) as writer:
        for i in range(12):
            frame = np.full((64, 96, 3), 5 * i, np.uint8)
            entities = [{"name": "ruby", "box": (i, 3, 20, 20), "tags": ()}]
            writer.write(frame, episode=f"e{i % 4}", t=i, entities=entities)
    recorded = read_recording(tmp_path / "recording")
    both = compose(art(), recorded=recorded, frames=40)
    assert (len(both.rows), both.meta.game) == (52, "squares")
    refuse_unfit(both)
    split = both.split(both.rows)
    for part in (split.learn, split.check):
        assert {row.frame in both.pictures for row in part} == {True, False}
    assert np.array_equal(both.frame(both.rows[-1]), recorded.frame(recorded.rows[-1]))
    assert both.content(both.rows[-1]) == recorded.content(recorded.rows[-1])


def test_a_games_own_grounds_are_seen() -> None:
    tile = np.full((16, 16, 3), (12, 34, 56), np.uint8)
    screen = np.full((200, 320, 3), (99, 88, 77), np.uint8)
    grounds = Grounds([tile, screen])
    seen = set()
    for seed in range(30):
        draw = grounds.style(np.random.default_rng(seed), tiled=True, cell=20, crisp=True)
        picture = draw((90, 160))
        assert picture.size == (160, 90)
        seen.add(picture.getpixel((80, 45)))
    assert {(12, 34, 56), (99, 88, 77)} < seen


def test_tiles_fill_cells_and_are_told_as_they_lie() -> None:
    tile = ArtThing("wall", (np.full((16, 16, 4), 255, np.uint8),))
    assert tile.opaque
    only = Art(Path("art"), "tiles", (tile, ArtThing("lava", (np.full((16, 16, 4), (255, 90, 0, 255), np.uint8),))))
    composed = compose(only, frames=60)
    assert isinstance(composed, Composition)
    square = [e.box[2] == e.box[3] for row in composed.rows for e in row.entities]
    assert np.mean(square) > 0.6


def test_tiles_spread_as_terrain_and_each_cell_has_its_box(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, share in (
        ("STYLED", 0.0),
        ("NIGHT", 0.0),
        ("INTERFACE", 0.0),
        ("STRANGERS", 0),
        ("TERRAIN", 1.0),
        ("TILED", 1.0),
    ):
        monkeypatch.setattr(composing, name, share)
    colours = {"lava": (250, 90, 0), "water": (0, 60, 250), "wall": (20, 200, 90)}
    tiles = [ArtThing(name, (np.full((16, 16, 4), (*colour, 255), np.uint8),)) for name, colour in colours.items()]
    composed = compose(Art(Path("art"), "tiles", tuple(tiles)), [BLACK], frames=24)
    beside = 0
    for row in composed.rows:
        frame = composed.frame(row).astype(int)
        for entity in row.entities:
            x, y, w, h = (round(v) for v in entity.box)
            assert (np.abs(frame[y : y + h, x : x + w] - colours[entity.name]).sum(-1) < 30).all()
            beside += any(other.name == entity.name and (other.box[0], other.box[1]) == (x + w, y) for other in row.entities)
    assert beside > 2 * len(composed.rows)


def test_things_with_sides_are_seen_by_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def camera(*given):
        seen.append(given)
        return composing.third_person(*given)

    monkeypatch.setattr(composing, "CAMERAS", [camera])
    compose(art(), frames=80)
    flat = len(seen)
    turned = {name: ArtThing(name, tuple(look(colour, width=8 + i) for i in range(4))) for name, colour in COLOURS.items()}
    composed = compose(art(**turned), frames=80)
    assert len(seen) - flat > flat > 0
    named = [entity.name for row in composed.rows for entity in row.entities]
    assert set(named) == set(COLOURS)
