"""Card files as people save them: what stands there is text, every fault has its line, and a folder is read one way."""

from __future__ import annotations

import codecs
import os
import time
import unicodedata

import pytest

from npc import PersonaError, load_persona, persona_from
from npc.card_file import CardFile, cards_in, doubles_in
from npc.exchange.png import blank
from npc.persona import card_path, faults


def _card(tmp_path, text, name="card.yaml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _told(path) -> list[str]:
    return [str(fault) for fault in faults(path)]


# -- scalars -----------------------------------------------------------------------------------------------

TEXTS = {
    "a date that no calendar has": ("1372-13-05", "1372-13-05"),
    "a date of zeros": ("0000-00-00", "0000-00-00"),
    "a real date": ("2001-12-14", "2001-12-14"),
    "a time that no day has": ("2001-12-14t25:61:00", "2001-12-14t25:61:00"),
    "a time": ("9:30", "9:30"),
    "binary without digits": ("0b_", "0b_"),
    "more digits than Python reads": ("9" * 5000, "9" * 5000),
    "an equals sign": ("=", "="),
    "text with its tag": ("!!str 12", "12"),
}


@pytest.mark.parametrize(("written", "text"), TEXTS.values(), ids=TEXTS)
def test_what_yaml_would_make_a_value_of_is_the_text_that_it_is(tmp_path, written, text):
    assert load_persona(_card(tmp_path, f"name: A\nbackstory: {written}\n")).backstory == text


VALUES = {
    "true": True,
    "yes": True,
    "Off": False,
    "12": 12,
    "-1": -1,
    "1_000": 1000,
    "0x1F": 31,
    "0b101": 5,
    "007": 7,
    "09": 9,
    "0.5": 0.5,
    "-.5": -0.5,
    "1.5e+3": 1500.0,
    "storm": "storm",
    '"12"': "12",
    "12:30": "12:30",
}


@pytest.mark.parametrize(("written", "value"), VALUES.items())
def test_values_that_are_no_text_keep_their_meaning(tmp_path, written, value):
    rule = f"{{when: {{state: {{x: {written}}}}}, do: idle, because: x}}"
    [held] = load_persona(_card(tmp_path, f"name: A\nrules: [{rule}]\n")).rules[0].when.state.values()
    assert (held, type(held)) == (value, type(value))


def test_keys_are_the_texts_that_they_are(tmp_path):
    text = "name: A\nwatch: {yes: threat, 12: loot}\nrules: [{when: {state: {on: true}}, do: idle, because: x}]\n"
    persona = load_persona(_card(tmp_path, text + "knowledge: {no: {asked: x, say: y}}\n"))
    assert (list(persona.watch), list(persona.knowledge)) == (["yes", "12"], ["no"])
    assert persona.rules[0].when.state == {"on": True}


def test_an_hour_may_be_written_as_on_a_clock(tmp_path):
    [entry] = load_persona(_card(tmp_path, "name: A\nschedule: [{from: 9:30, to: 18:00, do: trade}]\n")).schedule
    assert (entry.start, entry.end) == (9.5, 18.0)


BROKEN = {
    "an hour that no clock has": ("schedule: [{from: 25:99, to: 8, do: use}]", "no hour of the day"),
    "a number that may be octal": ("schedule: [{from: 010, to: 12, do: use}]", "Write `10` or `8`"),
    "a tag of nothing": ("looks: !!int x", "`x` is no int"),
    "a time with its tag": ("looks: !!timestamp x", "has no tags"),
    "a truth value with its tag": ("looks: !!bool x", "`x` is no bool"),
    "a tag of a library": ("looks: !!python/object:os.system x", "has no tags"),
    "a tagged list": ("rules: !!set {a, b}", "has no tags"),
    "a key that is a list": ("? [a]\n: b", "a key is one text"),
    "an entry without a name": ('watch: {"": threat}', "an entry without a name"),
    "two documents": ("---\nname: B", "Remove the `---`"),
    "half a character": ('looks: "x \\ud83d"', "half a character"),
    "half a character in a key": ('watch: {"x \\udc3a": threat}', "half a character"),
    "a control character": ("looks: \x07", "no text file holds"),
    "an escaped one": ('looks: "\\e[31m"', "a control character stands here"),
    "too deep": ("looks: " + "[" * 60_000, "nested too deep"),
    "too many entries": ("looks: [" + "a," * 60_000 + "]", "more than 20000 entries"),
}


@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_is_one_sentence_with_its_line(tmp_path, text, said):
    path = _card(tmp_path, f"name: A\n{text}\n")
    [fault] = _told(path)
    line = 3 if said == "Remove the `---`" else 2
    assert fault.startswith((f"{path}:{line}: ", f"{path}:{line - 1}: "))
    assert said in fault
    assert "\n" not in fault


# -- text --------------------------------------------------------------------------------------------------


def test_an_emoji_that_a_json_writer_escaped_is_that_emoji(tmp_path):
    text = '{"name": "A", "calls_player": "friend \\ud83d\\ude00", "watch": {"wolf \\ud83d\\udc3a": "threat"}}'
    persona = load_persona(_card(tmp_path, text))
    assert persona.calls_player == "friend 😀"
    assert list(persona.watch) == ["wolf 🐺"]


def test_json_may_be_indented_with_tabs(tmp_path):
    assert load_persona(_card(tmp_path, '{\n\t"name": "A",\n\t"lines": {\n\t\t"greet": "Hi."\n\t}\n}\n')).name == "A"


@pytest.mark.parametrize(
    "encoded",
    [
        codecs.BOM_UTF8 + "name: Zoë\r\nlooks: x\r\n".encode(),
        codecs.BOM_UTF16_LE + "name: Zoë\nlooks: x\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "name: Zoë\nlooks: x\n".encode("utf-16-be"),
        "name: Zoë\nlooks: x\n".encode("utf-16-le"),
    ],
    ids=["mark", "UTF-16", "UTF-16 the other way", "UTF-16 without a mark"],
)
def test_any_unicode_file_is_read(tmp_path, encoded):
    assert load_persona(_card(tmp_path, encoded)).name == "Zoë"


def test_texts_compare_however_they_are_composed(tmp_path):
    apart, whole = unicodedata.normalize("NFD", "Bär"), unicodedata.normalize("NFC", "Bär")
    assert apart != whole
    assert list(load_persona(_card(tmp_path, f"name: A\nwatch: {{{apart}: threat}}\n")).watch) == [whole]
    assert persona_from({"name": apart}).name == whole


def test_half_a_character_in_a_card_that_a_game_sends_is_refused():
    with pytest.raises(PersonaError, match="half a character") as refused:
        persona_from({"name": "A", "lines": {"greet": ["Hi.", "x \ud83d"]}})
    assert "lines.greet.1" in refused.value.message
    assert persona_from({"name": "A", "looks": "\ud83d\ude00"}).looks == "😀"


# -- faults ------------------------------------------------------------------------------------------------

MANY = """name: A
look: tall
traits: {brave: 7, brav: 1}
boundaries: {attack: Never.}
rules:
  - {when: {intent: gret}, do: dance, because: x}
  - when: {knows: inn}
    do: attack
    because: x
lines:
  greet:
    - {say: Hi., mod: sad}
    - Hi {ply}.
reactions: {wolf: flee}
knowledge: {inn: {asked: "Where?"}}
"""


def test_all_faults_are_told_at_once_each_with_its_line(tmp_path):
    path = _card(tmp_path, MANY)
    told = _told(path)
    assert [int(fault.removeprefix(f"{path}:").split(":")[0]) for fault in told] == [2, 3, 3, 6, 6, 8, 12, 13, 14, 15]
    for words in ("`looks`", "`brave`", "`greet`", "`mood`", "forbids", "phrase or meaning `wolf`", "Add `say:`"):
        assert any(words in fault for fault in told), words
    assert not any("unknown knows" in fault for fault in told)  # the fact is there, though it has a fault of its own


def test_an_unknown_name_is_told_with_the_nearest_and_with_those_that_there_are(tmp_path):
    [fault] = faults(_card(tmp_path, "name: A\nlines:\n  gret: Hi.\n"))
    assert " attack, " in fault.fix
    assert fault.fix.endswith("Did you mean `greet`?")


def test_of_very_many_faults_the_first_are_told_and_the_others_counted(tmp_path):
    path = _card(tmp_path, "name: A\nlines:\n" + "".join(f"  gret{n}: Hi.\n" for n in range(5000)))
    told = _told(path)
    assert len(told) == 201
    assert "4800 more faults" in told[-1]


def _heavy() -> dict[str, dict[str, object]]:
    labels, facts = [f"gret{n}" for n in range(9000)], {f"fact{n}": {"asked": "x", "say": "y"} for n in range(100)}
    return {
        "labels": {"lines": {"greet": {"say": "x", "intent": labels}}},
        "actions": {"lines": dict.fromkeys(labels, "x")},
        "facts": {"knowledge": facts, "rules": [{"when": {"knows": labels}, "do": "idle", "because": "x"}]},
        "entries": dict.fromkeys(labels, 1),
        "long names": {"traits": {"brave" * 6000: 1, "wram" * 7000: 1}},
    }


@pytest.mark.parametrize("card", _heavy().values(), ids=_heavy())
def test_a_server_pays_for_the_fault_that_it_tells_and_for_no_other(card):
    start = time.process_time()
    with pytest.raises(PersonaError) as refused:
        persona_from({"name": "A", **card})
    assert time.process_time() - start < 4.0
    assert len(str(refused.value)) < 2000


@pytest.mark.parametrize(
    "text",
    ["watch:\n" + "  a: threat\n" * 9900, "looks: 1" + ":59" * 80_000, "looks: [" + "!!int x," * 9000 + "]"],
    ids=["one key over and over", "a long time", "tags"],
)
def test_no_file_takes_long_to_refuse(tmp_path, text):
    path = _card(tmp_path, f"name: A\n{text}\n")
    start = time.process_time()
    with pytest.raises(PersonaError):
        load_persona(path)
    assert time.process_time() - start < 3.0


TOO_MUCH = {
    "phrases": ({"watch": {f"wolf {n}": "threat" for n in range(65)}}, "65 entries, at most 64"),
    "rules": ({"rules": [{"when": {}, "do": "idle", "because": "x"}] * 601}, "601 entries, at most 600"),
    "lines": ({"lines": {"greet": ["Hi."] * 201}}, "201 lines, at most 200"),
    "questions": ({"knowledge": {f"f{n}": {"asked": ["a"] * 8, "say": "x"} for n in range(40)}}, "320 questions in all"),
    "prose": ({"backstory": "x" * 20_001}, "at most 20000"),
    "what the player is called": ({"calls_player": "x" * 201}, "at most 200"),
    "a phrase": ({"watch": {"x" * 201: "threat"}}, "at most 200"),
}


@pytest.mark.parametrize(("entries", "said"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_card_that_others_would_pay_for_is_refused(entries, said):
    with pytest.raises(PersonaError, match=said):
        persona_from({"name": "A", **entries})


def test_a_fault_is_one_line_whatever_a_name_holds():
    with pytest.raises(PersonaError) as refused:
        persona_from({"name": "A", "traits": {"a\nERROR: forged\x1b[31m": 1}})
    assert str(refused.value).isprintable()


# -- folders -----------------------------------------------------------------------------------------------


def test_a_folder_holds_the_cards_that_people_mean(tmp_path):
    for name in ("wren.yml", "Tam.YAML", "ida.yaml", "._ida.yaml", ".#tam.yaml", "ida.yaml~", "notes.txt"):
        (tmp_path / name).write_text("name: A\n")
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    assert sorted(cards_in(tmp_path)) == ["Tam", "ida", "wren"]
    assert cards_in(tmp_path / "nothing") == {}


def test_of_two_cards_of_one_name_the_first_counts(tmp_path):
    for name in ("wren.yml", "wren.yaml"):
        (tmp_path / name).write_text("name: A\n")
    assert cards_in(tmp_path) == {"wren": tmp_path / "wren.yaml"}
    assert doubles_in(tmp_path) == {tmp_path / "wren.yml": tmp_path / "wren.yaml"}


def test_a_name_is_found_however_the_file_system_composes_it(tmp_path):
    kept = tmp_path / (unicodedata.normalize("NFD", "bär") + ".yaml")
    kept.write_text("name: A\n")
    assert list(cards_in(tmp_path)) == [unicodedata.normalize("NFC", "bär")]
    assert card_path(tmp_path / unicodedata.normalize("NFC", "bär.yaml")) == kept
    assert card_path(tmp_path / unicodedata.normalize("NFC", "bär")) == kept


def test_pictures_and_archives_are_told_by_what_they_are(tmp_path):
    for content, kind in ((b"RIFF\0\0\0\0WEBPVP8 ", "a WebP picture"), (b"\xff\xd8\xff\xe0", "JPEG"), (b"PK\x03\x04", "ZIP")):
        with pytest.raises(PersonaError, match=f"not a text file.*{kind}"):
            CardFile.read(_card(tmp_path, content))


# -- pictures of what is watched for -----------------------------------------------------------------------


def test_a_watched_phrase_has_a_meaning_or_pictures_or_both(tmp_path):
    (tmp_path / "a.png").write_bytes(blank(4, 4))
    path = _card(
        tmp_path, "name: A\nwatch:\n  wolf: threat\n  gloomfang: {means: threat, looks: a.png}\n  relic: {looks: [a.png]}\n"
    )
    assert _told(path) == []
    card = load_persona(path)
    assert card.meanings == {"wolf": "threat", "gloomfang": "threat"}
    assert card.watch["relic"].looks == ("a.png",)
    plain = load_persona(_card(tmp_path, "name: A\nwatch: {wolf: threat}\n"))
    assert plain.model_dump(exclude_defaults=True) == {"name": "A", "watch": {"wolf": "threat"}}


@pytest.mark.parametrize(
    ("watched", "told"),
    [
        ("foo", "unknown meaning `foo` (in `watch.wolf`)"),
        ("{means: foo}", "unknown meaning `foo` (in `watch.wolf.means`)"),
        ("{look: a.png}", "There are looks, means."),
        ("{looks: ../a.png}", "names a PNG, WebP or JPEG in the folder of the card"),
        ("{looks: /a.png}", "names a PNG, WebP or JPEG in the folder of the card"),
        ("{looks: 'C:\\a.png'}", "names a PNG, WebP or JPEG in the folder of the card"),
        ("{looks: [a.gif]}", "names a PNG, WebP or JPEG in the folder of the card"),
        ("{looks: %s.png}" % ("ü" * 190), "cannot be read ("),
        ("{looks: missing.png}", "the picture `missing.png` is not there (in `watch.wolf.looks`)"),
    ],
)
def test_a_fault_in_what_is_watched_for_is_told_with_its_place(tmp_path, watched, told):
    [fault] = _told(_card(tmp_path, f"name: A\nwatch:\n  wolf: {watched}\n"))
    assert told in fault
    assert ":3:" in fault


def test_a_file_that_is_only_called_a_picture_is_told(tmp_path):
    files = {
        "text.png": (b"this is no picture\n", "the picture `text.png` is no PNG, WebP or JPEG, whatever it is called"),
        "half.png": (blank(40, 40)[:-20], "the picture `half.png` breaks off (in `watch.wolf.looks`). Save it anew"),
        "none.png": (b"", "the picture `none.png` is empty"),
        "large.png": (blank(4, 4) + bytes(1 << 20), "the picture `large.png` has"),
        "cut.webp": (b"RIFF\xff\0\0\0WEBPVP8 ", "the picture `cut.webp` breaks off"),
    }
    for name, (content, told) in files.items():
        (tmp_path / name).write_bytes(content)
        [fault] = _told(_card(tmp_path, f"name: A\nwatch:\n  wolf: {{looks: {name}}}\n"))
        assert told in fault


def test_a_currency_is_words_on_one_line(tmp_path):
    for word in ("dollar", "gold piece", "ha'penny", "Reichs-Taler", "रुपया"):
        assert _told(_card(tmp_path, f"name: A\ncurrency: {word}\n")) == []
    for word in ('"dol\\nlar"', '" "', '"{name}"', "2 dollars", '"dollar "'):
        [fault] = _told(_card(tmp_path, f"name: A\ncurrency: {word}\n"))
        assert "one or a few words" in fault
