"""Files of Yarn Spinner or Ink to a card, with a word on everything that is not taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from npc.card_file import ENDINGS, MAX_BYTES, shown
from npc.errors import PersonaError
from npc.exchange.dialogue.ink import read_ink
from npc.exchange.dialogue.staging import staged
from npc.exchange.dialogue.story import MAX_FILE, SHOWN_LEFT, checked_size
from npc.exchange.dialogue.yarn import read_yarn
from npc.exchange.shared_card import check_new, write_file
from npc.persona import load_persona, persona_from
from npc.text import is_whole
from npc.text_files import text_of

READERS = {".yarn": read_yarn, ".ink": read_ink}


@dataclass(frozen=True, slots=True)
class ImportedDialogue:
    """A card that was written.

    Attributes:
        summary: what is in it, in figures.
        game: what the game has to tell for it.
        left: what was not taken over, each with file and line.
    """

    path: Path
    summary: str
    game: tuple[str, ...]
    left: tuple[str, ...]


class _Plain(yaml.SafeDumper):
    """Writes what stands twice twice: a card has no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def is_dialogue(path: Path) -> bool:
    """Whether a file is of one of these languages, by its ending."""
    return path.suffix.lower() in READERS


def import_dialogue(
    sources: Sequence[Path], out: Path | None = None, *, speaker: str = "", player: str = "", force: bool = False
) -> ImportedDialogue:
    """Write a card that plays the dialogue of one or several files of one language.

    Args:
        speaker: whose lines it says; by default whoever has most.
        player: what the player is called in the files, beside `Player`, `You`, `Me`, `Hero` and `PC`.
        force: replace what is there already.

    Raises:
        PersonaError: a file cannot be read or is no dialogue, or the card is there already.
    """
    kinds = {path.suffix.lower() for path in sources}
    if len(kinds) != 1 or not kinds <= READERS.keys():
        raise PersonaError("dialogue", "The files are not all of one language.", "Give files that end in .yarn, or in .ink.")
    out = out or Path(sources[0].stem + ENDINGS[0])
    if out.suffix.lower() not in ENDINGS or not is_whole(out.name):
        raise PersonaError(
            "card_file", f"{shown(str(out), 400)} is no name for a card.", "Give --out a name that ends in .yaml."
        )
    check_new(out, force)
    files = [(path, text_of(path, MAX_FILE, "dialogue")) for path in dict.fromkeys(sources)]
    checked_size(files)
    story = READERS[kinds.pop()](files)
    made = staged(story, speaker, player, sources[0].stem.replace("_", " ").title() or "Nameless")
    if not made.lines:
        who = f"{shown(speaker)} says nothing" if speaker else "nobody says anything"
        raise PersonaError("dialogue", f"{shown(str(sources[0]), 400)}: {who} in it.", "Name a speaker of the file with --as.")
    persona_from(made.entries)
    text = yaml.dump(made.entries, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
    named = ", ".join(shown(path.name) for path in sources)
    text = f"# From {named}. Try it: python -m npc talk {shown(str(out), 400)}\n{text}"
    if len(text.encode()) > MAX_BYTES:
        what = f"{shown(str(sources[0]), 400)}: makes a card of {len(text.encode()) >> 10} KiB, at most {MAX_BYTES >> 10}"
        raise PersonaError("dialogue", f"{what}.", "Import its files, or its speakers, one by one.")
    write_file(out, text.encode())
    load_persona(out)
    left = sorted(story.left, key=lambda one: (one[0].file, one[0].line))
    sentences = [f"{at}: left out: {what.rstrip('.')}." for at, what in left[:SHOWN_LEFT]]
    sentences += [f"… and {len(left) - SHOWN_LEFT} more."] if len(left) > SHOWN_LEFT else []
    figures = (
        f"{made.lines} lines and {made.options} options of {made.entries['name']}, {made.kept} variables, {len(left)} left out"
    )
    return ImportedDialogue(out, figures, tuple(made.told), tuple(sentences))
