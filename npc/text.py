"""The door for text from outside: cards, messages, terminals, language models, recordings, file names.

What somebody else wrote becomes valid Unicode here. Behind this door nothing can fail to be packed, stored, shown or
understood because of half a character.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

_HALF = re.compile("[\ud800-\udfff]")
_MARKS = 30  # combining marks in a row; what is beyond costs time that grows with their square (UAX 15, stream-safe text)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def valid(text: str) -> str:
    """`text` as every codec takes it, in NFC.

    The two halves of a pair (RFC 8259, 7) that a reader left apart are joined; a half alone becomes U+FFFD, and so does a
    byte that a terminal could not read (`surrogateescape`). At most 30 combining marks stay in a row.
    """
    if text.isascii():
        return text
    if _HALF.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return unicodedata.normalize("NFC", _few_marks(text))


def is_whole(text: str) -> bool:
    """Whether `text` holds no half of a surrogate pair but in whole pairs: half a character has no meaning to repair."""
    if text.isascii() or not _HALF.search(text):
        return True
    try:
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return False
    return True


def folded(text: str) -> str:
    """`text` as it is to be understood: full-width forms, ligatures and the like as plain letters (NFKC)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", valid(text))


def decoded(data: bytes) -> str:
    """The valid text of a file or a stream; see `unwrapped`."""
    return valid(unwrapped(data))


def unwrapped(data: bytes) -> str:
    """The characters of a file as they are, for what goes back out unchanged.

    It is UTF-8, or UTF-16 and UTF-32 where a byte-order mark or the zero bytes say so.

    Raises:
        UnicodeDecodeError: it is none of these.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    return data.decode(_without_mark(data))


def _without_mark(data: bytes) -> str:
    """UTF-16 of mostly Latin text has a zero in every second byte; UTF-8 has none."""
    even, odd = data[:256:2], data[1:256:2]
    if odd.count(0) > len(odd) // 3 and not even.count(0):
        return "utf-16-le"
    if even.count(0) > len(even) // 3 and not odd.count(0):
        return "utf-16-be"
    return "utf-8"


def _few_marks(text: str) -> str:
    kept, run = [], 0
    for c in text:
        run = run + 1 if unicodedata.combining(c) else 0
        if run <= _MARKS:
            kept.append(c)
    return "".join(kept)
