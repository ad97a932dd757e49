"""Lines of up to 1,000 characters are read to their end, in pieces; words are understood whatever letters they come in."""

from __future__ import annotations

import pytest

from engine.perception import Perceiver, Query

CHAT = (
    "You know, yesterday I walked from the mill to the bridge and back, and the miller told me about his cousin who sells "
    "apples, and about the weather, and about the harvest, and how the road has been wet since the rain last week. "
)
DULL = "I have seen many things in my life and there is nothing like a good walk in the morning when the birds are singing. "


def intent(perceiver: Perceiver, text: str) -> str:
    found = perceiver.see(None, [Query(text)])[0].heads["intent"]
    return max(found, key=found.__getitem__)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (CHAT + "Now attack the wolf!", "attack"),
        ("Attack the wolf! " + CHAT, "attack"),
        (CHAT + "Now give me your gold!", "give_me"),
        ("Hello there! " + CHAT + "Follow me.", "follow_me"),
        (DULL * 3 + "You are a worthless idiot. " + DULL * 3, "insult"),
        (DULL * 8 + "Give me the key.", "give_me"),
        (CHAT.replace(",", "").replace(".", "").lower() + "attack the wolf", "attack"),
        (CHAT * 3 + "Please heal me", "help_me"),
        (CHAT, "chat"),
        (CHAT + "Goodbye!", "farewell"),
    ],
)
def test_what_a_long_line_wants_is_heard_wherever_it_stands(perceiver: Perceiver, text: str, meant: str) -> None:
    assert intent(perceiver, text) == meant


def test_a_long_line_costs_a_run_or_two_of_a_few_rows(perceiver: Perceiver) -> None:
    text = " ".join(f"And then I said no {n}." for n in range(60))[:1000]
    assert len(perceiver.graphs.text.pieces(text)) <= 8
    before = perceiver.graphs.text.runs
    perceiver.see(None, [Query(text)])
    assert perceiver.graphs.text.runs <= before + 2


def test_a_short_line_is_read_as_it_stands_among_long_ones(perceiver: Perceiver) -> None:
    alone = perceiver.see(None, [Query("hand me the key, please.  Now!")])[0]
    among = perceiver.see(None, [Query(CHAT * 4), Query("hand me the key, please.  Now!")])[1]
    assert alone.heard == among.heard == "hand me the key, please.  Now!"
    for head, found in alone.heads.items():
        assert among.heads[head] == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ａｔｔａｃｋ　ｔｈｅ　ｗｏｌｆ", "attack the wolf"),
        ("ﬁght the wolf", "fight the wolf"),
        ("𝐚𝐭𝐭𝐚𝐜𝐤 the wolf", "attack the wolf"),
    ],
)
def test_letters_of_another_width_are_understood(perceiver: Perceiver, text: str, plain: str) -> None:
    assert perceiver.see(None, [Query(text)])[0].heads == perceiver.see(None, [Query(plain)])[0].heads


@pytest.mark.parametrize("text", ["h\udce9llo", "\ud83d", "hello \ud83d\ude00", "\udcff" * 1000])
def test_half_a_character_stops_nobody(perceiver: Perceiver, text: str) -> None:
    [sight] = perceiver.see(None, [Query(text, watch=(text,))])
    assert sight.heard.isprintable()
    assert perceiver.sentences([text]).shape[0] == 1
