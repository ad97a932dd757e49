"""`python -m npc draft CARD`: ask a language model for what a card lacks, sift it, and write it where its author agrees."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from npc.card_edit import added
from npc.card_file import shown
from npc.coverage import coverage, logs_in
from npc.drafts.figures import figures
from npc.drafts.gaps import Gap, gaps
from npc.drafts.sifting import Draft, said_by, sifted
from npc.errors import Fault, PersonaError
from npc.exchange.shared_card import write_file
from npc.persona import Persona, card_path, faults, load_persona

_AUTHOR = "engine.voice.author"
TRIES = 2  # of a line that was sifted out
_NAMED = 24  # keys of lines that a report names
_EXAMPLES = 6  # lines of the card that show how it speaks


class Author(Protocol):
    """A language model that proposes lines, and what a line may not be."""

    def propose(self, data: dict[str, Any]) -> str:
        """One line. Raises Fault where the model cannot be reached."""

    def wrong(self, line: str, action: str, persona: Persona) -> str:
        """What speaks against a line whatever the card holds already."""


@dataclass(slots=True)
class Drafts:
    """What came: drafts that passed, and those that did not; `stopped`: before all gaps were tried."""

    kept: list[Draft] = field(default_factory=list)
    sifted_out: list[Draft] = field(default_factory=list)
    stopped: bool = False


def author(url: str, model: str, budget: float, remote: bool) -> Author:
    """The engine's.

    Raises:
        Fault: `llm`: no such address; `engine_missing`.
    """
    try:
        made: Author = import_module(_AUTHOR).Author(url, model, budget, remote)
    except ImportError as error:
        fix = "Install npc-engine whole: the language model is asked through it."
        raise Fault("engine_missing", f"Nobody here can ask a language model: {error}.", fix) from None
    return made


def missed_by(persona: Persona, logs: Sequence[Path]) -> list[str]:
    """What players said to this character without an answer, by logs of a server (files, or folders of them)."""
    return [text for card in coverage(logs_in(logs), [persona.name]) for text in card.missed]


def lacking(persona: Persona, logs: Sequence[Path] = ()) -> Iterator[str]:
    """What drafts could be written for, line by line: questions of players each, kinds of lines by their names.

    Raises:
        LogError: a log cannot be read.
    """
    found = gaps(persona, missed_by(persona, logs))
    if not found:
        yield f"{persona.name} lacks nothing that could be drafted."
        return
    yield f"{persona.name} lacks:"
    yield from (f"  an answer to: {shown(gap.question, 120)}" for gap in found if gap.kind == "fact")
    if keys := [str(gap.where[-1]) for gap in found if gap.kind == "line"]:
        more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
        yield f"  lines of its own (the common ones are said, or its few again and again): {', '.join(keys[:_NAMED])}{more}"
    if any(gap.kind == "bark" for gap in found):
        yield "  barks, which it says of its own accord"
    if not logs:
        yield "  (answers that players missed are found by logs of their talk: --logs DIR)"


def drafted(persona: Persona, found: Sequence[Gap], writer: Author, tell: Callable[[str], None]) -> Drafts:
    """A draft for each gap, in their order. Ctrl-C ends it with what has come by then.

    Raises:
        Fault: the model cannot be reached, and nothing has come yet.
    """
    drafts = Drafts()
    taken = said_by(persona)
    try:
        for n, gap in enumerate(found, 1):
            tell(f"{n}/{len(found)} {gap.called}")
            for _ in range(gap.most):
                if not _fill(gap, persona, writer, taken, drafts):
                    break
    except KeyboardInterrupt:
        drafts.stopped = True
    except Fault as fault:
        if not drafts.kept:
            raise
        tell(f"{fault} What has come so far is kept.")
        drafts.stopped = True
    return drafts


def _fill(gap: Gap, persona: Persona, writer: Author, taken: list[str], drafts: Drafts) -> bool:
    """One draft for a gap, in a few tries; whether one passed."""
    for _ in range(TRIES):
        draft = sifted(gap, writer.propose(_data(gap, persona, taken)), persona, taken, writer.wrong)
        if not draft.why:
            drafts.kept.append(draft)
            taken.append(draft.line)
            return True
        drafts.sifted_out.append(draft)
    return False


def _data(gap: Gap, persona: Persona, taken: Sequence[str]) -> dict[str, Any]:
    """What the model is told: who speaks, what is wanted, and what was said there and is not to be said again."""
    who = {
        "name": persona.name,
        "role": persona.role,
        "looks": persona.looks,
        "story": persona.backstory,
        "speech": persona.speech,
    }
    data: dict[str, Any] = {
        "who": {key: text[:800] for key, text in who.items() if text},
        "never": sorted(persona.boundaries),
        "knows": [line.say for fact in persona.knowledge.values() for line in fact.say[:1]][:20],
        "speaks_like": [line for line in taken if "{" not in line][-_EXAMPLES:],
        "when": gap.about,
        "action": gap.action,
        "asked": gap.question,
        "others": [*gap.others, *taken[-3:]][:8],
    }
    return {key: value for key, value in data.items() if value}


def told(drafts: Drafts) -> Iterator[str]:
    """The report, line by line."""
    for draft in drafts.kept:
        yield f"  {draft.gap.called}: {draft.line}"
    for draft in drafts.sifted_out:
        yield f"  left out, {draft.gap.called}: {shown(draft.line, 80)} ({draft.why})"
    many = "1 draft" if len(drafts.kept) == 1 else f"{len(drafts.kept)} drafts"
    yield f"{many}{', stopped before the end' if drafts.stopped else ''}"


def draft(
    card: str,
    writer: Author,
    logs: Sequence[Path] = (),
    most: int = 20,
    write: bool = False,
    measured: bool = False,
    agrees: Callable[[str], bool] | None = None,
) -> None:
    """Propose what a card lacks, and write it where that is wanted.

    Args:
        logs: of a server, for questions that had no answer.
        most: gaps that are tried.
        write: without asking; else `agrees` is asked, and None agrees to nothing.
        measured: with figures on how the drafts sound.

    Raises:
        Fault: the card has a fault, the model cannot be reached, or the card cannot be written.
    """
    path, persona = card_path(card), load_persona(card)
    found = gaps(persona, missed_by(persona, logs))[:most]
    if not found:
        print(f"{persona.name} lacks nothing that could be drafted.")
        return
    drafts = drafted(persona, found, writer, lambda text: print(text, file=sys.stderr))
    print("\n".join(told(drafts)))
    if measured and drafts.kept:
        print("\n".join(figures(persona, [draft.line for draft in drafts.kept], said_by(persona))))
    if not drafts.kept:
        return
    if not write and not (agrees is not None and agrees(f"Add them to {shown(str(path), 400)}, marked `# draft`?")):
        print("Nothing was written.")
        return
    save(path, card, [draft.gap.addition(draft.line) for draft in drafts.kept])
    print(f"written: {path}")


def save(path: Path, card: str, additions: Sequence[Any]) -> None:
    """Add drafts to the card, where it then has no fault.

    Raises:
        PersonaError: it ships with the package, or something is wrong with it.
    """
    if str(path) != card and path.resolve() != Path(card).resolve():
        raise PersonaError(
            "card_file", f"`{shown(card)}` ships with the package.", f"Copy {path} into a folder of yours first."
        )
    data = added(path, additions)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        trial.write_bytes(data)
        if wrong := faults(trial):
            raise PersonaError(wrong[0].code, f"{path} would get a fault: {wrong[0].message}", "Nothing was written.")
    write_file(path, data)
