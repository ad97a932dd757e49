"""What is generated from protocol.yaml is what stands in the repository."""

from __future__ import annotations

import pytest

from engine.errors import Fault
from engine.formats.wire.generate import csharp, gdscript, pages, python, vectors
from engine.formats.wire.generate.__main__ import ROOT, generated
from engine.formats.wire.generate.schema import SCHEMA, load

if not (ROOT / "clients").is_dir():
    pytest.skip("an installed wheel has no clients and no pages to be generated", allow_module_level=True)
FILES = dict(generated())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_generated_file_is_what_the_schema_says(path):
    assert path.read_text(encoding="utf-8") == FILES[path], "run `python -m engine.formats.wire.generate`"


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix in (".py", ".gd", ".cs")], ids=lambda path: path.name)
def test_a_generated_file_says_in_its_first_line_not_to_edit_it(path):
    assert "do not edit" in path.read_text(encoding="utf-8").partition("\n")[0]


def test_a_slip_in_the_schema_is_told_in_one_sentence(tmp_path):
    wrong = tmp_path / "protocol.yaml"
    wrong.write_text(SCHEMA.read_text(encoding="utf-8").replace("most: phrase", "most: sentence"), encoding="utf-8")
    with pytest.raises(Fault, match=r"spawn\.watch: there is no limit 'sentence'"):
        load(wrong)


def test_a_field_is_one_entry_and_all_languages_have_it(tmp_path):
    more = tmp_path / "protocol.yaml"
    entry = "        mood: {type: text, most: 64, optional: true, says: how it feels}\n"
    before = "    pong:\n"
    text = SCHEMA.read_text(encoding="utf-8")
    assert before in text
    more.write_text(text.replace(before, entry + before), encoding="utf-8")
    schema = load(more)
    assert 'fields.text("mood", 64) if fields.has("mood") else None' in python.messages(schema)
    assert '"mood": fields.optional_text("mood", 64)' in gdscript.wire(schema)
    assert 'fields.Has("mood") ? fields.Text("mood", 64) : null' in csharp.wire(schema)
    assert '"event: mood has 65 characters"' in vectors.fields(schema)
    page = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    assert "| `mood` | string, at most 64, *opt* | how it feels |" in pages.filled(schema, page)


def test_a_message_without_a_place_on_the_page_is_named():
    page = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")
    with pytest.raises(Fault, match="client spawn"):
        pages.filled(load(), page.replace("<!-- generated: client spawn -->", ""))
