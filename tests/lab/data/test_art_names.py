"""Makers' names of game art, as players say them."""

from __future__ import annotations

import pytest

from engine.lab.data.art_names import describe_art, ground_names


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("table round", "round table"),
        ("fence broken", "broken fence"),
        ("chair wood", "wooden chair"),
        ("chest open", "open chest"),
        ("barrel large decorated", "barrel"),
        ("food ingredient carrot", "carrot"),
        ("skeleton shield large", "shield"),
        ("lamp round floor", "floor lamp"),
        ("misc crystal", "crystal"),
        ("yellow building castle", "castle"),
        ("deep elf high priest", "elf priest"),
        ("siege ram", "battering ram"),
    ],
)
def test_what_stands_before_and_behind_is_turned_round(name: str, first: str) -> None:
    found = describe_art(name)
    assert found is not None
    assert found.concept.names[0] == first


@pytest.mark.parametrize(
    "name", ["urand flaming death", "wall corner scaffold", "hex river crossing waterless", "roofmodule base", "enter zot open"]
)
def test_what_no_player_would_name_is_left_out(name: str) -> None:
    assert describe_art(name) is None


@pytest.mark.parametrize(
    ("name", "also"),
    [
        ("wyvern", "dragon"),
        ("scimitar", "sword"),
        ("keg", "barrel"),
        ("crate carrots", "crate"),
        ("ball python", "snake"),
        ("lounge sofa", "couch"),
        ("golden potion", "flask"),
    ],
)
def test_wider_words_and_synonyms_are_true_as_well(name: str, also: str) -> None:
    found = describe_art(name)
    assert found is not None
    assert also in found.concept.names


def test_a_colour_is_told_apart_from_the_thing() -> None:
    banner, dragon = describe_art("blue banner shield"), describe_art("golden dragon")
    assert banner is not None
    assert dragon is not None
    assert (banner.colour, banner.concept.names[0]) == ("blue", "banner")
    assert (dragon.colour, dragon.concept.names[0]) == ("yellow", "dragon")


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("orc warrior", {"hostile"}),
        ("adder", {"hostile", "animal"}),
        ("potion", {"item"}),
        ("car taxi", {"vehicle"}),
        ("gravestone round", {"place"}),
        ("bowl of stew", {"item"}),
        ("explosive barrel", {"hazard"}),
        ("human", {"person"}),
    ],
)
def test_kinds_of_things_are_known(name: str, tags: set[str]) -> None:
    found = describe_art(name)
    assert found is not None
    assert found.concept.tags == tags


def test_a_held_out_concept_is_held_out_in_art_as_in_icons() -> None:
    from engine.lab.data.concepts import describe

    icon, art = describe("sword"), describe_art("sword 1handed")
    assert icon is not None
    assert art is not None
    assert icon.key == art.concept.key == "sword"


def test_ground_has_the_names_that_players_say_or_none() -> None:
    assert "grass" in ground_names("grass flowers")
    assert "water" in ground_names("shoals deep water")
    assert ground_names("mosaic") == ()
