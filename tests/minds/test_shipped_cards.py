"""Which cards a server knows without a folder of its own."""

from engine.minds.cards import Cards
from npc import assistants, characters


def test_characters_and_assistants_that_ship_are_known_by_name() -> None:
    assert Cards().names() == sorted([*characters(), *assistants()])
    assert Cards().get("guide").name == "Wisp"
