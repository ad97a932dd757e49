"""What is generated from protocol.yaml is what stands in the repository."""

from __future__ import annotations

import pytest

from engine.errors import Fault
from engine.formats.wire.generate.__main__ import generated
from engine.formats.wire.generate.schema import SCHEMA, load

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
