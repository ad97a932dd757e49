"""A card speaks the player's language where a table has it, decides the same in all of them, and loses nothing on the way."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from npc import Character, PersonaError, load_persona
from npc.__main__ import main
from npc.exchange.table_review import table_faults, table_notes
from npc.exchange.tables import TableFaults, export_lines, import_lines
from npc.log import Recorder, replay
from npc.translations import read_table, tables_beside
from npc.types import Percept

CARD = """name: Berta
calls_player: stranger
wares: {honey cake: {price: 8, least: 6}}
lines:
  greet:
    - {say: "Sit, {player}! You look thin.", id: sit}
    - {say: Come back hungry!, intent: farewell}
  price: "{price} for the {item}."
"""
GERMAN = {
    "sit": "Setz dich, {player}! Du bist dürr.",
    "Come back hungry!": "Komm hungrig wieder!",
    "{price} for the {item}.": "{item}: {price}.",
    "word:honey cake": "Honigkuchen",
    "word:coins": "Münzen",
    "word:stranger": "Fremder",
}


@pytest.fixture
def card(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cook.yaml"
    path.write_text(CARD, encoding="utf-8")
    return path


QUEST = "quests: {oar: {steps: {asked: {when: {state: {oar: yes}}, say: An oar.}}}}\n"


def fill(path: Path, words: dict[str, str]) -> Path:
    """Translate a CSV table as a spreadsheet would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["translation"] = words.get(row["id"], words.get(row["source"], row["translation"]))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def taken_up(card: Path, words: dict[str, str] = GERMAN) -> Path:
    table, _ = export_lines(str(card), card.with_name("for-translation.csv"), language="de", force=True)
    return import_lines(str(card), fill(table, words), "de", force=True)[0]


def heard(text: str, intent: str, action: str, language: str = "", time: float = 1.0) -> Percept:
    state = {"language": language} if language else {}
    return Percept(time, {intent: 0.9}, {"neutral": 0.9}, {action: 0.9}, {"neutral": 0.9}, text=text, state=state)


LIFE = [
    ("hello", "greet", "greet"),
    ("how much is the honey cake?", "trade", "trade"),
    ("too expensive", "trade", "trade"),
    ("deal", "agree", "talk"),
    ("bye", "farewell", "greet"),
    ("hello again", "greet", "greet"),
]


def life(card: Path, language: str):
    character = Character(load_persona(card), "berta", 3)
    return [character.tick(heard(*said, language, float(n + 1))) for n, said in enumerate(LIFE)]


def test_the_words_are_the_players_and_the_decisions_are_the_same(card):
    taken_up(card)
    english, german = life(card, ""), life(card, "de")
    assert [d.line for d in german[:2]] == ["Setz dich, Fremder! Du bist dürr.", "Honigkuchen: 8 Münzen."]
    assert german[4].line == "Komm hungrig wieder!"
    assert [replace(d, line="") for d in german] == [replace(d, line="") for d in english]
    assert german[3].effects[0].values["item"] == "honey cake"


@pytest.mark.parametrize(("language", "said"), [("de-AT", "Setz"), ("de_AT", "Setz"), ("fr", "Sit"), ("../de", "Sit")])
def test_a_variant_gets_its_language_and_others_the_cards_own(card, language, said):
    taken_up(card)
    assert life(card, language)[0].line.startswith(said)


def test_what_is_not_translated_or_no_longer_fits_is_said_as_the_card_has_it(card):
    taken_up(card)
    card.write_text(CARD.replace("{price} for the {item}.", "{price} for {item}, {player}.").replace("Sit,", "Sit down,"))
    assert life(card, "de")[1].line == "8 coins for honey cake, stranger."
    assert life(card, "de")[0].line == "Setz dich, Fremder! Du bist dürr."


