"""`python -m npc`: talk to a character in the terminal, check cards, measure a tick."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from npc.behaviour import load_behaviour
from npc.card_file import cards_in, doubles_in, shown
from npc.chat import talk, typed
from npc.coverage import logs_in, report_on
from npc.drafts.drafting import author, draft, lacking
from npc.errors import Fault, PersonaError
from npc.evaluation.bench import bench
from npc.evaluation.conversation import SHIPPED
from npc.evaluation.converse import converse
from npc.evaluation.run import Effort, report
from npc.exchange.convert import Imported, export_card, import_lorebook, import_shared
from npc.exchange.dialogue.importing import import_dialogue, is_dialogue
from npc.exchange.table_review import table_faults, table_notes
from npc.exchange.tables import export_lines, import_lines
from npc.lint import no_card, review
from npc.log import replay
from npc.persona import assistants, card_path, characters, faults, load_persona
from npc.schema import schema_text

_Chosen: TypeAlias = argparse.Namespace
_WRONG = 2  # exit status where a card is at fault, as for a wrong command line


def lint(cards: list[str]) -> int:
    """Check cards (names, paths or folders of cards); print every fault. Returns the number of cards with faults."""
    broken = 0
    for card, double in (found for given in cards for found in _cards_in(given)):
        found = (_missing(card) or faults(card) or table_faults(card)) if double is None else [_hidden(card, double)]
        broken += bool(found)
        for fault in found:
            print(fault, file=sys.stderr)
        if not found:
            print(f"{shown(str(card), 400)}: ok{_silent(card)}")
            for remark in (*review(card), *table_notes(card)):
                print(remark, file=sys.stderr)
    return broken


def _cards_in(given: str) -> list[tuple[str | Path, Path | None]]:
    """The cards of a folder, each with the one of the same name that hides it; anything else is a card itself."""
    folder = Path(given)
    if given in {*characters(), *assistants()} or not folder.is_dir():
        return [(given, None)]
    cards: list[tuple[str | Path, Path | None]] = [(card, None) for card in cards_in(folder).values()]
    if not cards:
        raise PersonaError("persona_file", f"{given}: no cards in this folder.", "Cards end in .yaml or .yml.")
    return sorted([*cards, *doubles_in(folder).items()], key=lambda item: str(item[0]))


def _missing(card: str | Path) -> list[PersonaError]:
    """What is no card or not there at all: a path is no name that was mistyped."""
    if (other := no_card(Path(card))) is not None:
        return [other]
    try:
        card_path(card)
    except PersonaError:
        if not Path(card).exists():
            told = f"{shown(str(card), 400)}: there is no such file or folder."
            known = ", ".join([*characters(), *assistants()])
            return [PersonaError("persona_file", told, f"Give the path of a card, a folder of cards, or one of: {known}.")]
    return []


def _hidden(card: str | Path, double: Path) -> PersonaError:
    return PersonaError("persona_file", f"{card}: `{double.name}` beside it has the same name and hides it.", "Rename one.")


def _silent(card: str | Path) -> str:
    """A note on actions, and how much of what comes up, for which the card leaves the words to the common lines."""
    behaviour, own = load_behaviour(), load_persona(card).lines.keys()
    missing = sorted(behaviour.spoken - behaviour.topics.keys() - own)
    if topics := len(behaviour.topics.keys() - own):
        missing.append(f"{topics} things that come up in conversation")
    return f" (common lines for: {', '.join(missing)})" if missing else ""


def _replay(log: Path) -> int:
    result = replay(log)
    if result.other_behaviour:
        print("note: behaviour.yaml has changed since this log was written")
    if result.line is None:
        print(f"{result.ticks} ticks, byte for byte as in the log")
        return 0
    print(f"{log}:{result.line}: decided otherwise after {result.ticks} ticks")
    print(f"  log: {result.logged}\n  now: {result.decided}")
    return 1


def _coverage(chosen: _Chosen) -> None:
    paths = logs_in(chosen.logs)
    if not paths:
        where = ", ".join(str(given) for given in chosen.logs)
        fix = "Write some: `python -m engine talk CARD --logs DIR`, or `python -m engine serve --logs DIR`."
        raise Fault("log", f"There are no logs in {where}.", fix)
    print("\n".join(report_on(paths, [_name(card) for card in chosen.card], chosen.all)))


def _name(card: str) -> str:
    """The name of the character of a card, or what was given as such."""
    return load_persona(card).name if Path(card).is_file() or card in {*characters(), *assistants()} else card


@dataclass(frozen=True, slots=True)
class _Command:
    """One command: what `--help` tells of it, its arguments (name and `add_argument`'s options), and what it does."""

    help: str
    arguments: tuple[tuple[str, Mapping[str, object]], ...]
    run: Callable[[_Chosen], int | None]


def _talk(chosen: _Chosen) -> None:
    talk(chosen.card, typed(), chosen.seed, logs=chosen.logs)


def _lint(chosen: _Chosen) -> int:
    return _WRONG if lint(chosen.cards) else 0


def _import_card(chosen: _Chosen) -> None:
    if chosen.into is None:
        _told_of(import_shared(chosen.source, chosen.out, chosen.force))
    else:
        _told_of(import_lorebook(chosen.source, chosen.into))


def _told_of(made: Imported) -> None:
    for sentence in made.left:
        print(f"left out: {sentence}", file=sys.stderr)
    print(f"written: {made}")


def _import(chosen: _Chosen) -> None:
    if not any(is_dialogue(source) for source in chosen.sources):
        for source in chosen.sources:
            _told_of(import_lorebook(source, chosen.into) if chosen.into else import_shared(source, chosen.out, chosen.force))
        return
    made = import_dialogue(chosen.sources, chosen.out, speaker=getattr(chosen, "as"), player=chosen.player, force=chosen.force)
    for sentence in (*made.left, *made.game):
        print(sentence, file=sys.stderr)
    print(f"written: {made.path} ({made.summary})")


def _draft(chosen: _Chosen) -> None:
    if chosen.llm is None:
        fix = "Start one, for example `llama-server -m model.gguf --port 8080`, and give its address: --llm http://127.0.0.1:8080/v1."
        if chosen.write or chosen.figures:
            raise Fault("llm", "Drafts are written by a language model, and none was named.", fix)
        print("\n".join(lacking(load_persona(chosen.card), chosen.logs)))
        print(f"A language model would propose lines for these. {fix}")
        return
    load_persona(chosen.card)
    writer = author(chosen.llm, chosen.llm_model, chosen.llm_budget, chosen.llm_remote)
    ask = _asked if sys.stdin.isatty() else None
    draft(chosen.card, writer, chosen.logs, chosen.most, chosen.write, chosen.figures, ask)


def _asked(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _export_card(chosen: _Chosen) -> None:
    print(f"written: {export_card(chosen.card, chosen.out, chosen.portrait, chosen.force)}")
    _tell_where(chosen.out)


def _tell_where(out: Path | None) -> None:
    """Where a file has gone that was given no place."""
    if out is None:
        print(f"It lies in the current folder, {Path.cwd()}; --out PATH writes it elsewhere.")


def _lines(chosen: _Chosen) -> None:
    if chosen.what == "export":
        options = {"language": chosen.language, "form": chosen.format, "common": chosen.common, "force": chosen.force}
        out, told = export_lines(chosen.card, chosen.out, **options)
    elif chosen.table is None:
        raise Fault("table", "No table is given.", "Write `python -m npc lines import CARD TABLE`.")
    else:
        out, told = import_lines(chosen.card, chosen.table, chosen.language, chosen.force)
    print(f"written: {out} ({told})")
    if chosen.what == "export":
        _tell_where(chosen.out)


def _evaluate(chosen: _Chosen) -> int:
    if chosen.conversations is not None:
        return converse(Path(chosen.conversations), chosen.json, chosen.failures)
    return report(Effort(100, 1000, 2) if chosen.quick else Effort(), chosen.seed, chosen.json)


_PATH: Mapping[str, object] = {"type": Path}
_YES: Mapping[str, object] = {"action": "store_true"}
_CONVERSATIONS = (
    "play written conversations with the engine's bundle instead; a file or folder of them (default: the public ones)"
)
_INTO = ("--into", {"metavar": "CARD", "help": "add the lorebook's facts to this card of ours instead"})
_FORCE = ("--force", {**_YES, "help": "replace what is there already"})

COMMANDS: dict[str, _Command] = {
    "talk": _Command(
        "chat with a character in the terminal",
        (
            ("card", {"help": f"path of a YAML card, or one of: {', '.join([*characters(), *assistants()])}"}),
            ("--seed", {"type": int, "default": 0, "help": "of what is left to chance (default 0)"}),
            ("--logs", {**_PATH, "metavar": "DIR", "help": "write a log of this chat there, for `coverage` and `replay`"}),
        ),
        _talk,
    ),
    "lint": _Command(
        "check cards; every fault with file, line and fix",
        (("cards", {"nargs": "+", "metavar": "CARD", "help": "paths, names, or folders of cards"}),),
        _lint,
    ),
    "replay": _Command(
        "let a character live through a log again; status 1 where it decides otherwise",
        (("log", {**_PATH, "help": "a file that `python -m engine talk CARD --logs DIR` or `serve --logs DIR` wrote"}),),
        lambda chosen: _replay(chosen.log),
    ),
    "coverage": _Command(
        "which rules and lines of cards conversations have used, and which words had no answer",
        (
            (
                "logs",
                {
                    **_PATH,
                    "nargs": "+",
                    "metavar": "LOG",
                    "help": "files that `python -m engine talk CARD --logs DIR` or `serve --logs DIR` wrote, or DIR",
                },
            ),
            (
                "--card",
                {"action": "append", "default": [], "help": "only this one: path, or name; may be given more than once"},
            ),
            ("--all", {**_YES, "help": "every line that was never said, not only the first ones"}),
        ),
        _coverage,
    ),
    "import": _Command(
        "make a card of a dialogue in Yarn Spinner or Ink, or of a Character Card; what is left out is told",
        (
            (
                "sources",
                {
                    **_PATH,
                    "nargs": "+",
                    "metavar": "FILE",
                    "help": ".yarn or .ink files of one dialogue, or a JSON or PNG card, or with --into a lorebook",
                },
            ),
            ("--out", {**_PATH, "help": "default: its name, as .yaml, in the current folder"}),
            _INTO,
            ("--as", {"default": "", "metavar": "SPEAKER", "help": "whose lines; default: whoever has most"}),
            (
                "--player",
                {"default": "", "metavar": "NAME", "help": "what the player is called there, if not Player or You"},
            ),
            _FORCE,
        ),
        _import,
    ),
    "draft": _Command(
        "what a card lacks; with --llm a language model proposes lines, facts and barks for it, and nothing is written unasked",
        (
            ("card", {"help": "path or name"}),
            ("--llm", {"metavar": "URL", "help": "OpenAI-compatible API, as for `python -m engine serve`"}),
            ("--llm-model", {"default": "default", "metavar": "NAME", "help": "the model's name there"}),
            ("--llm-budget", {"type": float, "default": 60.0, "metavar": "S", "help": "seconds for one line (default 60)"}),
            ("--llm-remote", {**_YES, "help": "allow --llm on another machine"}),
            (
                "--logs",
                {
                    **_PATH,
                    "nargs": "+",
                    "default": [],
                    "metavar": "LOG",
                    "help": "of a server: for questions without an answer",
                },
            ),
            ("--most", {"type": int, "default": 20, "metavar": "N", "help": "gaps that are tried (default 20)"}),
            ("--write", {**_YES, "help": "add what passes to the card, marked as drafts, without asking"}),
            ("--figures", {**_YES, "help": "with how the drafts sound: distinctness, BLEU, ROUGE"}),
        ),
        _draft,
    ),
    "import-card": _Command(
        "make a card of ours from a Character Card V1, V2 or V3, its lorebook with it; what is left out is told",
        (
            ("source", {**_PATH, "help": "a JSON or PNG card, or with --into a lorebook"}),
            ("--out", {**_PATH, "help": "default: its name, as .yaml, in the current folder"}),
            _INTO,
            _FORCE,
        ),
        _import_card,
    ),
    "export-card": _Command(
        "make a Character Card V3 (PNG: and V2) from one of ours",
        (
            ("card", {"help": "path or name"}),
            ("--out", {**_PATH, "help": ".json or .png; default: its name, as .json, in the current folder"}),
            ("--portrait", {**_PATH, "help": "PNG for the picture of a .png card"}),
            _FORCE,
        ),
        _export_card,
    ),
    "lines": _Command(
        "the lines of a card for translators and speakers: write them as a table, or take up a translated one",
        (
            ("what", {"choices": ("export", "import")}),
            ("card", {"help": "path or name"}),
            ("table", {**_PATH, "nargs": "?", "help": "with import: a CSV or PO file that was exported"}),
            ("--language", {"default": "", "help": "of the translation, such as de; export without it: the lines alone"}),
            ("--format", {"choices": ("csv", "po"), "default": "csv", "help": "of an exported table (default csv)"}),
            ("--out", {**_PATH, "help": "default: its name and language, in the current folder"}),
            ("--common", {**_YES, "help": "with the common lines, for what the card has no words of its own for"}),
            _FORCE,
        ),
        _lines,
    ),
    "schema": _Command(
        "print the JSON Schema of a card, for editors",
        (),
        lambda _: print(schema_text(), end=""),
    ),
    "evaluate": _Command(
        "how well the shipped characters play their roles",
        (
            ("--quick", {**_YES, "help": "a hundredth of the work, for a first look"}),
            ("--seed", {"type": int, "default": 0, "help": "of all random lives (default 0)"}),
            ("--json", {**_PATH, "help": "write the figures here"}),
            ("--conversations", {"nargs": "?", "const": SHIPPED, "metavar": "PATH", "help": _CONVERSATIONS}),
            ("--failures", {**_YES, "help": "with --conversations: each turn that went wrong"}),
        ),
        _evaluate,
    ),
    "bench": _Command(
        "measure what a tick costs on this machine, and a crowd of 500",
        (("--json", {**_PATH, "help": "write the figures here"}),),
        lambda chosen: print(bench(chosen.json)),
    ),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m npc", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        described = commands.add_parser(name, help=command.help)
        for argument, options in command.arguments:
            described.add_argument(argument, **options)  # type: ignore[arg-type]
    return parser


def _forgiving_streams() -> None:
    """What a terminal's code page lacks is shown as `?`, and bytes that are no text are read as such: no command ends there."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 2 where a card is at fault, as for a wrong command line."""
    _forgiving_streams()
    chosen = _parser().parse_args(arguments)
    try:
        status = COMMANDS[chosen.command].run(chosen) or 0
        print(end="", flush=True)
    except Fault as error:
        print(f"error: {error}", file=sys.stderr)
        return _WRONG
    except BrokenPipeError:  # whoever read along has seen enough; Python would flush once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {shown(str(error.filename or ''), 400)}: {error.strerror}. Check the path.", file=sys.stderr)
        return _WRONG
    except KeyboardInterrupt:
        print()
        return 0
    return status


if __name__ == "__main__":
    sys.exit(main())
