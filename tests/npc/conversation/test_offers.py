"""What is offered is heard as an offer, however it is put."""

from __future__ import annotations

import pytest

from npc.conversation.reading import read
from npc.language.senses import Sense
from npc.memory.ledger import Ledger


@pytest.mark.parametrize(
    "text",
    [
        "Thou mayest share my wine, if it please thee.",
        "you may taste my soup",
        "I have some plum cake in my bag, you are welcome to a piece of it",
        "help yourself to the apples",
        "care for a sip of ale?",
        "would you like a piece of cake?",
    ],
)
def test_food_and_drink_are_offered(text):
    assert Sense.OFFER in {clause.sense for clause in read(text, Ledger()).clauses}