@pytest.mark.parametrize("form", ["csv", "po"])
@pytest.mark.parametrize(
    "words",
    [
        "اجلس يا {player}! تبدو نحيفًا.",
        "座って、{player}さん！痩せたね。",
        'Setz dich, "{player}"; [b]dünn[/b] & <i>hungrig</i>, 50 % \\n',
        "=Sit, {player}\tnow",
        "Na, {player} 👩‍🍳 é",
    ],
)
def test_any_script_and_markup_comes_back_as_it_went_out(card, form, words):
    taken_up(card, {"sit": words})
    out, _ = export_lines(str(card), Path(f"out.de.{form}"), language="de", form=form)
    (tables_beside(card)["de"]).unlink()
    import_lines(str(card), out)
    assert {row.key: row.words for row in read_table(tables_beside(card)["de"])}["sit"] == words
    assert life(card, "de")[0].line == words.replace("{player}", "stranger")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Setz dich!", "has lost {player}. Write it as in: Sit, {player}!"),
        ("Setz dich, {Player}!", "has lost {player}"),
        ("Setz dich, {player}, {price}!", "has {price}, which the line has not. The line has {player}."),
    ],
)
@pytest.mark.parametrize("form", ["csv", "po"])
def test_a_translation_that_loses_a_variable_is_a_fault_with_file_and_line(card, form, words, said):
    table, _ = export_lines(str(card), Path(f"t.de.{form}"), language="de", form=form)
    if form == "csv":
        fill(table, {"sit": words})
        line = 2
    else:
        text = table.read_text().replace('thin."\nmsgstr ""', f'thin."\nmsgstr "{words}"')
        table.write_text(text)
        line = text[: text.index('msgctxt "sit"')].count("\n") + 1
    with pytest.raises(TableFaults) as raised:
        import_lines(str(card), table)
    assert raised.value.message.startswith(f"t.de.{form}:{line}: the translation of `sit` {said}"[:60])
    assert said in str(raised.value)
    assert not tables_beside(card)


def test_a_table_without_a_fault_is_taken_up_whole_or_not_at_all_and_never_over_another(card):
    taken_up(card)
    other = fill(export_lines(str(card), Path("t.csv"), language="de")[0], {"sit": "Hock dich hin, {player}."})
    with pytest.raises(PersonaError, match=r"another translation of 1 lines, such as `sit`.*--force"):
        import_lines(str(card), other, "de")
    assert life(card, "de")[0].line.startswith("Setz")
    import_lines(str(card), other, "de", force=True)
    assert [d.line for d in life(card, "de")[:2]] == ["Hock dich hin, Fremder.", "Honigkuchen: 8 Münzen."]


def test_an_export_keeps_what_was_translated_and_marks_what_has_changed(card):
    taken_up(card)
    card.write_text(CARD.replace("You look thin.", "You look hungry.").replace("Come back hungry!", "Do come back hungry!"))
    _, told = export_lines(str(card), Path("anew.de.csv"), language="de")
    rows = {row.key: row for row in read_table(Path("anew.de.csv"))}
    assert "4 of 7 translated, 2 changed since" in told
    assert (rows["sit"].words, rows["sit"].changed) == (GERMAN["sit"], True)
    renamed = next(row for row in rows.values() if row.source == "Do come back hungry!")
    assert (renamed.words, renamed.changed) == ("Komm hungrig wieder!", True)
    export_lines(str(card), Path("anew.de.po"), language="de", form="po")
    assert '#, fuzzy\n#| msgid "Sit, {player}! You look thin."' in Path("anew.de.po").read_text()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "cook.de.csv:1: the columns `id` and `translation` are not both there."),
        ("a,b\n1,2\n", "cook.de.csv:1: the columns"),
        ('id,translation\nsit,"Setz\n', "cook.de.csv:2: this is no CSV"),
        ("id,translation\nsit,Hock {player}\nSIT,Hock {player}\n", "cook.de.csv:3: `SIT` stands in line 2 already."),
        ("id,translation\n../x,Hock\n", "cook.de.csv:2: `../x` is no id of a line."),
        ("id,translation\nsit,\x1b[2J\n", "cook.de.csv:2: a control character"),
        ("id;translation\nsit;" + "x" * 1001 + "\n", "cook.de.csv:2: a translation of 1001 characters"),
        ("\0\0", "cook.de.csv: is not a text file."),
    ],
    ids=["empty", "columns", "quotes", "twice", "path", "escape", "long", "zeros"],
)
def test_a_broken_table_is_named_with_its_line_and_never_a_traceback(card, capsys, table, said):
    card.with_name("cook.de.csv").write_text(table)
    with pytest.raises(PersonaError) as raised:
        load_persona("cook.yaml")
    assert said in str(raised.value)
    assert raised.value.fix
    assert main(["lint", "cook.yaml"]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["", "x", 'msgid "a', "msgctxt", 'msgid ""\nmsgstr ""\n\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n']
)
def test_a_broken_po_file_is_a_fault_or_empty(card, text):
    Path("t.po").write_text(text)
    with pytest.raises(PersonaError):
        import_lines(str(card), Path("t.po"))


