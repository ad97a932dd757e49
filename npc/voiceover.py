"""Voice-over: which recording belongs to which line of a card.

Recordings lie beside the card, in `voice/` and the card's name, and are called as their line: of `cook.yaml`
`voice/cook/gate_halt.ogg` in the card's own language, `voice/cook/de/gate_halt.ogg` in German.
"""

from __future__ import annotations

from pathlib import Path

from npc.line_ids import is_language, is_line_id

FOLDER = "voice"
ENDINGS = (".ogg", ".opus", ".wav", ".flac", ".mp3")  # of two recordings of a line the first counts


def folder_for(card: Path, language: str = "") -> Path:
    """Where the recordings of a card lie.

    Args:
        card: the card's file.
        language: such as `de`; empty: the card's own.
    """
    return card.parent / FOLDER / card.stem / language


def file_name(line_id: str, ending: str = ENDINGS[0]) -> str:
    """What the recording of a line is called."""
    return line_id + ending


def path_for(card: Path, line_id: str, language: str = "") -> Path | None:
    """The recording of a line; None where there is none.

    Args:
        card: the card's file.
        line_id: as `Decision.line_id` has it.
        language: such as `de`; empty: the card's own. A language without recordings gets none of another.
    """
    if not is_line_id(line_id) or (language and not is_language(language)):
        return None  # whoever sends such names is after other files
    folder = folder_for(card, language)
    return next((path for ending in ENDINGS if (path := folder / file_name(line_id, ending)).is_file()), None)
