"""Texts become the ids that the reference library gives for the same file."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Fault
from engine.formats.bundle import default_bundle
from engine.perception.wordpiece import WordPiece, read_tokenizer

FILE = default_bundle() / "tokenizer.json"
OURS = read_tokenizer(FILE)


def lasting(letter: str) -> bool:
    """Whether all versions of the Unicode tables say the same of it: the reference library reads by older ones than Python."""
    return unicodedata.ucd_3_2_0.category(letter) == unicodedata.category(letter) not in ("Cn", "Cs")


@pytest.fixture(scope="module")
def reference():
    library = pytest.importorskip("tokenizers", reason="the reference: needs the train extra")
    tokenizer = library.Tokenizer.from_file(str(FILE))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def ids(text: str, most: int = 10_000) -> list[int]:
    return OURS.encode([text], most)[0][0].tolist()


def test_the_shipped_tokenizer_needs_no_library():
    assert isinstance(OURS, WordPiece)


@pytest.mark.parametrize(
    "text",
    [
        "Hand me the red potion, please! I think it's by the well.",
        "",
        "   ",
        "Ünïcødé ÇAFÉ naïve İstanbul ẞtraße",
        "你好 wolf狼来了 ようこそ 안녕",
        "the\u200bwolf\u00adis\x00here\tnow\r\nrun",
        "a" * 101 + " " + "b" * 100,
        "🐺🔥 émoji ½ ① ﬁ",
        "don't—stop… “quoted” ¿qué?",
        "$5 + 3 = 8 ^ ` ~ |",
    ],
)
def test_ids_are_those_of_the_reference(reference, text):
    assert ids(text) == reference.encode(text).ids
    assert OURS.count(text) == len(reference.encode(text).ids)


@given(st.text(st.characters(codec="utf-8").filter(lasting), max_size=40))
def test_any_text_has_the_ids_of_the_reference(reference, text):
    assert ids(text) == reference.encode(text).ids


def test_every_letter_beside_others_has_the_ids_of_the_reference(reference):
    letters = [chr(c) for c in range(0x30000) if lasting(chr(c))]
    texts = [" ".join(f"a{c}b" for c in letters[i : i + 200]) for i in range(0, len(letters), 200)]
    wrong = [t for t, read in zip(texts, reference.encode_batch(texts), strict=True) if ids(t, 100_000) != read.ids]
    assert not wrong


def test_a_batch_is_cut_and_padded():
    found, mask = OURS.encode(["run", "the wolf is at the gate and it is hungry"], 6)
    assert found.shape == mask.shape == (2, 6)
    assert mask.tolist() == [[1, 1, 1, 0, 0, 0], [1] * 6]
    assert found[0, 3:].tolist() == [0, 0, 0]
    assert found[1, -1] == found[0, 2], "a cut text ends as a whole one"


def test_words_that_look_like_special_tokens_are_words():
    special = ids("[MASK]")
    assert len(special) > 3
    assert ids("mask")[1] in special


def test_another_kind_of_tokenizer_is_read_by_the_library(tmp_path: Path):
    library = pytest.importorskip("tokenizers")
    cased = json.loads(FILE.read_text(encoding="utf-8"))
    cased["normalizer"]["lowercase"] = False
    (tmp_path / "tokenizer.json").write_text(json.dumps(cased), encoding="utf-8")
    read = read_tokenizer(tmp_path / "tokenizer.json")
    reference = library.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    reference.no_padding()
    reference.no_truncation()
    assert not isinstance(read, WordPiece)
    assert read.count("the Wolf") == len(reference.encode("the Wolf").ids)
    found, mask = read.encode(["the Wolf", "run"], 4)
    assert found[0].tolist() == [*reference.encode("the Wolf").ids[:3], 3]
    assert mask.sum() == 7


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"model": 3}', '{"model": {"type": "WordPiece"}}', "\xff"])
def test_what_is_no_tokenizer_is_a_fault_of_the_bundle(tmp_path: Path, content: str):
    (tmp_path / "tokenizer.json").write_text(content, encoding="latin-1")
    with pytest.raises(Fault, match=r"tokenizer\.json is not a tokenizer"):
        read_tokenizer(tmp_path / "tokenizer.json")