def test_lint_tells_what_is_missing_out_of_date_and_of_no_line(card, capsys):
    taken_up(card, {"sit": GERMAN["sit"], "Come back hungry!": "Komm wieder!"})
    card.write_text(CARD.replace("You look thin.", "You look pale.").replace("Come back hungry!", "Off with you then."))
    notes = "\n".join(table_notes("cook.yaml"))
    assert "cook.de.csv:2: note: the translation of `sit` is out of date: now it is: Sit, {player}! You look pale." in notes
    assert "cook.de.csv:3: note: no line is called `come-back-hungry-" in notes
    assert "cook.de.csv:1: note: 6 of 7 lines have no translation" in notes
    assert table_faults("cook.yaml") == []
    assert main(["lint", "cook.yaml"]) == 0
    assert "is out of date" in capsys.readouterr().err


def test_lint_fails_where_a_translation_has_lost_a_variable(card, capsys):
    card.with_name("cook.de.csv").write_text("id,source,translation\nsit,,Setz dich!\n")
    assert main(["lint", "cook.yaml"]) == 2
    assert "cook.de.csv:2: the translation of `sit` has lost {player}" in capsys.readouterr().err
    assert life(card, "de")[0].line == "Sit, stranger! You look thin."


def test_an_export_names_each_recording_and_lint_tells_which_are_missing_orphaned_and_out_of_date(card):
    export_lines(str(card), Path("de.csv"), language="de")
    with Path("de.csv").open(encoding="utf-8-sig", newline="") as file:
        recordings = {row["source"]: row["voice"] for row in csv.DictReader(file)}
    named = recordings["Come back hungry!"]
    assert named.startswith("voice/cook/de/come-back-hungry-")
    assert recordings["Sit, {player}! You look thin."] == ""  # filled in: no recording says every name
    taken_up(card)
    Path(named).parent.mkdir(parents=True)
    export_lines(str(card), Path("voice/cook/de/script.csv"), language="de")
    for recording in (named, "voice/cook/de/nobody.ogg", "voice/cook/de/sit.wav"):
        Path(recording).touch()
    taken_up(card, {"Come back hungry!": "Und komm hungrig wieder!"})
    notes = "\n".join(table_notes("cook.yaml"))
    assert "nobody.ogg: note: no line is called `nobody`" in notes
    assert "sit.wav: note: `sit` is filled in ({player})" in notes
    assert "was recorded as: Komm hungrig wieder!; now it is: Und komm hungrig wieder!" in notes
    Path(named).unlink()
    assert "note: 1 of 1 lines have no recording" in "\n".join(table_notes("cook.yaml"))


def test_the_command_writes_and_takes_up_tables(card, capsys):
    assert main(["lines", "export", "cook.yaml", "--language", "de", "--format", "po"]) == 0
    told = capsys.readouterr().out
    assert "written: cook.de.po (0 of 7 translated)" in told
    assert f"in the current folder, {Path.cwd()}; --out PATH" in told
    assert main(["lines", "export", "cook.yaml", "--language", "de", "--format", "po"]) == 2
    assert "--force" in capsys.readouterr().err
    text = Path("cook.de.po").read_text().replace('thin."\nmsgstr ""', 'thin."\nmsgstr "Hock dich, {player}!"')
    Path("cook.de.po").write_text(text)
    assert main(["lint", "cook.yaml"]) == 0
    assert "this table is not read. Take it up: `python -m npc lines import" in capsys.readouterr().err
    assert main(["lines", "import", "cook.yaml", "cook.de.po"]) == 0
    assert "written: cook.de.csv (language de, from the header; 1 of 7 translated)" in capsys.readouterr().out
    assert life(card, "de")[0].line == "Hock dich, stranger!"
    assert main(["lines", "import", "cook.yaml"]) == 2
    assert main(["lines", "export", "cook.yaml", "--language", "deutsch!"]) == 2


