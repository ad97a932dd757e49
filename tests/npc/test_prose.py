"""Messages of shared cards: what a person who reads them would say aloud."""

from __future__ import annotations

import time

import pytest

from npc.exchange.prose import LINE, MOST, prose, sayings, spoken

MACROS = {
    "{{// note to self}}Good {{random:morning,evening}}, {{user}}.": "Good morning, {player}.",
    "{{comment: secret}}Hi.": "Hi.",
    "{{hidden_key:door}}Come in.": "Come in.",
    "<char> nods at you.": "{name} nods at you.",
    "{{char}} nods at you. Hello, traveller!": "Hello, traveller!",
    "{{char}} slowly turns around.\n\nWho goes there?": "Who goes there?",
    "{{char}}'s eyes light up. You came!": "You came!",
    "{{char}} is my name. Sit down.": "{name} is my name. Sit down.",
    "{{char}}, at your service! Sit down.": "{name}, at your service! Sit down.",
    "{{ User }}, I am <BOT>.": "{player}, I am {name}.",
    "{{pick::ale::mead}}, or {{random: ,water\\, cold,tea}}?": "ale, or water, cold?",
    "{{random:{{char}},nobody}} here.": "{name} here.",
    "{{reverse:olleh}} there.": "hello there.",
    "Roll {{roll:d20}}, {{roll:2d6}}, {{roll 6}}.": "Roll 10, 7, 3.",
    "It is {{time}}, {{user}}. Come in.": "Come in.",
    "Gone {{idle_duration}}, {{user}}.": "Gone, {player}.",
    "{{original}}Hello{{trim}}.": "Hello.",
    "{Mind} the step, {user}. {{": "Mind the step, {player}.",
}
MARKUP = {
    '<font color="#c8a86e">"Welcome."</font>': "Welcome.",
    '<span style="color:red">Mind the step.</span>': "Mind the step.",
    "<p title='a > b'>Fine.</p><br/>Go<b>od</b>.": "Fine. Good.",
    '<style>p{content:"x"}</style><!-- "hid" -->Yo.': "Yo.",
    "&quot;Tea &amp; ale.&quot; he says": "Tea & ale.",
    "I <3 you, a < b </3": "I <3 you, a < b </3",
    '```js\nalert("x")\n```\nHello there.': "Hello there.",
    "![a map](https://x.y/z.png) [Look](http://x) here: https://a.b/c": "Look here",
    "### Chapter.\n> Mind\n- the step.\n***": "Chapter. Mind the step.",
    "**Bold** and *really* good. *She waves.* I _really_ mean it. _nods_": "Bold and really good. I really mean it.",
}
QUOTES = {
    "„Guten Tag.“ sagte er. „Komm.“": "Guten Tag. Komm.",
    "« Bonjour, {{user}} » dit-il.": "Bonjour, {player}",
    "»Moin.« sagt er. ‹Hallo.›": "Moin. Hallo.",
    "「おはよう。」と言った。『行け!』": "おはよう。 行け!",
    "She says “Come in” and leaves.": "Come in",
    'I\'m the "best" smith in town. *grins*': 'I\'m the "best" smith in town.',
    '*waves* "…"': "",
}
JOINED = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f468\u200d\U0001f469\u200d\U0001f467"
SPACES = {
    "Good\u00a0day,\u2003traveller.\u2028Come\u3000in.\tNow.\u202fYes.": "Good day, traveller. Come in. Now. Yes.",
    JOINED: JOINED,
    "a\u200bb\u00adc\u202e\ufeff": "abc",
    "Half \ud83d a face, whole \ud83d\ude00.": "Half a face, whole 😀.",
    "e\u0301te\u0301": "été",
}


@pytest.mark.parametrize(("text", "line"), [*MACROS.items(), *MARKUP.items(), *QUOTES.items(), *SPACES.items()])
def test_a_message_is_said_as_a_person_would_read_it_aloud(text, line):
    assert spoken(text) == line


def test_a_line_is_as_many_whole_sentences_as_are_said_in_passing():
    line = spoken("Long enough, {{user}}. " * 40)
    assert len(line) < LINE
    assert line.endswith("{player}.")
    assert spoken("no end " * 100) == ""


def test_example_talk_is_told_by_any_name_of_the_character():
    talk = (
        "<START>\n{{user}}: hi\nWren: Mind the fletching.\n{{char}}: Two coppers.\n<BOT>: Three.\n"
        "**Birdie:** Four\nmore words.\nGuard: Halt!\nYou: what?\n wren ： Six.\n<START>\nNobody says this."
    )
    assert sayings(talk, ("Wren", "Birdie")) == ["Mind the fletching.", "Two coppers.", "Three.", "Four more words.", "Six."]


def test_prose_keeps_its_lines_and_loses_its_markup():
    text = "{{char}} **is** <b>kind</b>.\r\n\r\n\r\n\r\nTo {{user}},\u00a0always.{{time}}"
    assert prose(text, "Wren", 100) == "Wren is kind.\n\nTo the player, always."
    assert prose(text, "Wren", 7) == "Wren is"


BOMBS = ["<a ", '"', "*", "{{", "<", "&#x", "<!--", "```\n", "![", "[", "_ ", "- ", "> ", " ", "\n", "„", "`", '<a b="', ". "]
BOMBS += ["{{random:", "a :"]


@pytest.mark.parametrize("piece", BOMBS)
def test_no_text_takes_long_to_read(piece):
    text = piece * (MOST // len(piece))
    start = time.process_time()
    spoken(text), sayings(text, ("a",)), prose(text, "a", 4000)
    assert time.process_time() - start < 3.0
