from __future__ import annotations

import pytest

from engine.formats.recording import TAGS
from engine.lab.data.concepts import SLOT_TAGS, _table, describe, describe_known
from engine.lab.data.drawn import THINGS


@pytest.mark.parametrize(
    ("icon", "name", "tag"),
    [
        ("red-apple", "apple", "food"),
        ("wolf-head", "wolf", "hostile"),
        ("broken-shield", "broken shield", "item"),
        ("fire-engine", "fire engine", "vehicle"),
        ("fire", "fire", "hazard"),
        ("woman-firefighter", "firefighter", "person"),
    ],
)
def test_icons_get_the_names_that_players_use(icon, name, tag):
    concept = describe(icon)
    assert concept is not None
    assert concept.names[0] == name
    assert tag in concept.tags


@pytest.mark.parametrize("icon", ["flag-france", "three-oclock", "up-button", "man-farmer-dark-skin-tone"])
def test_symbols_are_no_things(icon):
    assert describe(icon) is None


@pytest.mark.parametrize(
    ("icon", "name"),
    [
        ("alarmclock", "alarm clock"),
        ("bird-2", "bird"),
        ("broken-shield", None),
        ("align-left", None),
    ],
)
def test_families_of_signs_give_only_what_is_called_as_a_known_thing(icon, name):
    concept = describe_known(icon)
    assert (concept and concept.names[0]) == name


def test_a_special_kind_is_also_called_by_its_common_name():
    assert "shield" in describe("broken-shield").names
    assert "tree" in describe("pine-tree").names


def test_all_variants_of_a_concept_are_on_one_side_of_the_split():
    assert describe("broken-shield").held_out == describe("round-shield").held_out


def test_the_demonstration_s_concepts_are_never_held_out():
    icons = ("wolf", "fire", "key", "well", "locked-chest", "potion-ball", "campfire", "house")
    assert not any(describe(icon).held_out for icon in icons)


def test_the_table_uses_known_tags_and_words():
    table = _table()
    assert set().union(*table.tags.values()) <= TAGS
    assert set().union(*SLOT_TAGS.values()) <= TAGS
    assert table.always_train <= set(table.tags) | {thing.concept.key for thing in THINGS}
    assert not [keyword for keyword in table.tags if "-" in keyword]
    assert set(table.also) <= set(table.tags) | set(table.rename.values())