def test_a_name_that_only_looks_like_a_language_is_none(card, capsys):
    assert main(["lines", "export", "cook.yaml", "--language", "de", "--out", "tr.csv"]) == 0
    assert main(["lines", "import", "cook.yaml", "tr.csv"]) == 2
    assert (
        "does not tell its language. Name it with --language, such as de, or call the file cook.de.csv"
        in capsys.readouterr().err
    )
    assert main(["lines", "import", "cook.yaml", "tr.csv", "--language", "de"]) == 0
    assert "(language de, from --language;" in capsys.readouterr().out
    Path("tr.csv").rename("mine.fr.csv")
    assert main(["lines", "import", "cook.yaml", "mine.fr.csv"]) == 0
    assert "(language fr, from the name of the file;" in capsys.readouterr().out


def test_notes_are_written_as_the_card_writes_them_and_tell_why_a_line_has_no_recording(card):
    card.write_text("name: A\nlines:\n  talk: [{say: 'Ha {player}', quest: {oar: [asked]}, state: {day: yes}}]\n" + QUEST)
    table, _ = export_lines(str(card), language="de", force=True)
    row = next(row for row in csv.DictReader(table.open(encoding="utf-8-sig")) if row["source"] == "Ha {player}")
    told = "when state: {day: true}, quest: {oar: [asked]}; keep {player}; no recording: its words are filled in anew each time"
    assert (row["notes"], row["voice"]) == (told, "")


def test_nothing_is_written_beside_a_card_of_the_package(card, capsys):
    assert main(["lines", "export", "guard", "--language", "de"]) == 0
    assert main(["lines", "import", "guard", "guard.de.csv"]) == 2
    assert "ships with the package" in capsys.readouterr().err


def test_the_common_lines_can_be_translated_too(card):
    table, _ = export_lines(str(card), Path("all.de.csv"), language="de", common=True)
    rows = {row.source: row.key for row in read_table(table)}
    talk = next(
        source for source in rows if source and not source.startswith("{") and source.endswith(".") and "{" not in source
    )
    import_lines(str(card), fill(table, {talk: "Auf Deutsch."}), "de")
    assert "Auf Deutsch." in load_persona(card).translations["de"].values()


def test_a_card_may_hold_its_translations_itself(tmp_path):
    card = tmp_path / "b.yaml"
    card.write_text("name: B\nlines: {greet: {say: Hi., id: hi}}\ntranslations: {pt_BR: {hi: Oi.}}\n")
    assert Character(load_persona(card), "b").tick(heard("hello", "greet", "greet", "pt-BR")).line == "Oi."


def test_a_log_in_another_language_replays_byte_for_byte(card, tmp_path):
    taken_up(card)
    character = Character(load_persona(card), "berta", 3)
    with Recorder(tmp_path / "log.jsonl", character, 3) as log:
        for n, said in enumerate(LIFE):
            percept = heard(*said, "de", float(n + 1))
            log.write(percept, character.tick(percept))
    assert "Honigkuchen" in (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    assert replay(tmp_path / "log.jsonl").line is None


@pytest.mark.parametrize(
    ("language", "said", "known"),
    [
        ("de", "Ich brauche Hilfe, bitte", True),
        ("de-at", "Wo ist der Wolf?", True),
        ("de", "Bonjour, comment allez-vous ?", False),
        ("", "Ich brauche Hilfe, bitte", False),
        ("en", "Ich brauche Hilfe, bitte", False),
    ],
)
def test_the_games_own_language_is_no_strange_tongue(card, language, said, known):
    (card.parent / "cook.de.csv").write_text("id,translation\nsit,Setz dich.\n", encoding="utf-8")
    actor = Character(load_persona(str(card)), "cook", 0)
    state = {"language": language} if language else {}
    percept = Percept(time=1.0, text=said, intent={"none": 0.9}, action={"idle": 0.9}, talk={"on_mood": 0.2}, state=state)
    reason = actor.tick(percept).reason
    assert ("reads English alone" in reason) is known
    assert ("does not know this tongue" in reason) is not known
