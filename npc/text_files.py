"""Text files beside cards, and those that become cards: tables of translations, dialogues of other tools."""

from __future__ import annotations

from pathlib import Path

from npc.card_file import kind_of, shown
from npc.errors import PersonaError
from npc.text import decoded


def text_of(path: Path, most: int, code: str, called: str = "") -> str:
    """The valid text of a file.

    Args:
        most: bytes that it may have.
        code: of the fault; `called`: how it names the file, where that is not by its path.

    Raises:
        PersonaError: it cannot be read, is too large, or is no text.
    """
    name = shown(called or str(path), 400)
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise PersonaError(code, f"{name}: {error.strerror}.", "Check the path.") from None
    if len(raw) > most:
        raise PersonaError(code, f"{name}: over {most >> 10} KiB.", "Divide it into several files.")
    if kind := kind_of(raw):
        raise PersonaError(code, f"{name}: is {kind}, no text.", "Give a text file.")
    try:
        text = decoded(raw)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PersonaError(code, f"{name}:{line}: not UTF-8.", "Save the file as UTF-8.") from None
    if "\0" in text:
        raise PersonaError(code, f"{name}: is not a text file.", "Give a text file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")
