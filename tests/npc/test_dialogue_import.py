"""Dialogues of Yarn Spinner and Ink become cards that can be talked with; what is left out is told, and nothing breaks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from npc import Character, PersonaError, load_persona
from npc.__main__ import main
from npc.chat import Chat
from npc.exchange.dialogue.expressions import Unread, parsed, told
from npc.exchange.dialogue.importing import ImportedDialogue, import_dialogue
from npc.line_ids import derived_id
from npc.persona import faults
from npc.types import Percept

FILES = Path(__file__).with_name("dialogues")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(text: str, name: str = "d.yarn", **options) -> ImportedDialogue:
    Path(name).write_text(text, encoding="utf-8")
    return import_dialogue([Path(name)], force=True, **options)


def yarn(body: str, *more: str, **options) -> ImportedDialogue:
    nodes = "".join(f"\n===\n{node}" for node in more)
    return imported(f"title: Start\n---\n{body}{nodes}\n===\n", **options)


def talk(card: str, *words: str) -> list[str]:
    """What a scripted `npc talk` gets to hear: the line of each decision that speaks."""
    chat, said = Chat(card), []
    chat._show = lambda decision: said.append(decision.line)
    for line in words:
        chat.turn(line)
    return said


# -- Yarn Spinner ------------------------------------------------------------------------------------------------


@pytest.fixture
def inn() -> ImportedDialogue:
    return import_dialogue([FILES / "inn.yarn"])


def test_a_yarn_dialogue_is_held_as_it_was_written(inn):
    assert talk(
        "inn.yaml",
        "hello",
        "I want a room for the night",
        "/state gold=7",
        "which room is mine?",
        "I want a room for the night",
        "which room is mine?",
    ) == [
        "Welcome to the Crooked Spoon. What will it be?",
        "Come back when you have five coins. You have 0.",
        "So it goes.",
        "Five coins. Here is your key.",
        "The one under the roof.",
    ]


def test_what_was_visited_or_heard_once_is_remembered(inn):
    said = talk("inn.yaml", "hello", "tell me a secret", "tell me a secret", "hello", "heard any rumours?", "goodbye")
    assert said[1] == "The cellar has a second door. It opens with a copper coin. There. Now you know."
    assert said[2] != said[1]
    assert said[3] == "Back again, traveller?"
    assert said[4] in {"They say the miller's ghost walks.", "The well tastes of iron since the new moon."}
    assert said[5] == "Mind the step."


def test_commands_and_choices_reach_the_game_and_line_ids_stay(inn):
    character = Character(load_persona("inn.yaml"), "greta")

    def say(n, text, **state):
        near = {name: 0.95 for name, asked in character.persona.intents.items() if text in asked}
        heard = {"intent": {"greet": 0.9}, "action": {"greet": 0.9}} if text == "hello" else {"intent": {"chat": 0.9}}
        return character.tick(Percept(float(n), text=text, knowledge=near, state=state, **{"action": {"talk": 0.9}, **heard}))

    hello = say(1, "hello")
    assert hello.line_id == "a2.a3"
    assert [effect.values for effect in hello.effects if effect.kind == "tag"] == [{"name": "wave"}]
    choices = next(effect.values for effect in hello.effects if effect.kind == "choices")
    assert choices["1"] == "I want a room for the night"
    bought = say(2, "I want a room for the night", gold=5)
    kinds = {effect.kind: dict(effect.values) for effect in bought.effects if effect.kind not in {"quest", "choices"}}
    assert kinds == {"add": {"name": "gold", "value": -5}, "give_item": {"arg1": "room key", "arg2": 1}}
    assert bought.line_id == "b1"


def test_a_node_that_nothing_jumps_to_begins_when_the_game_says_so(inn):
    assert talk("inn.yaml", "goodbye", "/state dialogue=Fire")[1:] == ["Fire! Everybody out!"]


def test_what_is_left_out_is_told_with_file_and_line_and_counted(inn):
    name = FILES / "inn.yarn"
    assert inn.left == (
        f"{name}:39: left out: a line of the player: I will not tell anyone.",
        f"{name}:49: left out: a line of Narrator (--as Narrator makes a card of these): She lowers her voice.",
        f"{name}:55: left out: <<wait>>.",
    )
    assert inn.game == (f"{name}:8: the game tells `gold`, at first 0",)
    assert inn.summary == "13 lines and 5 options of Greta, 4 variables, 3 left out"


@pytest.mark.parametrize(
    ("condition", "true", "false"),
    [
        ("$a == 1 and $b == true", {"a": 1, "b": True}, {"a": 1}),
        ("$a > 2 || not $b", {"a": 1}, {"a": 1, "b": True}),
        ("$a gte 2 && $a lt 4", {"a": 3}, {"a": 4}),
        ("$a >= 2 and $a <= 4 and $a != 3", {"a": 2}, {"a": 3}),
        ("!($b || $c)", {}, {"c": True}),
        ('$name is "Ada"', {"name": "Ada"}, {"name": "Bo"}),
        ("$a xor $b", {"b": True}, {"a": True, "b": True}),
        ('has_item("rope") and $a > 0', {'has_item("rope")': True, "a": 1}, {"a": 1}),
    ],
)
def test_conditions_on_what_the_game_tells_hold_as_they_are_written(condition, true, false):
    yarn(f"<<if {condition}>>\n    Bo: Yes.\n<<else>>\n    Bo: No.\n<<endif>>")
    persona = load_persona("d.yaml")
    for state, line in ((true, "Yes."), (false, "No.")):
        heard = Percept(1.0, {"greet": 0.9}, {"neutral": 0.9}, {"greet": 0.9}, text="hello", state=state)
        assert Character(persona, "bo").tick(heard).line == line


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Bo: One.\nBo: Two. #line:x2", "One. Two."),
        ("Bo: You are {$player_name} with {$gold} coins.\n<<declare $gold = 3>>", "You are traveller with 3 coins."),
        ("Bo: A \\#tag and \\{braces\\} and http:\\/\\/x // a comment", "A #tag and (braces) and http://x"),
        ("<<set $x to 2>>\n<<if $x == 2>>\nBo: Two.\n<<elseif $x == 3>>\nBo: Three.\n<<endif>>", "Two."),
        ("<<once>>\nBo: First.\n<<else>>\nBo: Again.\n<<endonce>>", "First."),
        ("Bo: Maybe. <<if $no>>\nBo: Sure.", "Sure."),
        ("<<enum Face>>\n<<case Happy>>\n<<endenum>>\n<<set $f = Face.Happy>>\nBo: Hm. <<if $f == Face.Happy>>", "Hm."),
        ("Bo: さあ、どうぞ。#line:ja", "さあ、どうぞ。"),
        ("ボー: どうぞ。", "どうぞ。"),
        ("No name at all.", "No name at all."),
    ],
)
def test_lines_in_the_official_forms_are_said(body, said):
    yarn(body)
    assert talk("d.yaml", "hello") == [said]


def test_options_within_options_keep_their_place():
    yarn("Bo: Well?\n-> Ask more\n    Bo: Ask what?\n    -> About the mill\n        Bo: It burnt.\n    -> Nothing\nBo: Fine.")
    assert talk("d.yaml", "hello", "ask more", "about the mill") == ["Well?", "Ask what?", "It burnt. Fine."]
    assert talk("d.yaml", "hello", "ask more", "nothing") == ["Well?", "Ask what?", "Fine."]


def test_the_same_words_mean_what_is_asked_now():
    yarn(
        "Bo: Tea?\n-> Yes please\n    Bo: Milk?\n    -> Yes please\n        Bo: There.\n"
        "    -> No thanks\n        Bo: Black, then.\n"
        "-> No thanks\n    Bo: Suit yourself."
    )
    assert talk("d.yaml", "hello", "yes please", "no thanks") == ["Tea?", "Milk?", "Black, then."]


def test_a_node_group_prefers_what_asks_for_more():
    text = "title: Start\nwhen: always\n---\nBo: Hi.\n===\ntitle: Start\nwhen: $rain\n---\nBo: Wet out.\n===\n"
    imported(text)
    assert talk("d.yaml", "/state rain=true", "hello") == ["Wet out."]
    assert talk("d.yaml", "hello") == ["Hi."]


def test_a_speaker_of_several_gets_his_own_card(capsys):
    body = "Ann: One.\nAnn: Two.\nBen: Three.\nHero Tom: Four."
    assert yarn(body).summary.startswith("2 lines and 0 options of Ann")
    assert yarn(body, speaker="Ben").summary.startswith("1 lines and 0 options of Ben")
    left = yarn(body, player="Hero Tom").left
    assert any("a line of the player: Four" in sentence for sentence in left)
    with pytest.raises(PersonaError, match="Zoe says nothing in it"):
        yarn(body, speaker="Zoe")


def test_several_files_are_one_dialogue():
    Path("a.yarn").write_text("title: Start\n---\nBo: One.\n<<jump Two>>\n===\n")
    Path("b.yarn").write_text("title: Two\n---\nBo: Two.\n===\n")
    import_dialogue([Path("a.yarn"), Path("b.yarn")])
    assert talk("a.yaml", "hello") == ["One. Two."]


# -- Ink ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def forge() -> ImportedDialogue:
    return import_dialogue([FILES / "forge.ink"])


def test_an_ink_dialogue_is_held_as_it_was_written(forge):
    said = talk(
        "forge.yaml",
        "hello",
        "can you make me a sword?",
        "too expensive",
        "please make it cheaper",
        "offer to help",
        "you call this a forge?",
        "hello",
    )
    assert said == [
        "Hm. What do you want?",
        "I can. 30 coins.",
        "Quality costs.",
        "Fine, for you. That is that.",
        "Grab the handle, then. Anything else?",
        "Out with you.",
        "What now? What do you want?",
    ]


def test_a_sum_of_money_is_one_effect_and_one_condition(here):
    text = """VAR coins = 10
