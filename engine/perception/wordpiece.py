"""Texts as ids of a vocabulary, read from `tokenizer.json`.

WordPiece as BERT has it (Devlin et al. 2018, arXiv 1810.04805; uncased) is done here: it is what the shipped bundle uses, and a
runtime without the `tokenizers` library is without that library's client for a model hub. Any other tokenizer is read by it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.errors import Fault

Ids: TypeAlias = npt.NDArray[np.int64]
LONGEST_WORD = 100  # characters; a longer one is unknown
UNKNOWN, START, END, PADDING = "[UNK]", "[CLS]", "[SEP]", "[PAD]"
_PLAIN = re.compile(r"[0-9a-z]+|[!-/:-@\[-`{-~]")  # words and marks of lower-case ASCII without control characters
_CONTROL = dict.fromkeys(c for c in (*range(32), 127) if chr(c) not in "\t\n\r")
_IDEOGRAPHS = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F)),
    *((0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)


class Tokenizer(Protocol):
    """What a text graph needs of a tokenizer."""

    def count(self, text: str) -> int:
        """How many ids the whole text has, with the two that frame it."""

    def encode(self, texts: Sequence[str], max_tokens: int) -> tuple[Ids, Ids]:
        """Ids and mask, both [T, L]: each text cut to `max_tokens`, padded to the longest, mask 0 where it is padding."""


def read_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of this `tokenizer.json`.

    Raises:
        Fault: the file is no tokenizer, or one that needs the `tokenizers` library where that is not installed.
    """
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        return WordPiece(described["model"]["vocab"]) if _is_uncased_bert(described) else _Library(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault("bundle_invalid", f"{path} is not a tokenizer: {error}.", "Export the model again.") from None


class WordPiece:
    """Uncased WordPiece: the longest known pieces of each word from left to right, and `[UNK]` for a word that has none.

    Text that reads like a special token ("[MASK]") is text.

    Raises:
        KeyError: the vocabulary lacks a special token.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = dict(vocabulary)
        self._unknown, self._start, self._end, self._padding = (self._ids[token] for token in (UNKNOWN, START, END, PADDING))

    def count(self, text: str) -> int:
        """See `Tokenizer`."""
        return len(self._pieces(text)) + 2

    def encode(self, texts: Sequence[str], max_tokens: int) -> tuple[Ids, Ids]:
        """See `Tokenizer`."""
        rows = [[self._start, *self._pieces(text)[: max_tokens - 2], self._end] for text in texts]
        ids = np.full((len(rows), max(map(len, rows))), self._padding, np.int64)
        mask = np.zeros_like(ids)
        for row, known in enumerate(rows):
            ids[row, : len(known)], mask[row, : len(known)] = known, 1
        return ids, mask

    def _pieces(self, text: str) -> list[int]:
        return [piece for word in _words(text) for piece in self._of_word(word)]

    def _of_word(self, word: str) -> list[int]:
        whole = self._ids.get(word)
        if whole is not None:
            return [whole]
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                piece = self._ids.get(prefix + word[start:end])
                if piece is not None:
                    found.append(piece)
                    start = end
                    break
            else:
                return [self._unknown]
        return found


def _words(text: str) -> list[str]:
    """Words and single marks of a text, in lower case and without accents."""
    if text.isascii():
        return _PLAIN.findall(text.translate(_CONTROL).lower())
    return list(_split("".join(_cleaned(text))))


def _cleaned(text: str) -> Iterator[str]:
    """Without control characters and accents, ideographs each a word of its own."""
    seen = "".join(c for c in text if c in "\t\n\r" or not (c == "\ufffd" or unicodedata.category(c) in ("Cc", "Cf", "Co")))
    spaced = "".join(f" {c} " if _is_ideograph(c) else c for c in seen)
    for c in unicodedata.normalize("NFD", spaced):
        if unicodedata.category(c) != "Mn":
            yield c.lower()


def _split(text: str) -> Iterator[str]:
    for run in text.split():
        word = ""
        for c in run:
            if not c.isalnum() and _is_mark(c):
                if word:
                    yield word
                yield c
                word = ""
            else:
                word += c
        if word:
            yield word


def _is_mark(c: str) -> bool:
    return (c.isascii() and c.isprintable()) or unicodedata.category(c).startswith("P")


def _is_ideograph(c: str) -> bool:
    return ord(c) >= 0x3400 and any(low <= ord(c) <= high for low, high in _IDEOGRAPHS)


def _is_uncased_bert(described: Mapping[str, Any]) -> bool:
    model, normal = described["model"], described["normalizer"] or {}
    return bool(
        (model["type"], model.get("continuing_subword_prefix"), model.get("unk_token")) == ("WordPiece", "##", UNKNOWN)
        and model.get("max_input_chars_per_word") == LONGEST_WORD
        and (normal.get("type"), normal.get("clean_text"), normal.get("handle_chinese_chars")) == ("BertNormalizer", True, True)
        and (normal.get("lowercase"), normal.get("strip_accents") is not False) == (True, True)
        and (described["pre_tokenizer"] or {}).get("type") == "BertPreTokenizer"
        and (described["post_processor"] or {}).get("type") in ("TemplateProcessing", "BertProcessing")
    )


class _Library:
    """Any tokenizer, as the `tokenizers` library reads it."""

    def __init__(self, path: Path) -> None:
        try:
            from tokenizers import Tokenizer as Read  # only where a bundle needs it: it brings a client for a model hub
        except ImportError:
            raise Fault(
                "bundle_invalid", f"{path} is no uncased WordPiece tokenizer: it needs a library.", "pip install tokenizers"
            ) from None
        try:
            self._whole, self._cut = Read.from_file(str(path)), Read.from_file(str(path))
        except Exception as error:  # the library raises nothing more specific
            raise ValueError(error) from None
        self._whole.no_truncation()
        self._whole.no_padding()
        self._cut.enable_padding()

    def count(self, text: str) -> int:
        return len(self._whole.encode(text).ids)

    def encode(self, texts: Sequence[str], max_tokens: int) -> tuple[Ids, Ids]:
        self._cut.enable_truncation(max_tokens)
        read = self._cut.encode_batch(list(texts))
        return np.array([r.ids for r in read], np.int64), np.array([r.attention_mask for r in read], np.int64)
