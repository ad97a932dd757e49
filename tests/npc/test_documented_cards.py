"""The cards of the tutorial are sound, and what it says of them can be played."""

from __future__ import annotations

from pathlib import Path

import pytest

from npc.chat import Chat
from npc.lint import review
from npc.persona import faults

_PAGE = Path(__file__).parents[2] / "docs" / "characters.md"


@pytest.fixture
def play(tmp_path, monkeypatch):
    """Begins a chat with the whole card of that name in the tutorial; say lines, and get the last decision."""
    decisions = []
    monkeypatch.setattr(Chat, "_show", lambda self, decision: decisions.append(decision))

    def begin(name):
        pieces = _PAGE.read_text(encoding="utf-8").split("```yaml\n")[1:]
        [text] = [
            card
            for piece in pieces
            if (card := piece.split("```")[0]).startswith((f"name: {name}\nlooks", f"name: {name}\nrole"))
        ]
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        assert faults(path) == []
        assert review(path) == []
        assert len(text.splitlines()) <= 60
        assert f"{len(text.splitlines())} lines" in _PAGE.read_text(encoding="utf-8").split(text)[0].rpartition("\n## ")[2]
        chat = Chat(str(path))

        def say(*lines):
            for line in lines:
                chat.turn(line)
            return decisions[-1] if decisions else None

        return say

    return begin


def kinds(decision):
    return {effect.kind: dict(effect.values) for effect in decision.effects}


def test_the_cook_sells_haggles_and_closes_a_deal(play):
    berta = play("Berta")
    assert "stew for 4 coins" in berta("what do you sell?").line
    assert berta("how much is the honey cake?").line in {f"The honey cake is {n} coins, and worth double." for n in (7, 8)}
    assert berta("too expensive").line.startswith("For you, ")
    sold = berta("deal")
    assert 6 <= kinds(sold)["sell"]["price"] <= 7
    assert kinds(sold)["sell"]["item"] == "honey cake"


def test_the_cooks_quest_goes_from_asking_to_the_reward(play):
    berta = play("Berta")
    assert kinds(berta("did you lose something?"))["quest"]["step"] == "asked"
    assert berta("hello").line == "Have you seen my ring?"
    assert berta("/state has_ring=true").line == "That glitter in your hand... is it?"
    back = berta("here is your ring, a gift")
    assert (back.action, kinds(back)["reward"]) == ("celebrate", {"coins": 15})
    assert kinds(back)["quest"]["step"] == "returned"
    assert "on my finger again" in berta("did you lose something?").line


def test_the_cook_tells_her_secret_to_friends_alone(play):
    berta = play("Berta")
    assert "plum" not in berta("what is in your stew?").line
    assert "Smoked plum" in berta(*["you are wonderful"] * 3, "what is in your stew?").line


def test_the_cook_calls_for_supper_and_has_limits(play):
    berta = play("Berta")
    berta("/state hour=12")
    assert berta("/state hour=18").line == "Supper! Come while it is hot!"
    assert berta("attack the rat").line == "These hands knead. They do not hit."


def test_the_ferrymans_quest_needs_the_oar_first(play):
    tam = play("Tam")
    assert tam("can you take me across?").line.startswith("With one oar?")
    assert tam("can you take me across?").action != "follow"
    assert tam("/state has_oar=true").line == "That is her! Say when."
    crossed = tam("can you take me across?")
    assert (crossed.action, "cross_river" in kinds(crossed)) == ("follow", True)


@pytest.mark.parametrize("when", ["now", "ready", "I am ready", "let's go", "lets go", "when", "when?", "can we go now", "go"])
def test_the_ferryman_goes_when_he_is_told(play, when):
    tam = play("Tam")
    tam("can you take me across?")
    assert tam("/state has_oar=yes").line == "That is her! Say when."
    gone = tam(when)
    assert (gone.action, "cross_river" in kinds(gone)) == ("follow", True)


def test_the_ferryman_who_has_the_oar_already_says_so_after_he_was_asked(play):
    tam = play("Tam")
    tam("/state has_oar=yes")
    assert tam("can you take me across?").line.startswith("With one oar?")
    assert tam("can you take me across?").line == "That is her! Say when."
    assert "cross_river" in kinds(tam("now"))


def test_the_ferryman_speaks_his_own_way_of_what_comes_up(play):
    tam = play("Tam")
    assert tam("my name is Ada", "what is my name?").line == "Ada. The river told me. No, you did."
    assert tam("/see heron", "what do you see?").line.startswith("From the boat?")
    assert tam("don't follow me").line == "As you like, landlubber."
    tam("/state weather=calm")
    assert tam("/state weather=storm").line.startswith("There she blows.")
    assert "river's price" in tam("how much is the eel?").line.lower()
