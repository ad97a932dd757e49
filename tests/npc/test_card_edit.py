"""Additions to a card file: they are there afterwards, and nothing else has changed, comments and layout included."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npc import PersonaError, load_persona
from npc.card_edit import Addition, added

CARD = """\
# head
name: Osk   # he
lines:
  # greetings
  greet:
    - "Hi."   # first
    - {say: Ho., mood: happy}

  # farewells
  talk: Well.  # alone
  refuse: [No., "Never, ever"]
  follow: {say: Thanks., mood: happy}
  # end of lines

knowledge:
  mill:
    asked: where is the mill?
    say: By the river.
  # tail
barks:
boundaries: {attack: Never.}
"""


@pytest.fixture
def card(tmp_path):
    path = tmp_path / "osk.yaml"
    path.write_bytes(CARD.encode())
    return path


def test_additions_stand_where_they_belong_and_everything_else_as_it_was(card):
    fact = {"asked": ["is there a well?"], "say": ["There is."]}
    bark = {"when": {"state": {"hour": ">= 20"}}, "say": "Late."}
    text = added(
        card,
        [
            Addition(("lines", "greet"), "Good day: {player}.", note="draft"),
            Addition(("lines", "talk"), "So it is.", note="draft"),
            Addition(("lines", "refuse"), "yes", note="draft"),
            Addition(("lines", "follow"), "Kind of you."),
            Addition(("lines", "heal"), {"say": "Hold still.", "mood": "happy"}, note="draft"),
            Addition(("lines", "heal"), "There."),
            Addition(("knowledge", "well"), fact, named=True, note="draft"),
            Addition(("barks",), bark, note="draft"),
            Addition(("boundaries", "trade"), "I stay."),
            Addition(("goals", "rest"), {"wants": "rest", "favours": {"idle": 0.2}}, named=True),
        ],
    ).decode()
    kept = [line for line in CARD.splitlines() if not line.startswith(("  talk", "  refuse", "  follow", "boundaries"))]
    assert [line for line in text.splitlines() if line in kept] == kept
    assert '  talk: ["Well.", "So it is."]  # alone' in text
    assert "    - 'Good day: {player}.'  # draft\n\n  # farewells" in text
    assert "  well:  # draft\n" in text
    card.write_text(text)
    persona = load_persona(card)
    assert [line.say for line in persona.lines["greet"]] == ["Hi.", "Ho.", "Good day: {player}."]
    assert [line.say for line in persona.lines["refuse"]] == ["No.", "Never, ever", "yes"]
    assert [line.say for line in persona.lines["follow"]] == ["Thanks.", "Kind of you."]
    assert [line.say for line in persona.lines["heal"]] == ["Hold still.", "There."]
    assert persona.knowledge["well"].say[0].say == "There is."
    assert persona.barks[0].say[0].say == "Late."
    assert set(persona.boundaries) == {"attack", "trade"}


def test_line_endings_a_byte_order_mark_and_a_missing_last_one_stay(card):
    card.write_bytes(b"\xef\xbb\xbf" + CARD.rstrip().replace("\n", "\r\n").encode())
    data = added(card, [Addition(("lines", "heal"), "Hold still.")])
    assert data.startswith(b"\xef\xbb\xbf# head\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"  heal:\r\n    - Hold still.\r\n" in data


@pytest.mark.parametrize(
    ("before", "addition", "said"),
    [
        ("name: Osk\nknowledge: {mill: {asked: m, say: n}}", Addition(("knowledge", "mill"), {}, named=True), "already"),
        ("name: Osk\nlines:\n  greet: |\n    Ho.\n", Addition(("lines", "greet"), "x"), "no list"),
        ("name: Osk\nlines:\n  greet:\n    say: Ho.\n", Addition(("lines", "greet"), "x"), "no list"),
        ("name: Osk\nlines: no\n", Addition(("lines", "greet"), "x"), "no place"),
        ("- a list", Addition(("lines", "greet"), "x"), "no card"),
    ],
)
def test_where_nothing_can_be_added_that_is_said_and_nothing_is_written(card, before, addition, said):
    card.write_text(before)
    with pytest.raises(PersonaError, match=said) as fault:
        added(card, [addition])
    assert fault.value.fix
    assert card.read_text() == before


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30), min_size=1, max_size=4))
def test_whatever_is_said_is_said_afterwards(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("card") / "osk.yaml"
    path.write_text(CARD, encoding="utf-8")
    said = [line.replace("{", "").replace("}", "") for line in lines]
    data = added(path, [Addition(("lines", key), line) for line in said for key in ("greet", "refuse", "heal")])
    path.write_bytes(data)
    assert CARD.splitlines()[4:7] == data.decode().splitlines()[4:7]