-> hub
== hub
Smith: Well?
+ { coins >= 5 } Mend the sword.
    ~ coins = coins - 5
    Smith: It shines again.
    -> hub
"""
    made = imported(text, "smith.ink")
    rules = [rule for rule in load_persona("smith.yaml").rules if rule.when.intent == ("say_mend_the_sword",)]
    assert [dict(rule.when.state) for rule in rules] == [{"coins": ">= 5"}]
    assert [effect.effect({}).values for effect in rules[0].effects if effect.kind == "add"] == [{"name": "coins", "value": -5}]
    assert not made.left
    assert [told for told in made.game if "`coins`, at first 10" in told] == list(made.game)


def test_what_is_counted_one_by_one_stays_with_the_card(here):
    counted = "~ asked = asked + 1\n    Bo: No. -> hub"
    imported(f"VAR asked = 0\n-> hub\n== hub\nBo: Yes?\n+ {{ asked < 2 }} Please?\n    {counted}\n", "bo.ink")
    assert "asked" in load_persona("bo.yaml").quests


def test_ink_asks_the_game_for_what_it_keeps(forge):
    poor = talk("forge.yaml", "hello", "ask about the sword", "pay 30 coins")
    rich = talk("forge.yaml", "/state gold=30", "hello", "ask about the sword", "pay 30 coins")
    assert poor[-1] == "You have 10. Come back richer."
    assert rich[-1] == "Here she is. What now? Is the blade holding?"


def test_a_knot_is_visited_as_soon_as_it_is_entered(forge):
    assert talk("forge.yaml", "bye", "/state dialogue=night")[1:] == ["Closed."]
    assert talk("forge.yaml", "hello", "/state dialogue=night")[-1] == "Still here? Closed."


def test_what_ink_has_beyond_is_told(forge):
    name = FILES / "forge.ink"
    assert f"{name}:53: left out: the label (after) of an inner gather: nothing can divert to it." in forge.left
    assert f"{name}:56: left out: the function double." in forge.left
    assert f"{name}:61: left out: the thread <- crickets." in forge.left


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("Hello there.\n* [Who are you?]\n  Nobody.", ["hello", "who are you?"], ["Hello there.", "Nobody."]),
        ("{One|Two|Three}.\n", ["hello"] * 4, ["One.", "Two.", "Three.", "Three."]),
        ("{&Tick|Tock}.\n", ["hello"] * 3, ["Tick.", "Tock.", "Tick."]),
        ("{!Once.} Always.\n", ["hello"] * 2, ["Once. Always.", "Always."]),
        ("VAR x = 2\nIt is {x > 1:much|little}.\n", ["hello"], ["It is much."]),
        ("VAR x = 1\n~ x = x + 1\n{ x:\n- 1: One.\n- 2: Two.\n- else: More.\n}\n", ["hello"], ["Two."]),
        ("{ stopping:\n- First.\n- Then.\n}\n", ["hello"] * 3, ["First.", "Then.", "Then."]),
        ("{\n- not been: Never.\n- else: Often.\n}\n=== been\nx\n-> END", ["hello"], ["Never."]),
        ("-> a ->\nBack.\n=== a\nAway.\n->->", ["hello"], ["Away. Back."]),
        ("-> k\n=== k\n= one\nFirst stitch.\n= two\nSecond.", ["hello"], ["First stitch."]),
        ("Come <>\nin. /* not\nthis */ // nor this\n", ["hello"], ["Come in."]),
        ("A \\{brace\\}. -> END\nnever", ["hello"], ["A (brace)."]),
    ],
)
def test_ink_in_the_official_forms_is_said(text, words, said):
    imported(text, "d.ink")
    assert talk("d.yaml", *words) == said


def test_a_choice_is_offered_once_and_a_sticky_one_again():
    imported("-> hub\n=== hub\nBo: Well?\nBo: Speak.\n* [Apples]\n  Bo: Red.\n+ [Pears]\n  Bo: Green.\n- -> hub", "d.ink")
    said = talk("d.yaml", "hello", "apples", "apples", "pears", "pears")
    assert said[1] == "Red. Well? Speak."
    assert not said[2].startswith("Red")
    assert said[3:] == ["Green. Well? Speak.", "Green. Well? Speak."]


def test_a_dialogue_in_another_tongue_is_held_in_it():
    text = (
        "-> a\n=== a\n{ grunt() } Will raus. Bitte.\n+ [Wie kann ich helfen?]\n  Kann helfen. Habe Schlüssel.\n+ [Gehen] -> END"
    )
    made = imported(text, "goblin.ink")
    assert talk("goblin.yaml", "hello", "Wie kann ich helfen?") == ["Will raus. Bitte.", "Kann helfen. Habe Schlüssel."]
    assert talk("goblin.yaml", "hello", "Wo ist der Schlüssel?")[1:] == ["I do not understand your tongue."]
    assert load_persona("goblin.yaml").name == "Goblin"
    assert made.left == ("goblin.ink:3: left out: the value {grunt()} within a line.",)


def test_a_call_on_a_line_of_its_own_is_the_games_and_a_variable_that_nothing_asks_for_too():
    imported("VAR seen = false\n{quit()}\n~ seen = true\nBye then.", "d.ink")
    rule = load_persona("d.yaml").rules[0]
    told = [(effect.kind, effect.effect({}).values) for effect in rule.effects]
    assert told[:2] == [("quit", {}), ("set", {"name": "seen", "value": True})]


# -- whatever comes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["inn.yarn", "forge.ink"])
def test_an_imported_card_has_no_fault_and_stays_what_it_was(name, capsys):
    assert main(["import", str(FILES / name)]) == 0
    out = capsys.readouterr()
    assert "written: " in out.out
    assert ": left out: " in out.err
    card = Path(name).with_suffix(".yaml").name
    assert faults(card) == []
    assert main(["lint", card]) == 0
    before = Path(card).read_bytes()
    assert main(["import", str(FILES / name)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert Path(card).read_bytes() == before
    assert main(["import", str(FILES / name), "--force"]) == 0
    assert Path(card).read_bytes() == before


def test_the_ids_of_lines_survive_edits_of_others():
    yarn("Bo: One. #line:x1\n-> Go\n    Bo: Two.")
    before = {line.line_id for rule in load_persona("d.yaml").rules for line in rule.say}
    yarn("// new\nBo: One. #line:x1\n-> Stay\n    Bo: Here.\n-> Go\n    Bo: Two.")
    after = {line.line_id for rule in load_persona("d.yaml").rules for line in rule.say}
    assert before == {"x1", derived_id("Two.")} <= after


DEEP = "".join(f"{' ' * n}-> o{n}\n" for n in range(60))
MANY_IFS = "".join(f"<<if $v{n}>>\nBo: v{n}.\n<<endif>>\n" for n in range(24))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("d.yarn", "", "d.yarn:1: no node is in this file"),
        ("d.yarn", "title: Start\n---\n===\n", "d.yarn: nobody says anything in it."),
        ("d.yarn", f"title: Start\n---\n{DEEP}===\n", "nested deeper than 40 levels"),
        ("d.yarn", "title: Start\n---\nBo: " + "x" * 5000, "d.yarn:3: a line of 5004 characters, at most 4000"),
        ("d.yarn", "\n" * 50_000, "50001 lines, at most 40000"),
        ("d.ink", "", "d.ink:1: nothing is said in this file"),
        ("d.ink", "{a|" * 60 + "b" + "}" * 60, "d.ink:1: braces nested deeper than 40 levels"),
        ("d.ink", "".join(f"{'* ' * n}c\n" for n in range(1, 60)), "nested deeper than 40 levels"),
        ("d.ink", "Bo: \x1b[2J", "d.ink:1: a control character"),
    ],
    ids=["empty", "silent", "deep", "wide", "long", "no ink", "braces", "choices", "bytes"],
)
def test_what_is_no_dialogue_is_a_fault_with_its_place_and_a_fix(name, text, said):
    with pytest.raises(PersonaError) as raised:
        imported(text, name)
    assert said in str(raised.value)
    assert raised.value.fix
    assert not Path("d.yaml").exists()


def test_a_file_that_is_no_text_is_named():
    Path("d.yarn").write_bytes(b"title: Start\n---\nBo: \xff\xfe\n===\n")
    with pytest.raises(PersonaError, match=r"d\.yarn:3: not UTF-8"):
        import_dialogue([Path("d.yarn")])
    Path("p.ink").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(PersonaError, match="a PNG picture"):
        import_dialogue([Path("p.ink")])
    assert main(["import", "nobody.yarn"]) == 2


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("title: Start\n---\nBo: Round.\n<<jump Start>>\n===\n", "d.yarn:4: left out: it goes round and round"),
        (f"title: Start\n---\n{MANY_IFS}===\n", "d.yarn:1: left out: what comes of this depends on too much"),
        ("title: Start\n---\nBo: Hi.\n<<jump Nowhere>>\n===\n", "d.yarn:4: left out: there is no `Nowhere` to go to"),
        ("title: Start\n---\nBo: Hi.\n<<if $x>>\nBo: Yes.\n", "d.yarn:4: left out: <<endif>> is missing"),
        ("title: Start\n---\nBo: Hi.\n<<endif>>\n===\n", "d.yarn:4: left out: <<endif>> ends nothing"),
        ("title: Start\n---\nBo: Hi. <<if ((($x>>\n===\n", "is not understood"),
        ("title: Start\n---\nBo: Hi.\n<<set gold 5>>\n===\n", "d.yarn:4: left out: <<set gold 5>> is not understood"),
        ("title: Start\n---\nBo: Hi.\n[[Go|There]]\n===\n", "d.yarn:4: left out: a link of Yarn 1"),
        (
            "title: Start\n---\nBo: " + "x" * 300 + "\nBo: " + "y" * 300 + "\n===\n",
            "d.yarn:4: left out: what is beyond 500 characters",
        ),
    ],
    ids=["round", "many", "nowhere", "open", "stray", "brackets", "set", "links", "long"],
)
def test_what_cannot_be_played_is_left_out_and_the_rest_is_kept(text, told_of):
    begun = time.monotonic()
    made = imported(text)
    assert any(told_of in sentence for sentence in made.left), made.left
    assert talk("d.yaml", "hello")
    assert time.monotonic() - begun < 20  # bounded, on the slowest of machines


def test_alternatives_beyond_number_are_bounded():
    made = imported("Bo: {&a|b}" + " {&c|{d|e}}" * 40, "d.ink")
    assert any("may be said in more than" in sentence for sentence in made.left)


@pytest.mark.parametrize(
    ("text", "said"),
    [("$a+1 >= 2*$b", "a + 1 >= 2 * b"), ("not $a and $b", "not a and b"), ('f("x", $y)', 'f("x", y)'), ("-3", "-3")],
)
def test_expressions_are_read_by_precedence(text, said):
    assert told(parsed(text, dollars=True)) == said


@pytest.mark.parametrize("text", ["", "(", "1 +", "$", "a b", "(" * 500, "x" * 2000, '"open', "f(1", "&&"])
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(Unread):
        parsed(text)
